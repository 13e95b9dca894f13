"""The ``folder`` adapter: files in a folder of this machine, or of a drive that is mounted on it.

    connections:
      drop: {adapter: folder, path: var/drop}

The folder is a border: no setting, name or link leads out of it.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from adapters.files import Entry, FileSource, FileTarget, SourceSettings, TargetSettings, below
from hrbus.spi import Adapter, Codec, ConfigError, Context, Fault, Kind, Settings, TransientError


class FolderConnection(Settings):
    """A folder on this machine."""

    path: str
    """The folder. Relative to the site and inside it, or absolute."""


class LocalFiles:
    """``Files`` below the folder ``root`` of this machine."""

    def __init__(self, root: Path, note: Callable[[str], None] = lambda line: None) -> None:
        self._root = root
        self._note = note

    def where(self, path: str) -> str:
        """Return the full path."""
        return str(self._root / path)

    def list(self, folder: str) -> list[Entry]:
        """Return the plain files in ``folder``; a link counts as the file that it leads to, inside the root."""
        with self._translated(folder):
            names = os.listdir(self._inside(folder))  # noqa: PTH208 - names are wanted, not paths
        entries = []
        for name in names:
            try:
                entry = self.stat(below(folder, name))
            except ConfigError as error:
                self._note(f"left alone: {error}")
                continue
            if entry is not None:
                entries.append(entry)
        return entries

    def stat(self, path: str) -> Entry | None:
        """Return the plain file ``path``, or None."""
        with self._translated(path):
            try:
                found = self._inside(path).stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return Entry(Path(path).name, found.st_size, found.st_mtime) if stat.S_ISREG(found.st_mode) else None

    def open(self, path: str) -> BinaryIO:
        """Return the bytes of the file."""
        with self._translated(path):
            try:
                return self._inside(path).open("rb")
            except FileNotFoundError as error:
                raise TransientError(f"{self.where(path)} is gone") from error

    def put(self, path: str, content: BinaryIO) -> None:
        """Write ``content`` to ``path`` and onto the disk."""
        with self._translated(path):
            target = self._inside(path)
            with target.open("wb") as stream:
                shutil.copyfileobj(content, stream, 1024 * 1024)
                stream.flush()
                os.fsync(stream.fileno())

    def rename(self, old: str, new: str) -> bool:
        """Give ``old`` the name ``new``; False where ``new`` exists.

        By link and unlink, which is the one way of POSIX that refuses to overwrite. A drive that knows no links
        (SMB, FAT) gets a look and a rename.
        """
        source, target = self._inside(old, follow=False), self._inside(new, follow=False)
        with self._translated(old):
            try:
                os.link(source, target, follow_symlinks=False)
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}:
                    raise
                if os.path.lexists(target):
                    return False
                source.rename(target)
            else:
                source.unlink()
            _sync_folder(target.parent)
        return True

    def remove(self, path: str) -> None:
        """Remove the file, or the link itself."""
        with self._translated(path):
            self._inside(path, follow=False).unlink(missing_ok=True)

    def make_folder(self, path: str) -> None:
        """Make the folder and those above it."""
        with self._translated(path):
            self._inside(path).mkdir(parents=True, exist_ok=True)

    def _inside(self, path: str, *, follow: bool = True) -> Path:
        """Return the true path; ConfigError where a link leads out. Without ``follow`` the last part may be one."""
        full = self._root / below("", path)
        root = Path(os.path.realpath(self._root))
        true = Path(os.path.realpath(full)) if follow else Path(os.path.realpath(full.parent)) / full.name
        if not true.is_relative_to(root):
            message = f"{full} is a link that leads out of {self._root}"
            raise ConfigError(Fault(message, hint="put the file itself there"))
        return true

    @contextmanager
    def _translated(self, path: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, NotADirectoryError) as error:
            where = self.where(path)
            raise ConfigError(Fault(f"{where} is not there", hint="make the folder, or mend its name")) from error
        except PermissionError as error:
            where = self.where(path)
            hint = "give the user that runs hrbus the right to read and write there"
            raise ConfigError(Fault(f"{where}: permission denied", hint=hint)) from error
        except OSError as error:
            if error.errno == errno.EXDEV:
                hint = "choose an archive on the same file system"
                raise ConfigError(Fault(f"{self.where(path)} cannot be moved to another disk", hint=hint)) from error
            raise TransientError(f"{self.where(path)}: {os.strerror(error.errno or errno.EIO)}") from error


def _sync_folder(folder: Path) -> None:
    """Have the new name survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _files(connection: FolderConnection, context: Context) -> LocalFiles:
    path = Path(connection.path)
    return LocalFiles(path if path.is_absolute() else context.resolve(connection.path), context.note)


def _source(connection: FolderConnection, own: SourceSettings, context: Context) -> FileSource:
    return FileSource(_files(connection, context), own, context)


def _target(connection: FolderConnection, own: TargetSettings, codec: Codec, context: Context) -> FileTarget:
    return FileTarget(_files(connection, context), own, codec, context)


FOLDER = Adapter(
    "folder",
    "Files in a folder of this machine.",
    FolderConnection,
    source=Kind(SourceSettings, _source),
    target=Kind(TargetSettings, _target),
)
"""The entry point ``folder`` of the group ``hrbus.adapters``."""
