"""Sheets are read exactly as far as Excel is exact, and no workbook can take all memory."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import polars as pl
import pytest

from adapters.xlsx import XLSX
from hrbus.spi import ID, Batch, BatchError, Codec, ConfigError

Make = Callable[..., Codec]
Decode = Callable[[Codec, bytes], list[Batch]]
Encode = Callable[[Codec, list[Batch]], tuple[list[Batch], bytes]]
Read = Callable[..., Batch]

STAFF = "  no: integer(6) required\n  name: text(20)\n  pay: decimal(9.2)\n  active: boolean\n  born: text\n"
TITLES = ["no", "name", "pay", "active", "born"]


def book(*rows: list[Any], sheet: str = "Sheet", more: str = "") -> bytes:
    """Return a workbook as openpyxl writes it."""
    made = openpyxl.Workbook()
    made.active.title = sheet
    for row in rows:
        made.active.append(row)
    if more:
        made.create_sheet(more)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def changed(content: bytes, change: Callable[[bytes], bytes], part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """Return the workbook with one part changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return stream.getvalue()


@pytest.fixture
def read(make: Make, decode: Decode) -> Read:
    def found(content: bytes, layout: str = STAFF, **settings: Any) -> Batch:
        [batch] = decode(make(XLSX, layout, **settings), content)
        return batch

    return found


def values(batch: Batch) -> list[tuple[object, ...]]:
    return batch.frame.drop("_record", "_offset").rows()


def test_rows_are_records_and_titles_name_the_fields(read: Read) -> None:
    batch = read(book(["x", "born", "active", "pay", "name", "no"], [9, date(2026, 1, 2), True, 12.1, "李喆", 17], [],
                      [None, None, None, None, None, 18]))  # fmt: skip
    assert [(17, "李喆", Decimal("12.10"), True, "2026-01-02"), (18, None, None, None, None)] == values(batch)
    assert [(1, 2), (2, 4)] == batch.frame.select("_record", "_offset").rows()


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (4711, "4711"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (-12.5, "-12.5"),
        ("0017", "0017"),
        (True, "true"),
        (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05"),
        (time(3, 4), "03:04:00"),
        (timedelta(hours=30), "30:00:00"),
        ("=1+1", None),
    ],
)
def test_whatever_a_cell_holds_can_be_text(read: Read, cell: Any, text: str | None) -> None:
    assert [(text,)] == [row[:1] for row in values(read(book(["a", "b"], [cell, 1]), "  a: text\n  b: text\n"))]


def test_a_sheet_is_found_by_name_or_number_and_titles_may_stand_lower(read: Read) -> None:
    content = book(["Staff of 2026"], [], ["a"], [1], sheet="员工", more="2")
    for sheet in ("员工", "1"):
        assert [(1,)] == values(read(content, "  a: integer\n", sheet=sheet, header=3))
    assert [("a", None), ("1", None)] == values(read(book(["a"], [1]), "  x: text\n  y: text\n", header=0))


def test_a_table_may_stand_anywhere_in_its_sheet(read: Read) -> None:
    content = book([], [], [None, None, "a", "b"], [], [None, None, 1, "#N/A"], [None, None, 2, "x"])
    batch = read(content, "  b: text\n  a: integer\n", header=3)
    assert [("x", 2)] == values(batch)
    assert [(1, 5, "b")] == [(reject.record, reject.offset, reject.field) for reject in batch.rejects]


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (["x", "Ada"], "no", "expected a whole number of at most 6 digits"),
        ([2.5, "Ada"], "no", "expected a whole number of at most 6 digits"),
        ([None, "Ada"], "no", "is required, and absent"),
        ([2, 10**15], "name", "a number of more than 15 digits, of which a cell keeps no more; ask for it as text"),
        ([2, "Ada", 1.005], "pay", "expected a number of at most 9 digits, 2 behind the point"),
        ([2, "#N/A"], "name", "the cell holds an error"),
    ],
)
def test_a_row_that_cannot_be_read_is_one_reject(read: Read, row: list[Any], field: str, reason: str) -> None:
    batch = read(book(TITLES, [1, "Ada"], row, [3, "Bob"]))
    assert [1, 3] == batch.frame["no"].to_list()
    assert [(2, 3, field, reason)] == [(r.record, r.offset, r.field, r.reason) for r in batch.rejects]


FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'


def far_out(content: bytes, cell: bytes = b"<c r") -> bytes:
    return content.replace(b"</sheetData>", FAR.replace(b"<c r", cell))


GOOD = book(["a"], [1])
LARGE = changed(GOOD, lambda part: part + b" " * 2_000_000)


