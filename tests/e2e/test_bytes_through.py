"""What a route does not touch comes out byte for byte as it came in: HR-XML documents, lists, COBOL records."""

from __future__ import annotations

import codecs
import gzip
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from hrbus.app import App
from hrbus.checkup import check
from hrbus.clock import SystemClock
from hrbus.errors import ConfigError
from tests.conftest import shared
from tests.e2e.passing import STATUS, Place

PLAIN = """\
<?xml version="1.0"?>
<?xml-stylesheet href="x.xsl" type="text/xsl"?>
<!-- made by: LEGACY <HR> -->
<Candidate xmlns="http://ns.hr-xml.org/2007-04-15"
           xmlns:hr='urn:acme:hr' hr:lang = "zh"  >
\t<CandidateRecordInfo><Id   idOwner='ACME' hr:kind="a>b"><IdValue name="EMPLID">17</IdValue ></Id>
    <Status hr:since="2026-01-05">Active<!-- since --></Status>
  </CandidateRecordInfo>
  <CandidateProfile >
    <hr:Clearance level='2'/>
    <PersonalData><PersonName><GivenName><![CDATA[Ada & Bo]]></GivenName><FamilyName/></PersonName></PersonalData>
  </CandidateProfile>
  <Resume><StructuredXMLResume>
      <Qualifications><Competency hr:no="1" name='C&#38;C'><hr:Paid>1</hr:Paid></Competency>
      <Competency hr:no="2"/>\r
      <Competency name="COBOL" ><hr:Paid>2</hr:Paid></Competency></Qualifications>
  </StructuredXMLResume></Resume>
  <UserArea><Badge xmlns="urn:badge">✔ 4711</Badge><hr:Deep><hr:Status>Active</hr:Status></hr:Deep></UserArea>
</Candidate>
<!-- end -->
"""
PREFIXED = (
    '<h:Candidate xmlns:h="http://ns.hr-xml.org/2007-04-15"><h:CandidateRecordInfo><h:Id idOwner="A">'
    "<h:IdValue>18</h:IdValue></h:Id><h:Status>Active</h:Status></h:CandidateRecordInfo><x/></h:Candidate>"
)
CHINESE = (
    '<?xml version="1.0" encoding="GB18030" standalone="yes"?>\n<Candidate xmlns="http://ns.hr-xml.org/2007-04-15">'
    '<CandidateRecordInfo><Id idOwner="厂"><IdValue>19</IdValue></Id><Status>x:新</Status></CandidateRecordInfo>'
    "<UserArea><职位 级别='高'>程序员镕喆𠀀</职位></UserArea></Candidate>"
)
OWN = {
    "plain": PLAIN.encode(),
    "prefixed": PREFIXED.encode(),
    "with a byte order mark": codecs.BOM_UTF8 + PREFIXED.encode(),
    "chinese": CHINESE.encode("gb18030"),
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def replacements(before: bytes, after: bytes) -> list[tuple[bytes, bytes]]:
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [(before[a:b], after[c:d]) for kind, a, b, c, d in steps if kind != "equal"]


@pytest.mark.parametrize("content", OWN.values(), ids=OWN)
def test_a_document_that_is_not_touched_comes_out_as_it_came(place: Place, content: bytes) -> None:
    place.candidates({"record": "Candidate"})
    assert 1 == place.run(a=content).sent
    assert [content] == place.out()


def test_documents_of_the_release_come_out_as_they_came(place: Place) -> None:
    files = [
        file for file in sorted(shared("hrxml/examples").glob("25_candidate*.xml")) if b"IdValue" in file.read_bytes()
    ]
    assert files
    place.candidates({"record": "Candidate"})
    assert len(files) == place.run(**{file.name: file.read_bytes() for file in files}).sent
    assert [file.read_bytes() for file in files] == place.out()


def test_many_documents_of_one_night_are_as_many_files(place: Place) -> None:
    place.candidates({"record": "Candidate"})
    assert len(OWN) - 1 == place.run(**OWN).sent  # two of them are of one person
    assert set(place.out()) < set(OWN.values())
    assert len(OWN) - 1 == len(place.out())


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("plain", b">Active<!--", b">Inactive<!--"),
        ("prefixed", b">Active<", b">Inactive<"),
        ("with a byte order mark", b">Active<", b">Inactive<"),
        ("chinese", "x:新".encode("gb18030"), b"Inactive"),
    ],
)
def test_of_a_document_with_one_change_everything_else_is_as_it_was(
    place: Place, name: str, before: bytes, after: bytes
) -> None:
    place.candidates({"record": "Candidate"}, STATUS)
    place.run(a=OWN[name])
    assert [OWN[name].replace(before, after, 1)] == place.out()


