"""The ledger itself: opened by its address, asked for a run, a route's memory, or a report.

ledger = Ledger("sqlite:///var/ledger.db", SystemClock())
ledger.memory("applicants").get("watermark")
with ledger.run("applicants") as run: ...
for row in Report(ledger).runs(): ...
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from sqlalchemy import insert, select

from hrbus.clock import Clock
from hrbus.errors import HrbusError
from hrbus.ledger.database import Database
from hrbus.ledger.lease import LeaseLostError
from hrbus.ledger.memory import RouteMemory
from hrbus.ledger.run import Run
from hrbus.ledger.schema import RunState, routes


class Ledger:
    """What was seen, sent, answered and refused. Opening it brings its tables up to date.

    Safe to be used by many processes at once; a route is run by one at a time. Raises ConfigError where the database
    cannot be opened or was written by a newer program.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self.database = Database(url)
        self.clock = clock

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def memory(self, route: str) -> RouteMemory:
        """Return the memory of a route's source and target."""
        return RouteMemory(self.database, self.number_of(route))

    def number_of(self, route: str) -> int:
        """Return the number of a route, which it keeps from when it is first heard of."""
        known = select(routes.c.id).where(routes.c.name == route)
        with self.database.read() as connection:
            found: int | None = connection.scalar(known)
        if found is not None:
            return found
        with self.database.write() as connection:
            found = connection.scalar(known)
            if found is None:
                found = connection.execute(insert(routes).values(name=route).returning(routes.c.id)).scalar_one()
            return found

    @contextmanager
    def run(self, route: str) -> Iterator[Run]:
        """Take the route's lease and open a run; whoever enters closes it with ``Run.finish``.

        Where the block is left by an exception the run is closed as failed and the lease given back. Raises
        RouteBusyError where another process runs the route.
        """
        run = Run(self.database, self.clock, self.number_of(route), route)
        try:
            yield run
        except LeaseLostError:
            raise
        except BaseException as error:
            if not run.finished:
                # The text of a foreign exception may hold anything, so only its name is kept.
                run.finish(RunState.FAILED, str(error) if isinstance(error, HrbusError) else type(error).__name__)
            raise
