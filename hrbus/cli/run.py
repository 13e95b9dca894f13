"""``hrbus run ROUTE…``: routes, once, now."""

from __future__ import annotations

import signal
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from hrbus.cli.common import JsonOption, SiteOption, answer, console, explain, here, say
from hrbus.cli.words import _
from hrbus.errors import HrbusError, RecordError, TransientError

if TYPE_CHECKING:
    from hrbus.app import App
    from hrbus.values import Summary


def command(
    routes: Annotated[list[str], typer.Argument(metavar="ROUTE...", help=_("The routes, in this order."))],
    only: Annotated[bool, typer.Option("--only", help=_("Leave out the routes that these refer to."))] = False,
    site: SiteOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run routes once, now, after the routes that they refer to."""
    from hrbus.app import App

    with App.open(here(site), note=say) as app, _signals() as stop:
        done, failed = _run(app, routes if only else _with_references(app, routes), stop)
    if as_json:
        from hrbus.cli.show import counts

        answer({route: counts(summary) for route, summary in done.items()})
    else:
        _show(done, failed)
    rejected = sum(summary.rejected for summary in done.values())
    if failed:
        raise typer.Exit(next(iter(failed.values())).exit_code)
    if stop():
        raise typer.Exit(TransientError.exit_code)
    if rejected:
        say(_("{count} records were rejected; hrbus rejects says why.").format(count=rejected))
        raise typer.Exit(RecordError.exit_code)


def _with_references(app: App, routes: list[str]) -> list[str]:
    return list(dict.fromkeys(needed for route in routes for needed in app.needed_by(route)))


def _run(app: App, routes: list[str], stop: Callable[[], bool]) -> tuple[dict[str, Summary], dict[str, HrbusError]]:
    """Run the routes and return the counts of each that began, and the errors of those that failed, in order."""
    from hrbus.cli.show import progress
    from hrbus.ledger.report import Report

    done: dict[str, Summary] = {}
    failed: dict[str, HrbusError] = {}
    for route in routes:
        if stop():
            say(_("Stopped before {route}; run again to go on.").format(route=route))
            break
        try:
            with progress(console(), route) as told:
                done[route] = app.run(route, progress=told, stop=stop)
        except HrbusError as error:
            explain(error)
            failed[route] = error
            with suppress(HrbusError):  # the ledger itself may be what failed, and that was said just now
                done |= {row.route: row.summary for row in Report(app.ledger.database).runs(1, route)}
    return done, failed


def _show(done: dict[str, Summary], failed: Container[str]) -> None:
    from hrbus.cli.show import equation, summaries

    console().print(summaries(done))
    for route, summary in done.items():
        print(f"{route}: {equation(summary)}")
        if route in failed:
            if not summary.read:  # why was said already; that nothing new was there would be no answer
                print(_("  it failed: whether something new was there could not be looked at"))
        elif not summary.read:
            print(_("  nothing new was there"))
        elif not summary.sent:
            print(_("  nothing was sent"))


@contextmanager
def _signals() -> Iterator[Callable[[], bool]]:
    """Let the first SIGINT or SIGTERM end the run after the batch in hand, and a second one at once."""
    asked: list[int] = []

    def ask(number: int, _frame: object) -> None:
        asked.append(number)
        say(_("Stopping after the batch in hand; once more to stop at once."))
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
