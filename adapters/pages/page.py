"""A code page: tables for kernels, and the same in plain Python for single texts and for messages.

>>> from adapters.pages import find
>>> page = find("cp935")
>>> page.encode("A王").hex(), page.decode(bytes.fromhex("c10e57960f")), page.missing("王镕")
('c10e57960f', 'A王', '镕')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Points = npt.NDArray[np.int32]

NONE = -1
"""In tables of code points: no character. In tables of codes: not in the page."""
SHIFT_OUT, SHIFT_IN = 0x0E, 0x0F
FOURS = 39420
"""Four-byte codes of GB 18030 for the Basic Multilingual Plane, counted from X'81308130'."""
ASTRAL = 189_000
"""The number of the four-byte code of U+10000 in GB 18030, counted the same way."""
IDEOGRAPHIC_SPACE = 0x3000


class Form(IntEnum):
    """How characters of several bytes stand in a text."""

    SINGLE = 0
    """There are none."""
    SHIFTED = 1
    """Double bytes between shift-out X'0E' and shift-in X'0F' (EBCDIC)."""
    LEAD = 2
    """The first byte says that more follow (GBK, GB 18030, Big5, Shift-JIS, EUC)."""
    PAIRS = 3
    """Double bytes and nothing else (PIC G)."""
    UTF8 = 4
    UTF16_BE = 5
    UTF16_LE = 6


@dataclass(frozen=True, eq=False)
class Page:
    """A code page.

    For kernels of single bytes: ``narrow`` (256) holds the ASCII byte of a code, or 0x80; ``wide`` (256 × 4) the
    length and bytes of its UTF-8, length 0 where the code is none on its own; ``reverse`` (65536) the byte of a code
    point, or -1.

    For all: ``points`` (256) and ``double`` (65536, or empty) hold the code point of a code, NONE, or -2 - k for the
    two code points in row k of ``couples``, whose third column is the code; ``four`` (39420, or empty) those of the
    four-byte codes of GB 18030. ``codes`` is the way back: below 256 one byte, below 65536 two, from there on
    the number of a four-byte code. ``agreed`` says what to write for characters that the page does not have.
    """

    name: str
    form: Form
    blank: int
    ebcdic: bool
    narrow: Bytes
    wide: Bytes
    reverse: npt.NDArray[np.int16]
    points: Points
    double: Points
    four: Points
    couples: Points
    codes: Points
    agreed: Mapping[int, str] = field(default_factory=dict)

    @property
    def widest(self) -> int:
        """The greatest number of UTF-8 bytes that one byte of the page becomes."""
        return int(self.wide[:, 0].max()) if self.form is Form.SINGLE else 3

    @property
    def several(self) -> bool:
        """Say whether a character may take more than one byte."""
        return self.form is not Form.SINGLE

    @cached_property
    def fill(self) -> bytes:
        """The bytes of the character that fills a field up."""
        if self.form is Form.PAIRS:
            return int(self.codes[IDEOGRAPHIC_SPACE]).to_bytes(2, "big")
        if self.form in _UTF16:
            return " ".encode(_UTF16[self.form])
        return bytes([self.blank])

    @cached_property
    def pairs(self) -> Page | None:
        """Return the double-byte half of the page, in which PIC G stands; None where it has none."""
        if self.form not in (Form.SHIFTED, Form.LEAD) or self.codes[IDEOGRAPHIC_SPACE] < 0:
            return None
        codes = np.where((self.codes > 0xFF) & (self.codes <= 0xFFFF), self.codes, NONE).astype(np.int32)
        return replace(self, name=f"{self.name} (double bytes)", form=Form.PAIRS, codes=codes)

    # --- single texts

    def holds(self, text: str) -> bool:
        """Say whether ``text`` can be written, with the replacements that are agreed."""
        return not self.missing(text)

    def missing(self, text: str) -> str:
        """Return the characters of ``text`` that cannot be written, each once."""
        text = self.replaced(text)
        return "".join(dict.fromkeys(text[at] for at, code in self._codes(text) if code < 0))

    def replaced(self, text: str) -> str:
        """Return ``text`` with what is agreed in place of characters that the page does not have."""
        return text.translate(self.agreed) if self.agreed else text

    def encode(self, text: str) -> bytes:
        """Return ``text`` in the page; UnicodeEncodeError at the first character that it does not have."""
        text = self.replaced(text)
        if self.form in _PYTHON:
            return text.encode(_PYTHON[self.form])
        made = bytearray()
        shifted = False
        for at, code in self._codes(text):
            if code < 0:
                raise UnicodeEncodeError(self.name, text, at, at + 1, f"{self.name} has no U+{ord(text[at]):04X}")
            if self.form is Form.SHIFTED and (code > 0xFF) != shifted:
                shifted = not shifted
                made.append(SHIFT_OUT if shifted else SHIFT_IN)
            if code < 0x100:
                made.append(code)
            else:
                made += _bytes_of(code)
        if shifted:
            made.append(SHIFT_IN)
        return bytes(made)

    def padded(self, text: str, width: int) -> bytes:
        """Return ``text`` as it stands in a field of ``width`` bytes, or longer where it does not fit."""
        data = self.encode(text)
        return data + self.fill * ((width - len(data)) // len(self.fill))

    def decode(self, data: bytes) -> str:
        """Return the text of ``data``; UnicodeDecodeError with what is wrong in words where it is none."""
        if self.form in _PYTHON:
            return self._unicode(data)
        whole = self._whole(data)
        return self._stepwise(data) if whole is None else whole

    # --- how

    def _whole(self, data: bytes) -> str | None:
        """Return the text of ``data`` by one look at all of it, or None where that does not do."""
        if self.form not in (Form.SINGLE, Form.SHIFTED):
            return None
        found = np.frombuffer(data, dtype=np.uint8)
        points, kept = self.points[found], np.ones(len(found), dtype=np.bool_)
        if self.form is Form.SHIFTED and (found == SHIFT_OUT).any():
            out = found == SHIFT_OUT
            state = np.cumsum(out.astype(np.int32) - (found == SHIFT_IN))
            inside = (state == 1) & ~out
            begun = np.maximum.accumulate(np.where(out, np.arange(len(found)), 0))
            first = inside & ((np.arange(len(found)) - begun) % 2 == 1)
            if state.min() < 0 or state.max() > 1 or state[-1] or first[-1]:
                return None
            at = np.flatnonzero(first)
            points[at] = self.double[found[at].astype(np.int64) << 8 | found[at + 1]]
            kept = first | ((state == 0) & (found != SHIFT_IN))
        points = points[kept]
        return None if (points < 0).any() else points.astype("<u4").tobytes().decode("utf-32-le")

    def _stepwise(self, data: bytes) -> str:
        made: list[str] = []
        at, opened = 0, -1
        while at < len(data) and not (opened >= 0 and data[at:] == self.fill):
            if self.form is Form.SHIFTED and data[at] == (SHIFT_OUT if opened < 0 else SHIFT_IN):
                opened = at if opened < 0 else -1
                at += 1
                continue
            text, size = self._character(data, at, shifted=opened >= 0)
            made.append(text)
            at += size
        if opened >= 0:
            reason = "a shift-out (X'0E') without a shift-in (X'0F') before the field ends"
            raise UnicodeDecodeError(self.name, data, opened, len(data), reason)
        return "".join(made)

    def _unicode(self, data: bytes) -> str:
        try:
            return data.decode(_PYTHON[self.form])
        except UnicodeDecodeError as error:
            reason = f"bytes that are no text in {self.name}"
            raise UnicodeDecodeError(self.name, data, error.start, error.end, reason) from None

    def _code(self, point: int) -> int:
        if self.form in _PYTHON:
            return NONE if 0xD800 <= point <= 0xDFFF else point
        if len(self.four):
            return int(self.codes[point])
        return self._known.get(point, NONE)

    @cached_property
    def _known(self) -> dict[int, int]:
        """``codes`` of the characters that the page has, for looks at one of them."""
        points = np.flatnonzero(self.codes >= 0)
        return dict(zip(points.tolist(), self.codes[points].tolist(), strict=True))

    def _codes(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield place and code of each character, or of two together where the page has such."""
        at = 0
        while at < len(text):
            couple = self._coupled.get(text[at : at + 2]) if self._coupled else None
            yield at, self._code(ord(text[at])) if couple is None else couple
            at += 1 if couple is None else 2

    @cached_property
    def _coupled(self) -> dict[str, int]:
        return {chr(first) + chr(second): code for first, second, code in self.couples.tolist()}

    def _character(self, data: bytes, at: int, *, shifted: bool) -> tuple[str, int]:
        """Return the character at a place and its size in bytes."""
        if self.form is not Form.PAIRS and not shifted and self.points[data[at]] >= 0:
            return chr(self.points[data[at]]), 1
        if self.form is Form.SINGLE or (self.form is Form.SHIFTED and not shifted):
            raise UnicodeDecodeError(self.name, data, at, at + 1, _alone(data[at], self))
        two = data[at : at + 2]
        if len(two) < 2 or (shifted and two[1] == SHIFT_IN):
            raise UnicodeDecodeError(self.name, data, at, at + 1, "half of a double-byte character")
        point = int(self.double[int.from_bytes(two, "big")])
        if point == NONE and len(self.four) and 0x30 <= two[1] <= 0x39:
            return self._of_four(data, at)
        if point == NONE:
            raise UnicodeDecodeError(self.name, data, at, at + 2, f"bytes that are no text in {self.name}")
        if point < NONE:
            return "".join(map(chr, self.couples[-2 - point, :2])), 2
        return chr(point), 2

    def _of_four(self, data: bytes, at: int) -> tuple[str, int]:
        piece = data[at : at + 4]
        if len(piece) < 4:
            raise UnicodeDecodeError(self.name, data, at, len(data), "the beginning of a four-byte character")
        try:
            return piece.decode("gb18030"), 4
        except UnicodeDecodeError:
            reason = f"bytes that are no text in {self.name}"
            raise UnicodeDecodeError(self.name, data, at, at + 4, reason) from None


_UTF16 = {Form.UTF16_BE: "utf-16-be", Form.UTF16_LE: "utf-16-le"}
_PYTHON = {Form.UTF8: "utf-8", **_UTF16}


def _alone(byte: int, page: Page) -> str:
    """Say what is wrong with a byte that is no character."""
    if page.form is Form.SHIFTED and byte == SHIFT_IN:
        return "a shift-in (X'0F') without a shift-out (X'0E') before it"
    return f"bytes that are no text in {page.name}"


def _bytes_of(code: int) -> bytes:
    """Return the bytes of a code that has several."""
    if code < 0x10000:
        return code.to_bytes(2, "big")
    number = code - 0x10000
    return bytes([0x81 + number // 12600, 0x30 + number // 1260 % 10, 0x81 + number // 10 % 126, 0x30 + number % 10])
