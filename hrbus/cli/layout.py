"""``hrbus layout COPYBOOK``: where each field of a record lies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hrbus.cli.codec import EncodingOption, OptionsOption, chosen
from hrbus.cli.common import JsonOption, answer, readable, row_of, show, tell
from hrbus.cli.words import _

if TYPE_CHECKING:
    from hrbus.errors import Fault
    from hrbus.spi import Condition, Outline, Row

LayoutArgument = Annotated[
    Path, typer.Argument(metavar="COPYBOOK", help=_("The layout: a COBOL copybook, or another codec's."))
]
RecordOption = Annotated[
    str, typer.Option("--record", "-r", help=_("Only this record: a name of level 01."), show_default=False)
]
DialectOption = Annotated[
    str,
    typer.Option(
        "--dialect", "-d", help=_("Whose compiler lays the fields: ibm, gnucobol or mf."), show_default=False
    ),
]
DiagnoseOption = Annotated[
    Path | None,
    typer.Option(
        "--diagnose",
        metavar="DATA",
        help=_("Guess from a part of this file how it is to be read: frame, code page, byte order, header."),
        show_default=False,
    ),
]
ShowOption = Annotated[
    bool, typer.Option("--show", help=_("With --diagnose: print the first record as well. It is personal data."))
]


def command(
    copybook: LayoutArgument,
    record: RecordOption = "",
    dialect: DialectOption = "",
    encoding: EncodingOption = "",
    option: OptionsOption = None,
    diagnose: DiagnoseOption = None,
    shown: ShowOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show the fields of every record that a copybook describes, or guess how a file of them is to be read."""
    if diagnose is not None:
        from hrbus.cli import diagnosis

        own = _own(record, dialect)
        diagnosis.tell(copybook, diagnose, encoding, [*own, *(option or [])], as_json=as_json, shown=shown)
        return
    found = told(copybook, record, dialect, encoding, option)
    warnings = [fault for outline in found for fault in outline.warnings]
    whole = [outline for outline in found if outline.rows]
    if as_json:
        _for_programs(copybook, whole, warnings)
    else:
        _for_people(whole)
    for fault in warnings:
        tell(fault)


def told(copybook: Path, record: str, dialect: str, encoding: str, options: list[str] | None) -> Sequence[Outline]:
    """Return the outlines of a layout file; ``record`` and ``dialect`` are settings with an option of their own."""
    from dataclasses import replace

    from hrbus.outline import outlines

    with readable(copybook), copybook.open("rb"):
        pass
    kind, settings, context = chosen([copybook], encoding, "", [*_own(record, dialect), *(options or [])])
    found = outlines(kind, copybook, settings, context)
    return [replace(each, warnings=tuple(replace(fault, warning=True) for fault in each.warnings)) for each in found]


def _own(record: str, dialect: str) -> list[str]:
    """Return the settings that have an option of their own."""
    return [f"{name}={value}" for name, value in (("record", record), ("dialect", dialect)) if value]


def _for_programs(copybook: Path, found: Iterable[Outline], warnings: Iterable[Fault]) -> None:
    from hrbus.outline import record

    answer(
        {
            "copybook": str(copybook),
            "records": [record(outline) for outline in found],
            "warnings": [row_of(fault) for fault in warnings],
        }
    )


def _for_people(found: Sequence[Outline]) -> None:
    from rich.table import Table

    from hrbus.outline import nested

    for number, outline in enumerate(found):
        title = outline.name
        if outline.length is not None:
            title = _("{name}: {length} bytes").format(name=outline.name, length=outline.length)
        table = Table(title=("\n" if number else "") + title, title_justify="left", box=None, header_style="bold")
        for heading in (_("level"), _("name"), _("offset"), _("length")):
            table.add_column(heading, justify="right" if heading in (_("offset"), _("length")) else "left")
        for heading in (_("picture and usage"), _("occurs"), _("redefines")):
            table.add_column(heading)
        for row, above in nested(outline.rows):
            table.add_row(*_cells(row, len(above)))
            for condition in row.conditions:
                table.add_row("88", "  " * len(above) + "  " + condition.name, "", "", _values(condition))
        show(table)


def _cells(row: Row, depth: int) -> tuple[str, ...]:
    """Return what people see of a row."""
    renames = "" if row.renames is None else " THRU ".join(dict.fromkeys(row.renames))
    return (
        f"{row.level:02}",
        "  " * depth + row.name,
        "" if row.offset is None else str(row.offset),
        "" if row.length is None else str(row.length),
        described(row),
        times(row),
        row.redefines or (_("renames {fields}").format(fields=renames) if renames else ""),
    )


def described(row: Row) -> str:
    """Return picture, usage and sign as a copybook writes them; what goes without saying is left out."""
    usage = "" if row.usage == "DISPLAY" and row.picture else row.usage
    sign = "" if row.sign in ("", "signed", "trailing") else f"SIGN {row.sign.upper()}"
    return " ".join(part for part in (row.picture, usage, sign) if part)


def _values(condition: Condition) -> str:
    ends = (tuple(dict.fromkeys(each)) for each in condition.values)
    return "VALUE " + ", ".join(" THRU ".join(str(end) for end in each) for each in ends)


def times(row: Row) -> str:
    """Return how often a row repeats, in words."""
    found = row.occurs
    if found is None:
        return ""
    most = _("any number") if found.most is None else str(found.most)
    bounds = most if found.most == found.least else f"{found.least}–{most}"
    return _("{bounds} by {field}").format(bounds=bounds, field=found.depending) if found.depending else bounds
