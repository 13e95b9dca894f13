"""Makes ``tables.npz`` anew: ``python -m adapters.pages.make_tables`` (Linux with glibc, and ``pip install ebcdic``).

Where a table comes from, the first that has it: Python's codec, the package ``ebcdic``, glibc's iconv. Two things are
set right. ``ebcdic`` follows Java, which reads both NL (X'15') and LF (X'25') as a line feed; here X'15' is U+0085 as
in IBM's own tables, so that each has its byte. And iconv writes X'3F' or a look-alike where a page lacks a character;
here a character that does not come back as itself is not in the page.

Arrays of the file, for a page NNN: ``NNN.single`` (256 code points, 0xFFFF for none), ``NNN.double`` (its 65536 code
points, each less the one before, modulo 65536), ``NNN.more`` (rows of code, code point and a second code point or 0,
for what takes more than 16 bits), ``NNN.chosen`` (of several codes that read as the same character the one to write).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

PYTHON = ("037", "273", "424", "500", "875", "1026", "1140")
PACKAGE = (
    *("277", "278", "280", "284", "285", "290", "297", "420", "833", "838", "870", "871"),
    *("1025", "1047", "1097", "1112", "1122", "1123", "1141", "1142", "1143", "1144", "1145", "1146", "1147"),
    *("1148", "1149"),
)
"""Not its cp500ms and cp1148ms: release 2.0.1 reads X'C1' as a blank there. They mean 500, 1148 as they are here."""
ICONV = (
    *("038", "256", "274", "275", "281", "423", "803", "880", "905", "918", "1130", "1132", "1137", "1153"),
    *("1154", "1155", "1156", "1157", "1158", "1160", "1164", "1166", "4517", "4899", "4971", "12712", "16804"),
)
DOUBLE = ("930", "933", "935", "937", "939", "1364", "1371", "1388", "1390", "1399")
HALVES = {"836": "935", "1027": "939"}
"""Single-byte pages that are the single-byte half of another."""
NONE = 0xFFFF
FILE = Path(__file__).with_name("tables.npz")
_FAILED = ctypes.c_size_t(-1).value
_SUBSTITUTE = b"\x3f"


class Iconv:
    """glibc's converter between ``page`` and UTF-32, one piece at a time; LookupError where it has no such page."""

    def __init__(self, page: str) -> None:
        self._libc: Any = ctypes.CDLL(None)
        self._libc.iconv_open.restype = ctypes.c_void_p
        self._libc.iconv.argtypes = [ctypes.c_void_p] * 5
        self._libc.iconv.restype = ctypes.c_size_t
        self._reading = self._libc.iconv_open(b"UTF-32BE", page.encode())
        self._writing = self._libc.iconv_open(page.encode(), b"UTF-32BE")
        if _FAILED in (self._reading, self._writing):
            raise LookupError(page)

    def decode(self, data: bytes) -> str | None:
        """Return the text of ``data``, or None."""
        made = self._run(self._reading, data)
        return None if made is None else made.decode("utf-32-be")

    def encode(self, text: str) -> bytes | None:
        """Return ``text`` in the page, or None; X'3F' where glibc has put that for something else is None too."""
        made = self.written(text)
        return None if made == _SUBSTITUTE and text != "\x1a" else made

    def written(self, text: str) -> bytes | None:
        """Return what glibc writes for ``text``, substitutes included."""
        return self._run(self._writing, text.encode("utf-32-be"))

    def _run(self, converter: int, data: bytes) -> bytes | None:
        source, target = ctypes.create_string_buffer(data, len(data)), ctypes.create_string_buffer(8 * len(data) + 64)
        at, left = ctypes.c_void_p(ctypes.addressof(source)), ctypes.c_size_t(len(data))
        to, room = ctypes.c_void_p(ctypes.addressof(target)), ctypes.c_size_t(len(target))
        places = [ctypes.byref(each) for each in (at, left, to, room)]
        self._libc.iconv(ctypes.c_void_p(converter), None, None, None, None)
        done = self._libc.iconv(ctypes.c_void_p(converter), *places)
        if done == _FAILED:
            return None
        self._libc.iconv(ctypes.c_void_p(converter), None, None, *places[2:])
        return target.raw[: len(target) - room.value]


def single(decode: Callable[[bytes], str | None]) -> list[int]:
    """Return the code points of the 256 bytes."""
    made = []
    for code in range(256):
        try:
            text = decode(bytes([code]))
        except UnicodeDecodeError:
            text = None
        made.append(ord(text) if text and text not in ("\ufffd", "\ufffe") else NONE)
    return made


def packaged(name: str) -> list[int]:
    """Return a page of the package ``ebcdic``, with NL and LF in their own places."""
    codec = import_module(f"ebcdic.cp{name}").getregentry()
    made = single(lambda data: str(codec.decode(data)[0]))
    made[0x15], made[0x25] = 0x85, 0x0A
    return made


def double(name: str) -> dict[str, Any]:
    """Return the arrays of a double-byte page, from iconv."""
    iconv = Iconv(f"IBM{name}")
    bytes_of = single(iconv.decode)
    bytes_of[0x0E] = bytes_of[0x0F] = NONE
    pairs = {code: iconv.decode(bytes([0x0E, code >> 8, code & 0xFF, 0x0F])) for code in candidates()}
    read = {code: text for code, text in pairs.items() if text}
    points = np.full(1 << 16, NONE, dtype=np.int64)
    more = []
    for code, text in read.items():
        if len(text) > 1 or ord(text) >= NONE:
            more.append((code, *map(ord, text), *([0] * (2 - len(text)))))
        else:
            points[code] = ord(text)
    several: dict[str, list[int]] = {}
    for code, text in [*((code, chr(point)) for code, point in enumerate(bytes_of) if point != NONE), *read.items()]:
        several.setdefault(text, []).append(code)
    chosen = [
        int.from_bytes((iconv.encode(text) or b"").strip(b"\x0e\x0f"), "big")
        for text, codes in several.items()
        if len(codes) > 1
    ]
    return {
        f"{name}.single": np.array(bytes_of, dtype=np.uint16),
        f"{name}.double": np.diff(points, prepend=0).astype(np.uint16),
        f"{name}.more": np.array(more, dtype=np.uint32).reshape(-1, 3),
        f"{name}.chosen": np.array(chosen, dtype=np.uint16),
    }


def candidates() -> list[int]:
    """Return the double bytes that a page with shifts may have: X'4040', and both halves X'41' to X'FE'."""
    return [0x4040, *(high << 8 | low for high in range(0x41, 0xFF) for low in range(0x41, 0xFF))]


def tables() -> dict[str, Any]:
    """Return all arrays."""
    made: dict[str, Any] = {}
    found = {name: single(lambda data, name=name: data.decode(f"cp{name}")) for name in PYTHON}  # type: ignore[misc]
    found |= {name: packaged(name) for name in PACKAGE}
    found |= {name: single(Iconv(f"IBM{name}").decode) for name in ICONV}
    for name, points in found.items():
        made[f"{name}.single"] = np.array(points, dtype=np.uint16)
    for name in DOUBLE:
        made |= double(name)
    for name, whole in HALVES.items():
        made[f"{name}.single"] = made[f"{whole}.single"]
    return made


if __name__ == "__main__":
    np.savez_compressed(FILE, **tables())
