"""A formula means what SQL means: generated expressions beside SQLite (text, whole numbers) and Python's decimals."""

from __future__ import annotations

import sqlite3
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from hrbus.mapping.sql import compile_formula
from hrbus.spi import Field, Layout, Type

LAYOUT = Layout(
    "f",
    (
        Field("A", "A", Type.INTEGER, digits=4),
        Field("B", "B", Type.INTEGER, digits=4),
        Field("S", "S", Type.TEXT),
        Field("T", "T", Type.TEXT),
        Field("P", "P", Type.DECIMAL, digits=7, scale=2),
        Field("Q", "Q", Type.DECIMAL, digits=7, scale=3),
    ),
)


def both(form: str, *parts: tuple[str, str]) -> tuple[str, str]:
    return form.format(*(ours for ours, _ in parts)), form.format(*(theirs for _, theirs in parts))


def blanked(form: str, part: tuple[str, str]) -> tuple[str, str]:
    made, theirs = both(form, part)
    return made, f"NULLIF({theirs}, '')"


NUMBERS = st.recursive(
    st.sampled_from(["A", "B", "7", "0", "LENGTH(S)"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        inner.map(lambda e: f"ABS({e})"),
        st.tuples(inner, inner).map(lambda p: f"COALESCE({p[0]}, {p[1]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"CASE WHEN {p[0]} < {p[1]} THEN {p[2]} ELSE A END"),
    ),
    max_leaves=5,
)
# Pairs: a formula for us and the same for SQLite, where empty text must be made NULL by hand.
TEXTS = st.recursive(
    st.sampled_from(["S", "T", "'x y'"]).map(lambda e: (e, e)),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: both("({} || {})", *p)),
        inner.map(lambda e: both("UPPER({})", e)),
        inner.map(lambda e: blanked("TRIM({})", e)),
        st.tuples(inner, st.integers(1, 6), st.integers(0, 3)).map(
            lambda p: blanked(f"SUBSTRING({{}}, {p[1]}, {p[2]})", p[0])
        ),
        st.tuples(inner, inner).map(lambda p: both("NULLIF({}, {})", *p)),
        st.tuples(NUMBERS, inner).map(lambda p: both(f"CASE WHEN {p[0]} >= 3 THEN {{}} END", p[1])),
        st.tuples(inner, inner).map(lambda p: both("CASE {} WHEN 'ab' THEN {} ELSE S END", *p)),
    ),
    max_leaves=5,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "A": st.none() | st.integers(-9999, 9999),
            "B": st.none() | st.integers(-5, 5),
            "S": st.none() | st.text("ab xyZ", min_size=1, max_size=5),
            "T": st.none() | st.text("ab xyZ", min_size=1, max_size=5),
        }
    ),
    min_size=1,
    max_size=8,
)
few = settings(max_examples=150, deadline=None)


def ours(text: str, rows: list[dict[str, Any]]) -> list[Any]:
    formula = compile_formula(text, lambda name, offset: LAYOUT.find(name))
    assert formula
    dtypes = {"A": pl.Int64(), "B": pl.Int64(), "S": pl.String(), "T": pl.String()}
    dtypes |= {"P": pl.Decimal(7, 2), "Q": pl.Decimal(7, 3)}
    frame = pl.DataFrame(rows, schema=dtypes)
    value = formula.value(*(pl.col(field.column) for field in formula.fields))
    found = frame.select(value.alias("v")).to_series().to_list()
    return found if len(found) == len(rows) else found * len(rows)


def sqlite(text: str, rows: list[dict[str, Any]]) -> list[Any]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE TABLE f (A INTEGER, B INTEGER, S TEXT, T TEXT)")
        connection.executemany("INSERT INTO f VALUES (:A, :B, :S, :T)", rows)
        return [value for (value,) in connection.execute(f"SELECT {text} FROM f ORDER BY rowid")]
    finally:
        connection.close()


@few
@given(NUMBERS, ROWS)
def test_whole_numbers_are_those_of_sqlite(text: str, rows: list[dict[str, Any]]) -> None:
    expected = [None if value is None else str(value) for value in sqlite(text, rows)]
    assert expected == ours(text, rows)


@few
@given(TEXTS, ROWS)
def test_texts_are_those_of_sqlite_with_null_for_empty(pair: tuple[str, str], rows: list[dict[str, Any]]) -> None:
    text, theirs = pair
    assert sqlite(theirs, rows) == ours(text, rows)


@few
@given(
    st.integers(0, 4),
    st.lists(st.tuples(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6)), min_size=1, max_size=8),
)
def test_decimals_are_exact_and_rounded_once(scale: int, pairs: list[tuple[int, int]]) -> None:
    rows = [{"P": Decimal(p).scaleb(-2), "Q": Decimal(q).scaleb(-3)} for p, q in pairs if q]
    if not rows:
        return
    unit = Decimal(1).scaleb(-scale)
    with localcontext(prec=60):
        product = [(r["P"] * r["Q"] - r["P"]).quantize(unit, ROUND_HALF_EVEN) for r in rows]
        quotient = [(r["P"] / r["Q"]).quantize(unit, ROUND_HALF_EVEN) for r in rows]
    for text, expected in (("P * Q - P", product), ("P / Q", quotient)):
        found = ours(f"ROUND({text}, {scale})", rows)
        assert [format(abs(n) if n == 0 else n, "f") for n in expected] == found
