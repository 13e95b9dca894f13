"""The inner loops for text whose characters may take several bytes, beside those for single bytes in ``kernels``.

Reading goes over the bytes of a field with the tables of its page and makes UTF-8; writing is in ``mixing``.

    >>> import numpy as np
    >>> from adapters.pages import find
    >>> page = find("cp935")
    >>> views, status = np.zeros((1, 4), dtype="i4"), np.zeros(1, dtype="u1")
    >>> data, field = np.zeros(64, dtype="u1"), np.frombuffer(page.encode("王A"), dtype="u1")
    >>> place = (field, np.zeros(1, dtype="i8"), 0, 5)
    >>> made = read(*place, page.form.value, tables(page), page.blank, 1, views, views.view("u1"), data, status)
    >>> views.tobytes()[4:8].decode()
    '王A'
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from adapters.cobol.kernels import BAD_BYTE, INLINE, Bytes, Ints, compiled
from adapters.cobol.kernels.machine import Int, inlined
from adapters.pages.page import ASTRAL, FOURS, NONE, SHIFT_IN, SHIFT_OUT, Form, Page, Points

SHIFTED, LEAD, PAIRS = Form.SHIFTED.value, Form.LEAD.value, Form.PAIRS.value
UTF8, UTF16_BE, UTF16_LE = Form.UTF8.value, Form.UTF16_BE.value, Form.UTF16_LE.value
Tables = tuple[Bytes, Points, Points, Points, Points]
_CUT = -1


def tables(page: Page) -> Tables:
    """Return what ``read`` needs of a page."""
    return page.narrow, page.points, page.double, page.four, page.couples


@inlined
def _put(data: Bytes, n: int, point: Int) -> int:
    """Append a code point in UTF-8; return the new length."""
    if 0x800 <= point < 0x10000:
        data[n] = 0xE0 | point >> 12
        data[n + 1] = 0x80 | point >> 6 & 0x3F
        data[n + 2] = 0x80 | point & 0x3F
        return n + 3
    if point < 0x80:
        data[n] = point
        return n + 1
    if point < 0x800:
        data[n] = 0xC0 | point >> 6
        data[n + 1] = 0x80 | point & 0x3F
        return n + 2
    data[n] = 0xF0 | point >> 18
    data[n + 1] = 0x80 | point >> 12 & 0x3F
    data[n + 2] = 0x80 | point >> 6 & 0x3F
    data[n + 3] = 0x80 | point & 0x3F
    return n + 4


@compiled
def _put_two(data: Bytes, n: int, point: Int, couples: Points) -> int:
    """Append the two code points that one code stands for."""
    couple = couples[-2 - point]
    return _put(data, _put(data, n, couple[0]), couple[1])


@inlined
def _shifted(
    buffer: Bytes, at: int, stop: int, points: Points, double: Points, couples: Points, data: Bytes, n: int
) -> int:
    """Read single bytes, and double bytes between shift-out and shift-in."""
    while at < stop:
        byte = buffer[at]
        at += 1
        if byte != SHIFT_OUT:
            point = points[byte]
            if point < 0:
                return _CUT
            n = _put(data, n, point)
            continue
        while True:
            if at >= stop:
                return _CUT
            if buffer[at] == SHIFT_IN:
                break
            if at + 1 >= stop:
                return _CUT
            point = double[np.int64(buffer[at]) << 8 | np.int64(buffer[at + 1])]
            at += 2
            if point >= 0:
                n = _put(data, n, point)
            elif point == NONE:
                return _CUT
            else:
                n = _put_two(data, n, point, couples)
        at += 1
    return n


@inlined
def _lead(
    buffer: Bytes,
    at: int,
    stop: int,
    points: Points,
    double: Points,
    four: Points,
    couples: Points,
    data: Bytes,
    n: int,
) -> int:
    """Read characters whose first byte says how many follow."""
    while at < stop:
        first = np.int64(buffer[at])
        if first >= 0x80 and at + 1 < stop:
            point = double[first << 8 | np.int64(buffer[at + 1])]
            if point >= 0:
                n = _put(data, n, point)
                at += 2
                continue
            if point < NONE:
                n = _put_two(data, n, point, couples)
                at += 2
                continue
        point = points[first]
        if point >= 0:
            n = _put(data, n, point)
            at += 1
            continue
        at += 4
        if at > stop or not four.shape[0]:
            return _CUT
        point = _of_four(buffer, at - 4, four)
        if point == NONE:
            return _CUT
        n = _put(data, n, point)
    return n


@compiled
def _of_four(buffer: Bytes, at: int, four: Points) -> Int:
    """Return the code point of four bytes of GB 18030, or NONE."""
    first = np.int64(buffer[at]) - 0x81
    second = np.int64(buffer[at + 1]) - 0x30
    third = np.int64(buffer[at + 2]) - 0x81
    fourth = np.int64(buffer[at + 3]) - 0x30
    if not (0 <= first < 126 and 0 <= second < 10 and 0 <= third < 126 and 0 <= fourth < 10):
        return NONE
    number = (first * 10 + second) * 1260 + third * 10 + fourth
    if number < FOURS:
        return np.int64(four[number])
    return number - ASTRAL + 0x10000 if ASTRAL <= number < ASTRAL + 0x100000 else NONE


@inlined
def _pairs(buffer: Bytes, at: int, stop: int, double: Points, couples: Points, data: Bytes, n: int) -> int:
    """Read double bytes and nothing else."""
    while at < stop:
        point = double[np.int64(buffer[at]) << 8 | np.int64(buffer[at + 1])] if at + 1 < stop else NONE
        at += 2
        if point >= 0:
            n = _put(data, n, point)
        elif point == NONE:
            return _CUT
        else:
            n = _put_two(data, n, point, couples)
    return n


@inlined
def _utf16(buffer: Bytes, at: int, stop: int, big: bool, data: Bytes, n: int) -> int:
    """Read UTF-16; half a surrogate pair is no text."""
    first = 0 if big else 1
    while at < stop:
        if at + 1 >= stop:
            return _CUT
        point = np.int64(buffer[at + first]) << 8 | np.int64(buffer[at + 1 - first])
        at += 2
        if 0xD800 <= point < 0xE000:
            low = np.int64(buffer[at + first]) << 8 | np.int64(buffer[at + 1 - first]) if at + 1 < stop else 0
            if point >= 0xDC00 or not 0xDC00 <= low < 0xE000:
                return _CUT
            point = 0x10000 + ((point & 0x3FF) << 10) + (low & 0x3FF)
            at += 2
        n = _put(data, n, point)
    return n


@inlined
def _utf8(buffer: Bytes, at: int, stop: int, data: Bytes, n: int) -> int:
    """Copy UTF-8 that is well formed: shortest forms, no surrogates."""
    while at < stop:
        lead = np.int64(buffer[at])
        if lead < 0x80:
            size, point = 1, lead
        elif 0xC2 <= lead < 0xE0:
            size, point = 2, lead & 0x1F
        elif 0xE0 <= lead < 0xF0:
            size, point = 3, lead & 0x0F
        elif 0xF0 <= lead < 0xF5:
            size, point = 4, lead & 0x07
        else:
            return _CUT
        if at + size > stop:
            return _CUT
        data[n] = lead
        for j in range(1, size):
            byte = np.int64(buffer[at + j])
            if byte & 0xC0 != 0x80:
                return _CUT
            data[n + j] = byte
            point = point << 6 | byte & 0x3F
        if size == 3 and (point < 0x800 or 0xD800 <= point < 0xE000):
            return _CUT
        if size == 4 and not 0x10000 <= point < 0x110000:
            return _CUT
        at += size
        n += size
    return n


@inlined
def _is_wide_space(data: Bytes, at: int) -> bool:
    return bool(data[at] == 0xE3 and data[at + 1] == 0x80 and data[at + 2] == 0x80)


@inlined
def _without_end(data: Bytes, first: int, n: int, wide: bool) -> int:
    """Return where text ends without the blanks, low-values and (``wide``) ideographic spaces behind it."""
    while n > first:
        if data[n - 1] == 0x20 or data[n - 1] == 0:
            n -= 1
        elif wide and n - first >= 3 and _is_wide_space(data, n - 3):
            n -= 3
        else:
            break
    return n


@inlined
def _without_beginning(data: Bytes, first: int, n: int, wide: bool) -> int:
    """Return where text begins without such filling before it."""
    while first < n:
        if data[first] == 0x20 or data[first] == 0:
            first += 1
        elif wide and n - first >= 3 and _is_wide_space(data, first):
            first += 3
        else:
            break
    return first


@inlined
def _plain(buffer: Bytes, start: int, stop: int, narrow: Bytes, data: Bytes, n: int) -> bool:
    """Translate a field of nothing but ASCII characters; false as soon as there is another."""
    for at in range(start, stop):
        char = narrow[buffer[at]]
        if char & 0x80:
            return False
        data[n + at - start] = char
    return True


@compiled
def read(  # noqa: C901 - one loop over the fields
    buffer: Bytes,
    base: Ints,
    offset: int,
    width: int,
    form: int,
    tables: Tables,
    blank: int,
    trim: int,
    views: npt.NDArray[np.int32],
    inline: Bytes,
    data: Bytes,
    status: Bytes,
) -> tuple[int, int]:
    """Translate text to UTF-8 views; return (codes left, bytes of ``data`` used), as ``kernels.read_texts`` does.

    ``data`` has room for three bytes for each byte of the fields. ``trim``: 0 nothing, 1 filling at the end, 2 at the
    beginning: blanks and low-values, and ideographic spaces in the forms that fill double bytes with them.
    """
    narrow, points, double, four, couples = tables
    wide = form not in (LEAD, UTF8)
    bytewise = form in (SHIFTED, LEAD, UTF8)
    wrong = 0
    used = 0
    for i in range(base.shape[0]):
        start = base[i] + offset
        stop = start + width
        if bytewise and trim == 1:
            while stop > start and (buffer[stop - 1] == blank or not buffer[stop - 1]):
                stop -= 1
        if bytewise and _plain(buffer, start, stop, narrow, data, used):
            n = used + stop - start
        elif form == SHIFTED:
            n = _shifted(buffer, start, stop, points, double, couples, data, used)
        elif form == LEAD:
            n = _lead(buffer, start, stop, points, double, four, couples, data, used)
        elif form == PAIRS:
            n = _pairs(buffer, start, stop, double, couples, data, used)
        elif form == UTF8:
            n = _utf8(buffer, start, stop, data, used)
        else:
            n = _utf16(buffer, start, stop, form == UTF16_BE, data, used)
        if n == _CUT:
            status[i] = BAD_BYTE
            wrong += 1
            continue
        first = used
        if trim == 1:
            n = _without_end(data, first, n, wide)
        elif trim == 2:
            first = _without_beginning(data, first, n, wide)
        length = n - first
        views[i, 0] = length
        for j in range(INLINE):
            inline[i, 4 + j] = data[first + j] if j < length else 0
        if length > INLINE:
            views[i, 2] = 0
            views[i, 3] = first
            used = n
    return wrong, used
