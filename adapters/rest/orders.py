"""The target of orders: each record becomes one interview that is asked for, once.

Every order goes with its ``_key``, alone in a header or in bulk beside it, so that a call whose answer was lost can
be made again: the service gives the same answer and makes no second interview.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import polars as pl

from adapters.rest.answers import Answer, reason_of
from adapters.rest.client import Client
from adapters.rest.operations import Operations
from adapters.rest.parallel import in_order
from adapters.rest.results import probe
from adapters.rest.retry import passing
from adapters.rest.settings import OrdersSettings
from hrbus.spi import (
    ID,
    KEY,
    Batch,
    Codec,
    ConfigError,
    Context,
    Delivery,
    Fault,
    Outcomes,
    Stage,
    Status,
)

LONGEST_KEY = 255

_OURS = frozenset({401, 403, 407})
"""What a service says of whoever calls it: no order is the worse for it."""


@dataclass(frozen=True)
class _Call:
    """What goes to the service at once."""

    ids: Sequence[int]
    keys: Sequence[str]
    bodies: Sequence[bytes]


Told = tuple[Status, str | None, str]
"""Status, the service's id and what it said, of one order."""


class OrderTarget:
    """Sends orders; see the module."""

    def __init__(
        self, client: Client, settings: OrdersSettings, codec: Codec, context: Context, operations: Operations
    ) -> None:
        self._client = client
        self._settings = settings
        self._codec = codec
        self._context = context
        self._words = operations

    def deliver(self, batches: Iterable[Batch], delivery: Delivery) -> Iterator[Outcomes]:
        """Send the orders, several calls at a time, and yield what became of each call's orders."""
        connections = self._client.connection.connections
        try:
            with ThreadPoolExecutor(connections, "orders") as pool:
                yield from in_order(pool, self._do, self._work(batches, delivery), ahead=connections)
        finally:
            self._client.close()

    def probe(self) -> str:
        """Fetch a token and read something that is always there."""
        return probe(self._client, self._words)

    def _work(self, batches: Iterable[Batch], delivery: Delivery) -> Iterator[_Call | Outcomes]:
        """Yield the calls to make; an order that cannot be written is told at once."""
        stream = io.BytesIO()
        size = max(1, self._settings.bulk)
        for batch in self._codec.encode(batches, stream, delivery):
            failed = [each for each in batch.rejects if each.stage is Stage.ENCODE]
            if failed:
                told = [(Status.REFUSED, None, _sentence(each.field, each.reason)) for each in failed]
                yield _outcomes([each.id for each in failed], told)
            bodies = _lines(stream, batch.frame.height)
            ids = batch.frame.get_column(ID).to_list()
            keys = [safe_key(key) for key in batch.frame.get_column(KEY).to_list()]
            for start in range(0, len(ids), size):
                part = slice(start, start + size)
                yield _Call(ids[part], keys[part], bodies[part])
        _lines(stream, 0)

    def _do(self, work: _Call | Outcomes) -> Outcomes:
        if isinstance(work, Outcomes):
            return work
        told = self._bulk(work) if self._settings.bulk > 1 else [self._single(work.keys[0], work.bodies[0])]
        return _outcomes(work.ids, told)

    def _single(self, key: str, body: bytes) -> Told:
        words = self._words
        header = '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
        answer = self._client.call(
            "POST", self._settings.path, body=body, headers={words.key_header: header}, again=words.in_flight
        )
        self._check_path(answer, self._settings.path, (404, 405))
        return self._told(answer.status, answer.json, answer.json)

    def _bulk(self, call: _Call) -> list[Told]:
        words = self._words
        key, order = json.dumps(words.key), json.dumps(words.order)
        items = [
            f"{{{key}:{json.dumps(each)},{order}:".encode() + body + b"}"
            for each, body in zip(call.keys, call.bodies, strict=True)
        ]
        body = f"{{{json.dumps(words.items)}:[".encode() + b",".join(items) + b"]}"
        answer = self._client.call("POST", self._settings.bulk_path, body=body, again=words.in_flight)
        self._check_path(answer, self._settings.bulk_path, range(400, 500))
        found = (answer.json or {}).get(words.items)
        answers = {
            each.get(words.key): each for each in (found if isinstance(found, list) else ()) if isinstance(each, dict)
        }
        return [self._of_item(answers.get(each)) for each in call.keys]

    def _of_item(self, item: dict[str, Any] | None) -> Told:
        status = item.get(self._words.item_status) if item else None
        if item is None or not isinstance(status, int):
            return Status.RETRY, None, "the service did not say what became of this order"
        interview, problem = item.get(self._words.interview), item.get(self._words.problem)
        return self._told(status, _object(interview), _object(problem))

    def _told(self, status: int, interview: dict[str, Any] | None, problem: dict[str, Any] | None) -> Told:
        words = self._words
        if 200 <= status < 300:
            found = interview or {}
            far_id = found.get(words.id)
            kept = {name: found[name] for name in words.answer if isinstance(found.get(name), str | int)}
            answer = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
            return Status.SENT, str(far_id) if isinstance(far_id, str | int) else None, answer
        about_the_order = 400 <= status < 500 and not passing(status) and status not in {*_OURS, *words.in_flight}
        return Status.REFUSED if about_the_order else Status.RETRY, None, reason_of(status, problem)

    def _check_path(self, answer: Answer, path: str, wrong: Iterable[int]) -> None:
        if answer.status in wrong:
            raise ConfigError(
                Fault(
                    f"{self._client.where}{path} does not take orders: {answer.reason()}",
                    hint="check base_url, path, bulk_path and bulk; a smaller bulk helps against 413",
                )
            )


def safe_key(key: str) -> str:
    """Return ``key`` as every header may carry it; one with other characters, or too long, by its SHA-256."""
    if key.isascii() and key.isprintable() and 0 < len(key) <= LONGEST_KEY:
        return key
    return "sha256-" + hashlib.sha256(key.encode()).hexdigest()


def _lines(stream: io.BytesIO, expected: int) -> list[bytes]:
    """Return what the codec wrote since the last time, and make room."""
    lines = stream.getvalue().split(b"\n")
    stream.seek(0)
    stream.truncate()
    if lines.pop() or len(lines) != expected or any(not line.startswith(b"{") for line in lines):
        raise ConfigError(Fault("the codec does not write one JSON object a line", hint="take codec: {type: json}"))
    return lines


def _outcomes(ids: Sequence[int | None], told: Sequence[Told]) -> Outcomes:
    # By row: with one order a call this is done for each of them, and by column it takes three times as long.
    rows = [
        (identity, str(status), far_id, answer) for identity, (status, far_id, answer) in zip(ids, told, strict=True)
    ]
    return Outcomes(pl.DataFrame(rows, schema=Outcomes.schema(), orient="row"))


def _sentence(field: str, reason: str) -> str:
    return f"{field}: {reason}" if field else reason


def _object(value: object) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None
