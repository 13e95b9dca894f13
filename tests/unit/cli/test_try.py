"""``hrbus try``: one record at every step, in a site and outside of its routes."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hrbus.cli.watch import saves
from tests.unit.cli.test_site_commands import declare

Hrbus = Callable[..., Any]

COPYBOOK = """\
       01  STAFF.
           05  STAFF-NO            PIC 9(8).
           05  STAFF-GIVEN         PIC X(10).
           05  STAFF-BORN          PIC 9(8).
"""
MAPPING = """\
mapping: staff
layout: copybooks/STAFF.cpy
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        IdValue: STAFF-NO | digits(8)
    CandidateProfile:
      PersonalData:
        PersonName:
          GivenName: STAFF-GIVEN | trim | title
    UserArea:
      Application:
        AppliedAt: STAFF-BORN | date(%Y%m%d)
"""
OPTIONS = ("--encoding", "ascii", "--frame", "lines")
LINES = "00004711ADA       18151210\n00004712GRACE     19061399\n0000471XALAN      19120623\n"


@pytest.fixture
def site(tmp_path: Path, hrbus: Hrbus) -> Path:
    """Return a site with a mapping that no route uses, and a file for it."""
    folder = tmp_path / "site"
    hrbus("init", folder)
    declare(folder)
    (folder / "mappings" / "copybooks" / "STAFF.cpy").write_text(COPYBOOK)
    (folder / "mappings" / "staff.yaml").write_text(MAPPING)
    (folder / "STAFF.DAT").write_text(LINES)
    return folder


def test_a_record_is_shown_step_by_step_with_its_document_and_its_way_back(site: Path, hrbus: Hrbus) -> None:
    answer = hrbus("try", "staff.yaml", site / "STAFF.DAT", "--site", site, *OPTIONS)
    assert 0 == answer.code
    assert f"mappings/staff.yaml: record 1 of {site / 'STAFF.DAT'}, byte 0" in answer.out
    rows = [line.split() for line in answer.out.splitlines()]
    path = "Candidate/CandidateProfile/PersonalData/PersonName/GivenName"
    assert ["STAFF-GIVEN", '"ADA"', "trim", "→", '"ADA"', path, '"Ada"'] in rows
    assert ["title", "→", '"Ada"'] in rows
    assert '"AppliedAt": "1815-12-10"' in answer.out
    assert 'STAFF-GIVEN: "ADA" → "Ada" (the case does not come back)' in answer.out
    assert "on the way back, 2 fields are as they were" in answer.out


def test_programs_get_the_same_in_json(site: Path, hrbus: Hrbus) -> None:
    answer = hrbus("try", site / "mappings/staff.yaml", site / "STAFF.DAT", "--site", site, *OPTIONS, "--json")
    found = json.loads(answer.out)
    assert (1, 0, None) == (found["record"], found["offset"], found["reject"])
    assert {
        "path": "Candidate/CandidateRecordInfo/Id/IdValue",
        "file": "mappings/staff.yaml",
        "line": 7,
        "fields": [{"field": "STAFF-NO", "value": 4711}],
        "steps": [{"call": "digits(8)", "value": "00004711", "failed": ""}],
        "value": "00004711",
        "left_out": False,
    } == found["lines"][0]
    assert "1815-12-10" == found["document"]["Candidate"]["UserArea"]["Application"]["AppliedAt"]
    back = {each["field"]: (each["was"], each["now"], each["same"]) for each in found["back"]}
    assert {
        "STAFF-NO": (4711, 4711, True),
        "STAFF-GIVEN": ("ADA", "Ada", False),
        "STAFF-BORN": (18151210, 18151210, True),
    } == back


def test_a_record_that_does_not_map_shows_where_and_leaves_with_3(site: Path, hrbus: Hrbus) -> None:
    answer = hrbus("try", "staff.yaml", site / "STAFF.DAT", "-n", 2, "--site", site, *OPTIONS)
    assert 3 == answer.code
    assert "date(%Y%m%d) ✗ the value is not a date of the form %Y%m%d" in answer.out
    assert "rejected (map): STAFF-BORN: date(%Y%m%d): the value is not a date" in answer.out


def test_a_record_that_cannot_be_read_shows_where_and_leaves_with_3(site: Path, hrbus: Hrbus) -> None:
    answer = hrbus("try", "staff.yaml", site / "STAFF.DAT", "-n", 3, "--site", site, *OPTIONS)
    assert 3 == answer.code
    assert "record 3 of" in answer.out
    assert "byte 54" in answer.out
    assert "rejected (decode): STAFF-NO: PIC 9(8)" in answer.out


def test_a_document_that_is_no_hrxml_is_shown_and_told(site: Path, hrbus: Hrbus) -> None:
    file = site / "mappings" / "staff.yaml"
    file.write_text(MAPPING.replace("date(%Y%m%d)", "number"))
    answer = hrbus("try", "staff.yaml", site / "STAFF.DAT", "--site", site, *OPTIONS)
    assert 3 == answer.code
    assert '"AppliedAt": "18151210"' in answer.out
    assert "rejected (check): " in answer.out


def test_a_record_behind_the_end_says_how_many_there_are(site: Path, hrbus: Hrbus) -> None:
    answer = hrbus("try", "staff.yaml", site / "STAFF.DAT", "-n", 9, "--site", site, *OPTIONS)
    assert 2 == answer.code
    assert "has no record 9; it holds 3 records" in answer.err


def test_a_mapping_that_is_not_there_is_told_with_those_that_are(site: Path, hrbus: Hrbus) -> None:
    answer = hrbus("try", "stuff.yaml", site / "STAFF.DAT", "--site", site)
    assert 2 == answer.code
    assert "there is no mapping stuff.yaml" in answer.err
    assert "staff.yaml" in answer.err


def test_without_options_the_records_are_read_as_the_route_reads_them(site: Path, hrbus: Hrbus) -> None:
    copybook = site / "mappings" / "copybooks" / "VACREC.cpy"
    made = hrbus("twin", copybook, "-e", "ascii", "-f", "lines", "-n", 3, "--output", site / "V.DAT")
    assert 0 == made.code
    found = json.loads(hrbus("try", "vacancies.yaml", site / "V.DAT", "-n", 3, "--site", site, "--json").out)
    assert 3 == found["record"]
    assert "VAC-NO" in {each["field"] for line in found["lines"] for each in line["fields"]}


def test_watching_standard_input_is_refused(site: Path, hrbus: Hrbus) -> None:
    answer = hrbus("try", "staff.yaml", "-", "--watch", "--site", site, *OPTIONS)
    assert 2 == answer.code
    assert "name a file" in answer.err


def test_watching_tells_of_each_save_once_also_where_a_file_is_new_or_gone(tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    (folder / "tables").mkdir(parents=True)
    data, table, new = tmp_path / "D.DAT", folder / "tables" / "t.csv", folder / "new.yaml"
    data.write_text("1")
    table.write_text("a,b\n")
    acts = [
        lambda: table.write_text("a,b\nc,d\n"),
        lambda: os.utime(data, ns=(1, 1)),
        lambda: new.write_text(""),
        new.unlink,
    ]
    changes = saves(folder, data, pause=0.01)
    next(changes)
    for act in acts:
        later = threading.Timer(0.05, act)
        later.start()
        next(changes)
        later.join()
    waiting = threading.Thread(target=next, args=(changes,), daemon=True)
    waiting.start()
    time.sleep(0.1)
    assert waiting.is_alive()
    data.write_text("2 and last")
    waiting.join(5)
    assert not waiting.is_alive()
