"""Columns become JSON text that any reader takes for what was meant."""

from __future__ import annotations

import io
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.json.codec import JsonCodec
from adapters.json.layouts import read_layout
from adapters.json.settings import JsonSettings
from adapters.json.writing import texts
from hrbus.spi import ID, Batch, Layout, Origin, Stage

LAYOUT = """\
layout: sample
fields:
  id: text(8) required
  count: integer(9)
  pay: decimal(9.2)
  rate: float
  ok: boolean
  who:
    name: text
    at:
      city: text
  items:
    - code: text(3)
      value: decimal(4.1)
      inner:
        deep: text
      parts:
        - text
  words: [text]
"""


def _layout(folder: Path) -> Layout:
    (folder / "layout.yaml").write_text(LAYOUT)
    return read_layout(folder / "layout.yaml")


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return _layout(tmp_path_factory.mktemp("layout"))


def rendered(layout: Layout, columns: dict[str, Any], **types: Any) -> list[str]:
    return texts(pl.DataFrame(columns, schema_overrides=types), layout).to_list()


def test_null_is_left_out_and_so_is_what_is_empty_then(layout: Layout) -> None:
    columns = {"id": ["1"], "who.name": [None], "who.at.city": [None], "items": [[]], "words": [None]}
    types = {
        "who.name": pl.String,
        "who.at.city": pl.String,
        "words": pl.List(pl.String),
        "items": pl.List(pl.Struct({"code": pl.String})),
    }
    assert ['{"id":"1"}'] == rendered(layout, columns, **types)


def test_keys_stand_in_the_layouts_order_and_nested(layout: Layout) -> None:
    columns = {"who.at.city": ["Leeds"], "id": ["1"], "ok": [True], "unknown": ["x"]}
    assert ['{"id":"1","ok":true,"who":{"at":{"city":"Leeds"}}}'] == rendered(layout, columns)


def test_decimals_are_written_digit_for_digit(layout: Layout) -> None:
    columns = {"pay": [Decimal("1234567.10"), Decimal("-0.05"), Decimal("0.00")]}
    expected = ['{"pay":1234567.10}', '{"pay":-0.05}', '{"pay":0.00}']
    assert expected == rendered(layout, columns, pay=pl.Decimal(9, 2))


def test_lists_keep_their_items_even_empty_ones(layout: Layout) -> None:
    items = [{"code": "A", "inner.deep": "x", "parts": ["p", None]}, {"code": None, "inner.deep": None, "parts": []}]
    assert ['{"items":[{"code":"A","inner":{"deep":"x"},"parts":["p",null]},{}]}'] == rendered(
        layout, {"items": [items]}
    )


def test_a_frame_without_any_column_of_the_layout_gives_empty_objects(layout: Layout) -> None:
    assert ["{}", "{}"] == rendered(layout, {"other": [1, 2]})


def encoded(layout: Layout, frame: pl.DataFrame) -> tuple[list[Batch], bytes]:
    stream = io.BytesIO()
    codec = JsonCodec(layout, JsonSettings(layout="layout.yaml"))
    return list(codec.encode([Batch(frame)], stream)), stream.getvalue()


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("id", None, "is required, and absent"),
        ("id", "123456789", "is longer than 8 characters"),
        ("pay", Decimal("1.005"), "does not fit decimal(9.2)"),
        ("pay", 12345678, "does not fit decimal(9.2)"),
        ("rate", math.nan, "is not a finite number"),
        ("rate", math.inf, "is not a finite number"),
        ("items", [{"code": "LONG"}], "is longer than 3 characters"),
    ],
)
def test_a_record_that_does_not_fit_is_a_reject_and_the_others_are_written(
    layout: Layout, column: str, value: Any, reason: str
) -> None:
    rows = [{ID: 1, "id": "1"}, {ID: 2, "id": "2"} | {column: value}]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    [batch], content = encoded(layout, frame)
    assert [1] == batch.frame[ID].to_list()
    [reject] = batch.rejects
    assert (2, Stage.ENCODE, reason) == (reject.id, reject.stage, reject.reason)
    assert [{"id": "1"}] == [json.loads(line) for line in content.splitlines()]


def test_a_layout_that_requires_what_the_frame_has_not_refuses_every_record(layout: Layout) -> None:
    [batch], content = encoded(layout, pl.DataFrame({ID: [1, 2], "ok": [True, False]}))
    assert (0, b"") == (len(batch), content)
    assert [1, 2] == [reject.id for reject in batch.rejects]


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_item = st.fixed_dictionaries(
    {
        "code": st.none() | _text.map(lambda text: text[:3]),
        "value": st.none() | st.decimals(-999, 999, places=1),
        "inner.deep": st.none() | _text,
        "parts": st.none() | st.lists(st.none() | _text, min_size=1, max_size=3),
    }
)
_row = st.fixed_dictionaries(
    {
        "id": _text,
        "count": st.none() | st.integers(-(10**9) + 1, 10**9 - 1),
        "pay": st.none() | st.decimals(-9999999, 9999999, places=2),
        "ok": st.none() | st.booleans(),
        "who.name": st.none() | _text,
        "who.at.city": st.none() | _text,
        "items": st.none() | st.lists(_item, min_size=1, max_size=3),
        "words": st.none() | st.lists(st.none() | _text, min_size=1, max_size=3),
    }
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(_row, min_size=1, max_size=8))
def test_what_is_written_reads_as_it_was(rows: list[dict[str, Any]], layout: Layout) -> None:
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "id": pl.String, "count": pl.Int64, "pay": pl.Decimal(9, 2), "ok": pl.Boolean, "who.name": pl.String,
        "who.at.city": pl.String, "words": pl.List(pl.String),
        "items": pl.List(pl.Struct({
            "code": pl.String, "value": pl.Decimal(4, 1), "inner.deep": pl.String, "parts": pl.List(pl.String)
        })),
    }  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    _, content = encoded(layout, frame)
    assert len(rows) == sum(isinstance(json.loads(line), dict) for line in content.split(b"\n")[:-1])
    codec = JsonCodec(layout, JsonSettings(layout="layout.yaml"))
    [again] = codec.decode(io.BytesIO(content), Origin("x"))
    assert () == again.rejects
    assert frame.rows() == again.frame.select(frame.columns).rows()
