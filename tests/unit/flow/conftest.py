"""A route over doubles: candidates in text lines, sent to a service that keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from hrbus.flow import Route, run
from hrbus.ledger import Ledger
from hrbus.ledger.report import Report
from hrbus.spi import Artifact, Summary
from hrbus.spool import Spool
from hrbus.testing import KeepingTarget, ListSource, ManualClock, TextArtifact, TextCodec
from hrbus.testing.flat import FlatMapping, FlatVocabulary

COLUMNS = ["no", "name", "vacancy"]
JOIN = {"Vacancy": "Candidate/vacancy"}


@dataclass
class World:
    """A ledger, a spool, and the two routes of the example; ``give`` lays a file down, ``go`` runs a route."""

    folder: Path
    ledger: Ledger
    clock: ManualClock
    target: KeepingTarget = field(default_factory=KeepingTarget)
    source: ListSource = field(default_factory=ListSource)
    vacancies: ListSource = field(default_factory=ListSource)

    def __post_init__(self) -> None:
        self.spool = Spool(self.folder / "spool")
        self.report = Report(self.ledger.database)
        self.route = Route(
            name="candidates",
            source=self.source,
            codec=TextCodec(COLUMNS, batch=2),
            into=FlatMapping("Candidate", COLUMNS, poison="unmappable"),
            vocabulary=FlatVocabulary(invalid="not-valid"),
            key=("no",),
            target=self.target,
            out=FlatMapping("Candidate", COLUMNS, poison="unsendable"),
        )

    def change(self, **parts: Any) -> None:
        """Give the route other parts."""
        self.route = replace(self.route, **parts)

    def refer_to_vacancies(self) -> None:
        """Let candidates name a vacancy, which another route keeps."""
        out = FlatMapping("Candidate", COLUMNS, join=JOIN, joined={"Vacancy": ["title"]})
        self.change(out=out, references={"Vacancy": "vacancies"})

    def give(self, *lines: str, name: str = "A.TXT") -> None:
        """Lay a file of candidates down."""
        self.source.artifacts.append(_artifact(name, lines))

    def give_vacancies(self, *lines: str) -> None:
        """Lay a file of vacancies down and read it."""
        columns = ["vacancy", "title"]
        self.vacancies.artifacts.append(_artifact("V.TXT", lines))
        mapping = FlatMapping("Vacancy", columns)
        codec = TextCodec(columns)
        vocabulary = FlatVocabulary()
        run(
            Route("vacancies", self.vacancies, codec, mapping, vocabulary, ("vacancy",)),
            self.ledger,
            spool=self.spool,
        )

    def go(self, **options: Any) -> Summary:
        """Run the route once; whatever comes of it, its counts add up."""
        try:
            return run(self.route, self.ledger, spool=self.spool, **options)
        finally:
            assert all(row.summary.balanced for row in self.report.runs())
            assert all(row.summary.balanced for row in self.report.artifacts())

    @property
    def names(self) -> list[str]:
        """The names that the far side has, in order of arrival."""
        return self.target.frame["name"].to_list() if self.target.received else []


def _artifact(name: str, lines: tuple[str, ...]) -> Artifact:
    return TextArtifact(name, "".join(f"{line}\n" for line in lines))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = ManualClock()
    with Ledger(f"sqlite:///{tmp_path}/ledger.db", clock) as ledger:
        yield World(tmp_path, ledger, clock)
