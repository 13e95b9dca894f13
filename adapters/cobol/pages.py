r"""Code pages as tables for the kernels, and the way of the slower ones through Python's codecs.

>>> page = find("cp037")
>>> page.ebcdic, page.blank, page.encode("A1")
(True, 64, b'\xc1\xf1')
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import numpy as np
import numpy.typing as npt

from hrbus.spi import ConfigError, Fault

Bytes = npt.NDArray[np.uint8]
_EBCDIC_A = 0xC1
_KNOWN = (
    "cp037",
    "cp273",
    "cp424",
    "cp500",
    "cp875",
    "cp1026",
    "cp1140",
    "ascii",
    "latin-1",
    "utf-8",
    "gb18030",
    "gbk",
)


@dataclass(frozen=True, eq=False)
class Page:
    """A code page.

    ``narrow`` (256) holds the ASCII byte of a code, or 0x80; ``wide`` (256 × 4) the length and bytes of its UTF-8,
    length 0 where the code is none on its own; ``reverse`` (65536) the byte of a code point, or -1. ``widest`` is
    the greatest length in ``wide``. ``several`` says that a character may take more than one byte: what the tables
    do not know then goes through the codec.
    """

    name: str
    narrow: Bytes
    wide: Bytes
    reverse: npt.NDArray[np.int16]
    blank: int
    ebcdic: bool
    several: bool

    @property
    def widest(self) -> int:
        """The greatest number of UTF-8 bytes that one byte of the page becomes."""
        return int(self.wide[:, 0].max())

    def encode(self, text: str) -> bytes:
        """Return ``text`` in the page; UnicodeEncodeError where it cannot hold a character."""
        return text.encode(self.name)

    def decode(self, data: bytes) -> str:
        """Return the text of ``data``; UnicodeDecodeError where it is none."""
        return data.decode(self.name)


@cache
def find(name: str) -> Page:
    """Return the page of that name; ConfigError where there is none or it cannot hold records."""
    try:
        info = codecs.lookup(name)
        letter, blank = "A".encode(info.name), " ".encode(info.name)
    except (LookupError, UnicodeError):
        near = get_close_matches(name.lower(), _KNOWN, 1)
        hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(_KNOWN)}"
        raise ConfigError(Fault(f"unknown encoding {name}", path="encoding", hint=hint)) from None
    if len(letter) != 1 or len(blank) != 1:
        raise ConfigError(Fault(f"the encoding {name} has no single-byte letters", path="encoding"))
    narrow = np.full(256, 0x80, dtype=np.uint8)
    wide = np.zeros((256, 4), dtype=np.uint8)
    reverse = np.full(1 << 16, -1, dtype=np.int16)
    for code in range(256):
        try:
            char = bytes([code]).decode(info.name)
        except UnicodeDecodeError:
            continue
        text = char.encode("utf-8")
        wide[code, 0] = len(text)
        wide[code, 1 : 1 + len(text)] = list(text)
        if len(text) == 1:
            narrow[code] = text[0]
        if reverse[ord(char)] < 0:
            reverse[ord(char)] = code
    several = bool((wide[:, 0] == 0).any()) and _takes_two(info.name)
    return Page(info.name, narrow, wide, reverse, blank[0], letter[0] == _EBCDIC_A, several)


def _takes_two(name: str) -> bool:
    """Say whether the codec writes some character with more than one byte."""
    for char in "é中あ한":
        try:
            if len(char.encode(name)) > 1:
                return True
        except UnicodeEncodeError:
            continue
    return False
