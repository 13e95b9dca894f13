"""Reads and writes numeric fields: up to 18 digits by kernels, up to 38 by columns of digits.

A number becomes an Int64 (integers of up to 18 digits) or a 128-bit decimal, as two 64-bit lanes, low one first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from adapters.cobol import edited, floats, kernels
from adapters.cobol.arrow import FLOAT64, INT64, Column, decimal
from adapters.cobol.declaration import Usage
from adapters.cobol.kernels import LEADING, LEADING_SEPARATE, MINUS, NO_VALUE, TRAILING, TRAILING_SEPARATE
from adapters.cobol.kernels.fields import PLACE, STEP
from adapters.cobol.plan import LANE_DIGITS, Leaf, Options, Storage
from adapters.cobol.signs import Signs
from adapters.cobol.strings import gather
from hrbus.spi import Type

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Numbers:
    """Values of a leaf: ``lanes`` n × 1 or n × 2 Int64 (floats: n Float64); ``status`` None: nothing is wrong."""

    lanes: npt.NDArray[np.int64] | npt.NDArray[np.float64]
    status: Bytes | None

    def column(self, leaf: Leaf, valid: Bools | None) -> Column:
        """Return the Arrow column."""
        if leaf.type is Type.FLOAT:
            return Column(FLOAT64, len(self.lanes), (self.lanes,), valid=valid)
        if self.lanes.shape[1] == 1:
            return Column(INT64, len(self.lanes), (self.lanes,), valid=valid)
        return Column(decimal(leaf.precision, leaf.scale), len(self.lanes), (self.lanes,), valid=valid)


def read(leaf: Leaf, options: Options, buffer: Bytes, base: Ints) -> Numbers:
    """Read a numeric field of every record; what is wrong stands as 0 with a code."""
    if leaf.type is Type.FLOAT:
        field = gather(buffer, base + leaf.offset, leaf.width)
        values, wrong = floats.read(field, options.float)
        return Numbers(values, wrong)
    if in_kernels(leaf):
        return read_together((leaf,), options, buffer, base)[0]
    lanes = np.empty((len(base), _step(leaf)), dtype=np.int64)
    status = np.zeros(len(base), dtype=np.uint8)
    if leaf.storage is Storage.EDITED and not beyond_kernels(leaf):
        bad = edited.read(leaf, options.page, gather(buffer, base + leaf.offset, leaf.width), lanes, status)
    else:
        bad = _read_wide(leaf, options, buffer, base, lanes, status)
    if leaf.factor > 1:
        bad |= _scale_up(lanes, leaf.factor, status)
    return Numbers(lanes, status if bad else None)


def read_together(leaves: tuple[Leaf, ...], options: Options, buffer: Bytes, base: Ints) -> list[Numbers]:
    """Read several fields that are ``in_kernels`` and stored alike, of every record."""
    made = []
    for leaf, (lanes, status, bad) in zip(leaves, _by_kernel(leaves, options, buffer, base), strict=True):
        if bad and options.left_digits and leaf.storage is Storage.ZONED:
            bad = _from_left(leaf, options, buffer, base, lanes, status)
        if leaf.lenient and leaf.item.usage is Usage.BINARY and not options.binary_full:
            bad += _beyond_picture(leaf, lanes, status)
        if leaf.factor > 1:
            bad += _scale_up(lanes, leaf.factor, status)
        made.append(Numbers(lanes, status if bad else None))
    return made


def _by_kernel(
    leaves: tuple[Leaf, ...], options: Options, buffer: Bytes, base: Ints
) -> Iterator[tuple[Ints, Bytes, int]]:
    """Yield the lanes and codes of every field, and how many codes there are."""
    n = len(base)
    fields, tables = _for_kernels(leaves, options)
    fields = fields.copy()
    steps = fields[:, STEP]
    fields[:, PLACE] = (np.cumsum(steps) - steps) * n
    out = np.empty(int(steps.sum()) * n, dtype=np.int64)
    status = np.zeros((len(leaves), n), dtype=np.uint8)
    wrong = np.zeros(len(leaves), dtype=np.int64)
    filled = (out, status, wrong)
    blank = options.page.blank
    if leaves[0].storage is Storage.BINARY:
        kernels.read_binary(buffer, base, fields, *filled)
    elif leaves[0].storage is Storage.PACKED:
        kernels.read_packed(buffer, base, fields, blank, *filled)
    else:
        kernels.read_zoned(buffer, base, fields, tables, blank, *filled)
    for codes, step, place, bad in zip(
        status, steps.tolist(), fields[:, PLACE].tolist(), wrong.tolist(), strict=True
    ):
        yield out[place : place + n * step].reshape(n, step), codes, bad


@lru_cache(maxsize=256)
def _for_kernels(leaves: tuple[Leaf, ...], options: Options) -> tuple[Ints, Bytes]:
    """Return what the kernels must know of each field (but where its values go), and their tables of digits."""
    fields = []
    tables: list[Bytes] = []
    for leaf in leaves:
        own: tuple[int, int, int]
        if leaf.storage is Storage.BINARY:
            own = (leaf.big, leaf.signed, 0)
        elif leaf.storage is Storage.PACKED:
            own = (leaf.item.usage is Usage.PACKED, leaf.signed, 10**leaf.digits)
        else:
            mode, digits, signs = _zoned(leaf, options)
            own = (mode, len(tables), int(np.argmin(digits)))
            tables.append(np.stack([digits, signs]))
        fields.append((leaf.offset, leaf.width, _step(leaf), 0, *own))
    return np.array(fields, dtype=np.int64), np.array(tables, dtype=np.uint8).reshape(-1, 2, 256)


def _step(leaf: Leaf) -> int:
    """Return how many 64-bit lanes a value takes."""
    return 2 if leaf.wide or leaf.type is Type.DECIMAL else 1


def in_kernels(leaf: Leaf) -> bool:
    """Say whether the kernels read a field: a number of up to 64 bits, and neither a float nor edited."""
    return leaf.storage in (Storage.ZONED, Storage.PACKED, Storage.BINARY) and not beyond_kernels(leaf)


def beyond_kernels(leaf: Leaf) -> bool:
    """Say whether a field holds more than the kernels' 64 bits."""
    return leaf.width > 8 if leaf.storage is Storage.BINARY else leaf.digits > LANE_DIGITS


