"""Where the objects of a file of JSON stand: one a line, or the items of one array.

    for offset, piece in items(stream, "PAGE.JSON"):
        ...

Nothing is parsed here. An array is cut at its own commas; what stands between them is for the parser to judge, so one
bad item is one reject. The whole is refused where the array never ends, or something stands behind its end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from hrbus.spi import BatchError

LONGEST = 16 * 1024 * 1024
_CHUNK = 1 << 18
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?P<closed>"?)|[\[\]{},]', re.DOTALL)
_BLANKS = b" \t\r\n"

Piece = tuple[int, bytes]


def lines(stream: BinaryIO, artifact: str, whole: Callable[[bytes], bool]) -> Iterator[Piece]:
    """Yield the lines that are not empty, with their offsets.

    BatchError where one is longer than 16 MiB, or the last has no line end and is not ``whole``.
    """
    offset = 0
    while line := stream.readline(LONGEST + 1):
        if len(line) > LONGEST:
            raise BatchError(
                f"{artifact}: the line at byte {offset} is longer than {LONGEST} bytes; "
                "expected one JSON object a line (form: array reads an array)"
            )
        start, offset = offset, offset + len(line)
        if not start and line.startswith(_BYTE_ORDER_MARK):
            start, line = 3, line[3:]
        if not line.strip():
            continue
        if not line.endswith(b"\n") and not whole(line):
            raise BatchError(
                f"{artifact}: the last line, at byte {start}, breaks off; fetch the file again, "
                "or set form: array where it is one array or object over several lines"
            )
        yield start, line.rstrip(b"\r\n")


def items(stream: BinaryIO, artifact: str) -> Iterator[Piece]:
    """Yield the items of an array, or an object that stands alone, with their offsets.

    BatchError where the file is neither, breaks off, goes on behind its end, or has an item of more than 16 MiB.
    """
    cutter = _Cutter(artifact)
    while chunk := stream.read(_CHUNK):
        yield from cutter.feed(chunk)
    cutter.end()


class _Cutter:
    """Follows brackets and strings; ``depth`` counts those that are open, the array's own included."""

    def __init__(self, artifact: str) -> None:
        self._artifact = artifact
        self._data = b""
        self._base = 0
        self._next = 0
        self._start = 0
        self._depth = 0
        self._count = 0
        self._alone = False
        self._begun = self._ended = False

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        """Take the next bytes and yield the items that end in them."""
        self._data += chunk
        if not self._begun and not self._begin():
            return
        for token in _TOKEN.finditer(self._data, self._next):
            if self._ended:
                break
            if token["closed"] == b"":
                self._next = token.start()  # a string that goes on in the next bytes
                break
            self._next = token.end()
            yield from self._take(token)
        else:
            if not self._ended:
                self._next = len(self._data)
        self._forget()

    def end(self) -> None:
        """Say that there are no more bytes."""
        if not self._ended:
            raise BatchError(
                f"{self._artifact}: the JSON breaks off at byte {self._base + len(self._data)}; ask again"
            )

    def _begin(self) -> bool:
        """Look for the first bracket; return whether it is there yet."""
        skipped = len(_BYTE_ORDER_MARK) if self._data.startswith(_BYTE_ORDER_MARK) else 0
        bare = self._data[skipped:].lstrip(_BLANKS)
        if not bare or self._data == _BYTE_ORDER_MARK[: len(self._data)]:
            return False
        if bare[:1] not in (b"[", b"{"):
            at = len(self._data) - len(bare)
            raise BatchError(f"{self._artifact}: expected an array of objects at byte {at}, found something else")
        self._begun = True
        self._alone = bare[:1] == b"{"
        self._depth = 1
        self._start = self._next = len(self._data) - len(bare) + (0 if self._alone else 1)
        return True

    def _take(self, token: re.Match[bytes]) -> Iterator[Piece]:
        sign = token[0]
        if sign in b"[{":
            self._depth += 1
        elif sign in b"]}":
            self._depth -= 1
            if self._depth == (1 if self._alone else 0):
                self._ended = True
                last = self._item(token.end() if self._alone else token.start())
                if last[1] or self._count:
                    yield last
                self._start = self._next
        elif sign == b"," and self._depth == 1:
            yield self._item(token.start())
            self._start = token.end()
            self._count += 1

    def _item(self, end: int) -> Piece:
        piece = self._data[self._start : end]
        return self._base + self._start + len(piece) - len(piece.lstrip(_BLANKS)), piece.strip(_BLANKS)

    def _forget(self) -> None:
        """Drop what was yielded, and see that what is held does not grow without bound."""
        if self._ended and self._data[self._next :].strip(_BLANKS):
            at = self._base + self._next
            raise BatchError(
                f"{self._artifact}: goes on behind its end at byte {at}; for an object a line, form: lines"
            )
        if len(self._data) - self._start > LONGEST:
            raise BatchError(
                f"{self._artifact}: the item at byte {self._base + self._start} is longer than {LONGEST}"
            )
        self._data = self._data[self._start :]
        self._base += self._start
        self._next -= self._start
        self._start = 0
