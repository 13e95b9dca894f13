"""Converters of numbers: exact all the way, rounded half to even, never outside their range.

Numbers are reckoned as Int128 of their last decimal (``kinds.unscaled``), because polars' own decimals round where
nobody asked them to.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from hrbus.mapping.converters import Converter, Example, Half, Step, want, want_text, whole
from hrbus.mapping.kinds import (
    MOST_DIGITS,
    TEXT,
    Kind,
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


def exact_of(value: pl.Expr) -> pl.Expr:
    """Return a document's number as Int128 with ``FREE`` decimals; null where it is none."""
    meant = pl.when(value.str.contains(number_pattern(FREE))).then(value)
    return meant.cast(pl.Decimal(MOST_DIGITS, FREE), strict=False).to_physical()


def fitting(value: pl.Expr, kind: Kind) -> pl.Expr:
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
        exact = exact_of(value.str.strip_chars()) if kind.type is Type.TEXT else unscaled(value, kind)
        return fixed_text(_rescale(exact, given, scale), scale)

    def backward(value: pl.Expr) -> pl.Expr:
        if kind.type is Type.TEXT:
            return fixed_text(_rescale(exact_of(value), FREE, scale), scale)
        return fitting(_rescale(exact_of(value), FREE, kind.scale), kind)

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
        domain="every whole number of at most n digits, and every text of n digits",
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
        domain="every number that has no more decimals than are named",
    ),
    Converter(
        "integer",
        "Reads text as a whole number, so that digits() or blank() see a number.",
        _integer_text,
        "",
        (Example("integer", "42", "42"),),
        domain="whole numbers without leading zeros",
    ),
)
