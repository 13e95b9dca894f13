"""HR-XML text into payloads, by a parser that trusts nothing."""

from __future__ import annotations

import pytest

from hrbus.errors import RecordError
from hrbus.hrxml import Vocabulary

NS = 'xmlns="http://ns.hr-xml.org/2007-04-15"'


def test_repeated_elements_are_lists_and_texts_with_attributes_are_objects(vocabulary: Vocabulary) -> None:
    content = '<Id idOwner="A"><IdValue>7</IdValue></Id>'
    text = f'<Candidate {NS} xml:lang="en"><CandidateRecordInfo>{content}</CandidateRecordInfo></Candidate>'
    expected = {
        "@xml:lang": "en",
        "CandidateRecordInfo": {"Id": [{"@idOwner": "A", "IdValue": [{"$text": "7"}]}]},
    }
    assert ("Candidate", expected) == vocabulary.read(text.encode())


def test_prefixes_comments_instructions_and_blanks_between_elements_do_not_matter(vocabulary: Vocabulary) -> None:
    text = (
        '<?xml version="1.0"?>\n<!-- a --><x:Candidate xmlns:x="http://ns.hr-xml.org/2007-04-15" '
        'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="a b">\n'
        "  <x:CandidateProfile><?p i?> <x:ProfileName>a<!-- b -->c</x:ProfileName></x:CandidateProfile>\n"
        "</x:Candidate>"
    )
    assert ("Candidate", {"CandidateProfile": [{"ProfileName": "ac"}]}) == vocabulary.read(text.encode())


def test_an_empty_element_is_absent_where_it_holds_elements_and_blank_where_it_holds_text(
    vocabulary: Vocabulary,
) -> None:
    text = f"<Candidate {NS}><CandidateRecordInfo/><CandidateProfile><ProfileName/></CandidateProfile></Candidate>"
    assert ("Candidate", {"CandidateProfile": [{"ProfileName": ""}]}) == vocabulary.read(text.encode())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<Candidate", "not well-formed XML .line 1, column"),
        ("", "not well-formed"),
        ("<Candidate/>", "the root is none of Candidate, PositionOpening"),
        (f"<Other {NS}/>", "the root is none of"),
        (f"<Candidate {NS}><Other/></Candidate>", "Candidate: this vocabulary has no element Other here"),
        (f'<Candidate {NS} other="x"/>', "no attribute other"),
        (f'<Candidate {NS}><CandidateRecordInfo xmlns=""/></Candidate>', "no element CandidateRecordInfo"),
        (f"<!DOCTYPE Candidate><Candidate {NS}/>", "has a DOCTYPE"),
        (
            f'<!DOCTYPE c [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><Candidate {NS}><CandidateProfile><ProfileName>&b;'
            "</ProfileName></CandidateProfile></Candidate>",
            "has a DOCTYPE",
        ),
    ],
)
def test_what_it_cannot_read_is_a_record_error(vocabulary: Vocabulary, text: str, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        vocabulary.read(text.encode())


def test_an_outside_entity_is_never_opened(vocabulary: Vocabulary) -> None:
    entity = '<!DOCTYPE c [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    text = f"{entity}<Candidate {NS}><ProfileName>&a;</ProfileName></Candidate>"
    with pytest.raises(RecordError, match="has a DOCTYPE"):
        vocabulary.read(text.encode())


def test_a_tree_deeper_than_any_document_is_refused(vocabulary: Vocabulary) -> None:
    text = f"<Candidate {NS}>" + "<Resume>" * 100_000 + "</Resume>" * 100_000 + "</Candidate>"
    with pytest.raises(RecordError, match="not well-formed"):
        vocabulary.read(text.encode())
