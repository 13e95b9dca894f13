"""Reads zoned decimal: one digit a byte, the sign beside the first or last one or in a byte of its own."""

from __future__ import annotations

import numpy as np

from adapters.cobol.kernels.blankness import blankness
from adapters.cobol.kernels.codes import (
    BAD_DIGIT,
    BAD_SIGN,
    LEADING,
    LEADING_SEPARATE,
    MINUS,
    NO_VALUE,
    OK,
    TRAILING_SEPARATE,
)
from adapters.cobol.kernels.fields import OFFSET, PLACE, STEP, WIDTH
from adapters.cobol.kernels.machine import EIGHT, HIGH_BITS, Bytes, Ints, U, compiled, inlined, word

MODE, TABLES, ZERO = 4, 5, 6
"""Of a zoned field: where its sign is, which of the tables it is read with, and the byte of the digit 0."""

_EVERY = U(0x0101010101010101)
_ABOVE_NINE = U(0x7676767676767676)
"""Added to a byte, it sets the high bit where the byte is more than nine."""


@inlined
def _eight(digits: np.uint64) -> np.uint64:
    """Return the number that eight digits make, the first in the lowest byte."""
    digits = (digits * U(10 << 8 | 1)) >> EIGHT
    digits = ((digits & U(0x00FF00FF00FF00FF)) * U(100 << 16 | 1)) >> U(16)
    return ((digits & U(0x0000FFFF0000FFFF)) * U(10000 << 32 | 1)) >> U(32)


@inlined
def _digits(buffer: Bytes, at: int, count: int, zeros: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return the number that some digits make, and a word whose high bits say whether one of them is none."""
    k = count % 8
    value, wrong = U(0), U(0)
    if k:
        part = (word(buffer, at) ^ zeros) << U(64 - 8 * k)
        wrong = (part + _ABOVE_NINE) | part
        value = _eight(part)
    while k < count:
        part = word(buffer, at + k) ^ zeros
        wrong |= (part + _ABOVE_NINE) | part
        value = value * U(10**8) + _eight(part)
        k += 8
    return value, wrong & HIGH_BITS


@compiled
def _with_care(
    buffer: Bytes, at: int, width: int, mode: int, digits: Bytes, signs: Bytes, blank: int
) -> tuple[np.int64, int]:
    """Read a field digit by digit; return its value and a code. Blanks may stand before the digits."""
    leading = mode in (LEADING, LEADING_SEPARATE)
    separate = mode in (LEADING_SEPARATE, TRAILING_SEPARATE)
    place = at if leading else at + width - 1
    sign = signs[buffer[place]]
    value = np.int64(0)
    code = OK
    begun = leading
    for j in range(at, at + width):
        if j == place:
            if separate:
                continue
            digit = np.int64(sign & 0x0F)
        else:
            digit = np.int64(digits[buffer[j]])
            if digit == NO_VALUE:
                if begun or buffer[j] != blank:
                    code = BAD_DIGIT
                continue
        begun = True
        value = value * 10 + digit
    if sign == NO_VALUE:
        code = code or BAD_SIGN
    if code:
        return np.int64(0), blankness(buffer, at, width, blank, code)
    return -value if sign & MINUS else value, OK


@compiled
def _read(buffer: Bytes, base: Ints, field: Ints, tables: Bytes, blank: int, out: Ints, status: Bytes) -> int:
    width, mode, step = field[WIDTH], field[MODE], field[STEP]
    digits, signs = tables[0], tables[1]
    leading = mode in (LEADING, LEADING_SEPARATE)
    separate = mode in (LEADING_SEPARATE, TRAILING_SEPARATE)
    first = 1 if leading else 0
    place = 0 if leading else width - 1
    weight = U(0) if separate else U(10 ** (width - 1) if leading else 1)
    shift = U(1) if leading or separate else U(10)
    zeros = U(field[ZERO]) * _EVERY
    wrong = 0
    for i in range(base.shape[0]):
        at = base[i] + field[OFFSET]
        sign = signs[buffer[at + place]]
        number, bad = _digits(buffer, at + first, width - 1, zeros)
        minus = np.int64((sign & MINUS) // MINUS)
        value = (np.int64(number * shift + U(sign & 0x0F) * weight) ^ -minus) + minus
        if bad or sign == NO_VALUE:
            value, code = _with_care(buffer, at, width, mode, digits, signs, blank)
            if code:
                status[i] = code
                wrong += 1
        out[i * step] = value
        if step == 2:
            out[i * 2 + 1] = value >> 63
    return wrong


@compiled
def read_zoned(
    buffer: Bytes, base: Ints, fields: Ints, tables: Bytes, blank: int, out: Ints, status: Bytes, wrong: Ints
) -> None:
    """Read fields of up to 18 digits; a row of ``fields`` each.

    ``tables`` (any × 2 × 256) give the value of a digit and of a signed digit, or NO_VALUE; MINUS is set where that
    is negative, a separate sign has the value 0.
    """
    for f in range(fields.shape[0]):
        pair = tables[fields[f, TABLES]]
        wrong[f] += _read(buffer, base, fields[f], pair, blank, out[fields[f, PLACE] :], status[f])
