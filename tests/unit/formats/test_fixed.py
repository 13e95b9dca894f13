"""Records of fixed width are cut by bytes or characters, and a field that cannot be read costs its record only."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from adapters.fixed import FIXED
from hrbus.spi import ID, Batch, BatchError, Codec, ConfigError

Make = Callable[..., Codec]
Decode = Callable[[Codec, bytes], list[Batch]]
Encode = Callable[[Codec, list[Batch]], tuple[list[Batch], bytes]]
Read = Callable[..., Batch]

PAYROLL = "  no: integer(6) required width 6\n  name: text width 8\n  pay: decimal(7.2) width 9\n"


@pytest.fixture
def read(make: Make, decode: Decode) -> Read:
    def found(text: str | bytes, layout: str = PAYROLL, **settings: Any) -> Batch:
        content = text.encode() if isinstance(text, str) else text
        [batch] = decode(make(FIXED, layout, **settings), content)
        return batch

    return found


def values(batch: Batch) -> list[tuple[object, ...]]:
    return batch.frame.drop("_record", "_offset").rows()


def told(batch: Batch) -> list[tuple[int, int, str, str]]:
    return [(reject.record, reject.offset, reject.field, reject.reason) for reject in batch.rejects]


def test_fields_follow_each_other_and_short_lines_are_filled_up(read: Read) -> None:
    batch = read("000017ADA     000012.50\r\n\r\n    18BOB\n")
    assert [(17, "ADA", Decimal("12.50")), (18, "BOB", None)] == values(batch)
    assert [(1, 0), (2, 27)] == batch.frame.select("_record", "_offset").rows()


def test_fields_may_stand_anywhere(read: Read) -> None:
    layout = "  name: text at 5 width 3\n  no: integer at 1 width 2\n"
    assert [("ADA", 17)] == values(read("17..ADA..ignored", layout, record_length=16))


def test_an_implied_point_and_a_sign_behind(read: Read) -> None:
    layout = "  pay: decimal(7.2) width 8\n"
    found = values(read("0001250-\n     12 \n", layout, decimal="implied", sign="trailing"))
    assert [(Decimal("-12.50"),), (Decimal("0.12"),)] == found


def test_text_may_be_aligned_and_filled_otherwise(read: Read, make: Make, encode: Encode) -> None:
    layout, settings = (
        "  a: text width 5\n  b: text width 5\n",
        {"align": {"a": "right"}, "pad": {"a": "*", "b": "."}},
    )
    assert [("x", "y ")] == values(read("****xy ...\n", layout, **settings))
    _, content = encode(make(FIXED, layout, **settings), [Batch(pl.DataFrame({"a": ["x"], "b": ["y "]}))])
    assert b"****xy ...\n" == content


def test_fillings_stay_where_they_are_wanted(read: Read) -> None:
    assert [("x  ",)] == values(read("x\n", "  a: text width 3\n", trim=False))


def test_widths_count_bytes_in_a_double_byte_encoding(read: Read, make: Make, encode: Encode) -> None:
    layout = "  name: text width 6\n  no: integer width 2\n"
    content = "李喆  17\n镕    18\n".encode("gb18030")
    batch = read(content, layout, encoding="gb18030")
    assert [("李喆", 17), ("镕", 18)] == values(batch)
    assert content == encode(make(FIXED, layout, encoding="gb18030"), [batch])[1]


def test_widths_may_count_characters(read: Read, make: Make, encode: Encode) -> None:
    layout = "  name: text width 4\n  no: integer width 2\n"
    batch = read("李喆  17\nAda 18\n", layout, unit="characters")
    assert [("李喆", 17), ("Ada", 18)] == values(batch)
    assert "李喆  17\nAda 18\n".encode() == encode(make(FIXED, layout, unit="characters"), [batch])[1]


def test_a_character_that_the_cut_goes_through_costs_its_record(read: Read) -> None:
    content = b"abc17\n" + "李喆18\n".encode("gb18030")
    batch = read(content, "  name: text width 3\n  no: integer width 2\n", encoding="gb18030")
    assert [("abc", 17)] == values(batch)
    assert [2] == [reject.record for reject in batch.rejects]


def test_records_without_lines_may_be_ebcdic(read: Read, make: Make, encode: Encode) -> None:
    layout = "  no: integer width 3\n  name: text width 4\n"
    content = "017ADA 018B   ".encode("cp037")
    batch = read(content, layout, frame="fixed", encoding="cp037")
    assert [(17, "ADA"), (18, "B")] == values(batch)
    assert [0, 7] == batch.frame["_offset"].to_list()
    assert content == encode(make(FIXED, layout, frame="fixed", encoding="cp037"), [batch])[1]


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (b"0000x7ADA     000012.50", "no", "expected a whole number of at most 6 digits"),
        (b"      ADA     000012.50", "no", "is required, and absent"),
        (b"000017ADA     00012,500", "pay", "expected a number of at most 7 digits, 2 behind the point"),
        (b"000017A\xffA     000012.50", "name", "holds bytes that are no utf-8"),
        (b"000017ADA     000012.50 x", "", "is longer than 23 bytes"),
    ],
)
def test_a_record_that_cannot_be_read_is_one_reject(read: Read, line: bytes, field: str, reason: str) -> None:
    batch = read(b"000001\n" + line + b"\n000003\n")
    assert [1, 3] == batch.frame["no"].to_list()
    assert [(2, 7, field, reason)] == told(batch)
    assert line + b"\n" == batch.rejects[0].raw


def test_the_end_sign_of_dos_is_no_record(read: Read) -> None:
    assert [(1,)] == values(read(b"1\r\n\x1a", "  a: integer width 1\n"))


EDGES = {
    "head": "  kind: text width 1\n  made: text width 8\n  run: integer width 3\n",
    "tail": "  kind: text width 1\n  records: integer width 5\n",
}


@pytest.fixture
def edged(make: Make, tmp_path: Path) -> Callable[..., Codec]:
    folder = tmp_path / "mappings" / "layouts"
    folder.mkdir(parents=True)
    for name, fields in EDGES.items():
        (folder / f"{name}.yaml").write_text(f"layout: {name}\nfields:\n{fields}")
    header = {"layout": "layouts/head.yaml", "set": {"kind": "H", "made": "run(date)", "run": "run(sequence)"}}
    trailer = {"layout": "layouts/tail.yaml", "set": {"kind": "T"}, "count": "records"}

    def made(layout: str = "  no: integer width 3\n", **settings: Any) -> Codec:
        return make(FIXED, layout, header=header, trailer=trailer, **settings)

    return made


def test_header_and_trailer_are_written_and_the_records_counted(edged: Callable[..., Codec], encode: Encode) -> None:
    frame = pl.DataFrame({ID: [1, 2, 3], "no": [1, 2000, 3]})
    [batch], content = encode(edged(), [Batch(frame)])
    assert [2] == [reject.id for reject in batch.rejects]
    assert b"H20260105007\n001\n003\nT00002\n" == content


def test_header_and_trailer_are_no_records(edged: Callable[..., Codec], decode: Decode) -> None:
    [batch] = decode(edged(), b"H20260101001\n001\n002\nT00002")
    assert [(1, 13, 1), (2, 17, 2)] == batch.frame.rows()


def test_header_and_trailer_fill_a_whole_record_where_there_are_no_lines(
    edged: Callable[..., Codec], encode: Encode, decode: Decode
) -> None:
    codec = edged(frame="fixed", record_length=12)
    _, content = encode(codec, [Batch(pl.DataFrame({"no": [1]}))])
    assert b"H20260105007001         T00001      " == content
    assert [1] == decode(codec, content)[0].frame["no"].to_list()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "x is empty: not even a header is there"),
        (b"001\nT00001\n", "x has no header: kind is not H"),
        (b"H\n", "x has no trailer: it is cut"),
        (b"H\n001\n", "x has no trailer: kind is not T"),
        (b"H\n001\nT00002\n", r"x: the trailer counts 2 records \(records\), but 1 are there"),
        (b"H\n001\nT     \n", r"x: the trailer counts 0 records \(records\), but 1 are there"),
        (b"H\n001\nT000x1\n", "x: the trailer record: records: expected a whole number"),
    ],
)
def test_a_file_whose_edges_are_wrong_is_refused(
    edged: Callable[..., Codec], decode: Decode, content: bytes, said: str
) -> None:
    with pytest.raises(BatchError, match=said):
        decode(edged(), content)


@pytest.mark.parametrize(
    ("content", "settings", "said"),
    [
        (b"000001\n00", {}, "the last record, at byte 7, breaks off"),
        (b"x" * 40, {"frame": "fixed"}, "17 bytes are left over behind the last record of 23 bytes"),
    ],
)
def test_a_file_that_breaks_off_is_refused(read: Read, content: bytes, settings: dict[str, str], said: str) -> None:
    with pytest.raises(BatchError, match=said):
        read(content, **settings)


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ({"name": "too long a name"}, "name", "does not fit its 8 bytes"),
        ({"name": "喆喆喆喆喆"}, "name", "does not fit its 8 bytes"),
        ({"name": "a\nb"}, "name", "holds a line end"),
        ({"name": "\U0001f600"}, "name", "holds a character that gbk does not have"),
        ({"no": None}, "no", "is required, and absent"),
        ({"pay": Decimal("-99999.99")}, "", ""),
    ],
)
def test_a_record_that_cannot_be_written_is_a_reject(
    make: Make, encode: Encode, row: dict[str, Any], field: str, reason: str
) -> None:
    rows = [{ID: 1, "no": 1, "name": "Ada", "pay": None}, {ID: 2, "no": 2, "name": "", "pay": None} | row]
    frame = pl.DataFrame(rows, schema_overrides={"pay": pl.Decimal(7, 2)})
    [batch], content = encode(make(FIXED, PAYROLL, encoding="gbk"), [Batch(frame)])
    assert ([(2, field, reason)] if field else []) == [(r.id, r.field, r.reason) for r in batch.rejects]
    assert content.startswith(b"000001Ada              \n")


@pytest.mark.parametrize(
    ("layout", "settings", "said"),
    [
        ("  a: text(5)\n", {}, r"a: has no width; write text\(5\) width 8"),
        ("  a: text width 5\n  b: text at 3 width 2\n", {}, "b: begins at 3, where a has not ended yet; a ends at 5"),
        ("  a: text width 5\n", {"record_length": 4}, "record_length is 4, and the fields end at 5"),
        ("  a: text width 5\n", {"encoding": "utf-16"}, "utf-16 has no fixed width in bytes"),
        ("  a: text width 5\n", {"encoding": "cp037"}, "lines cannot be told apart in cp037"),
        ("  a: text width 5\n", {"align": {"b": "left"}}, "align: the layout l has no field b; it has a"),
    ],
)
def test_a_layout_or_settings_at_fault_are_refused(
    make: Make, layout: str, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        make(FIXED, layout, **settings)


def test_a_trailer_that_counts_in_text_is_refused(make: Make, tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "t.yaml").write_text("layout: t\nfields:\n  n: text width 3\n")
    with pytest.raises(ConfigError, match=r"trailer\.count: n is no whole number"):
        make(FIXED, "  a: text width 5\n", trailer={"layout": "t.yaml", "count": "n"})
    with pytest.raises(ConfigError, match=r"trailer\.set\.n: unknown run\(time\)"):
        make(FIXED, "  a: text width 5\n", trailer={"layout": "t.yaml", "set": {"n": "run(time)"}})


def test_records_in_a_page_with_shifts_are_read_and_written_each_field_with_its_own(
    make: Make, decode: Decode, encode: Encode
) -> None:
    layout = "  family: text width 6\n  given: text width 6\n  no: integer width 2\n"
    codec = make(FIXED, layout, encoding="IBM-935", frame="fixed")
    data = bytes.fromhex("0e5b6554fc0f0e5b6540400f" + "f0f7" + "c1c2c34040400e54fc0f4040f0f8")
    [batch] = decode(codec, data)
    assert [("张三", "张\u3000", 7), ("ABC", "三", 8)] == values(batch)
    [written], again = encode(codec, [batch])
    assert ((), data) == (written.rejects, again)


def test_what_a_page_with_shifts_lacks_is_a_reject_and_never_a_substitute(
    make: Make, decode: Decode, encode: Encode
) -> None:
    codec = make(FIXED, "  name: text width 8\n", encoding="cp935", frame="fixed")
    [written], data = encode(codec, [Batch(pl.DataFrame({"name": ["王明", "朱镕基", "欧阳明月"]}))])
    assert bytes.fromhex("0e579652980f4040") == data
    assert ["holds a character that cp935 does not have", "does not fit its 8 bytes"] == [
        reject.reason for reject in written.rejects
    ]
    [batch] = decode(codec, bytes.fromhex("0e57965298404040"))
    assert [(1, 0, "name", "holds bytes that are no cp935")] == told(batch)


def test_lines_cannot_be_in_a_page_with_shifts(make: Make) -> None:
    with pytest.raises(ConfigError, match="cp935"):
        make(FIXED, "  name: text width 8\n", encoding="cp935")
