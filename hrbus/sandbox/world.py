"""The whole far side in one folder: an SFTP server as a legacy HR system has it, and the interview service.

    with open_world(Path("var/sandbox"), http_port=8089, sftp_port=2022) as world:
        print(world.service.url, world.files.port)

What a visitor needs to know lies in the same folder: ``sftp-password`` and ``client-secret`` (made once, readable
by the owner only) and ``known_hosts``. The SFTP server shows ``files/``, with ``outgoing`` and ``incoming``.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hrbus.clock import Clock
from hrbus.sandbox import sftp
from hrbus.sandbox.app import create
from hrbus.sandbox.life import Life
from hrbus.sandbox.models import State
from hrbus.sandbox.scores import result as scored
from hrbus.sandbox.server import Server, serve
from hrbus.sandbox.store import Store
from hrbus.sandbox.tokens import Client

USER = "hrbus"
"""The name that the SFTP server and the interview service know their visitor by."""


@dataclass(frozen=True)
class World:
    """The far side, while it runs. ``root`` is the folder that the SFTP server shows."""

    folder: Path
    service: Server
    files: sftp.SftpServer

    @property
    def root(self) -> Path:
        """What the legacy system sees: ``outgoing`` (it writes) and ``incoming`` (it reads)."""
        return self.folder / "files"

    @property
    def store(self) -> Store:
        """What the interview service knows."""
        found: Store = self.service.app.state.store
        return found

    def order(self, external_id: str) -> dict[str, Any] | None:
        """Return the order for ``external_id`` as the service stored it, None where there is none."""
        found = self.store.find(USER, external_id=external_id, limit=1)
        return found[0].body if found else None

    def result(self, external_id: str) -> dict[str, Any] | None:
        """Return what the service answers when asked for the result, None where there is none (yet)."""
        found = self.store.find(USER, external_id=external_id, status=(State.COMPLETED,), limit=1)
        if not found:
            return None
        row, store = found[0], self.store
        story = store.life.story(row.external_id, row.created, row.expires)
        return scored(store.life.seed, row.body, row.id, story, store.now_ms()).model_dump(mode="json")

    def orders(self) -> dict[str, Any]:
        """Return how many orders the service has, and which came more than once."""
        return self.store.counts()


@contextmanager
def open_world(
    folder: Path,
    *,
    http_port: int = 0,
    sftp_port: int = 0,
    life: Life | None = None,
    clock: Clock | None = None,
) -> Iterator[World]:
    """Run both servers on loopback while the block runs; port 0 takes a free one.

    A later world in the same folder is the same far side: it knows its orders, its key and its passwords.
    """
    for name in ("outgoing", "incoming"):
        (folder / "files" / name).mkdir(parents=True, exist_ok=True)
    password = _kept(folder / "sftp-password")
    client = Client(USER, _kept(folder / "client-secret"))
    with (
        serve(create(folder, life=life, clock=clock, clients=(client,)), port=http_port) as service,
        sftp.serve(
            folder / "files", port=sftp_port, user=USER, password=password, host_key=folder / "sftp-host-key"
        ) as files,
    ):
        (folder / "known_hosts").write_text(files.host_key_line + "\n", encoding="ascii")
        yield World(folder, service, files)


def _kept(path: Path) -> str:
    """Return the secret in ``path``; make one there the first time."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(24))
    return path.read_text(encoding="ascii").strip()
