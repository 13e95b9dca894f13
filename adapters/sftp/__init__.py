"""The ``sftp`` adapter: files on an SFTP server, over paramiko.

    connections:
      hr:
        adapter: sftp
        host: sftp.hr.example
        user: hrbus
        key_file: keys/hr_ed25519
        known_hosts: config/known_hosts

The server must prove who it is: its key stands in ``known_hosts``, or nothing is sent. hrbus never adds a key itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.files import FileSource, FileTarget, SourceSettings, TargetSettings
from adapters.sftp.settings import SftpConnection
from hrbus.spi import Adapter, Codec, Context, Kind

if TYPE_CHECKING:
    from adapters.sftp.files import SftpFiles

__all__ = ["SFTP", "SftpConnection"]


def _files(connection: SftpConnection, context: Context) -> SftpFiles:
    from adapters.sftp.files import SftpFiles
    from adapters.sftp.session import Session

    return SftpFiles(Session(connection, context))


def _source(connection: SftpConnection, own: SourceSettings, context: Context) -> FileSource:
    return FileSource(_files(connection, context), own, context)


def _target(connection: SftpConnection, own: TargetSettings, codec: Codec, context: Context) -> FileTarget:
    return FileTarget(_files(connection, context), own, codec, context)


SFTP = Adapter(
    "sftp",
    "Files on an SFTP server.",
    SftpConnection,
    source=Kind(SourceSettings, _source),
    target=Kind(TargetSettings, _target),
)
"""The entry point ``sftp`` of the group ``hrbus.adapters``."""
