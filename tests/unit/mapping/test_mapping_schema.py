"""The schema of mappings takes every mapping that is right, and refuses what people mistype."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml as typed_yaml

from hrbus import yaml
from hrbus.editor import mapping_schema
from hrbus.errors import ConfigError
from hrbus.mapping.converters import known
from hrbus.registry import Registry
from hrbus.site import Site

MAPPINGS = sorted(file.name for file in (Path(__file__).parents[3] / "mappings").glob("*.yaml"))
Judge = jsonschema.Draft202012Validator


@pytest.fixture(scope="module")
def site(root: Path) -> Site:
    return Site(root)


@pytest.fixture(scope="module")
def applicants(site: Site) -> dict[str, Any]:
    return mapping_schema(site, Registry.installed(), "applicants.yaml")


@pytest.fixture(scope="module")
def everything(site: Site) -> dict[str, Any]:
    return mapping_schema(site, Registry.installed())


def wrong(schema: dict[str, Any], mapping: Any) -> list[str]:
    return [error.message for error in Judge(schema).iter_errors(mapping)]


@pytest.mark.parametrize("name", MAPPINGS)
def test_every_mapping_of_the_project_is_right_by_its_own_schema(site: Site, name: str) -> None:
    schema = mapping_schema(site, Registry.installed(), name)
    Judge.check_schema(schema)
    text = (site.mappings / name).read_text("utf-8")
    assert [] == wrong(schema, yaml.load(site.mappings / name, name).plain(str))
    assert [] == wrong(schema, typed_yaml.safe_load(text))  # as editors read it, with numbers


@pytest.mark.parametrize("name", MAPPINGS)
def test_every_mapping_of_the_project_is_right_by_the_schema_of_all(
    site: Site, everything: dict[str, Any], name: str
) -> None:
    assert [] == wrong(everything, yaml.load(site.mappings / name, name).plain(str))


RIGHT = """
mapping: applicants
layout: copybooks/APPLREC.cpy
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        "@idOwner": const(LEGACYHR)
        IdValue: APPL-NO | digits(8)
    CandidateProfile:
      PersonalData:
        PersonName:
          FormattedName: join(" | ", APPL-GIVEN-NAME, APPL-FAMILY-NAME) | split(first)
          GivenName: appl-given-name | trim | cut(10)
          $include: fragments/name.yaml
          $with:
            FAMILY: APPL-FAMILY-NAME
        ContactMethod:
          $when:
            $sql: '"APPL-EMAIL" IS NOT NULL'
          InternetEmailAddress: APPL-EMAIL | reject | trim
      EmploymentHistory:
        EmployerOrg:
          - $each: APPL-JOB
            EmployerOrgName: JOB-EMPLOYER | table(firms, "other, or none")
          - EmployerOrgName:
              $sql: UPPER("APPL-CITY")
              $then: trim | cut(5)
drop:
  APPL-MARITAL: not needed
  APPL-JOB.JOB-FROM: not needed
  APPL-SKILL: not needed
fill:
  APPL-REC-TYPE: const(D)
  APPL-APPLIED-ON: run(date, %Y%m%d)
tables:
  firms: {A: Acme, 1: One}
  towns: tables/towns.csv
  grades:
    $file: tables/grades.csv
    $where: {TENANT: ACME}
examples:
  - record: {APPL-NO: 1}
    document: {Candidate/CandidateRecordInfo/Id/IdValue: "00000001"}
