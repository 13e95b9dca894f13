"""What compiling the kernels costs, and what is said about it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from adapters.cobol.kernels.patience import WORDS, Patience

DECODE = """
import io
from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Origin
record = parse("01 R. 05 A PIC X(3). 05 B PIC 99.", "r.cpy").record()
codec = CobolCodec(CobolSettings(copybook="r.cpy", encoding="ascii"), record)
print([batch.frame["A"].to_list() for batch in codec.decode(io.BytesIO(b"ONE01TWO02"), Origin("r"))])
"""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def compiling(patience: Patience, seconds: float) -> None:
    patience.on_start(None)
    patience.on_start(None)  # what is compiled for the sake of another
    time.sleep(seconds)
    patience.on_end(None)
    patience.on_end(None)


def test_a_person_who_waits_is_told_once() -> None:
    terminal = Terminal()
    patience = Patience(terminal, seconds=0.05)
    compiling(patience, 0.5)
    compiling(patience, 0.5)
    assert WORDS == terminal.getvalue()


def test_who_does_not_wait_is_told_nothing() -> None:
    terminal = Terminal()
    compiling(Patience(terminal, seconds=60), 0)
    assert "" == terminal.getvalue()


def test_a_log_is_told_nothing() -> None:
    log = io.StringIO()
    compiling(Patience(log, seconds=0), 0.2)
    assert "" == log.getvalue()


def test_several_short_waits_are_a_long_one() -> None:
    terminal = Terminal()
    patience = Patience(terminal, seconds=0.3)
    for _ in range(4):
        compiling(patience, 0.2)
    assert WORDS == terminal.getvalue()


def test_an_installation_that_nobody_may_write_to_reads_files_all_the_same(root: Path, tmp_path: Path) -> None:
    """A file stands wherever the compiler's results would be kept: not even root may write there."""
    for package in ("hrbus", "adapters"):
        shutil.copytree(root / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in [path for path in tmp_path.rglob("*") if path.is_dir()]:
        (folder / "__pycache__").write_text("")
    environment = {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/dev/null"}
    done = subprocess.run(
        [sys.executable, "-c", DECODE], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (0, "[['ONE', 'TWO']]\n") == (done.returncode, done.stdout), done.stderr


def test_what_is_compiled_is_kept_for_the_next_process(root: Path, tmp_path: Path) -> None:
    code = DECODE + "from adapters.cobol import kernels\nprint(sum(kernels.read_texts.stats.cache_misses.values()))\n"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    answers = [
        subprocess.run(
            [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True, check=True
        )
        for _ in range(2)
    ]
    assert [["[['ONE', 'TWO']]", "1"], ["[['ONE', 'TWO']]", "0"]] == [done.stdout.splitlines() for done in answers]
