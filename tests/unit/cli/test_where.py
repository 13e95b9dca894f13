"""``hrbus where``: the passport of a value, with and without the original file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hrbus.cli import main
from hrbus.site import init
from tests.unit.cli.test_site_commands import CONNECTIONS

Hrbus = Callable[..., Any]

COPYBOOK = """\
       01  STAFF.
           05  STAFF-NO            PIC 9(8).
           05  STAFF-GIVEN         PIC X(10).
           05  STAFF-FAMILY        PIC X(10).
           05  STAFF-SKILL OCCURS 2.
               10  SKILL-CODE      PIC X(2).
               10  SKILL-LEVEL     PIC 9.
"""
MAPPING = """\
mapping: staff
layout: copybooks/STAFF.cpy
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        "@idOwner": const(ACME)
        IdValue: STAFF-NO | digits(8)
    CandidateProfile:
      PersonalData:
        PersonName:
          FormattedName: join(" ", STAFF-GIVEN, STAFF-FAMILY)
          GivenName: STAFF-GIVEN | trim | title
    Resume:
      StructuredXMLResume:
        Qualifications:
          Competency:
            $each: STAFF-SKILL
            $when: SKILL-CODE
            "@name": SKILL-CODE | trim
            CompetencyEvidence:
              NumericValue:
                "@minValue": const(0)
                "@maxValue": const(100)
                $text: SKILL-LEVEL | scale(0..9, 0..100)
"""
ROUTES = """\
routes:
  staff:
    from:
      connection: here
      folder: in
      files: "*.DAT"
      ready: now
      codec:
        type: cobol
        copybook: copybooks/STAFF.cpy
        encoding: ascii
        frame: lines
    key: [STAFF-NO]
    into: staff.yaml
"""
LINES = b"00004711ADA       LOVELACE  CB9JV4\n00004712GRACE     HOPPER    CB9  0\n"
SHA = hashlib.sha256(LINES).hexdigest()
NAME = "Candidate/CandidateProfile/PersonalData/PersonName/GivenName"
LEVEL = "Candidate/Resume/StructuredXMLResume/Qualifications/Competency/CompetencyEvidence/NumericValue"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site whose one route has taken two records; the source has archived their file."""
    folder = tmp_path_factory.mktemp("where")
    init(folder)
    (folder / "config" / "connections.yaml").write_text(CONNECTIONS)
    (folder / "config" / "routes.yaml").write_text(ROUTES)
    (folder / "config" / "jobs.yaml").write_text("jobs: {}\n")
    (folder / "mappings" / "copybooks" / "STAFF.cpy").write_text(COPYBOOK)
    (folder / "mappings" / "staff.yaml").write_text(MAPPING)
    (folder / "files" / "in").mkdir(parents=True)
    (folder / "files" / "in" / "STAFF.DAT").write_bytes(LINES)
    with pytest.raises(SystemExit) as left:
        main(["run", "staff", "--site", str(folder)])
    assert not left.value.code
    return folder


@pytest.fixture
def archived(ran: Path) -> Path:
    return ran / "files" / "in" / "archive" / "STAFF.DAT"


def where(hrbus: Hrbus, site: Path, *arguments: object) -> Any:
    return json.loads(hrbus("where", *arguments, "--site", site, "--json").out)


def test_a_value_is_traced_to_its_bytes_its_declaration_and_its_rule(ran: Path, hrbus: Hrbus) -> None:
    found = where(hrbus, ran, "4712", NAME)
    file = {"artifact": "STAFF.DAT", "sha256": SHA, "record": 2, "offset": 35}
    assert file == {name: found[name] for name in file}
    assert ("staff", 1, "sent", 1, "done") == (
        found["route"],
        found["revision"],
        found["state"],
        found["run"]["id"],
        found["run"]["state"],
    )
    assert found["mapping"]["version"] == found["mapping"]["now"]
    (value,) = found["values"]
    assert ("mappings/staff.yaml", 13, "STAFF-GIVEN") == (value["file"], value["line"], value["from"])
    assert [{"call": "trim"}, {"call": "title"}] == value["steps"]
    declared = {"file": "mappings/copybooks/STAFF.cpy", "line": 3}
    expected = {"field": "STAFF-GIVEN", "offset": 43, "length": 10, "every": [], "note": "PIC X(10)"}
    assert [expected | {"declared": declared}] == value["fields"]
    assert b"GRACE     " == LINES[43:53]


def test_without_the_original_it_says_so_and_shows_what_the_ledger_keeps(ran: Path, hrbus: Hrbus) -> None:
    found = where(hrbus, ran, "4711", NAME, "--show")
    assert "the original file is no longer kept here" == found["missing"]
    (value,) = found["values"]
    assert ["Ada"] == value["document"]
    assert [None, None] == [step["value"] for step in value["steps"]]
    assert [(None, None)] == [(field["value"], field["hex"]) for field in value["fields"]]


