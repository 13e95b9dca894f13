"""The inner loops that write text whose characters may take several bytes, the other way of ``mixed``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from adapters.cobol.kernels import FOREIGN, OK, TOO_LONG, Bytes, Ints, compiled
from adapters.cobol.kernels.machine import Int, byte_at, inlined
from adapters.cobol.mixed import PAIRS, SHIFTED, UTF8, UTF16_BE, UTF16_LE
from adapters.cobol.writers.text import located
from adapters.pages.page import SHIFT_IN, SHIFT_OUT, Points

_LAST_MARK, _KANA_MARK = 0x400, 0x309A
"""The second of two code points that have one code together is a mark: below U+0400, or U+309A."""
_FOUR = 0x10000
"""Codes from here on are numbers of four-byte codes."""


@inlined
def _point(at: Int) -> tuple[Int, int]:
    """Return a code point of UTF-8 and its size."""
    lead = np.int64(byte_at(at))
    if lead < 0x80:
        return lead, 1
    second = np.int64(byte_at(at + 1)) & 0x3F
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | second, 2
    third = np.int64(byte_at(at + 2)) & 0x3F
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | second << 6 | third, 3
    return (lead & 0x07) << 18 | second << 12 | third << 6 | np.int64(byte_at(at + 3)) & 0x3F, 4


@inlined
def _only_blanks(at: Int, stop: Int) -> bool:
    """Say whether the rest of a text is blanks, which need no place."""
    while at < stop and byte_at(at) == 0x20:
        at += 1
    return at == stop


@inlined
def _couple(couples: Points, first: Int, second: Int) -> Int:
    """Return the code of two code points together, or 0."""
    for k in range(couples.shape[0]):
        if couples[k, 1] == second and couples[k, 0] == first:
            return np.int64(couples[k, 2])
    return 0


@inlined
def _coded(  # noqa: C901 - one loop over the characters of a text
    at: Int, stop: Int, form: int, codes: Points, couples: Points, out: Bytes, start: int, width: int
) -> tuple[int, int]:
    """Write a text by the table of its page; return (bytes, code)."""
    n = start
    end = start + width
    before: Int = 0
    last = 0
    shifted = False
    while at < stop:
        point, size = _point(at)
        code = codes[point] if point < codes.shape[0] else -1
        if (point < _LAST_MARK or point == _KANA_MARK) and last and last == codes[before]:
            both = _couple(couples, before, point)
            if both:
                out[n - 2] = both >> 8
                out[n - 1] = both & 0xFF
                last = 0
                at += size
                continue
        if code < 0:
            blanks = form == PAIRS and point == 0x20 and _only_blanks(at, stop)
            return n - start, OK if blanks else FOREIGN
        need = 1 if code < 0x100 else 2 if code < _FOUR else 4
        if form == SHIFTED:
            change = (need == 2) != shifted
            room = need + (2 if change else 1) if need == 2 else need + (1 if change else 0)
            if n + room > end:
                blanks = point == 0x20 and _only_blanks(at, stop)
                if blanks:
                    break
                return n - start, TOO_LONG
            if change:
                out[n] = SHIFT_IN if shifted else SHIFT_OUT
                shifted = not shifted
                n += 1
        elif n + need > end:
            blanks = point == 0x20 and _only_blanks(at, stop)
            return n - start, OK if blanks else TOO_LONG
        if need == 1:
            out[n] = code
        elif need == 2:
            out[n] = code >> 8
            out[n + 1] = code & 0xFF
        else:
            number = code - _FOUR
            out[n] = 0x81 + number // 12600
            out[n + 1] = 0x30 + number // 1260 % 10
            out[n + 2] = 0x81 + number // 10 % 126
            out[n + 3] = 0x30 + number % 10
        n += need
        at += size
        before = point
        last = code if need == 2 else 0
    if shifted:
        out[n] = SHIFT_IN
        n += 1
    return n - start, OK


@inlined
def _unicode(at: Int, stop: Int, form: int, out: Bytes, start: int, width: int) -> tuple[int, int]:
    """Write a text in UTF-8 or UTF-16; return (bytes, code)."""
    n = start
    end = start + width
    first = 0 if form == UTF16_BE else 1
    while at < stop:
        point, size = _point(at)
        need = size if form == UTF8 else 2 if point < 0x10000 else 4
        if n + need > end:
            return n - start, OK if point == 0x20 and _only_blanks(at, stop) else TOO_LONG
        if form == UTF8:
            for j in range(size):
                out[n + j] = byte_at(at + j)
        elif need == 2:
            out[n + first] = point >> 8
            out[n + 1 - first] = point & 0xFF
        else:
            high = 0xD800 | (point - 0x10000) >> 10
            low = 0xDC00 | (point - 0x10000) & 0x3FF
            out[n + first] = high >> 8
            out[n + 1 - first] = high & 0xFF
            out[n + 2 + first] = low >> 8
            out[n + 3 - first] = low & 0xFF
        n += need
        at += size
    return n - start, OK


@compiled
def write(
    views: Int,
    data: Int,
    wanted: npt.NDArray[np.bool_],
    out: Bytes,
    base: Ints,
    offset: int,
    width: int,
    form: int,
    codes: Points,
    couples: Points,
    fill: Bytes,
    right: bool,
    status: Bytes,
) -> int:
    """Write UTF-8 text in a page; ``views`` and ``data`` say where the texts are, as in ``writers.text``.

    ``fill`` is the bytes of the character that fills the field, on the left where it is justified ``right``. A text
    that fails leaves the field half written.
    """
    wrong = 0
    for i in range(base.shape[0]):
        if not wanted[i]:
            continue
        at, size = located(views + 16 * i, data)
        start = base[i] + offset
        if form in (UTF8, UTF16_BE, UTF16_LE):
            n, code = _unicode(at, at + size, form, out, start, width)
        else:
            n, code = _coded(at, at + size, form, codes, couples, out, start, width)
        if code:
            status[i] = code
            wrong += 1
            continue
        gap = width - n
        first = start + n
        if right and gap:
            for j in range(n - 1, -1, -1):
                out[start + gap + j] = out[start + j]
            first = start
        if fill.shape[0] == 1:
            for j in range(first, first + gap):
                out[j] = fill[0]
        else:
            for j in range(first, first + gap, 2):
                out[j] = fill[0]
                out[j + 1] = fill[1]
    return wrong
