"""Trees in columns, rendered as HR-XML and as canonical JSON."""

from __future__ import annotations

import itertools
import json
from typing import Any

import polars as pl
import pytest

from hrbus.hrxml import PathError, Vocabulary
from hrbus.values import Documents

HEAD = '<Candidate xmlns="http://ns.hr-xml.org/2007-04-15">'


def xml(vocabulary: Vocabulary, *documents: Any, dtype: Any = None) -> list[str]:
    """Return the texts of documents without the root's own tags."""
    texts = vocabulary.written_column("Candidate", pl.Series(documents, dtype=dtype)).xml()
    return [text.removeprefix(HEAD).removesuffix("</Candidate>") for text in texts]


def payload(vocabulary: Vocabulary, *documents: Any) -> list[str]:
    """Return the payloads of documents."""
    return vocabulary.written_column("Candidate", pl.Series(documents)).payload().to_list()


def test_what_is_null_is_absent(vocabulary: Vocabulary) -> None:
    record = {"CandidateRecordInfo": {"Id": {"@idOwner": None, "IdValue": "7"}, "Status": None}}
    expected = "<CandidateRecordInfo><Id><IdValue>7</IdValue></Id></CandidateRecordInfo>"
    assert [expected] == xml(vocabulary, record)
    assert ['{"CandidateRecordInfo":{"Id":[{"IdValue":[{"$text":"7"}]}]}}'] == payload(vocabulary, record)


def test_a_parent_without_children_vanishes(vocabulary: Vocabulary) -> None:
    empty = {"CandidateRecordInfo": {"Id": {"@idOwner": None, "IdValue": None}, "Status": None}}
    full = {"CandidateRecordInfo": {"Id": {"@idOwner": "A", "IdValue": "7"}, "Status": "Active"}}
    written = (
        '<CandidateRecordInfo><Id idOwner="A"><IdValue>7</IdValue></Id><Status>Active</Status></CandidateRecordInfo>'
    )
    assert ["", written, ""] == xml(vocabulary, empty, full, None)
    assert ["{}", "{}"] == payload(vocabulary, empty, full, None)[::2]


def test_a_batch_of_nothing_but_empty_documents_keeps_its_rows(vocabulary: Vocabulary) -> None:
    dtype = pl.Struct({"CandidateRecordInfo": pl.Struct({"Status": pl.String})})
    column = pl.Series([{}, None, {}], dtype=dtype)
    assert [f"{HEAD}</Candidate>".replace("></Candidate>", "/>")] * 3 == vocabulary.written_column(
        "Candidate", column
    ).xml().to_list()
    assert ["{}"] * 3 == vocabulary.written_column("Candidate", column).payload().to_list()


def test_no_documents_give_no_texts(vocabulary: Vocabulary) -> None:
    column = pl.Series([], dtype=vocabulary.dtype("Candidate", []))
    assert [] == vocabulary.written_column("Candidate", column).xml().to_list()
    assert [] == vocabulary.written_column("Candidate", column).payload().to_list()


def test_an_empty_text_is_there(vocabulary: Vocabulary) -> None:
    record = {"CandidateProfile": {"ProfileName": ""}}
    assert ["<CandidateProfile><ProfileName></ProfileName></CandidateProfile>"] == xml(vocabulary, record)
    assert ['{"CandidateProfile":[{"ProfileName":""}]}'] == payload(vocabulary, record)


def test_the_order_is_that_of_the_vocabulary_whatever_the_frame_has(vocabulary: Vocabulary) -> None:
    name = {"FamilyName": "Lovelace", "GivenName": "Ada", "FormattedName": "Ada Lovelace"}
    record = {"CandidateProfile": {"PersonalData": {"PersonName": name}, "@xml:lang": "en"}}
    expected = (
        '<CandidateProfile xml:lang="en"><PersonalData><PersonName><FormattedName>Ada Lovelace</FormattedName>'
        "<GivenName>Ada</GivenName><FamilyName>Lovelace</FamilyName></PersonName></PersonalData></CandidateProfile>"
    )
    assert [expected] == xml(vocabulary, record)
    profile = json.loads(payload(vocabulary, record)[0])["CandidateProfile"][0]
    assert ["@xml:lang", "PersonalData"] == list(profile)
    assert ["FormattedName", "GivenName", "FamilyName"] == list(profile["PersonalData"]["PersonName"])


