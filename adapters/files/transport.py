"""The little that a transport must be able to do: list, open, write, rename and remove below one folder.

>>> below("out/archive", "APPL.DAT")
'out/archive/APPL.DAT'
>>> parent("out/APPL.DAT")
'out'
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from hrbus.spi import ConfigError, Fault


@dataclass(frozen=True)
class Entry:
    """A file as the far side lists it: ``size`` in bytes, ``changed`` in seconds since 1970 by its own clock."""

    name: str
    size: int
    changed: float

    def same_as(self, other: Entry | None) -> bool:
        """Say whether ``other`` is the same state of the file, as far as size and time can tell."""
        return other is not None and (self.size, self.changed) == (other.size, other.changed)


class Files(Protocol):
    """Files below one folder of a far side.

    Paths are relative to that folder, with ``/`` between their parts; a transport refuses one that leads out of it.
    Every method raises TransientError where the far side cannot be reached and ConfigError where it refuses. Links
    are never followed out of the folder.
    """

    def where(self, path: str) -> str:
        """Return what people call ``path``: with host and folder, without user and password."""

    def list(self, folder: str) -> list[Entry]:
        """Return the plain files in ``folder``, in any order. ConfigError where there is no such folder."""

    def stat(self, path: str) -> Entry | None:
        """Return the plain file ``path``, or None where there is none."""

    def open(self, path: str) -> BinaryIO:
        """Return the bytes of the file, from the first, to be read in one go. The caller closes it.

        TransientError where the file is gone: somebody may have moved it since it was listed.
        """

    def put(self, path: str, content: BinaryIO) -> None:
        """Write ``content``, from where it stands, over whatever ``path`` is; return when all of it has arrived."""

    def rename(self, old: str, new: str) -> bool:
        """Give ``old`` the name ``new``, in one step; return False, with nothing changed, where ``new`` exists."""

    def remove(self, path: str) -> None:
        """Remove the file; nothing happens where there is none."""

    def make_folder(self, path: str) -> None:
        """Make the folder, and those above it; nothing happens where it exists."""


def below(folder: str, path: str) -> str:
    """Return ``path`` below ``folder``; ConfigError where it is absolute or leads out."""
    joined = posixpath.normpath(posixpath.join(folder or ".", path))
    if posixpath.isabs(path) or joined == ".." or joined.startswith("../"):
        raise ConfigError(Fault(f"the path {path} leads out of the connection's folder", hint="give one inside it"))
    return "" if joined == "." else joined


def parent(path: str) -> str:
    """Return the folder that ``path`` is in."""
    return posixpath.dirname(path)
