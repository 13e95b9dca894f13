"""One run of a route, from the source to the settled artifact.

    summary = run(route, ledger, clock=SystemClock(), spool=Spool(Path("var/spool")))

1. Deliveries that a crash or a far side's trouble left open are finished, with the same name, number and records.
2. The source is polled; what is new is read into the ledger, batch by batch, and becomes true as a whole.
3. What waits is sent as one delivery.
4. The source settles what the ledger has.

Each of these can be cut at any moment and is taken up again by the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from hrbus.errors import BatchError, HrbusError, TransientError
from hrbus.flow.delivery import Sending
from hrbus.flow.intake import Intake, Stopped, settle
from hrbus.flow.progress import Progress, quiet
from hrbus.flow.route import Route
from hrbus.ledger import Ledger
from hrbus.ledger.outbox import OpenDelivery, gather, left_open
from hrbus.ledger.schema import RunState
from hrbus.spi import Summary
from hrbus.spool import Spool


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
) -> Summary:
    """Run a route once and return its counts, which the ledger keeps.

    ``stop`` is asked between batches; where it says yes the run ends after the batch in hand, and the next goes on.
    Raises RouteBusyError where another process runs the route; ConfigError at once; BatchError where an artifact or a
    file to be written needs a person, and TransientError where the far side could not answer: these two only after
    all else was done. The counts of a run that raised are in the ledger.
    """
    with ledger.run(route.name) as book:
        references = {root: ledger.number_of(name) for root, name in route.references.items()}
        intake = Intake(route, book, spool, references, progress, stop)
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
        with _kept(errors):
            settle(route, book, intake.done)
        worst = _worst(errors)
        summary = book.finish(RunState.FAILED if worst else state, str(worst or ""))
    if worst:
        raise worst
    return summary


def _send(route: Route, delivery: OpenDelivery | None, progress: Progress, stop: Callable[[], bool]) -> None:
    if delivery is None:
        return
    Sending(route, delivery, progress).go(stop)
    if stop():
        raise Stopped


@contextmanager
def _kept(errors: list[HrbusError]) -> Iterator[None]:
    """Keep an error that ends this step only; what a person must mend in the configuration ends the run."""
    try:
        yield
    except (BatchError, TransientError) as error:
        errors.append(error)


def _worst(errors: Sequence[HrbusError]) -> HrbusError | None:
    """Return the error that the run ends with: one that needs a person rather than one that passes by itself."""
    return next((error for error in errors if isinstance(error, BatchError)), errors[0] if errors else None)
