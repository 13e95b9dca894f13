"""``hrbus layout`` and ``hrbus diff``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Hrbus

OLD = """
       01  REC.
           05  KIND             PIC X.
               88  IS-OPEN      VALUE 'O' 'P'.
           05  NAME             PIC X(10).
           05  PAY              PIC S9(5)V99 COMP-3.
           05  OTHER REDEFINES PAY.
               10  PART         PIC S9(3) SIGN LEADING SEPARATE.
           05  N                PIC 9.
           05  ITEM OCCURS 0 TO 4 TIMES DEPENDING ON N.
               10  CODE         PIC X(2).
           66  WHOLE RENAMES KIND THRU NAME.
"""
NEW = """
       01  REC.
           05  KIND             PIC X.
               88  IS-OPEN      VALUE 'O'.
           05  NAME             PIC X(12).
           05  PAY              PIC S9(5)V99 COMP-3.
           05  OTHER REDEFINES PAY.
               10  PART         PIC S9(3) SIGN LEADING SEPARATE.
           05  N                PIC 9.
           05  ITEM OCCURS 0 TO 6 TIMES DEPENDING ON N.
               10  CODE         PIC 9(2).
           05  MORE             PIC X.
"""
MAPPING = """
mapping: test
layout: copybooks/REC.cpy
document:
  Candidate:
    CandidateRecordInfo:
      $when:
        $sql: '"IS-OPEN" AND "N" > 0'
      Id:
        IdValue: NAME | trim
      Status: KIND
    Resume:
      $each: ITEM
      ResumeId: CODE
drop:
  PAY: not needed