def _from_left(leaf: Leaf, options: Options, buffer: Bytes, base: Ints, lanes: Ints, status: Bytes) -> int:
    """Read zoned fields once more whose digits may stand at the left, blanks behind them."""
    rows = np.flatnonzero((status == kernels.BAD_DIGIT) | (status == kernels.BAD_SIGN))
    moved = _moved_right(gather(buffer, base[rows] + leaf.offset, leaf.width), options.page.blank).reshape(-1)
    starts = np.arange(len(rows), dtype=np.int64) * leaf.width - leaf.offset
    ((lanes[rows], status[rows], _),) = _by_kernel((leaf,), options, moved, starts)
    return int(status.any())


def _beyond_picture(leaf: Leaf, lanes: Ints, status: Bytes) -> int:
    """Mark binary numbers that their picture cannot hold: another view of the bytes is meant.

    Where there is no other, they are read: a sender compiled with TRUNC(BIN) writes them.
    """
    over = (lanes[:, 0] >= 10**leaf.digits) | (lanes[:, 0] <= -(10**leaf.digits))
    if lanes.shape[1] == 2:
        over |= lanes[:, 1] != lanes[:, 0] >> 63
    status[over & (status == kernels.OK)] = kernels.TOO_BIG
    lanes[over] = 0
    return int(over.any())


def zone_mode(leaf: Leaf) -> int:
    """Return where the kernels find the sign of a zoned leaf."""
    if not leaf.signed:
        return kernels.UNSIGNED
    if leaf.item.sign_separate:
        return LEADING_SEPARATE if leaf.item.sign_leading else TRAILING_SEPARATE
    return LEADING if leaf.item.sign_leading else TRAILING


def _zoned(leaf: Leaf, options: Options) -> tuple[int, Bytes, Bytes]:
    signs = Signs.of(ebcdic_page=options.page.ebcdic, ebcdic_sign=options.ebcdic_sign)
    mode = zone_mode(leaf)
    if mode in (LEADING_SEPARATE, TRAILING_SEPARATE):
        return mode, signs.digits, signs.separate
    return mode, signs.digits, signs.signed if leaf.signed else signs.unsigned


def _moved_right(field: Bytes, blank: int) -> Bytes:
    """Return fields with the blanks or low-values behind their digits as blanks before them."""
    nothing = np.logical_and.accumulate(((field == blank) | (field == 0))[:, ::-1], axis=1)[:, ::-1]
    places = (np.arange(field.shape[1]) - nothing.sum(axis=1)[:, None]) % field.shape[1]
    return np.take_along_axis(np.where(nothing, blank, field).astype(np.uint8), places, axis=1)


# --- beyond 18 digits -----------------------------------------------------------------------------------------------


def _read_wide(leaf: Leaf, options: Options, buffer: Bytes, base: Ints, lanes: Ints, status: Bytes) -> int:
    field = gather(buffer, base + leaf.offset, leaf.width)
    if leaf.storage is Storage.BINARY:
        return _read_wide_binary(leaf, field, lanes, status)
    if leaf.storage is Storage.EDITED:
        digits, negative = edited.digits(leaf, options.page, field, status)
    elif leaf.storage is Storage.PACKED:
        digits, negative = _packed_digits(leaf, field, status)
    else:
        field = _moved_right(field, options.page.blank) if options.left_digits else field
        digits, negative = _zoned_digits(leaf, options, field, status)
    bad = status != 0
    if bad.any():
        for code, byte in ((kernels.BLANK, options.page.blank), (kernels.LOW, 0)):
            status[bad & (field == byte).all(axis=1)] = code
        digits[bad] = 0
    accumulate(digits, negative & ~bad, lanes)
    return int(bad.any())


_MOST = 10**38 - 1


