"""``hrbus test``: examples and golden files, with their differences path by path."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hrbus.site import init
from tests.unit.cli.test_site_commands import CONNECTIONS
from tests.unit.cli.test_where import COPYBOOK, LINES, MAPPING, ROUTES

Hrbus = Callable[..., Any]

EXAMPLE = """\
examples:
  - record:
      STAFF-NO: "4711"
      STAFF-GIVEN: Ada
    document:
      Candidate/CandidateRecordInfo/Id/IdValue: "00004711"
"""
BAD = b"0000471XALAN      TURING    CB9  0\n"
PERSON = "CandidateProfile/PersonalData/PersonName"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a site with the one mapping that a route uses."""
    folder = tmp_path / "site"
    init(folder)
    for file in (folder / "mappings").glob("*.yaml"):
        file.unlink()
    shutil.rmtree(folder / "mappings" / "golden")
    (folder / "config" / "connections.yaml").write_text(CONNECTIONS)
    (folder / "config" / "routes.yaml").write_text(ROUTES)
    (folder / "config" / "jobs.yaml").write_text("jobs: {}\n")
    (folder / "mappings" / "copybooks" / "STAFF.cpy").write_text(COPYBOOK)
    (folder / "mappings" / "staff.yaml").write_text(MAPPING + EXAMPLE)
    (folder / "files" / "in").mkdir(parents=True)
    return folder


@pytest.fixture
def golden(site: Path) -> Path:
    """Return the folder of the mapping's golden files, with one whose result nobody has looked at yet."""
    folder = site / "mappings" / "golden" / "staff"
    folder.mkdir(parents=True)
    (folder / "two.data").write_bytes(LINES + BAD)
    return folder


def test_examples_run_there_and_back(site: Path, hrbus: Hrbus) -> None:
    answer = hrbus("test", "--site", site)
    assert (0, "mappings/staff.yaml: 1 examples, 0 golden files: as expected\n") == (answer.code, answer.out)
    (site / "mappings" / "staff.yaml").write_text(MAPPING + EXAMPLE.replace('"00004711"', '"4711"'))
    answer = hrbus("test", "staff.yaml", "--site", site)
    assert 6 == answer.code
    assert "IdValue is '00004711', not '4711'" in answer.err
    (site / "mappings" / "staff.yaml").write_text(MAPPING.replace("digits(8)", "digits(8) | cut(6)") + EXAMPLE)
    assert 6 == hrbus("test", "--site", site).code


def test_what_nobody_has_looked_at_is_no_success(site: Path, golden: Path, hrbus: Hrbus) -> None:
    answer = hrbus("test", "--site", site)
    assert 6 == answer.code
    assert "mappings/golden/staff/two.data: nobody has said what is expected; write it with" in answer.err
    assert ["two.data"] == [file.name for file in golden.iterdir()]


def test_an_update_writes_what_each_record_becomes_and_then_it_is_expected(
    site: Path, golden: Path, hrbus: Hrbus
) -> None:
    answer = hrbus("test", "--update", "--site", site)
    assert 0 == answer.code
    assert "mappings/golden/staff/two.data: written anew; look at it" in answer.out
    first, second, third = json.loads((golden / "two.expected.json").read_text("utf-8"))
    name = first["document"]["Candidate"]["CandidateProfile"][0]["PersonalData"]["PersonName"]
    assert {"FormattedName": "ADA LOVELACE", "GivenName": ["Ada"]} == name
    assert [1, 2, 3] == [each["record"] for each in (first, second, third)]
    assert ("decode", "STAFF-NO") == (third["rejected"]["stage"], third["rejected"]["field"])
    again = hrbus("test", "--update", "--site", site)
    assert (0, False) == (again.code, "written" in again.out)
    assert "1 golden files: as expected" in hrbus("test", "--site", site).out


def test_a_difference_is_told_by_record_and_path_with_both_values(site: Path, golden: Path, hrbus: Hrbus) -> None:
    hrbus("test", "--update", "--site", site)
    (site / "mappings" / "staff.yaml").write_text(MAPPING.replace("trim | title", "trim") + EXAMPLE)
    answer = hrbus("test", "--site", site)
    assert 6 == answer.code
    path = f"    Candidate/{PERSON}/GivenName"
    assert [
        "mappings/staff.yaml: 1 examples, 1 golden files: not as expected",
        "  mappings/golden/staff/two.data, record 1",
        path,
        '      expected "Ada"',
        '      got      "ADA"',
        "  mappings/golden/staff/two.data, record 2",
        path,
        '      expected "Grace"',
        '      got      "GRACE"',
    ] == answer.out.splitlines()


