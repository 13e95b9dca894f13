"""Tables of dBase and FoxPro are read as others write them, and written as others read them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import dbf
import polars as pl
import pytest

from adapters.dbf import DBF
from hrbus.spi import ID, Batch, BatchError, Codec, ConfigError

Make = Callable[..., Codec]
Decode = Callable[[Codec, bytes], list[Batch]]
Encode = Callable[[Codec, list[Batch]], tuple[list[Batch], bytes]]

STAFF = "  no: integer(6) required\n  name: text(20)\n  pay: decimal(9.2)\n  born: text\n  ok: boolean\n"


def foreign(folder: Path, columns: str, rows: list[tuple[Any, ...]], **settings: str) -> bytes:
    """Return the bytes of a table as the dbf package writes it."""
    table = dbf.Table(str(folder / "foreign.dbf"), columns, **settings)
    table.open(dbf.READ_WRITE)
    for row in rows:
        table.append(row)
    table.close()
    return (folder / "foreign.dbf").read_bytes()


@pytest.fixture
def staff(tmp_path: Path) -> bytes:
    rows = [(1, "李喆", 12.5, date(2026, 1, 2), True), (2, "Ada", None, None, None), (3, "B", -1, None, False)]
    return foreign(tmp_path, "no N(6,0); name C(20); pay N(10,2); born D; ok L", rows, codepage="cp936")


def values(batch: Batch) -> list[tuple[object, ...]]:
    return batch.frame.drop("_record", "_offset").rows()


def test_a_table_of_another_program_is_read(make: Make, decode: Decode, staff: bytes) -> None:
    [batch] = decode(make(DBF, STAFF), staff)
    assert [
        (1, "李喆", Decimal("12.50"), "2026-01-02", True),
        (2, "Ada", None, None, None),
        (3, "B", Decimal("-1.00"), None, False),
    ] == values(batch)
    assert [193, 239, 285] == batch.frame["_offset"].to_list()
    assert () == batch.rejects


def test_binary_columns_of_foxpro_are_read(make: Make, decode: Decode, tmp_path: Path) -> None:
    content = foreign(
        tmp_path,
        "i I; b B; y Y; t T; c C(5)",
        [(-5, 1.5, Decimal("-12.25"), datetime(2026, 1, 2, 3, 4, 5), "x"), (7, 0.0, Decimal("0.0001"), None, "")],
        dbf_type="vfp",
    )
    layout = "  i: integer\n  b: float\n  y: decimal(18.4)\n  t: text\n  c: text\n"
    [batch] = decode(make(DBF, layout, encoding="latin-1"), content)
    assert [
        (-5, 1.5, Decimal("-12.2500"), "2026-01-02T03:04:05", "x"),
        (7, 0.0, Decimal("0.0001"), None, ""),
    ] == values(batch)


@pytest.mark.parametrize(("deleted", "told"), [("skip", []), ("reject", [(2, "is marked as deleted")])])
def test_deleted_records_are_passed_over_and_counted(
    make: Make, decode: Decode, staff: bytes, deleted: str, told: list[tuple[int, str]]
) -> None:
    marked = staff[:239] + b"*" + staff[240:]
    [batch] = decode(make(DBF, STAFF, deleted=deleted), marked)
    assert [1, 3] == batch.frame["_record"].to_list()
    assert told == [(reject.record, reject.reason) for reject in batch.rejects]


def test_titles_name_the_columns_of_the_file(make: Make, decode: Decode, staff: bytes) -> None:
    [batch] = decode(make(DBF, "  number: integer(6)\n", titles={"number": "no"}), staff)
    assert [(1,), (2,), (3,)] == values(batch)


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        (b"     2", b"    x2", "no", "expected a whole number of at most 6 digits"),
        (b"     2", b"******", "no", "expected a whole number of at most 6 digits"),
        (b"Ada", b"A\xff\xff", "name", "holds bytes that are no gbk"),
        (b"Ada" + b" " * 27 + b" " * 8, b"Ada" + b" " * 27 + b"20260230", "born", "expected a date of eight digits"),
        (b"?", b"X", "ok", "expected T or F"),
    ],
)
def test_a_record_that_cannot_be_read_is_one_reject(
    make: Make, decode: Decode, staff: bytes, old: bytes, new: bytes, field: str, reason: str
) -> None:
    assert 1 == staff.count(old)
    damaged = staff.replace(old, new)
    [batch] = decode(make(DBF, STAFF), damaged)
    assert [1, 3] == batch.frame["no"].to_list()
    [reject] = batch.rejects
    assert (2, 239, field, reason) == (reject.record, reject.offset, reject.field, reject.reason)
    assert damaged[239:285] == reject.raw


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda content: b"no,name\n1,Ada\n" * 9, "x is no dbf file"),
        (lambda content: b"", "x is no dbf file"),
        (lambda content: content[:100], "the head breaks off"),
        (lambda content: content[:-60], "the head counts 3 records, but 1 are there"),
        (lambda content: content[:4] + struct.pack("<I", 2) + content[8:], "more than the 2 records"),
        (lambda content: content[:10] + b"\x2f" + content[11:], "the columns need 46 bytes, and a record has 47"),
        (lambda content: content[:29] + b"\0" + content[30:], "does not say how its text is encoded"),
        (lambda content: content.replace(b"NAME\0\0\0\0\0\0\0C", b"NAME\0\0\0\0\0\0\0M"), "is of the kind M"),
        (lambda content: content.replace(b"NAME\0", b"NAMX\0"), "x has no column NAME"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(
    make: Make, decode: Decode, staff: bytes, harm: Callable[[bytes], bytes], said: str
) -> None:
    with pytest.raises(BatchError, match=said):
        decode(make(DBF, STAFF), harm(staff))


def test_another_program_reads_what_is_written(make: Make, encode: Encode, tmp_path: Path) -> None:
    frame = pl.DataFrame({
        "no": [1, 2], "name": ["李喆", None], "pay": [Decimal("-12.50"), None], "born": ["2026-01-02", None],
        "ok": [True, None],
    })  # fmt: skip
    _, content = encode(make(DBF, STAFF, encoding="gbk", dates=["born"]), [Batch(frame)])
    (tmp_path / "ours.dbf").write_bytes(content)
    table = dbf.Table(str(tmp_path / "ours.dbf"))
    table.open(dbf.READ_ONLY)
    assert [
        [1, "李喆".ljust(18), Decimal("-12.5"), date(2026, 1, 2), True],
        [2, " " * 20, None, None, None],
    ] == [list(record) for record in table]
    table.close()


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ({"name": "李" * 11}, "name", "does not fit its 20 bytes"),
        ({"name": "\U0001f600"}, "name", "holds a character that gbk does not have"),
        ({"born": "2026-02-30"}, "born", "expected a date such as 2026-01-05"),
        ({"born": "20260105"}, "born", "expected a date such as 2026-01-05"),
        ({"no": None}, "no", "is required, and absent"),
    ],
)
def test_a_record_that_cannot_be_written_is_a_reject(
    make: Make, encode: Encode, decode: Decode, row: dict[str, Any], field: str, reason: str
) -> None:
    rows = [{ID: 1, "no": 1, "name": "Ada", "born": None}, {ID: 2, "no": 2, "name": "", "born": None} | row]
    codec = make(DBF, STAFF, encoding="gbk", dates=["born"])
    frame = pl.DataFrame(rows, schema_overrides={"born": pl.String})
    [batch], content = encode(codec, [Batch(frame)])
    assert [(2, field, reason)] == [(reject.id, reject.field, reject.reason) for reject in batch.rejects]
    assert [1] == decode(codec, content)[0].frame["no"].to_list()


@pytest.mark.parametrize(
    ("layout", "settings", "said"),
    [
        ("  a: text\n", {}, "a: has no size that a dbf file can hold"),
        ("  a: text(255)\n", {}, "a: has no size that a dbf file can hold"),
        ("  a: float\n", {}, r"write decimal\(n\.s\)"),
        ("  a_very_long_name: text(5)\n", {}, "A_VERY_LONG_NAME is longer than 10 bytes"),
        ("  a: integer\n", {"dates": ["a"]}, "dates: a is no text in the layout"),
        ("  a: text(5)\n", {"titles": {"b": "B"}}, "titles: the layout l has no field b"),
    ],
)
def test_a_layout_that_no_table_can_hold_is_refused(
    make: Make, encode: Encode, layout: str, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        encode(make(DBF, layout, **settings), [])


def test_a_table_is_never_in_a_page_of_a_mainframe(make: Make) -> None:
    with pytest.raises(ConfigError, match="a table is never in cp935"):
        make(DBF, "  name: text width 8\n", encoding="cp935")
