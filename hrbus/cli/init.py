"""``hrbus init DIR``: a site of one's own, from the content that hrbus brings along."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hrbus.cli.common import JsonOption, answer
from hrbus.cli.words import _


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("A folder that is empty or not there yet."))],
    as_json: JsonOption = False,
) -> None:
    """Make a site: samples of settings, mappings, schemas."""
    from hrbus import site

    made = site.init(folder)
    if as_json:
        answer({"site": str(folder.absolute()), "files": [str(file) for file in made]})
        return
    print(_("{folder} is a site now, with {count} files.").format(folder=folder, count=len(made)))
    print(_("Next: go there and start hrbus sandbox, whose servers its settings name; then say hrbus check."))
