"""``hrbus diff OLD NEW``: what changed between two versions of a copybook, and which mappings feel it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.codec import OptionsOption
from hrbus.cli.common import JsonOption, SiteOption, answer, show
from hrbus.cli.layout import DialectOption, RecordOption, told
from hrbus.cli.words import _

if TYPE_CHECKING:
    from hrbus.difference import Broken, Change
    from hrbus.spi import Row

DIFFERENT = 6
"""The exit code where the two are not the same."""


def command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help=_("The copybook as it was."))],
    new: Annotated[Path, typer.Argument(metavar="NEW", help=_("The copybook as it is now."))],
    record: RecordOption = "",
    dialect: DialectOption = "",
    option: OptionsOption = None,
    mappings: Annotated[
        Path | None,
        typer.Option(
            "--mappings", "-m", metavar="DIR", help=_("Mappings to look at; in a site its own."), show_default=False
        ),
    ] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what changed between two versions of a copybook, and which mappings name it; exit 6 where they differ."""
    from hrbus.difference import broken, differences

    changes = differences(*(told(each, record, dialect, "", option) for each in (old, new)))
    folder = _folder(mappings, site)
    felt = broken(changes, folder, (old, new)) if folder and changes else ()
    if as_json:
        answer({"old": str(old), "new": str(new), **_for_programs(changes, felt)})
    else:
        _for_people(changes, felt)
    if changes:
        raise typer.Exit(DIFFERENT)


def _folder(asked: Path | None, site: Path | None) -> Path | None:
    """Return the folder of mappings: the one asked for, else that of the site, where one is named or stood in."""
    import os

    from hrbus.errors import ConfigError, Fault
    from hrbus.site import find

    if asked is not None:
        if not asked.is_dir():
            raise ConfigError(Fault(_("there is no folder {folder}").format(folder=asked)))
        return asked
    if site is None and not (Path.cwd() / "config").is_dir():
        return None
    folder, here = find(site, os.environ).mappings, Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _for_programs(changes: Sequence[Change], felt: Sequence[Broken]) -> dict[str, Any]:
    from hrbus.outline import row

    return {
        "changes": [
            {
                "record": change.record,
                "field": change.field,
                "kinds": list(change.kinds),
                "conditions": list(change.names),
                "old": row(change.old) if change.old else None,
                "new": row(change.new) if change.new else None,
            }
            for change in changes
        ],
        "mappings": [
            {
                "file": each.use.place.file,
                "line": each.use.place.line,
                "column": each.use.place.column,
                "name": each.use.name,
                "field": each.change.field,
                "kinds": list(each.change.kinds),
            }
            for each in felt
        ],
    }


def _for_people(changes: Sequence[Change], felt: Sequence[Broken]) -> None:
    from rich.table import Table

    words = _kinds()
    if not changes:
        print(_("They are the same."))
        return
    table = Table(_("what"), _("field"), _("was"), _("is"), box=None, header_style="bold")
    for change in changes:
        kinds = ", ".join(words[kind] for kind in change.kinds)
        table.add_row(kinds, change.field, _told(change, change.old), _told(change, change.new))
    show(table)
    for each in felt:
        what = ", ".join(words[kind] for kind in each.change.kinds)
        print(f"{each.use.place}: {each.use.name}: {what}")


def _told(change: Change, row: Row | None) -> str:
    """Return what people see of one side of a change."""
    from hrbus.cli.layout import described, times

    if row is None:
        return ""
    place = (
        "" if row.offset is None else _("at {offset}, {length} bytes").format(offset=row.offset, length=row.length)
    )
    names = [each.name for each in row.conditions if each.name in change.names]
    parts = (place, described(row), "×" + times(row) if row.occurs else "", row.redefines, ", ".join(names))
    return " · ".join(part for part in parts if part)


def _kinds() -> dict[str, str]:
    return {
        "added": _("added"),
        "removed": _("removed"),
        "moved": _("moved"),
        "resized": _("resized"),
        "picture": _("another picture"),
        "occurs": _("repeats otherwise"),
        "redefines": _("redefines otherwise"),
        "conditions": _("other conditions"),
    }
