"""Converters of numbers: exact all the way, rounded half to even, never outside their range.

Numbers are reckoned as Int128 of their last decimal (``kinds.unscaled``), because polars' own decimals round where
nobody asked them to.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from hrbus.mapping.converters import Converter, Example, Half, Step, decimal, want, want_text, whole
from hrbus.mapping.kinds import (
    MOST_DIGITS,
    TEXT,
    Kind,
    digits_of,
    fixed_text,
    from_text,
    half_even,
    number_pattern,
    to_text,
    unscaled,
)
from hrbus.mapping.tables import Table
from hrbus.spi import Type

FREE = 12
"""How many decimals a document's number may have where it is rounded anyway."""
MOST_BOUND = 9
"""The digits of a bound of a scale, so that no product leaves 128 bits."""


def _read(value: pl.Expr) -> pl.Expr:
    """Return a document's number as Int128 with ``FREE`` decimals; null where it is none."""
    meant = pl.when(value.str.contains(number_pattern(FREE))).then(value)
    return meant.cast(pl.Decimal(MOST_DIGITS, FREE), strict=False).to_physical()


def _write(value: pl.Expr, kind: Kind) -> pl.Expr:
    """Return an unscaled Int128 as a value of ``kind``; null where it does not fit."""
    if not kind.signed:
        value = pl.when(value >= 0).then(value)
    if kind.type is Type.INTEGER and kind.digits <= 18:
        return pl.when(value.abs() < 10**kind.digits).then(value).cast(pl.Int64)
    return from_text(fixed_text(value, kind.scale), kind)


# --- digits ---------------------------------------------------------------------------------------------------------


def _digits(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 1)
    size = whole(arguments[0], 1, MOST_DIGITS)
    if kind.type is Type.INTEGER:

        def forward(value: pl.Expr) -> pl.Expr:
            text = value.cast(pl.String).str.zfill(size)
            return pl.when((value >= 0) & (text.str.len_bytes() == size)).then(text)

    elif kind.type is Type.TEXT:

        def forward(value: pl.Expr) -> pl.Expr:
            text = value.str.strip_chars()
            return pl.when(text.str.contains(f"^[0-9]{{1,{size}}}$")).then(text.str.zfill(size))

    else:
        raise ValueError("takes a whole number, or digits as text")

    def backward(value: pl.Expr) -> pl.Expr:
        return from_text(pl.when(value.str.contains(f"^[0-9]{{1,{size}}}$")).then(value), kind)

    return Step(
        Half(forward, TEXT, True, f"is not a number of up to {size} digits"),
        Half(backward, kind, True, f"is not up to {size} digits"),
        "" if kind.type is Type.INTEGER else "digits without their leading zeros come back with them",
    )


# --- number ---------------------------------------------------------------------------------------------------------


def _number(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 0, 1)
    if kind.type is not Type.TEXT and not kind.number:
        raise ValueError(f"takes a number, or one as text, and this is {kind.name}")
    if not arguments and kind.type is Type.TEXT:
        raise ValueError("needs the number of decimals, because the field is text")
    scale = whole(arguments[0], 0, FREE) if arguments else kind.scale
    given = FREE if kind.type is Type.TEXT else kind.scale

    def forward(value: pl.Expr) -> pl.Expr:
        exact = _read(value.str.strip_chars()) if kind.type is Type.TEXT else unscaled(value, kind)
        return fixed_text(_rescale(exact, given, scale), scale)

    def backward(value: pl.Expr) -> pl.Expr:
        if kind.type is Type.TEXT:
            return fixed_text(_rescale(_read(value), FREE, scale), scale)
        return _write(_rescale(_read(value), FREE, kind.scale), kind)

    lossy = f"decimals after the {scale}th are rounded" if given > scale else ""
    if kind.type is Type.TEXT:
        lossy = f"the text comes back with {scale} decimals"
    return Step(
        Half(forward, TEXT, kind.type is Type.TEXT, "is not a number", costly=True),
        Half(backward, kind, True, "is not a number that fits the field", costly=True),
        lossy,
    )


def _rescale(value: pl.Expr, given: int, wanted: int) -> pl.Expr:
    if wanted >= given:
        return value * pl.lit(10 ** (wanted - given), dtype=pl.Int128)
    return half_even(value, 10 ** (given - wanted))


# --- scale ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Range:
    """Two bounds as whole numbers of ``10 ** -scale``."""

    low: int
    high: int
    scale: int

    @property
    def width(self) -> int:
        return self.high - self.low


def _range(text: str) -> _Range:
    low, dots, high = text.partition("..")
    if not dots:
        raise ValueError(f"{text!r} is not a range; write 0..100")
    (first, first_scale), (last, last_scale) = digits_of(decimal(low.strip())), digits_of(decimal(high.strip()))
    scale = max(first_scale, last_scale)
    found = _Range(first * 10 ** (scale - first_scale), last * 10 ** (scale - last_scale), scale)
    if found.width <= 0:
        raise ValueError(f"the range {text} must rise")
    if max(abs(found.low), abs(found.high)) >= 10**MOST_BOUND or scale > 4:
        raise ValueError(f"the range {text} must have bounds of at most {MOST_BOUND} digits, 4 of them decimals")
    return found


