"""Files of HR-XML judged, and what is refused as an official release."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hrbus.errors import ConfigError, Place
from hrbus.hrxml import add_official, validate_file
from tests.conftest import ROOT

SCHEMAS = ROOT / "hrxml_schemas"
NS = 'xmlns="http://ns.hr-xml.org/2007-04-15"'
GOOD = f"<Candidate {NS}><CandidateProfile><ProfileName>x</ProfileName></CandidateProfile></Candidate>"


def test_a_fault_in_a_document_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "one.xml"
    path.write_text(
        f"<Candidate {NS}>\n<CandidateRecordInfo>\n<Status>Gone</Status>\n</CandidateRecordInfo></Candidate>"
    )
    (fault,) = validate_file(path, "2.5", SCHEMAS)
    assert Place(str(path), 3) == fault.place
    assert "Candidate/CandidateRecordInfo/Status" == fault.path


def test_all_faults_of_a_document_are_told(tmp_path: Path) -> None:
    path = tmp_path / "one.xml"
    path.write_text(
        f'<Candidate {NS}>\n<CandidateRecordInfo a="1">\n<Status>?</Status></CandidateRecordInfo>\n<X/></Candidate>'
    )
    assert [2, 3, 4] == [fault.place.line for fault in validate_file(path, "2.5", SCHEMAS) if fault.place]


def test_a_document_on_each_line_is_judged_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "many.xml"
    path.write_text("\n".join([GOOD, "", f"<Candidate {NS}><X/></Candidate>", GOOD, GOOD + "</Candidate>"]))
    faults = validate_file(path, "2.5", SCHEMAS)
    assert [3, 5] == [fault.place.line for fault in faults if fault.place]


def test_a_good_file_has_no_faults(tmp_path: Path) -> None:
    one, many = tmp_path / "one.xml", tmp_path / "many.xml"
    one.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{GOOD}\n')
    many.write_text(f"{GOOD}\n{GOOD}\n")
    assert [] == validate_file(one, "2.5", SCHEMAS) + validate_file(many, "2.5", SCHEMAS)


def test_a_file_in_another_encoding_is_read_by_its_declaration(tmp_path: Path) -> None:
    path = tmp_path / "one.xml"
    path.write_bytes(f'<?xml version="1.0" encoding="GB18030"?>{GOOD.replace("x<", "王小明<")}'.encode("gb18030"))
    assert [] == validate_file(path, "2.5", SCHEMAS)


def test_a_file_that_is_not_well_formed_has_the_line_where_it_breaks(tmp_path: Path) -> None:
    path = tmp_path / "broken.xml"
    path.write_text(f"<Candidate {NS}>\n<CandidateProfile>\n</Candidate>")
    (fault,) = validate_file(path, "2.5", SCHEMAS)
    assert Place(str(path), 3) == fault.place
    assert fault.message.startswith("this is not well-formed XML (line 3")


def test_an_empty_file_has_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "none.xml"
    path.write_bytes(b"")
    (fault,) = validate_file(path, "2.5", SCHEMAS)
    assert fault.message.startswith("this is not well-formed XML")


def test_a_file_that_is_not_there_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        validate_file(tmp_path / "none.xml", "2.5", SCHEMAS)


def test_the_official_schemas_are_asked_for_by_the_command_that_adds_them(tmp_path: Path) -> None:
    path = tmp_path / "one.xml"
    path.write_text(GOOD)
    site = tmp_path / "site"
    shutil.copytree(SCHEMAS, site / "hrxml_schemas", ignore=shutil.ignore_patterns("official"))
    with pytest.raises(ConfigError, match="hrbus schemas add DIR"):
        validate_file(path, "2.5", site / "hrxml_schemas", official=True)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "no release that hrbus knows is complete here; expected one of 2.5"),
        ({"a.xsd": "<xs:schema"}, "a.xsd: this schema cannot be read"),
        ({"a.xsd": '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>'}, "no release that hrbus knows"),
    ],
)
def test_a_folder_that_is_no_release_is_refused(tmp_path: Path, files: dict[str, str], said: str) -> None:
    site, source = tmp_path / "site", tmp_path / "release"
    shutil.copytree(SCHEMAS, site / "hrxml_schemas", ignore=shutil.ignore_patterns("official"))
    source.mkdir()
    for name, text in files.items():
        (source / name).write_text(text)
    with pytest.raises(ConfigError, match=said):
        add_official(site, source)
    assert not (site / "hrxml_schemas" / "official").exists()


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="this is not a folder"):
        add_official(tmp_path, tmp_path / "none")