"""


def test_all_that_the_language_has_is_taken(applicants: dict[str, Any]) -> None:
    assert [] == wrong(applicants, typed_yaml.safe_load(RIGHT))


@pytest.mark.parametrize(
    ("right", "mistyped"),
    [
        ("mapping: applicants", "maping: applicants"),
        ("layout: copybooks/APPLREC.cpy\n", ""),
        ("drop:", "drops:"),
        ("Candidate:\n    CandidateRecordInfo", "Candidat:\n    CandidateRecordInfo"),
        ("GivenName:", "GivenNam:"),
        ('"@idOwner"', '"@idOwnr"'),
        ("APPL-NO | digits(8)", "APPL-N0 | digits(8)"),
        ("APPL-NO | digits(8)", "APPL-NO | digit(8)"),
        ("APPL-NO | digits(8)", "APPL-NO digits(8)"),
        ("APPL-NO | digits(8)", "APPL-NO | digits(8"),
        ("const(LEGACYHR)", "konst(LEGACYHR)"),
        ("| trim | cut(10)", "| trmi | cut(10)"),
        ("$each: APPL-JOB", "$eech: APPL-JOB"),
        ("$then: trim", "$then: trmi"),
        ("$sql: '\"APPL-EMAIL\" IS NOT NULL'", "$sq: APPL-EMAIL"),
        ("  APPL-MARITAL:", "  APPL-MARTIAL:"),
        ("const(D)", "D"),
        ("run(date, %Y%m%d)", "run(day)"),
        ("$file: tables/grades.csv", "$fil: tables/grades.csv"),
        ("  - record:", "  - records:"),
        ("InternetEmailAddress: APPL-EMAIL | reject | trim", "InternetEmailAddress: {a: APPL-EMAIL}"),
    ],
)
def test_typical_mistakes_are_not(applicants: dict[str, Any], right: str, mistyped: str) -> None:
    assert right in RIGHT
    assert [] != wrong(applicants, typed_yaml.safe_load(RIGHT.replace(right, mistyped, 1)))


def test_an_editor_is_told_every_converter_with_its_arguments_and_what_it_does(applicants: dict[str, Any]) -> None:
    offered = {each["label"]: each for each in applicants["$defs"]["leaf"]["defaultSnippets"]}
    calls = {f"FIELD | {c.name}({c.arguments})" if c.arguments else f"FIELD | {c.name}" for c in known().values()}
    assert calls <= offered.keys()
    assert offered["FIELD | cut(n)"]["body"] == "${1:FIELD} | cut(${2:n})"
    assert offered["FIELD | cut(n)"]["description"].startswith(known()["cut"].summary)


def test_an_editor_is_told_fields_groups_and_conditions_of_the_layout(applicants: dict[str, Any]) -> None:
    fields = applicants["$defs"]["leaf"]["anyOf"][0]["enum"]
    assert {"APPL-NO", "JOB-EMPLOYER", "APPL-ACTIVE"} <= set(fields)
    assert ["APPL-SKILL", "APPL-JOB"] == applicants["$defs"]["$each"]["anyOf"][0]["enum"]
    assert "PIC 9(8)" in applicants["properties"]["drop"]["properties"]["APPL-NO"]["description"]


def test_fields_of_another_layout_are_unknown_to_one_mapping_and_known_to_all(
    applicants: dict[str, Any], everything: dict[str, Any]
) -> None:
    text = RIGHT.replace("APPL-NO | digits(8)", "VAC-NO")
    assert [False, True] == [
        Judge(schema).is_valid(typed_yaml.safe_load(text)) for schema in (applicants, everything)
    ]


def test_a_mapping_that_is_being_written_has_a_schema_of_any_field(site: Site, tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "hrxml_schemas").symlink_to(site.schemas)
    (tmp_path / "mappings" / "new.yaml").write_text("mapping: new\n", "utf-8")
    schema = mapping_schema(Site(tmp_path), Registry.installed())
    assert Judge(schema).is_valid(typed_yaml.safe_load(RIGHT.replace("APPL-MARITAL", "ANYTHING")))
    with pytest.raises(ConfigError, match="layout is missing"):
        mapping_schema(Site(tmp_path), Registry.installed(), "new.yaml")
    with pytest.raises(ConfigError, match=r"there is no mapping nw.yaml; there are new.yaml"):
        mapping_schema(Site(tmp_path), Registry.installed(), "nw.yaml")
