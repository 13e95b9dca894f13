"""What must hold for every frame, whatever its records are and however they are cut."""

from __future__ import annotations

import io
import os
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, HrbusError, Origin

EXAMPLES = int(os.environ.get("HRBUS_FUZZ", "12"))
SLOW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

COPYBOOK = """
01 R. 05 L PIC 9(4). 05 N PIC 9. 05 T OCCURS 0 TO 5 TIMES DEPENDING ON N. 10 A PIC X(2).
   10 M PIC 9. 10 U PIC S9(3) OCCURS 0 TO 2 TIMES DEPENDING ON M. 05 FILLER PIC X. 05 Z PIC X(3).
"""
WORD = {"bytes": 5, "length_at": 4, "length_bytes": 2, "order": "little"}
FRAMES: list[dict[str, Any]] = [
    {"frame": "fixed"},
    {"frame": "fixed", "record_length": 70},
    {"frame": "lines"},
    {"frame": "lines", "line_end": "crlf"},
    {"frame": "lines", "line_end": "nl"},
    {"frame": "rdw"},
    {"frame": "rdw", "rdw": "little", "rdw_counts_itself": False},
    {"frame": "bdw", "block_size": 80},
    {"frame": "bdw", "bdw": "little", "bdw_counts_itself": False, "rdw": "little"},
    {"frame": "word", "word": WORD},
    {"frame": "word", "word": {"bytes": 3, "length_at": 2, "length_bytes": 1}, "length_adds": 7},
    {"frame": "variable"},
    {"frame": "length-field=L"},
    {"frame": "length-field=L", "length_adds": 4},
    {"frame": "mf"},
    *({"frame": "gnucobol", "varseq_format": number} for number in range(4)),
]
AROUND: list[dict[str, int]] = [{}, {"record_start": 2, "record_end": 3}]


def a_codec(**told: Any) -> CobolCodec:
    made = CobolSettings.model_validate({"copybook": "r.cpy", "encoding": "ascii", **told})
    return CobolCodec(made, parse(COPYBOOK, "r.cpy").record())


LETTERS = st.text("ABC xyz", max_size=3).map(str.rstrip)
ELEMENTS = st.fixed_dictionaries(
    {"A": LETTERS.map(lambda text: text[:2].rstrip()), "U": st.lists(st.integers(-999, 999), max_size=2)}
)
ROWS = st.lists(st.fixed_dictionaries({"T": st.lists(ELEMENTS, max_size=5), "Z": LETTERS}), min_size=1, max_size=9)
SCHEMA: dict[str, Any] = {"T": pl.List(pl.Struct({"A": pl.String, "U": pl.List(pl.Int64)})), "Z": pl.String}


