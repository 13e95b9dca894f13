"""How records lie in a file: lengths, lines, descriptor words, header and trailer."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from adapters.cobol import COBOL
from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings, Header, Trailer
from hrbus.spi import Batch, BatchError, ConfigError, Origin
from hrbus.testing import ManualClock, RecordingDelivery, a_context

Make = Callable[..., Any]

DETAIL = "01 D. 05 T PIC X. 05 F PIC 9(4)."
HEAD = "01 H. 05 HT PIC X VALUE 'H'. 05 HD PIC 9(8). 05 HN PIC 9(4)."
TAIL = "01 E. 05 ET PIC X VALUE 'T'. 05 EC PIC 9(5)."


def a_file(**settings: Any) -> CobolCodec:
    made = CobolSettings(
        copybook="d.cpy",
        encoding="ascii",
        header=Header(copybook="h.cpy", set={"HD": "run(date)", "HN": "run(sequence)"}),
        trailer=Trailer(copybook="t.cpy", count="EC"),
        **settings,
    )
    detail, head, tail = (parse(text, "x.cpy").record() for text in (DETAIL, HEAD, TAIL))
    return CobolCodec(made, detail, head, tail, ManualClock())


def written(codec: CobolCodec, values: list[int], sequence: int = 3) -> bytes:
    out = io.BytesIO()
    frame = pl.DataFrame({"T": ["D"] * len(values), "F": values})
    list(codec.encode([Batch(frame)], out, RecordingDelivery(sequence=sequence)))
    return out.getvalue()


def numbers(codec: CobolCodec, data: bytes) -> list[int]:
    batches = codec.decode(io.BytesIO(data), Origin("in.dat"))
    return [value for batch in batches for value in batch.frame["F"].to_list()]


@pytest.mark.parametrize(
    ("settings", "data"),
    [
        ({}, b"H202601050003" + b"D0001        " + b"D0002        " + b"T00002       "),
        ({"record_length": 15}, b"H202601050003  D0001          D0002          T00002         "),
        ({"frame": "lines"}, b"H202601050003\nD0001\nD0002\nT00002\n"),
        ({"frame": "lines", "line_end": "crlf"}, b"H202601050003\r\nD0001\r\nD0002\r\nT00002\r\n"),
        (
            {"frame": "rdw"},
            b"\0\x11\0\0H202601050003\0\x09\0\0D0001\0\x09\0\0D0002\0\x0a\0\0T00002",
        ),
    ],
)
def test_files_are_written_with_header_and_trailer_and_read_again(settings: dict[str, Any], data: bytes) -> None:
    for size in (1, 2, 3, 10):
        codec = a_file(batch_records=size, **settings)
        assert data == written(codec, [1, 2])
        assert [1, 2] == numbers(codec, data)


@pytest.mark.parametrize("settings", [{}, {"frame": "lines"}, {"frame": "rdw"}])
@pytest.mark.parametrize("size", [1, 2, 3, 10])
def test_an_empty_file_has_header_and_trailer_and_no_records(settings: dict[str, Any], size: int) -> None:
    codec = a_file(batch_records=size, **settings)
    assert [] == numbers(codec, written(codec, []))


@pytest.mark.parametrize("settings", [{}, {"frame": "lines"}, {"frame": "rdw"}])
def test_a_file_that_is_cut_anywhere_is_refused_as_a_whole(settings: dict[str, Any]) -> None:
    codec = a_file(**settings)
    data = written(codec, [1, 2, 3])
    complete = len(data) - (settings.get("frame") == "lines")
    for length in range(complete):
        with pytest.raises(BatchError):
            numbers(codec, data[:length])
    assert [1, 2, 3] == numbers(codec, data[:complete])


def test_a_trailer_that_counts_otherwise_is_refused() -> None:
    data = written(a_file(), [1, 2, 3])
    with pytest.raises(BatchError, match=r"in.dat: the trailer counts 4 records \(EC\), but 3 are there"):
        numbers(a_file(), data.replace(b"T00003", b"T00004"))


def test_rejected_records_are_counted_too() -> None:
    data = written(a_file(), [1, 2, 3]).replace(b"D0002", b"D00x2")
    (batch,) = a_file().decode(io.BytesIO(data), Origin("in.dat"))
    assert ([1, 3], [2], [26]) == (
        batch.frame["F"].to_list(),
        [reject.record for reject in batch.rejects],
        [reject.offset for reject in batch.rejects],
    )


@pytest.mark.parametrize("first", [b"X202601050003", b"H2026x1050003"])
def test_a_header_that_is_none_is_refused(first: bytes) -> None:
    data = written(a_file(), [1])
    with pytest.raises(BatchError, match=r"in\.dat: the first record"):
        numbers(a_file(), first + data[13:])


def test_lines_may_have_lost_their_blanks_and_their_last_end(records: Make) -> None:
    made = records("01 R. 05 A PIC X(3). 05 B PIC X(3).", frame="lines", batch_records=2)
    assert [("a", ""), ("abc", "d"), ("", "")] == made.read(b"a\r\nabcd\n\n")[0].rows()
    assert [("a", "")] == made.read(b"a")[0].rows()
    assert [("a", "")] == made.read(b"a\n\x1a")[0].rows()


def test_offsets_are_those_of_the_file() -> None:
    codec = a_file(frame="lines", batch_records=2)
    frames = [b.frame for b in codec.decode(io.BytesIO(written(codec, [1, 2, 3])), Origin("in.dat"))]
    assert [(1, 14), (2, 20), (3, 26)] == pl.concat(frames).select("_record", "_offset").rows()


def test_records_of_a_wrong_length_are_rejected(records: Make) -> None:
    lines = records("01 R. 05 A PIC X(3).", frame="lines")
    frame, (reject,) = lines.read(b"abc\nabcd\n")
    assert ["abc"] == frame["A"].to_list()
    assert "the record has 4 bytes, its layout at most 3" == reject.reason
    words = records("01 R. 05 A PIC X(3).", frame="rdw")
    _, (reject,) = words.read(b"\0\x06\0\0ab")
    assert ("the record has 2 bytes, its layout needs 3", 4) == (reject.reason, reject.offset)


def test_a_record_length_below_the_layout_is_refused() -> None:
    with pytest.raises(ConfigError, match="a record of 5 bytes is too short: the layout needs 13"):
        a_file(record_length=5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"encoding": "cp9999"},
        {"encoding": "utf-16"},
        {"encoding": "cp037", "sign": "ascii"},
        {"time_zone": "Mars/Olympus"},
        {"blanks": {"NOPE": "null"}},
        {"record": "NOPE"},
        {"copybook": "../outside.cpy"},
        {"copybook": "missing.cpy"},
        {"trailer": {"copybook": "t.cpy", "count": "NOPE"}},
        {"header": {"copybook": "h.cpy", "set": {"NOPE": "1"}}},
        {"header": {"copybook": "h.cpy", "set": {"HD": "run(day)"}}},
    ],
)
def test_settings_that_cannot_be_met_are_refused(tmp_path: Any, wrong: dict[str, Any]) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    for name, text in (("d.cpy", DETAIL), ("h.cpy", HEAD), ("t.cpy", TAIL)):
        (folder / name).write_text(text)
    settings = CobolSettings.model_validate({"copybook": "d.cpy", "encoding": "ascii", **wrong})
    with pytest.raises(ConfigError):
        COBOL.make(settings, a_context(tmp_path))


def test_a_header_value_that_does_not_fit_is_told_before_anything_is_written() -> None:
    codec = a_file()
    with pytest.raises(BatchError, match="H: HN: the number has more digits than PIC"):
        written(codec, [1], sequence=12345)
