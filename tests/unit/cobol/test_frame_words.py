"""Frames whose records have words before them, or say themselves how long they are."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.frames import chunks
from adapters.cobol.settings import CobolSettings, Header, Trailer
from hrbus.spi import Batch, BatchError, ConfigError, Origin

Make = Callable[..., Any]

A = "01 R. 05 A PIC X(3)."
ODO = "01 R. 05 N PIC 9. 05 T PIC X OCCURS 0 TO 5 TIMES DEPENDING ON N. 05 Z PIC X(2)."
WORD = {"bytes": 5, "length_at": 4, "length_bytes": 2, "order": "little"}

FORMS: list[tuple[dict[str, Any], bytes]] = [
    ({"frame": "rdw"}, b"\0\x07\0\0one\0\x07\0\0two"),
    ({"frame": "rdw", "rdw_counts_itself": False}, b"\0\x03\0\0one\0\x03\0\0two"),
    ({"frame": "rdw", "rdw": "little"}, b"\0\0\x07\0one\0\0\x07\0two"),
    ({"frame": "rdw", "rdw": "little", "rdw_counts_itself": False}, b"\0\0\x03\0one\0\0\x03\0two"),
    ({"frame": "bdw"}, b"\0\x12\0\0\0\x07\0\0one\0\x07\0\0two"),
    ({"frame": "bdw", "block_size": 12}, b"\0\x0b\0\0\0\x07\0\0one\0\x0b\0\0\0\x07\0\0two"),
    ({"frame": "bdw", "bdw": "little", "bdw_counts_itself": False}, b"\0\0\x0e\0\0\x07\0\0one\0\x07\0\0two"),
    ({"frame": "word", "word": WORD}, b"\0\0\0\x03\0one\0\0\0\x03\0two"),
    ({"frame": "word", "word": {"bytes": 1, "length_bytes": 1, "counts_itself": True}}, b"\x04one\x04two"),
    ({"frame": "gnucobol"}, b"\0\x03\0\0one\0\x03\0\0two"),
    ({"frame": "gnucobol", "varseq_format": 1}, b"\0\0\0\x03one\0\0\0\x03two"),
    ({"frame": "gnucobol", "varseq_format": 2}, b"\x03\0\0\0one\x03\0\0\0two"),
    ({"frame": "gnucobol", "varseq_format": 3}, b"\0\x03one\0\x03two"),
    ({"frame": "variable"}, b"onetwo"),
    ({"frame": "lines", "line_end": "nl"}, b"one\x15two\x15"),
    ({"record_start": 1, "record_end": 2}, b" one   two  "),
    ({"frame": "rdw", "record_start": 1, "record_end": 2}, b"\0\x0a\0\0 one  \0\x0a\0\0 two  "),
    ({"frame": "lines", "record_start": 1}, b" one\n two\n"),
]


@pytest.mark.parametrize(("settings", "data"), FORMS)
def test_every_frame_has_its_bytes(settings: dict[str, Any], data: bytes, records: Make) -> None:
    made = records(A, **settings)
    assert (data, []) == made.write(A=["one", "two"])
    assert [{"A": "one"}, {"A": "two"}] == made.values(data)


def test_a_micro_focus_file_has_a_header_and_padded_records(records: Make) -> None:
    made = records(A, frame="mf")
    data, _ = made.write(A=["one", "two"])
    assert bytes.fromhex("307E0000") == data[:4]
    assert b"\x40\x03one   \x40\x03two   ".hex() == data[128:].hex()
    skipped = data[:128] + b"\x20\x02xx" + data[128:] + b"\x20\x02yy"
    assert [{"A": "one"}, {"A": "two"}] == made.values(skipped)


def test_a_micro_focus_file_of_long_records_has_words_of_four_bytes(records: Make) -> None:
    made = records("01 R. 05 A PIC X(5000).", frame="mf")
    data, _ = made.write(A=["one"])
    assert (bytes.fromhex("3000007C"), bytes.fromhex("40001388")) == (data[:4], data[128:132])
    assert [{"A": "one"}] == made.values(data)


def test_a_length_field_is_written_from_the_record_and_read(records: Make) -> None:
    copybook = "01 R. 05 L PIC 9(3). 05 N PIC 9. 05 T PIC X OCCURS 0 TO 5 TIMES DEPENDING ON N."
    made = records(copybook, frame="length-field=L", length_adds=3)
    data, _ = made.write(T=[["a"], [], ["b", "c"]])
    assert b"0021a" + b"0010" + b"0032bc" == data
    assert [["a"], [], ["b", "c"]] == [row["T"] for row in made.values(data)]


@pytest.mark.parametrize(
    ("usage", "shown"),
    [("PIC 9(4)", b"0006"), ("PIC X(4)", b"0006"), ("PIC 9(4) COMP", b"\0\x06"), ("PIC 9(3) COMP-3", b"\0\x6f")],
)
def test_a_length_field_may_have_any_usage(usage: str, shown: bytes, records: Make) -> None:
    made = records(f"01 R. 05 L {usage}. 05 A PIC X(2).", frame="length-field=L")
    data, rejects = made.write(A=["a", "b"])
    length = len(shown) + 2
    expected = shown.replace(b"6", str(length).encode()) if shown[0:1] == b"0" else shown
    if "COMP-3" in usage:
        expected = bytes([0, length << 4 | 0xF])
    elif "COMP" in usage:
        expected = bytes([0, length])
    assert ([], [expected + b"a ", expected + b"b "]) == (rejects, [data[:length], data[length:]])
    assert ["a", "b"] == [row["A"] for row in made.values(data)]


def test_records_as_long_as_their_counts_say_follow_each_other(records: Make) -> None:
    made = records(ODO, frame="variable")
    data, _ = made.write(T=[["x"], [], ["y", "z"]], Z=["a", "b", "c"])
    assert b"1xa 0b 2yzc " == data
    assert [["x"], [], ["y", "z"]] == [row["T"] for row in made.values(data)]


@pytest.mark.parametrize(
    ("settings", "data", "message"),
    [
        ({"frame": "rdw"}, b"\0\x03\0\0", r"byte 0 begins no record descriptor word: X'00030000', no length stands"),
        ({"frame": "rdw"}, b"\0\0\0\0\0\0", r"byte 0 begins no record descriptor word: X'00000000'.*try rdw=little"),
        ({"frame": "rdw"}, b"\0\x07\0\0one\0\x07\1\0two", r"byte 7 begins no .*X'00070100'.*segment of a spanned"),
        (
            {"frame": "rdw"},
            b"\0\x07\0\0one\0\x07\0\0t",
            r"at byte 7 begins a record of 3 bytes \(X'00070000'\), of which 1",
        ),
        ({"frame": "rdw"}, b"\0\x07\0\0one\0", r"the file is cut: at byte 7 1 of the 4 bytes of a record descriptor"),
        ({"frame": "bdw"}, b"\0\x07\0\0one", r"byte 4 \(X'6F6E65'\) is longer than the 3 bytes"),
        ({"frame": "bdw"}, b"\0\x09\0\0\0\x07\0\0one", r"byte 4 \(X'00070000'\) is longer than the 5 bytes"),
        ({"frame": "bdw"}, b"\0\x12\0\0\0\x07\0\0one", r"at byte 11 7 bytes of a block are still to come"),
        ({"frame": "bdw"}, b"\0\x02\0\0", r"byte 0 begins no block descriptor word: X'00020000'"),
        ({"frame": "mf"}, b"x" * 200, r"begins with X'78787878', and a Micro Focus"),
        ({"frame": "mf"}, b"x" * 20, r"it has 20 bytes, and what stands before and behind its records 128"),
        ({"frame": "gnucobol", "varseq_format": 1}, b"\x7f\xff\xff\xff", r"it says more than 16777216 bytes"),
        ({"frame": "word", "word": WORD}, b"\0\0\0\0\0", r"byte 0 begins no record word: X'0000000000'"),
        ({"header": 5}, b"abc", r"it has 3 bytes, and what stands before and behind its records 5"),
        ({"header": 1, "trailer": 5}, b"abc", r"it has 3 bytes, and what stands before and behind its records 6"),
        ({}, b"onetw", r"2 bytes are left at byte 3 after the last whole record of 3 bytes"),
    ],
)
def test_what_is_no_record_is_told_with_its_byte_and_what_to_try(
    settings: dict[str, Any], data: bytes, message: str, records: Make
) -> None:
    with pytest.raises(BatchError, match=message):
        records(A, **settings).read(data)


@pytest.mark.parametrize(
    ("settings", "data", "message"),
    [
        ({"frame": "variable"}, b"1xa 9", r"the record at byte 4 has a count that T does not allow \(0 to 5 times\)"),
        ({"frame": "variable"}, b"1xa x", r"the record at byte 4 holds no length in N"),
        ({"frame": "variable"}, b"1xa 2y", r"the last record, at byte 4, is longer than the 2 bytes"),
        ({"frame": "length-field=N"}, b"0", r"the record at byte 0 holds no length in N: X'30' at byte 1"),
    ],
)
def test_a_record_that_lies_about_its_length_stops_the_file(
    settings: dict[str, Any], data: bytes, message: str, records: Make
) -> None:
    with pytest.raises(BatchError, match=message):
        records(ODO, **settings).read(data)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"frame": "word"}, "frame word needs the setting word"),
        ({"frame": "word", "word": {"bytes": 4, "length_at": 4}}, "is not inside a word of 4"),
        ({"frame": "length-field=NOPE"}, "NOPE is no field of R"),
        ({"frame": "length-field=Z"}, "Z does not stand in the same place"),
        ({"frame": "length-field=T"}, "T does not stand in the same place"),
        ({"frame": "variable", "header": Header(copybook="h.cpy")}, "cannot have a copybook"),
    ],
)
def test_frames_that_cannot_be_are_refused(settings: dict[str, Any], message: str, records: Make) -> None:
    with pytest.raises(ConfigError, match=message):
        records(ODO, **settings)


def test_a_record_that_does_not_fit_its_word_or_line_is_rejected(records: Make) -> None:
    short = records("01 R. 05 A PIC X(300).", frame="word", word={"bytes": 1, "length_bytes": 1})
    _, (reject,) = short.write(A=["x"])
    assert "the record has 300 bytes, and a record word tells at most 255" == reject.reason
    lines = records(A, frame="lines")
    data, (reject,) = lines.write(A=["a\nb", "abc"])
    assert (b"abc\n", "the record holds a line end, and the frame is lines") == (data, reject.reason)


KEPT: list[tuple[dict[str, Any], bytes]] = [
    ({"frame": "lines"}, b"ab\r\nabc\n\na"),
    ({"frame": "lines"}, b"abc\nabc\n\x1a\x1a"),
    ({"frame": "rdw"}, b"\0\x07\0\0one\0\x07\0\0two"),
    ({"frame": "bdw"}, b"\0\x0b\0\0\0\x07\0\0one\0\x04\0\0\0\x12\0\0\0\x07\0\0two\0\x07\0\0abc\0\x04\0\0"),
    ({"frame": "bdw"}, b"\x80\0\0\x0b\0\x07\0\0one"),
    ({"frame": "word", "word": WORD}, b"\1\2\3\x03\0one\4\5\6\x03\0two"),
    ({"header": 2, "trailer": 3}, b"HHonetwoTTT"),
    ({"header": 2, "trailer": 3}, b"HHTTT"),
    ({"header": 2, "trailer": 3, "frame": "lines"}, b"HHone\nTTT"),
    ({"record_start": 1, "record_end": 1}, b"<one>(two)"),
]


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize(("settings", "data"), KEPT)
def test_what_stands_around_records_comes_back(
    settings: dict[str, Any], data: bytes, size: int, records: Make
) -> None:
    assert data == records(A, keep_raw=True, batch_records=size, **settings).again(data)


def test_a_header_and_trailer_record_come_back_with_all_their_bytes() -> None:
    detail, head, tail = (
        parse(text, "x.cpy").record()
        for text in ("01 D. 05 F PIC X(3).", "01 H. 05 FILLER PIC X(3).", "01 T. 05 FILLER PIC X. 05 C PIC 99.")
    )
    for frame, data in (
        ("fixed", b"xyzone?two?01".replace(b"?two?", b"?")),
        ("bdw", b"\0\x19\0\0\0\x07\0\0xyz\0\x07\0\0one\0\x07\0\0?01"),
    ):
        made = CobolSettings(
            copybook="d.cpy",
            encoding="ascii",
            frame=frame,
            keep_raw=True,
            header=Header(copybook="h.cpy"),
            trailer=Trailer(copybook="t.cpy", count="C"),
        )
        codec = CobolCodec(made, detail, head, tail)
        out = io.BytesIO()
        list(codec.encode(codec.decode(io.BytesIO(data), Origin("in")), out))
        assert data == out.getvalue()


def test_a_header_of_bytes_that_nobody_knows_is_not_made_up(records: Make) -> None:
    with pytest.raises(ConfigError, match="a file is to be written whose header of 2 bytes no layout describes"):
        records(A, header=2).write(A=["one"])


def test_kept_bytes_of_another_layout_or_frame_are_not_written(records: Make) -> None:
    source = records("01 R. 05 A PIC X(3). 05 FILLER PIC X(2).", frame="rdw", keep_raw=True)
    (batch,) = source.codec.decode(io.BytesIO(b"\0\x09\0\0oneXY"), Origin("in"))
    assert b"\0\x09\0\0oneXY" == encoded(source.codec, batch)
    for copybook, settings in (
        ("01 R. 05 A PIC X(3). 05 FILLER PIC X(2).", {"frame": "lines"}),
        ("01 R. 05 A PIC X(3). 05 FILLER PIC X(3).", {"frame": "rdw"}),
        ("01 R. 05 A PIC X(3). 05 FILLER PIC X(2).", {"frame": "rdw", "encoding": "cp037"}),
    ):
        other = records(copybook, **settings)
        assert b"XY" not in encoded(other.codec, batch)


def encoded(codec: CobolCodec, batch: Batch) -> bytes:
    out = io.BytesIO()
    list(codec.encode([batch], out))
    return out.getvalue()


def test_a_record_that_was_changed_keeps_its_reserved_bytes_and_gets_its_length(records: Make) -> None:
    made = records(ODO, frame="word", word=WORD, keep_raw=True)
    (batch,) = made.codec.decode(io.BytesIO(b"\1\2\3\x04\0" + b"1xab"), Origin("in"))
    longer = batch.frame.drop("N").with_columns(T=pl.Series([["p", "q", "r"]]))
    assert b"\1\2\3\x06\0" + b"3pqrab" == encoded(made.codec, Batch(longer))


def test_lines_stay_apart_when_the_last_one_comes_first(records: Make) -> None:
    made = records(A, frame="lines", keep_raw=True)
    (batch,) = made.codec.decode(io.BytesIO(b"one\ntwo"), Origin("in"))
    assert b"two\none\n" == encoded(made.codec, Batch(batch.frame.reverse()))


def test_a_chunk_begins_no_record_behind_64_megabytes() -> None:
    record = parse("01 R. 05 A PIC X(1000000).", "r.cpy").record()
    codec = CobolCodec(CobolSettings(copybook="r.cpy", encoding="ascii"), record)
    found = [len(chunk) for chunk in chunks(io.BytesIO(bytes(150_000_000)), codec.framing, 10_000)]
    assert [67, 67, 16] == found
    assert 150 == int(np.sum(found))
