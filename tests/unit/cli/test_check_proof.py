"""What ``hrbus check`` says where a vocabulary has what cannot be proven by column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hrbus.site import init

Hrbus = Callable[..., Any]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return the demonstration site, with a pattern of e-mail addresses that leaves a choice."""
    init(tmp_path / "site")
    types = tmp_path / "site" / "hrxml_schemas" / "2.5" / "simple.xsd"
    types.write_text(types.read_text("utf-8").replace(r"[^@\s]+@[^@\s]+", ".+@.+"), "utf-8")
    return tmp_path / "site"


def test_check_tells_where_only_a_parser_can_judge(hrbus: Hrbus, site: Path) -> None:
    answer = hrbus("check", "--no-secrets", "--site", site)
    assert 0 == answer.code
    (line,) = [line for line in answer.err.splitlines() if "judged by a parser" in line]
    assert "mappings/applicants.yaml:" in line
    assert "Candidate/CandidateProfile/PersonalData/ContactMethod/InternetEmailAddress: every document where" in line
    assert line.endswith("the pattern .+@.+ leaves a choice, which judges take differently")


def test_check_says_nothing_of_that_where_every_document_is_parsed_anyway(hrbus: Hrbus, site: Path) -> None:
    routes = site / "config" / "routes.yaml"
    routes.write_text(routes.read_text().replace("    into: ", "    validate: every\n    into: "))
    answer = hrbus("check", "--no-secrets", "--site", site)
    assert (0, False) == (answer.code, "judged by a parser" in answer.err)
