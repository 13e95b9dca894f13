"""The spool: whole files on this machine's disk, before anything is read from them.

    spool = Spool(Path("var/spool"))
    kept = spool.take(artifact.open())
    with spool.open(kept.sha256) as stream: ...

A file is named by the SHA-256 of its content, which is also its identity in the ledger. It gets that name when all of
it is on the disk; what a crash leaves behind has another name and is swept up by the next taking.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hrbus.errors import ConfigError, Fault

_PIECE = 1024 * 1024
_PART = ".part"


@dataclass(frozen=True)
class Kept:
    """A file in the spool: its identity and its size in bytes."""

    sha256: str
    size: int


class Spool:
    """A folder of files by content; its files are nobody else's to read, for they hold personal data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConfigError(
                Fault(f"the spool {folder} cannot be made ({error.strerror})", hint="mend the folder's rights")
            ) from error

    def take(self, stream: BinaryIO, taker: str = "") -> Kept:
        """Copy ``stream`` to the disk and close it; return what it is. The same content twice is kept once.

        ``taker`` names who takes (a route's number), so that ``sweep`` knows whose a part is.
        Raises what reading the stream raises; ConfigError where the disk is full or may not be written.
        """
        digest, size = hashlib.sha256(), 0
        with stream:
            descriptor, name = self._temporary(taker)
            part = Path(name)
            try:
                with os.fdopen(descriptor, "wb") as copy:
                    while piece := stream.read(_PIECE):
                        digest.update(piece)
                        size += len(piece)
                        self._write(copy, piece)
                    copy.flush()
                    os.fsync(copy.fileno())
                part.replace(self.path(digest.hexdigest()))
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        self._sync_folder()
        return Kept(digest.hexdigest(), size)

    def path(self, sha256: str) -> Path:
        """Return where a file is, or would be."""
        return self.folder / sha256

    def open(self, sha256: str) -> BinaryIO:
        """Return the bytes of a file; raises FileNotFoundError where it is not kept."""
        return self.path(sha256).open("rb")

    def drop(self, sha256: str) -> None:
        """Remove a file; nothing happens where it is not kept."""
        self.path(sha256).unlink(missing_ok=True)

    def sweep(self, taker: str = "") -> None:
        """Remove what killed takings of ``taker`` left behind; called by whoever holds the taker's lease."""
        for part in self.folder.glob(f"{taker}-*{_PART}"):
            part.unlink(missing_ok=True)

    def _temporary(self, taker: str) -> tuple[int, str]:
        try:
            return tempfile.mkstemp(prefix=f"{taker}-", suffix=_PART, dir=self.folder)
        except OSError as error:
            raise self._unwritable(error) from error

    def _write(self, copy: BinaryIO, piece: bytes) -> None:
        try:
            copy.write(piece)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> ConfigError:
        return ConfigError(
            Fault(
                f"the spool {self.folder} cannot be written ({error.strerror})", hint="make room, or mend its rights"
            )
        )

    def _sync_folder(self) -> None:
        """Make the new name durable as well: the content's fsync does not cover the folder's entry."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
