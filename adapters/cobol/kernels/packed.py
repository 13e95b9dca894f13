"""Reads packed decimal: two digits a byte, the sign in the last half byte (COMP-6: none)."""

from __future__ import annotations

import numpy as np

from adapters.cobol.kernels.blankness import blankness
from adapters.cobol.kernels.codes import BAD_DIGIT, BAD_SIGN, TOO_BIG
from adapters.cobol.kernels.fields import OFFSET, PLACE, STEP, WIDTH
from adapters.cobol.kernels.machine import EIGHT, Bytes, Ints, U, compiled, inlined, swapped, word

HAS_SIGN, SIGNED, LIMIT = 4, 5, 6
"""Of a packed field: whether it ends with a sign, whether that may be minus, and what is too much for it."""

_PLUS = U(1 << 0x0A | 1 << 0x0C | 1 << 0x0E | 1 << 0x0F)
_MINUS = U(1 << 0x0B | 1 << 0x0D)
"""The half bytes that say plus and minus (z/Architecture Principles of Operation, *Decimal instructions*)."""


@inlined
def _sixteen(digits: np.uint64) -> np.uint64:
    """Return the number that sixteen half bytes make, the first in the highest bits."""
    digits -= U(16 - 10) * ((digits >> U(4)) & U(0x0F0F0F0F0F0F0F0F))
    digits -= U(2**8 - 10**2) * ((digits >> EIGHT) & U(0x00FF00FF00FF00FF))
    digits -= U(2**16 - 10**4) * ((digits >> U(16)) & U(0x0000FFFF0000FFFF))
    return digits - U(2**32 - 10**8) * (digits >> U(32))


@inlined
def _above_nine(digits: np.uint64) -> np.uint64:
    """Return bits where a half byte is more than nine: 8 and 4, or 8 and 2."""
    return digits & (digits << U(1) | digits << U(2)) & U(0x8888888888888888)


@compiled
def _read(buffer: Bytes, base: Ints, field: Ints, blank: int, out: Ints, status: Bytes) -> int:
    width, step, has_sign, limit = field[WIDTH], field[STEP], field[HAS_SIGN], U(field[LIMIT])
    head = max(width - 8, 0)
    spare = U(64 - 8 * min(width, 8))
    above = U(10**15 if has_sign else 10**16)
    known = _PLUS | (_MINUS if field[SIGNED] else U(0))
    wrong = 0
    for i in range(base.shape[0]):
        at = base[i] + field[OFFSET]
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
        minus = np.int64((_MINUS >> sign) & U(1))
        value = (np.int64(number) ^ -minus) + minus
        if bad or number >= limit or not (known >> sign) & U(1):
            code = BAD_DIGIT if bad else TOO_BIG if (known >> sign) & U(1) else BAD_SIGN
            status[i] = code if code == TOO_BIG else blankness(buffer, at, width, blank, code)
            wrong += 1
            value = np.int64(0)
        out[i * step] = value
        if step == 2:
            out[i * 2 + 1] = value >> 63
    return wrong


@compiled
def read_packed(buffer: Bytes, base: Ints, fields: Ints, blank: int, out: Ints, status: Bytes, wrong: Ints) -> None:
    """Read fields of up to 18 digits; a row of ``fields`` each."""
    for f in range(fields.shape[0]):
        wrong[f] += _read(buffer, base, fields[f], blank, out[fields[f, PLACE] :], status[f])
