"""Converters of scores: a scale is a range of numbers, or a row of grades, and a score moves from one to the other.

    LEVEL | scale(0..9, 0..100)       5 becomes 55.56
    GRADE | scale(A:E, 0..100)        B becomes 75: the first grade is the best
    RAW   | percentile(norms)         by a table of raw scores and the percentile from each on

Exact all the way, rounded half to even once, never outside the scale. The vocabulary keeps the original beside the
converted score (``OriginalScore``), so a mapping writes both.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import polars as pl

from hrbus.mapping.converters import Converter, Example, Half, Step, decimal, want, whole
from hrbus.mapping.kinds import TEXT, Kind, digits_of, fixed_text, half_even, unscaled
from hrbus.mapping.numbers import FREE, exact_of, fitting
from hrbus.mapping.tables import Table
from hrbus.spi import Type

MOST_BOUND = 9
"""The digits of a bound of a scale, so that no product leaves 128 bits."""
RAW_DECIMALS = 4
"""How many decimals a score may have that stands as text or in a table of percentiles."""
_GRADES = re.compile(r"([A-Z]):([A-Z])")


@dataclass(frozen=True)
class Scale:
    """Two bounds as whole numbers of ``10 ** -decimals``; ``grades`` from the worst to the best, where it has any."""

    low: int
    high: int
    decimals: int
    grades: str = ""

    @classmethod
    def read(cls, text: str) -> Scale:
        """Return the scale that a user wrote; ValueError with what is wrong."""
        if letters := _GRADES.fullmatch(text):
            best, worst = ord(letters[1]), ord(letters[2])
            if best == worst:
                raise ValueError(f"the grades {text} are only one")
            step = 1 if best > worst else -1
            grades = "".join(chr(code) for code in range(worst, best + step, step))
            return cls(0, len(grades) - 1, 0, grades)
        low, dots, high = text.partition("..")
        if not dots:
            raise ValueError(f"{text!r} is no scale; write 0..100, or grades such as A:E")
        (first, first_places), (last, last_places) = digits_of(decimal(low.strip())), digits_of(decimal(high.strip()))
        places = max(first_places, last_places)
        found = cls(first * 10 ** (places - first_places), last * 10 ** (places - last_places), places)
        if found.width <= 0:
            raise ValueError(f"the range {text} must rise")
        if max(abs(found.low), abs(found.high)) >= 10**MOST_BOUND or places > RAW_DECIMALS:
            raise ValueError(
                f"the range {text} must have bounds of at most {MOST_BOUND} digits, {RAW_DECIMALS} of them decimals"
            )
        return found

    @property
    def width(self) -> int:
        """The distance of the bounds."""
        return self.high - self.low

    def grade(self, value: pl.Expr) -> pl.Expr:
        """Return the grade that a rank (Int128 from 0) stands for."""
        return value.cast(pl.Int64).replace_strict(
            range(len(self.grades)), list(self.grades), default=None, return_dtype=pl.String
        )

    def rank(self, value: pl.Expr) -> pl.Expr:
        """Return the rank of a grade as Int128; null where it is none."""
        ranks = range(len(self.grades))
        return value.replace_strict(list(self.grades), ranks, default=None, return_dtype=pl.Int64).cast(pl.Int128)


def _move(value: pl.Expr, given: int, source: Scale, target: Scale, wanted: int) -> pl.Expr:
    """Move ``value`` (Int128 with ``given`` decimals) from one scale to the other, with ``wanted`` decimals.

    target.low + (value - source.low) * target.width / source.width, over one denominator, rounded once. Null where
    the value is outside its scale.
    """
    unit = 10 ** max(given, source.decimals)
    exact = value * pl.lit(unit // 10**given, dtype=pl.Int128)
    low, high = (bound * (unit // 10**source.decimals) for bound in (source.low, source.high))
    inside = pl.when((exact >= pl.lit(low, dtype=pl.Int128)) & (exact <= pl.lit(high, dtype=pl.Int128))).then(exact)
    start, ratio = (
        Fraction(target.low, 10**target.decimals),
        Fraction(target.width * 10**source.decimals, source.width * 10**target.decimals),
    )
    factor = ratio * Fraction(10**wanted, unit)
    offset = start * 10**wanted
    below = math.lcm(factor.denominator, offset.denominator)
    numerator = (inside - low) * pl.lit(int(factor * below), dtype=pl.Int128) + pl.lit(
        int(offset * below), dtype=pl.Int128
    )
    return half_even(numerator, below)


def _given(source: Scale, kind: Kind) -> int:
    """Return how many decimals the field's scores have; ValueError where it cannot hold any."""
    if source.grades:
        if kind.type is not Type.TEXT:
            raise ValueError(f"takes grades as text, and this is {kind.name}")
        return 0
    if kind.type is Type.TEXT:
        return RAW_DECIMALS
    if kind.number and kind.scale <= FREE:
        return kind.scale
    raise ValueError(f"takes a number, or one as text, and this is {kind.name}")


