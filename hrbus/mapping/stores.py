"""Attachments: files beside a batch, such as a resume, which a field names or a document holds.

    attachments:
      resumes:
        folder: files/resumes       # below the site
        most: 2MB                   # a file; larger ones reject their record
        missing: reject             # or absent: a file that is not there leaves its element out

    TextResume: APPL-RESUME | attachment(resumes, text, utf-8)

A name leads to a plain file below the folder, never out of it, by dots or by a link. Going out, what a document
holds is written there under the name of its content: the first half of its SHA-256. To write the same again changes
nothing. The converters are in ``attachments``.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO, Protocol

from hrbus import yaml
from hrbus.errors import ConfigError, Fault, Place

KEYS = ("folder", "most", "missing", "suffix")
MOST = 1_000_000
"""The greatest file in bytes, unless ``most`` says otherwise."""
BOUND = 32_000_000
"""The greatest ``most``: a file is held in memory, as text and as base64 beside it."""
AT_ONCE = 64_000_000
"""How many bytes of files may be held in memory at a time: it bounds the records that are mapped together."""
_SIZE = re.compile(r"([1-9][0-9]{0,8})\s*([kM]?)B?")
_SUFFIX = re.compile(r"(?:\.[A-Za-z0-9]{1,8})?")
_CHUNK = 1 << 20


class Files(Protocol):
    """Where attachments are."""

    def open(self, name: str) -> BinaryIO | None:
        """Return the plain file that ``name`` leads to, None where there is none; LookupError where it may not."""

    def write(self, name: str, content: bytes) -> None:
        """Keep ``content`` under ``name``, whole or not at all; nothing happens where it is there already."""


@dataclass(frozen=True)
class Folder:
    """A folder below the site. Without ``writes`` nothing is written: a mapping is looked at, not run."""

    path: Path
    writes: bool = False

    def open(self, name: str) -> BinaryIO | None:
        """Return the plain file that ``name`` leads to, None where there is none; LookupError where it may not."""
        if not name or "\0" in name or Path(name).is_absolute():
            raise LookupError(name)
        try:
            base, full = self.path.resolve(), (self.path / name).resolve()
        except (OSError, RuntimeError) as error:  # a link that leads to itself
            raise LookupError(name) from error
        if full == base or not full.is_relative_to(base):
            raise LookupError(name)
        try:
            number = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # a pipe must not make us wait
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise LookupError(name) from error
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise LookupError(name)
        return os.fdopen(number, "rb")

    def write(self, name: str, content: bytes) -> None:
        """Keep ``content`` under ``name``, whole or not at all; nothing happens where it is there already."""
        target = self.path / name
        if not self.writes or target.exists():
            return
        part = target.with_name(f"{name}.{os.getpid()}.part")
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(target)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            message = f"an attachment cannot be written to {self.path}: {error.strerror}"
            raise ConfigError(Fault(message, hint="mend the folder's rights, or make room on its disk")) from error


@dataclass(frozen=True)
class Store:
    """What ``attachments:`` declares under a name; ``folder`` is how messages call its place."""

    name: str
    folder: str
    files: Files
    most: int = MOST
    absent: bool = False
    suffix: str = ""

    def content(self, name: str) -> bytes | None:
        """Return a file's content, None where there is none; LookupError where it may not be taken."""
        stream = self.files.open(name)
        if stream is None:
            return None
        with stream:
            found = stream.read(self.most + 1)
        if len(found) > self.most:
            raise LookupError(name)
        return found

    def digest(self, name: str) -> str | None:
        """Return the SHA-256 of a file of any size, None where there is none."""
        stream = self.files.open(name)
        if stream is None:
            return None
        found = hashlib.sha256()
        with stream:
            while part := stream.read(_CHUNK):
                found.update(part)
        return found.hexdigest()

    def there(self, name: str) -> str | None:
        """Return ``name`` where it leads to a file, else None."""
        stream = self.files.open(name)
        if stream is None:
            return None
        stream.close()
        return name

    def keep(self, content: bytes) -> str:
        """Write a file and return its name, which is that of its content; LookupError where it is too large."""
        if len(content) > self.most:
            raise LookupError("too large")
        name = hashlib.sha256(content).hexdigest()[:32] + self.suffix
        self.files.write(name, content)
        return name


def read(
    nodes: Mapping[str, yaml.Node], site: Path, faults: list[Fault], *, writes: bool = False
) -> dict[str, Store]:
    """Return the stores that a mapping declares, below the folder ``site``; what is wrong goes to ``faults``."""
    found = {}
    for name, node in nodes.items():
        before = len(faults)
        store = _store(name, node, site, faults, writes=writes)
        if store and len(faults) == before:
            found[name] = store
    return found


def _store(name: str, node: yaml.Node, site: Path, faults: list[Fault], *, writes: bool) -> Store | None:
    path = f"attachments.{name}"
    if not isinstance(node, yaml.Entries):
        faults.append(Fault("must hold folder", node.place, path, "write folder: PATH below it"))
        return None
    said: dict[str, str] = {}
    for key, value in node.entries.items():
        if key not in KEYS:
            near = get_close_matches(key, KEYS, 1)
            hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(KEYS)}"
            faults.append(Fault(f"unknown key {key}", node.keys[key], path, hint))
        elif not isinstance(value, yaml.Text) or value.secret:
            faults.append(Fault("must be text", value.place, f"{path}.{key}"))
        else:
            said[key] = value.value.strip()
    if not said.get("folder"):
        faults.append(Fault("is missing", node.place, f"{path}.folder", "name a folder below the site"))
        return None
    folder = Path(os.path.normpath(site / said["folder"]))
    if not folder.is_relative_to(Path(os.path.normpath(site))):
        faults.append(Fault("leads out of the site", _of(node, "folder"), f"{path}.folder", "keep it inside"))
    most = _most(said.get("most", str(MOST)))
    if most is None:
        hint = f"such as 500kB or 2MB; {BOUND // 1_000_000}MB is the most"
        faults.append(Fault("must be a size", _of(node, "most"), f"{path}.most", hint))
    if said.get("missing", "reject") not in ("reject", "absent"):
        faults.append(Fault("must be reject or absent", _of(node, "missing"), f"{path}.missing"))
    if not _SUFFIX.fullmatch(said.get("suffix", "")):
        faults.append(Fault("must be an ending such as .pdf", _of(node, "suffix"), f"{path}.suffix"))
    absent = said.get("missing") == "absent"
    return Store(name, said["folder"], Folder(folder, writes), most or MOST, absent, said.get("suffix", ""))


def _of(node: yaml.Entries, key: str) -> Place:
    return node.entries[key].place


def _most(text: str) -> int | None:
    match = _SIZE.fullmatch(text)
    if match is None:
        return None
    size = int(match[1]) * {"": 1, "k": 1_000, "M": 1_000_000}[match[2]]
    return size if size <= BOUND else None