def test_text_is_escaped_so_that_it_comes_back_as_it_was(vocabulary: Vocabulary) -> None:
    poison = "a&b<c>d]]>\r\n\t\"'"
    record = {"CandidateRecordInfo": {"Id": {"@idOwner": poison, "IdValue": poison}}}
    text = vocabulary.written_column("Candidate", pl.Series([record])).xml()[0]
    assert "a&amp;b&lt;c&gt;d]]&gt;&#13;\n\t\"'" in text
    assert 'idOwner="a&amp;b&lt;c>d]]>&#13;&#10;&#9;&quot;\'"' in text
    expected = {"CandidateRecordInfo": {"Id": [{"@idOwner": poison, "IdValue": [{"$text": poison}]}]}}
    assert ("Candidate", expected) == vocabulary.read(text.encode())
    assert expected == json.loads(payload(vocabulary, record)[0])


def test_every_control_character_is_escaped_in_json(vocabulary: Vocabulary) -> None:
    text = "".join(map(chr, range(0x80))) + "\u2028\U0001f600"
    record = {"CandidateProfile": {"ProfileName": text}}
    assert text == json.loads(payload(vocabulary, record)[0])["CandidateProfile"][0]["ProfileName"]


def test_a_document_without_special_characters_is_not_changed_by_its_neighbours(vocabulary: Vocabulary) -> None:
    records = [{"CandidateProfile": {"ProfileName": name}} for name in ("plain", "a&b", None)]
    assert ["<CandidateProfile><ProfileName>plain</ProfileName></CandidateProfile>", ""] == xml(vocabulary, *records)[
        ::2
    ]


def test_lists_keep_their_order_and_leave_out_empty_items(vocabulary: Vocabulary) -> None:
    jobs = [{"EmployerOrgName": "A"}, {"EmployerOrgName": None}, {"EmployerOrgName": "B"}, None]
    records = [{"CandidateProfile": {"EmploymentHistory": {"EmployerOrg": value}}} for value in (jobs, [], None)]
    written = "".join(f"<EmployerOrg><EmployerOrgName>{x}</EmployerOrgName></EmployerOrg>" for x in "AB")
    expected = f"<CandidateProfile><EmploymentHistory>{written}</EmploymentHistory></CandidateProfile>"
    assert [expected, "", ""] == xml(vocabulary, *records)
    organizations = '[{"EmployerOrgName":"A"},{"EmployerOrgName":"B"}]'
    history = f'{{"CandidateProfile":[{{"EmploymentHistory":{{"EmployerOrg":{organizations}}}}}]}}'
    assert [history, "{}", "{}"] == payload(vocabulary, *records)


def test_lists_within_lists_stay_with_their_parents(vocabulary: Vocabulary) -> None:
    def skill(name: str, *values: str) -> dict[str, Any]:
        return {"@name": name, "CompetencyEvidence": [{"NumericValue": {"$text": value}} for value in values]}

    lists: list[list[dict[str, Any]]] = [[skill("A", "1", "2"), skill("B")], [skill("C", "3")], []]
    records = [{"Resume": {"StructuredXMLResume": {"Qualifications": {"Competency": value}}}} for value in lists]
    texts = vocabulary.written_column("Candidate", pl.Series(records)).xml()
    expected = [
        {"Resume": {"StructuredXMLResume": {"Qualifications": {"Competency": [_without_empty(s) for s in value]}}}}
        for value in lists[:2]
    ]
    assert [*expected, {}] == [vocabulary.read(text.encode())[1] for text in texts]
    assert [*expected, {}] == [json.loads(text) for text in payload(vocabulary, *records)]


def _without_empty(tree: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in tree.items() if value != []}


def test_the_payload_is_the_same_however_the_mapping_shaped_its_frame(vocabulary: Vocabulary) -> None:
    compact = {"CandidateRecordInfo": {"Id": {"IdValue": "7", "@idOwner": "A"}}}
    listed = {"CandidateRecordInfo": {"Id": [{"@idOwner": "A", "IdValue": [{"$text": "7", "@name": None}]}]}}
    assert payload(vocabulary, compact) == payload(vocabulary, listed)
    assert xml(vocabulary, compact) == xml(vocabulary, listed)


