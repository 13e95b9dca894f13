"""``hrbus roundtrip``: what comes out identical, what differs, and what cannot be read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hrbus = Callable[..., Any]

COPYBOOK = """\
       01  REC.
           05  NO           PIC 9(4).
           05  PAY          PIC S9(3) COMP-3.
           05  FILLER       PIC X(2).
"""
ONE, TWO, BAD = b"0001\x12\x3cxy", b"0002\x12\x3fzz", b"000?\x12\x3cxy"


@pytest.fixture
def copybook(tmp_path: Path) -> Path:
    file = tmp_path / "REC.cpy"
    file.write_text(COPYBOOK)
    return file


def a_file(folder: Path, data: bytes) -> Path:
    file = folder / "REC.DAT"
    file.write_bytes(data)
    return file


def test_an_identical_file_is_told_with_its_counts_and_hash(tmp_path: Path, copybook: Path, hrbus: Hrbus) -> None:
    file = a_file(tmp_path, ONE + TWO)
    told = hashlib.sha256(ONE + TWO).hexdigest()
    answer = hrbus("roundtrip", file, "-c", copybook, "-e", "ascii")
    assert (0, f"identical: 2 records, 16 bytes, SHA-256 {told}\n", "") == answer


def test_rejected_records_are_listed_and_stay_in_their_places(tmp_path: Path, copybook: Path, hrbus: Hrbus) -> None:
    records = [ONE, BAD, BAD, TWO, BAD]
    data = b"".join(bytes([0, len(record) + 4, 0, 0]) + record for record in records)
    answer = hrbus("roundtrip", a_file(tmp_path, data), "-c", copybook, "-e", "ascii", "-f", "rdw")
    assert (3, True) == (answer.code, answer.out.startswith("identical: 5 records, 60 bytes"))
    assert ["record 2, byte 16", "record 3, byte 28", "record 5, byte 52"] == [
        line.partition(": ")[0] for line in answer.err.splitlines()[:3]
    ]


def test_a_difference_is_told_with_its_place_and_both_sides(tmp_path: Path, copybook: Path, hrbus: Hrbus) -> None:
    (tmp_path / "T.cpy").write_text("       01  T. 05 K PIC X(4). 05 C PIC 9(4).\n")
    file = a_file(tmp_path, ONE + TWO + b"TTTT0002")
    options = ("-o", f"trailer.copybook={tmp_path / 'T.cpy'}", "-o", "trailer.set.K=TAIL")
    answer = hrbus("roundtrip", file, "-c", copybook, "-e", "ascii", *options, "--json")
    told = json.loads(answer.out)
    assert (4, False, 2) == (answer.code, told["identical"], told["records"])
    found = told["difference"]
    assert (17, "54545430303032", "41494C30303032") == (found["offset"], found["was"], found["written"])
    answer = hrbus("roundtrip", file, "-c", copybook, "-e", "ascii", *options)
    assert (4, "REC.DAT does not come out as it went in:") == (answer.code, answer.err.splitlines()[0])


def test_values_alone_show_which_signs_they_do_not_tell(tmp_path: Path, copybook: Path, hrbus: Hrbus) -> None:
    file = a_file(tmp_path, ONE + TWO + TWO)
    answer = hrbus("roundtrip", file, "-c", copybook, "-e", "ascii", "--from-values", "--json")
    told = json.loads(answer.out)
    assert (4, False, 3) == (answer.code, told["identical"], told["records"])
    (pay,) = told["fields"]
    assert {"field": "PAY", "records": 2, "first": 2, "was": "123F", "written": "123C"}.items() <= pay.items()
    assert 1 == told["other"], "the FILLER of the first record"
    answer = hrbus("roundtrip", a_file(tmp_path, b"0001\x12\x3c  "), "-c", copybook, "-e", "ascii", "--from-values")
    assert (0, "identical from values alone: 1 records\n", "") == answer


def test_a_file_that_is_not_there_is_a_fault_of_the_command(tmp_path: Path, copybook: Path, hrbus: Hrbus) -> None:
    answer = hrbus("roundtrip", tmp_path / "NOPE.DAT", "-c", copybook)
    assert (2, True) == (answer.code, "NOPE.DAT" in answer.err)


TYPES = """
       01  R.
           05  T           PIC X.
           05  COMPANY.
               10  NAME    PIC X(4).
           05  PERSON REDEFINES COMPANY.
               10  PAY     PIC 9(3).
               10  FILLER  PIC X.
"""


def test_families_come_out_as_they_went_in_also_where_one_is_rejected(tmp_path: Path, hrbus: Hrbus) -> None:
    copybook = tmp_path / "types.cpy"
    copybook.write_text(TYPES)
    records = [b"CACME", b"P001a", b"P002", b"CBAD ", b"Pxxxb", b"P003c", b"?what", b"CLAST", b"P004d"]
    data = tmp_path / "types.dat"
    data.write_bytes(b"".join(bytes([0, len(record) + 4, 0, 0]) + record for record in records))
    types = ["segment=T", "segments.COMPANY=C", "segments.PERSON.is=P", "segments.PERSON.below=COMPANY", "short=pad"]
    told = [part for option in types for part in ("-o", option)]
    answer = hrbus("roundtrip", data, "-c", copybook, "-e", "ascii", "-f", "rdw", *told)
    assert 3 == answer.code
    assert f"identical: 3 records, {data.stat().st_size} bytes" in answer.out
    assert "1 records were rejected; their bytes stay as they are." in answer.err
    assert "record 5 below it (PERSON, byte 39): PIC 9(3)" in answer.err