def _scale(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 2, 3)
    source, target = Scale.read(arguments[0]), Scale.read(arguments[1])
    given = _given(source, kind)
    # A step of the source must move the result by more than one of its last decimals, or it does not come back.
    ratio = Fraction(source.width * 10**target.decimals, target.width * 10**source.decimals)
    enough = next(n for n in range(FREE * 2) if Fraction(1, 10**n) * ratio < Fraction(1, 10**given))
    if target.grades and len(arguments) == 3:
        raise ValueError("gives grades, which have no decimals")
    decimals = whole(arguments[2], 0, FREE) if len(arguments) == 3 else min(max(2, enough), FREE)
    decimals = 0 if target.grades else decimals
    short = len(arguments) == 2

    def forward(value: pl.Expr) -> pl.Expr:
        if source.grades:
            exact = source.rank(value.str.strip_chars())
        elif kind.type is Type.TEXT:
            exact = half_even(exact_of(value.str.strip_chars()), 10 ** (FREE - given))
        else:
            exact = unscaled(value, kind)
        moved = _move(exact, given, source, target, decimals)
        return target.grade(moved) if target.grades else fixed_text(moved, decimals, short=short)

    def backward(value: pl.Expr) -> pl.Expr:
        exact, places = (target.rank(value), 0) if target.grades else (exact_of(value), FREE)
        moved = _move(exact, places, target, source, given)
        if source.grades:
            return source.grade(moved)
        return fixed_text(moved, given, short=True) if kind.type is Type.TEXT else fitting(moved, kind)

    return Step(
        Half(forward, TEXT, True, f"is not in the scale {arguments[0]}", costly=True),
        Half(backward, kind, True, f"is not in the scale {arguments[1]}, or does not fit the field", costly=True),
        _loss(source, target, kind, decimals, enough),
    )


def _loss(source: Scale, target: Scale, kind: Kind, decimals: int, enough: int) -> str:
    if target.grades:
        finer = not source.grades or len(source.grades) > len(target.grades)
        return "a grade stands for several scores" if finer else ""
    if decimals < enough:
        return f"{decimals} decimals are too few to come back"
    return "the text comes back without needless zeros" if kind.type is Type.TEXT and not source.grades else ""


# --- percentiles ----------------------------------------------------------------------------------------------------


def _percentile(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 1)
    name = arguments[0]
    if name not in tables:
        raise ValueError(f"there is no table {name}; declared here: {', '.join(sorted(tables)) or 'none'}")
    if kind.type is not Type.TEXT and not (kind.number and kind.scale <= RAW_DECIMALS and kind.digits <= 14):
        raise ValueError(f"takes a number of up to {RAW_DECIMALS} decimals, or one as text, and this is {kind.name}")
    bounds, words = _norms(tables[name], name)
    given = RAW_DECIMALS if kind.type is Type.TEXT else kind.scale
    lowest = fixed_number(int(bounds[0]))

    def found(scores: pl.Series) -> pl.Series:
        present = scores.is_not_null().to_numpy()
        at = np.searchsorted(bounds, scores.fill_null(0).to_numpy(), side="right") - 1
        return pl.Series([words[i] if there and i >= 0 else None for i, there in zip(at, present, strict=True)],
                         dtype=pl.String)  # fmt: skip

    def forward(value: pl.Expr) -> pl.Expr:
        if kind.type is Type.TEXT:
            exact = exact_of(value.str.strip_chars()) // pl.lit(10 ** (FREE - given), dtype=pl.Int128)
        else:
            exact = unscaled(value, kind)
        scores = (exact * pl.lit(10 ** (RAW_DECIMALS - given), dtype=pl.Int128)).cast(pl.Int64, strict=False)
        return scores.map_batches(found, return_dtype=pl.String, is_elementwise=True)

    reason = f"is no score from {lowest} up, where the table {name} begins"
    return Step(Half(forward, TEXT, True, reason, costly=True), None, "a percentile stands for several scores")


def fixed_number(units: int) -> str:
    """Return a bound in units of the last of ``RAW_DECIMALS`` as a user would write it."""
    return f"{units / 10**RAW_DECIMALS:.{RAW_DECIMALS}f}".rstrip("0").rstrip(".")


def _norms(table: Table, name: str) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], list[str]]:
    """Return the lowest score of each percentile, rising, and the percentiles; ValueError where there are none."""
    rows: list[tuple[int, str]] = []
    for score, percentile in table.forward.items():
        (units, places), rank = digits_of(decimal(score.strip())), decimal(percentile.strip())
        if places > RAW_DECIMALS or abs(units) >= 10**14:
            raise ValueError(f"the table {name}: {score} has too many digits")
        if not 0 <= rank <= 100:
            raise ValueError(f"the table {name}: {percentile} is no percentile from 0 to 100")
        rows.append((units * 10 ** (RAW_DECIMALS - places), percentile.strip()))
    rows.sort()
    ranks = [decimal(percentile) for _, percentile in rows]
    if ranks != sorted(ranks):
        raise ValueError(f"the table {name}: a greater score has a lower percentile")
    return np.array([units for units, _ in rows], dtype=np.int64), [percentile for _, percentile in rows]


BUILT_IN = (
    Converter(
        "scale",
        "Moves a score from one scale to another, linearly and rounded half to even; a score outside its scale "
        "rejects the record. A scale is a range (0..100) or a row of grades, the best one first (A:E). Without the "
        "number of decimals, as many as are needed to come back (at least two), and trailing zeros are left away.",
        _scale,
        "scale, scale [, decimals]",
        (
            Example("scale(0..9, 0..100)", "5", "55.56", Kind(Type.INTEGER, 1)),
            Example("scale(0..10, 0..100)", "8.5", "85", Kind(Type.DECIMAL, 3, 1)),
            Example("scale(0..100, 0..5, 1)", "90.00", "4.5", Kind(Type.DECIMAL, 5, 2)),
            Example("scale(A:E, 0..100)", "B", "75"),
            Example("scale(0..100, A:E)", "75", "B", Kind(Type.INTEGER, 3)),
        ),
        domain="every score of the field's own decimals between two ranges, and every grade into a "
        "range; of a grade out of a range the middle",
    ),
    Converter(
        "percentile",
        "The percentile of a raw score, by a table of `tables:` with the lowest score of each percentile; a score "
        "below the first rejects the record. There is no way back.",
        _percentile,
        "table",
        (Example("percentile(norms)", "31", "50", Kind(Type.INTEGER, 3)),),
        domain="nothing: there is no way back",
    ),
)
