"""Reference inputs: a document holds the records of another file that belong to it, in a site that runs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hrbus.site import init

Hrbus = Callable[..., Any]

PERSON = """\
       01  PERSON.
           05  P-NO       PIC 9(6).
           05  P-NAME     PIC X(20).
"""
POSITION = """\
       01  POSITION-REC.
           05  POS-PERSON     PIC 9(6).
           05  POS-SEQ        PIC 99.
           05  POS-EMPLOYER   PIC X(20).
           05  POS-FROM       PIC 9(6).
           05  POS-STATE      PIC X.
               88  POS-CLOSED VALUE 'C'.
"""
ROUTE = """\
  {name}:
    from:
      connection: here
      folder: {name}
      files: "*.DAT"
      ready: now
      codec:
        type: cobol
        copybook: copybooks/{book}.cpy
        encoding: ascii
        frame: lines
    key: [{key}]
    into: {name}.yaml
"""
POSITIONS = """\
mapping: positions held before
layout: copybooks/POSITION.cpy
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        - IdValue: POS-PERSON | digits(6)
        - IdValue: POS-SEQ | digits(2)
      Status: POS-STATE | table(state)
    CandidateProfile:
      EmploymentHistory:
        EmployerOrg:
          EmployerOrgName: POS-EMPLOYER | trim
          PositionHistory:
            Title: const(unknown)
            OrgName:
              OrganizationName: POS-EMPLOYER
            Description: const(unknown)
            StartDate:
              YearMonth: POS-FROM | date(%Y%m)
tables:
  state: {C: Active, O: Inactive}
"""
PEOPLE = """\
mapping: people and what they did before
layout: copybooks/PERSON.cpy
references:
  POSITIONS:
    layout: copybooks/POSITION.cpy
    on:
      POS-PERSON: P-NO
    most: 4
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        IdValue: P-NO | digits(6)
    CandidateProfile:
      PersonalData:
        PersonName:
          FormattedName: P-NAME | trim
      EmploymentHistory:
        EmployerOrg:
          $each: POSITIONS
          $where: POS-CLOSED
          $order: POS-FROM desc
          $limit: 2
          EmployerOrgName: POS-EMPLOYER | trim
          PositionHistory:
            Title: const(unknown)
            OrgName:
              OrganizationName: POS-EMPLOYER | trim
            Description: const(unknown)
            StartDate:
              YearMonth: POS-FROM | date(%Y%m)
examples:
  - record:
      P-NO: "7"
      POSITIONS:
        - POS-EMPLOYER: ACME
          POS-FROM: "201901"
          POS-STATE: C
        - POS-EMPLOYER: Open
          POS-FROM: "202401"
          POS-STATE: O
    document:
      Candidate/CandidateRecordInfo/Id/IdValue: "000007"
      Candidate/CandidateProfile/EmploymentHistory/EmployerOrg/EmployerOrgName: ACME
      Candidate/CandidateProfile/EmploymentHistory/EmployerOrg[2]/EmployerOrgName: ""
