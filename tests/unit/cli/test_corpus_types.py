"""Other people's files of several record types (shared/corpus), read by command line as they read them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import shared

Hrbus = Callable[..., Any]

THEIRS = {"File_Id", "Record_Id", "Record_Byte_Length", "Seg_Id0", "Seg_Id1", "Seg_Id2"}
"""What the other tool adds to every record."""
TYPES = ("COMPANY", "DEPT", "EMPLOYEE", "OFFICE", "CUSTOMER", "CONTACT", "CONTRACT")
PARENTS = {"DEPT": "COMPANY", "EMPLOYEE": "DEPT", "OFFICE": "DEPT"}
PARENTS |= {"CUSTOMER": "COMPANY", "CONTACT": "CUSTOMER", "CONTRACT": "CUSTOMER"}


def records(data: bytes, head: int, length: Callable[[bytes], int]) -> Iterator[bytes]:
    """Yield the records of a file in which each stands behind a head that tells its length."""
    at = 0
    while at < len(data):
        size = length(data[at : at + head])
        yield data[at + head : at + head + size]
        at += head + size


def words(found: Iterator[bytes]) -> bytes:
    """Return records behind descriptor words as z/OS writes them."""
    return b"".join((len(record) + 4).to_bytes(2, "big") + b"\0\0" + record for record in found)


def said(value: Any) -> Any:
    """Return a record as both tools can say it: names alike, without what is empty or of the tool's own."""
    if isinstance(value, dict):
        made = {name.replace("-", "_").upper(): said(one) for name, one in value.items() if name not in THEIRS}
        return {name: one for name, one in made.items() if one not in (None, "", [], {})}
    if isinstance(value, list):
        return [said(one) for one in value]
    return Decimal(str(value)) if isinstance(value, int | float | Decimal) else value


def read(text: str) -> list[Any]:
    return [said(json.loads(line, parse_float=Decimal)) for line in text.splitlines() if line.strip()]


def test_two_copybooks_are_two_readings_of_one_record(hrbus: Hrbus) -> None:
    folder = shared("corpus/cobrix/data")
    books = ["-c", folder / "test12_copybook_a.cob", "-c", folder / "test12_copybook_b.cob"]
    for copybooks in (books, ["-c", folder / "test12_copybook.cob"]):
        code, out, err = hrbus("decode", folder / "test12_data" / "data.dat", *copybooks, "-e", "ascii")
        assert (0, "") == (code, err)
        expected = (folder / "test12_expected" / "test12.txt").read_text().replace('"LAST NAME"', '" LAST NAME"')
        assert read(expected) == read(out)


@pytest.mark.parametrize(
    "options",
    [["-o", "segments.STATIC-DETAILS=[C, D]", "-o", "segments.CONTACTS=P"], []],
    ids=["with the map", "by what fits"],
)
def test_companies_and_their_contacts(hrbus: Hrbus, tmp_path: Path, options: list[str]) -> None:
    folder = shared("corpus/cobrix/data")
    (data,) = (folder / "test14_data").iterdir()
    found = records(data.read_bytes(), 4, lambda head: int.from_bytes(head[2:], "little") - 4)
    (tmp_path / "data").write_bytes(words(found))
    number = ["-o", "select.TAXPAYER-NUM={field: TAXPAYER-TYPE, is: N}"]
    command = ["-c", folder / "test14_copybook.cob", "-f", "rdw", "-o", "segment=SEGMENT-ID", *number, *options]
    code, out, err = hrbus("decode", tmp_path / "data", *command)
    assert (0, not options) == (code, "is taken for" in err)
    expected = read((folder / "test14_expected" / "test14.txt").read_text())
    for record in expected:
        taxpayer = record.get("STATIC_DETAILS", {}).get("TAXPAYER", {})
        if taxpayer.get("TAXPAYER_TYPE") == "N":
            taxpayer.pop("TAXPAYER_STR", None)  # the bytes of the number, read as text
    assert expected == read(out)[: len(expected)]
    assert 100 == len(read(out))


def hierarchical(folder: Path) -> bytes:
    """Return the file of seven types; low-values that stand behind two numbers are put before them, as zeros."""
    data = (folder / "test17" / "HIERARCHICAL.DATA.RDW.dat").read_bytes()

    def filled(record: bytes) -> bytes:
        if record[0] != 0xF4:
            return record
        numbers = [record[at:end].rstrip(b"\0").rjust(end - at, b"\xf0") for at, end in ((31, 34), (34, 38))]
        return record[:31] + b"".join(numbers)

    return words(map(filled, records(data, 4, lambda head: int.from_bytes(head[2:], "little"))))


@pytest.mark.parametrize("case", ["test17a", "test17b", "test17c", "by what fits"])
@pytest.mark.parametrize("size", [7, 10_000])
def test_companies_with_all_that_is_below_them(hrbus: Hrbus, tmp_path: Path, case: str, size: int) -> None:
    folder = shared("corpus/cobrix/data")
    (tmp_path / "data").write_bytes(hierarchical(folder))
    nested = case == "test17c"
    below = {name: f", below: {PARENTS[name]}" if nested and name in PARENTS else "" for name in TYPES}
    types = [f"segments.{name}={{is: {number}{below[name]}}}" for number, name in enumerate(TYPES, 1)]
    options = [f"batch_records={size}", "segment=SEGMENT-ID", *([] if case == "by what fits" else types)]
    command = ["-c", folder / "test17_hierarchical.cob", "-f", "rdw", *(f"-o{option}" for option in options)]
    code, out, err = hrbus("decode", tmp_path / "data", *command)
    assert (0, 7 if case == "by what fits" else 0) == (code, len(err.splitlines()))
    name = "test17a" if case == "by what fits" else case
    expected = read((folder / "test17_expected" / f"{name}.txt").read_text())
    assert expected == read(out)[: len(expected)]
    assert (50 if nested else 951) == len(read(out))
    if not nested:
        return
    (tmp_path / "lines").write_text(out)
    again = hrbus("encode", tmp_path / "lines", "--output", tmp_path / "again", *command)
    assert (0, out) == (again.code, hrbus("decode", tmp_path / "again", *command).out)


def test_orders_whose_records_have_no_level_01(hrbus: Hrbus) -> None:
    """What is not rejected is as the other tool has it; that also takes numbers that stop at a blank."""
    folder = shared("corpus/cobol2json")
    types = ["PO-Record=H1", "Product-Record=D1", "Location-Record=S1"]
    command = ["-e", "ascii", "-f", "lines", "-o", "segment=Record-Type", "-o", "blank_numeric=null"]
    command += [part for one in types for part in ("-o", f"segments.{one}")]
    data = folder / "Ams_PODownload_20041231.txt"
    _, out, err = hrbus("decode", data, "-c", folder / "amsPoDownload05.cbl", *command)
    gone = {int(number) for number in re.findall(r"^record (\d+),", err, re.MULTILINE)}
    text = (folder / "amsPoDownload05.json").read_text()
    (everything,) = json.loads(text, parse_float=Decimal).values()
    assert 60 < len(everything) - len(gone)
    assert [said(one) for number, one in enumerate(everything, 1) if number not in gone] == read(out)
