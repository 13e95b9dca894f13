"""SIGKILL at every ledger statement and every remote call; then a restart; then the far side is asked.

For each step N: a new extract lies on the SFTP server; a process runs the routes and kills itself at its N-th step;
the legacy system reads what was written for it, and deletes it; another process runs the routes to their end. When N
is beyond the last step, every applicant must have been ordered once, and every result written once.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import requests

from hrbus.clock import SystemClock
from hrbus.demo.people import applicants, vacancies
from hrbus.ledger import Ledger
from hrbus.ledger.report import Report
from hrbus.registry import Registry
from hrbus.site import CONTENT
from hrbus.spi import Batch, Codec, Context, Origin
from hrbus.testing import DictMemory, RecordingDelivery

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PEOPLE = 2
"""How many applicants each extract holds."""
WORLDS = 2
"""How many chains of kills run beside each other, each with a site and a far side of its own."""


class Program:
    """A process that answers each line it is given with a line."""

    def __init__(self, script: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        self.hello = self._line()

    def ask(self, line: str) -> str:
        """Return the answer to ``line``."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._line()

    def close(self) -> None:
        """Let it end."""
        self._process.communicate(timeout=30)

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@dataclass
class World:
    """A site and its far side; what the legacy system wrote and what it read."""

    site: Path
    runner: Program
    service: str
    people: list[int] = field(default_factory=list)
    results: list[int] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def far(self) -> Path:
        """The folder of the far side."""
        return self.site / "var/sandbox"

    def write(self, number: int) -> None:
        """Lay tonight's extract down, as the legacy system does: data first, then the trigger file."""
        first = 1000 + number * PEOPLE
        rows = applicants(PEOPLE).with_columns(
            pl.int_range(first, first + PEOPLE).cast(applicants(1).schema["APPL-NO"]).alias("APPL-NO"),
            pl.lit(vacancies()["VAC-NO"][0]).alias("APPL-VAC-NO"),
        )
        self.people += range(first, first + PEOPLE)
        for name, copybook, records in (("VACANCY", "VACREC", vacancies()), ("APPL", "APPLREC", rows)):
            stream = io.BytesIO()
            delivery = RecordingDelivery(sequence=number, records=records.height)
            refused = [
                r
                for done in _codec(self.site, copybook).encode([Batch(records)], stream, delivery)
                for r in done.rejects
            ]
            assert [] == refused
            path = self.far / f"files/outgoing/{name}{number:05}.DAT"
            path.write_bytes(stream.getvalue())
            path.with_name(f"{path.name}.ok").touch()

    def read(self) -> None:
        """Take the result files that are announced, as the legacy system does, and delete them."""
        for trigger in sorted((self.far / "files/incoming").glob("[!.]*.ok")):
            path = trigger.with_suffix("")
            with path.open("rb") as stream:
                for batch in _codec(self.site, "RESULTRC").decode(stream, Origin(path.name)):
                    assert () == batch.rejects
                    self.results += batch.frame["RES-APPL-NO"].to_list()
            self.files.append(path.name)
            path.unlink()
            trigger.unlink()

    def ordered(self) -> Counter[int]:
        """Ask the service who was ordered, and how often."""
        secret = (self.far / "client-secret").read_text().strip()
        form = {"grant_type": "client_credentials", "client_id": "hrbus", "client_secret": secret}
        token = requests.post(f"{self.service}/oauth2/token", data=form, timeout=10).json()["access_token"]
        found: Counter[int] = Counter()
        cursor: str | None = ""
        while cursor is not None:
            answer = requests.get(
                f"{self.service}/v1/interviews",
                params={"limit": "500", **({"cursor": cursor} if cursor else {})},
                headers={"Authorization": f"Bearer {token}"},
                timeout=10,
            ).json()
            found.update(int(item["external_id"]) for item in answer["items"])
            cursor = answer["next_cursor"]
        return found


