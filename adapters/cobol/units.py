"""Writes numeric columns: exactly or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import edited, floats, kernels, writers
from adapters.cobol.buffers import Lent
from adapters.cobol.declaration import Usage
from adapters.cobol.kernels import LEADING, LEADING_SEPARATE, TRAILING_SEPARATE, UNSIGNED
from adapters.cobol.kernels.fields import STEP
from adapters.cobol.numbers import beyond_kernels, in_kernels, zone_mode
from adapters.cobol.plan import Leaf, Options, Storage
from adapters.cobol.signs import Signs
from adapters.cobol.writers.numbers import VALUES
from hrbus.spi import Type

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_LANE = 10**18


def write(
    leaf: Leaf, options: Options, values: pl.Series, wanted: Bools, out: Bytes, base: Ints, status: Bytes
) -> None:
    """Write a numeric field of every record whose ``wanted`` is true; leave a code where the number does not fit."""
    if values.null_count():
        empty = values.is_null().to_numpy() & wanted
        wanted = wanted & ~empty
        _write_nothing(leaf, options, empty, out, base, status)
    if leaf.type is Type.FLOAT:
        _write_floats(leaf, options, values, wanted, out, base, status)
        return
    numbers = _units(leaf, values, wanted, status)
    wanted = wanted & (status == kernels.OK)
    if leaf.storage is Storage.EDITED:
        _write_edited(leaf, options, numbers, wanted, out, base, status)
    elif beyond_kernels(leaf) or (leaf.storage is Storage.BINARY and leaf.wide):
        _write_wide(leaf, options, numbers, wanted, out, base, status)
    else:
        narrow = numbers.cast(pl.Int64, strict=False)
        if narrow.null_count():
            too_big = narrow.is_null().to_numpy() & wanted
            status[too_big] = kernels.TOO_BIG
            wanted = wanted & ~too_big
            narrow = narrow.fill_null(0)
        _write_narrow(leaf, options, narrow.to_numpy(), wanted, out, base, status)
    if leaf.item.entry.blank_when_zero:
        zero = (numbers.cast(pl.Int128) == _one(0)).to_numpy() & wanted & (status == kernels.OK)
        _fill(leaf, options, np.flatnonzero(zero), out, base)


def _write_nothing(leaf: Leaf, options: Options, empty: Bools, out: Bytes, base: Ints, status: Bytes) -> None:
    """Write what stands for no value: blanks where they may be read back as such; otherwise it is wrong."""
    if leaf.item.entry.blank_when_zero or leaf.blank == "null":
        _fill(leaf, options, np.flatnonzero(empty), out, base)
    elif not leaf.lenient:
        status[empty] = kernels.NOTHING


def _fill(leaf: Leaf, options: Options, rows: Ints, out: Bytes, base: Ints) -> None:
    out[(base[rows] + leaf.offset)[:, None] + np.arange(leaf.width)] = options.page.blank


def _units(leaf: Leaf, values: pl.Series, wanted: Bools, status: Bytes) -> pl.Series:
    """Return the numbers in the smallest unit that the field can hold, 0 where there is none."""
    if (
        values.dtype == pl.Boolean
        or values.dtype.is_float()
        or not (values.dtype.is_numeric() or values.dtype == pl.String)
    ):
        status[wanted] = kernels.NO_NUMBER
        return pl.Series([0], dtype=pl.Int64).new_from_index(0, len(values))
    scale = values.dtype.scale if isinstance(values.dtype, pl.Decimal) else 0
    if values.dtype == pl.String:
        numbers, scale = _from_text(leaf, values, wanted, status), leaf.scale
    else:
        numbers = values if values.dtype.is_integer() else values.to_physical()
        numbers = numbers.fill_null(0) if numbers.null_count() else numbers
    if scale != leaf.scale or leaf.factor > 1:
        numbers = _rescaled(numbers.cast(pl.Int128), leaf.scale - scale, leaf.factor, wanted, status)
    return numbers


def _from_text(leaf: Leaf, values: pl.Series, wanted: Bools, status: Bytes) -> pl.Series:
    """Return numbers that stand as text, exactly: their digits without the point."""
    parts = values.str.extract_groups(r"^([+-]?[0-9]+)(?:\.([0-9]*?)0*)?$").struct
    whole, decimals = parts.field("1"), parts.field("2").fill_null("")
    status[whole.is_null().to_numpy() & wanted] = kernels.NO_NUMBER
    fine = (decimals.str.len_chars() > leaf.scale).to_numpy()
    status[fine & wanted & (status == kernels.OK)] = kernels.TOO_FINE
    digits = whole.fill_null("0") + decimals.str.slice(0, leaf.scale).str.pad_end(leaf.scale, "0")
    numbers = digits.str.strip_prefix("+").cast(pl.Int128, strict=False)
    status[numbers.is_null().to_numpy() & wanted & (status == kernels.OK)] = kernels.TOO_BIG
    return numbers.fill_null(0)


def _rescaled(numbers: pl.Series, shift: int, factor: int, wanted: Bools, status: Bytes) -> pl.Series:
    if factor > 1 or shift < 0:
        divisor = _one(factor * 10 ** max(-shift, 0))
        fine = (numbers % divisor != _one(0)).to_numpy() & wanted
        status[fine & (status == kernels.OK)] = kernels.TOO_FINE
        return numbers // divisor
    over = (numbers.abs() > _one((10**38 - 1) // 10**shift)).to_numpy()
    status[over & wanted & (status == kernels.OK)] = kernels.TOO_BIG
    numbers = numbers.zip_with(pl.Series(~over), _one(0)) if over.any() else numbers
    return numbers * _one(10**shift)


def _one(value: int) -> pl.Series:
    """Return a number as polars takes it beside a column of 128-bit integers."""
    return pl.Series([value], dtype=pl.Int128)


def _write_narrow(
    leaf: Leaf, options: Options, values: Ints, wanted: Bools, out: Bytes, base: Ints, status: Bytes
) -> None:
    values = np.ascontiguousarray(values)
    lane = Lent("l", values.ctypes.data, 0)
    found = write_together((leaf,), options, (lane,), wanted, out, base)[0]
    if found is not None:
        status |= found


def in_writers(leaf: Leaf, dtype: pl.DataType) -> bool:
    """Say whether the writers take a column as it is: the field's own kind of numbers, of up to 64 bits."""
    own = (
        dtype == pl.Int64
        if leaf.type is Type.INTEGER
        else isinstance(dtype, pl.Decimal) and dtype.scale == leaf.scale
    )
    narrow = in_kernels(leaf) and not (leaf.storage is Storage.BINARY and leaf.wide)
    return own and narrow and leaf.factor == 1 and not leaf.item.entry.blank_when_zero


