"""Whether a value says the same after it went through documents, which know nothing blank."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from adapters.flat.same import unchanged

JOB = pl.Struct({"title": pl.String, "pay": pl.Decimal(7, 2), "skill": pl.List(pl.String)})


@pytest.mark.parametrize(
    ("before", "now", "dtype", "same"),
    [
        ("A", "A", pl.String, True),
        ("A", "a", pl.String, False),
        ("", None, pl.String, True),
        (" ", None, pl.String, False),
        (None, 0, pl.Int64, False),
        ([], None, pl.List(pl.String), True),
        (["A", "", "B"], ["A", "B"], pl.List(pl.String), True),
        (["A", "B"], ["B", "A"], pl.List(pl.String), False),
        ([{"title": ""}, {"title": "A", "skill": [""]}], [{"title": "A"}], pl.List(JOB), True),
        ([{"title": "A", "skill": ["x"]}], [{"title": "A"}], pl.List(JOB), False),
        ([{"title": "A", "pay": Decimal(0)}], [{"title": "A"}], pl.List(JOB), False),
    ],
)
def test_what_is_blank_says_nothing(before: Any, now: Any, dtype: pl.DataType, same: bool) -> None:
    assert [same] == unchanged(pl.Series([before], dtype=dtype), pl.Series([now], dtype=dtype)).to_list()


@pytest.mark.parametrize(
    ("text", "same"), [("1.00", True), ("1.000", True), ("1.004", False), ("99999999.00", False)]
)
def test_numbers_are_compared_by_value_and_never_rounded(text: str, same: bool) -> None:
    before = pl.Series([Decimal("1.00")], dtype=pl.Decimal(5, 2))
    now = pl.Series([Decimal(text)], dtype=pl.Decimal(38, 3))
    assert [same] == unchanged(before, now).to_list()
    assert [same] == unchanged(now, before).to_list()


def test_a_field_that_nothing_feeds_any_more_is_not_looked_at() -> None:
    before = pl.Series([[{"title": "A", "pay": Decimal(1), "skill": ["x"]}]], dtype=pl.List(JOB))
    now = pl.Series([[{"title": "A"}]], dtype=pl.List(pl.Struct({"title": pl.String})))
    assert [True] == unchanged(before, now).to_list()


def test_items_without_any_field_say_nothing() -> None:
    filler = pl.List(pl.Struct({}))
    assert [True] == unchanged(pl.Series([[{}, {}]], dtype=filler), pl.Series([[{}]], dtype=filler)).to_list()
