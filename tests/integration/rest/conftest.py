"""A true service on a true socket, and the adapter's two ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import requests

from adapters.json import JSON
from adapters.rest import REST
from hrbus.sandbox.app import create
from hrbus.sandbox.server import Server, serve
from hrbus.spi import ID, KEY, Batch, Clock, Context, Outcomes, Source, Summary, Target
from hrbus.testing import DictMemory, ManualClock, Notes, RecordingDelivery, a_context

ORDER = """\
layout: order
fields:
  external_id: text required
  template_id: text
  candidate:
    external_id: text
    name:
      full: text
    email: text
  job:
    external_id: text
    requirements:
      - dimension: text
        weight: decimal(5.2)
"""


@dataclass
class Service:
    """The sandbox, and what a test does with it."""

    server: Server
    site: Path
    clock: ManualClock = field(default_factory=ManualClock)
    memory: DictMemory = field(default_factory=DictMemory)
    notes: Notes = field(default_factory=Notes)

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = requests.request(method, f"{self.server.url}/_sandbox/{path}", json=body, timeout=10)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def fault(self, kind: str, **details: Any) -> None:
        self.control("POST", "faults", {"kind": kind} | details)

    def advance(self, seconds: float) -> None:
        self.control("POST", "clock", {"seconds": seconds})

    def counts(self) -> dict[str, Any]:
        return self.control("GET", "counts")

    def connection(self, **changes: Any) -> Any:
        settings = {
            "base_url": self.server.url,
            "auth": {
                "type": "oauth2_client_credentials",
                "token_url": self.server.token_url,
                "client_id": "hrbus",
                "client_secret": "sandbox-secret",
            },
        }
        return REST.connection.model_validate(settings | changes)

    def context(self, clock: Clock | None = None) -> Context:
        return a_context(self.site, clock=clock or self.clock, memory=self.memory, note=self.notes)

    def target(self, *, clock: Clock | None = None, bulk: int = 500, **changes: Any) -> Target:
        assert REST.target is not None
        context = self.context(clock)
        codec = JSON.make(JSON.settings.model_validate({"layout": "order.yaml"}), context)
        settings = REST.target.settings.model_validate({"bulk": bulk})
        target: Target = REST.target.make(self.connection(**changes), settings, codec, context)
        return target

    def source(self, *, page: int = 100, **changes: Any) -> Source:
        assert REST.source is not None
        settings = REST.source.settings.model_validate({"page": page})
        source: Source = REST.source.make(self.connection(**changes), settings, self.context())
        return source

    def order(self, count: int, first: int = 1) -> None:
        """Have that many orders taken, by the adapter itself."""
        outcomes = list(self.target().deliver([orders(count, first)], RecordingDelivery()))
        assert count == sum((each.frame["status"] == "sent").sum() for each in outcomes)


def orders(count: int, first: int = 1) -> Batch:
    """Return orders with external ids 00000001 and so on."""
    numbers = list(range(first, first + count))
    return Batch(
        pl.DataFrame(
            {
                ID: numbers,
                KEY: [f"{number:08}/create/1" for number in numbers],
                "external_id": [f"{number:08}" for number in numbers],
                "template_id": "ai-interview-standard",
                "candidate.external_id": [f"P{number}" for number in numbers],
                "candidate.name.full": "Ada Müller",
                "candidate.email": [f"p{number}@example.com" for number in numbers],
                "job.external_id": "REQ-1",
            }
        )
    )


def merged(outcomes: list[Outcomes]) -> pl.DataFrame:
    return pl.concat([each.frame for each in outcomes]).sort(ID)


SUMMARY = Summary(read=1, sent=1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(create(tmp_path_factory.mktemp("sandbox"))) as server:
        yield server


@pytest.fixture
def service(running: Server, tmp_path: Path) -> Service:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "order.yaml").write_text(ORDER)
    made = Service(running, tmp_path)
    made.control("POST", "reset")
    return made


@pytest.fixture
def make_orders() -> Callable[..., Batch]:
    return orders
