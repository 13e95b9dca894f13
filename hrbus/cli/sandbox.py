"""``hrbus sandbox``: the reference interview service, as a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hrbus.cli.words import _

if TYPE_CHECKING:
    from hrbus.sandbox.server import Server

FOLDER = Path("var/sandbox")


def command(
    folder: Annotated[Path, typer.Option(metavar="DIR", help=_("Where it keeps what it is told."))] = FOLDER,
    port: Annotated[int, typer.Option(help=_("The port on 127.0.0.1; 0 takes a free one."))] = 8089,
    seed: Annotated[int, typer.Option(help=_("The same seed gives the same scores."))] = 1,
    minutes: Annotated[float, typer.Option(help=_("How many minutes an interview takes at most."))] = 30.0,
) -> None:
    """Serve the reference interview service here."""
    from hrbus.sandbox.app import create
    from hrbus.sandbox.life import Life
    from hrbus.sandbox.server import run

    run(create(folder, life=Life(seed, minutes)), port=port, ready=_announce)


def _announce(server: Server) -> None:
    print(_("The interview service answers at {url}").format(url=server.url), flush=True)