def test_a_document_of_the_release_differs_in_the_one_leaf_that_was_changed(place: Place) -> None:
    content = shared("hrxml/examples/25_candidate.xml").read_bytes()
    place.candidates({"record": "Candidate"}, STATUS)
    place.run(a=content)
    [made] = place.out()
    assert content.replace(b"x:InterviewCompleted", b"Active") == made
    assert 1 <= len(replacements(content, made)) <= 3


def test_a_change_outside_of_the_layout_is_a_change_and_the_newest_bytes_are_sent(place: Place) -> None:
    place.candidates({"record": "Candidate"}, on_change="update")
    place.run(a=OWN["plain"])
    newer = OWN["plain"].replace(b"4711", b"4712")
    assert 1 == place.run(a=newer).sent
    assert [OWN["plain"], newer] == place.out()
    assert 1 == place.run(a=newer + b"\n").sent


def test_where_the_target_does_not_ask_the_ledger_keeps_no_bytes(place: Place) -> None:
    place.candidates({"record": "Candidate"}, to={"keep_raw": False})
    place.run(a=OWN["plain"])
    [made] = place.out()
    assert b"Clearance" not in made
    assert b"<Status>Active</Status>" in made
    with App.open(place.site, environ={}) as app, app.ledger.database.read() as connection:
        assert [(None,)] == connection.exec_driver_sql("SELECT raw FROM payloads").all()


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ({"keep_raw": False}, {"keep_raw": True}, "the codec of from does not keep them"),
        ({}, {"trim": True}, "reads another form of them"),
        ({}, {"encoding": "gb18030"}, "reads another form of them"),
    ],
)
def test_bytes_that_are_not_there_or_of_another_form_are_refused_before_anything_moves(
    place: Place, source: dict[str, object], target: dict[str, object], said: str
) -> None:
    place.candidates({"record": "Candidate", **source}, to=target)
    with App.open(place.site, environ={}) as app:
        faults = [str(fault) for fault in check(app.config, app.registry, SystemClock()) if not fault.warning]
    assert 1 == len(faults)
    assert said in faults[0]
    assert "routes.pass.to.codec.keep_raw" in faults[0]
    assert "routes.yaml:1:" in faults[0]
    with pytest.raises(ConfigError, match=said):
        place.run(a=OWN["plain"])


def test_a_codec_that_cannot_write_onto_bytes_says_so(place: Place) -> None:
    place.candidates({"record": "Candidate"})
    codec = {"type": "json", "layout": "layouts/candidate.yaml", "keep_raw": True}
    key = "CandidateRecordInfo.Id.IdValue"
    place.route(codec, key=key, into="into.yaml", out="back.yaml", name="OUT-{sequence}")
    with pytest.raises(ConfigError, match="its codec cannot write onto them; take keep_raw out here"):
        place.run()


def test_a_list_keeps_its_records_byte_for_byte(place: Place) -> None:
    """The root is the target's own; where it declares what the file's does, the whole file is the same."""
    inner = PLAIN[PLAIN.index("<Candidate") : PLAIN.index("<!-- end")].rstrip().replace("\r", "")
    inner = inner.replace("xmlns=\"http://ns.hr-xml.org/2007-04-15\"\n           xmlns:hr='urn:acme:hr' ", "")
    records = [inner.replace(">17<", f">{number}<").replace("4711", str(number)) for number in range(3000)]
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<L xmlns="http://ns.hr-xml.org/2007-04-15" xmlns:hr="urn:acme:hr">\n'
    )
    content = (head + "\n".join(records) + "\n</L>\n").encode()
    namespaces = {"": "http://ns.hr-xml.org/2007-04-15", "hr": "urn:acme:hr"}
    place.candidates({"record": "L/Candidate", "namespaces": namespaces}, name="L-{sequence}.xml")
    assert 3000 == place.run(a=content).sent
    assert [content] == place.out()