def _codec(site: Path, copybook: str) -> Codec:
    cobol = Registry.installed().codec("cobol")
    given = {"HEAD-FILE-ID": copybook[:4], "HEAD-CREATED-ON": "run(date)", "HEAD-SEQUENCE": "run(sequence)"}
    settings: dict[str, Any] = {
        "copybook": f"copybooks/{copybook}.cpy",
        "encoding": "cp037",
        "header": {"copybook": "copybooks/HEADREC.cpy", "set": given},
        "trailer": {"copybook": "copybooks/TRAILREC.cpy", "count": "TRAIL-COUNT"},
    }
    return cobol.make(cobol.settings.model_validate(settings), Context(site, SystemClock(), DictMemory()))


@contextmanager
def opened(folder: Path) -> Iterator[World]:
    """Make a site with a far side of its own, and a runner for it."""
    site = folder / "site"
    for name in CONTENT:
        shutil.copytree(ROOT / name, site / name)
    (site / "var/sandbox").mkdir(parents=True)
    with closing(Program("far_side.py", str(site / "var/sandbox"))) as far:
        http, sftp = far.hello.split()
        connections = site / "config/connections.yaml"
        connections.write_text(connections.read_text().replace("8089", http).replace("2022", sftp))
        with closing(Program("runner.py", str(site))) as runner:
            assert "ready" == runner.hello
            yield World(site, runner, f"http://127.0.0.1:{http}")


def chain(folder: Path, start: int) -> tuple[World, int, Counter[int]]:
    """Kill at the steps ``start``, ``start + WORLDS``, … until no step is left; return what is there afterwards."""
    with opened(folder) as world:
        step, said = start, "killed"
        while said == "killed":
            world.write(step)
            said = world.runner.ask(f"run {step} vacancies applicants results")
            world.read()
            clean = world.runner.ask("run 0 results vacancies applicants")
            assert clean.startswith("done"), f"after a kill at step {step}: {clean}"
            step += WORLDS
        assert said.startswith("done"), said
        for _ in range(2):
            assert world.runner.ask("run 0 vacancies applicants results").startswith("done")
        world.read()
        return world, step, world.ordered()


@pytest.mark.timeout(1500)  # some hundred kills and twice as many runs
def test_a_kill_at_any_step_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor(WORLDS) as pool:
        chains = list(pool.map(lambda start: chain(tmp_path / str(start), start), range(1, WORLDS + 1)))
    for world, steps, ordered in chains:
        assert steps > 100, "the steps were not counted"
        assert dict.fromkeys(world.people, 1) == ordered
        assert dict.fromkeys(world.people, 1) == Counter(world.results)
        assert [f"RESULT-{number:06}.DAT" for number in range(1, len(world.files) + 1)] == world.files
        with Ledger(f"sqlite:///{world.site}/var/ledger.db", SystemClock()) as ledger:
            report = Report(ledger.database)
            assert all(run.summary.balanced for run in report.runs(10**6))
            assert "killed" in {run.state for run in report.runs(10**6)}
            assert [(0, 0, 0, 0)] * 3 == [
                (row.pending, row.held, row.unfinished_artifacts, row.open_deliveries) for row in report.status()
            ]


def test_a_kill_while_the_ledger_is_made_leaves_one_that_opens(tmp_path: Path) -> None:
    for name in CONTENT:
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "var/sandbox").mkdir(parents=True)
    for secret in ("sftp-password", "client-secret", "known_hosts"):
        (tmp_path / "var/sandbox" / secret).write_text("x")
    step, said = 0, "killed"
    with closing(Program("runner.py", str(tmp_path))) as runner:
        while said == "killed":
            step += 1
            ledger = tmp_path / f"{step}.db"
            said = runner.ask(f"open {step} {ledger}")
            assert runner.ask(f"open 0 {ledger}").startswith("done")
    assert f"done {step - 1}" == said
    assert step > 20
