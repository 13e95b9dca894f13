"""``hrbus rejects``: which records were refused, where they stand in their artifact, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.common import JsonOption, SiteOption, answer, here, show
from hrbus.cli.words import _

if TYPE_CHECKING:
    from hrbus.ledger.report import RejectRow


def command(
    run: Annotated[int | None, typer.Option(help=_("Only those of this run."), show_default=False)] = None,
    route: Annotated[str, typer.Option(help=_("Only those of this route."), show_default=False)] = "",
    show_values: Annotated[
        bool, typer.Option("--show-values", help=_("Show the record's bytes: personal data."))
    ] = False,
    site: SiteOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the records that were refused, and why."""
    from hrbus.cli.ledger import report

    with report(here(site)) as found:
        rows = list(found.rejects(run, route)) if found else []
    if as_json:
        answer([_row(row, show_values) for row in rows])
        return
    if not rows:
        print(_("Nothing was refused."))
        return
    from rich.table import Table

    table = Table(
        _("run"), _("route"), _("artifact"), _("record"), _("byte"), _("stage"), _("field"), _("reason"),
        box=None, header_style="bold",
    )  # fmt: skip
    for row in rows:
        place = (str(row.run), row.route, row.artifact, str(row.number), str(row.offset))
        table.add_row(*place, row.stage, row.field, row.reason)
        if show_values and row.raw:
            table.add_row("", "", "", "", "", "", "", row.raw.hex(" "))
    show(table)


def _row(row: RejectRow, show_values: bool) -> dict[str, Any]:
    names = ("id", "run", "route", "artifact", "sha256", "number", "offset", "stage", "field", "reason", "record")
    shown = {name: getattr(row, name) for name in names}
    return shown | {"raw": row.raw.hex()} if show_values else shown