def test_layers_around_a_codec_hand_the_bytes_of_its_records_on(place: Place) -> None:
    place.candidates({})
    inner = {"type": "xml", "layout": "layouts/candidate.yaml", "record": "Candidate", "keep_raw": True}
    codec = {"type": "wrapped", "layers": ["gzip"], "codec": inner}
    key, name = "CandidateRecordInfo.Id.IdValue", "OUT-{record}.xml.gz"
    place.route(codec, key=key, into="into.yaml", out="back.yaml", name=name)
    place.run(a=gzip.compress(OWN["plain"]))
    assert [OWN["plain"]] == [gzip.decompress(content) for content in place.out()]


def test_a_codec_of_one_record_needs_a_name_for_each(place: Place) -> None:
    place.candidates({"record": "Candidate"}, name="ALL-{sequence}.xml")
    with pytest.raises(ConfigError, match=r"put \{record\} into name"):
        place.run(a=OWN["plain"])


COPYBOOK = """\
       01  STAFF.
           05  NO                PIC 9(4).
           05  NAME              PIC X(10).
           05  FILLER            PIC X(3).
           05  PAY               PIC S9(5)V99 COMP-3.
           05  DAYS              PIC S9(3).
           05  KIND              PIC X.
           05  AREA-A            PIC X(4).
           05  AREA-B REDEFINES AREA-A PIC 9(4) COMP-3.
           05  SKILL OCCURS 3.
               10  CODE-X        PIC X(2).
               10  FILLER        PIC X(1).
"""
STAFF = """\
mapping: staff
layout: copybooks/STAFF.cpy
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        "@idOwner": const(ACME)
        IdValue: NO
      Status: KIND | table(status)
    CandidateProfile:
      PersonalData:
        PersonName:
          GivenName: NAME
    Resume:
      StructuredXMLResume:
        Qualifications:
          Competency:
            $each: SKILL
            "@name": CODE-X
drop:
  PAY: not needed
  DAYS: not needed
  AREA-A: not needed
  AREA-B: not needed
tables:
  status: {A: Active, I: Inactive}
"""
FIRST = (
    "0017ADA       x y\x00".encode("cp037")[:-1]
    + b"\x01\x23\x45\x6f"
    + b"\xf0\xf1\xa2"
    + b"\xc1"
    + b"\x00\xff\x40\x0f"
)
SECOND = (
    b"\xf0\xf0\xf1\xf8"
    + b"\xc2\xd6\xc2"
    + b"\x00" * 7
    + b"\xff\xfe\xfd"
    + b"\x00\x00\x00\x0a"
    + b"\xf0\xf0\xb5"
    + b"\xc9"
    + b"\x40" * 4
)
SKILLS = (b"\xc3\xc2\x07\x00\x00\x08\xd1\xe5\x09", b"\x40\x40\x01\xd1\xe5\x02\x00\x00\x03")


def test_records_of_cobol_come_out_as_they_came_filler_redefines_and_odd_signs_included(place: Place) -> None:
    content = FIRST + SKILLS[0] + SECOND + SKILLS[1]
    place.write("mappings/copybooks/STAFF.cpy", COPYBOOK)
    place.write("mappings/into.yaml", STAFF)
    codec = {"type": "cobol", "copybook": "copybooks/STAFF.cpy", "keep_raw": True}
    place.route(codec, key="NO", into="into.yaml", out="into.yaml", name="OUT-{sequence}")
    assert 2 == place.run(a=content).sent
    assert [content] == place.out()


def test_of_a_cobol_record_with_one_change_every_other_byte_is_as_it_was(place: Place) -> None:
    content = FIRST + SKILLS[0] + SECOND + SKILLS[1]
    place.write("mappings/copybooks/STAFF.cpy", COPYBOOK)
    place.write("mappings/into.yaml", STAFF)
    place.write("mappings/back.yaml", STAFF.replace("{A: Active, I: Inactive}", "{B: Active, I: Inactive}"))
    codec = {"type": "cobol", "copybook": "copybooks/STAFF.cpy", "keep_raw": True}
    place.route(codec, key="NO", into="into.yaml", out="back.yaml", name="OUT-{sequence}")
    place.run(a=content)
    assert [content.replace(b"\xc1\x00\xff\x40\x0f", b"\xc2\x00\xff\x40\x0f")] == place.out()
