"""``hrbus adapters [NAME]``: what is plugged in, and the settings that each takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.common import JsonOption, answer, console
from hrbus.cli.words import _

if TYPE_CHECKING:
    from hrbus.registry import Registry


def command(
    name: Annotated[
        str, typer.Argument(help=_("An adapter or codec; without it all are listed."), show_default=False)
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """List adapters and codecs, or the settings of one."""
    from hrbus import site
    from hrbus.registry import Registry

    site.guard()
    registry = Registry.installed()
    if name:
        _one(registry, name, as_json)
    else:
        _all(registry, as_json)


def _all(registry: Registry, as_json: bool) -> None:
    from hrbus.registry import ADAPTERS, CODECS

    adapters = [registry.adapter(found) for found in registry.names(ADAPTERS)]
    codecs = [registry.codec(found) for found in registry.names(CODECS)]
    rows: list[dict[str, Any]] = [
        {"name": a.name, "kind": "adapter", "source": bool(a.source), "target": bool(a.target), "summary": a.summary}
        for a in adapters
    ]
    rows += [{"name": c.name, "kind": "codec", "summary": c.summary} for c in codecs]
    if as_json:
        answer(rows)
        return
    from rich.table import Table

    table = Table(_("name"), _("kind"), _("what it is"), box=None, header_style="bold")
    for row in rows:
        ends = [_("source")] * bool(row.get("source")) + [_("target")] * bool(row.get("target"))
        table.add_row(row["name"], " + ".join(ends) or _("codec"), row["summary"])
    console().print(table)


def _one(registry: Registry, name: str, as_json: bool) -> None:
    from rich.table import Table

    from hrbus.describe import described
    from hrbus.registry import CODECS

    found = registry.codec(name) if name in registry.names(CODECS) else registry.adapter(name)
    parts = described(found)
    if as_json:
        answer(
            {
                "name": name,
                "summary": found.summary,
                **{part: [row._asdict() for row in parts[part]] for part in parts},
            }
        )
        return
    out = console()
    out.print(f"{name}: {found.summary}")
    for part, rows in parts.items():
        table = Table(_("setting"), _("type"), _("default"), _("meaning"), title=part, title_justify="left", box=None)
        for row in rows:
            table.add_row(row.name, row.type, row.default, row.meaning)
        out.print("")
        out.print(table)
