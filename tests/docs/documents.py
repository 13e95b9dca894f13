"""A reader who follows a page of the documentation to the letter, and says where it is wrong.

What a page asks for is plain Markdown, in English or Chinese:

- "Save this as `PATH`:" or 存为 `PATH`： before a fenced block writes a file; "Add to `PATH`:" or
  加到 `PATH` 的末尾： appends to one.
- "in `PATH`, write `NEW` instead of `OLD`" or 在 `PATH` 里，把 `OLD` 改成 `NEW` changes one.
- A block ```` ```console ```` runs each line that begins with ``$ ``. What stands below a command is all that it
  prints, with … for any text, and a line … for any lines; nothing below it means that nothing is compared. A command
  succeeds unless ``echo $?`` follows it.

    with Reader(tmp_path, "en") as reader:
        reader.follow(page)
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
PORTS = {"http": "127.0.0.1:8089", "sftp": "127.0.0.1:2022"}
"""The addresses that pages and the settings of a new site name; readers get free ports instead."""

_FENCE = re.compile(r"^```(\w*)$")
_SAVE = re.compile(r"(?:[Ss]ave this as|存为)\s*`([^`]+)`\s*[:：]$")
_ADD = re.compile(r"(?:[Aa]dd to|加到)\s*`([^`]+)`[^`:：]*[:：]$")
_CHANGE = re.compile(r"[Ii]n `([^`]+)`, write `(?P<new>[^`]+)` instead of `(?P<old>[^`]+)`")
_CHANGE_ZH = re.compile(r"在\s*`([^`]+)`\s*里，\s*把\s*`(?P<old>[^`]+)`\s*改成\s*`(?P<new>[^`]+)`")


@dataclass(frozen=True)
class Save:
    """A file to write, or to append to."""

    path: str
    text: str
    append: bool = False


@dataclass(frozen=True)
class Change:
    """A text that stands once in a file, and what shall stand there instead."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Command:
    """A command line, what the page shows below it, and the exit code that the page tells."""

    line: int
    text: str
    shown: tuple[str, ...]
    code: int


Step = Save | Change | Command


def steps(page: str) -> Iterator[Step]:
    """Yield what a page asks its reader to do, in its order."""
    before: list[str] = []
    ended = False
    lines = iter(enumerate(page.splitlines(), 1))
    for number, line in lines:
        fence = _FENCE.match(line)
        if fence:
            block = list(_block(lines))
            yield from _done_with(fence[1], " ".join(before), number, block)
        if fence or (ended and line.strip()):
            before = []
        ended = not line.strip()
        if not fence and not ended:
            before.append(line.strip())
            yield from _changes(" ".join(before), line.strip())


