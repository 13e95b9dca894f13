"""Made-up documents of every root: what is written is read back, what the profile takes the release takes too."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrbus.hrxml import Vocabulary, add_official, load
from hrbus.hrxml.files import official_validator
from hrbus.hrxml.validate import Validator
from tests.conftest import ROOT, shared
from tests.fuzz.hrxml_documents import CONTROL, any_text, trees

VOCABULARY = load("2.5", ROOT / "hrxml_schemas")
ROOTS = VOCABULARY.roots
EXAMPLES = int(os.environ.get("HRBUS_FUZZ", "8"))
"""How many examples each property is tried with; more of them on a long night."""
patient = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.fixture(scope="session")
def official(tmp_path_factory: pytest.TempPathFactory) -> Validator:
    """Return the judge by the official schemas, taken in as a user would."""
    source = shared("hrxml/2.5")
    site = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "hrxml_schemas", site / "hrxml_schemas", ignore=shutil.ignore_patterns("official"))
    add_official(site, source)
    return official_validator(load("2.5", site / "hrxml_schemas"), site / "hrxml_schemas")


def column(root: str, documents: list[dict[str, Any]], vocabulary: Vocabulary = VOCABULARY) -> pl.Series:
    """Return documents as a column of the whole canonical type."""
    return pl.Series(root, documents, dtype=vocabulary.dtype(root, []))


def complete(tree: dict[str, Any], root: str) -> dict[str, Any]:
    """Return the tree as XML brings it back: an element with attributes always has a text."""
    node = VOCABULARY.root(root)

    def walk(node: Any, tree: Any) -> Any:
        if not isinstance(tree, dict):
            return tree
        found: dict[str, Any] = {"$text": ""} if "$text" in node.fields else {}
        for name, value in tree.items():
            child = node.fields[name]
            found[name] = [walk(child, item) for item in value] if child.many else walk(child, value)
        return {name: found[name] for name in node.fields if name in found}

    whole: dict[str, Any] = walk(node, tree)
    return whole


@pytest.mark.parametrize("root", ROOTS)
@patient
@given(data=st.data())
def test_any_text_in_any_place_is_read_back_from_xml_and_json(root: str, data: st.DataObject) -> None:
    documents = data.draw(st.lists(trees(VOCABULARY.root(root), any_text), min_size=1, max_size=4))
    trees_column = column(root, documents)
    payloads = VOCABULARY.written_column(root, trees_column).payload()
    assert documents == [json.loads(payload) for payload in payloads]
    texts = VOCABULARY.written_column(root, trees_column).xml()
    assert [(root, complete(d, root)) for d in documents] == [VOCABULARY.read(text.encode()) for text in texts]
    again = VOCABULARY.read_payloads(payloads, root, [])
    assert payloads.to_list() == VOCABULARY.written_column(root, again).payload().to_list()


@pytest.mark.parametrize("root", ROOTS)
@patient
@given(data=st.data())
def test_what_the_profile_takes_the_official_release_takes_too(
    official: Validator, root: str, data: st.DataObject
) -> None:
    documents = data.draw(st.lists(trees(VOCABULARY.root(root)), min_size=1, max_size=6))
    texts = VOCABULARY.written_column(root, column(root, documents)).xml()
    assert [] == VOCABULARY.check(texts)
    assert [] == official.check(texts)


@pytest.mark.parametrize("root", ROOTS)
@patient
@given(data=st.data())
def test_where_the_profile_takes_any_text_the_official_release_does_too(
    official: Validator, root: str, data: st.DataObject
) -> None:
    texts = st.one_of(any_text, st.sampled_from(["0", "true", "x:y", "2026-11-22", "US", "-1.5E3", "INF"]))
    documents = data.draw(st.lists(trees(VOCABULARY.root(root), texts, depth=3), min_size=1, max_size=6))
    rendered = VOCABULARY.written_column(root, column(root, documents)).xml()
    refused = {failure.row for failure in VOCABULARY.check(rendered)}
    accepted = [text for row, text in enumerate(rendered) if row not in refused]
    assert [] == official.check(pl.Series(accepted, dtype=pl.String))


@patient
@given(text=st.sampled_from(CONTROL), data=st.data())
def test_a_character_that_xml_cannot_carry_is_one_failure_and_named_by_number(text: str, data: st.DataObject) -> None:
    documents = data.draw(st.lists(trees(VOCABULARY.root("Candidate")), min_size=2, max_size=5))
    row = data.draw(st.integers(0, len(documents) - 1))
    documents[row] = {"CandidateRecordInfo": {"Id": [{"@idOwner": "A", "IdValue": [{"$text": text}]}]}}
    failures = VOCABULARY.check(VOCABULARY.written_column("Candidate", column("Candidate", documents)).xml())
    assert [row] == [failure.row for failure in failures]
    assert failures[0].reason.startswith("the character U+")
    assert "Candidate/CandidateRecordInfo/Id/IdValue" == failures[0].path


@given(text=st.text(st.characters(categories=["Cs"]), min_size=1, max_size=3))
def test_a_lone_surrogate_never_enters_a_column(text: str) -> None:
    with pytest.raises(UnicodeEncodeError):
        pl.Series([f"a{text}b"])


def test_a_very_long_text_and_a_very_long_list_pass() -> None:
    descriptors = {"Nationality": ["x" * 10] * 2_000}
    profile = {
        "PersonalData": {"PersonDescriptors": {"DemographicDescriptors": descriptors}},
        "ProfileName": "y" * 5_000_000,
    }
    documents = [{"CandidateProfile": [profile]}]
    texts = VOCABULARY.written_column("Candidate", column("Candidate", documents)).xml()
    assert [] == VOCABULARY.check(texts)
    assert ("Candidate", documents[0]) == VOCABULARY.read(texts[0].encode())
