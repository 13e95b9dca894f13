"""What the commands share: the options that several have, and how they speak to people and to programs.

def command(site: SiteOption = None, as_json: JsonOption = False) -> None:
place = here(site)
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.words import _
from hrbus.errors import ConfigError, Fault, HrbusError

if TYPE_CHECKING:
    from rich.console import Console

    from hrbus.settings import Config
    from hrbus.site import Site

SiteOption = Annotated[
    Path | None,
    typer.Option(
        "--site", metavar="DIR", help=_("The site: the folder with config/ and mappings/."), show_default=False
    ),
]
"""``--site DIR``; without it $HRBUS_SITE, then the current folder: see ``here``."""

JsonOption = Annotated[bool, typer.Option("--json", help=_("Answer in JSON, for programs."))]


def here(asked: Path | None) -> Site:
    """Return the site that was asked for, after looking whether hrbus may start at all."""
    from hrbus import site

    site.guard()
    return site.find(asked, os.environ)


def settings(site: Site) -> Config:
    """Return the checked settings of ``site``."""
    from hrbus.registry import Registry
    from hrbus.settings import load

    return load(site, Registry.installed(), os.environ)


def console() -> Console:
    """Return what tables and progress are written to: stdout, plain where it is not a terminal."""
    from rich.console import Console

    return Console(highlight=False, markup=False, soft_wrap=True)


def say(line: str) -> None:
    """Write a line for people to stderr, where it does not mix with what a program reads."""
    print(line, file=sys.stderr)


def answer(value: Any) -> None:
    """Write ``value`` to stdout as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def explain(error: HrbusError) -> None:
    """Write to stderr all that ``error`` knows: every fault on a line of its own."""
    faults: tuple[Fault, ...] = error.faults if isinstance(error, ConfigError) else (Fault(str(error)),)
    for fault in faults:
        tell(fault)
    wrong = sum(not fault.warning for fault in faults)
    if wrong > 1:
        say(_("{count} faults; nothing was started.").format(count=wrong))


def tell(fault: Fault) -> None:
    """Write one fault to stderr."""
    say(f"{_('warning') if fault.warning else _('error')}: {fault}")