@pytest.mark.parametrize(
    ("content", "settings", "said"),
    [
        (b"a,b\n", {}, "x is no xlsx workbook, or a damaged one"),
        (GOOD[:-40], {}, "x is no xlsx workbook, or a damaged one"),
        (changed(GOOD, far_out), {}, "the sheet reaches over 1048576 rows and 16384 columns, more than 2"),
        (changed(GOOD, lambda part: far_out(part, b"<c x=' r=\"A1\"' r")), {},
         "the sheet reaches over 1048576 rows"),
        (changed(GOOD, lambda part: far_out(part, b'<c x=">" r')), {}, "has cells without a place|damaged"),
        (changed(GOOD, lambda part: re.sub(rb' r="A\d"', b"", part)), {}, "has cells without a place"),
        (LARGE, {"largest": 1_000_000}, "x unpacks to more than 1000000 bytes"),
        (changed(GOOD, lambda part: b"<worksheet>"), {}, "x: row 1 lacks a|damaged"),
        (changed(GOOD, lambda part: part[:-9], "xl/workbook.xml"), {}, "x is no xlsx workbook, or a damaged one"),
        (GOOD, {"sheet": "Pay"}, "x has no sheet Pay; it has Sheet"),
        (GOOD, {"sheet": "2"}, "x has no sheet 2; it has Sheet"),
        (book(["b"], [1]), {}, "x: row 1 lacks a; look at sheet and header"),
        (book(["a", "a"], [1, 2]), {}, "x: row 1 has twice a"),
        (book(["a", "b"], [1, 2]), {"unknown": "reject"}, "the sheet has 1 columns that the layout does not name"),
    ],
)  # fmt: skip
def test_a_workbook_that_cannot_be_trusted_is_refused(
    read: Read, content: bytes, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(BatchError, match=said):
        read(content, "  a: integer\n", **settings)


def test_a_part_that_claims_to_be_small_is_counted_as_it_is(read: Read) -> None:
    content = bytearray(LARGE)
    at = content.rindex(b"xl/worksheets/sheet1.xml") - 46
    assert b"PK\1\2" == content[at : at + 4]
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(BatchError, match="x unpacks to more than 1000000 bytes"):
        read(bytes(content), "  a: integer\n", largest=1_000_000)


def test_another_program_reads_what_is_written(make: Make, encode: Encode) -> None:
    frame = pl.DataFrame({
        "no": [17, 18], "name": ["=1+1", None], "pay": [Decimal("-12.50"), None], "active": [False, None],
        "born": ["2026-01-02", "2026-01-02T03:04:05"],
    })  # fmt: skip
    codec = make(XLSX, STAFF, sheet="员工", dates=["born"], titles={"name": "姓名"})
    _, content = encode(codec, [Batch(frame)])
    sheet = openpyxl.load_workbook(io.BytesIO(content))["员工"]
    assert [
        ("no", "姓名", "pay", "active", "born"),
        (17, "=1+1", -12.5, False, datetime(2026, 1, 2)),
        (18, None, None, None, datetime(2026, 1, 2, 3, 4, 5)),
    ] == list(sheet.values)
    assert "s" == sheet["B2"].data_type
    assert content == encode(codec, [Batch(frame)])[1]


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ({"name": "x\x07"}, "name", "holds a character that a cell does not"),
        ({"name": "a_x000D_"}, "name", "holds a character that a cell does not"),
        ({"born": "2026-02-30"}, "born", "expected a date such as 2026-01-05, from 1901 on"),
        ({"born": "1815-12-10"}, "born", "expected a date such as 2026-01-05, from 1901 on"),
        ({"no": None}, "no", "is required, and absent"),
        ({"name": "x" * 21}, "name", "is longer than 20 characters"),
    ],
)
def test_a_record_that_cannot_be_written_is_a_reject(
    make: Make, encode: Encode, decode: Decode, row: dict[str, Any], field: str, reason: str
) -> None:
    rows = [{ID: 1, "no": 1, "name": "A", "born": None}, {ID: 2, "no": 2, "name": "", "born": None} | row]
    codec = make(XLSX, STAFF, dates=["born"])
    [batch], content = encode(codec, [Batch(pl.DataFrame(rows, schema_overrides={"born": pl.String}))])
    assert [(2, field, reason)] == [(reject.id, reject.field, reject.reason) for reject in batch.rejects]
    assert [1] == decode(codec, content)[0].frame["no"].to_list()


def test_settings_that_do_not_fit_are_refused(make: Make, encode: Encode) -> None:
    with pytest.raises(ConfigError, match="dates: no is no text in the layout"):
        make(XLSX, STAFF, dates=["no"])
    with pytest.raises(ConfigError, match=r"a sheet cannot be called a/b"):
        encode(make(XLSX, STAFF, sheet="a/b"), [])
