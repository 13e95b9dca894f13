"""Records that are written onto the bytes that they came from: what changed, what moved, what is gone."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrbus.spi import Batch
from tests.unit.cobol.conftest import Records

Make = Callable[..., Records]

COUNTED = "01 R. 05 N PIC 9. 05 T PIC X(2) OCCURS 1 TO 3 DEPENDING ON N. 05 FILLER PIC X(2). 05 F PIC X(3)."
REPEATED = "01 R. 05 T OCCURS 3. 10 A PIC X(2). 10 FILLER PIC X. 10 B PIC 9. 05 F PIC X(3)."
VIEWED = "01 R. 05 X PIC X(4). 05 Y REDEFINES X OCCURS 2. 10 Z PIC X(2). 05 F PIC X."


def written(made: Records, frame: pl.DataFrame) -> bytes:
    """Return the bytes of a frame, of which nothing may be rejected."""
    out = io.BytesIO()
    batches = list(made.codec.encode([Batch(frame)], out))
    assert [()] == [batch.rejects for batch in batches]
    return out.getvalue()


@pytest.mark.parametrize("count", [2, None, ...])
def test_a_list_that_lost_only_what_is_blank_moves_no_field(records: Make, count: Any) -> None:
    """A count that nobody gives is not made of the shorter list: it would say that the fields behind moved."""
    made = records(COUNTED, keep_raw=True, frame="lines")
    frame, _ = made.read(b"2aa  !!fff\n")
    frame = frame.with_columns(pl.Series("T", [["aa"]]))
    frame = frame.drop("N") if count is ... else frame.with_columns(pl.Series("N", [count], dtype=pl.Int64))
    assert b"2aa  !!fff\n" == written(made, frame)


def test_fields_move_with_a_count_that_changed(records: Make) -> None:
    made = records(COUNTED, keep_raw=True, frame="lines")
    frame, _ = made.read(b"2aa  !!fff\n")
    assert b"1aa  fff\n" == written(made, frame.with_columns(pl.Series("N", [1]), pl.Series("T", [["aa"]])))


@given(
    before=st.lists(st.text("abc", min_size=2, max_size=2), min_size=1, max_size=3),
    now=st.lists(st.text("abc", min_size=2, max_size=2), min_size=1, max_size=3),
)
def test_a_record_reads_as_it_was_written_onto_another(before: list[str], now: list[str]) -> None:
    made = Records(COUNTED, keep_raw=True, frame="lines")
    frame, _ = made.read(f"{len(before)}{''.join(before)}!!fff\n".encode())
    data = written(made, frame.drop("N").with_columns(pl.Series("T", [now])))
    assert [{"N": len(now), "T": now, "F": "fff"}] == Records(COUNTED, frame="lines").values(data)


def test_what_a_frame_does_not_have_is_kept_where_a_table_changed_its_length(records: Make) -> None:
    made = records(COUNTED, keep_raw=True, frame="lines")
    frame, _ = made.read(b"1aa!!fff\n2bbcc??ggg\n")
    longer = frame.drop("N", "F").with_columns(pl.Series("T", [["aa", "xx", "yy"], ["bb", "cc"]]))
    assert b"3aaxxyy  fff\n2bbcc??ggg\n" == written(made, longer)


@pytest.mark.parametrize(
    ("left", "data"), [(3, b"aa!1bb!2cc!3fff"), (1, b"aa!1   0   0fff"), (0, b"   0   0   0fff")]
)
def test_elements_that_are_gone_do_not_come_back(records: Make, left: int, data: bytes) -> None:
    made = records(REPEATED, keep_raw=True)
    frame, _ = made.read(b"aa!1bb!2cc!3fff")
    assert data == written(made, frame.with_columns(frame["T"].list.head(left)))


def test_no_list_at_all_leaves_the_bytes_to_the_reading_that_has_a_value(records: Make) -> None:
    made = records(VIEWED, keep_raw=True)
    frame, _ = made.read(b"abcdf")
    none = pl.Series("Y", [None], dtype=frame["Y"].dtype)
    assert b"wxyzf" == written(made, frame.with_columns(pl.Series("X", ["wxyz"]), none))


def test_bytes_are_written_onto_only_by_a_codec_that_keeps_them(records: Make) -> None:
    frame, _ = records(REPEATED, keep_raw=True).read(b"aa!1bb!2cc!3fff")
    assert b"aa 1bb 2cc 3fff" == written(records(REPEATED), frame)
