"""Records of a file one after the other: lines, or pieces of one length.

for record in records(stream, form, "PAYROLL.TXT"):
record.offset, record.raw, record.body          # body is raw without its line end
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from adapters.fixed.settings import FixedSettings
from adapters.flat.lines import Encoding, Lines, read_fully
from hrbus.spi import BatchError, ConfigError, Fault

_PIECES = 4096
_DOS_END = b"\x1a"


class Record(NamedTuple):
    """A record; ``ended`` is false for a last line without line end."""

    offset: int
    raw: bytes
    body: bytes
    ended: bool = True


@dataclass(frozen=True)
class Form:
    """How records stand in a file: of ``length`` places, filled with ``blank``, each followed by ``line_end``."""

    encoding: Encoding
    lines: bool
    length: int
    blank: bytes
    line_end: bytes

    @classmethod
    def of(cls, settings: FixedSettings, length: int) -> Form:
        """Return the form that the settings describe; ConfigError where the encoding cannot have it."""
        lines = settings.frame == "lines"
        encoding = Encoding.of(settings.encoding) if lines else Encoding.of_bytes(settings.encoding)
        if encoding.width != 1:
            raise ConfigError(
                Fault(f"{settings.encoding} has no fixed width in bytes", path="encoding", hint="take utf-8")
            )
        end = encoding.encode("\r\n" if settings.line_end == "crlf" else "\n") if lines else b""
        return cls(encoding, lines, length, encoding.encode(" "), end)


def records(stream: BinaryIO, form: Form, artifact: str) -> Iterator[Record]:
    """Yield the records; empty lines, and the end sign of DOS behind the last one, are passed over.

    BatchError where bytes are left over behind the last whole piece.
    """
    if form.lines:
        for line in Lines(stream, form.encoding, artifact):
            body = line.raw.removesuffix(b"\n").removesuffix(b"\r")
            if body not in (b"", _DOS_END):
                yield Record(line.offset, line.raw, body, line.raw.endswith(b"\n"))
        return
    offset = 0
    while data := read_fully(stream, form.length * _PIECES):
        rest = len(data) % form.length
        for start in range(0, len(data) - rest, form.length):
            piece = data[start : start + form.length]
            yield Record(offset + start, piece, piece)
        if rest:
            raise BatchError(
                f"{artifact}: {rest} bytes are left over behind the last record of {form.length} bytes;"
                " the file is cut, or its records have another length"
            )
        offset += len(data)
