"""Physical lines of a text file, decoded, each with the offset of its first byte.

    for line in Lines(stream, Encoding.of("gb18030"), "STAFF.CSV"):
        line.offset, line.raw, line.text        # text is None where the bytes are no text

Lines end in LF; a CR before it belongs to the line and is left to whoever knows better. A line is looked for by the
code unit of its encoding, so UTF-16 is not cut inside of a character.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import numpy as np

from adapters.pages import Page, ebcdic
from hrbus.spi import BatchError, ConfigError, Fault

BLOCK = 1 << 20
LONGEST_LINE = 16 << 20
_STATEFUL = ("iso2022", "hz", "utf_7", "unicode_escape", "raw_unicode_escape", "idna", "punycode")


class Line(NamedTuple):
    """A line with its end, as it stands at ``offset``; ``text`` is None where the bytes are no text."""

    offset: int
    raw: bytes
    text: str | None


@dataclass(frozen=True)
class Encoding:
    """How text stands as bytes. ``width`` is the size of a code unit; ``mark`` the byte order mark, or nothing.

    ``page`` is an EBCDIC page that Python does not have.
    """

    name: str
    width: int = 1
    mark: bytes = b""
    page: Page | None = None

    def encode(self, text: str) -> bytes:
        """Return ``text`` as bytes; UnicodeEncodeError where it cannot stand so."""
        return self.page.encode(text) if self.page else text.encode(self.name)

    def decode(self, data: bytes) -> str:
        """Return the text of ``data``; UnicodeDecodeError where it is none."""
        return self.page.decode(data) if self.page else data.decode(self.name)

    @classmethod
    def of(cls, name: str) -> Encoding:
        """Return the encoding that a user calls ``name``; ConfigError where it cannot stand in lines."""
        try:
            found = codecs.lookup(name).name.replace("-", "_")
            line_end = "\n".encode(found)
        except (LookupError, TypeError, ValueError):
            raise ConfigError(Fault(f"there is no encoding {name}", hint="write utf-8, gb18030, latin-1 …")) from None
        if found == "utf_8" or found == "utf_8_sig":
            return cls("utf-8", 1, codecs.BOM_UTF8 if found.endswith("sig") else b"")
        if found == "utf_16":
            return cls("utf-16-le", 2, codecs.BOM_UTF16_LE)
        if found.startswith(_STATEFUL) or line_end not in (b"\n", b"\n\x00", b"\x00\n"):
            hint = "take an encoding that contains ASCII; for EBCDIC, the cobol codec or frame: fixed"
            raise ConfigError(Fault(f"lines cannot be told apart in {name}", hint=hint))
        return cls(found.replace("_", "-"), len(line_end))

    @classmethod
    def of_bytes(cls, name: str) -> Encoding:
        """Return the encoding that a user calls ``name``, for records that are no lines. ConfigError otherwise."""
        try:
            found = codecs.lookup(name).name
            width = len("\n".encode(found))
        except (LookupError, TypeError, ValueError):
            if page := ebcdic(name):
                return cls(page.name, page=page)
            raise ConfigError(Fault(f"there is no encoding {name}", hint="write utf-8, gb18030, cp037 …")) from None
        return cls(found, width)

    def begun(self, head: bytes) -> tuple[Encoding, int]:
        """Return the encoding of a file that begins with ``head``, and the length of its byte order mark."""
        if self.width == 2 and self.mark and head.startswith(codecs.BOM_UTF16_BE):
            return Encoding("utf-16-be", 2), 2
        mark = codecs.BOM_UTF8 if self.name == "utf-8" else self.mark
        return self, len(mark) if mark and head.startswith(mark) else 0


class Lines:
    """Iterates over the lines of a stream. BatchError where a line is longer than ``longest`` bytes."""

    def __init__(self, stream: BinaryIO, encoding: Encoding, artifact: str, longest: int = LONGEST_LINE) -> None:
        self._stream = stream
        self._artifact = artifact
        self._longest = longest
        head = read_fully(stream, 4)
        self.encoding, skip = encoding.begun(head)
        self._rest = head[skip:]
        self._offset = skip

    def __iter__(self) -> Iterator[Line]:
        while True:
            new = read_fully(self._stream, BLOCK)
            data = self._rest + new
            if not new:
                yield from self._block(data)
                return
            cut = self._last_end(data)
            if cut == 0 and len(data) > self._longest:
                raise BatchError(
                    f"{self._artifact}: the line at byte {self._offset} is longer than {self._longest} bytes;"
                    " another line end, another encoding, or no text at all"
                )
            yield from self._block(data[:cut])
            self._rest = data[cut:]

    def _last_end(self, data: bytes) -> int:
        """Return the length of ``data`` up to and with its last line end; 0 where there is none."""
        if self.encoding.width == 1:
            return data.rfind(b"\n") + 1
        ends = self._ends(data)
        return int(ends[-1]) if len(ends) else 0

    def _ends(self, data: bytes) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return the positions behind every line end."""
        units = np.frombuffer(data, dtype=self._unit(), count=len(data) // self.encoding.width)
        return (np.flatnonzero(units == ord("\n")) + 1) * self.encoding.width

    def _unit(self) -> str:
        if self.encoding.width == 1:
            return "u1"
        return (">" if self.encoding.name.endswith("be") else "<") + f"u{self.encoding.width}"

    def _block(self, data: bytes) -> Iterator[Line]:
        if not data:
            return
        ends = self._ends(data).tolist()
        if not ends or ends[-1] < len(data):
            ends.append(len(data))
        texts = self._texts(data, len(ends))
        start = 0
        for number, end in enumerate(ends):
            raw = data[start:end]
            yield Line(self._offset + start, raw, texts[number] if texts else self._text(raw))
            start = end
        self._offset += len(data)

    def _texts(self, data: bytes, count: int) -> list[str] | None:
        """Return the lines of ``data`` decoded at one go; None where some of it is no text."""
        text = self._text(data)
        if text is None:
            return None
        lines = text.split("\n")
        found = [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
        return found if len(found) == count else None

    def _text(self, raw: bytes) -> str | None:
        try:
            return raw.decode(self.encoding.name)
        except UnicodeDecodeError:
            return None


def read_fully(stream: BinaryIO, size: int) -> bytes:
    """Return ``size`` bytes, fewer only at the end: a stream may hand out less than it was asked for."""
    pieces = []
    while size > 0 and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
