"""``hrbus sandbox``: both far sides to play with, an SFTP server and the reference interview service."""

from __future__ import annotations

import signal
import socket
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from hrbus.cli.common import SiteOption, here
from hrbus.cli.words import _
from hrbus.errors import ConfigError, Fault

if TYPE_CHECKING:
    from hrbus.sandbox.world import World
    from hrbus.site import Site

HTTP_PORT, SFTP_PORT = 8089, 2022
"""The ports that config/connections.yaml names as it is shipped."""


def command(
    http_port: Annotated[
        int, typer.Option(help=_("The service's port on 127.0.0.1; 0 takes a free one."))
    ] = HTTP_PORT,
    sftp_port: Annotated[int, typer.Option(help=_("The SFTP port on 127.0.0.1; 0 takes a free one."))] = SFTP_PORT,
    seed: Annotated[int, typer.Option(help=_("The same seed gives the same scores."))] = 1,
    minutes: Annotated[float, typer.Option(help=_("How many minutes an interview takes at most."))] = 30.0,
    site: SiteOption = None,
) -> None:
    """Serve an SFTP server and an interview service to play with."""
    from hrbus.sandbox.life import Life
    from hrbus.sandbox.world import open_world

    place = here(site)
    place.keep()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    _free(http_port, "--http-port")
    _free(sftp_port, "--sftp-port")
    folder = place.var / "sandbox"
    with open_world(folder, http_port=http_port, sftp_port=sftp_port, life=Life(seed, minutes)) as world:
        _sample(place, world)
        _announce(world)
        # Polars installs a handler of SIGINT below Python's that resumes system calls: a long wait is not woken.
        while not stop.wait(0.5):
            pass


def _free(port: int, option: str) -> None:
    """Refuse a port that somebody else listens on."""
    try:
        with socket.create_server(("127.0.0.1", port)):
            return
    except OSError as error:
        message = _("the port {port} cannot be used ({why})").format(port=port, why=error.strerror)
        hint = _("choose another with {option}, and write it into config/connections.yaml").format(option=option)
        raise ConfigError(Fault(message, hint=hint)) from None


def _sample(site: Site, world: World) -> None:
    """Lay an extract where the legacy system would, the first time, so that there is something to fetch."""
    outgoing = world.root / "outgoing"
    if any(outgoing.iterdir()):
        return
    from hrbus.clock import SystemClock
    from hrbus.demo.extract import write
    from hrbus.spi import Context
    from hrbus.testing import DictMemory

    write(outgoing, Context(site.root, SystemClock(), DictMemory()), night=1)


def _announce(world: World) -> None:
    print(_("The interview service answers at {url}").format(url=world.service.url))
    print(_("Its description: {url}").format(url=f"{world.service.origin}/openapi.json"))
    print(_("The SFTP server answers at sftp://{host}:{port}").format(host=world.files.host, port=world.files.port))
    print(_("It shows {folder}; passwords and keys lie in {secrets}").format(folder=world.root, secrets=world.folder))
    print(_("Stop it with Ctrl-C."), flush=True)
