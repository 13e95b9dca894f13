"""``hrbus status``: how every route and job stands, and what became of one record."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.common import JsonOption, SiteOption, answer, console, here
from hrbus.cli.words import _

if TYPE_CHECKING:
    from hrbus.ledger.report import Report


def command(
    key: Annotated[
        str, typer.Option(metavar="KEY", help=_("Follow one record by its business key."), show_default=False)
    ] = "",
    site: SiteOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how every route and job stands."""
    from hrbus.cli.ledger import report
    from hrbus.diary import Diary

    place = here(site)
    with report(place) as found:
        if key:
            _trace(found, key, as_json)
            return
        rows = found.status() if found else []
        jobs = Diary.of(place).entries
        if as_json:
            answer({"routes": [asdict(row) for row in rows], "jobs": jobs})
            return
    if not rows:
        print(_("Nothing has run here yet."))
    else:
        _routes(rows)
    if jobs:
        _jobs(jobs)


def _routes(rows: list[Any]) -> None:
    from rich.table import Table

    from hrbus.cli.show import equation

    table = Table(
        _("route"), _("pending"), _("held"), _("last run"), _("state"), _("counts"), box=None, header_style="bold"
    )
    for row in rows:
        state = (
            _("running ({owner})").format(owner=row.running) if row.running else row.last.state if row.last else ""
        )
        if row.failed_artifacts:
            state += "; " + _("{count} artifacts to look at").format(count=row.failed_artifacts)
        last = (row.last.started, equation(row.last.summary)) if row.last else ("", "")
        table.add_row(row.route, str(row.pending), str(row.held), last[0], state, last[1])
    console().print(table)


def _jobs(jobs: dict[str, dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table(_("job"), _("due"), _("outcome"), _("said"), box=None, header_style="bold")
    for name, entry in jobs.items():
        skipped = entry.get("skipped", {}).get("times", 0)
        said = entry.get("said", "") + (_(" ({count} starts skipped)").format(count=skipped) if skipped else "")
        table.add_row(name, entry.get("due", ""), entry.get("outcome", ""), said)
    out = console()
    out.print("")
    out.print(table)


def _trace(found: Report | None, key: str, as_json: bool) -> None:
    from rich.table import Table

    rows = found.trace(key) if found else []
    if as_json:
        answer([asdict(row) for row in rows])
        return
    if not rows:
        print(_("The ledger has no record with that key."))
        return
    table = Table(
        _("route"), _("artifact"), _("record"), _("byte"), _("revision"), _("state"), _("far id"), _("what was said"),
        box=None, header_style="bold",
    )  # fmt: skip
    for row in rows:
        said = row.reason or row.answer
        table.add_row(
            row.route, row.artifact, str(row.number), str(row.offset), str(row.revision), row.state, row.far_id, said
        )
    console().print(table)
