"""``hrbus privacy report``: which data go where, for which purpose, as a record of processing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.common import JsonOption, SiteOption, answer, here, settings, show
from hrbus.cli.words import _
from hrbus.errors import ConfigError, Fault

if TYPE_CHECKING:
    from hrbus.privacy import Passage
    from hrbus.settings import Config
    from hrbus.settings.privacy import Privacy


def group() -> typer.Typer:
    """Return the commands about personal data."""
    app = typer.Typer(help=_("Say which personal data go where, and why."), no_args_is_help=True)
    app.command("report", help=_("Print what goes where and why: a record of processing."))(report)
    return app


def report(
    fields: Annotated[bool, typer.Option("--fields", help=_("Every field on its way, not only classes."))] = False,
    site: SiteOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what goes where and why: a record of processing."""
    from hrbus.checkup import mappings_of
    from hrbus.clock import SystemClock
    from hrbus.privacy import passages
    from hrbus.registry import Registry

    config = settings(here(site), secrets=False)
    if config.privacy is None:
        hint = _("write it: hrbus init brings a sample")
        raise ConfigError(Fault(_("there is no config/privacy.yaml, so there is nothing to report"), hint=hint))
    mappings = mappings_of(config, Registry.installed(), SystemClock())
    found = [passage for route in config.routes.values() for passage in passages(config, route, mappings)]
    if as_json:
        answer({"purposes": _purposes(config.privacy), "passages": [_row(config, passage) for passage in found]})
        return
    for line in _for_people(config, config.privacy, found, fields):
        show(line)


def _purposes(privacy: Privacy) -> dict[str, Any]:
    return {name: each.model_dump(mode="json") for name, each in privacy.purposes.items()}


def _row(config: Config, passage: Passage) -> dict[str, Any]:
    recipient = config.privacy.recipients.get(passage.target) if config.privacy else None
    return {
        "route": passage.route,
        "purpose": passage.purpose,
        "class": passage.kind,
        "sensitive": passage.sensitive,
        "field": passage.field,
        "path": passage.path,
        "target": passage.target,
        "written": passage.written,
        "recipient": recipient.model_dump(mode="json") if recipient else None,
        "allowed": passage.allowed,
        "line": str(passage.place),
    }


def _for_people(config: Config, privacy: Privacy, found: list[Passage], fields: bool) -> Iterator[Any]:
    from rich.table import Table

    table = Table(title=_("Purposes"), title_justify="left", box=None, header_style="bold")
    for title in (_("purpose"), _("what is done"), _("ground"), _("kept"), _("routes")):
        table.add_column(title)
    for name, each in privacy.purposes.items():
        table.add_row(name, each.about, each.basis, each.keep, ", ".join(each.routes))
    yield table
    titles = [_("purpose"), _("class"), _("target"), _("recipient"), _("route")]
    titles += [_("field"), _("place in the document"), _("written as")] if fields else [_("fields")]
    table = Table(title=_("What goes where"), title_justify="left", box=None, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in _field_rows(privacy, found) if fields else _class_rows(privacy, found):
        table.add_row(*row)
    yield table


def _head(privacy: Privacy, passage: Passage) -> tuple[str, ...]:
    kind = passage.kind or _("(no class)")
    kind += f" {_('(sensitive)')}" if passage.sensitive else ""
    kind += "" if passage.allowed else f" {_('NOT ALLOWED')}"
    recipient = privacy.recipients.get(passage.target)
    who = ", ".join(filter(None, (recipient.name, recipient.role, recipient.country))) if recipient else ""
    return passage.purpose or _("(none)"), kind, passage.target, who, passage.route


def _class_rows(privacy: Privacy, found: list[Passage]) -> Iterator[tuple[str, ...]]:
    grouped: dict[tuple[str, ...], dict[str, None]] = {}
    for passage in found:
        grouped.setdefault(_head(privacy, passage), {})[passage.field or passage.written] = None
    for head, names in grouped.items():
        yield (*head, ", ".join(names))


def _field_rows(privacy: Privacy, found: list[Passage]) -> Iterator[tuple[str, ...]]:
    for passage in found:
        yield (*_head(privacy, passage), passage.field, passage.path, passage.written)
