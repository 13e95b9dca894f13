"""Records that stand below others: one row a family, and one reject where something in it is wrong."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from adapters.cobol.areas import area
from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings, Trailer
from hrbus.cli.jsonlines import lines
from hrbus.spi import Batch, BatchError, Origin, Type

Make = Callable[..., Any]

COPYBOOK = """
       01  R.
           05  T           PIC X.
           05  NO          PIC 9(2).
           05  COMPANY.
               10  NAME    PIC X(4).
           05  DEPT REDEFINES COMPANY.
               10  NAME    PIC X(3).
           05  PERSON REDEFINES COMPANY.
               10  PAY     PIC 9(3).
           05  SITE REDEFINES COMPANY.
               10  TOWN    PIC X(4).
"""
TREE: dict[str, Any] = {
    "segment": "T",
    "segments": {
        "COMPANY": "C",
        "DEPT": {"is": "D", "below": "COMPANY"},
        "PERSON": {"is": ["P", "Q"], "below": "DEPT"},
        "SITE": {"is": "S", "below": "COMPANY"},
    },
    "frame": "lines",
}
FILE = b"C01ACME\nD02IT\nP03100\nQ04200\nS05Rome\nD06HR\nC07Lone\n"


def test_a_family_is_one_row_with_lists_of_what_stands_below(records: Make) -> None:
    made = records(COPYBOOK, **TREE)
    frame, rejects = made.read(FILE)
    assert [] == rejects
    people = [
        {"_record": 3, "_offset": 14, "T": "P", "NO": 3, "PAY": 100},
        {"_record": 4, "_offset": 21, "T": "Q", "NO": 4, "PAY": 200},
    ]
    departments = [
        {"_record": 2, "_offset": 8, "NO": 2, "NAME": "IT", "PERSON": people},
        {"_record": 6, "_offset": 36, "NO": 6, "NAME": "HR", "PERSON": []},
    ]
    sites = [{"_record": 5, "_offset": 28, "NO": 5, "TOWN": "Rome"}]
    assert [
        {"T": "C", "NO": 1, "NAME": "ACME", "DEPT": departments, "SITE": sites},
        {"T": "C", "NO": 7, "NAME": "Lone", "DEPT": [], "SITE": []},
    ] == frame.to_dicts()


def test_json_nests_as_the_layout_does(records: Make) -> None:
    made = records(COPYBOOK, **TREE)
    frame, _ = made.read(FILE)
    expected = (
        '{"T":"C","NO":1,"COMPANY":{"NAME":"ACME",'
        '"DEPT":[{"NO":2,"NAME":"IT","PERSON":[{"T":"P","NO":3,"PAY":100},{"T":"Q","NO":4,"PAY":200}]},'
        '{"NO":6,"NAME":"HR","PERSON":[]}],"SITE":[{"NO":5,"TOWN":"Rome"}]}}'
    )
    assert expected == lines(frame, made.codec.layout)[0]


def test_the_layout_shows_the_tree_to_mappings(records: Make) -> None:
    columns = records(COPYBOOK, **TREE).codec.layout.columns()
    assert ["T", "NO", "NAME", "DEPT", "SITE"] == list(columns)
    assert (Type.GROUP, True) == (columns["DEPT"].type, columns["DEPT"].many)
    assert ["NO", "NAME", "PERSON"] == [item.column for item in columns["DEPT"].children]


def test_children_are_written_where_they_stood_and_say_of_which_type_they_are(records: Make) -> None:
    made = records(COPYBOOK, **TREE)
    expected = b"C01ACME\nD02IT \nP03100\nQ04200\nS05Rome\nD06HR \nC07Lone\n"
    assert expected == made.again(FILE)


def test_rows_without_numbers_are_written_in_the_order_of_the_declaration(records: Make) -> None:
    made = records(COPYBOOK, **TREE)
    row = {"NO": [1], "NAME": ["ACME"], "SITE": [[{"NO": 2, "TOWN": "Rome"}]]}
    data, rejects = made.write(**row, DEPT=[[{"NO": 3, "NAME": "IT", "PERSON": [{"NO": 4, "PAY": 5}]}]])
    assert [] == rejects
    assert b"C01ACME\nD03IT \nP04005\nS02Rome\n" == data


@pytest.mark.parametrize("size", [1, 2, 3, 10])
def test_a_wrong_child_rejects_its_family_and_no_other(records: Make, size: int) -> None:
    frame, (reject,) = records(COPYBOOK, batch_records=size, **TREE).read(FILE.replace(b"Q04200", b"Q04x00"))
    assert ["Lone"] == frame["NAME"].to_list()
    expected = (
        "record 4 below it (PERSON, byte 21):"
        " PIC 9(3) at byte 4 of the record holds something that is no digit: X'783030'"
    )
    assert (1, 0, "DEPT.PERSON.PAY", expected, b"Q04x00") == (
        reject.record, reject.offset, reject.field, reject.reason, reject.raw
    )  # fmt: skip


def test_a_child_without_its_parent_is_a_reject(records: Make) -> None:
    frame, rejects = records(COPYBOOK, **TREE).read(b"P01100\nC02ACME\nS03Rome\nP04200\nC05Lone\n")
    assert ["Lone"] == frame["NAME"].to_list()
    assert [
        (1, "no DEPT stands before it to belong to"),
        (2, "record 4 below it (PERSON, byte 23): no DEPT stands before it to belong to"),
    ] == [(reject.record, reject.reason) for reject in rejects]


@pytest.mark.parametrize("size", [1, 2, 4, 7, 100])
def test_a_family_beyond_the_bound_is_one_reject_that_says_so(records: Make, size: int) -> None:
    data = b"C01ACME\n" + b"S02Rome\n" * 6 + b"C03Lone\nS04Bonn\n"
    frame, (reject,) = records(COPYBOOK, batch_records=size, most_children=5, **TREE).read(data)
    assert ["Lone"] == frame["NAME"].to_list()
    expected = (
        "6 records stand below this COMPANY, more than the 5 of most_children;"
        " raise it, or leave below: out to get every record as a row of its own"
    )
    assert (1, expected, b"C01ACME") == (reject.record, reject.reason, reject.raw)
    frame, rejects = records(COPYBOOK, batch_records=size, most_children=6, **TREE).read(data)
    assert ([], [6, 1]) == (rejects, frame["SITE"].list.len().to_list())


def test_a_child_that_cannot_be_written_keeps_its_family_back(records: Make) -> None:
    made = records(COPYBOOK, **TREE)
    sites = [[{"NO": 2, "TOWN": "Rome"}, {"NO": 3, "TOWN": "Naples"}], [{"NO": 4, "TOWN": "Bonn"}]]
    data, (reject,) = made.write(NO=[1, 9], NAME=["ACME", "Lone"], SITE=sites)
    assert b"C09Lone\nS04Bonn\n" == data
    assert ("SITE.TOWN", "a record below it (SITE): the text is longer than the 4 bytes of PIC X(4): it needs 6") == (
        reject.field, reject.reason
    )  # fmt: skip


def test_a_trailer_counts_records_and_not_families() -> None:
    trailer = Trailer(copybook="t.cpy", count="N")
    settings = CobolSettings(copybook="r.cpy", encoding="ascii", trailer=trailer, **TREE)
    end = parse("01 E. 05 K PIC X VALUE 'E'. 05 N PIC 9(2).", "t.cpy").record()
    record = area([parse(COPYBOOK, "r.cpy")], "", settings.segment, settings.segments)
    codec = CobolCodec(settings, record, trailer=end)
    batches = list(codec.decode(io.BytesIO(FILE + b"E07\n"), Origin("f")))
    assert 2 == sum(map(len, batches))
    out = io.BytesIO()
    list(codec.encode(batches, out))
    assert b"E07\n" == out.getvalue()[-4:]
    with pytest.raises(BatchError, match="the trailer counts 2 records"):
        list(codec.decode(io.BytesIO(FILE + b"E02\n"), Origin("f")))


def test_roots_of_two_types_stand_in_one_frame(records: Make) -> None:
    segments = {**TREE["segments"], "SITE": "S"}
    made = records(COPYBOOK, **{**TREE, "segments": segments})
    frame, (reject,) = made.read(FILE)
    assert (6, "no COMPANY stands before it to belong to") == (reject.record, reject.reason)
    assert [("COMPANY", 1), ("SITE", None), ("COMPANY", 0)] == frame.select(
        "_segment", pl.col("DEPT").list.len()
    ).rows()  # fmt: skip
    assert '{"T":"S","NO":5,"SITE":{"TOWN":"Rome"}}' == lines(frame, made.codec.layout)[1]


def test_what_stands_below_a_row_of_another_type_is_refused(records: Make) -> None:
    made = records(COPYBOOK, **{**TREE, "segments": {**TREE["segments"], "SITE": "S"}})
    departments = [[{"NO": 2, "NAME": "IT"}], []]
    data, (reject,) = made.write(T=["S", "S"], NO=[1, 2], TOWN=["Rome", "Bonn"], DEPT=departments)
    assert b"S02Bonn\n" == data
    assert ("DEPT", "is a field of COMPANY, and the record is SITE") == (reject.field, reject.reason)


def test_a_view_that_repeats_is_a_list_in_its_record(records: Make) -> None:
    copybook = "01 R. 05 T PIC X. 05 A. 10 X PIC XXX. 05 B REDEFINES A OCCURS 3. 10 Y PIC 9."
    made = records(copybook, segment="T", segments={"A": "a", "B": {"is": "b", "below": "A"}})
    frame, _ = made.read(b"aabcb123")
    assert '{"T":"a","A":{"X":"abc","B":[{"B":[{"Y":1},{"Y":2},{"Y":3}]}]}}' == lines(frame, made.codec.layout)[0]
    assert b"aabcb123" == made.again(b"aabcb123")


def test_what_hangs_below_is_kept_with_its_bytes(records: Make) -> None:
    """A FILLER of a child comes back, and its number says where it stood."""
    copybook = "01 R. 05 T PIC X. 05 A. 10 X PIC X. 10 FILLER PIC XX. 05 B REDEFINES A. 10 FILLER PIC XX. 10 Y PIC X."
    segments = {"A": "a", "B": {"is": "b", "below": "A"}}
    made = records(copybook, segment="T", segments=segments, keep_raw=True)
    data = b"a1..b##2b--3a4!!"
    assert data == made.again(data)
    frame = pl.concat([batch.frame for batch in made.codec.decode(io.BytesIO(data), Origin("f"))])
    children = [[{**one, "Y": "z"} for one in row] for row in frame["B"].to_list()]
    changed = frame.with_columns(pl.Series("B", children, dtype=frame["B"].dtype))
    out = io.BytesIO()
    list(made.codec.encode([Batch(changed)], out))
    assert b"a1..b##zb--za4!!" == out.getvalue()
