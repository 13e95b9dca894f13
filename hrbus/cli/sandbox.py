"""``hrbus sandbox``: the far side to play with: an SFTP server and the reference interview service, on this machine.

The secrets and host key that config/ names are written below its folder, so that a new site can speak to it at once.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hrbus.cli.words import _

if TYPE_CHECKING:
    from hrbus.sandbox.server import Server

FOLDER = Path("var/sandbox")
FILES = ("outgoing", "incoming")
"""What the SFTP server has: where the legacy system leaves its files, and where it looks for ours."""


def command(
    folder: Annotated[Path, typer.Option(metavar="DIR", help=_("Where it keeps what it is told."))] = FOLDER,
    port: Annotated[int, typer.Option(help=_("The service's port on 127.0.0.1; 0 takes a free one."))] = 8020,
    sftp_port: Annotated[int, typer.Option(help=_("The SFTP server's port on 127.0.0.1."))] = 2022,
    seed: Annotated[int, typer.Option(help=_("The same seed gives the same scores."))] = 1,
    minutes: Annotated[float, typer.Option(help=_("How many minutes an interview takes at most."))] = 30.0,
) -> None:
    """Serve an SFTP server and an interview service to play with."""
    import secrets

    from hrbus.sandbox.app import create
    from hrbus.sandbox.life import Life
    from hrbus.sandbox.server import run
    from hrbus.sandbox.sftp import serve
    from hrbus.sandbox.tokens import DEMO

    for name in FILES:
        (folder / "files" / name).mkdir(parents=True, exist_ok=True)
    password = _kept(folder / "sftp-password", secrets.token_urlsafe(24))
    _kept(folder / "client-secret", DEMO.secret)
    app = create(folder, life=Life(seed, minutes))
    with serve(folder / "files", port=sftp_port, password=password, host_key=folder / "host-key") as files:
        (folder / "known_hosts").write_text(files.host_key_line + "\n")
        print(_("The SFTP server answers at 127.0.0.1:{port}").format(port=files.port), flush=True)
        run(app, port=port, ready=_announce)


def _kept(file: Path, secret: str) -> str:
    """Return the secret in ``file``; the first time, put ``secret`` there, for the owner only."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().rstrip("\n")
    with os.fdopen(handle, "w") as stream:
        stream.write(secret + "\n")
    return secret


def _announce(server: Server) -> None:
    print(_("The interview service answers at {url}").format(url=server.url), flush=True)
