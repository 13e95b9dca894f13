"""How runs look to people: progress while they go on, and their counts when they are over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING

from hrbus.cli.words import _

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from hrbus.flow import Progress
    from hrbus.values import Summary

ADDENDS = ("sent", "unchanged", "rejected", "held", "skipped", "pending")
"""The right side of the equation, in its order."""

_STAGES = {"read": "reading", "send": "sending"}


def equation(summary: Summary) -> str:
    """Return the equation of a run or an artifact, with its numbers."""
    right = " + ".join(f"{name} {getattr(summary, name):,}" for name in ADDENDS)
    return f"read {summary.read:,} = {right}"


def counts(summary: Summary) -> dict[str, int]:
    """Return the counts of a run for programs."""
    return {field.name: getattr(summary, field.name) for field in fields(summary)}


def summaries(rows: Mapping[str, Summary]) -> Table:
    """Return a table with the counts of each route."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    table.add_column(_("route"))
    for name in ("read", *ADDENDS):
        table.add_column(_(name), justify="right")
    for route, summary in rows.items():
        table.add_row(route, *(f"{getattr(summary, name):,}" for name in ("read", *ADDENDS)))
    return table


@contextmanager
def progress(console: Console, route: str) -> Iterator[Progress]:
    """Show how far a run of ``route`` is, for as long as the block lasts; nothing where it is not a terminal."""
    from rich import progress as bars

    columns = (
        bars.SpinnerColumn(),
        bars.TextColumn("{task.fields[route]}: {task.description}"),
        bars.BarColumn(),
        bars.TaskProgressColumn(),
        bars.TimeRemainingColumn(elapsed_when_finished=True),
    )
    with bars.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        tasks: dict[str, bars.TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = shown.add_task(_(_STAGES.get(stage, stage)), route=route, total=total)
            shown.update(tasks[stage], completed=done, total=total)

        yield tell
