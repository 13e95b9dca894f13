"""Records as JSON lines, and back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrbus.cli.jsonlines import lines
from hrbus.cli.jsonrecords import JsonLines, dtype_of
from hrbus.spi import Field, Layout, Type

SKILL = Field(
    "SKILL",
    "SKILL",
    Type.GROUP,
    many=True,
    children=(Field("CODE", "CODE", Type.TEXT), Field("LEVEL", "LEVEL", Type.INTEGER, digits=1)),
)
LAYOUT = Layout(
    "REC",
    (
        Field("NO", "NO", Type.INTEGER, digits=8),
        Field("NAME", "NAME", Type.GROUP, children=(Field("FAMILY", "FAMILY", Type.TEXT),)),
        Field("BIG", "BIG", Type.INTEGER, digits=31),
        Field("PAY", "PAY", Type.DECIMAL, digits=9, scale=2, note="PIC S9(7)V99"),
        Field("RATE", "RATE", Type.FLOAT),
        Field("OPEN", "OPEN", Type.BOOLEAN),
        Field("TAG", "TAG", Type.TEXT, many=True),
        SKILL,
    ),
)


def read(*records: str) -> tuple[list[pl.DataFrame], JsonLines]:
    reader = JsonLines(LAYOUT)
    return list(reader.frames(record.encode() + b"\n" for record in records)), reader


def written(frame: pl.DataFrame) -> list[str]:
    return lines(frame, LAYOUT).to_list()


def reason(record: str) -> str:
    frames, reader = read(record)
    assert [] == frames
    assert 1 == len(reader.rejects)
    found = reader.rejects[0]
    return f"{found.field}: {found.reason}" if found.field else found.reason


def test_groups_nest_and_decimals_keep_every_digit() -> None:
    frame = pl.DataFrame(
        {"NO": [7], "FAMILY": ["Ü"], "PAY": [Decimal("1.50")], "SKILL": [[{"CODE": "CB", "LEVEL": 9}]]},
        schema={"NO": pl.Int64, "FAMILY": pl.String, "PAY": pl.Decimal(9, 2), "SKILL": dtype_of(SKILL)},
    )
    assert ['{"NO":7,"NAME":{"FAMILY":"Ü"},"PAY":1.50,"SKILL":[{"CODE":"CB","LEVEL":9}]}'] == written(frame)


def test_null_is_null_at_every_depth() -> None:
    frame = pl.DataFrame(
        {"FAMILY": [None], "TAG": [["a", None]], "SKILL": [None], "RATE": [float("nan")]},
        schema={"FAMILY": pl.String, "TAG": pl.List(pl.String), "SKILL": dtype_of(SKILL), "RATE": pl.Float64},
    )
    assert ['{"NAME":{"FAMILY":null},"RATE":null,"TAG":["a",null],"SKILL":null}'] == written(frame)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
RECORDS = st.fixed_dictionaries(
    {
        "NO": st.none() | st.integers(-(10**8) + 1, 10**8 - 1),
        "NAME": st.fixed_dictionaries({"FAMILY": st.none() | TEXTS}),
        "BIG": st.none() | st.integers(-(10**31) + 1, 10**31 - 1),
        "PAY": st.none() | st.decimals(-9999999, 9999999, places=2),
        "OPEN": st.none() | st.booleans(),
        "TAG": st.none() | st.lists(TEXTS, max_size=3),
        "SKILL": st.none()
        | st.lists(st.fixed_dictionaries({"CODE": TEXTS, "LEVEL": st.none() | st.integers(-9, 9)}), max_size=3),
    }
)


def as_text(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{as_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(as_text(item) for item in value) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_what_is_read_is_written_again(records: list[dict[str, Any]]) -> None:
    frames, reader = read(*(as_text(record) for record in records))
    assert [] == reader.rejects
    again = [json.loads(text, parse_float=Decimal) for frame in frames for text in written(frame)]
    assert records == again


NUMBERS = st.sampled_from(
    ["0", "-0", "7", "-7.10", "7.00", "1e2", "1E-2", "07", "7.", "--7", "1-2", "123456789", "1.005"]
)
VALUES = NUMBERS | TEXTS.map(json.dumps) | st.sampled_from(["null", "true", "[]", "[1]", '["x"]', "{}", '"7"'])
PLACES = st.sampled_from(["NO", "PAY", "RATE", "OPEN", "TAG", "BIG", "NAME", "NMAE"])
BLANKS = st.sampled_from(["", " ", "\t", "  "])


@st.composite
def spelled(draw: st.DrawFn) -> str:
    """Return a line that somebody else wrote: blanks, spellings of numbers, odd values, things out of place."""
    parts = draw(st.dictionaries(PLACES, st.tuples(BLANKS, VALUES, BLANKS), max_size=4))
    return "{" + ",".join(f'{a}"{key}"{b}:{a}{value}{b}' for key, (a, value, b) in parts.items()) + "}"


ALONE = '{"NO": "\\ufdd0"}'
"""A line that has all lines beside it read value by value, and is none itself."""


@given(st.lists(spelled(), min_size=1, max_size=5))
def test_lines_read_by_column_and_value_by_value_are_the_same(records: list[str]) -> None:
    quick, fast = read(*records)
    slow, careful = read(*records, ALONE)
    assert [frame.to_dicts() for frame in slow] == [frame.to_dicts() for frame in quick]
    told = [(reject.record, reject.field, reject.reason) for reject in careful.rejects]
    assert sorted(told[:-1]) == sorted((reject.record, reject.field, reject.reason) for reject in fast.rejects)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_record_or_a_reject(text: bytes) -> None:
    reader = JsonLines(LAYOUT)
    frames = list(reader.frames(text.splitlines(keepends=True)))
    assert sum(frame.height for frame in frames) + len(reader.rejects) <= text.count(b"\n") + text.count(b"\r") + 1


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("{", "this line is not JSON"),
        ("[1]", "a JSON object is expected"),
        ('{"NO": NaN}', "this line is not JSON"),
        ('{"NO": "7"}', "NO: a whole number is expected"),
        ('{"NO": true}', "NO: a whole number is expected"),
        ('{"NO": 1.5}', "NO: does not fit 8 digits, 0 of them decimals"),
        ('{"NO": 123456789}', "NO: does not fit 8 digits, 0 of them decimals"),
        ('{"PAY": 1.005}', "PAY: does not fit PIC S9(7)V99"),
        ('{"PAY": 1e400000}', "PAY: does not fit PIC S9(7)V99"),
        ('{"NAME": "x"}', "NAME: a JSON object is expected"),
        ('{"NAME": {"FAMILI": "x"}}', "NAME.FAMILI: the layout has no such field; did you mean FAMILY?"),
        ('{"NAME": {"FAMILY": "\\ud800"}}', "NAME.FAMILY: holds half a character (a surrogate)"),
        ('{"TAG": "x"}', "TAG: a JSON array is expected"),
        ('{"SKILL": [{"CODE": "A"}, {"CODE": 1}]}', "SKILL[2].CODE: text is expected"),
    ],
)
def test_a_line_that_is_no_record_says_why_without_its_value(record: str, said: str) -> None:
    assert said == reason(record)


def test_what_no_line_names_has_no_column() -> None:
    (frame,), _reader = read('{"NO": 1}', '{"NAME": {}, "NO": 2}')
    assert ["_record", "_offset", "NO"] == [name for name in frame.columns if name != "_left_out"]


def test_what_only_some_lines_leave_out_is_told_apart_from_null() -> None:
    (frame,), _reader = read('{"NO": 1}', '{"NO": 2, "PAY": null}', "", '{"PAY": 0, "NO": 3}')
    assert ["_record", "_offset", "_left_out", "NO", "PAY"] == frame.columns
    assert [1, 2, 3] == frame["_record"].to_list()
    assert [0, 10, 34] == frame["_offset"].to_list()
    assert [["PAY"], [], []] == frame["_left_out"].to_list()
    assert [None, None, Decimal("0.00")] == frame["PAY"].to_list()


def test_a_whole_number_written_as_a_decimal_is_taken() -> None:
    frames, _reader = read('{"NO": 7.0, "PAY": 1e2}')
    assert [7] == frames[0]["NO"].to_list()
    assert [Decimal("100.00")] == frames[0]["PAY"].to_list()
