"""The bytes of a remote file, asked for ahead of the reader.

A server answers one request of 32 KiB in one round trip, so many must be on their way at once. paramiko's own way of
doing that keeps a thread which dies with a traceback when the line is cut, and bounds the requests by sleeping, forty
times slower on a fast line. This one has no thread: it sends the next requests while it takes the answers.
"""

from __future__ import annotations

import contextlib
import io
from typing import Any

import paramiko
from paramiko.message import Message
from paramiko.sftp import CMD_DATA, CMD_READ, SFTP_EOF, int64

from adapters.sftp.session import Session

REQUEST = 32_768
"""Bytes of one request: what every server answers whole; larger ones are cut by some."""

IN_FLIGHT = 2048
"""Requests that are on their way at once. Their answers wait at the server, held back by the windows of SSH, until
the reader takes them."""

LOT = 1024
"""Requests that are sent together: fewer would keep both sides waking each other."""


class Download(io.RawIOBase):
    """A stream over an open file of ``size`` bytes; ends early where the file does. Errors are hrbus's.

    paramiko calls ``_async_response`` for answers to what was asked in this object's name, also while it waits for
    the answer to something else.
    """

    def __init__(
        self, client: paramiko.SFTPClient, remote: paramiko.SFTPFile, size: int, session: Session, where: str
    ) -> None:
        super().__init__()
        self._client: Any = client  # its stubs leave out the requests that do not wait
        self._remote = remote
        self._size = size
        self._session = session
        self._where = where
        self._asked = 0
        self._read = 0
        self._pending: dict[int, tuple[int, int]] = {}
        self._arrived: dict[int, bytes] = {}
        self._rest = b""
        self._refused: Message | None = None

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, at most those of one answer; all that are left where it is negative."""
        if size < 0:
            return bytes(self.readall() or b"")
        if not self._rest:
            with self._session.translated(self._where):
                self._rest = self._next()
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def close(self) -> None:
        """Close the file; hang up where answers are still on their way, which the next act would have to wait for."""
        if not self.closed:
            if self._pending:
                self._session.close()
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                self._remote.close()
        super().close()

    def _next(self) -> bytes:
        """Return the next answer in the order of the file, b"" at its end."""
        if len(self._pending) + len(self._arrived) <= IN_FLIGHT - LOT:
            self._ask_ahead()
        while self._read not in self._arrived and self._pending:
            self._client._read_response()
            if self._refused is not None:
                self._client._convert_status(self._refused)
        piece = self._arrived.pop(self._read, b"")
        self._read += len(piece)
        return piece

    def _ask_ahead(self) -> None:
        while len(self._pending) + len(self._arrived) < IN_FLIGHT and self._asked < self._size:
            length = min(REQUEST, self._size - self._asked)
            self._ask(self._asked, length)
            self._asked += length

    def _ask(self, offset: int, length: int) -> None:
        number = self._client._async_request(self, CMD_READ, self._remote.handle, int64(offset), length)
        self._pending[number] = (offset, length)

    def _async_response(self, kind: int, message: Message, number: int) -> None:
        offset, length = self._pending.pop(number)
        if kind == CMD_DATA:
            data = message.get_string()
            self._arrived[offset] = data
            if 0 < len(data) < length:
                self._ask(offset + len(data), length - len(data))
        elif self._refused is None and message.asbytes()[4:8] != SFTP_EOF.to_bytes(4, "big"):
            self._refused = message