def write_together(
    leaves: tuple[Leaf, ...], options: Options, lanes: Sequence[Lent], wanted: Bools, out: Bytes, base: Ints
) -> list[Bytes | None]:
    """Write several fields that are stored alike; return the codes of each, None where there are none."""
    known, tables = _for_writers(leaves, options)
    fields = known.copy()
    fields[:, STEP] = [1 if lane.format == "l" else 2 for lane in lanes]
    fields[:, VALUES] = [lane.values for lane in lanes]
    status = np.zeros((len(leaves), len(base)), dtype=np.uint8)
    wrong = np.zeros(len(leaves), dtype=np.int64)
    place = (wanted, out, base, status, wrong)
    if leaves[0].storage is Storage.BINARY:
        writers.write_binary(fields, *place)
    elif leaves[0].storage is Storage.PACKED:
        writers.write_packed(fields, *place)
    else:
        writers.write_zoned(fields, tables, *place)
    return [status[number] if bad else None for number, bad in enumerate(wrong.tolist())]


@lru_cache(maxsize=256)
def _for_writers(leaves: tuple[Leaf, ...], options: Options) -> tuple[Ints, Bytes]:
    """Return what the writers must know of each field (but where its values are), and their tables of signs."""
    fields = []
    tables: list[Bytes] = []
    signs = Signs.of(ebcdic_page=options.page.ebcdic, ebcdic_sign=options.ebcdic_sign)
    for leaf in leaves:
        own: tuple[int, int, int]
        if leaf.storage is Storage.BINARY:
            own = (leaf.big, *binary_bounds(leaf, options, 1 << 63))
        elif leaf.storage is Storage.PACKED:
            own = (leaf.digits, leaf.item.usage is Usage.PACKED, leaf.signed)
        else:
            mode = zone_mode(leaf)
            own = (mode, len(tables), signs.zero)
            separate = mode in (LEADING_SEPARATE, TRAILING_SEPARATE)
            pair = ([signs.plus] * 10, [signs.minus] * 10) if separate else (signs.positive, signs.negative)
            tables.append(np.array(pair, dtype=np.uint8))
        fields.append((leaf.offset, leaf.width, 1, 0, *own))
    return np.array(fields, dtype=np.int64), np.array(tables, dtype=np.uint8).reshape(-1, 2, 10)


def binary_bounds(leaf: Leaf, options: Options, end: int) -> tuple[int, int]:
    """Return the least and greatest number that may be written: of the picture or of the bytes, inside ±``end``."""
    most = (1 << (8 * leaf.width - leaf.signed)) - 1
    least = -most - 1 if leaf.signed else 0
    if leaf.item.usage in (Usage.BINARY, Usage.LITTLE) and not options.binary_full:
        most = min(most, 10**leaf.digits - 1)
        least = max(least, -most)
    return max(least, -end), min(most, end - 1)


