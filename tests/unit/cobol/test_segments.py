"""Files of several types of records: how a record is known, and what it shows."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from hrbus.cli.jsonlines import lines
from hrbus.cli.jsonrecords import JsonLines
from hrbus.spi import Batch, BatchError, ConfigError, Origin, Type

Make = Callable[..., Any]

VIEWS = """
       01  R.
           05  T           PIC X(2).
           05  NO          PIC 9(3).
           05  COMPANY.
               10  TITLE   PIC X(6).
               10  TAX     PIC 9(4).
           05  CONTACT REDEFINES COMPANY.
               10  PHONE   PIC X(4).
           05  LAST-ONE    PIC X.
"""
RECORDS = """
       01  HEAD.
           05  KIND        PIC X   VALUE 'H'.
           05  CREATED     PIC 9(4).
       01  BODY.
           05  NUMBER-OF   PIC 9(2).
           05  BODY-KIND   PIC X.
               88  A-BODY  VALUE 'B' 'b'.
           05  TABLE-OF    OCCURS 0 TO 3 DEPENDING ON NUMBER-OF PIC X.
       77  NOTHING         PIC X.
"""
TWO = {"COMPANY": ["C", "D"], "CONTACT": "P"}
GROUPS = """
           05  ONE.
               10  KIND    PIC X.
               10  A       PIC X(3).
           05  TWO.
               10  KIND    PIC X.
               10  B       PIC 9(5).
"""


def texts(made: Any, data: bytes) -> list[str]:
    """Return the JSON of every record, by which also the views are told that are left out."""
    frame, rejects = made.read(data)
    assert [] == rejects
    return lines(frame, made.codec.layout).to_list()


def test_a_record_has_the_fields_of_its_type_and_none_of_the_others(records: Make) -> None:
    made = records(VIEWS, segment="T", segments=TWO)
    data = b"C 001Title 1234zP 002+49       yD 003Other 0000x"
    expected = [
        ("COMPANY", "C", 1, "Title", 1234, None, "z"),
        ("CONTACT", "P", 2, None, None, "+49", "y"),
        ("COMPANY", "D", 3, "Other", 0, None, "x"),
    ]
    frame, rejects = made.read(data)
    assert [] == rejects
    assert expected == frame.select("_segment", "T", "NO", "TITLE", "TAX", "PHONE", "LAST-ONE").rows()
    assert data == made.again(data)


def test_what_another_type_has_is_left_out_of_json_and_not_null(records: Make) -> None:
    made = records(VIEWS, segment="T", segments=TWO, blanks={"TAX": "null"})
    expected = [
        '{"T":"C","NO":1,"COMPANY":{"TITLE":"","TAX":null},"LAST-ONE":"z"}',
        '{"T":"P","NO":2,"CONTACT":{"PHONE":""},"LAST-ONE":"y"}',
    ]
    assert expected == texts(made, b"C 001          zP 002          y")


def test_low_values_behind_a_value_say_no_more_than_blanks(records: Make) -> None:
    made = records(VIEWS, segment="T", segments=TWO)
    frame, _ = made.read(b"C\x00001Title 1234zP\x00002+49       y")
    assert ["COMPANY", "CONTACT"] == frame["_segment"].to_list()


@pytest.mark.parametrize(
    ("field", "told", "data"),
    [("S9", {"A": "007", "B": "1"}, b"1xx7yy"), ("S9 SIGN LEADING SEPARATE", {"A": "7", "B": "-1"}, b"-1xx+7yy")],
)
def test_a_number_is_compared_as_a_number(records: Make, field: str, told: dict[str, Any], data: bytes) -> None:
    copybook = f"01 R. 05 T PIC {field}. 05 A. 10 X PIC XX. 05 B REDEFINES A. 10 Y PIC XX."
    frame, _ = records(copybook, segment="T", segments=told).read(data)
    assert [(None, "xx"), ("yy", None)] == frame.select("X", "Y").rows()


def test_a_record_of_no_type_is_a_reject_that_says_what_is_known(records: Make) -> None:
    frame, (reject,) = records(VIEWS, segment="T", segments=TWO).read(b"C 001Title 1234zXY002          y")
    assert 1 == frame.height
    expected = "the record is of no known type: T is X'5859'; known are C (COMPANY), D (COMPANY), P (CONTACT)"
    assert ("T", 2, 16, expected, b"XY002          y") == (
        reject.field, reject.record, reject.offset, reject.reason, reject.raw
    )  # fmt: skip


def test_a_record_of_no_type_may_be_skipped(records: Make) -> None:
    made = records(VIEWS, segment="T", segments={"CONTACT": "P"}, unknown="skip")
    frame, rejects = made.read(b"C 001Title 1234zP 002+49       y")
    assert [] == rejects
    assert [2] == frame["NO"].to_list()


def test_records_of_level_01_are_types_each_with_its_own_field_and_length(records: Make) -> None:
    segments = {"HEAD": {"field": "KIND"}, "BODY": {"field": "BODY-KIND"}}
    made = records(RECORDS, segments=segments, frame="rdw")
    data = b"\0\x09\0\0H2026" + b"\0\x09\0\0" + b"02Bxy" + b"\0\x07\0\0" + b"00b"
    assert [
        '{"HEAD":{"KIND":"H","CREATED":2026}}',
        '{"BODY":{"NUMBER-OF":2,"BODY-KIND":"B","TABLE-OF":["x","y"]}}',
        '{"BODY":{"NUMBER-OF":0,"BODY-KIND":"b","TABLE-OF":[]}}',
    ] == texts(made, data)
    assert data == made.again(data)


def test_a_count_of_one_type_says_nothing_of_the_others(records: Make) -> None:
    copybook = """
       01  A.
           05  T   PIC X.
           05  N   PIC 9.
           05  L   OCCURS 1 TO 3 DEPENDING ON N PIC X.
       01  B.
           05  T   PIC X.
           05  X   PIC X(3).
