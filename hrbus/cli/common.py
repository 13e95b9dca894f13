"""What the commands share: the options that several have, and how they speak to people and to programs.

def command(site: SiteOption = None, as_json: JsonOption = False) -> None:
place = here(site)
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.words import _, translated
from hrbus.errors import ConfigError, Fault, HrbusError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

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


UNBOUNDED = 1_000_000
"""Columns of what has no width."""


def here(asked: Path | None) -> Site:
    """Return the site that was asked for, after looking whether hrbus may start at all."""
    from hrbus import site

    site.guard()
    return site.find(asked, os.environ)


def settings(site: Site, *, secrets: bool = True) -> Config:
    """Return the checked settings of ``site``; without ``secrets`` those that are not there are not asked for."""
    from hrbus.registry import Registry
    from hrbus.settings import load

    return load(site, Registry.installed(), os.environ, secrets=secrets)


def console() -> Console:
    """Return what tables and progress are written to: stdout, plain where it is not a terminal."""
    from rich.console import Console

    return Console(highlight=False, markup=False, soft_wrap=True)


def show(table: Table) -> None:
    """Write a table to stdout: to a terminal as wide as that is, and elsewhere whole, since a pipe has no width."""
    out = console()
    if not out.is_terminal:
        out.width = UNBOUNDED
    out.print(table)


def say(line: str) -> None:
    """Write a line for people to stderr, where it does not mix with what a program reads."""
    print(line, file=sys.stderr)


def answer(value: Any) -> None:
    """Write ``value`` to stdout as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def row_of(fault: Fault) -> dict[str, Any]:
    """Return a fault for programs. It stays English, whatever language people chose."""
    place = fault.place
    return {
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "path": fault.path,
        "message": fault.message,
        "hint": fault.hint,
        "warning": fault.warning,
    }


def answer_error(error: HrbusError) -> None:
    """Write to stdout, for programs, what ends a command."""
    answer({"error": str(error), "faults": [row_of(fault) for fault in _faults(error)]})


def _faults(error: HrbusError) -> tuple[Fault, ...]:
    return error.faults if isinstance(error, ConfigError) else (Fault(str(error)),)


def explain(error: HrbusError) -> None:
    """Write to stderr all that ``error`` knows: every fault on a line of its own."""
    faults = _faults(error)
    for fault in faults:
        tell(fault)
    wrong = sum(not fault.warning for fault in faults)
    if wrong > 1:
        say(_("{count} faults; nothing was started.").format(count=wrong))


def tell(fault: Fault) -> None:
    """Write one fault to stderr."""
    message = translated(fault.message)
    hint = fault.hint if message == fault.message else translated(fault.hint)  # no sentence in two languages
    told = replace(fault, message=message, hint=hint)
    say(f"{_('warning') if fault.warning else _('error')}: {told}")


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """Turn what keeps the block from opening ``file``, which somebody named, into a ConfigError."""
    try:
        yield
    except FileNotFoundError:
        raise ConfigError(Fault(_("there is no file {file}").format(file=file))) from None
    except OSError as error:
        raise ConfigError(Fault(_("{file} cannot be read: {why}").format(file=file, why=_why(error)))) from None


@contextmanager
def writable(file: Path) -> Iterator[None]:
    """Turn what keeps the block from opening, or naming, ``file`` for writing into a ConfigError."""
    try:
        yield
    except OSError as error:
        raise ConfigError(Fault(_("{file} cannot be written: {why}").format(file=file, why=_why(error)))) from None


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
