"""A state machine: whatever comes and whatever the far side says, the books add up and nobody is ordered twice."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hrbus.flow.identity import send_keys
from hrbus.ledger import Ledger, intake, outbox
from hrbus.ledger.compare import BUSINESS_KEY, DIGEST, PAYLOAD
from hrbus.ledger.outbox import REVISION
from hrbus.ledger.report import RecordRow, Report
from hrbus.ledger.run import Run
from hrbus.ledger.schema import RunState
from hrbus.testing import ManualClock
from hrbus.values import ID, OFFSET, RECORD, OnChange, Outcomes, Reject, Stage, Status

PEOPLE = st.sampled_from(["ada", "bob", "cy"])
CONTENTS = st.sampled_from(["a", "b"])
RECORDS = st.lists(st.tuples(PEOPLE, CONTENTS), max_size=5)


class Books(RuleBasedStateMachine):
    """A route whose far side keeps what it stored by key, as a good service does, and may not get to answer."""

    @initialize(on_change=st.sampled_from(OnChange))
    def begin(self, on_change: OnChange) -> None:
        self.folder = tempfile.TemporaryDirectory()
        file = Path(self.folder.name, "ledger.db")
        file.write_bytes(_empty_ledger())
        self.ledger = Ledger(f"sqlite:///{file}", ManualClock())
        self.report = Report(self.ledger.database)
        self.on_change = on_change
        self.files = 0
        self.stored: dict[str, str] = {}
        self.said: dict[str, str] = {}
        self.run = self.open()

    def open(self) -> Run:
        return Run(self.ledger.database, self.ledger.clock, self.ledger.number_of("out"), "out")

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()

    @rule(batches=st.lists(RECORDS, max_size=3), good=st.booleans(), rejects=st.integers(0, 2))
    def a_file_comes(self, batches: Sequence[list[tuple[str, str]]], good: bool, rejects: int) -> None:
        self.files += 1
        taken = intake.begin(self.run, f"{self.files}", f"{self.files:064}", 1, "1")
        for number, rows in enumerate(batches, 1):
            refused = [Reject(number, 0, Stage.DECODE, "bad")] * rejects
            intake.stage(self.run, taken, number, _frame(rows), refused)
        if good:
            counts = intake.complete(self.run, taken, self.on_change)
            assert counts.balanced
            self.said |= {key: content for rows in batches for key, content in rows}
        else:
            intake.fail(self.run, taken, "truncated")

    @rule(answers=st.lists(st.sampled_from([*Status, "lost"]), min_size=3, max_size=3), breaks=st.booleans())
    def what_waits_is_sent(self, answers: list[str], breaks: bool) -> None:
        opened = next(outbox.left_open(self.run), None)
        delivery = opened or outbox.gather(self.run, {}, self.on_change)
        if delivery is None:
            return
        fed = 0
        for page in delivery.pages(2):
            fed = page[ID][-1]
            keys = send_keys("order", page[BUSINESS_KEY], page[REVISION])
            told: list[tuple[int, str, str | None, str]] = []
            for key, person, number, body, answer in zip(
                keys, page[BUSINESS_KEY], page[ID], page[PAYLOAD], (answers * len(keys))[: len(keys)], strict=True
            ):
                if answer in (Status.SENT, "lost") or key in self.stored:
                    self.stored.setdefault(key, f"{person}={body}")
                    told.append((number, str(Status.SENT), "far", ""))
                else:
                    told.append((number, answer, None, "no"))
                if answer == "lost":
                    told.pop()
            delivery.record(Outcomes(pl.DataFrame(told, Outcomes.schema(), orient="row")))
            if breaks:
                delivery.failed("the line broke")
                return
        delivery.close(fed)

    @rule()
    def the_process_is_killed(self) -> None:
        with self.ledger.database.write() as connection:
            connection.exec_driver_sql("UPDATE leases SET pid = -1")
        self.run = self.open()

    @rule()
    def the_run_ends(self) -> None:
        self.run.finish(RunState.DONE)
        self.run = self.open()

    @invariant()
    def the_books_add_up(self) -> None:
        if hasattr(self, "report"):
            assert all(row.summary.balanced for row in self.report.runs(1000) if row.state != "running")
            assert all(row.summary.balanced for row in self.report.artifacts(limit=1000))

    @invariant()
    def what_the_ledger_calls_sent_is_stored(self) -> None:
        for person in ("ada", "bob", "cy"):
            for row in self.trace(person):
                if row.state == "sent":
                    [key] = send_keys("order", pl.Series([person]), pl.Series([row.revision]))
                    assert key in self.stored

    @invariant()
    def who_is_not_to_be_sent_again_is_stored_once(self) -> None:
        if hasattr(self, "stored") and self.on_change is not OnChange.UPDATE:
            people = [value.partition("=")[0] for value in self.stored.values()]
            refused = {person for person in people for row in self.trace(person) if row.state == "refused"}
            once = [person for person in people if person not in refused]
            assert len(once) == len(set(once))

    @invariant()
    def nobody_is_forgotten(self) -> None:
        for person, content in getattr(self, "said", {}).items():
            last = self.trace(person)[-1]
            assert _digest(content) == self.digest(last.id)

    @invariant()
    def sequence_numbers_have_no_gaps(self) -> None:
        if hasattr(self, "report"):
            used = sorted(row.sequence for row in self.report.deliveries(limit=1000) if row.sequence is not None)
            assert list(range(1, len(used) + 1)) == used

    def trace(self, person: str) -> list[RecordRow]:
        return self.report.trace(person) if hasattr(self, "report") else []

    def digest(self, record: int) -> bytes:
        with self.ledger.database.read() as connection:
            found = connection.exec_driver_sql("SELECT digest FROM records WHERE id = ?", (record,)).scalar_one()
            return bytes(found)


@cache
def _empty_ledger() -> bytes:
    """Return a new ledger as bytes: making its tables for each example would take most of the time."""
    with tempfile.TemporaryDirectory() as folder:
        Ledger(f"sqlite:///{folder}/ledger.db", ManualClock()).close()
        return Path(folder, "ledger.db").read_bytes()


def _frame(rows: Sequence[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            RECORD: pl.Series(range(1, len(rows) + 1), dtype=pl.Int64),
            OFFSET: pl.Series([0] * len(rows), dtype=pl.Int64),
            BUSINESS_KEY: pl.Series([key for key, _ in rows], dtype=pl.String),
            DIGEST: pl.Series([_digest(content) for _, content in rows], dtype=pl.Binary),
            PAYLOAD: pl.Series([content for _, content in rows], dtype=pl.String),
        }
    )


def _digest(content: str) -> bytes:
    return hashlib.blake2b(content.encode(), digest_size=16).digest()


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=20, stateful_step_count=10, deadline=None)