def test_with_the_original_bytes_and_every_step_are_shown(ran: Path, archived: Path, hrbus: Hrbus) -> None:
    answer = hrbus("where", "00004711", NAME, "--data", archived, "--show", "--site", ran)
    assert [
        NAME,
        "  mappings/staff.yaml:13:22: STAFF-GIVEN | trim | title",
        "  STAFF-GIVEN: byte 8, 10 bytes, PIC X(10)",
        "    mappings/copybooks/STAFF.cpy:3:16",
        "    X'41444120202020202020'",
        '    "ADA"',
        '  trim → "ADA"',
        '  title → "Ada"',
        '  in the document: "Ada"',
    ] == answer.out.splitlines()[-9:]


def test_a_value_of_several_fields_names_them_all(ran: Path, hrbus: Hrbus) -> None:
    (value,) = where(hrbus, ran, "4711", NAME.replace("Given", "Formatted"))["values"]
    assert [("STAFF-GIVEN", 8), ("STAFF-FAMILY", 18)] == [(each["field"], each["offset"]) for each in value["fields"]]


def test_the_items_of_a_group_lie_one_after_the_other(ran: Path, archived: Path, hrbus: Hrbus) -> None:
    (first,) = where(hrbus, ran, "4711", LEVEL)["values"][-1:]
    field = first["fields"][0]
    assert ("STAFF-SKILL[1].SKILL-LEVEL", 30, 1, [3]) == (
        field["field"],
        field["offset"],
        field["length"],
        field["every"],
    )
    values = where(hrbus, ran, "4711", LEVEL, "--data", archived, "--show")["values"]
    items = [(each["offset"], each["hex"], each["value"]) for value in values for each in value["fields"]]
    assert [(30, b"9".hex(), 9), (33, b"4".hex(), 4)] == items
    assert [["100", "44.44"]] * 2 == [value["document"] for value in values if value["fields"]]


def test_an_item_that_a_condition_leaves_out_is_said_to_be(ran: Path, archived: Path, hrbus: Hrbus) -> None:
    values = where(hrbus, ran, "4712", LEVEL, "--data", archived)["values"]
    assert [False, True] == [value["left_out"] for value in values if value["fields"]]


def test_an_element_shows_all_that_is_below_it_constants_too(ran: Path, hrbus: Hrbus) -> None:
    values = where(hrbus, ran, "4711", "Candidate/CandidateRecordInfo/")["values"]
    assert [("@idOwner", "const(ACME)"), ("IdValue", "STAFF-NO")] == [
        (value["path"].rpartition("/")[2], value["from"]) for value in values
    ]


def test_nothing_personal_is_shown_unasked(ran: Path, archived: Path, hrbus: Hrbus) -> None:
    for form in ([], ["--json"]):
        answer = hrbus("where", "4711", "Candidate", "--data", archived, "--site", ran, *form)
        assert 0 == answer.code
        for word in ("ADA", "Ada", "LOVELACE", b"ADA".hex(), "4711"):
            assert word not in answer.out


def test_another_file_is_refused_with_both_hashes(ran: Path, tmp_path: Path, hrbus: Hrbus) -> None:
    other = tmp_path / "OTHER.DAT"
    other.write_bytes(LINES + b"\n")
    answer = hrbus("where", "4711", NAME, "--data", other, "--site", ran)
    assert 2 == answer.code
    assert "is another file" in answer.err
    assert SHA in answer.err


def test_a_file_that_the_spool_still_has_is_read_there(ran: Path, hrbus: Hrbus) -> None:
    kept = ran / "var" / "spool" / SHA
    kept.write_bytes(LINES)
    try:
        found = where(hrbus, ran, "4711", NAME, "--show")
    finally:
        kept.unlink()
    assert ("", "ADA") == (found["missing"], found["values"][0]["steps"][0]["value"])


def test_a_mapping_that_has_changed_since_is_told(ran: Path, hrbus: Hrbus) -> None:
    file = ran / "mappings" / "staff.yaml"
    file.write_text(MAPPING.replace("trim | title", "trim | upper"))
    try:
        found = where(hrbus, ran, "4711", NAME)
        said = hrbus("where", "4711", NAME, "--site", ran).out
    finally:
        file.write_text(MAPPING)
    then, now = found["mapping"]["version"], found["mapping"]["now"]
    assert then != now
    assert f"made by version {then} of mappings/staff.yaml; it is {now} now" in said


@pytest.mark.parametrize(
    ("record", "path", "said"),
    [
        ("9999", NAME, "the ledger has no record of that name"),
        ("4711", NAME.replace("Given", "Gvien"), f"did you mean {NAME}?"),
        ("4711", "PositionOpening/Id", "begin the path with Candidate"),
        ("4711", NAME + "[1]", "did you mean"),
    ],
)
def test_what_is_not_there_is_said_to_be_missing(ran: Path, hrbus: Hrbus, record: str, path: str, said: str) -> None:
    answer = hrbus("where", record, path, "--site", ran)
    assert 2 == answer.code
    assert said in answer.err


def test_a_site_in_which_nothing_ran_has_no_passports(tmp_path: Path, hrbus: Hrbus) -> None:
    init(tmp_path / "site")
    answer = hrbus("where", "4711", NAME, "--site", tmp_path / "site")
    assert (2, True) == (answer.code, "Nothing has run here yet." in answer.err)
