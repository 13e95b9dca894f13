"""The page about HR-XML names every document, and everything that may stand in a UserArea."""

from __future__ import annotations

import pytest

from hrbus.hrxml import load
from tests.conftest import ROOT

VOCABULARY = load("2.5", ROOT / "hrxml_schemas")
PAGE = (ROOT / "docs" / "reference" / "hrxml.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("root", VOCABULARY.roots)
def test_the_page_names_each_document_and_its_additions(root: str) -> None:
    added = [node.name for node in VOCABULARY.root(root).walk() if node.namespace.startswith("urn:hrbus:")]
    assert [] == [name for name in [root, *added] if f"`{name}`" not in PAGE]


def test_the_paths_on_the_page_exist() -> None:
    places = {
        "Candidate": [
            "CandidateProfile/PersonalData/PersonName/GivenName",
            "CandidateProfile/PreferredPosition/RemunerationPackage/BasePay",
        ],
        "PositionOpening": ["PositionProfile/Organization/OrganizationalUnit/OrganizationalUnitName"],
        "AssessmentResult": ["Results/SupportingMaterials/ReferenceInfo/InternetWebAddress"],
    }
    for root, paths in places.items():
        for path in paths:
            assert path.removeprefix("Results/SupportingMaterials/") in PAGE
            assert path == VOCABULARY.resolve(root, path).path