"""
    made = records(copybook, segment="T", segments={"A": "a", "B": "b"}, frame="lines")
    assert ['{"B":{"T":"b","X":"xyz"}}', '{"A":{"T":"a","N":1,"L":["l"]}}'] == texts(made, b"bxyz\na1l\n")


def test_a_short_record_is_refused_by_what_its_own_type_needs(records: Make) -> None:
    segments = {"HEAD": {"field": "KIND"}, "BODY": {"field": "BODY-KIND"}}
    made = records(RECORDS, segments=segments, frame="rdw")
    _, (reject,) = made.read(b"\0\x08\0\0H202" + b"\0\x08\0\0" + b"01Bx")
    assert (1, "the record has 4 bytes, its layout needs 5") == (reject.record, reject.reason)


def test_groups_without_a_level_01_are_records_of_their_own(records: Make) -> None:
    made = records(GROUPS, segment="KIND", segments={"ONE": "1", "TWO": "2"}, frame="lines")
    assert ['{"ONE":{"KIND":"1","A":"abc"}}', '{"TWO":{"KIND":"2","B":12345}}'] == texts(made, b"1abc\n212345\n")
    assert ["ONE.KIND", "A", "TWO.KIND", "B"] == list(made.codec.layout.columns())


def test_the_same_groups_are_one_record_where_no_types_are_told(records: Make) -> None:
    assert ['{"ONE":{"KIND":"1","A":"abc"},"TWO":{"KIND":"2","B":12345}}'] == texts(records(GROUPS), b"1abc212345")


def test_records_without_a_rule_are_all_read_and_nonsense_of_the_later_ones_is_null(records: Make) -> None:
    made = records("01 A. 05 X PIC X(4). 01 B REDEFINES A. 05 Y PIC 9(4).")
    assert ['{"A":{"X":"1234"},"B":{"Y":1234}}', '{"A":{"X":"abcd"},"B":{"Y":null}}'] == texts(made, b"1234abcd")


def test_the_values_come_from_level_88_or_value_where_nothing_is_told(records: Make) -> None:
    conditions = """
               88  IS-COMPANY      VALUE 'C'.
               88  CONTACT-RECORD  VALUE 'P'."""
    named = VIEWS.replace("PIC X(2).", f"PIC X(2).{conditions}")
    frame, _ = records(named, segment="T").read(b"C 001Title 1234zP 002+49       y")
    assert ["COMPANY", "CONTACT"] == frame["_segment"].to_list()
    own = "01 A. 05 K PIC X VALUE 'a'. 05 N PIC 9. 01 B. 05 K PIC X VALUE 'b'. 05 M PIC X."
    made = records(own, segment="K")
    assert ['{"B":{"K":"b","M":"x"}}', '{"A":{"K":"a","N":1}}'] == texts(made, b"bxa1")
    assert [] == made.notes


def test_an_unknown_file_is_read_by_what_fits_and_that_is_told(records: Make) -> None:
    made = records(VIEWS, segment="T")
    assert ["COMPANY", "CONTACT"] == made.read(b"C 001Title 1234zP 002+49 xyz   y")[0]["_segment"].to_list()
    assert ["T C is taken for COMPANY: it fits", "T P is taken for CONTACT: it fits"] == made.notes


def test_a_field_of_many_values_tells_no_types(records: Make) -> None:
    made = records("01 R. 05 T PIC 9(3). 05 A. 10 X PIC XX. 05 B REDEFINES A. 10 Y PIC 99.", segment="T")
    with pytest.raises(BatchError, match="T has more than 100 values"):
        made.read(b"".join(b"%03dxx" % number for number in range(101)))


def test_bytes_that_are_no_text_are_told_as_bytes(records: Make) -> None:
    made = records("01 R. 05 T PIC X. 05 A. 10 X PIC XX. 05 B REDEFINES A. 10 Y PIC 99.", segment="T")
    made.read(b"\xff12")
    assert ["T X'FF' is taken for B: it fits"] == made.notes


def test_a_value_that_fits_two_types_is_not_guessed(records: Make) -> None:
    copybook = "01 R. 05 T PIC X. 05 A. 10 X PIC XX. 05 B REDEFINES A. 10 Y PIC XX."
    frame, rejects = records(copybook, segment="T").read(b"1ab")
    assert (0, 1) == (frame.height, len(rejects))
    assert "nothing tells which of A, B X'31' means; say so in segments" == rejects[0].reason


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"segment": "TT", "segments": {}}, "TT is no field of the record; did you mean T?"),
        ({"segments": {"COMPANY": "C"}}, "COMPANY: which field says so?; say segment: FIELD"),
        ({"segment": "T", "segments": {"COMPANY": "C", "OTHER": "P"}}, "OTHER is no view beside the others"),
        ({"segment": "T", "segments": {"PHONE": "C"}}, "PHONE neither redefines nor is redefined"),
        ({"segment": "T", "segments": {"COMPANY": "C", "CONTACT": {}}}, "nothing says which T means CONTACT"),
        ({"segment": "T", "segments": {"COMPANY": {"is": "C", "below": "COMPANY"}}}, "COMPANY stands below itself"),
        ({"segment": "T", "segments": {"COMPANY": {"is": "C", "below": "NO"}}}, "is below NO, which is no type"),
    ],
)  # fmt: skip
def test_types_that_cannot_be_are_refused(records: Make, settings: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        records(VIEWS, **settings)
    assert expected in str(caught.value)


def test_two_records_of_one_name_are_refused(records: Make) -> None:
    with pytest.raises(ConfigError, match="two records are named A"):
        records("01 A. 05 K PIC X. 01 A. 05 K PIC X.", segment="K")


def test_json_has_the_names_as_the_copybook_spells_them(records: Make) -> None:
    made = records("01 Rec. 05 Emp-Name. 10 Family PIC X(2). 05 Tab OCCURS 2. 10 n PIC 9.").codec
    (batch,) = made.decode(io.BytesIO(b"ab12"), Origin("r"))
    (line,) = lines(batch.frame, made.layout)
    assert {"Emp-Name": {"Family": "ab"}, "Tab": [{"n": 1}, {"n": 2}]} == json.loads(line)
    for spelled in (line, line.upper()):
        out = io.BytesIO()
        list(made.encode(map(Batch, JsonLines(made.layout).frames([spelled.replace("AB", "ab").encode()])), out))
        assert b"ab12" == out.getvalue()


def test_a_row_is_written_as_the_type_that_it_is(records: Make) -> None:
    """By what it says itself, by its field, or by what it has; the field is filled in where it is missing."""
    made = records(VIEWS, segment="T", segments=TWO)
    by_field, _ = made.write(T=["C", "P"], NO=[1, 2], TITLE=["a", None], TAX=[1, None], PHONE=[None, "b"])
    assert b"C 001a     0001 P 002b          " == by_field
    by_values, _ = made.write(T=[None, None], NO=[1, 2], TITLE=["a", None], TAX=[1, None], PHONE=[None, "b"])
    assert by_field == by_values


def test_a_row_that_says_one_thing_and_is_another_is_refused(records: Make) -> None:
    made = records(VIEWS, segment="T", segments=TWO)
    out = io.BytesIO()
    row = pl.DataFrame({"_segment": ["COMPANY"], "T": ["P"], "NO": [1], "TITLE": ["a"], "TAX": [1]})
    (batch,) = made.codec.encode([Batch(row)], out)
    assert (b"", "T", "it does not say that the record is a COMPANY") == (
        out.getvalue(), batch.rejects[0].field, batch.rejects[0].reason
    )  # fmt: skip
    _, (reject,) = made.write(T=["P"], NO=[1], TITLE=["a"])
    assert ("TITLE", "is a field of COMPANY, and the record is CONTACT") == (reject.field, reject.reason)
    _, rejects = made.write(NO=[1])
    assert ["nothing says of which type the record is: COMPANY, CONTACT"] == [reject.reason for reject in rejects]


def test_the_layout_marks_the_types_as_views(records: Make) -> None:
    layout = records(VIEWS, segment="T", segments=TWO).codec.layout
    assert [("T", False), ("NO", False), ("COMPANY", True), ("CONTACT", True), ("LAST-ONE", False)] == [
        (item.name, item.view) for item in layout.fields
    ]
    assert {Type.GROUP} == {item.type for item in layout.fields if item.view}


def test_json_lines_of_several_types_are_read_in_few_frames_and_written_again(records: Make) -> None:
    made = records(VIEWS, segment="T", segments=TWO)
    data = b"C 001Title 1234zP 002+49       y" * 50
    made_lines = texts(made, data)
    reader = JsonLines(made.codec.layout)
    frames = list(reader.frames(f"{text}\n".encode() for text in made_lines))
    assert ([], 1) == (reader.rejects, len({tuple(frame.columns) for frame in frames}))
    assert 2 >= len(frames)
    out = io.BytesIO()
    list(made.codec.encode([Batch(pl.concat(frames, how="diagonal"))], out))
    assert data == out.getvalue()


def test_a_json_line_of_two_types_is_refused(records: Make) -> None:
    reader = JsonLines(records(VIEWS, segment="T", segments=TWO).codec.layout)
    both = json.dumps({"T": "C", "COMPANY": {"TITLE": "a"}, "CONTACT": {"PHONE": "b"}})
    assert [] == list(reader.frames([both.encode()]))
    assert ["a record is of one type, not both COMPANY and CONTACT"] == [one.reason for one in reader.rejects]