def _write_floats(
    leaf: Leaf, options: Options, values: pl.Series, wanted: Bools, out: Bytes, base: Ints, status: Bytes
) -> None:
    numbers = values.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    field, codes = floats.write(numbers, leaf.width, options.float)
    status[wanted] = codes[wanted]
    _put(leaf, field, wanted, out, base, status)


def _write_edited(
    leaf: Leaf, options: Options, numbers: pl.Series, wanted: Bools, out: Bytes, base: Ints, status: Bytes
) -> None:
    numbers = numbers.cast(pl.Int128)
    negative = (numbers < _one(0)).to_numpy()
    digits, over = _digits(leaf, numbers)
    field = edited.write(leaf, options, digits, negative)
    status[over & wanted] = kernels.TOO_BIG
    if not edited.signed(leaf):
        status[negative & wanted] = kernels.NEGATIVE
    _put(leaf, field, wanted, out, base, status)


def _put(leaf: Leaf, field: Bytes, wanted: Bools, out: Bytes, base: Ints, status: Bytes) -> None:
    """Write rows of bytes where nothing is wrong."""
    rows = np.flatnonzero(wanted & (status == kernels.OK))
    out[(base[rows] + leaf.offset)[:, None] + np.arange(leaf.width)] = field[rows]


# --- beyond 18 digits -----------------------------------------------------------------------------------------------


def _write_wide(
    leaf: Leaf, options: Options, numbers: pl.Series, wanted: Bools, out: Bytes, base: Ints, status: Bytes
) -> None:
    numbers = numbers.cast(pl.Int128)
    negative = (numbers < _one(0)).to_numpy()
    if leaf.storage is Storage.BINARY:
        field = _binary_field(leaf, numbers)
        least, most = binary_bounds(leaf, options, 10**38)
        over = ((numbers > _one(most)) | ((numbers < _one(least)) & leaf.signed)).to_numpy()
    else:
        digits, over = _digits(leaf, numbers)
        field = (
            _packed_field(leaf, digits, negative)
            if leaf.storage is Storage.PACKED
            else _zoned_field(leaf, options, digits, negative)
        )
    status[over & wanted] = kernels.TOO_BIG
    if not leaf.signed:
        status[negative & wanted] = kernels.NEGATIVE
    _put(leaf, field, wanted, out, base, status)


def _digits(leaf: Leaf, numbers: pl.Series) -> tuple[Bytes, Bools]:
    """Return the picture's digits, high ones first, and where there are more of them."""
    rest = numbers.abs()
    columns: list[npt.NDArray[np.int64]] = []
    while len(columns) < leaf.digits:
        lane = (rest % _one(_LANE)).cast(pl.Int64).to_numpy()
        rest = rest // _one(_LANE)
        for _ in range(min(18, leaf.digits - len(columns))):
            lane, digit = lane // 10, lane % 10
            columns.append(digit)
    over = (lane != 0) | (rest != _one(0)).to_numpy()
    return np.stack(columns[::-1], axis=1).astype(np.uint8), over


def _packed_field(leaf: Leaf, digits: npt.NDArray[Any], negative: Bools) -> Bytes:
    if leaf.item.usage is Usage.PACKED:
        sign = np.where(negative, 0x0D, 0x0C) if leaf.signed else np.full(len(digits), 0x0F)
        digits = np.column_stack([digits, sign]).astype(np.uint8)
    if digits.shape[1] % 2:
        digits = np.column_stack([np.zeros(len(digits), dtype=np.uint8), digits])
    made: Bytes = (digits[:, 0::2] << 4) | digits[:, 1::2]
    return made


def _zoned_field(leaf: Leaf, options: Options, digits: Bytes, negative: Bools) -> Bytes:
    signs = Signs.of(ebcdic_page=options.page.ebcdic, ebcdic_sign=options.ebcdic_sign)
    mode = zone_mode(leaf)
    field = (digits + signs.zero).astype(np.uint8)
    if mode == UNSIGNED:
        return field
    if mode in (LEADING_SEPARATE, TRAILING_SEPARATE):
        sign = np.where(negative, signs.minus, signs.plus).astype(np.uint8)
        return np.column_stack([sign, field] if mode == LEADING_SEPARATE else [field, sign])
    at = 0 if mode == LEADING else digits.shape[1] - 1
    field[:, at] = np.where(negative, signs.negative[digits[:, at]], signs.positive[digits[:, at]])
    return field


def _binary_field(leaf: Leaf, numbers: pl.Series) -> Bytes:
    """Return the bytes of numbers of up to 128 bits in two's complement."""
    high = numbers // _one(1 << 64)
    low = (numbers - high * _one(1 << 64)).cast(pl.UInt64).to_numpy()
    words = np.column_stack([high.cast(pl.Int64).to_numpy().view(np.uint64), low]).astype(">u8")
    field: Bytes = words.view(np.uint8).reshape(-1, 16)[:, 16 - leaf.width :]
    return field if leaf.big else field[:, ::-1]
