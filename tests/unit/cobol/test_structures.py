"""Tables, counts, redefinitions, and bytes that are carried along."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from adapters.cobol import arrow
from hrbus.spi import Batch, ConfigError

Make = Callable[..., Any]

NESTED = """
       01  R.
           05  N           PIC 9.
           05  G OCCURS 0 TO 3 TIMES DEPENDING ON N.
               10  A       PIC X.
               10  M       PIC 9.
               10  B OCCURS 1 TO 2 TIMES DEPENDING ON M PIC 9.
           05  LAST-ONE    PIC X(2).
"""


def test_a_table_of_fields_is_a_list_and_a_table_of_groups_a_list_of_structs(records: Make) -> None:
    made = records("01 R. 05 A OCCURS 3 PIC 9. 05 G OCCURS 2. 10 B PIC X. 10 C OCCURS 2 PIC X.")
    expected = {"A": [1, 2, 3], "G": [{"B": "a", "C": ["b", "c"]}, {"B": "d", "C": ["e", "f"]}]}
    assert [expected] == made.values(b"123abcdef")
    assert b"123abcdef" == made.again(b"123abcdef")


def test_what_follows_a_counted_table_moves_with_it(records: Make) -> None:
    made = records(NESTED, frame="lines")
    data = b"2x212y13zz\n0ab\n3p19q19r19!!\n"
    expected = [
        {"N": 2, "G": [{"A": "x", "M": 2, "B": [1, 2]}, {"A": "y", "M": 1, "B": [3]}], "LAST-ONE": "zz"},
        {"N": 0, "G": [], "LAST-ONE": "ab"},
        {"N": 3, "G": [{"A": c, "M": 1, "B": [9]} for c in "pqr"], "LAST-ONE": "!!"},
    ]
    assert expected == made.values(data)
    assert data == made.again(data)


def test_a_count_that_its_table_does_not_allow_is_bad(records: Make) -> None:
    _, rejects = records(NESTED, frame="lines").read(b"4x\n1x0zz\n")
    assert [("N", 1), ("M", 2)] == [(reject.field, reject.record) for reject in rejects]
    assert "PIC 9 at byte 1 of the record holds a count that its table does not allow: X'34'" == rejects[0].reason
    assert "PIC 9 at byte 3 of the record holds a count that its table does not allow: X'30'" == rejects[1].reason


def test_the_count_is_taken_from_the_list_where_no_column_gives_it(records: Make) -> None:
    made = records(NESTED, frame="lines")
    rows = [[{"A": "x", "B": [1]}, {"A": "y", "B": [2, 3]}], []]
    data, rejects = made.write(G=rows, LAST_ONE=["zz", "ab"])
    assert [] == rejects
    assert b"2x11y223zz\n0ab\n" == data


@pytest.mark.parametrize(("count", "items"), [(1, 2), (3, 2)])
def test_a_count_that_says_otherwise_than_its_list_is_refused(records: Make, count: int, items: int) -> None:
    copybook = "01 R. 05 N PIC 9. 05 T OCCURS 0 TO 5 DEPENDING ON N PIC X."
    _, (reject,) = records(copybook).write(N=[count], T=[["a"] * items])
    assert "T" == reject.field
    assert "the number of occurrences does not fit the table (0 to 5" in reject.reason


def test_a_list_that_is_too_long_is_refused_and_a_short_one_filled_up(records: Make) -> None:
    made = records("01 R. 05 T OCCURS 3 PIC 9.")
    assert b"100" == made.write(T=[[1]])[0]
    assert "T" == made.write(T=[[1, 2, 3, 4]])[1][0].field


def test_both_readings_of_a_redefined_place_are_there(records: Make) -> None:
    made = records("01 R. 05 A PIC X(4). 05 B REDEFINES A PIC 9(4). 05 C REDEFINES A. 10 D PIC S9(7) COMP-3.")
    assert [{"A": "0012", "B": 12, "D": None}, {"A": "ab", "B": None, "D": None}] == made.values(b"0012ab  ")
    assert b"0012ab  " == made.again(b"0012ab  ")


def test_the_first_reading_that_has_a_value_is_written(records: Make) -> None:
    made = records("01 R. 05 A PIC X(4). 05 B REDEFINES A PIC 9(4).")
    assert b"abc 0012" == made.write(A=["abc", None], B=[7, 12])[0]
    assert b"0007" == made.write(B=[7])[0]


SELECTED = "01 R. 05 T PIC X. 05 A PIC X(3). 05 B REDEFINES A PIC 9(3). 05 C REDEFINES A PIC S9(5) COMP-3."


def test_a_rule_chooses_the_reading(records: Make) -> None:
    select = {"B": {"field": "T", "is": ["N", "M"]}, "C": {"field": "T", "is": "P"}}
    made = records(SELECTED, select=select)
    data = b"Xabc" + b"N012" + b"M345" + b"P\x00\x12\x3d"
    expected = [("X", "abc", None, None), ("N", None, 12, None), ("M", None, 345, None), ("P", None, None, -123)]
    frame, rejects = made.read(data)
    assert [] == rejects
    assert expected == frame.rows()
    assert data == made.again(data)


def test_the_chosen_reading_must_make_sense(records: Make) -> None:
    _, (reject,) = records(SELECTED, select={"B": {"field": "T", "is": "N"}}).read(b"NabcXabc")
    assert (1, "B") == (reject.record, reject.field)


def test_a_rule_may_look_at_a_number(records: Make) -> None:
    copybook = "01 R. 05 T PIC S9(3)V9 COMP-3. 05 A PIC X(2). 05 B REDEFINES A PIC 9(2)."
    frame, _ = records(copybook, select={"B": {"field": "T", "is": ["1.5"]}}).read(
        bytes.fromhex("00015c313200016c3132")
    )
    assert [(None, 12), ("12", None)] == frame.select("A", "B").rows()


def test_rules_that_name_nothing_are_refused(records: Make) -> None:
    for select in (
        {"Q": {"field": "T", "is": "X"}},
        {"B": {"field": "Q", "is": "X"}},
        {"T": {"field": "A", "is": "X"}},
    ):
        with pytest.raises(ConfigError):
            records(SELECTED, select=select)


def test_carried_bytes_keep_what_no_column_shows(records: Make) -> None:
    copybook = "01 R. 05 A PIC X(2). 05 FILLER PIC X(2). 05 N PIC S9(3) COMP-3. 05 P PIC S9(3)."
    data = bytes.fromhex("c1400001012ff0f1e2")
    made = records(copybook, encoding="cp037", keep_raw=True)
    assert data == made.again(data)
    without = records(copybook, encoding="cp037")
    assert bytes.fromhex("c1404040012cf0f1c2") == without.again(data)


def test_only_what_changed_is_written_over_carried_bytes(records: Make) -> None:
    made = records("01 R. 05 A PIC X(2). 05 FILLER PIC X(2). 05 N PIC 9(3).", keep_raw=True)
    frame, _ = made.read(b"ab!!012cd??034")
    out = io.BytesIO()
    list(made.codec.encode([Batch(frame.with_columns(pl.Series("A", ["xy", "cd"])))], out))
    assert b"xy!!012cd??034" == out.getvalue()


def test_a_table_of_nothing_but_filler_is_carried_and_written_blank(records: Make) -> None:
    made = records("01 R. 05 A PIC X. 05 T OCCURS 3. 10 FILLER PIC X(2). 05 B PIC X.", keep_raw=True)
    assert b"a112233b" == made.again(b"a112233b")
    assert b"x      y" == made.write(A=["x"], B=["y"])[0]


def test_slack_bytes_are_low_values(records: Make) -> None:
    made = records("01 R. 05 A PIC X. 05 T OCCURS 2. 10 N PIC 9(4) COMP SYNC. 10 B PIC X. 05 C PIC 9(9) COMP SYNC.")
    written = made.write(A=["a"], T=[[{"N": 1, "B": "b"}, {"N": 2, "B": "c"}]], C=[3])[0]
    assert b"a\0\0\1b\0\0\2c\0\0\0\0\0\0\3" == written


def test_a_value_that_the_page_cannot_hold_is_an_error_in_the_copybook(records: Make) -> None:
    made = records("01 R. 05 A PIC X(3) VALUE 'é'. 05 B PIC X.")
    with pytest.raises(ConfigError, match=r"the VALUE of A has U\+00E9, which ascii does not have"):
        made.write(B=["b"])


@pytest.mark.parametrize(("full", "expected"), [(False, None), (True, 1633837924)])
def test_a_binary_number_beyond_its_picture_is_nonsense_in_another_reading(
    records: Make, full: bool, expected: int | None
) -> None:
    made = records("01 R. 05 A PIC X(4). 05 B REDEFINES A PIC 9(8) COMP.", binary_full=full)
    assert [{"A": "abcd", "B": expected}] == made.values(b"abcd")
    assert 0x05616161 == made.values(b"\x05aaa")[0]["B"]


def test_a_frame_without_rows_has_its_columns() -> None:
    """The consumer lets go of such an array at once, before the capsule that it came in is gone."""
    nothing = np.empty(0, dtype=np.int64)
    made = arrow.frame({"N": arrow.Column(arrow.INT64, 0, (nothing,), valid=np.empty(0, dtype=np.bool_))})
    assert {"N": pl.Int64} == dict(made.schema)


def test_carried_bytes_of_another_form_are_not_written_onto(records: Make) -> None:
    copybook = "01 R. 05 A PIC X(2). 05 FILLER PIC X(2)."
    frame, _ = records(copybook, keep_raw=True).read(b"ab!!")
    out = io.BytesIO()
    list(records(copybook).codec.encode([Batch(frame)], out))
    assert b"ab  " == out.getvalue()


def test_only_codecs_that_read_bytes_alike_have_one_form_for_them(records: Make) -> None:
    copybook = "01 R. 05 A PIC X(2). 05 N PIC S9(3)."
    one = records(copybook, keep_raw=True).codec.raw_form
    assert one == records(copybook, keep_raw=True, threads=2).codec.raw_form
    assert records(copybook).codec.raw_form is None
    others = [
        records("01 R. 05 A PIC X(2). 05 N PIC S9(2).", keep_raw=True),
        records(copybook, keep_raw=True, encoding="cp037"),
        records(copybook, keep_raw=True, sign="ebcdic"),
    ]
    assert one not in [other.codec.raw_form for other in others]


def test_blank_text_that_comes_back_as_nothing_keeps_its_bytes(records: Make) -> None:
    """Documents know no blank text: what was low-values must not become blanks on the way."""
    made = records("01 R. 05 A PIC X(2). 05 T OCCURS 2. 10 B PIC X(2). 10 C PIC X.", keep_raw=True)
    data = b"\0\0\0\0xyz-"
    frame, _ = made.read(data)
    blank = frame.with_columns(
        pl.lit(None, pl.String).alias("A"), pl.Series("T", [[{"B": None, "C": "x"}, {"B": "yz", "C": "-"}]])
    )
    out = io.BytesIO()
    list(made.codec.encode([Batch(blank)], out))
    assert data == out.getvalue()