"""


def position(person: int, number: int, employer: str, start: int, state: str = "C") -> str:
    return f"{person:06}{number:02}{employer:20}{start:06}{state}"


class Site:
    """A site with two routes from a folder; ``give`` lays lines down, ``run`` runs a route."""

    def __init__(self, folder: Path, hrbus: Hrbus) -> None:
        self.folder, self.hrbus = folder, hrbus
        init(folder)
        for file in (folder / "mappings").glob("*.yaml"):
            file.unlink()
        self.write("config/connections.yaml", "connections:\n  here:\n    adapter: folder\n    path: files\n")
        self.write("config/jobs.yaml", "jobs:\n")
        (folder / "config" / "privacy.yaml").unlink()
        self.write("mappings/copybooks/PERSON.cpy", PERSON)
        self.write("mappings/copybooks/POSITION.cpy", POSITION)
        self.write("mappings/positions.yaml", POSITIONS)
        self.write("mappings/people.yaml", PEOPLE)
        people = ROUTE.format(name="people", book="PERSON", key="P-NO")
        positions = ROUTE.format(name="positions", book="POSITION", key="POS-PERSON, POS-SEQ")
        self.write("config/routes.yaml", f"routes:\n{positions}{people}    reference:\n      POSITIONS: positions\n")
        for name in ("people", "positions"):
            (folder / "files" / name).mkdir(parents=True)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text("utf-8")
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def give(self, route: str, *lines: str, name: str = "A.DAT") -> None:
        self.write(f"files/{route}/{name}", "".join(f"{line}\n" for line in lines))

    def run(self, *routes: str, code: int = 0) -> dict[str, dict[str, int]]:
        answer = self.hrbus("run", *routes, "--site", self.folder, "--json")
        assert code == answer.code, answer.err
        found: dict[str, dict[str, int]] = json.loads(answer.out)
        return found

    def counts(self, route: str) -> tuple[int, int, int]:
        """Run a route; return how many records were read, sent and unchanged."""
        found = self.run(route)[route]
        return found["read"], found["sent"], found["unchanged"]

    def check(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.hrbus("check", "--site", self.folder, "--json").out)["faults"]
        return found

    def employers(self) -> dict[str, list[str]]:
        """Return the employers in the newest document of each person."""
        query = (
            "SELECT p.body FROM records r JOIN payloads p ON p.record = r.id JOIN routes o ON o.id = r.route "
            "WHERE o.name = 'people' ORDER BY r.id"
        )
        with closing(sqlite3.connect(self.folder / "var" / "ledger.db")) as ledger:
            documents = [json.loads(body) for (body,) in ledger.execute(query)]
        found = {}
        for each in documents:
            jobs = each["CandidateProfile"][0].get("EmploymentHistory", {}).get("EmployerOrg", [])
            number = each["CandidateRecordInfo"]["Id"][0]["IdValue"][0]["$text"]
            found[number] = [job["EmployerOrgName"] for job in jobs]
        return found


@pytest.fixture
def site(tmp_path: Path, hrbus: Hrbus) -> Site:
    return Site(tmp_path / "site", hrbus)


def test_a_document_holds_the_records_of_another_file_that_belong_to_it(site: Site) -> None:
    site.give(
        "positions",
        position(1, 1, "First", 199001),
        position(1, 2, "Second", 200001),
        position(1, 3, "Third", 201001),
        position(1, 4, "Now", 202001, "O"),
        position(11, 1, "Other", 201501),
    )
    site.give("people", f"{1:06}{'ADA':20}", f"{2:06}{'BO':20}", f"{11:06}{'CY':20}")
    counts = site.run("people")
    assert ["positions", "people"] == list(counts)
    assert {"000001": ["Third", "Second"], "000002": [], "000011": ["Other"]} == site.employers()


def test_a_record_changes_where_what_belongs_to_it_changes_and_not_otherwise(site: Site) -> None:
    site.give("positions", position(1, 1, "First", 199001))
    site.give("people", f"{1:06}{'ADA':20}", f"{2:06}{'BO':20}")
    site.run("people")
    site.give("positions", position(1, 1, "Renamed", 199001), position(2, 1, "New", 201801), name="B.DAT")
    site.give("people", f"{1:06}{'ADA':20}", f"{2:06}{'BO':20}", f"{3:06}{'CY':20}", name="B.DAT")
    assert (3, 3, 0) == site.counts("people")
    assert {"000001": ["Renamed"], "000002": ["New"], "000003": []} == site.employers()
    site.give("people", f"{2:06}{'BO':20}", f"{1:06}{'ADA':20}", name="C.DAT")
    assert (2, 0, 2) == site.counts("people")


def test_a_record_to_which_too_much_belongs_is_rejected_and_nothing_is_cut(site: Site) -> None:
    site.give("positions", *(position(1, n, f"Number {n}", 199001 + n) for n in range(1, 6)))
    site.give("people", f"{1:06}{'ADA':20}", f"{2:06}{'BO':20}")
    assert 1 == site.run("people", code=3)["people"]["rejected"]
    assert {"000002": []} == site.employers()
    assert "more than 4 records of POSITIONS belong to it" in site.hrbus("rejects", "--site", site.folder).out


def test_check_finds_nothing_wrong_with_it(site: Site) -> None:
    assert [] == [fault for fault in site.check() if not fault["warning"]]


@pytest.mark.parametrize(
    ("file", "old", "new", "path", "said"),
    [
        ("mappings/people.yaml", "$each: POSITIONS", "$each: POSITION",
         "Candidate/CandidateProfile/EmploymentHistory/EmployerOrg/$each", "has no field POSITION"),
        ("mappings/people.yaml", "EmployerOrgName: POS-EMPLOYER", "EmployerOrgName: POS-EMPLYER",
         "Candidate/CandidateProfile/EmploymentHistory/EmployerOrg/EmployerOrgName", "has no field POS-EMPLYER"),
        ("mappings/people.yaml", "EmployerOrgName", "EmployerOrgNam",
         "Candidate/CandidateProfile/EmploymentHistory/EmployerOrg/EmployerOrgNam", "EmployerOrgNam"),
        ("mappings/people.yaml", "POS-PERSON: P-NO", "POS-PERSO: P-NO",
         "references.POSITIONS.on", "has no field POS-PERSO"),
        ("mappings/people.yaml", "POS-PERSON: P-NO", "POS-PERSON: P-NAME", "references.POSITIONS.on", "never match"),
        ("mappings/people.yaml", "POS-PERSON: P-NO", "POS-SEQ: P-NO",
         "routes.people.reference.POSITIONS", "does not begin with"),
        ("mappings/people.yaml", "most: 4", "most: 0", "references.POSITIONS.most", "whole number from 1"),
        ("mappings/people.yaml", "most: 4", "max: 4", "references.POSITIONS", "unknown key max"),
        ("config/routes.yaml", "POSITIONS: positions", "POSITION: positions",
         "routes.people.reference", "also reads POSITIONS"),
        ("config/routes.yaml", "POSITIONS: positions", "POSITION: positions",
         "routes.people.reference.POSITION", "reads no POSITION"),
        ("config/routes.yaml", "      POSITIONS: positions", "      POSITIONS: people",
         "routes.people.reference.POSITIONS", "there is no other route people"),
        ("mappings/positions.yaml", "POS-STATE | table(state)", "const(Active)",
         "routes.people.reference.POSITIONS", "POSITIONS.POS-STATE is not kept by positions"),
    ],
)  # fmt: skip
def test_check_proves_that_a_reference_fits(site: Site, file: str, old: str, new: str, path: str, said: str) -> None:
    site.change(file, old, new)
    if "const(Active)" in new:
        site.change(file, "tables:\n  state: {C: Active, O: Inactive}\n", "drop:\n  POS-STATE: no need\n")
    assert [(path, True)] == [
        (fault["path"], said in fault["message"])
        for fault in site.check()
        if fault["path"] == path and said in fault["message"]
    ]


def test_a_route_whose_reference_does_not_fit_does_not_run(site: Site) -> None:
    site.change("mappings/people.yaml", "POS-PERSON: P-NO", "POS-SEQ: P-NO")
    answer = site.hrbus("run", "people", "--site", site.folder)
    assert 2 == answer.code
    assert "does not begin with" in answer.err


def test_check_says_that_a_field_is_read_as_its_route_keeps_it(site: Site) -> None:
    site.change("mappings/positions.yaml", "OrganizationName: POS-EMPLOYER", "OrganizationName: const(none)")
    site.change("mappings/positions.yaml", "POS-EMPLOYER | trim", "POS-EMPLOYER | trim | upper")
    told = [fault["message"] for fault in site.check() if fault["warning"]]
    assert any("POSITIONS.POS-EMPLOYER is read as positions keeps it: lower case" in line for line in told)


PRIVACY = """\
classes:
  employer:
    fields: [POS-EMPLOYER]
  status:
    paths: ["*/Status"]
  other:
    fields: ["*"]
