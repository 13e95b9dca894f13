"""Taking orders: once for each key, however often they are sent.

The rules are those of draft-ietf-httpapi-idempotency-key-header-07: a key that comes again with the same payload gets
the first answer, with another payload 422, and while the first request is still at work 409.

    orders.create("hrbus", "4711/create/1", order)
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pydantic import ValidationError

from hrbus.sandbox.faults import Faults
from hrbus.sandbox.models import BatchAnswer, BatchItem, Interview, Order, State, milliseconds
from hrbus.sandbox.problems import RefusalError, field_errors, order_invalid
from hrbus.sandbox.store import Row, Store
from hrbus.sandbox.templates import TEMPLATES


class Orders:
    """Takes orders, one or many at a time."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults
        self._lock = threading.Lock()
        self._at_work: set[tuple[str, str]] = set()

    def create(self, client: str, key: str, order: Order) -> Interview:
        """Store one order, or find it stored, and return its interview as first answered."""
        with self._claim(client, [key]) as mine:
            if not mine:
                raise _in_flight()
            self._faults.pause("slow_store")
            with self._store.transaction() as db:
                return self._take(db, client, key, order)

    def create_many(self, client: str, items: Sequence[BatchItem]) -> list[BatchAnswer]:
        """Store what is good of ``items`` in one transaction; answer each as the single call would."""
        with self._claim(client, [item.idempotency_key for item in items]) as mine:
            self._faults.pause("slow_store")
            with self._store.transaction() as db:
                return [self._answer(db, client, item, item.idempotency_key in mine) for item in items]

    @contextmanager
    def _claim(self, client: str, keys: Sequence[str]) -> Iterator[set[str]]:
        with self._lock:
            mine = {key for key in keys if (client, key) not in self._at_work}
            self._at_work |= {(client, key) for key in mine}
        try:
            yield mine
        finally:
            with self._lock:
                self._at_work -= {(client, key) for key in mine}

    def _answer(self, db: sqlite3.Connection, client: str, item: BatchItem, mine: bool) -> BatchAnswer:
        key = item.idempotency_key
        try:
            if not mine:
                raise _in_flight()
            order = Order.model_validate_json(json.dumps(item.order))
            return BatchAnswer(idempotency_key=key, status=201, interview=self._take(db, client, key, order))
        except ValidationError as error:
            refusal = order_invalid(error.errors())
        except RefusalError as error:
            refusal = error
        return BatchAnswer(idempotency_key=key, status=refusal.problem.status, problem=refusal.problem)

    def _take(self, db: sqlite3.Connection, client: str, key: str, order: Order) -> Interview:
        body = order.model_dump(mode="json", exclude_none=True)
        fingerprint = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        known = db.execute(
            "SELECT fingerprint, answer FROM key WHERE client = ? AND key = ?", (client, key)
        ).fetchone()
        if known:
            if known[0] != fingerprint:
                raise RefusalError(422, "idempotency-key-reused", "The key was used before with another payload")
            return Interview.model_validate_json(known[1])
        if order.template_id not in TEMPLATES:
            pointer = [{"loc": ("template_id",), "msg": "no such template; GET /v1/interview-templates lists them"}]
            raise RefusalError(422, "order-invalid", "The order is not valid", errors=field_errors(pointer))
        now = self._store.now_ms()
        identity = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._store.life.seed}/{client}/{key}"))
        expires = milliseconds(order.expires_at) if order.expires_at else None
        row = Row(identity, client, order.external_id, body, State.CREATED, now, now, expires, 1)
        self._store.insert(db, row)
        shown = row.shown()
        db.execute("INSERT INTO key VALUES (?, ?, ?, ?)", (client, key, fingerprint, shown.model_dump_json()))
        return shown


def _in_flight() -> RefusalError:
    return RefusalError(
        409, "idempotency-in-flight", "An order with this key is being taken now", headers={"Retry-After": "1"}
    )
