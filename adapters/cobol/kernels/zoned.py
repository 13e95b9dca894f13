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
from adapters.cobol.kernels.machine import EIGHT, HIGH_BITS, Bytes, Ints, U, compiled, word

_EVERY = U(0x0101010101010101)
_ABOVE_NINE = U(0x7676767676767676)
"""Added to a byte, it sets the high bit where the byte is more than nine."""


@compiled
def _eight(digits: np.uint64) -> np.uint64:
    """Return the number that eight digits make, the first in the lowest byte."""
    digits = (digits * U(10 << 8 | 1)) >> EIGHT
    digits = ((digits & U(0x00FF00FF00FF00FF)) * U(100 << 16 | 1)) >> U(16)
    return ((digits & U(0x0000FFFF0000FFFF)) * U(10000 << 32 | 1)) >> U(32)


@compiled
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
) -> tuple[int, int]:
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
        return 0, blankness(buffer, at, width, blank, code)
    return -value if sign & MINUS else value, OK


@compiled
def read_zoned(
    buffer: Bytes,
    starts: Ints,
    width: int,
    mode: int,
    tables: Bytes,
    zero: int,
    blank: int,
    out: Ints,
    step: int,
    status: Bytes,
) -> int:
    """Read up to 18 digits."""
    digits, signs = tables[0], tables[1]
    leading = mode in (LEADING, LEADING_SEPARATE)
    separate = mode in (LEADING_SEPARATE, TRAILING_SEPARATE)
    first = 1 if leading else 0
    place = 0 if leading else width - 1
    weight = U(0) if separate else U(10 ** (width - 1) if leading else 1)
    shift = U(1) if leading or separate else U(10)
    zeros = U(zero) * _EVERY
    wrong = 0
    for i in range(starts.shape[0]):
        at = starts[i]
        sign = signs[buffer[at + place]]
        number, bad = _digits(buffer, at + first, width - 1, zeros)
        value = np.int64(number * shift + U(sign & 0x0F) * weight)
        if sign & MINUS:
            value = -value
        if bad or sign == NO_VALUE:
            value, code = _with_care(buffer, at, width, mode, digits, signs, blank)
            if code:
                status[i] = code
                wrong += 1
        out[i * step] = value
        if step == 2:
            out[i * 2 + 1] = value >> 63
    return wrong
