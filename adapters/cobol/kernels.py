"""The inner loops that read fields: one field of many records at a time, over the bytes, in machine code.

Every kernel takes the bytes of a chunk, where each record (or table element) begins, and the field's offset from
there; it fills arrays that polars takes over as they are. A field that cannot be read leaves a code in ``status``
and goes on; kernels return how many codes they left. They are compiled at their first use and cached on disk.

    >>> import numpy as np
    >>> out, status = np.zeros(1, dtype="i8"), np.zeros(1, dtype="u1")
    >>> buffer = np.frombuffer(bytes.fromhex("12345d"), dtype="u1")
    >>> int(read_packed(buffer, np.zeros(1, dtype="i8"), 0, 3, 0, True, True, out, 1, status)), int(out[0])
    (0, -12345)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

F = TypeVar("F", bound=Callable[..., Any])
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

OK = 0
BAD_DIGIT = 1
BAD_SIGN = 2
BAD_BYTE = 3
BLANK = 4
LOW = 5
TOO_BIG = 6
NEGATIVE = 7
TOO_LONG = 8
FOREIGN = 9
BAD_COUNT = 10
NOTHING = 11
TOO_FINE = 12
NO_NUMBER = 13

UNSIGNED = 0
TRAILING = 1
LEADING = 2
TRAILING_SEPARATE = 3
LEADING_SEPARATE = 4
"""Where the sign of a zoned field stands."""

NO_VALUE = 0xFF
MINUS = 0x10
_PAIRS = np.array([10 * (b >> 4) + (b & 15) if b >> 4 < 10 and b & 15 < 10 else 0xFF for b in range(256)], np.uint8)
"""The value of two packed digits, or 0xFF."""
INLINE = 12
"""The longest text, in bytes, that stands in an Arrow view itself."""


def compiled(function: F) -> F:
    """Compile a kernel without the interpreter's lock; keep it on disk where some folder can be written."""
    try:
        return cast("F", numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:
        return cast("F", numba.njit(nogil=True)(function))


@compiled
def _blankness(buffer: Bytes, at: int, width: int, blank: int, otherwise: int) -> int:
    """Tell a field that holds nothing but blanks or low-values from one that is wrong."""
    first = buffer[at]
    if first != blank and first != 0:
        return otherwise
    for j in range(at + 1, at + width):
        if buffer[j] != first:
            return otherwise
    return BLANK if first == blank else LOW


@compiled
def read_text(  # noqa: C901 - one loop over the bytes of a field
    buffer: Bytes,
    base: Ints,
    offset: int,
    width: int,
    narrow: Bytes,
    wide: Bytes,
    blank: int,
    trim: int,
    views: npt.NDArray[np.int32],
    inline: Bytes,
    data: Bytes,
    status: Bytes,
) -> tuple[int, int]:
    """Translate text of a single-byte page to UTF-8 views; return (codes left, bytes of ``data`` used).

    ``narrow`` gives the ASCII byte of a code or 0x80; ``wide`` (256 × 4) its length and bytes in UTF-8, length 0
    for a code that the page does not have. ``trim``: 0 nothing, 1 blanks and low-values at the end, 2 at the
    beginning.
    ``views`` (n × 4) and ``inline`` (n × 16) are the same zeroed memory.
    """
    wrong = 0
    used = 0
    short = width <= INLINE and trim != 2
    for i in range(base.shape[0]):
        start = base[i] + offset
        stop = start + width
        if short:  # two words, without a branch that depends on the data
            low = np.uint64(0)
            top = np.uint64(0)
            high = np.uint8(0)
            n = 0 if trim else width
            field = buffer[start:stop]
            for j in range(min(width, 8)):
                code = field[j]
                char = np.uint64(narrow[code])
                low |= char << np.uint64(8 * j)
                n = j + 1 if char & np.uint64(0xDF) and trim else n
            for j in range(8, width):
                code = field[j]
                char = np.uint64(narrow[code])
                top |= char << np.uint64(8 * j - 64)
                n = j + 1 if char & np.uint64(0xDF) and trim else n
            high = np.uint8(0x80) if (low | top) & np.uint64(0x8080808080808080) else np.uint8(0)
            if not high & 0x80:
                if n < 8:
                    low &= (np.uint64(1) << np.uint64(8 * n)) - np.uint64(1)
                    top = np.uint64(0)
                else:
                    top &= (np.uint64(1) << np.uint64(8 * n - 64)) - np.uint64(1)
                views[i, 0] = n
                views[i, 1] = np.int32(low & np.uint64(0xFFFFFFFF))
                views[i, 2] = np.int32(low >> np.uint64(32))
                views[i, 3] = np.int32(top)
                continue
        if trim == 1:
            while stop > start and (buffer[stop - 1] == blank or not buffer[stop - 1]):
                stop -= 1
        elif trim == 2:
            while stop > start and (buffer[start] == blank or not buffer[start]):
                start += 1
        n = stop - start
        high = np.uint8(0)
        if n <= INLINE:
            for j in range(n):
                char = narrow[buffer[start + j]]
                inline[i, 4 + j] = char
                high |= char
        else:
            for j in range(n):
                char = narrow[buffer[start + j]]
                data[used + j] = char
                high |= char
        if high & 0x80:
            n = 0
            for j in range(start, stop):
                code = buffer[j]
                length = wide[code, 0]
                if length == 0:
                    status[i] = BAD_BYTE
                for k in range(length):
                    data[used + n] = wide[code, 1 + k]
                    n += 1
            if status[i]:
                wrong += 1
                n = 0
            for j in range(12):
                inline[i, 4 + j] = data[used + j] if j < n and n <= INLINE else 0
        views[i, 0] = n
        if n > INLINE:
            for j in range(4):
                inline[i, 4 + j] = data[used + j]
            views[i, 3] = used
            used += n
    return wrong, used


@compiled
def _after_blanks(buffer: Bytes, at: int, width: int, blank: int, digits: Bytes) -> tuple[np.int64, int]:
    """Read digits that stand behind blanks, as programs leave them that move text into numbers."""
    value = np.int64(0)
    begun = False
    for j in range(at, at + width):
        digit = digits[buffer[j]]
        if digit != NO_VALUE:
            begun = True
            value = value * 10 + digit
        elif begun or buffer[j] != blank:
            return value, BAD_DIGIT
    return value, OK


@compiled
def read_zoned(  # noqa: C901 - one loop over the bytes of a field
    buffer: Bytes,
    base: Ints,
    offset: int,
    width: int,
    mode: int,
    digits: Bytes,
    signs: Bytes,
    blank: int,
    out: Ints,
    step: int,
    status: Bytes,
) -> int:
    """Read up to 18 zoned digits.

    ``digits`` and ``signs`` give the value of a byte, or 0xFF; a sign's value has 0x10 set where it is negative
    (a separate sign has the value 0). ``step`` 2 writes 128-bit lanes.
    """
    wrong = 0
    first = 1 if mode in (LEADING, LEADING_SEPARATE) else 0
    last = width if first else width - 1
    for i in range(base.shape[0]):
        at = base[i] + offset
        value = np.int64(0)
        code = OK
        sign = np.uint8(0)
        if first:
            sign = signs[buffer[at]]
            value = np.int64(sign & 0x0F)
        high = np.uint8(0)
        for byte in buffer[at + first : at + last]:
            digit = digits[byte]
            high |= digit
            value = value * 10 + digit
        if last < width:
            sign = signs[buffer[at + last]]
            if mode != TRAILING_SEPARATE:
                value = value * 10 + (sign & 0x0F)
        if high & 0x80:
            code = BAD_DIGIT
            if not first and sign != NO_VALUE and buffer[at] == blank:
                value, code = _after_blanks(buffer, at, last, blank, digits)
                if last < width and mode != TRAILING_SEPARATE:
                    value = value * 10 + (sign & 0x0F)
        elif sign == NO_VALUE:
            code = BAD_SIGN
        if code:
            status[i] = _blankness(buffer, at, width, blank, code)
            wrong += 1
            value = np.int64(0)
        elif sign & MINUS:
            value = -value
        out[i * step] = value
        if step == 2:
            out[i * 2 + 1] = value >> 63
    return wrong


@compiled
def read_packed(
    buffer: Bytes,
    base: Ints,
    offset: int,
    width: int,
    blank: int,
    has_sign: bool,
    signed: bool,
    out: Ints,
    step: int,
    status: Bytes,
) -> int:
    """Read packed decimal of up to 18 digits: two a byte, the sign in the last half byte (COMP-6: none)."""
    wrong = 0
    for i in range(base.shape[0]):
        at = base[i] + offset
        value = np.int64(0)
        code = OK
        last = at + width - 1
        flags = np.uint8(0)
        for j in range(at, last):
            pair = _PAIRS[buffer[j]]
            flags |= pair
            value = value * 100 + pair
        if flags & 0x80:
            code = BAD_DIGIT
        final = np.int64(buffer[last])
        high = final >> 4
        low = final & 0x0F
        if high > 9:
            code = BAD_DIGIT
        if has_sign:
            value = value * 10 + high
            negative = low == 0x0D or low == 0x0B
            if low < 10 or (negative and not signed):
                code = code or BAD_SIGN
            if negative:
                value = -value
        else:
            if low > 9:
                code = BAD_DIGIT
            value = value * 100 + high * 10 + low
        if code:
            status[i] = _blankness(buffer, at, width, blank, code)
            wrong += 1
            value = np.int64(0)
        out[i * step] = value
        if step == 2:
            out[i * 2 + 1] = value >> 63
    return wrong


@compiled
def read_binary(
    buffer: Bytes,
    base: Ints,
    offset: int,
    width: int,
    big: bool,
    signed: bool,
    out: Ints,
    step: int,
    status: Bytes,
) -> int:
    """Read binary integers of 1 to 8 bytes; unsigned ones beyond 2⁶³ are too big unless ``step`` is 2."""
    wrong = 0
    unused = np.int64(64 - 8 * width)
    for i in range(base.shape[0]):
        at = base[i] + offset
        value = np.int64(0)
        if big:
            for j in range(at, at + width):
                value = (value << 8) | np.int64(buffer[j])
        else:
            for j in range(at + width - 1, at - 1, -1):
                value = (value << 8) | np.int64(buffer[j])
        if signed:
            value = (value << unused) >> unused
        elif value < 0 and step == 1:
            status[i] = TOO_BIG
            wrong += 1
            value = np.int64(0)
        out[i * step] = value
        if step == 2:
            out[i * 2 + 1] = value >> 63 if signed else 0
    return wrong


@compiled
def copy_padded(source: Bytes, starts: Ints, lengths: Ints, out: Bytes, width: int, blank: int) -> None:
    """Copy records of different lengths into rows of ``width`` bytes, filled up with blanks."""
    for i in range(starts.shape[0]):
        row = i * width
        n = min(lengths[i], width)
        for j in range(n):
            out[row + j] = source[starts[i] + j]
        for j in range(n, width):
            out[row + j] = blank


@compiled
def point(rows: Ints, ends: Ints, data: Bytes, which: int, views: npt.NDArray[np.int32], inline: Bytes) -> None:
    """Let the views of ``rows`` show the texts that end at ``ends`` in ``data``, the buffer number ``which``."""
    at = np.int64(0)
    for i in range(rows.shape[0]):
        row = rows[i]
        n = ends[i] - at
        views[row, 0] = n
        for j in range(12):
            inline[row, 4 + j] = data[at + j] if j < n and (n <= INLINE or j < 4) else 0
        if n > INLINE:
            views[row, 2] = which
            views[row, 3] = at
        at = ends[i]


@compiled
def show(starts: Ints, lengths: Ints, data: Bytes, views: npt.NDArray[np.int32], inline: Bytes) -> None:
    """Make views of whole records as they lie in ``data``."""
    for i in range(starts.shape[0]):
        at = starts[i]
        n = lengths[i]
        views[i, 0] = n
        for j in range(min(n, 12 if n <= INLINE else 4)):
            inline[i, 4 + j] = data[at + j]
        if n > INLINE:
            views[i, 3] = at