"""


@pytest.fixture
def books(tmp_path: Path) -> tuple[Path, Path]:
    """Return the old and the new version of a copybook, which have one name."""
    files = tmp_path / "old" / "REC.cpy", tmp_path / "new" / "REC.cpy"
    for file, text in zip(files, (OLD, NEW), strict=True):
        file.parent.mkdir()
        file.write_text(text, "utf-8")
    return files


def fields(answer: str) -> dict[str, dict[str, Any]]:
    (record,) = json.loads(answer)["records"]
    return {row["name"]: row for row in record["fields"]}


def test_layout_tells_programs_the_facts_of_every_field(hrbus: Hrbus, books: tuple[Path, Path]) -> None:
    answer = hrbus("layout", books[0], "--json")
    found = fields(answer.out)
    assert (0, "") == (answer.code, answer.err)
    assert ["REC", "KIND", "NAME", "PAY", "OTHER", "PART", "N", "ITEM", "CODE", "WHOLE"] == list(found)
    assert {
        "level": 5,
        "name": "PAY",
        "offset": 11,
        "length": 4,
        "picture": "S9(5)V99",
        "usage": "COMP-3",
        "occurs": None,
        "redefines": None,
        "sign": "signed",
        "conditions": [],
        "line": 6,
    } == found["PAY"]
    assert "PAY" == found["OTHER"]["redefines"]
    assert "leading separate" == found["PART"]["sign"]
    assert {"min": 0, "max": 4, "depending": "N"} == found["ITEM"]["occurs"]
    assert {"from": "KIND", "through": "NAME"} == found["WHOLE"]["renames"]
    values = [{"value": "O", "through": None}, {"value": "P", "through": None}]
    assert [{"name": "IS-OPEN", "values": values}] == found["KIND"]["conditions"]


def test_layout_shows_people_a_table(hrbus: Hrbus, books: tuple[Path, Path]) -> None:
    lines = [line.split() for line in hrbus("layout", books[0]).out.splitlines()]
    assert ["REC:", "24", "bytes"] == lines[0]
    assert ["05", "PAY", "11", "4", "S9(5)V99", "COMP-3"] in lines
    assert ["10", "PART", "11", "4", "S9(3)", "SIGN", "LEADING", "SEPARATE"] in lines
    assert ["88", "IS-OPEN", "VALUE", "O,", "P"] in lines
    assert ["05", "ITEM", "16", "2", "0–4", "by", "N"] in lines
    assert ["66", "WHOLE", "0", "11", "renames", "KIND", "THRU", "NAME"] in lines


def test_layout_speaks_chinese(hrbus: Hrbus, books: tuple[Path, Path]) -> None:
    out = hrbus("--lang", "zh", "layout", books[0]).out
    assert "REC：24 字节" in out
    assert "0–4，由 N 决定" in out


def test_the_dialect_and_other_settings_change_sizes(hrbus: Hrbus, tmp_path: Path) -> None:
    book = tmp_path / "A"
    book.write_text("       01  A.\n           05  B PIC 9(2) COMP.\n       01  C PIC X.\n", "utf-8")
    sizes = [
        [record["length"] for record in json.loads(hrbus("layout", book, *options, "--json").out)["records"]]
        for options in ((), ("--dialect", "gnucobol"), ("--option", "dialect=mf", "--record", "A"))
    ]
    assert [[2, 1], [1, 1], [1]] == sizes


def test_a_record_that_cannot_be_read_is_a_warning_beside_the_others(hrbus: Hrbus, tmp_path: Path) -> None:
    book = tmp_path / "a.cpy"
    book.write_text("       01  A.\n       COPY GONE.\n       01  B PIC X(3).\n", "utf-8")
    answer = hrbus("layout", book, "--json")
    found = json.loads(answer.out)
    assert 0 == answer.code
    assert [("B", 3)] == [(record["name"], record["length"]) for record in found["records"]]
    assert ["the COPY member GONE is not there"] == [fault["message"] for fault in found["warnings"]]
    assert f"warning: {book}:2:8: the COPY member GONE is not there" in answer.err


def test_other_codecs_show_their_layouts_too(hrbus: Hrbus, tmp_path: Path) -> None:
    layout = tmp_path / "people.yaml"
    layout.write_text("layout: PEOPLE\nfields:\n  id: integer(9)\n  name:\n    family: text(30)\n", "utf-8")
    answer = hrbus("layout", layout, "--json")
    assert 0 == answer.code, answer.err
    assert "integer" == fields(answer.out)["id"]["usage"]


def test_a_fault_of_the_copybook_ends_the_command(hrbus: Hrbus, tmp_path: Path) -> None:
    book = tmp_path / "a.cpy"
    book.write_text("       01  A.\n           05  B PIK X.\n           05  C PIC Q.\n", "utf-8")
    answer = hrbus("layout", book)
    assert 2 == answer.code
    assert f"{book}:2:18: expected a clause, found PIK; did you mean PIC?" in answer.err
    assert f"{book}:3:22: PIC Q: expected X, A, 9" in answer.err


def test_diff_is_silent_about_what_is_the_same(hrbus: Hrbus, books: tuple[Path, Path]) -> None:
    answer = hrbus("diff", books[0], books[0])
    assert (0, "They are the same.\n") == (answer.code, answer.out)


def test_diff_tells_what_changed(hrbus: Hrbus, books: tuple[Path, Path]) -> None:
    answer = hrbus("diff", *books, "--json")
    found = json.loads(answer.out)
    assert 6 == answer.code
    assert [
        ("REC", ["resized"]),
        ("KIND", ["conditions"]),
        ("NAME", ["resized", "picture"]),
        ("PAY", ["moved"]),
        ("OTHER", ["moved"]),
        ("OTHER.PART", ["moved"]),
        ("N", ["moved"]),
        ("ITEM", ["moved", "occurs"]),
        ("ITEM.CODE", ["moved", "picture"]),
        ("WHOLE", ["removed"]),
        ("MORE", ["added"]),
    ] == [(change["field"], change["kinds"]) for change in found["changes"]]
    name = found["changes"][2]
    assert (10, 12) == (name["old"]["length"], name["new"]["length"])
    assert [] == found["mappings"]


def test_diff_tells_where_mappings_name_what_changed(hrbus: Hrbus, books: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "m.yaml").write_text(MAPPING, "utf-8")
    (folder / "other.yaml").write_text(MAPPING.replace("REC.cpy", "ELSE.cpy"), "utf-8")
    found = json.loads(hrbus("diff", *books, "--mappings", folder, "--json").out)["mappings"]
    assert [("IS-OPEN", 8, 16), ("NAME", 10, 18), ("ITEM", 13, 14), ("CODE", 14, 17)] == [
        (use["name"], use["line"], use["column"]) for use in found
    ]
    assert {str(folder / "m.yaml")} == {use["file"] for use in found}
    shown = hrbus("diff", *books, "--mappings", folder).out
    assert f"{folder / 'm.yaml'}:10:18: NAME: resized, another picture" in shown


def test_diff_pairs_records_by_name(hrbus: Hrbus, tmp_path: Path) -> None:
    old, new = tmp_path / "old.cpy", tmp_path / "new.cpy"
    old.write_text("       01  A PIC X.\n       01  B PIC X.\n", "utf-8")
    new.write_text("       01  B PIC X.\n       01  C PIC X.\n", "utf-8")
    changes = json.loads(hrbus("diff", old, new, "--json").out)["changes"]
    assert [("A", ["removed"]), ("C", ["added"])] == [(change["field"], change["kinds"]) for change in changes]


def test_a_folder_of_mappings_that_is_not_there_is_named(hrbus: Hrbus, books: tuple[Path, Path]) -> None:
    answer = hrbus("diff", *books, "--mappings", "nowhere")
    assert 2 == answer.code
    assert "there is no folder nowhere" in answer.err