purposes:
  test:
    about: to try
    routes: [people, positions]
    reach:
      ledger: [employer, other{}]
"""


def test_minimisation_follows_data_through_a_reference_into_the_route_that_keeps_it(site: Site) -> None:
    site.write("config/privacy.yaml", PRIVACY.format(", status"))
    assert [] == [fault["message"] for fault in site.check() if not fault["warning"]]
    site.write("config/privacy.yaml", PRIVACY.format(""))
    told = [f["message"] for f in site.check() if f["path"] == "routes.people" and not f["warning"]]
    assert told == [
        "POSITIONS.POS-STATE is status, which test does not let through: by "
        "Candidate/CandidateProfile/EmploymentHistory/EmployerOrg/EmployerOrgName reaches ledger"
    ]
    site.write("config/privacy.yaml", PRIVACY.format(", status").replace("[employer, ", "["))
    told = [f["message"] for f in site.check() if f["path"] == "routes.people" and not f["warning"]]
    assert any(line.startswith("POSITIONS.POS-EMPLOYER is employer") for line in told)


def test_a_change_of_the_other_file_names_the_mappings_that_read_it(site: Site) -> None:
    changed = site.folder / "new" / "POSITION.cpy"
    changed.parent.mkdir()
    changed.write_text(POSITION.replace("PIC 9(6).\n           05  POS-STATE", "PIC 9(8).\n           05  POS-STATE"))
    old = site.folder / "mappings" / "copybooks" / "POSITION.cpy"
    answer = site.hrbus("diff", old, changed, "--mappings", site.folder / "mappings")
    assert "people.yaml" in answer.out + answer.err
