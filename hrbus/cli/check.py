"""``hrbus check``: is everything that a site's people wrote right, and, if asked, is everybody there."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.common import JsonOption, SiteOption, answer, here, row_of, say, settings, tell
from hrbus.cli.words import _
from hrbus.errors import ConfigError, HrbusError

if TYPE_CHECKING:
    from hrbus.errors import Fault
    from hrbus.settings import Config


class Format(StrEnum):
    """How faults are told to a program that shows them to people."""

    GITHUB = "github"
    SARIF = "sarif"


def command(
    connect: Annotated[
        bool, typer.Option("--connect", help=_("Also ask every connection whether it answers."))
    ] = False,
    secrets: Annotated[
        bool, typer.Option(help=_("Ask for the secrets too; leave them out where they are not known, as in CI."))
    ] = True,
    form: Annotated[
        Format | None,
        typer.Option("--format", help=_("Answer for a program that shows faults to people."), show_default=False),
    ] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove settings, layouts and mappings; start nothing."""
    from hrbus.checkup import Examined, examine
    from hrbus.clock import SystemClock
    from hrbus.registry import Registry

    if connect and not secrets:
        raise typer.BadParameter(_("--connect needs the secrets"), param_hint="--no-secrets")
    place = here(site)
    config: Config | None = None
    try:
        config = settings(place, secrets=secrets)
        found = examine(config, Registry.installed(), SystemClock())
    except ConfigError as error:
        found = Examined(error.faults)
    faults = found.faults
    wrong = any(not fault.warning for fault in faults)
    reached, code = _connect(config) if connect and config and not wrong else ([], 0)
    if form:
        _for_viewers(form, faults)
    elif as_json:
        mappings = [{"file": each.path, "version": each.version} for each in found.mappings]
        answer({"faults": [row_of(fault) for fault in faults], "mappings": mappings, "connections": reached})
    else:
        _for_people(config, faults, reached)
    if wrong or code:
        raise typer.Exit(ConfigError.exit_code if wrong else code)


def _for_viewers(form: Format, faults: Sequence[Fault]) -> None:
    from hrbus.cli.findings import github, sarif

    if form is Format.SARIF:
        answer(sarif(faults))
        return
    for line in github(faults):
        print(line)


def _connect(config: Config) -> tuple[list[dict[str, Any]], int]:
    """Return what every end of every route said, and the exit code of the first that could not be reached."""
    from hrbus.checkup import probe
    from hrbus.clock import SystemClock

    rows, code = [], 0
    for name, said in probe(config, SystemClock()):
        failed = isinstance(said, HrbusError)
        code = code or (said.exit_code if isinstance(said, HrbusError) else 0)
        rows.append({"name": name, "reached": not failed, "said": str(said)})
    return rows, code


def _for_people(config: Config | None, faults: Sequence[Fault], reached: list[dict[str, Any]]) -> None:
    for fault in faults:
        tell(fault)
    for row in reached:
        print(f"{row['name']}: {_('reached') if row['reached'] else _('not reached')}: {row['said']}")
    wrong = sum(not fault.warning for fault in faults)
    if wrong:
        say(_("1 fault.") if wrong == 1 else _("{count} faults.").format(count=wrong))
    elif config and all(row["reached"] for row in reached):
        text = _("{routes} routes, {connections} connections, {jobs} jobs: all is right.")
        print(text.format(routes=len(config.routes), connections=len(config.connections), jobs=len(config.jobs)))
