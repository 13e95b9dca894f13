"""Files of an SFTP server, as the transport that source and target need.

Rename is the plain one of SFTP version 3, which must fail where the new name exists; ``posix-rename@openssh.com``
would overwrite it without a word.
"""

from __future__ import annotations

import posixpath
import stat
from typing import TYPE_CHECKING, BinaryIO, cast

import paramiko

from adapters.files import Entry, below
from adapters.sftp.download import Download
from adapters.sftp.session import Session
from hrbus.spi import ConfigError, Fault, TransientError

if TYPE_CHECKING:
    from paramiko.sftp_attr import SFTPAttributes


class SftpFiles:
    """``Files`` of the server that ``session`` reaches, below the folder that its settings name."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._root = session.folder

    def close(self) -> None:
        """Hang up."""
        self._session.close()

    def where(self, path: str) -> str:
        """Return the address of ``path``, without the user."""
        full = posixpath.normpath(posixpath.join(self._root, path))
        return self._session.name if full == "." else f"{self._session.name}/{full.lstrip('/')}"

    def list(self, folder: str) -> list[Entry]:
        """Return the plain files in ``folder``; links are not among them."""
        with self._session.use(self.where(folder)) as client:
            try:
                found = client.listdir_attr(self._full(folder))
            except UnicodeDecodeError as error:
                hint = "have the file renamed, or give this route a folder of its own"
                message = f"{self.where(folder)} holds a file whose name is not UTF-8"
                raise ConfigError(Fault(message, hint=hint)) from error
        return [_entry(each.filename, each) for each in found if _plain(each)]

    def stat(self, path: str) -> Entry | None:
        """Return the plain file ``path``, or None."""
        with self._session.use(self.where(path)) as client:
            try:
                found = client.lstat(self._full(path))
            except FileNotFoundError:
                return None
        return _entry(posixpath.basename(path), found) if _plain(found) else None

    def open(self, path: str) -> BinaryIO:
        """Return the bytes of the file, which are asked for ahead of the reader."""
        with self._session.use(self.where(path)) as client:
            full = self._full(path)
            try:
                size = client.lstat(full).st_size or 0
                remote = client.open(full, "rb")
            except FileNotFoundError as error:
                raise TransientError(f"{self.where(path)} is gone") from error
        return cast("BinaryIO", Download(client, remote, size, self._session, self.where(path)))

    def put(self, path: str, content: BinaryIO) -> None:
        """Write ``content`` to ``path``."""
        with self._session.use(self.where(path)) as client:
            client.putfo(content, self._full(path), confirm=False)

    def rename(self, old: str, new: str) -> bool:
        """Give ``old`` the name ``new``; False where ``new`` exists.

        The answer of a server that refuses does not say why, so it is asked afterwards whether the name is taken.
        """
        with self._session.use(self.where(old)) as client:
            if _exists(client, self._full(new)):
                return False
            try:
                client.rename(self._full(old), self._full(new))
            except OSError:
                if _exists(client, self._full(new)):
                    return False
                raise
        return True

    def remove(self, path: str) -> None:
        """Remove the file."""
        with self._session.use(self.where(path)) as client:
            try:
                client.remove(self._full(path))
            except FileNotFoundError:
                return

    def make_folder(self, path: str) -> None:
        """Make the folder and those above it."""
        with self._session.use(self.where(path)) as client:
            done = self._root
            for part in below("", path).split("/"):
                done = posixpath.join(done, part)
                if not _exists(client, done):
                    client.mkdir(done)

    def _full(self, path: str) -> str:
        return posixpath.join(self._root, below("", path))


def _plain(found: SFTPAttributes) -> bool:
    return found.st_mode is None or stat.S_ISREG(found.st_mode)


def _entry(name: str, found: SFTPAttributes) -> Entry:
    return Entry(name, found.st_size or 0, float(found.st_mtime or 0))


def _exists(client: paramiko.SFTPClient, path: str) -> bool:
    try:
        client.lstat(path)
    except FileNotFoundError:
        return False
    return True
