"""One run of a route at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from hrbus.ledger import LeaseLostError, Ledger, RouteBusyError
from hrbus.ledger.lease import LENGTH, Owner
from hrbus.ledger.report import Report
from hrbus.ledger.run import Run
from hrbus.ledger.schema import RunState, leases
from hrbus.testing import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: ManualClock) -> Iterator[Ledger]:
    with Ledger(f"sqlite:///{tmp_path}/ledger.db", clock) as opened:
        yield opened


def lend(ledger: Ledger, owner: Owner) -> None:
    """Let the lease of the route be another's."""
    with ledger.database.write() as connection:
        values = {"host": owner.host, "pid": owner.pid, "started": owner.started}
        connection.execute(update(leases).values(values))


def a_dead_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_route_is_run_by_one_at_a_time(ledger: Ledger) -> None:
    with ledger.run("out") as first:
        with pytest.raises(RouteBusyError, match=f"process {os.getpid()} on "), ledger.run("out"):
            pass
        with ledger.run("back") as other:
            other.finish(RunState.DONE)
        first.finish(RunState.DONE)
    with ledger.run("out") as second:
        second.finish(RunState.DONE)


def test_the_lease_of_a_dead_process_is_taken_over_at_once(ledger: Ledger) -> None:
    with ledger.run("out") as killed:
        lend(ledger, Owner(Owner.me().host, a_dead_process(), "1"))
        with ledger.run("out") as next_one:
            next_one.finish(RunState.DONE)
        assert ["done", "killed"] == [row.state for row in Report(ledger.database).runs()]
        killed.finished = True


def test_a_process_that_got_a_dead_ones_number_is_not_taken_for_it(ledger: Ledger) -> None:
    with ledger.run("out") as killed:
        lend(ledger, Owner(Owner.me().host, os.getpid(), "1"))
        with ledger.run("out") as next_one:
            next_one.finish(RunState.DONE)
        killed.finished = True


def test_another_hosts_lease_is_waited_for_until_it_is_over(ledger: Ledger, clock: ManualClock) -> None:
    with ledger.run("out") as far_away:
        lend(ledger, Owner("elsewhere", 1, "1"))
        with pytest.raises(RouteBusyError, match="on elsewhere"), ledger.run("out"):
            pass
        clock.advance((LENGTH + timedelta(seconds=1)).total_seconds())
        with ledger.run("out") as next_one:
            next_one.finish(RunState.DONE)
        far_away.finished = True


def test_a_lease_is_renewed_by_every_transaction(ledger: Ledger, clock: ManualClock) -> None:
    with ledger.run("out") as slow:
        lend(ledger, Owner("elsewhere", 1, "1"))
        for _ in range(3):
            clock.advance(LENGTH.total_seconds() * 0.9)
            with slow.write():
                pass
        with pytest.raises(RouteBusyError), ledger.run("out"):
            pass
        slow.finish(RunState.DONE)


def test_who_lost_the_lease_can_write_nothing_more(ledger: Ledger, clock: ManualClock) -> None:
    sleeper = Run(ledger.database, clock, ledger.number_of("out"), "out")
    lend(ledger, Owner("elsewhere", 1, "1"))
    clock.advance(LENGTH.total_seconds() + 1)
    with ledger.run("out") as next_one:
        next_one.finish(RunState.DONE)
    with pytest.raises(LeaseLostError), sleeper.write() as work:
        work.connection.exec_driver_sql("DELETE FROM runs")
    assert 2 == len(Report(ledger.database).runs())


def test_a_run_that_raises_is_closed_without_telling_what_was_in_a_foreign_message(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="ADA"), ledger.run("out"):
        raise ValueError("cannot convert ADA LOVELACE")
    [row] = Report(ledger.database).runs()
    assert ("failed", "ValueError") == (row.state, row.error)


def test_a_memory_is_a_routes_own_and_lasts(ledger: Ledger, tmp_path: Path, clock: ManualClock) -> None:
    ledger.memory("out").set("watermark", "1")
    ledger.memory("out").set("watermark", "2")
    ledger.memory("out").set("gone", "x")
    ledger.memory("out").forget("gone")
    with Ledger(f"sqlite:///{tmp_path}/ledger.db", clock) as again:
        found = [again.memory("out").get("watermark"), again.memory("back").get("watermark")]
        assert ["2", None, None] == [*found, again.memory("out").get("gone")]