def _block(lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    for _number, line in lines:
        if line == "```":
            return
        yield line


def _changes(paragraph: str, last: str) -> Iterator[Change]:
    """Yield the changes that a paragraph asks for and that the last of its lines completes."""
    for pattern in (_CHANGE, _CHANGE_ZH):
        for found in pattern.finditer(paragraph):
            if found.end() > len(paragraph) - len(last):
                yield Change(found[1], found["old"], found["new"])


def _done_with(language: str, before: str, number: int, block: list[str]) -> Iterator[Step]:
    save, add = _SAVE.search(before), _ADD.search(before)
    if language == "console":
        yield from _commands(number, block)
    elif save or add:
        path = (save or add or [""])[1]
        yield Save(path, "\n".join(block) + "\n", append=add is not None)


def _commands(number: int, block: list[str]) -> Iterator[Command]:
    """Yield the commands of a block; ``echo $?`` tells the exit code of the one before it."""
    starts = [at for at, line in enumerate(block) if line.startswith("$ ")]
    for at, end in zip(starts, [*starts[1:], len(block)], strict=True):
        if block[at] == "$ echo $?":
            continue
        asked = block[end : end + 2] if block[end : end + 1] == ["$ echo $?"] else ["", "0"]
        text = block[at][2:].partition("  # ")[0].rstrip()
        yield Command(number + 1 + at, text, tuple(block[at + 1 : end]), int(asked[1]))


def compared(shown: tuple[str, ...], printed: str) -> bool:
    """Return whether ``printed`` is what a page shows: … is any text, a line … any lines, blank lines are nothing."""
    pattern = ""
    for line in shown:
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*"
        elif line.strip():
            pattern += r"[^\n]*".join(re.escape(part) for part in line.rstrip().split("…")) + r"\n"
    lines = [line.rstrip() + "\n" for line in printed.splitlines() if line.strip()]
    return re.fullmatch(pattern, "".join(lines)) is not None


@dataclass
class Reader:
    """Somebody in a folder, with ``hrbus`` and ``python`` on the path and a terminal in ``language``."""

    folder: Path
    language: str = "en"
    ports: dict[str, str] = field(default_factory=dict)
    servers: list[subprocess.Popen[str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        tools = self.folder / ".tools"
        tools.mkdir(parents=True)
        self._tool(tools / "hrbus", "-c 'from hrbus.cli import main; main()'")
        self._tool(tools / "python", "")
        inherited = {name: value for name, value in os.environ.items() if name not in {"HRBUS_SITE", "HRBUS_LANG"}}
        settings = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "COLUMNS": "160", "HRBUS_LANG": self.language}
        self.environ = inherited | settings | {"PATH": f"{tools}:{inherited.get('PATH', '')}"}
        return self

    def __exit__(self, *_: object) -> None:
        for server in self.servers:
            server.send_signal(signal.SIGINT)
        for server in self.servers:
            server.communicate(timeout=20)

    def follow(self, page: Path) -> None:
        """Do all that ``page`` asks for; AssertionError with its line where something else happens than it says."""
        for step in steps(page.read_text("utf-8")):
            if isinstance(step, Command):
                self.run(step, page.name)
            else:
                self.write(step, page.name)

    def write(self, step: Save | Change, page: str = "") -> None:
        """Write, append to or change a file below the folder."""
        path = self.folder / step.path
        if isinstance(step, Save):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a" if step.append else "w", encoding="utf-8") as stream:
                stream.write(step.text)
            return
        text = path.read_text("utf-8")
        assert 1 == text.count(step.old), f"{page}: {step.old} does not stand once in {step.path}"
        path.write_text(text.replace(step.old, step.new), "utf-8")

    def run(self, step: Command, page: str = "") -> None:
        """Run a command as a shell would, and compare what it prints with what the page shows."""
        if step.text.startswith("cd "):
            self.folder = self.folder / step.text[3:].strip()
        elif step.text.startswith("hrbus sandbox"):
            self._sandbox(step, page)
        else:
            done = subprocess.run(
                ["bash", "-c", self._told(step.text)], cwd=self.folder, env=self.environ, timeout=120, text=True,
                encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            self._judge(step, page, done.stdout, done.returncode)

    def _judge(self, step: Command, page: str, printed: str, code: int) -> None:
        where = f"{page}:{step.line}: $ {step.text}"
        assert step.code == code, f"{where}\nleft with {code}, the page says {step.code}\n{printed}"
        shown = tuple(self._told(line) for line in step.shown)
        if shown:
            assert compared(shown, printed), f"{where}\nprinted\n{printed}\nthe page shows\n" + "\n".join(step.shown)

    def _sandbox(self, step: Command, page: str) -> None:
        """Start both servers on free ports, and let the site's settings name these."""
        command = [*shlex.split(step.text), "--http-port", "0", "--sftp-port", "0"]
        server = subprocess.Popen(
            command, cwd=self.folder, env=self.environ, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.servers.append(server)
        assert server.stdout
        printed = "".join(server.stdout.readline() for _ in range(5))
        service, files = re.findall(r"://(127\.0\.0\.1:\d+)(?:/v1)?$", printed, re.MULTILINE)
        self.ports = {PORTS["http"]: service, PORTS["sftp"]: files}
        self._judge(step, page, printed, 0)
        settings = self.folder / "config" / "connections.yaml"
        text = self._told(settings.read_text("utf-8"))
        settings.write_text(text.replace("port: 2022", f"port: {files.partition(':')[2]}"), "utf-8")

    def _told(self, text: str) -> str:
        for address, real in self.ports.items():
            text = text.replace(address, real)
        return text

    @staticmethod
    def _tool(path: Path, arguments: str) -> None:
        path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {arguments} "$@"\n')
        path.chmod(0o755)
