"""``hrbus schemas add DIR``: a user's own copy of the official HR-XML schemas, beside our profile."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hrbus.cli.common import SiteOption, here
from hrbus.cli.words import _


def group() -> typer.Typer:
    """Return the commands about schemas."""
    app = typer.Typer(help=_("Add the official HR-XML schemas."), no_args_is_help=True)
    app.command("add", help=_("Copy an unpacked official release into the site."))(add)
    return app


def add(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("The folder of the unpacked release."))],
    site: SiteOption = None,
) -> None:
    """Copy an unpacked official release into the site."""
    from hrbus.hrxml import add_official

    found = here(site)
    added = add_official(found.root, folder)
    print(_("The official schemas are at {folder} now.").format(folder=added))
