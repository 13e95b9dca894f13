"""Refuses bodies that are too long before they are read into memory.

>>> LIMIT
33554432
"""

from __future__ import annotations

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hrbus.sandbox.problems import RefusalError

LIMIT = 32 * 1024 * 1024
"""Bytes: 500 orders with a short curriculum vitae each."""


class BodyLimit:
    """Answers 413 to a body above ``LIMIT``, announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdigit() and int(announced) > LIMIT:
            await _too_long().response()(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > LIMIT:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


def _too_long() -> RefusalError:
    return RefusalError(413, "body-too-long", "The body is too long", f"At most {LIMIT} bytes are taken.")
