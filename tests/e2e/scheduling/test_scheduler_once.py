"""``python scheduler.py --once`` and ``--list`` on a site that really runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hrbus.site import init

CONNECTIONS = """\
connections:
  here:
    adapter: folder
    path: files
"""
ROUTE = """\
  {name}:
    from:
      connection: here
      folder: {folder}
      ready: now
      codec:
        type: cobol
        copybook: copybooks/VACREC.cpy
        encoding: ascii
        frame: {frame}
    key: [VAC-NO]
    into: vacancies.yaml
"""
JOBS = """\
jobs:
  vacancies:
    routes: [vacancies]
    cron: "15 2 * * mon-fri"
    time_zone: Asia/Shanghai
  all:
    routes: [broken, vacancies]
  strict:
    routes: [broken, vacancies]
    go_on: false
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a site with one route that works and one whose file is truncated."""
    init(tmp_path)
    routes = ROUTE.format(name="vacancies", folder="in", frame="lines")
    broken = ROUTE.format(name="broken", folder="cut", frame="fixed")
    (tmp_path / "config" / "connections.yaml").write_text(CONNECTIONS)
    (tmp_path / "config" / "routes.yaml").write_text("routes:\n" + routes + broken)
    (tmp_path / "config" / "jobs.yaml").write_text(JOBS)
    for name in ("in", "cut"):
        (tmp_path / "files" / name).mkdir(parents=True)
    (tmp_path / "files" / "cut" / "VAC.DAT").write_bytes(b"cut")
    return tmp_path


def run(root: Path, site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "scheduler.py"), "--site", str(site), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_job_runs_once_and_leaves_with_zero(root: Path, site: Path) -> None:
    done = run(root, site, "--once", "vacancies")
    assert 0 == done.returncode, done.stderr
    assert 'event="route ended" job=vacancies route=vacancies read=0' in done.stderr
    listed = {row["job"]: row for row in json.loads(run(root, site, "--list", "--json").stdout)}
    assert "done" == listed["vacancies"]["last"]["outcome"]
    assert listed["vacancies"]["next"].endswith("T18:15:00+00:00")
    assert listed["all"]["next"] is None


def test_a_route_that_fails_gives_its_exit_code_and_the_next_one_runs(root: Path, site: Path) -> None:
    done = run(root, site, "--once", "all")
    assert 4 == done.returncode, done.stderr
    assert 'event="route failed" job=all route=broken error=BatchError' in done.stderr
    assert 'event="route ended" job=all route=vacancies' in done.stderr


def test_a_strict_job_ends_with_the_route_that_failed(root: Path, site: Path) -> None:
    done = run(root, site, "--once", "strict")
    assert 4 == done.returncode, done.stderr
    assert "route=vacancies" not in done.stderr


def test_a_job_that_is_not_there_is_answered_with_those_that_are(root: Path, site: Path) -> None:
    done = run(root, site, "--once", "nightly")
    assert 2 == done.returncode
    assert "there is no job nightly; config/jobs.yaml has: vacancies, all, strict" in done.stderr


def test_the_list_for_people_names_routes_rule_and_next_start(root: Path, site: Path) -> None:
    lines = run(root, site, "--list").stdout.splitlines()
    assert "vacancies: vacancies" == lines[0]
    assert lines[1].startswith("  cron 15 2 * * mon-fri (Asia/Shanghai); next ")
    assert lines[1].endswith("; last never")
    assert "all: broken → vacancies" == lines[2]
