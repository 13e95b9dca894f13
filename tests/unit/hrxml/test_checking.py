"""Texts judged by the profile: a verdict for each, a reason without its values."""

from __future__ import annotations

import polars as pl
import pytest

from hrbus.hrxml import Failure, Vocabulary

NS = 'xmlns="http://ns.hr-xml.org/2007-04-15"'
GOOD = f"<Candidate {NS}><CandidateProfile><ProfileName>x</ProfileName></CandidateProfile></Candidate>"
ADDRESS = "<CandidateProfile><PersonalData><ContactMethod>{}</ContactMethod></PersonalData></CandidateProfile>"


def check(vocabulary: Vocabulary, *texts: str | None) -> list[Failure]:
    """Return the failures of texts."""
    return vocabulary.check(pl.Series(texts, dtype=pl.String))


def candidate(content: str) -> str:
    """Return a candidate with that content."""
    return f"<Candidate {NS}>{content}</Candidate>"


def test_good_texts_have_no_failures(vocabulary: Vocabulary) -> None:
    assert [] == check(vocabulary, *[GOOD] * 350)
    assert [] == check(vocabulary)


@pytest.mark.parametrize(
    ("content", "path", "reason"),
    [
        (
            "<CandidateRecordInfo><Status>Gone away</Status></CandidateRecordInfo>",
            "Candidate/CandidateRecordInfo/Status",
            r"expected one of Active, Inactive, Pending, or a text like x:\S.*",
        ),
        (
            ADDRESS.format("<InternetEmailAddress>ada</InternetEmailAddress>"),
            "Candidate/CandidateProfile/PersonalData/ContactMethod/InternetEmailAddress",
            r"expected a text like [^@\s]+@[^@\s]+",
        ),
        (
            ADDRESS.format("<PostalAddress><PostalCode>1</PostalCode></PostalAddress>"),
            "Candidate/CandidateProfile/PersonalData/ContactMethod/PostalAddress/PostalCode",
            "not expected here; expected CountryCode",
        ),
        (
            ADDRESS.format("<PostalAddress/>"),
            "Candidate/CandidateProfile/PersonalData/ContactMethod/PostalAddress",
            "something is missing: CountryCode",
        ),
        (
            "<CandidateProfile><EducationHistory><SchoolOrInstitution/></EducationHistory></CandidateProfile>",
            "Candidate/CandidateProfile/EducationHistory/SchoolOrInstitution",
            "the attribute schoolType is missing",
        ),
        ('<CandidateRecordInfo a="x"/>', "Candidate/CandidateRecordInfo/@a", "this attribute is not known here"),
        (
            '<CandidateRecordInfo><Id validFrom="yesterday"><IdValue>1</IdValue></Id></CandidateRecordInfo>',
            "Candidate/CandidateRecordInfo/Id/@validFrom",
            "expected a date like",
        ),
        ("words", "Candidate", "text stands between the elements"),
        ("<Resume/><CandidateProfile/>", "Candidate/CandidateProfile", "not expected here; expected UserArea"),
        (
            "<CandidateProfile><PreferredPosition><RemunerationPackage><BasePay><BasePayAmountMin>12,50"
            "</BasePayAmountMin></BasePay></RemunerationPackage></PreferredPosition></CandidateProfile>",
            "Candidate/CandidateProfile/PreferredPosition/RemunerationPackage/BasePay/BasePayAmountMin",
            "expected a number of at most 18 digits",
        ),
        (
            '<UserArea><Consent xmlns="urn:hrbus:extension:1"><Recording>yes</Recording></Consent></UserArea>',
            "Candidate/UserArea/Consent/Recording",
            "expected true or false",
        ),
    ],
)
def test_a_failure_says_where_and_what_was_expected(
    vocabulary: Vocabulary, content: str, path: str, reason: str
) -> None:
    ((row, said, where),) = check(vocabulary, GOOD, candidate(content), GOOD)
    assert (1, path) == (row, where)
    assert said.startswith(reason)


def test_a_reason_never_holds_a_value(vocabulary: Vocabulary) -> None:
    secret = "Ada-Lovelace-1815"
    contents = (
        f"<CandidateRecordInfo><Status>{secret}</Status></CandidateRecordInfo>",
        f"<CandidateRecordInfo>{secret}</CandidateRecordInfo>",
        f'<CandidateRecordInfo><Id validFrom="{secret}"><IdValue>1</IdValue></Id></CandidateRecordInfo>',
        ADDRESS.format(f"<InternetEmailAddress>{secret}</InternetEmailAddress>"),
        f"<CandidateProfile><ProfileName>{secret}\x01</ProfileName></CandidateProfile>",
        f"<CandidateProfile><ProfileName>{secret}&</ProfileName></CandidateProfile>",
    )
    failures = check(vocabulary, *map(candidate, contents))
    assert len(contents) == len(failures)
    assert [] == [failure for failure in failures if secret in failure.reason + failure.path]


def test_each_bad_one_among_many_is_found_in_its_row(vocabulary: Vocabulary) -> None:
    bad = {0: "<Candidate", 99: candidate("<X/>"), 100: "", 357: None, 1234: candidate("words")}
    texts = [bad.get(row, GOOD) for row in range(1300)]
    assert list(bad) == [failure.row for failure in check(vocabulary, *texts)]


def test_a_text_that_only_its_neighbour_completes_is_bad(vocabulary: Vocabulary) -> None:
    pairs = [
        (GOOD[:-12] + "<!--", "-->" + GOOD[-12:]),
        (GOOD + f"<Candidate {NS}>", "</Candidate>"),
        (GOOD + GOOD, ""),
        (GOOD + "<?n?>" + GOOD, ""),
        ("<?n?>", ""),
        (f"<Candidate {NS}>", "</Candidate>"),
        ("</batch><batch>", GOOD),
    ]
    assert [] != pairs
    for left, right in pairs:
        rows = {failure.row for failure in check(vocabulary, left, right)}
        assert 0 in rows, left
        assert (1 in rows) == (right != GOOD), right


def test_a_text_that_is_a_comment_or_an_instruction_is_bad(vocabulary: Vocabulary) -> None:
    assert [0] == [failure.row for failure in check(vocabulary, "<!-- x -->")]
    assert [0] == [failure.row for failure in check(vocabulary, "<?x?>")]


def test_a_declaration_at_the_beginning_is_no_fault(vocabulary: Vocabulary) -> None:
    assert [] == check(vocabulary, f'<?xml version="1.0"?>{GOOD}', GOOD)


def test_a_text_with_a_doctype_is_bad_and_is_not_expanded(vocabulary: Vocabulary) -> None:
    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
    bomb = f'<!DOCTYPE c [<!ENTITY e0 "x">{levels}]><Candidate {NS}><ProfileName>&e12;</ProfileName></Candidate>'
    assert [1] == [failure.row for failure in check(vocabulary, GOOD, bomb)]
    plain = f"<!DOCTYPE Candidate [<!ELEMENT Candidate ANY>]>{GOOD}"
    expected = "the text has a DOCTYPE, which hrbus does not read; leave it out"
    assert [(0, expected, "")] == check(vocabulary, plain)


def test_a_character_outside_xml_is_named_with_its_place(vocabulary: Vocabulary) -> None:
    text = candidate(
        '<CandidateRecordInfo><Id idOwner="A"/></CandidateRecordInfo><CandidateProfile><ProfileName>a\x00'
    )
    expected = "the character U+0000 cannot stand in XML; take it out at the source"
    assert [(0, expected, "Candidate/CandidateProfile/ProfileName")] == check(vocabulary, text)
