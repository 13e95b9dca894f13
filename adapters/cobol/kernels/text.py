"""Reads text of single-byte pages: EBCDIC or another, to the UTF-8 views of Arrow.

A view has sixteen bytes: the length; then the text itself if it has at most twelve bytes, otherwise its first four,
the number of a buffer (0) and where the text begins there (arrow.apache.org, *Variable-size Binary View Layout*).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from adapters.cobol.kernels.codes import BAD_BYTE
from adapters.cobol.kernels.machine import (
    HIGH_BITS,
    Bytes,
    Ints,
    U,
    Words,
    compiled,
    first,
    inlined,
    leading_zeros,
    store,
    word,
)

INLINE = 12
"""The longest text, in bytes, that stands in an Arrow view itself."""
KEEP, END, BEGINNING = 0, 1, 2
"""Where blanks and low-values are taken off."""
OFFSET, WIDTH, TRIM, DATA = range(4)
"""The columns that say of a field where it begins and what it takes.

DATA is where its own part of the data begins."""

Pairs = npt.NDArray[np.uint16]

_NOT_BLANK = U(0xDFDFDFDFDFDFDFDF)
"""The bits that neither a blank (0x20) nor a low-value has."""
_LOW = np.array([(1 << 8 * min(n, 8)) - 1 for n in range(INLINE + 1)], dtype=np.uint64)
_HIGH = np.array([(1 << 8 * max(n - 8, 0)) - 1 for n in range(INLINE + 1)], dtype=np.uint64)
"""The bytes of a text of n bytes that stand in its first and in its second word."""


@inlined
def translated(value: np.uint64, pairs: Pairs, count: int) -> np.uint64:
    """Translate some pairs of bytes of a page."""
    made = U(0)
    for j in range(count):
        shift = U(16 * j)
        made |= U(pairs[(value >> shift) & U(0xFFFF)]) << shift
    return made


@inlined
def _ends(value: np.uint64, at: int, otherwise: np.uint64) -> np.uint64:
    """Return where the text ends that has these eight bytes ``at``; ``otherwise`` where they hold nothing."""
    there = value & _NOT_BLANK
    end = U(at + 8) - (leading_zeros(there) >> U(3))
    return end if there else otherwise


@compiled
def _with_care(
    buffer: Bytes, at: int, width: int, trim: int, blank: int, wide: Bytes, data: Bytes, used: int
) -> tuple[int, bool]:
    """Write any text to ``data``; return its length in bytes and whether the page has all of it."""
    stop = at + width
    if trim == END:
        while stop > at and (buffer[stop - 1] == blank or not buffer[stop - 1]):
            stop -= 1
    elif trim == BEGINNING:
        while at < stop and (buffer[at] == blank or not buffer[at]):
            at += 1
    n = 0
    for j in range(at, stop):
        code = buffer[j]
        length = wide[code, 0]
        if length == 0:
            return 0, False
        for k in range(length):
            data[used + n] = wide[code, 1 + k]
            n += 1
    return n, True


@compiled
def _show(views: Words, i: int, n: int, data: Bytes, begin: int, used: int) -> int:
    """Let a view show the last ``n`` bytes of a field's data; return how many of its bytes are in use then."""
    low = word(data, begin + used) & first(min(n, 8))
    views[i, 0] = U(n) | (low << U(32))
    if n <= INLINE:
        views[i, 1] = (low >> U(32)) | ((word(data, begin + used + 8) & first(max(n - 8, 0))) << U(32))
        return used
    views[i, 1] = U(used) << U(32)
    return used + n


@compiled
def _read(
    buffer: Bytes,
    base: Ints,
    field: Ints,
    tables: tuple[Pairs, Bytes, int],
    views: Words,
    data: Bytes,
    status: Bytes,
) -> tuple[int, int]:
    """Read one field; return how many codes are left, and how much of its data is used."""
    pairs, wide, blank = tables
    width, trim, begin = field[WIDTH], field[TRIM], field[DATA]
    last = first((width - 1) % 8 + 1)
    wrong = used = 0
    for i in range(base.shape[0]):
        at = base[i] + field[OFFSET]
        low = translated(word(buffer, at), pairs, 4)
        top = U(0)
        if width <= 8:
            low &= last
        elif width <= INLINE:
            top = translated(word(buffer, at + 8), pairs, 2) & last
        high = low | top
        n = _ends(top, 8, _ends(low, 0, U(0)))
        if width > INLINE:
            store(data, begin + used, low)
            for k in range(8, width, 8):
                value = translated(word(buffer, at + k), pairs, 4)
                if k + 8 >= width:
                    value &= last
                if k == 8:
                    top = value
                store(data, begin + used + k, value)
                high |= value
                n = _ends(value, k, n)
        if trim == KEEP:
            n = U(width)
        if high & HIGH_BITS or trim == BEGINNING:
            size, known = _with_care(buffer, at, width, trim, blank, wide, data, begin + used)
            if not known:
                status[i] = BAD_BYTE
                wrong += 1
            used = _show(views, i, size, data, begin, used)
        elif width <= INLINE or n <= U(INLINE):
            low &= _LOW[n]
            views[i, 0] = n | (low << U(32))
            views[i, 1] = (low >> U(32)) | ((top & _HIGH[n]) << U(32))
        else:
            views[i, 0] = n | (low << U(32))
            views[i, 1] = U(used) << U(32)
            used += np.int64(n)  # type: ignore[assignment]
    return wrong, used


@compiled
def read_texts(
    buffer: Bytes,
    base: Ints,
    fields: Ints,
    tables: tuple[Pairs, Bytes, int],
    views: Words,
    data: Bytes,
    status: Bytes,
    used: Ints,
    wrong: Ints,
) -> None:
    """Read fields of a single-byte page; a row of ``fields`` each.

    ``tables`` are the ASCII bytes of two codes at a time, with 0x80 for one that is none; the length and UTF-8
    bytes of a code (256 × 4; length 0 where the page does not have it); and the blank. ``views`` (fields × records ×
    2) and ``status`` (fields × records, zeroed) are filled, ``used`` and ``wrong`` say of each field how much of its
    data is used and how many codes are left.
    """
    for f in range(fields.shape[0]):
        wrong[f], used[f] = _read(buffer, base, fields[f], tables, views[f], data, status[f])
