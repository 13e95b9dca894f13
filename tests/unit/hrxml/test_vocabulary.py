"""What a vocabulary says of its paths."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from hrbus.errors import ConfigError
from hrbus.hrxml import Kind, PathError, Vocabulary, load
from tests.conftest import ROOT

NAME = "CandidateProfile/PersonalData/PersonName"


def test_it_knows_the_five_documents_of_an_interview(vocabulary: Vocabulary) -> None:
    expected = {
        "Candidate",
        "PositionOpening",
        "AssessmentOrderRequest",
        "AssessmentOrderAcknowledgement",
        "AssessmentResult",
    }
    assert expected == set(vocabulary.roots)
    assert "http://ns.hr-xml.org/2007-04-15" == vocabulary.namespace


def test_a_path_leads_to_an_element_an_attribute_or_a_text(vocabulary: Vocabulary) -> None:
    paths = {
        f"{NAME}/GivenName": Kind.ELEMENT,
        "CandidateRecordInfo/Id/@idOwner": Kind.ATTRIBUTE,
        "CandidateRecordInfo/Id/IdValue/$text": Kind.TEXT,
        "@xml:lang": Kind.ATTRIBUTE,
        "": Kind.ELEMENT,
    }
    assert paths == {path: vocabulary.resolve("Candidate", path).kind for path in paths}


def test_a_path_may_begin_with_the_name_of_the_root(vocabulary: Vocabulary) -> None:
    assert f"{NAME}/GivenName" == vocabulary.resolve("Candidate", f"Candidate/{NAME}/GivenName").path
    assert "" == vocabulary.resolve("Candidate", "Candidate").path


def test_elements_of_the_extension_and_of_dublin_core_have_their_own_namespace(vocabulary: Vocabulary) -> None:
    assert "urn:hrbus:extension:1" == vocabulary.resolve("Candidate", "UserArea/Consent/AiAnalysis").namespace
    title = vocabulary.resolve("AssessmentResult", "Results/SupportingMaterials/title")
    assert "http://purl.org/dc/elements/1.1/" == title.namespace


def test_a_node_says_whether_it_repeats_and_must_stand(vocabulary: Vocabulary) -> None:
    given = vocabulary.resolve("Candidate", f"{NAME}/GivenName")
    formatted = vocabulary.resolve("Candidate", f"{NAME}/FormattedName")
    country = vocabulary.resolve("Candidate", "CandidateProfile/PersonalData/ContactMethod/PostalAddress/CountryCode")
    kind = vocabulary.resolve("Candidate", "CandidateProfile/EducationHistory/SchoolOrInstitution/@schoolType")
    assert [(True, False), (False, False), (False, True), (False, True)] == [
        (node.many, node.required) for node in (given, formatted, country, kind)
    ]


def test_of_a_choice_none_is_required_and_all_have_the_same_number(vocabulary: Vocabulary) -> None:
    date = vocabulary.resolve("Candidate", "CandidateProfile/EducationHistory/SchoolOrInstitution/Degree/DegreeDate")
    assert 1 == len({child.choice for child in date.children})
    assert 0 != date.children[0].choice
    assert [False] * 4 == [child.required for child in date.children]
    assert 0 == date.attributes[0].choice


def test_an_element_may_hold_itself_and_the_walk_still_ends(vocabulary: Vocabulary) -> None:
    path = "Resume/StructuredXMLResume/Qualifications" + "/Competency" * 9
    assert path == vocabulary.resolve("Candidate", path).path
    paths = [node.path for node in vocabulary.root("Candidate").walk()]
    assert len(paths) == len(set(paths)) < 1000


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("CandidateProfile/PersonalData/PersonNam", "did you mean PersonName"),
        (f"{NAME}/givenname", "did you mean GivenName"),
        ("CandidateRecordInfo/Id/@idowner", "did you mean @idOwner"),
        (f"{NAME}/GivenName/First", "Candidate/CandidateProfile/PersonalData/PersonName/GivenName holds text only"),
        ("CandidateRecordInfo/Zzzz", "it has Id, Status"),
    ],
)
def test_a_path_that_is_not_there_says_what_is(vocabulary: Vocabulary, path: str, said: str) -> None:
    with pytest.raises(PathError) as caught:
        vocabulary.resolve("Candidate", path)
    assert said in str(caught.value)


def test_a_document_that_is_not_there_says_what_is(vocabulary: Vocabulary) -> None:
    with pytest.raises(LookupError, match="did you mean Candidate"):
        vocabulary.root("Candidat")
    with pytest.raises(LookupError, match="it has Candidate, PositionOpening"):
        vocabulary.root("Zzz")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("CandidateRecordInfo/Status", r"one of Active, Inactive, Pending, or a text like x:\S.*"),
        ("CandidateProfile/PersonalData/PersonDescriptors/BiologicalDescriptors/GenderCode", "a text like [0129]"),
        ("CandidateRecordInfo/Id/IdValue", "a text of at least 1 character"),
        ("UserArea/Application/ExperienceYears", "a number of at most 18 digits"),
        ("UserArea/Consent/AiAnalysis", "true or false"),
    ],
)
def test_a_type_says_what_it_expects(vocabulary: Vocabulary, path: str, expected: str) -> None:
    facets = vocabulary.resolve("Candidate", path).facets
    assert facets is not None
    assert expected == facets.describe()


def test_a_canonical_type_holds_lists_where_the_vocabulary_repeats(vocabulary: Vocabulary) -> None:
    identity = pl.Struct({"IdValue": pl.List(pl.Struct({"@name": pl.String, "$text": pl.String}))})
    expected = pl.Struct({"CandidateRecordInfo": pl.Struct({"Id": pl.List(identity), "Status": pl.String})})
    paths = ["CandidateRecordInfo/Status", "CandidateRecordInfo/Id/IdValue"]
    assert expected == vocabulary.dtype("Candidate", paths)


def test_a_path_within_another_adds_nothing_to_it(vocabulary: Vocabulary) -> None:
    whole = vocabulary.dtype("Candidate", [NAME])
    assert whole == vocabulary.dtype("Candidate", [NAME, f"{NAME}/GivenName"])
    assert whole == vocabulary.dtype("Candidate", [f"{NAME}/GivenName", NAME])
    assert whole != vocabulary.dtype("Candidate", [f"{NAME}/GivenName"])


def test_a_release_that_is_not_there_is_a_fault_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"1\.0/hrxml\.xsd: there is no such schema"):
        load("1.0", tmp_path)


def test_a_schema_that_is_not_one_is_a_fault_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "9").mkdir()
    (tmp_path / "9" / "hrxml.xsd").write_text("<nonsense/>")
    with pytest.raises(ConfigError, match=r"9/hrxml\.xsd: this schema cannot be read"):
        load("9", tmp_path)


def test_a_schema_cannot_bring_in_other_files_by_entities(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    (tmp_path / "9").mkdir()
    (tmp_path / "9" / "hrxml.xsd").write_text(
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:annotation>&e;</xs:annotation></xs:schema>'
    )
    with pytest.raises(ConfigError):
        load("9", tmp_path)


def test_without_a_folder_the_one_that_came_with_hrbus_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ROOT / "hrxml_schemas" / "2.5" / "hrxml.xsd" == load("2.5").path
