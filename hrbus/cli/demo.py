"""``hrbus demo``: the main job end to end on this machine, with invented people."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hrbus.cli.common import console
from hrbus.cli.words import _
from hrbus.errors import ConfigError, Fault

if TYPE_CHECKING:
    from hrbus.demo.night import Stage
    from hrbus.demo.passport import Step
    from hrbus.values import Summary

FOLDER = Path("var/demo")
FOLLOWED = ("4711", "4718")


def command(
    folder: Annotated[Path, typer.Option(metavar="DIR", help=_("Where the demonstration lives."))] = FOLDER,
    fresh: Annotated[bool, typer.Option("--fresh", help=_("Begin again: forget earlier nights."))] = False,
) -> None:
    """Show the main job end to end, with fifty invented candidates."""
    from hrbus import site
    from hrbus.demo.night import Night

    site.guard()
    _prepare(folder, fresh)
    with Night(folder).open() as stage:
        out = console()
        out.rule(_("Night {number}").format(number=stage.number))
        done = _play(stage)
        _counts(done)
        _rejects(stage)
        _held(stage)
        if stage.number == 1:
            _follow(stage)
        _verdict(stage, done)
        _places(stage)


def _prepare(folder: Path, fresh: bool) -> None:
    """Refuse a folder that is not ours to write in, and empty one that is, where that was asked for."""
    marked = (folder / "var" / "night").exists()
    if folder.exists() and any(folder.iterdir()) and not marked:
        message = _("{folder} is not empty and holds no demonstration").format(folder=folder)
        raise ConfigError(Fault(message, hint=_("name another with --folder")))
    if fresh and marked:
        shutil.rmtree(folder)


def _play(stage: Stage) -> dict[str, Summary]:
    """Let the night happen, and show how far it is."""
    from hrbus.cli.show import progress

    out = console()
    out.print(_("The legacy HR system writes tonight's extract, in EBCDIC, to its SFTP server."))
    for file in stage.arrive():
        out.print(f"  outgoing/{file.name}  {file.stat().st_size:,} bytes")
    done: dict[str, Summary] = {}
    for route in ("vacancies", "applicants"):
        out.print(_("hrbus runs the route {route}.").format(route=route))
        with progress(out, route) as told:
            done[route] = stage.run(route, told)
    out.print(_("An hour passes at the interview service; the candidates are interviewed."))
    stage.wait(3600)
    out.print(_("hrbus runs the route {route}.").format(route="results"))
    with progress(out, "results") as told:
        done["results"] = stage.run("results", told)
    return done


def _counts(done: dict[str, Summary]) -> None:
    from hrbus.cli.show import equation, summaries

    out = console()
    out.print(summaries(done))
    for route, summary in done.items():
        out.print(f"{route}: {equation(summary)}")
    out.print("")


def _rejects(stage: Stage) -> None:
    console().print(_("Two records are wrong on purpose; the others do not wait for them."))
    from hrbus.ledger.report import Report

    report = Report(stage.app.ledger.database)
    last = report.runs(1, "applicants")[0]
    for row in report.rejects(run=last.id):
        console().print(
            _("Rejected: record {number} of {artifact}, byte {offset}, field {field}: {reason}").format(
                number=row.number, artifact=row.artifact, offset=row.offset, field=row.field, reason=row.reason
            )
        )


def _held(stage: Stage) -> None:
    from hrbus.ledger.report import Report

    for row in Report(stage.app.ledger.database).held("applicants"):
        console().print(
            _("Held: record {number} of {artifact}: {reason}").format(
                number=row.number, artifact=row.artifact, reason=row.reason
            )
        )
    console().print("")


def _follow(stage: Stage) -> None:
    """Show some candidates field by field, there and back."""
    from hrbus.demo.passport import way_back, way_out

    for key in FOLLOWED:
        number = f"{int(key):08}"
        record, steps = way_out(stage, number)
        where = _("candidate {key}: record {number} of {artifact}, byte {offset}").format(
            key=number, number=record.number, artifact=record.artifact, offset=record.offset
        )
        _table(where, steps, (_("field"), _("byte"), _("bytes"), "HR-XML Candidate", _("JSON order")))
        record, steps = way_back(stage, number)
        where = _("and back: record {number} of {artifact}").format(number=record.number, artifact=record.artifact)
        back = (_("field"), _("byte"), _("bytes in the file"), "HR-XML AssessmentResult", _("JSON result"))
        _table(where, steps, back)


def _table(title: str, steps: list[Step], heads: tuple[str, ...]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for head in heads:
        table.add_column(head, overflow="fold")
    for step in steps:
        shown = step.bytes if len(step.bytes) <= 35 else f"{step.bytes[:35]}…"
        table.add_row(f"{step.field}\n{step.note}", str(step.offset), shown, step.document, step.json)
    console().print(table)


def _verdict(stage: Stage, done: dict[str, Summary]) -> None:
    """Say what the far side counts, which is the only count that proves anything."""
    counts = stage.world.orders()
    out = console()
    out.print(
        _("The interview service counts {orders} orders, {twice} of them twice.").format(
            orders=counts["orders"], twice=counts["duplicates"]
        )
    )
    if not done["applicants"].sent:
        out.print(_("Nothing was sent: everybody in tonight's extract is known. That is what the ledger is for."))
    elif stage.number == 1:
        out.print(_("Run it again: the same people come in tomorrow's extract, and nothing is sent twice."))


def _places(stage: Stage) -> None:
    root = stage.app.site.root
    out = console()
    out.print("")
    rows = (
        (_("the legacy system's files, in and out"), stage.world.root),
        (_("the ledger"), stage.app.site.ledger),
        (_("settings and mappings of this demonstration"), root / "config"),
    )
    for text, path in rows:
        out.print(f"{text}: {path}")
    out.print(_("Look around: {program} status --site {folder}").format(program=sys.argv[0], folder=root))
    out.print(
        _("Both servers have stopped with the demonstration; {program} sandbox starts your own.").format(
            program=sys.argv[0]
        )
    )