@pytest.mark.parametrize("always", [(), (0,), (1,), (2,), (0, 2), (1, 2)])
def test_commas_stand_between_members_whichever_are_there(vocabulary: Vocabulary, always: tuple[int, ...]) -> None:
    names = ("ProfileName", "PersonalData", "UserArea")
    values = ("n", {"PersonId": {"@idOwner": "A"}}, {"Consent": {"Recording": "true"}})
    rows = []
    for present in itertools.product((True, False), repeat=3):
        kept = [keep or i in always for i, keep in enumerate(present)]
        rows.append({name: value for name, value, keep in zip(names, values, kept, strict=True) if keep})
    records = [{"CandidateProfile": [row]} for row in rows]
    dtype = vocabulary.dtype("Candidate", [f"CandidateProfile/{name}" for name in names])
    column = pl.Series(records, dtype=dtype)
    expected = [record if record["CandidateProfile"] != [{}] else {} for record in records]
    assert expected == [json.loads(text) for text in vocabulary.written_column("Candidate", column).payload()]
    texts = vocabulary.written_column("Candidate", column).xml()
    assert expected == [vocabulary.read(text.encode())[1] for text in texts]


def test_namespaces_are_declared_where_the_column_may_use_them(vocabulary: Vocabulary) -> None:
    area = pl.Series([{"UserArea": {"Consent": {"Recording": "true"}}}])
    text = vocabulary.written_column("Candidate", area).xml()[0]
    assert '<Candidate xmlns="http://ns.hr-xml.org/2007-04-15" xmlns:hb="urn:hrbus:extension:1">' in text
    assert "<UserArea><hb:Consent><hb:Recording>true</hb:Recording></hb:Consent></UserArea>" in text


def test_an_element_that_must_stand_and_has_nothing_to_say_stands_empty(vocabulary: Vocabulary) -> None:
    detail = {"PositionTitle": "Programmer"}
    rows = [
        {"PositionProfile": {"PositionDateInfo": {"StartDate": "2026-12-01"}, "PositionDetail": detail}},
        {"PositionProfile": {"PositionDateInfo": {"StartDate": None}, "PositionDetail": detail}},
        {"PositionProfile": {"PositionDateInfo": {"StartDate": None}, "PositionDetail": {"PositionTitle": None}}},
    ]
    texts = vocabulary.written_column("PositionOpening", pl.Series(rows)).xml()
    assert [] == vocabulary.check(texts)
    assert [False, True, False] == ["<PositionDateInfo/>" in text for text in texts]
    assert [False, False, True] == ["Profile" not in text for text in texts]
    without = vocabulary.written_column(
        "PositionOpening", pl.Series([{"PositionProfile": {"PositionDetail": detail}}])
    ).xml()
    assert texts[1] == without[0]


def test_many_documents_come_out_in_their_rows(vocabulary: Vocabulary) -> None:
    count = 9_000
    numbers = pl.DataFrame({"n": pl.int_range(count, eager=True).cast(pl.String)})
    frame = numbers.select(pl.struct(CandidateProfile=pl.struct(ProfileName=pl.col("n"))).alias("Candidate"))
    documents = Documents(frame, root="Candidate", vocabulary=vocabulary)
    read = documents.xml().str.extract("<ProfileName>(.*)</ProfileName>")
    assert numbers["n"].to_list() == read.to_list()
    payloads = vocabulary.payload(documents)
    again = vocabulary.read_payloads(payloads, "Candidate", ["CandidateProfile/ProfileName"])
    assert [[{"ProfileName": str(n)}] for n in range(count)] == again.struct.field("CandidateProfile").to_list()
    assert "Candidate" == again.name


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"Nonsense": "x"}, "Candidate has no Nonsense"),
        ({"CandidateRecordInfo": [{"Status": "Active"}]}, "stands at most once"),
        ({"CandidateRecordInfo": {"Status": 1}}, "cannot be made of a column of type Int64"),
        ({"CandidateRecordInfo": "x"}, "cannot be made of a column of type String"),
        ({"CandidateProfile": {"ProfileName": {"a": "x"}}}, "ProfileName holds text only, so it has no a"),
    ],
)
def test_a_column_that_does_not_fit_the_vocabulary_is_refused(
    vocabulary: Vocabulary, record: dict[str, Any], said: str
) -> None:
    with pytest.raises((ValueError, PathError), match=said):
        vocabulary.written_column("Candidate", pl.Series([record])).xml()
