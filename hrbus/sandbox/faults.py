"""Faults that can be armed, so that a client can be seen to survive them.

    POST /v1/_sandbox/faults   {"kind": "status", "status": 429, "retry_after": 2, "times": 3}

``FaultMiddleware`` stands around the whole service and does what is armed to the next calls that match. A hang-up
closes the connection without an answer: *after_store* when everything is committed, which is the case that makes
careless clients order twice. Closing needs the server of ``hrbus.sandbox.server``; elsewhere the call fails loudly.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from typing import Any, Literal

from pydantic import Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hrbus.sandbox.models import Incoming
from hrbus.sandbox.problems import RefusalError
from hrbus.sandbox.tokens import unauthorised

BEFORE = ("status", "slow", "hang_up")
AFTER = ("hang_up_after_store", "cut", "garbage", "oversized", "trickle")


class Fault(Incoming):
    """Something that shall go wrong with the next ``times`` calls that match."""

    kind: Literal[
        "status", "slow", "slow_store", "hang_up", "hang_up_after_store", "cut", "garbage", "oversized", "trickle"
    ]
    """What goes wrong: an answer with ``status`` (nothing is done); a wait before the call (slow) or while an order
    is being taken (slow_store); no answer, nothing done (hang_up) or all done (hang_up_after_store); half an answer
    (cut); an answer that is not JSON (garbage), has ``bytes`` bytes (oversized), or comes a byte at a time, each
    after ``seconds`` (trickle)."""
    times: int = Field(default=1, ge=1, le=1_000_000)
    method: str | None = None
    """Only calls with this method."""
    path: str | None = None
    """Only calls whose path begins so (``/v1/interviews``)."""
    status: int = Field(default=503, ge=400, le=599)
    retry_after: int | None = Field(default=None, ge=0)
    seconds: float = Field(default=1.0, ge=0, le=600)
    bytes: int = Field(default=100_000_000, ge=1, le=1_000_000_000)


class Faults:
    """What is armed, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        """Add ``fault``."""
        with self._lock:
            self._armed.append(fault)

    def clear(self) -> None:
        """Disarm everything."""
        with self._lock:
            self._armed.clear()

    def armed(self) -> list[Fault]:
        """Return what is still armed."""
        with self._lock:
            return list(self._armed)

    def take(self, kinds: tuple[str, ...], method: str, path: str) -> Fault | None:
        """Return the first armed fault of ``kinds`` that matches, and count it down."""
        with self._lock:
            for number, fault in enumerate(self._armed):
                fits = fault.method in (None, method) and path.startswith(fault.path or "/")
                if fault.kind in kinds and fits:
                    left = fault.model_copy(update={"times": fault.times - 1})
                    self._armed[number : number + 1] = [left] if left.times else []
                    return fault
        return None

    def pause(self, kind: str) -> None:
        """Wait in the calling thread where a fault of this kind is armed."""
        fault = self.take((kind,), "POST", "/v1/interviews")
        if fault:
            time.sleep(fault.seconds)


class FaultMiddleware:
    """Does to calls what is armed; leaves the sandbox's own paths alone."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http" or "/_sandbox/" in scope["path"]:
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        before = self._faults.take(BEFORE, method, path)
        if before and before.kind == "status":
            await _refusal(before).response()(scope, receive, send)
            return
        if before and before.kind == "hang_up":
            await _cut(scope, receive)
            return
        if before:
            await asyncio.sleep(before.seconds)
        after = self._faults.take(AFTER, method, path)
        if after is None:
            await self._app(scope, receive, send)
            return
        answer = _Answer()
        await self._app(scope, receive, answer.keep)
        if after.kind == "hang_up_after_store":
            await _cut(scope, receive)
        else:
            await _spoil(after, answer, send)
        if after.kind == "cut":
            await _cut(scope, receive)


class _Answer:
    """An answer that is held back whole."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.body = b""

    async def keep(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")


def _refusal(fault: Fault) -> RefusalError:
    if fault.status == 401:
        return unauthorised("invalid_token")
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return RefusalError(fault.status, "armed-fault", "This fault was asked for", headers=headers)


async def _cut(scope: Scope, receive: Receive) -> None:
    """Close the connection at once, and return when the server has noticed."""
    hang_up: Any = scope.get("state", {}).get("hang_up")
    if not callable(hang_up):
        raise RuntimeError("a connection can be cut under hrbus.sandbox.server only")
    hang_up()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _spoil(fault: Fault, answer: _Answer, send: Send) -> None:
    body = answer.body
    if fault.kind == "garbage":
        body = b"<html><body>It works!</body></html>"
    elif fault.kind == "oversized":
        body = json.dumps({"padding": "x" * fault.bytes}).encode()
    headers = [(name, value) for name, value in answer.start["headers"] if name.lower() != b"content-length"]
    headers.append((b"content-length", str(len(body)).encode()))
    await send({**answer.start, "headers": headers})
    if fault.kind == "cut":
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await asyncio.sleep(0.05)  # time for the half to leave
    elif fault.kind == "trickle":
        for place in range(len(body)):
            await send({"type": "http.response.body", "body": body[place : place + 1], "more_body": True})
            await asyncio.sleep(fault.seconds)
        await send({"type": "http.response.body", "body": b""})
    else:
        await send({"type": "http.response.body", "body": body})
