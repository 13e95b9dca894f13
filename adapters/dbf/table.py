"""The head of a dbf file: how many records, how long, and which columns of which kind.

The format has no standard; the layout of the head and the codes of the languages are those that dBase III, FoxPro and
Visual FoxPro write (*Table File Structure* of the Visual FoxPro documentation).

    head = Head.read(stream, "STAFF.DBF")
    head.count, head.length, head.columns["NAME"].width
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from adapters.flat.lines import read_fully
from hrbus.spi import BatchError

END = b"\x1a"
DELETED = b"*"
PLAIN = 0x03
_VERSIONS = (0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5, 0xFB)
_HEAD = struct.Struct("<4BIHH20x")
_COLUMN = struct.Struct("<11sc4xBB14x")
_LANGUAGES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x4D: "gbk", 0x4E: "cp949", 0x4F: "cp950",
    0x50: "cp874", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852", 0x65: "cp866", 0x66: "cp865",
    0x6A: "cp737", 0x6B: "cp857", 0x78: "cp950", 0x79: "cp949", 0x7A: "gbk", 0x7B: "cp932", 0x7C: "cp874",
    0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257",
}  # fmt: skip
_CODES = {"gbk": 0x4D, "cp932": 0x7B, "cp949": 0x79, "cp950": 0x78, "cp1252": 0x03, "cp437": 0x01, "cp850": 0x02,
          "cp1250": 0xC8, "cp1251": 0xC9, "cp866": 0x65, "cp852": 0x64}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column: its name, its kind (C, N, F, L, D, I, B, Y, T …), where it stands in a record, and its places."""

    name: str
    kind: str
    start: int
    width: int
    places: int = 0


@dataclass(frozen=True)
class Head:
    """What the head of a file says. ``encoding`` is empty where it does not say one."""

    count: int
    size: int
    length: int
    encoding: str
    columns: dict[str, Column]

    @classmethod
    def read(cls, stream: BinaryIO, artifact: str, encoding: str = "") -> Head:
        """Return the head that ``stream`` begins with; BatchError where it is none, or contradicts itself."""
        first = read_fully(stream, _HEAD.size)
        if len(first) < _HEAD.size or first[0] not in _VERSIONS:
            raise BatchError(f"{artifact} is no dbf file: its first bytes are those of something else")
        _, _, _, _, count, size, length = _HEAD.unpack(first)
        rest = read_fully(stream, size - _HEAD.size) if size > _HEAD.size else b""
        end = next((at for at in range(0, len(rest), _COLUMN.size) if rest[at : at + 1] == b"\r"), -1)
        if len(rest) < size - _HEAD.size or end < 0:
            raise BatchError(f"{artifact}: the head breaks off; fetch the file again")
        encoding = encoding or _LANGUAGES.get(first[29], "")
        columns: dict[str, Column] = {}
        start = 1
        for at in range(0, end, _COLUMN.size):
            raw, kind, width, places = _COLUMN.unpack(rest[at : at + _COLUMN.size])
            name = raw.partition(b"\0")[0].decode(encoding or "ascii", "replace").upper()
            if kind == b"C" and places:  # Clipper and FoxPro: texts above 255 bytes
                width, places = width + 256 * places, 0
            columns[name] = Column(name, kind.decode("latin-1"), start, width, places)
            start += width
        if start != length:
            raise BatchError(
                f"{artifact}: the columns need {start} bytes, and a record has {length}; the file is damaged"
            )
        return cls(count, size, length, encoding, columns)

    def written(self, today: date) -> bytes:
        """Return the bytes of the head, of the plainest version, which every reader knows."""
        first = bytearray(
            _HEAD.pack(PLAIN, today.year % 100, today.month, today.day, self.count, self.size, self.length)
        )
        first[29] = _CODES.get(self.encoding, 0)
        columns = [
            _COLUMN.pack(column.name.encode(self.encoding), column.kind.encode(), column.width % 256, column.places)
            for column in self.columns.values()
        ]
        return bytes(first) + b"".join(columns) + b"\r"

    @classmethod
    def of(cls, columns: dict[str, Column], count: int, encoding: str) -> Head:
        """Return the head of a file with these columns."""
        length = 1 + sum(column.width for column in columns.values())
        return cls(count, _HEAD.size + _COLUMN.size * len(columns) + 1, length, encoding, columns)
