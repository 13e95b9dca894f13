"""Reads packed decimal: two digits a byte, the sign in the last half byte (COMP-6: none)."""

from __future__ import annotations

import numpy as np

from adapters.cobol.kernels.blankness import blankness
from adapters.cobol.kernels.codes import BAD_DIGIT, BAD_SIGN, OK, TOO_BIG
from adapters.cobol.kernels.machine import EIGHT, Bytes, Ints, U, compiled, swapped, word

_NEGATIVE = U(1 << 0x0D | 1 << 0x0B)
"""The half bytes that say minus (z/Architecture Principles of Operation, *Decimal instructions*)."""


@compiled
def _sixteen(digits: np.uint64) -> np.uint64:
    """Return the number that sixteen half bytes make, the first in the highest bits."""
    digits -= U(16 - 10) * ((digits >> U(4)) & U(0x0F0F0F0F0F0F0F0F))
    digits -= U(2**8 - 10**2) * ((digits >> EIGHT) & U(0x00FF00FF00FF00FF))
    digits -= U(2**16 - 10**4) * ((digits >> U(16)) & U(0x0000FFFF0000FFFF))
    return digits - U(2**32 - 10**8) * (digits >> U(32))


@compiled
def _above_nine(digits: np.uint64) -> np.uint64:
    """Return bits where a half byte is more than nine: 8 and 4, or 8 and 2."""
    return digits & (digits << U(1) | digits << U(2)) & U(0x8888888888888888)


@compiled
def read_packed(
    buffer: Bytes,
    starts: Ints,
    width: int,
    signs: tuple[int, int],
    limit: int,
    blank: int,
    out: Ints,
    step: int,
    status: Bytes,
) -> int:
    """Read up to 18 digits; ``signs`` say whether there is a sign, and whether it may be minus."""
    has_sign, signed = signs
    head = max(width - 8, 0)
    spare = U(64 - 8 * min(width, 8))
    above = U(10**15 if has_sign else 10**16)
    wrong = 0
    for i in range(starts.shape[0]):
        at = starts[i]
        digits = swapped(word(buffer, at + head)) >> spare
        sign = digits & U(0x0F) if has_sign else U(0x0F)
        if has_sign:
            digits >>= U(4)
        bad = _above_nine(digits)
        number = _sixteen(digits)
        if head:
            more = swapped(word(buffer, at)) >> U(64 - 8 * head)
            bad |= _above_nine(more)
            number += _sixteen(more) * above
        minus = np.int64((_NEGATIVE >> sign) & U(1))
        value = (np.int64(number) ^ -minus) + minus
        code = OK
        if bad:
            code = BAD_DIGIT
        elif sign < U(10) or (minus and not signed):
            code = BAD_SIGN
        if code:
            code = blankness(buffer, at, width, blank, code)
        elif number >= U(limit):
            code = TOO_BIG
        if code:
            status[i] = code
            wrong += 1
            value = np.int64(0)
        out[i * step] = value
        if step == 2:
            out[i * 2 + 1] = value >> 63
    return wrong
