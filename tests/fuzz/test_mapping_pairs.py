"""Every converter comes back on its declared domain; what is outside becomes null, never another value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pycountry
from hypothesis import given, settings
from hypothesis import strategies as st

from hrbus.mapping.converters import Step, known
from hrbus.mapping.kinds import TEXT, Kind, from_text, to_text
from hrbus.mapping.leaf import pipes
from hrbus.mapping.tables import Table
from hrbus.spi import Type

TABLES = {"t": Table({"A": "Active", "W": "Withdrawn", "P": "Pending"})}
DATES = st.dates().map(lambda day: int(day.strftime("%Y").zfill(4) + day.strftime("%m%d")))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
few = settings(max_examples=60, deadline=None)


def step(call: str, kind: Kind) -> Step:
    (found,) = pipes(call)
    return known()[found.name].make(found.arguments or (), kind, TABLES)


def forward(made: Step, values: list[Any], kind: Kind) -> list[str | None]:
    frame = pl.DataFrame({"v": values}, schema={"v": kind.dtype})
    return frame.select(to_text(made.forward.apply(pl.col("v")), made.forward.gives).alias("t")).to_series().to_list()


def backward(made: Step, texts: list[str | None], kind: Kind) -> list[Any]:
    assert made.backward
    frame = pl.DataFrame({"t": texts}, schema={"t": pl.String})
    value = made.backward.apply(from_text(pl.col("t"), made.forward.gives))
    return frame.select(value.cast(kind.dtype).alias("v")).to_series().to_list()


def comes_back(call: str, kind: Kind, values: list[Any]) -> None:
    made = step(call, kind)
    assert not made.lossy
    texts = forward(made, values, kind)
    assert values == backward(made, texts, kind)


@few
@given(st.lists(DATES, min_size=1))
def test_dates_come_back(values: list[int]) -> None:
    comes_back("date(%Y%m%d)", Kind(Type.INTEGER, 8, signed=False), values)


@few
@given(st.lists(st.datetimes().map(lambda t: t.replace(microsecond=0)), min_size=1))
def test_moments_in_utc_come_back(values: list[Any]) -> None:
    texts = [f"{t.year:04d}{t:%m%d%H%M%S}" for t in values]
    comes_back("datetime(%Y%m%d%H%M%S, UTC)", TEXT, texts)


@few
@given(st.integers(1, 18).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.integers(0, 10**n - 1), min_size=1))))
def test_digits_come_back(case: tuple[int, list[int]]) -> None:
    size, values = case
    comes_back(f"digits({size})", Kind(Type.INTEGER, size, signed=False), values)


@few
@given(st.integers(0, 6), st.data())
def test_numbers_come_back(scale: int, data: st.DataObject) -> None:
    unit = Decimal(10) ** -scale
    values = data.draw(st.lists(st.integers(-(10**12), 10**12).map(lambda n: n * unit), min_size=1))
    comes_back("number", Kind(Type.DECIMAL, 18, scale), values)


@few
@given(
    st.integers(-500, 500),
    st.integers(1, 1000),
    st.integers(-500, 500),
    st.integers(1, 1000),
    st.integers(0, 3),
    st.data(),
)
def test_scores_come_back(low: int, width: int, other: int, span: int, scale: int, data: st.DataObject) -> None:
    unit = 10**scale
    values = data.draw(st.lists(st.integers(low * unit, (low + width) * unit), min_size=1))
    kind = Kind(Type.DECIMAL, 12, scale) if scale else Kind(Type.INTEGER, 12)
    exact = [Decimal(n).scaleb(-scale) if scale else n for n in values]
    comes_back(f"scale({low}..{low + width}, {other}..{other + span})", kind, exact)


@few
@given(st.lists(st.sampled_from(["A", "W", "P"]), min_size=1))
def test_codes_come_back(values: list[str]) -> None:
    comes_back("table(t)", TEXT, values)


@few
@given(st.lists(st.sampled_from(["Y", "N"]), min_size=1))
def test_booleans_come_back(values: list[str]) -> None:
    comes_back("boolean(Y, N)", TEXT, values)


@few
@given(st.lists(st.integers(0, 999), min_size=1))
def test_what_means_nothing_comes_back(values: list[int]) -> None:
    comes_back("blank(0)", Kind(Type.INTEGER, 3, signed=False), values)


@few
@given(st.integers(0, 99), st.data())
def test_dates_of_short_years_come_back(pivot: int, data: st.DataObject) -> None:
    first = date(1900 + pivot, 1, 1)
    last = date(1999 + pivot, 12, 31)
    days = data.draw(st.lists(st.dates(first, last), min_size=1))
    kind = Kind(Type.INTEGER, 6, signed=False)
    comes_back(f"date(%y%m%d, pivot={pivot})", kind, [int(f"{day:%y%m%d}") for day in days])
    comes_back(f"date(%j.%y, pivot={pivot})", TEXT, [f"{day:%j.%y}" for day in days])


@few
@given(st.lists(st.dates(date(1900, 1, 1), date(2099, 12, 31)), min_size=1))
def test_dates_of_a_century_digit_come_back(days: list[date]) -> None:
    kind = Kind(Type.INTEGER, 7, signed=False)
    comes_back("date(%C%y%m%d)", kind, [(day.year - 1900) * 10_000 + day.month * 100 + day.day for day in days])


@few
@given(st.lists(st.sampled_from("ABCDEFGH"), min_size=1), st.integers(-100, 100), st.integers(1, 1000))
def test_grades_come_back(grades: list[str], low: int, width: int) -> None:
    comes_back(f"scale(A:H, {low}..{low + width})", TEXT, grades)


@few
@given(st.lists(st.integers(-(10**10), 10**10), min_size=1), st.sampled_from(["CNY", "JPY", "KWD", "CLF"]))
def test_amounts_in_the_smallest_unit_come_back(units: list[int], currency: str) -> None:
    comes_back(f"minor({currency})", Kind(Type.INTEGER, 12), units)


@few
@given(st.lists(st.integers(-(10**8), 10**8).map(lambda n: Decimal(n).scaleb(-2)), min_size=1))
def test_money_comes_back(values: list[Decimal]) -> None:
    comes_back("money(CNY)", Kind(Type.DECIMAL, 12, 2), values)


@few
@given(st.data())
def test_codes_of_the_standards_come_back(data: st.DataObject) -> None:
    for call, entries, name in (
        ("country(alpha3, alpha2)", pycountry.countries, "alpha_3"),
        ("language(alpha3, alpha2)", [each for each in pycountry.languages if hasattr(each, "alpha_2")], "alpha_3"),
        ("currency(alpha3, numeric)", pycountry.currencies, "alpha_3"),
    ):
        codes = [getattr(entry, name) for entry in entries]
        comes_back(call, TEXT, data.draw(st.lists(st.sampled_from(codes), min_size=1)))


@few
@given(st.integers(110_000, 659_999), st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 999))
def test_resident_numbers_come_back_and_no_other_check_digit_passes(place: int, born: date, number: int) -> None:
    digits = f"{place}{born:%Y%m%d}{number:03}"
    weights = [2 ** (17 - at) % 11 for at in range(17)]
    check = "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]
    comes_back("resident_id", TEXT, [digits + check])
    others = [digits + other for other in "0123456789X" if other != check]
    assert [None] * 10 == forward(step("resident_id", TEXT), others, TEXT)


@few
@given(
    st.sampled_from(
        [
            "date(%Y%m%d)",
            "number(2)",
            "digits(4)",
            "scale(0..9, 0..1)",
            "table(t)",
            "boolean(Y, N)",
            "scale(A:E, 0..9)",
            "money(CNY)",
            "minor(CNY)",
            "phone(CN)",
            "resident_id",
            "check(luhn)",
            "iban",
            "date(%y%m%d, pivot=40)",
            "date(%C%y%j)",
            "country(alpha2, alpha3)",
            "check(mod97-10)",
        ]
    ),
    st.lists(TEXTS, min_size=1),
)
def test_any_text_converts_or_is_null(call: str, texts: list[str]) -> None:
    made = step(call, TEXT)
    again = backward(made, list(texts), TEXT)
    assert len(texts) == len(forward(made, texts, TEXT)) == len(again)