def _move(value: pl.Expr, given: int, source: _Range, target: _Range, wanted: int) -> pl.Expr:
    """Move ``value`` (Int128 with ``given`` decimals) from one range to the other, with ``wanted`` decimals.

    target.low + (value - source.low) * target.width / source.width, over one denominator, rounded once. Null where
    the value is outside its range.
    """
    unit = 10 ** max(given, source.scale)
    exact = value * pl.lit(unit // 10**given, dtype=pl.Int128)
    low, high = (bound * (unit // 10**source.scale) for bound in (source.low, source.high))
    inside = pl.when((exact >= pl.lit(low, dtype=pl.Int128)) & (exact <= pl.lit(high, dtype=pl.Int128))).then(exact)
    start, ratio = (
        Fraction(target.low, 10**target.scale),
        Fraction(target.width * 10**source.scale, source.width * 10**target.scale),
    )
    factor = ratio * Fraction(10**wanted, unit)
    offset = start * 10**wanted
    below = math.lcm(factor.denominator, offset.denominator)
    numerator = (inside - low) * pl.lit(int(factor * below), dtype=pl.Int128) + pl.lit(
        int(offset * below), dtype=pl.Int128
    )
    return half_even(numerator, below)


def _scale(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 2, 3)
    source, target = _range(arguments[0]), _range(arguments[1])
    if kind.type is Type.TEXT:
        given = 4
    elif kind.number and kind.scale <= FREE:
        given = kind.scale
    else:
        raise ValueError(f"takes a number, or one as text, and this is {kind.name}")
    # A step of the source must move the result by more than one of its last decimals, or it does not come back.
    ratio = Fraction(source.width * 10**target.scale, target.width * 10**source.scale)
    enough = next(n for n in range(FREE * 2) if Fraction(1, 10**n) * ratio < Fraction(1, 10**given))
    decimals = whole(arguments[2], 0, FREE) if len(arguments) == 3 else min(max(2, enough), FREE)
    short = len(arguments) == 2

    def forward(value: pl.Expr) -> pl.Expr:
        if kind.type is Type.TEXT:
            exact = half_even(_read(value.str.strip_chars()), 10 ** (FREE - given))
        else:
            exact = unscaled(value, kind)
        return fixed_text(_move(exact, given, source, target, decimals), decimals, short=short)

    def backward(value: pl.Expr) -> pl.Expr:
        exact = _move(_read(value), FREE, target, source, given)
        return fixed_text(exact, given, short=True) if kind.type is Type.TEXT else _write(exact, kind)

    lossy = "" if decimals >= enough else f"{decimals} decimals are too few to come back"
    if kind.type is Type.TEXT:
        lossy = "the text comes back without needless zeros"
    return Step(
        Half(forward, TEXT, True, f"is not in the range {arguments[0]}", costly=True),
        Half(backward, kind, True, f"is not in the range {arguments[1]}, or does not fit the field", costly=True),
        lossy,
    )


def _integer_text(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 0)
    want_text(kind)
    target = Kind(Type.INTEGER)
    return Step(
        Half(lambda value: from_text(value.str.strip_chars(), target), target, True, "is not a whole number"),
        Half(lambda value: to_text(value, target), kind),
        "the text comes back without leading zeros",
    )


BUILT_IN = (
    Converter(
        "digits",
        "A whole number as text of exactly n digits, with leading zeros.",
        _digits,
        "n",
        (Example("digits(8)", "4711", "00004711", Kind(Type.INTEGER, 8)), Example("digits(3)", "007", "007")),
    ),
    Converter(
        "number",
        "A number with so many decimals, rounded half to even; without the number, with the field's own.",
        _number,
        "[decimals]",
        (
            Example("number(2)", "1234.50", "1234.50", Kind(Type.DECIMAL, 9, 2)),
            Example("number(1)", "7.0", "7.0"),
        ),
    ),
    Converter(
        "integer",
        "Reads text as a whole number, so that digits() or blank() see a number.",
        _integer_text,
        "",
        (Example("integer", "42", "42"),),
    ),
    Converter(
        "scale",
        "Moves a number from one range to another, linearly and rounded half to even; a number outside its range "
        "rejects the record. Without the number of decimals, as many as are needed to come back (at least two), "
        "and trailing zeros are left away.",
        _scale,
        "a..b, c..d [, decimals]",
        (
            Example("scale(0..9, 0..100)", "5", "55.56", Kind(Type.INTEGER, 1)),
            Example("scale(0..100, 0..5, 1)", "90.00", "4.5", Kind(Type.DECIMAL, 5, 2)),
        ),
    ),
)
