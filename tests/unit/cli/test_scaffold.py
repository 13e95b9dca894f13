"""A first mapping checks as it is printed, drops what is sensitive, and asks where it is unsure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hrbus.site import init

Hrbus = Callable[..., Any]
STAFF = """\
       01  STAFF-REC.
           05  STAFF-NO          PIC 9(6).
           05  SURNAME           PIC X(20).
           05  FIRST-NAME        PIC X(20).
           05  E-MAIL            PIC X(40).
           05  BIRTH-DT          PIC 9(8).
           05  RELIGION-CD       PIC X.
           05  STAFF-STATUS      PIC X.
               88  STAFF-ACTIVE      VALUE 'A'.
               88  STAFF-LEFT        VALUE 'L'.
           05  MYSTERY           PIC X(4).
           05  SKILL-COUNT       PIC 9.
           05  SKILLS OCCURS 0 TO 5 DEPENDING ON SKILL-COUNT.
               10  SKILL-CODE    PIC X(4).
               10  SKILL-LEVEL   PIC 9.
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    init(tmp_path / "site")
    (tmp_path / "site/mappings/copybooks/STAFF.cpy").write_text(STAFF)
    return tmp_path / "site"


def test_a_first_mapping_has_no_fault(hrbus: Hrbus, site: Path) -> None:
    answer = hrbus("scaffold", site / "mappings/copybooks/STAFF.cpy", "--to", "Candidate")
    assert 0 == answer.code
    (site / "mappings/staff.yaml").write_text(answer.out, "utf-8")
    checked = hrbus("check", "--no-secrets", "--site", site)
    assert (0, "") == (checked.code, checked.err)


def test_names_are_placed_and_what_is_sensitive_is_dropped_with_its_reason(hrbus: Hrbus, site: Path) -> None:
    lines = hrbus("scaffold", site / "mappings/copybooks/STAFF.cpy").out.splitlines()
    assert "layout: copybooks/STAFF.cpy" in lines
    assert "          FamilyName: SURNAME | trim" in lines
    assert "          InternetEmailAddress: E-MAIL | trim | lower" in lines
    assert '  RELIGION-CD: "religion: not needed for an interview"' in lines
    assert '  BIRTH-DT: "date of birth: not needed for an interview"' in lines
    assert "  SKILL-COUNT: says how often a field repeats; the codec has used it" in lines
    assert "    L: x:STAFF-LEFT" in lines


def test_what_nobody_can_know_is_asked(hrbus: Hrbus, site: Path) -> None:
    answer = hrbus("scaffold", site / "mappings/copybooks/STAFF.cpy")
    asked = [line for line in answer.out.splitlines() if "# ?" in line]
    assert any(line.startswith("  MYSTERY:") for line in asked)
    assert f"{len(asked)} questions" in answer.err


def test_content_places_what_a_name_does_not_show(hrbus: Hrbus, site: Path, tmp_path: Path) -> None:
    copybook = site / "mappings/copybooks/CODED.cpy"
    copybook.write_text("       01  R.\n           05  F1-NO  PIC 9(4).\n           05  F2  PIC X(30).\n")
    lines = "".join(f'{{"F1-NO":{n},"F2":"p{n}@example.com"}}\n' for n in range(30))
    (tmp_path / "lines").write_text(lines)
    assert 0 == hrbus("encode", tmp_path / "lines", "-c", copybook, "--output", tmp_path / "data").code
    assert "InternetEmailAddress: F2" in hrbus("scaffold", copybook, "--sample", tmp_path / "data").out
    assert "InternetEmailAddress" not in hrbus("scaffold", copybook).out


def test_a_document_without_places_is_refused(hrbus: Hrbus, site: Path) -> None:
    answer = hrbus("scaffold", site / "mappings/copybooks/STAFF.cpy", "--to", "Report")
    assert (2, True) == (answer.code, "Candidate" in answer.err)