def written(codec: CobolCodec, rows: list[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    (batch,) = codec.encode([Batch(pl.DataFrame(rows, schema=SCHEMA))], out)
    assert () == batch.rejects
    return out.getvalue()


def read(codec: CobolCodec, data: bytes) -> list[Batch]:
    batches = []
    for batch in codec.decode(io.BytesIO(data), Origin("made")):
        batches.append(batch)
    return batches


def tried(codec: CobolCodec, data: bytes) -> list[Batch] | None:
    """Return the records, or None where the file was refused with something to say."""
    try:
        return read(codec, data)
    except HrbusError as error:
        return None if str(error) else []


def plain(batches: list[Batch]) -> list[dict[str, Any]]:
    rows = [row for batch in batches for row in batch.frame.select("T", "Z").to_dicts()]
    return [{"T": [{"A": each["A"], "U": each["U"]} for each in row["T"]], "Z": row["Z"]} for row in rows]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("told", FRAMES)
@SLOW
@given(rows=ROWS, size=st.integers(1, 12))
def test_what_a_frame_writes_it_reads_and_writes_again(
    told: dict[str, Any], around: dict[str, int], rows: list[dict[str, Any]], size: int
) -> None:
    codec = a_codec(batch_records=size, keep_raw=True, **told, **around)
    data = written(codec, rows)
    batches = read(codec, data)
    assert rows == plain(batches)
    assert [] == [reject for batch in batches for reject in batch.rejects]
    out = io.BytesIO()
    list(codec.encode(batches, out))
    assert data == out.getvalue()


@pytest.mark.parametrize("told", FRAMES)
@SLOW
@given(rows=ROWS, cut=st.integers(0, 40), noise=st.binary(max_size=30), place=st.integers(0, 400))
def test_a_damaged_file_raises_nothing_but_our_errors_and_what_was_read_comes_back(
    told: dict[str, Any], rows: list[dict[str, Any]], cut: int, noise: bytes, place: int
) -> None:
    codec = a_codec(batch_records=3, keep_raw=True, **told)
    data = written(codec, rows)
    place = min(place, len(data))
    data = data[:place] + noise + data[place + cut :]
    batches = tried(codec, data)
    event("refused" if batches is None else "read")
    if batches is None:
        return
    if any(batch.rejects for batch in batches):
        return
    out = io.BytesIO()
    list(codec.encode(batches, out))
    assert data == out.getvalue()


@pytest.mark.parametrize("told", FRAMES)
@SLOW
@given(data=st.binary(max_size=600))
def test_random_bytes_end_in_records_rejects_or_our_errors(told: dict[str, Any], data: bytes) -> None:
    codec = a_codec(**told, header=3, trailer=2)
    batches = tried(codec, data)
    assert batches is None or len(data) >= 5


@pytest.mark.parametrize("told", FRAMES)
@SLOW
@given(rows=ROWS, dropped=st.sets(st.integers(0, 8)), size=st.integers(1, 4))
def test_records_that_are_left_out_leave_a_file_that_reads(
    told: dict[str, Any], rows: list[dict[str, Any]], dropped: set[int], size: int
) -> None:
    codec = a_codec(batch_records=size, keep_raw=True, **told)
    batches = read(codec, written(codec, rows))
    left = [
        Batch(batch.frame.filter(~(pl.col("_record") - 1).is_in(list(dropped))), head=batch.head, foot=batch.foot)
        for batch in batches
    ]
    out = io.BytesIO()
    list(codec.encode(left, out))
    assert [row for number, row in enumerate(rows) if number not in dropped] == plain(read(codec, out.getvalue()))


def less(said: Any) -> Any:
    """Return a value as documents bring it back, which is no change: without items that say nothing."""
    if isinstance(said, list):
        return [item for item in map(less, said) if item and (not isinstance(item, dict) or any(item.values()))]
    return {name: less(part) for name, part in said.items()} if isinstance(said, dict) else said


@pytest.mark.parametrize("told", FRAMES)
@SLOW
@given(rows=ROWS, texts=st.lists(LETTERS, min_size=9, max_size=9))
def test_records_that_were_changed_are_read_as_they_are_now(
    told: dict[str, Any], rows: list[dict[str, Any]], texts: list[str]
) -> None:
    codec = a_codec(keep_raw=True, **told)
    (batch,) = read(codec, written(codec, rows))
    count = len(rows)
    changed = [{"T": row["T"][:-1], "Z": text} for row, text in zip(rows, texts, strict=False)]
    frame = batch.frame.drop("N", "T", "Z").with_columns(pl.DataFrame(changed, schema=SCHEMA))
    out = io.BytesIO()
    (done,) = codec.encode([Batch(frame, head=batch.head, foot=batch.foot)], out)
    assert (count, ()) == (len(done), done.rejects)
    kept = [row["T"] if less(row["T"]) == now["T"] else now["T"] for row, now in zip(rows, changed, strict=True)]
    expected = [{"T": items, "Z": now["Z"]} for items, now in zip(kept, changed, strict=True)]
    assert expected == plain(read(codec, out.getvalue()))
