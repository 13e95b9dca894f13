"""JSON lines become columns exactly, or rejects that say why."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from adapters.json.codec import JsonCodec
from adapters.json.layouts import read_layout
from adapters.json.settings import JsonSettings
from hrbus.spi import Batch, BatchError, Origin

LAYOUT = """\
layout: sample
fields:
  id: text(8) required
  count: integer(3)
  long: integer(30)
  pay: decimal(6.2)
  tiny: decimal(2.2)
  rate: float
  ok: boolean
  who:
    name: text
  items:
    - code: text required
      value: decimal(4.1)
      parts:
        - text
"""
Read = Callable[..., Batch]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    (tmp_path / "layout.yaml").write_text(LAYOUT)
    layout = read_layout(tmp_path / "layout.yaml")

    def decode(*lines: str | bytes, **settings: Any) -> Batch:
        codec = JsonCodec(layout, JsonSettings(layout="layout.yaml", **settings))
        content = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
        [batch] = codec.decode(io.BytesIO(content), Origin("x"))
        return batch

    return decode


def test_a_nested_object_becomes_columns_with_dots_and_lists_of_structs(read: Read) -> None:
    batch = read('{"id":"1","who":{"name":"Ada"},"items":[{"code":"A","value":1.5,"parts":["x","y"]},{"code":"B"}]}')
    row = batch.frame.row(0, named=True)
    assert "Ada" == row["who.name"]
    assert [
        {"code": "A", "value": Decimal("1.5"), "parts": ["x", "y"]},
        {"code": "B", "value": None, "parts": None},
    ] == row["items"]


def test_the_columns_have_the_types_of_the_contract(read: Read) -> None:
    schema = read('{"id":"1"}').frame.schema
    assert pl.Int64 == schema["count"]
    assert pl.Decimal(38, 0) == schema["long"]
    assert pl.Decimal(6, 2) == schema["pay"]
    assert pl.Float64 == schema["rate"]
    assert (
        pl.List(pl.Struct({"code": pl.String, "value": pl.Decimal(4, 1), "parts": pl.List(pl.String)}))
        == schema["items"]
    )


def test_absent_null_and_empty_are_told_apart_where_they_can_be(read: Read) -> None:
    frame = read('{"id":"1"}', '{"id":"2","items":null,"who":null}', '{"id":"3","items":[],"who":{}}').frame
    assert [None, None, []] == frame["items"].to_list()
    assert [None, None, None] == frame["who.name"].to_list()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", "0.10"),
        ("1.10", "1.10"),
        ("9999.99", "9999.99"),
        ("-0.01", "-0.01"),
        ("7", "7.00"),
        ("1.500000000000000000000000000000000", "1.50"),
        ("1e2", "100.00"),
        ("12e-1", "1.20"),
        ("0e99999999", "0.00"),
    ],
)
def test_decimals_are_exact(read: Read, text: str, value: str) -> None:
    assert Decimal(value) == read(f'{{"id":"1","pay":{text}}}').frame["pay"][0]


@pytest.mark.parametrize(
    "text", ["1.005", "10000", "1e4", "1e-3", "1e99999999", "1.000000000000000000000000000000001", "-12345.6"]
)
def test_a_decimal_that_does_not_fit_is_refused_and_never_rounded(read: Read, text: str) -> None:
    batch = read(f'{{"id":"1","pay":{text}}}')
    assert 0 == len(batch)
    [reject] = batch.rejects
    assert ("pay", "expected a number of at most 6 digits, 2 behind the point") == (reject.field, reject.reason)


def test_a_decimal_without_whole_digits_takes_no_more_than_a_fraction(read: Read) -> None:
    batch = read('{"id":"1","tiny":0.25}', '{"id":"2","tiny":1}')
    assert [Decimal("0.25")] == batch.frame["tiny"].to_list()
    assert ["tiny"] == [reject.field for reject in batch.rejects]


def test_whole_numbers_are_exact_beyond_the_range_of_floats(read: Read) -> None:
    assert (
        Decimal(123456789012345678901234567890)
        == read('{"id":"1","long":123456789012345678901234567890}').frame["long"][0]
    )


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        ('{"id":1}', "id", "expected text, found a number"),
        ('{"id":"123456789"}', "id", "is longer than 8 characters"),
        ('{"count":1}', "id", "is required, and absent"),
        ('{"id":"1","count":"7"}', "count", "expected a whole number, found text"),
        ('{"id":"1","count":true}', "count", "expected a whole number, found true or false"),
        ('{"id":"1","count":1.5}', "count", "expected a whole number of at most 3 digits"),
        ('{"id":"1","count":1000}', "count", "expected a whole number of at most 3 digits"),
        ('{"id":"1","ok":0}', "ok", "expected true or false, found a number"),
        ('{"id":"1","who":"Ada"}', "who", "expected an object, found text"),
        ('{"id":"1","items":{}}', "items", "expected a list, found an object"),
        ('{"id":"1","items":[1]}', "items", "expected an object, found a number"),
        ('{"id":"1","items":[null]}', "items", "expected an object, found null"),
        ('{"id":"1","items":[{"code":"A","value":[]}]}', "items.value", "expected a number, found a list"),
        ('{"id":"1","items":[{"code":"A"},{}]}', "items.code", "is required, and absent"),
        ('{"id":"1","items":[{"code":"A","parts":[1]}]}', "items.parts", "expected text, found a number"),
        ("[]", "", "expected an object, found something else"),
        ("null", "", "expected an object, found something else"),
        ('{"id":NaN}', "", "a number that JSON does not have, or one too long to read"),
        ('{"id":"\\ud800"}', "", "half of a surrogate pair stands alone, which is no character"),
        ('{"id":"\t"}', "", "not JSON at character 8 of the record: Invalid control character at"),
        ("{", "", "not JSON at character 2 of the record: Expecting property name enclosed in double quotes"),
        (b'{"id":"\xff"}', "", "not UTF-8 at byte 7 of the record"),
        ("[" * 100_000, "", "nested too deeply"),
        ('{"count":' + "9" * 5000 + "}", "", "a number that JSON does not have, or one too long to read"),
    ],
)
def test_a_line_that_does_not_fit_is_one_reject(read: Read, line: str | bytes, field: str, reason: str) -> None:
    batch = read('{"id":"1"}', line, '{"id":"3"}')
    assert ["1", "3"] == batch.frame["id"].to_list()
    assert [(2, 11, field, reason)] == [(r.record, r.offset, r.field, r.reason) for r in batch.rejects]
    assert (line.encode() if isinstance(line, str) else line) == batch.rejects[0].raw


def test_empty_lines_are_passed_over_and_not_counted(read: Read) -> None:
    batch = read('{"id":"1"}', "", "  ", '{"id":"2"}\r')
    assert [(1, 0), (2, 15)] == batch.frame.select("_record", "_offset").rows()


def test_a_byte_order_mark_is_passed_over(read: Read) -> None:
    assert [("1", 3)] == read('\ufeff{"id":"1"}').frame.select("id", "_offset").rows()


def test_keys_that_the_layout_does_not_name_are_passed_over_unless_they_are_refused(read: Read) -> None:
    lines = ('{"id":"1","who":{"name":"A","age":7}}', '{"id":"2","items":[{"code":"A","x":1}]}', '{"id":"3"}')
    assert 3 == len(read(*lines))
    batch = read(*lines, unknown="reject")
    assert ["3"] == batch.frame["id"].to_list()
    assert ["who.?", "items.?"] == [reject.field for reject in batch.rejects]


def test_the_bytes_of_a_record_are_kept_where_that_is_asked_for(read: Read) -> None:
    assert [b'{"id":"1"}'] == read('{"id":"1"}', keep_raw=True).frame["_raw"].to_list()


def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    (tmp_path / "layout.yaml").write_text(LAYOUT)
    codec = JsonCodec(read_layout(tmp_path / "layout.yaml"), JsonSettings(layout="layout.yaml"))
    with pytest.raises(BatchError, match="the line at byte 0 is longer than 16777216 bytes"):
        list(codec.decode(io.BytesIO(b'{"id":"' + b"x" * 17_000_000), Origin("x")))