def _beyond(lanes: Ints, most: int) -> Bools:
    """Return which 128-bit numbers are greater than ``most``, or less than its negative."""
    high, low, mask = lanes[:, 1], lanes[:, 0].view(np.uint64), (1 << 64) - 1
    above: Bools = (high > most >> 64) | ((high == most >> 64) & (low > np.uint64(most & mask)))
    below = (high < -most >> 64) | ((high == -most >> 64) & (low < np.uint64(-most & mask)))
    above |= below
    return above


def _read_wide_binary(leaf: Leaf, field: Bytes, lanes: Ints, status: Bytes) -> int:
    """Read binary integers of 9 to 16 bytes; what has more than 38 digits is too big."""
    if not leaf.big:
        field = field[:, ::-1]
    filler = (
        np.where(field[:, :1] & 0x80, 0xFF, 0x00).astype(np.uint8) if leaf.signed else np.zeros_like(field[:, :1])
    )
    whole = np.column_stack([np.repeat(filler, 16 - leaf.width, axis=1), field])
    words = np.ascontiguousarray(whole).view(">u8").astype(np.uint64).view(np.int64)
    lanes[:, 0], lanes[:, 1] = words[:, 1], words[:, 0]
    over = _beyond(lanes, _MOST)
    if not leaf.signed:
        over |= lanes[:, 1] < 0
    status[over] = kernels.TOO_BIG
    lanes[over] = 0
    return int(over.any())


def _packed_digits(leaf: Leaf, field: Bytes, status: Bytes) -> tuple[Bytes, Bools]:
    nibbles = np.stack([field >> 4, field & 0x0F], axis=2).reshape(len(field), 2 * leaf.width)
    negative = np.zeros(len(field), dtype=np.bool_)
    if leaf.item.usage is Usage.PACKED:
        sign, nibbles = nibbles[:, -1], nibbles[:, :-1]
        negative = (sign == 0x0D) | (sign == 0x0B)
        status[(sign < 10) | (negative & (not leaf.signed))] = kernels.BAD_SIGN
    if leaf.digits < nibbles.shape[1]:
        status[nibbles[:, 0] > 0] = kernels.TOO_BIG
    status[(nibbles > 9).any(axis=1)] = kernels.BAD_DIGIT
    return nibbles, negative


def _zoned_digits(leaf: Leaf, options: Options, field: Bytes, status: Bytes) -> tuple[Bytes, Bools]:
    mode, digit_table, sign_table = _zoned(leaf, options)
    at = 0 if mode in (LEADING, LEADING_SEPARATE) else leaf.width - 1
    signs = sign_table[field[:, at]]
    blanks = np.logical_and.accumulate(field == options.page.blank, axis=1)
    digits = np.where(blanks, 0, digit_table[field]) if at else digit_table[field]
    digits[:, at] = signs & 0x0F
    bad = signs == NO_VALUE
    status[bad] = kernels.BAD_SIGN
    if mode in (LEADING_SEPARATE, TRAILING_SEPARATE):
        digits = np.delete(digits, at, axis=1)
    status[(digits == NO_VALUE).any(axis=1)] = kernels.BAD_DIGIT
    return digits, (signs & MINUS).astype(np.bool_) & ~bad


def accumulate(digits: Bytes, negative: Bools, lanes: Ints) -> None:
    """Write rows of decimal digits, the high ones first, into 128-bit lanes."""
    low = np.zeros(len(digits), dtype=np.uint64)
    high = np.zeros(len(digits), dtype=np.uint64)
    for column in range(digits.shape[1]):
        low, high = _times_ten(low, high, digits[:, column])
    flipped_low = ~low + np.uint64(1)
    flipped_high = ~high + (flipped_low == 0)
    lanes[:, 0] = np.where(negative, flipped_low, low).view(np.int64)
    if lanes.shape[1] == 2:
        lanes[:, 1] = np.where(negative, flipped_high, high).view(np.int64)


def _times_ten(low: Words, high: Words, digit: Bytes | np.uint64) -> tuple[Words, Words]:
    """Return 128-bit numbers, of either sign, times ten plus a digit."""
    ten, half, mask = np.uint64(10), np.uint64(32), np.uint64(0xFFFFFFFF)
    bottom = (low & mask) * ten + digit
    top = (low >> half) * ten + (bottom >> half)
    return (top << half) | (bottom & mask), high * ten + (top >> half)


def _scale_up(lanes: Ints, factor: int, status: Bytes) -> int:
    """Multiply values by a power of ten, in place; what has more than 38 digits then is too big."""
    if lanes.shape[1] == 1:
        lanes *= factor
        return 0
    over = _beyond(lanes, _MOST // factor)
    status[over], lanes[over] = kernels.TOO_BIG, 0
    low, high = lanes[:, 0].view(np.uint64), lanes[:, 1].view(np.uint64)
    for _ in range(len(str(factor)) - 1):
        low, high = _times_ten(low, high, np.uint64(0))
    lanes[:, 0], lanes[:, 1] = low.view(np.int64), high.view(np.int64)
    return int(over.any())
