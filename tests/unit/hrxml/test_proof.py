"""Documents proven valid by their columns: which are, which are left to a parser, and what the parser then says."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hrbus.errors import HrbusError
from hrbus.hrxml import Facets, ProofError, Vocabulary, load
from hrbus.hrxml.certain import LONGEST, certain, doubt
from hrbus.hrxml.proof import doubts
from hrbus.spi import OFFSET, RECORD
from hrbus.values import Documents, Validation
from tests.conftest import ROOT

PERSON = {"PersonName": {"GivenName": ["Ada"]}}
ADDRESS = {"CountryCode": "GB", "PostalCode": "N1"}
INVENTED = Path(ROOT) / "tests" / "fuzz" / "certainty.xsd"


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    """Return a vocabulary of content models and types that no release has."""
    folder = tmp_path_factory.mktemp("schemas")
    (folder / "invented").mkdir()
    shutil.copyfile(INVENTED, folder / "invented" / "hrxml.xsd")
    return load("invented", folder)


def proven(vocabulary: Vocabulary, root: str, *trees: dict[str, Any]) -> list[bool]:
    """Return which trees are proven."""
    return vocabulary.written_column(root, pl.Series(root, trees)).proven.to_list()


def profile(**data: Any) -> dict[str, Any]:
    """Return a candidate with one profile."""
    return {"CandidateProfile": [{"PersonalData": data}]}


@pytest.mark.parametrize(
    "tree",
    [
        profile(PersonName={"GivenName": ["Ada & <Co>"]}),
        profile(ContactMethod=[{"PostalAddress": ADDRESS}]),
        profile(ContactMethod=[{"InternetEmailAddress": "ada@example.com"}, {"PostalAddress": ADDRESS}]),
        {"CandidateRecordInfo": {"Id": [{"@validFrom": "2024-02-29", "IdValue": ["1"]}], "Status": "x:Asleep"}},
        {"CandidateProfile": {"ProfileName": "one, without a list"}},
        {"CandidateRecordInfo": {"Id": [{"IdValue": ["1"]}, {"IdValue": None}]}},
        {"UserArea": {"Application": {"AppliedAt": "2026-11-22T08:00:00+08:00", "ExperienceYears": "7.5"}}},
    ],
)
def test_a_valid_document_is_proven(vocabulary: Vocabulary, tree: dict[str, Any]) -> None:
    assert [True] == proven(vocabulary, "Candidate", tree)
    assert [] == vocabulary.check(vocabulary.written_column("Candidate", pl.Series("Candidate", [tree])).xml())


@pytest.mark.parametrize(
    "tree",
    [
        profile(ContactMethod=[{"PostalAddress": {"PostalCode": "N1"}}]),
        profile(ContactMethod=[{"PostalAddress": ADDRESS}, {"PostalAddress": {"PostalCode": "N1"}}]),
        profile(ContactMethod=[{"InternetEmailAddress": "ada"}]),
        profile(PersonName={"GivenName": ["a\x00b"]}),
        profile(PersonName={"GivenName": ["\ufffe"]}),
        profile(PersonName={"GivenName": ["a" * (LONGEST + 1)]}),
        {"CandidateRecordInfo": {"Id": [{"@validFrom": "2023-02-29", "IdValue": ["1"]}]}},
        {"CandidateRecordInfo": {"Id": [{"@idOwner": "ACME"}]}},
        {"CandidateRecordInfo": {"Id": [{"IdValue": [""]}]}},
        {"CandidateRecordInfo": {"Status": "Asleep"}},
        {"CandidateProfile": [{"EducationHistory": {"SchoolOrInstitution": [{"School": [{"SchoolName": "A"}]}]}}]},
    ],
)
def test_a_document_that_may_be_wrong_is_not_proven(vocabulary: Vocabulary, tree: dict[str, Any]) -> None:
    assert [False] == proven(vocabulary, "Candidate", tree)


def test_each_row_is_proven_by_itself(vocabulary: Vocabulary) -> None:
    good, bad = profile(**PERSON), profile(ContactMethod=[{"InternetEmailAddress": "ada"}])
    trees = [good, bad, {"CandidateProfile": None}, good]
    column = pl.Series("Candidate", trees, dtype=vocabulary.dtype("Candidate", ["CandidateProfile/PersonalData"]))
    assert [True, False, True, True] == vocabulary.written_column("Candidate", column).proven.to_list()


MODELS = {"Two": ["a", "b"]}


@pytest.mark.parametrize(
    ("tree", "valid", "certain"),
    [
        (MODELS, True, True),
        ({"Two": ["a"]}, False, False),
        ({"Two": ["a"] * 4}, False, False),
        ({"Two": ["a", None, "b"]}, True, True),
        (MODELS | {"A": "x"}, True, True),
        (MODELS | {"A": "x", "B": "y"}, False, False),
        (MODELS | {"B": "x", "C": ["y", "z"]}, True, True),
        (MODELS | {"C": ["y"]}, False, False),
        (MODELS | {"D": ["y", "z"]}, True, True),
        (MODELS | {"E": "x"}, False, False),
        (MODELS | {"E": "x", "F": "y"}, True, True),
        (MODELS | {"Unordered": [{"@g": "true", "G": "x"}]}, True, True),
        (MODELS | {"Unordered": [{"@g": "true", "H": "x"}]}, False, False),
        (MODELS | {"Unordered": [{"G": "x"}]}, False, False),
        (MODELS | {"Repeated": {"I": ["x"], "J": ["y"]}}, True, False),
        (MODELS | {"Twice": {"K": "x"}}, True, False),
        (MODELS | {"Wild": {"M": "x"}}, False, False),
        (MODELS | {"Mixed": {"N": "x"}}, True, True),
        (MODELS | {"Amount": [{"@currency": "EUR", "$text": "1.50"}]}, True, True),
        (MODELS | {"Amount": ["1.50"]}, False, False),
        (MODELS | {"Amount": [{"@currency": "EUR"}]}, False, False),
        (MODELS | {"Keyed": {"P": ["x", "y"]}}, True, False),
        (MODELS | {"Keyed": {"P": ["x", "x"]}}, False, False),
        (MODELS | {"Models": [MODELS | {"A": "x"}]}, None, None),
    ],
)
def test_a_content_model_is_proven_where_the_numbers_of_children_tell_it(
    invented: Vocabulary, tree: dict[str, Any], valid: bool | None, certain: bool | None
) -> None:
    if valid is None:  # an element within itself, once
        tree, valid, certain = MODELS | {"Models": MODELS | {"A": "x"}}, True, True
    written = invented.written_column("Models", pl.Series("Models", [tree]))
    assert certain is written.proven[0]
    assert valid is not bool(invented.check(written.xml()))


def test_what_can_never_be_proven_is_told_with_its_reason(invented: Vocabulary) -> None:
    texts = ["Doubtful", "List", "Limited", "Fixed", "Narrow", "@fixed", "Code"]
    reasons = dict(doubts(invented.root("Texts"), texts))
    assert ["Doubtful", "List", "Limited", "Fixed", "@fixed"] == list(reasons)
    assert "the pattern [^0-9]+[^a] leaves a choice, which judges take differently" == reasons["Doubtful"]
    models = dict(doubts(invented.root("Models"), ["Repeated/I", "Twice/K", "Wild/M", "Keyed/P", "Mixed/N", "Two"]))
    assert ["Repeated", "Twice", "Wild", "Keyed"] == list(models)
    assert "K may stand at more than one place" == models["Twice"]


def test_nothing_in_the_profile_is_in_doubt(vocabulary: Vocabulary) -> None:
    for root in vocabulary.roots:
        assert [] == list(
            doubts(vocabulary.root(root), [node.path for node in vocabulary.root(root).walk() if node.path])
        )


def test_a_type_that_depends_on_other_places_is_in_doubt() -> None:
    assert "the type ID depends on the rest of the document" == doubt(Facets("ID", "string", "ID"))
    assert "it is a date with bounds" == doubt(Facets("d", "date", "date", minimum="2000-01-01"))
    assert "the length of hexBinary is not that of its text" == doubt(
        Facets("h", "hexBinary", "hexBinary", max_length=2)
    )


def test_many_texts_are_looked_at_once_each() -> None:
    texts = pl.Series([["2024-02-29", "2023-02-29", None][n % 3] for n in range(3000)])
    assert [True, False, True] * 1000 == certain(Facets("date", "date", "date"), texts).tolist()


# --- judging --------------------------------------------------------------------------------------------------------


def documents(*trees: dict[str, Any]) -> Documents:
    """Return candidates as records 1, 2, 3 …"""
    numbers = list(range(1, len(trees) + 1))
    return Documents(pl.DataFrame({RECORD: numbers, OFFSET: numbers, "Candidate": trees}), root="Candidate")


GOOD, BAD = profile(**PERSON), profile(PersonName={"GivenName": ["a\x00"]})
MODES = [Validation.of(text) for text in ("every", "proven", "sample(1)", "sample(3)")]


@pytest.mark.parametrize("validation", MODES, ids=str)
def test_every_way_of_judging_says_the_same(vocabulary: Vocabulary, validation: Validation) -> None:
    written = vocabulary.written(documents(GOOD, BAD, GOOD, GOOD, BAD, GOOD))
    found = written.judge(validation)
    assert [1, 4] == [failure.row for failure in found]
    assert {"the character U+0000 cannot stand in XML; take it out at the source"} == {f.reason for f in found}
    assert {"Candidate/CandidateProfile/PersonalData/PersonName/GivenName"} == {f.path for f in found}


def test_what_is_proven_is_not_parsed(vocabulary: Vocabulary, tmp_path: Path) -> None:
    judge = replace(vocabulary, path=narrower(tmp_path))
    assert [] == judge.written(documents(GOOD, GOOD)).judge(Validation.of("proven"))
    assert 2 == len(judge.written(documents(GOOD, GOOD)).judge(Validation.of("every")))


def test_a_sample_stops_where_the_parser_refuses_what_was_proven(vocabulary: Vocabulary, tmp_path: Path) -> None:
    judge = replace(vocabulary, path=narrower(tmp_path))
    with pytest.raises(ProofError, match=r"record 3: .* is a defect of hrbus.*validate: every") as caught:
        judge.written(documents(*[GOOD] * 5)).judge(Validation.of("sample(3)"))
    assert isinstance(caught.value, HrbusError)
    assert "Ada" not in str(caught.value)
    assert [] == judge.written(documents(*[GOOD] * 2)).judge(Validation.of("sample(3)"))


def narrower(folder: Path) -> Path:
    """Return a copy of the profile that takes less than the vocabulary in memory: a judge that differs."""
    shutil.copytree(ROOT / "hrxml_schemas", folder / "schemas")
    names = folder / "schemas" / "2.5" / "common.xsd"
    text = names.read_text("utf-8")
    changed = text.replace('name="GivenName" type="xs:string"', 'name="GivenName" type="xs:date"')
    assert text != changed
    names.write_text(changed, "utf-8")
    return folder / "schemas" / "2.5" / "hrxml.xsd"


@pytest.mark.parametrize("text", ["every", "proven", "sample(7)"])
def test_a_way_of_judging_is_written_as_it_is_read(text: str) -> None:
    assert text == str(Validation.of(text))


@pytest.mark.parametrize("text", ["", "all", "sample", "sample(0)", "sample(-1)", "proven()", "every "])
def test_no_other_way_of_judging_is_known(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be every, proven, or sample\(N\)"):
        Validation.of(text)
