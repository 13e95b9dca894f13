"""Writes numbers of up to 64 bits, from the lanes of Arrow: zoned, packed and binary."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from adapters.cobol.kernels.codes import (
    LEADING_SEPARATE,
    NEGATIVE,
    OK,
    TOO_BIG,
    TRAILING,
    TRAILING_SEPARATE,
    UNSIGNED,
)
from adapters.cobol.kernels.fields import OFFSET, STEP, WIDTH
from adapters.cobol.kernels.machine import Bytes, Ints, U, compiled, inlined, load_at, put, swapped

Bools = npt.NDArray[np.bool_]

VALUES: Final = 3
"""The address of a field's values; OFFSET, WIDTH and STEP are those of reading."""
MODE, TABLES, ZERO = 4, 5, 6
"""Of a zoned field: where its sign is, which of the tables it is written with, and the byte of the digit 0."""
DIGITS, HAS_SIGN, SIGNED = 4, 5, 6
"""Of a packed field: the digits of its picture, whether it ends with a sign, and whether that may be minus."""
BIG, LEAST, MOST = 4, 5, 6
"""Of a binary field: whether its high byte comes first, and between what its number must lie."""

_EVERY = U(0x0101010101010101)
_GROUP = U(10**8)


@inlined
def _value(field: Ints, i: int) -> tuple[np.int64, int]:
    """Return a number and a code: TOO_BIG where it does not stand in its low lane alone."""
    at = field[VALUES] + 8 * field[STEP] * i
    value = np.int64(load_at(at))
    if field[STEP] == 2 and np.int64(load_at(at + 8)) != value >> np.int64(63):
        return value, TOO_BIG
    return value, OK


@inlined
def _pairs(number: np.uint64) -> np.uint64:
    """Return the four pairs of digits of a number below 10⁸, the first in the lowest sixteen bits."""
    number = (number // U(10000)) | (number % U(10000)) << U(32)
    hundreds = ((number * U(10486)) >> U(20)) & U(0x0000007F0000007F)
    return hundreds | (number - U(100) * hundreds) << U(16)


@inlined
def _bytes(number: np.uint64) -> np.uint64:
    """Return the eight digits of a number below 10⁸ as bytes, the first in the lowest."""
    pairs = _pairs(number)
    tens = ((pairs * U(103)) >> U(10)) & U(0x000F000F000F000F)
    return tens | (pairs - U(10) * tens) << U(8)


@inlined
def _halves(number: np.uint64) -> np.uint64:
    """Return the eight digits of a number below 10⁸ as half bytes, the first in the highest."""
    pairs = _pairs(number)
    pairs += U(6) * (((pairs * U(103)) >> U(10)) & U(0x000F000F000F000F))
    pairs = (pairs << U(8) | pairs >> U(16)) & U(0x0000FFFF0000FFFF)
    return (pairs & U(0xFFFF)) << U(16) | pairs >> U(32)


@compiled
def _zoned(field: Ints, tables: Bytes, wanted: Bools, out: Bytes, base: Ints, status: Bytes) -> int:
    mode, width, zero = field[MODE], field[WIDTH], field[ZERO]
    separate = mode in (TRAILING_SEPARATE, LEADING_SEPARATE)
    begin = 1 if mode == LEADING_SEPARATE else 0
    count = width - 1 if separate else width
    place = width - 1 if mode in (TRAILING, TRAILING_SEPARATE) else 0
    most = np.int64(10) ** count
    zeros = U(zero) * _EVERY
    wrong = 0
    for i in range(base.shape[0]):
        if not wanted[i]:
            continue
        value, code = _value(field, i)
        below = value < 0
        value = -value if below else value
        if below and mode == UNSIGNED:
            code = NEGATIVE
        elif value >= most or value < 0:
            code = TOO_BIG
        if code:
            status[i] = code
            wrong += 1
            continue
        at = base[i] + field[OFFSET] + begin
        rest = U(value)
        k = count
        while k >= 8:
            k -= 8
            put(out, at + k, _bytes(rest % _GROUP) + zeros, 8)
            rest //= _GROUP
        if k:
            put(out, at, (_bytes(rest) + zeros) >> U(64 - 8 * k), k)
        if mode != UNSIGNED:
            sign = base[i] + field[OFFSET] + place
            out[sign] = tables[1 if below else 0, 0 if separate else out[sign] - zero]
    return wrong


@compiled
def write_zoned(
    fields: Ints, tables: Bytes, wanted: Bools, out: Bytes, base: Ints, status: Bytes, wrong: Ints
) -> None:
    """Write up to 18 digits; ``tables`` (any × 2 × 10) hold the bytes of plus and minus digits (or of signs)."""
    for f in range(fields.shape[0]):
        wrong[f] += _zoned(fields[f], tables[fields[f, TABLES]], wanted, out, base, status[f])


@compiled
def _packed(field: Ints, wanted: Bools, out: Bytes, base: Ints, status: Bytes) -> int:
    width, has_sign, signed = field[WIDTH], field[HAS_SIGN], field[SIGNED]
    most = np.int64(10) ** field[DIGITS]
    wrong = 0
    for i in range(base.shape[0]):
        if not wanted[i]:
            continue
        value, code = _value(field, i)
        below = value < 0
        value = -value if below else value
        if value >= most or value < 0:
            code = TOO_BIG
        elif below and not signed:
            code = NEGATIVE
        if code:
            status[i] = code
            wrong += 1
            continue
        low = U(value) % (_GROUP * _GROUP)
        digits = _halves(low // _GROUP) << U(32) | _halves(low % _GROUP)
        above = _halves(U(value) // (_GROUP * _GROUP))
        if has_sign:
            above = above << U(4) | digits >> U(60)
            digits = digits << U(4) | U((0x0D if below else 0x0C) if signed else 0x0F)
        at = base[i] + field[OFFSET]
        if width > 8:
            put(out, at, swapped(above << U(128 - 8 * width)), width - 8)
            put(out, at + width - 8, swapped(digits), 8)
        else:
            put(out, at, swapped(digits << U(64 - 8 * width)), width)
    return wrong


@compiled
def write_packed(fields: Ints, wanted: Bools, out: Bytes, base: Ints, status: Bytes, wrong: Ints) -> None:
    """Write packed decimal of up to 18 digits; the sign is C or D, F where the picture has none."""
    for f in range(fields.shape[0]):
        wrong[f] += _packed(fields[f], wanted, out, base, status[f])


@compiled
def _binary(field: Ints, wanted: Bools, out: Bytes, base: Ints, status: Bytes) -> int:
    width, big, least, most = field[WIDTH], field[BIG], field[LEAST], field[MOST]
    wrong = 0
    for i in range(base.shape[0]):
        if not wanted[i]:
            continue
        value, code = _value(field, i)
        if code or value < least or value > most:
            status[i] = NEGATIVE if value < 0 and least == 0 and not code else TOO_BIG
            wrong += 1
            continue
        word = U(value)
        put(out, base[i] + field[OFFSET], swapped(word << U(64 - 8 * width)) if big else word, width)
    return wrong


@compiled
def write_binary(fields: Ints, wanted: Bools, out: Bytes, base: Ints, status: Bytes, wrong: Ints) -> None:
    """Write binary integers of 1 to 8 bytes."""
    for f in range(fields.shape[0]):
        wrong[f] += _binary(fields[f], wanted, out, base, status[f])
