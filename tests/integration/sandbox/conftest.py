"""The reference service on a socket, and a plain client of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from hrbus.sandbox.app import create
from hrbus.sandbox.server import Server, serve
from hrbus.sandbox.tokens import READ, Client


@dataclass
class Caller:
    """Calls the service with a token, and keeps what was answered, for the test of the description."""

    server: Server
    token: str

    def __call__(
        self, method: str, path: str, body: object = None, *, key: str | None = None, **headers: str
    ) -> requests.Response:
        sent = {"Authorization": f"Bearer {self.token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        if key is not None:
            sent["Idempotency-Key"] = key
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        return requests.request(method, self.server.url + path, data=data, headers=sent, timeout=10)

    def advance(self, seconds: float) -> None:
        assert self("POST", "/_sandbox/clock", {"seconds": seconds}).ok

    def ordered(self, external_id: str = "4711", **changes: Any) -> str:
        answer = self("POST", "/interviews", order(external_id) | changes, key=f"{external_id}/create/1")
        assert 201 == answer.status_code, answer.text
        identity: str = answer.json()["id"]
        return identity


def order(external_id: str = "4711") -> dict[str, Any]:
    return {
        "external_id": external_id,
        "template_id": "ai-interview-standard",
        "candidate": {"external_id": "P1", "name": {"full": "Ada Müller"}, "email": "ada@example.com"},
        "job": {"external_id": "J1", "requirements": [{"dimension": "COBOL", "weight": 60, "minimum": 50}]},
    }


def token_of(server: Server, client: str = "hrbus", secret: str = "sandbox-secret", **form: str) -> requests.Response:
    data = {"grant_type": "client_credentials"} | form
    return requests.post(server.token_url, data=data, auth=(client, secret), timeout=10)


CLIENTS = (
    Client("hrbus", "sandbox-secret"),
    Client("reader", "other-secret", (READ,)),
    Client("rival", "rivals-secret"),
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(create(tmp_path_factory.mktemp("sandbox"), clients=CLIENTS)) as server:
        yield server


@pytest.fixture
def call(running: Server) -> Caller:
    assert requests.post(f"{running.url}/_sandbox/reset", timeout=10).ok
    return Caller(running, token_of(running).json()["access_token"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "service"
