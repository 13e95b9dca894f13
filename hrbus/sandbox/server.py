"""Runs the reference service: in a thread for tests and the demonstration, or as a process of its own.

    with serve(folder) as server:
        requests.get(f"{server.url}/openapi.json")

It listens on loopback unless told otherwise. ``python -m hrbus.sandbox`` is the process.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

LOOPBACK = "127.0.0.1"
_START_S = 20


class CuttableProtocol(H11Protocol):
    """HTTP over a connection that the application may cut: ``scope["state"]["hang_up"]()``."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Put the way to cut this connection into the state that its requests see."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "hang_up": transport.abort}


@dataclass(frozen=True)
class Server:
    """A service that runs."""

    host: str
    port: int
    app: FastAPI

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:41234``."""
        return f"http://{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The base of the API, with its version."""
        return f"{self.origin}/v1"

    @property
    def token_url(self) -> str:
        """Where tokens are given."""
        return f"{self.origin}/oauth2/token"


@contextmanager
def serve(app: FastAPI, *, port: int = 0, host: str = LOOPBACK) -> Iterator[Server]:
    """Run ``app`` in a thread while the block runs. Port 0 takes a free one; the server tells which."""
    listener = listen(host, port)
    server = _uvicorn(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True)
    thread.start()
    try:
        _wait_for(server, thread)
        yield Server(host, listener.getsockname()[1], app)
    finally:
        server.should_exit = True
        thread.join(_START_S)
        listener.close()


def run(app: FastAPI, *, port: int, host: str = LOOPBACK, ready: Callable[[Server], None]) -> None:
    """Run ``app`` in this thread until SIGINT or SIGTERM; ``ready`` is told once it can be reached."""
    listener = listen(host, port)
    ready(Server(host, listener.getsockname()[1], app))
    _uvicorn(app).run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket: from here on callers queue, even before the service has started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(128)
    return listener


def _uvicorn(app: FastAPI) -> uvicorn.Server:
    options: dict[str, Any] = {"log_config": None, "access_log": False, "lifespan": "on", "server_header": False}
    return uvicorn.Server(
        uvicorn.Config(app, http=CuttableProtocol, loop="asyncio", timeout_graceful_shutdown=2, **options)
    )


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    waited = threading.Event()
    for _ in range(_START_S * 100):
        if server.started:
            return
        if not thread.is_alive():
            break
        waited.wait(0.01)
    raise RuntimeError("the sandbox did not start; run python -m hrbus.sandbox to see why")