def test_a_record_that_is_now_rejected_and_one_that_is_gone_are_differences(
    site: Path, golden: Path, hrbus: Hrbus
) -> None:
    hrbus("test", "--update", "--site", site)
    (golden / "two.data").write_bytes(LINES.replace(b"00004712", b"0000471X"))
    found = json.loads(hrbus("test", "--site", site, "--json").out)["mappings"][0]["golden"][0]
    second = {each["path"]: (each["expected"], each["got"]) for each in found["differences"] if each["record"] == 2}
    assert (None, "STAFF-NO") == second["rejected/field"]
    assert ("Grace", None) == second[f"Candidate/{PERSON}/GivenName"]
    third = [each for each in found["differences"] if each["record"] == 3]
    assert [{"record": 3, "path": "", "expected": "a record", "got": None}] == third


def test_a_second_item_has_its_number(site: Path, golden: Path, hrbus: Hrbus) -> None:
    hrbus("test", "--update", "--site", site)
    (golden / "two.data").write_bytes(LINES.replace(b"JV4", b"JV5") + BAD)
    (found,) = json.loads(hrbus("test", "--site", site, "--json").out)["mappings"][0]["golden"][0]["differences"]
    level = "Candidate/Resume/StructuredXMLResume/Qualifications/Competency[2]/CompetencyEvidence/NumericValue"
    assert (level, "44.44", "55.56") == (found["path"], found["expected"], found["got"])


def test_documents_are_written_as_records_by_a_mapping_that_goes_out(
    tmp_path: Path, root: Path, hrbus: Hrbus
) -> None:
    folder = tmp_path / "site"
    init(folder)
    golden = folder / "mappings" / "golden" / "results-file"
    golden.mkdir(parents=True, exist_ok=True)
    score = {"$text": "82"}
    result = {"Results": [{"OverallResult": {"Score": [score]}}]}
    document = [{"AssessmentResult": result}, {"AssessmentResult": {}}]
    (golden / "mine.documents.json").write_text(json.dumps(document))
    assert 0 == hrbus("test", "results-file.yaml", "--update", "--site", folder).code
    expected = json.loads((golden / "mine.expected.json").read_text("utf-8"))
    assert [{"record": 1, "fields": {"RES-REC-TYPE": "D", "RES-SCORE": "82.00"}}] == expected[:1]
    assert [{"record": 2, "fields": {"RES-REC-TYPE": "D"}}] == expected[1:]
    assert 0 == hrbus("test", "results-file.yaml", "--site", folder).code
    score["$text"] = "83"
    (golden / "mine.documents.json").write_text(json.dumps(document))
    answer = hrbus("test", "results-file.yaml", "--site", folder)
    assert 6 == answer.code
    assert "mine.documents.json, record 1" in answer.out


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("two.expected.json", "[{]", "two.expected.json: is not JSON"),
        ("two.expected.json", "{}", "two.expected.json: must hold a list of objects"),
        (
            "one.documents.json",
            '[{"Candidate": {"CandidateProfile": {}}}]',
            "one.documents.json: a Candidate has ano",
        ),
        ("one.documents.json", "[1]", "one.documents.json: must hold a list of objects"),
        ("old.expected.json", "[]", "old.expected.json: nothing goes in; put old.data"),
        ("two.documents.json", "[]", "two files have one name"),
    ],
)
def test_a_golden_file_that_cannot_be_used_is_told(
    site: Path, golden: Path, hrbus: Hrbus, name: str, text: str, said: str
) -> None:
    (golden / name).write_text(text)
    answer = hrbus("test", "--site", site)
    assert answer.code in (2, 6)
    assert said in answer.err


def test_a_folder_that_belongs_to_no_mapping_is_told(site: Path, hrbus: Hrbus) -> None:
    folder = site / "mappings" / "golden" / "stuff"
    folder.mkdir(parents=True)
    (folder / "one.data").write_bytes(LINES)
    answer = hrbus("test", "--site", site)
    assert 6 == answer.code
    assert "mappings/golden/stuff belongs to no mapping" in answer.out


def test_a_mapping_at_fault_leaves_with_2_and_the_others_are_tried(site: Path, hrbus: Hrbus) -> None:
    (site / "mappings" / "broken.yaml").write_text(MAPPING.replace("STAFF-NO", "STAFF-NR"))
    answer = hrbus("test", "--site", site)
    assert 2 == answer.code
    assert "did you mean STAFF-NO?" in answer.err
    assert "mappings/staff.yaml: 1 examples, 0 golden files: as expected" in answer.out
