"""Where in a stream of XML the elements of one name stand: which bytes, and which is the how manyth.

The parser does not tell. In well-formed XML no ``<`` stands outside of markup, so tags are found by their bytes alone
once comments, CDATA and instructions are passed over; whether the XML is well-formed, the parser says.

    spans = Spans("Employee", "STAFF.XML")
    spans.feed(chunk)
    spans.take(0)           # (offset, bytes) of the first element that began
"""

from __future__ import annotations

import re

from hrbus.spi import BatchError

LONGEST = 16 << 20
_OTHER = rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)"
_INSIDE = rb"(?:[^>\"']++|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+(?:(?P<close>>)|\Z)"
_ENDS = {b"<!--": b"-->", b"<![C": b"]]>", b"<?": b"?>"}


class Spans:
    """Finds the elements of the local name ``name``."""

    def __init__(self, name: str, encoding: str, artifact: str) -> None:
        local = re.escape(name.encode(encoding))
        tag = rb"<(?P<end>/?)(?:[^\s<>/:!?]+:)?" + local + rb"(?=[\s/>])" + _INSIDE
        self._pattern = re.compile(_OTHER + b"|" + tag, re.DOTALL)
        self._artifact = artifact
        self._data = b""
        self._base = 0
        self._next = 0
        self._count = 0
        self._open: list[tuple[int, int]] = []
        self._closed: dict[int, tuple[int, bytes]] = {}

    def feed(self, chunk: bytes) -> None:
        """Look through the next bytes of the stream."""
        self._data += chunk
        position = self._next
        for match in self._pattern.finditer(self._data, position):
            if not _whole(match):
                position = match.start()
                break
            position = match.end()
            if match["end"] is not None:
                self._tag(match)
        else:
            position = self._tail(position)
        self._next = position
        start = min([position, *(start for _, start in self._open)])
        if len(self._data) - start > LONGEST:
            raise BatchError(
                f"{self._artifact}: the element at byte {self._base + start} has more than {LONGEST} bytes"
            )
        self._data = self._data[start:]
        self._base += start
        self._next -= start
        self._open = [(number, at - start) for number, at in self._open]

    def take(self, number: int) -> tuple[int, bytes]:
        """Return offset and bytes of the element that began as number ``number`` from 0, and forget it."""
        try:
            return self._closed.pop(number)
        except KeyError:
            raise BatchError(f"{self._artifact}: the elements cannot be told apart; save the file as UTF-8") from None

    def _tail(self, position: int) -> int:
        """Return where a tag begins that the data break off in, or the end."""
        last = self._data.rfind(b"<", position)
        return last if last >= 0 and b">" not in self._data[last:] else len(self._data)

    def _tag(self, match: re.Match[bytes]) -> None:
        if match["end"]:
            if self._open:
                number, start = self._open.pop()
                self._closed[number] = (self._base + start, self._data[start : match.end()])
        elif match[0].endswith(b"/>"):
            self._closed[self._count] = (self._base + match.start(), match[0])
            self._count += 1
        else:
            self._open.append((self._count, match.start()))
            self._count += 1


def _whole(match: re.Match[bytes]) -> bool:
    """Say whether what was found ends where it should, and not where the data do."""
    found = match[0]
    for begin, end in _ENDS.items():
        if found.startswith(begin):
            return len(found) >= len(begin) + len(end) and found.endswith(end)
    return match["close"] is not None
