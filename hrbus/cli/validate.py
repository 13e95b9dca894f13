"""``hrbus validate FILE…``: are these HR-XML documents valid, and where are they not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hrbus.cli.common import JsonOption, answer, here, tell
from hrbus.cli.words import _
from hrbus.errors import RecordError


def command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=_("HR-XML documents."))],
    release: Annotated[str, typer.Option(help=_("The HR-XML release they claim to follow."))] = "2.5",
    official: Annotated[
        bool, typer.Option("--official", help=_("Judge by the official schemas that were added."))
    ] = False,
    site: Annotated[
        Path | None, typer.Option("--site", metavar="DIR", help=_("The site whose schemas count."))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether HR-XML documents are valid."""
    from hrbus.hrxml import validate_file

    schemas = here(site).schemas if site else None
    verdicts = {str(file): validate_file(file, release, schemas, official=official) for file in files}
    if as_json:
        answer(
            [
                {"file": file, "valid": not faults, "faults": [_row(fault) for fault in faults]}
                for file, faults in verdicts.items()
            ]
        )
    else:
        for file, faults in verdicts.items():
            for fault in faults:
                tell(fault)
            print(f"{file}: {_('valid') if not faults else _('not valid')}")
    if any(verdicts.values()):
        raise typer.Exit(RecordError.exit_code)


def _row(fault: object) -> dict[str, object]:
    place = getattr(fault, "place", None)
    return {
        "line": place.line if place else None,
        "path": getattr(fault, "path", ""),
        "message": getattr(fault, "message", str(fault)),
    }
