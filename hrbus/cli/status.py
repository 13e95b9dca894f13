"""``hrbus status``: how every route and job stands, and what became of one record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.common import JsonOption, SiteOption, answer, here, show
from hrbus.cli.words import _

if TYPE_CHECKING:
    from hrbus.ledger.report import ArtifactRow, RecordRow, Report, RouteRow

SHOWN = 10
"""How many held records of a route are named to people; programs get all."""

NEWEST = 1000
"""How many artifacts of a route are looked at for those that failed."""


def command(
    key: Annotated[
        str,
        typer.Option(
            metavar="KEY",
            help=_("Follow one record by its business key, or by the far side's id."),
            show_default=False,
        ),
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
        jobs = Diary.of(place).entries
        if as_json:
            answer(_for_programs(found) | {"jobs": jobs})
            return
        if found:
            _routes(found)
        else:
            print(_("Nothing has run here yet."))
    if jobs:
        _jobs(jobs)


def _for_programs(found: Report | None) -> dict[str, Any]:
    rows = found.status() if found else []
    failed = [asdict(artifact) for row in rows if found for artifact in _failed(found, row)]
    held = [asdict(record) for record in found.held()] if found else []
    return {"routes": [asdict(row) for row in rows], "artifacts": failed, "held": [_keyless(row) for row in held]}


def _keyless(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out whom a record is about: nobody asked for a person."""
    return {name: value for name, value in row.items() if name != "key"}


def _failed(found: Report, row: RouteRow) -> list[ArtifactRow]:
    """Return the artifacts that failed and that no good one of the same name has replaced since."""
    if not row.failed_artifacts:
        return []
    failed, replaced = [], set()
    for artifact in found.artifacts(route=row.route, limit=NEWEST):
        if artifact.state in ("complete", "settled"):
            replaced.add(artifact.name)
        elif artifact.state == "failed" and artifact.name not in replaced:
            failed.append(artifact)
    return failed


def _routes(found: Report) -> None:
    from rich.table import Table

    from hrbus.cli.show import equation

    rows = found.status()
    table = Table(_("route"), _("pending"), _("held"), _("last run"), _("state"), box=None, header_style="bold")
    for row in rows:
        table.add_row(row.route, str(row.pending), str(row.held), _moment(row), _state(row))
    show(table)
    print()
    for row in rows:
        if row.last:
            print(f"{row.route}: {equation(row.last.summary)}")
        for line in _waiting(found, row):
            print(f"  {line}")


def _moment(row: RouteRow) -> str:
    return row.last.started[:19].replace("T", " ") + "Z" if row.last else ""


def _state(row: RouteRow) -> str:
    if row.running:
        return _("running ({owner})").format(owner=row.running)
    return _(row.last.state) if row.last else ""


def _waiting(found: Report, row: RouteRow) -> Iterator[str]:
    """Yield a line for each thing of a route that a person may have to look at."""
    failed = _failed(found, row)
    if row.last and row.last.error not in {"", *(artifact.error for artifact in failed)}:
        yield _("the last run said: {error}").format(error=row.last.error)
    for artifact in failed:
        yield _("{artifact} must be looked at: {error}").format(artifact=artifact.name, error=artifact.error)
    if row.held:
        for record in islice(found.held(row.route), SHOWN):
            yield _("held: record {number} of {artifact}, byte {offset}: {reason}").format(
                number=record.number, artifact=record.artifact, offset=record.offset, reason=record.reason
            )
        if row.held > SHOWN:
            yield _("and {count} more").format(count=row.held - SHOWN)


def _jobs(jobs: dict[str, dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table(_("job"), _("due"), _("outcome"), _("said"), box=None, header_style="bold")
    for name, entry in jobs.items():
        skipped = entry.get("skipped", {}).get("times", 0)
        said = entry.get("said", "") + (_(" ({count} starts skipped)").format(count=skipped) if skipped else "")
        table.add_row(name, entry.get("due", ""), _(entry.get("outcome", "")), said)
    print()
    show(table)


def _trace(found: Report | None, key: str, as_json: bool) -> None:
    rows = found.find(key) if found else []
    if as_json:
        answer([asdict(row) for row in rows])
    elif not rows:
        print(_("The ledger has no record with that key."))
    for row in [] if as_json else rows:
        _record(row)


def _record(row: RecordRow) -> None:
    print(
        _("{route}, revision {revision}: {state}").format(route=row.route, revision=row.revision, state=_(row.state))
    )
    place = {"number": row.number, "artifact": row.artifact, "offset": row.offset}
    print("  " + _("record {number} of {artifact}, byte {offset}").format(**place))
    if row.mapping:
        print("  " + _("made by version {version} of the mapping").format(version=row.mapping))
    if row.order_mapping:
        print("  " + _("sent as version {version} of the mapping out made it").format(version=row.order_mapping))
    if row.far_id:
        print("  " + _("far id {id}").format(id=row.far_id))
    if row.reason or row.answer:
        print("  " + _("said: {words}").format(words=row.reason or row.answer))
