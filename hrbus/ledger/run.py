"""One run of a route, as the ledger keeps it: its lease, its transactions, its accounts.

Every transaction that changes what became of records also changes the counts of the run, so they agree at any
moment, also where a process is killed between two of them. At the end the run's counts are compared with what the
records themselves say: ``carried + read = sent + unchanged + rejected + held + skipped + pending``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from hrbus.clock import Clock
from hrbus.ledger import lease
from hrbus.ledger.database import Database
from hrbus.ledger.moments import moment
from hrbus.ledger.schema import IS_OPEN, RecordState, RunState, records, runs
from hrbus.values import Summary


class UnbalancedError(RuntimeError):
    """The counts of a run do not add up: a defect of hrbus, never of a file."""


@dataclass
class Write:
    """A transaction of a run; what is counted here is added to the run when it commits."""

    connection: Connection
    counts: Counter[str] = field(default_factory=Counter)

    def count(self, **numbers: int) -> None:
        """Add to the run's counts (``read=10, unchanged=3``)."""
        self.counts.update(numbers)


class Run:
    """A run that is under way; made by ``Ledger.run``."""

    def __init__(self, database: Database, clock: Clock, route: int, name: str) -> None:
        self.database = database
        self.clock = clock
        self.route = route
        self.name = name
        self.finished = False
        with database.write() as connection:
            self._fence = lease.take(connection, route, name, lease.Owner.me(), clock.now())
            for killed in _running(connection, route):
                _close(connection, killed, RunState.KILLED, "the process ended in the middle", "")
            carried = sum(open_records(connection, route).values())
            start = insert(runs).values(route=route, started=self.now(), state=str(RunState.RUNNING), carried=carried)
            self.id: int = connection.execute(start.returning(runs.c.id)).scalar_one()

    def now(self) -> str:
        """Return the present moment as the ledger writes it."""
        return moment(self.clock.now())

    @contextmanager
    def write(self) -> Iterator[Write]:
        """Open a transaction of this run; raises LeaseLostError where another process has taken the route over."""
        with self.database.write() as connection:
            lease.renew(connection, self.route, self._fence, self.clock.now())
            work = Write(connection)
            yield work
            changed = {runs.c[name]: runs.c[name] + number for name, number in work.counts.items() if number}
            if changed:
                connection.execute(update(runs).where(runs.c.id == self.id).values(changed))

    def finish(self, state: RunState, error: str = "") -> Summary:
        """Close the run and give its lease back; return its counts.

        Raises UnbalancedError where they do not add up.
        """
        with self.write() as work:
            row = work.connection.execute(select(runs).where(runs.c.id == self.id)).one()
            summary = _close(work.connection, row, state, error, self.now())
            lease.give_back(work.connection, self.route, self._fence)
        self.finished = True
        if not summary.balanced:
            raise UnbalancedError(f"run {self.id} of {self.name} does not add up: {summary}; please report this")
        return summary


def open_records(connection: Connection, route: int) -> dict[str, int]:
    """Return how many records of a route are pending and how many are held."""
    query = select(records.c.state, func.count()).where(records.c.route == route, IS_OPEN).group_by(records.c.state)
    found: dict[str, int] = dict(connection.execute(query).all())
    return {state: found.get(state, 0) for state in _OPEN}


_OPEN = (str(RecordState.PENDING), str(RecordState.HELD))


def summary_of(row: Row[Any]) -> Summary:
    """Return the counts of a row of ``runs``."""
    return Summary(
        read=row.carried + row.read,
        carried=row.carried,
        sent=row.sent,
        unchanged=row.unchanged,
        rejected=row.rejected,
        held=row.held,
        skipped=row.skipped,
        pending=row.pending,
        failed=row.failed,
    )


def _running(connection: Connection, route: int) -> list[Row[Any]]:
    query = select(runs).where(runs.c.route == route, runs.c.state == str(RunState.RUNNING))
    return list(connection.execute(query))


def _close(connection: Connection, row: Row[Any], state: RunState, error: str, ended: str) -> Summary:
    waiting = open_records(connection, row.route)
    tried = select(func.count()).where(
        records.c.route == row.route,
        IS_OPEN,
        records.c.state == str(RecordState.PENDING),
        (records.c.attempts > 0) | records.c.delivery.is_not(None),
    )
    values = {
        "state": str(state),
        "error": error,
        "ended": ended or None,
        "failed": connection.scalar(tried) or 0,
        **waiting,
    }
    change = update(runs).where(runs.c.id == row.id).values(values).returning(*runs.c)
    return summary_of(connection.execute(change).one())
