"""Converters of amounts: a currency says how many decimals an amount has.

    PAY | money(CNY)          12345.6 becomes 12345.60; 12345.678 rejects the record
    PAY | minor(JPY)          a field that counts the smallest unit (fen, cent) beside an amount

Decimals of the currencies: ISO 4217, list one (minor units).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from hrbus.mapping.converters import Converter, Example, Half, Step, want
from hrbus.mapping.kinds import TEXT, Kind, fixed_text, unscaled
from hrbus.mapping.numbers import FREE, exact_of, fitting
from hrbus.mapping.tables import Table
from hrbus.spi import Type

_WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_DECIMALS = {
    **dict.fromkeys(_WITHOUT.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
    **dict.fromkeys(_FOUR.split(), 4),
}


def decimals_of(currency: str) -> int:
    """Return the decimals of a currency; ValueError where ISO 4217 has none of that code."""
    import pycountry

    if pycountry.currencies.get(alpha_3=currency) is None:
        raise ValueError(f"{currency!r} is no currency of ISO 4217; write one like CNY")
    return _DECIMALS.get(currency, 2)


def _exact(value: pl.Expr, kind: Kind) -> tuple[pl.Expr, int]:
    """Return a field's number as Int128, and how many decimals that has."""
    if kind.type is Type.TEXT:
        return exact_of(value.str.strip_chars()), FREE
    return unscaled(value, kind), kind.scale


def _shifted(value: pl.Expr, places: int) -> pl.Expr:
    """Return ``value`` with so many more decimals, or fewer; null where what is left away is not zero."""
    if places >= 0:
        return value * pl.lit(10**places, dtype=pl.Int128)
    unit = pl.lit(10**-places, dtype=pl.Int128)
    return pl.when(value % unit == 0).then(value // unit)


def _want(kind: Kind) -> None:
    if kind.type is not Type.TEXT and not (kind.number and kind.scale <= FREE):
        raise ValueError(f"takes a number, or one as text, and this is {kind.name}")


def _money(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 1)
    decimals = decimals_of(arguments[0])
    _want(kind)

    def forward(value: pl.Expr) -> pl.Expr:
        exact, places = _exact(value, kind)
        return fixed_text(_shifted(exact, decimals - places), decimals)

    def backward(value: pl.Expr) -> pl.Expr:
        exact = _shifted(exact_of(value), decimals - FREE)
        if kind.type is Type.TEXT:
            return fixed_text(exact, decimals)
        return fitting(_shifted(exact, kind.scale - decimals), kind)

    digits = f"an amount in {arguments[0]}, which has {decimals or 'no'} decimals"
    return Step(
        Half(forward, TEXT, True, f"is not {digits}", costly=True),
        Half(backward, kind, True, f"is not {digits}, or does not fit the field", costly=True),
        f"the text comes back with {decimals} decimals" if kind.type is Type.TEXT else "",
    )


def _minor(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 1)
    decimals = decimals_of(arguments[0])
    _want(kind)
    if kind.scale:
        raise ValueError("takes a whole number of the smallest unit, and this has decimals")

    def forward(value: pl.Expr) -> pl.Expr:
        exact, places = _exact(value, kind)
        return fixed_text(_shifted(exact, -places), decimals)

    def backward(value: pl.Expr) -> pl.Expr:
        units = _shifted(exact_of(value), decimals - FREE)
        return fixed_text(units, 0) if kind.type is Type.TEXT else fitting(units, kind)

    return Step(
        Half(forward, TEXT, True, "is not a whole number of the smallest unit", costly=True),
        Half(backward, kind, True, f"is not an amount in {arguments[0]}, or does not fit the field", costly=True),
        "the text comes back without leading zeros" if kind.type is Type.TEXT else "",
    )


BUILT_IN = (
    Converter(
        "money",
        "An amount with the decimals of its currency (ISO 4217). More decimals than the currency has reject the "
        "record: money is not rounded on the way.",
        _money,
        "currency",
        (
            Example("money(CNY)", "12345.60", "12345.60", Kind(Type.DECIMAL, 9, 2)),
            Example("money(JPY)", "12345", "12345", Kind(Type.INTEGER, 9)),
            Example("money(KWD)", "7.5", "7.500"),
        ),
        domain="every number that has no more decimals than the currency",
    ),
    Converter(
        "minor",
        "An amount that the field counts in the currency's smallest unit: fen, cent.",
        _minor,
        "currency",
        (
            Example("minor(CNY)", "1234560", "12345.60", Kind(Type.INTEGER, 9)),
            Example("minor(JPY)", "12345", "12345", Kind(Type.INTEGER, 9)),
        ),
        domain="every whole number of units",
    ),
)
