"""What goes where for people and programs, and faults as other programs want them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hrbus.cli.findings import github, sarif
from hrbus.errors import Fault, Place
from hrbus.site import init

Hrbus = Callable[..., Any]
FAULTS = (
    Fault("100% wrong,\nreally", Place("a,b.yaml", 3, 9), "routes.x", "write it"),
    Fault("odd", Place("c.yaml"), warning=True),
    Fault("nowhere"),
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    init(tmp_path / "site")
    return tmp_path / "site"


def test_the_report_names_classes_targets_and_fields(hrbus: Hrbus, site: Path) -> None:
    answer = hrbus("privacy", "report", "--site", site)
    assert 0 == answer.code
    assert "APPL-FAMILY-NAME" in answer.out
    assert "MARITAL" not in answer.out
    lines = hrbus("privacy", "report", "--fields", "--site", site).out
    assert "candidate.name.family" in lines


def test_the_report_for_programs_holds_every_passage(hrbus: Hrbus, site: Path) -> None:
    found = json.loads(hrbus("privacy", "report", "--json", "--site", site).out)
    assert ["recruiting"] == list(found["purposes"])
    emails = [row for row in found["passages"] if row["field"] == "APPL-EMAIL"]
    assert [("ledger", ""), ("interviews", "candidate.email")] == [(row["target"], row["written"]) for row in emails]
    assert all(row["class"] == "contact" and row["allowed"] for row in emails)


def test_a_site_without_the_file_has_nothing_to_report(hrbus: Hrbus, site: Path) -> None:
    (site / "config" / "privacy.yaml").unlink()
    answer = hrbus("privacy", "report", "--site", site)
    assert (2, True) == (answer.code, "hrbus init brings a sample" in answer.err)


def test_a_check_without_secrets_asks_for_none_and_connects_to_nothing(hrbus: Hrbus, site: Path) -> None:
    assert 2 == hrbus("check", "--site", site).code
    assert 0 == hrbus("check", "--no-secrets", "--site", site).code
    assert 2 == hrbus("check", "--no-secrets", "--connect", "--site", site).code


def test_annotations_are_escaped() -> None:
    assert [
        "::error file=a%2Cb.yaml,line=3,col=9::routes.x: 100%25 wrong,%0Areally; write it",
        "::warning file=c.yaml::odd",
        "::error ::nowhere",
    ] == list(github(FAULTS))


def test_a_sarif_log_holds_every_fault_with_its_place() -> None:
    (run,) = sarif(FAULTS)["runs"]
    first, second, third = run["results"]
    assert {"startLine": 3, "startColumn": 9} == first["locations"][0]["physicalLocation"]["region"]
    assert ("warning", "c.yaml") == (
        second["level"],
        second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
    )
    assert "locations" not in third


def test_check_answers_in_both_formats(hrbus: Hrbus, site: Path) -> None:
    file = site / "mappings" / "applicants.yaml"
    file.write_text(file.read_text("utf-8").replace("APPL-STATUS |", "APPL-STATU |"), "utf-8")
    answer = hrbus("check", "--no-secrets", "--format", "github", "--site", site)
    assert 2 == answer.code
    assert answer.out.startswith("::error file=mappings/applicants.yaml,line=")
    log = json.loads(hrbus("check", "--no-secrets", "--format", "sarif", "--site", site).out)
    assert "did you mean APPL-STATUS?" in log["runs"][0]["results"][0]["message"]["text"]
