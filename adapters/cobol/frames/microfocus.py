"""Micro Focus variable-length files: 128 bytes of file header, then records with words that hold a kind and a length.

The first half byte of a word is the record's kind (4 for data), the rest its length: 12 bits in words of two bytes,
28 in words of four, where a record may be longer than 4095 bytes. Records are padded to multiples of four bytes with
their word. The file header is such a record itself, of kind 3, and so tells the size of words. GnuCOBOL writes and
reads the same with COB_VARSEQ_FORMAT=mf.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from adapters.cobol.frames.words import Word, Words
from hrbus.spi import BatchError

HEADER = 128
SHORT = Word(2, 0, 2, bits=12, kind=4, align=4)
LONG = Word(4, 0, 4, bits=28, kind=4, align=4)
_SHORT_HEADER = bytes.fromhex("307E0000")
_LONG_HEADER = bytes.fromhex("3000007C")
_ORGANIZATION, _COMPRESSION, _MODE, _LONGEST, _SHORTEST = 39, 41, 48, 54, 58
_SEQUENTIAL, _VARIABLE = 1, 1
_RESERVED = 0x3E


@dataclass(frozen=True)
class FileHeader:
    """What such a file begins with; ``words`` is its frame but for the size of words."""

    words: Words
    size: int = HEADER

    def frame(self, preface: bytes) -> Words:
        """Return the frame with the words that the file header tells."""
        kinds = {_SHORT_HEADER: SHORT, _LONG_HEADER: LONG}
        word = kinds.get(preface[:4])
        if word is None:
            raise BatchError(
                f"the file begins with X'{preface[:4].hex().upper()}', and a Micro Focus variable file with"
                " X'307E0000' or X'3000007C'; see whether its frame is another: fixed files of Micro Focus have no"
                " file header"
            )
        if preface[_COMPRESSION]:
            raise BatchError(
                "the file is compressed (byte 42 of its header is not zero); write it without compression"
            )
        if preface[_ORGANIZATION] != _SEQUENTIAL:
            raise BatchError(
                f"the file is not sequential (byte 40 of its header is {preface[_ORGANIZATION]}, and 1 is expected);"
                " unload it into a sequential file"
            )
        return replace(self.words, word=word)

    def fresh(self, longest: int, shortest: int) -> bytes:
        """Return the header of a new file."""
        header = bytearray(HEADER)
        header[:4] = _SHORT_HEADER if longest <= SHORT.most else _LONG_HEADER
        header[8:36] = b"0" * 28
        header[37] = _RESERVED
        header[_ORGANIZATION], header[_MODE] = _SEQUENTIAL, _VARIABLE
        header[_LONGEST : _LONGEST + 4] = longest.to_bytes(4, "big")
        header[_SHORTEST : _SHORTEST + 4] = shortest.to_bytes(4, "big")
        return bytes(header)
