"""SIGKILL at every statement of the ledger, every commit and every fsync of a route from folder to folder.

Each night somebody new comes, somebody changes and somebody stays the same; the process kills itself at its next
statement, another process finishes the night, and the next night goes one statement further. In the end every person
must have been written once, and every change once, in the order in which they came.
"""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from hrbus.clock import SystemClock
from hrbus.ledger import Ledger
from hrbus.ledger.report import Report
from hrbus.site import CONTENT
from tests.e2e.kill.test_kill_at_every_step import ROOT, Program

FILES = {
    "config/connections.yaml": "connections:\n  here:\n    adapter: folder\n    path: files\n",
    "config/jobs.yaml": "jobs: {}\n",
    "config/routes.yaml": """\
routes:
  people:
    from:
      connection: here
      folder: in
      files: "*.txt"
      ready: now
      codec:
        type: cobol
        copybook: copybooks/PERSON.cpy
        encoding: ascii
        frame: lines
        batch_records: 2
    key: [PERSON-NO]
    into: person.yaml
    out: person-out.yaml
    on_change: update
    to:
      connection: here
      folder: out
      name: "{sequence:06}.json"
      codec:
        type: json
        layout: layouts/person.yaml
""",
    "mappings/copybooks/PERSON.cpy": """\
       01  PERSON.
           05  PERSON-NO    PIC 9(6).
           05  PERSON-NAME  PIC X(10).
""",
    "mappings/layouts/person.yaml": "layout: person\nfields:\n  no: text\n  name: text\n",
    "mappings/person.yaml": """\
mapping: persons in
layout: copybooks/PERSON.cpy
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        IdValue: PERSON-NO | digits(6)
    CandidateProfile:
      PersonalData:
        PersonName:
          FamilyName: PERSON-NAME | trim
""",
    "mappings/person-out.yaml": """\
mapping: persons out
layout: layouts/person.yaml
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        IdValue: no
    CandidateProfile:
      PersonalData:
        PersonName:
          FamilyName: name
""",
}

SAME, CHANGING = "000001SAME", "000002NIGHT{night}"


def make_site(site: Path) -> None:
    """Make a site whose one route goes from a folder to a folder."""
    for name in CONTENT:
        shutil.copytree(ROOT / name, site / name)
    for name, text in FILES.items():
        (site / name).write_text(text)
    for folder in ("files/in", "files/out", "var"):
        (site / folder).mkdir(parents=True)


def written(site: Path) -> list[tuple[str, str]]:
    """Return number and name of everybody in the files, in order."""
    lines = [
        line for path in sorted((site / "files/out").glob("[!.]*.json")) for line in path.read_text().splitlines()
    ]
    return [(record["no"], record["name"]) for record in map(json.loads, lines)]


@pytest.mark.timeout(1500)  # a hundred kills and as many runs
def test_a_kill_at_any_statement_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    make_site(tmp_path)
    night, said = 0, "killed"
    with closing(Program("runner.py", str(tmp_path))) as runner:
        assert "ready" == runner.hello
        assert runner.ask("each 0 people").startswith("done")  # the ledger is made
        while said == "killed":
            night += 1
            lines = (SAME, CHANGING.format(night=night), f"{1000 + night:06}NEW{night}")
            (tmp_path / "files/in" / f"{night:05}.txt").write_text("".join(f"{line}\n" for line in lines))
            said = runner.ask(f"each {night} people")
            clean = runner.ask("each 0 people")
            assert clean.startswith("done"), f"after a kill at statement {night}: {clean}"
        assert said.startswith("done"), said
    assert night > 60, "the statements were not counted"
    found = written(tmp_path)
    assert [("000001", "SAME")] == [each for each in found if each[0] == "000001"]
    assert [f"NIGHT{number}" for number in range(1, night + 1)] == [name for no, name in found if no == "000002"]
    assert [f"NEW{number}" for number in range(1, night + 1)] == [name for no, name in found if no > "000999"]
    with Ledger(f"sqlite:///{tmp_path}/var/ledger.db", SystemClock()) as ledger:
        report = Report(ledger.database)
        assert all(run.summary.balanced for run in report.runs(10**6))
        (row,) = report.status()
        assert (0, 0, 0, 0) == (row.pending, row.held, row.unfinished_artifacts, row.open_deliveries)
