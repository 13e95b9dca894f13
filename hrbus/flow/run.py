"""One run of a route, from the source to the settled artifact.

    summary = run(route, ledger, clock=SystemClock(), spool=Spool(Path("var/spool")))

1. Deliveries that a crash or a far side's trouble left open are finished, with the same name, number and records.
2. The source is polled; what is new is read into the ledger, batch by batch, and becomes true as a whole.
3. What waits is sent as one delivery.
4. The source settles what the ledger has.

Each of these can be cut at any moment and is taken up again by the next run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from hrbus.errors import BatchError, ConfigError, HrbusError
from hrbus.flow.delivery import Sending
from hrbus.flow.intake import Intake, Stopped, settle
from hrbus.flow.lookup import Finder
from hrbus.flow.progress import Progress, quiet
from hrbus.flow.route import Route
from hrbus.ledger import LeaseLostError, Ledger
from hrbus.ledger.outbox import OpenDelivery, gather, left_open
from hrbus.ledger.schema import RunState
from hrbus.mapping import Run
from hrbus.spi import Summary
from hrbus.spool import Spool

log = logging.getLogger("hrbus.flow")


def never() -> bool:
    """Let the run go on to its end."""
    return False


def run(
    route: Route,
    ledger: Ledger,
    *,
    spool: Spool,
    progress: Progress = quiet,
    stop: Callable[[], bool] = never,
    note: Callable[[str], None] = log.info,
) -> Summary:
    """Run a route once and return its counts, which the ledger keeps. ``note`` takes lines for people.

    ``stop`` is asked between batches; where it says yes the run ends after the batch in hand, and the next goes on.
    Raises RouteBusyError where another process runs the route. What stands in the way of one artifact, of the rest
    of a poll, of a delivery or of settling one artifact is raised only after all else was done, the worst of it; its
    class says what to do. The counts of a run that raised are in the ledger.
    """
    with ledger.run(route.name) as book:
        references = {root: ledger.number_of(name) for root, name in route.references.items()}
        intake = Intake(route, book, spool, references, _finders(route, ledger), progress, stop, note)
        errors = intake.errors
        state = RunState.DONE
        try:
            with _kept(errors):
                for delivery in left_open(book):
                    _send(route, delivery, progress, stop)
            reachable = not errors
            intake.go()
            if reachable and route.target is not None:
                with _kept(errors):
                    _send(route, gather(book, references, route.on_change), progress, stop)
        except Stopped:
            state = RunState.STOPPED
        for artifact, taken in intake.done:
            with _kept(errors):
                settle(route, book, artifact, taken)
        worst = _worst(errors)
        summary = book.finish(RunState.FAILED if worst else state, str(worst or ""))
    if worst:
        raise worst
    return summary


def _finders(route: Route, ledger: Ledger) -> list[Finder]:
    """Return the lookups of a route at work; a reference's records do not depend on the run that reads them."""
    moment = Run(ledger.clock.now(), 0)
    return [
        Finder(each, ledger.number_of(each.route), ledger.database, route.vocabulary, moment)
        for each in route.lookups
    ]


def _send(route: Route, delivery: OpenDelivery | None, progress: Progress, stop: Callable[[], bool]) -> None:
    if delivery is None:
        return
    Sending(route, delivery, progress).go(stop)
    if stop():
        raise Stopped


@contextmanager
def _kept(errors: list[HrbusError]) -> Iterator[None]:
    """Keep an error that ends this step only; a lease that was lost ends the run, for another has it."""
    try:
        yield
    except LeaseLostError:
        raise
    except HrbusError as error:
        errors.append(error)


def _worst(errors: Sequence[HrbusError]) -> HrbusError | None:
    """Return the error that the run ends with: one that needs a person rather than one that passes by itself."""
    needy = (error for kind in (ConfigError, BatchError) for error in errors if isinstance(error, kind))
    return next(needy, errors[0] if errors else None)
