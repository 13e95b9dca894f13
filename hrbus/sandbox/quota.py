"""How many calls a minute, and the headers that say so (draft-ietf-httpapi-ratelimit-headers-10).

    RateLimit-Policy: "default";q=6000;w=60
    RateLimit: "default";r=5999;t=60

The window is measured on the machine's clock, not on the sandbox's: advancing time must not refill it.
"""

from __future__ import annotations

import threading
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hrbus.sandbox.problems import RefusalError

WINDOW_S = 60


class QuotaMiddleware:
    """Counts calls in windows of a minute and refuses those above ``quota``; the sandbox's own paths are free."""

    def __init__(self, app: ASGIApp, quota: int) -> None:
        self._app = app
        self._quota = quota
        self._lock = threading.Lock()
        self._opened = time.monotonic()
        self._used = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call, or refuse it."""
        if scope["type"] != "http" or "/_sandbox/" in scope["path"]:
            await self._app(scope, receive, send)
            return
        left, seconds = self._count()

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Policy"] = f'"default";q={self._quota};w={WINDOW_S}'
                headers["RateLimit"] = f'"default";r={max(0, left)};t={seconds}'
            await send(message)

        if left < 0:
            refusal = RefusalError(429, "quota-exceeded", "Too many calls", headers={"Retry-After": str(seconds)})
            await refusal.response()(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)

    def _count(self) -> tuple[int, int]:
        """Count a call; return how many are left (below 0: none was) and the seconds until the next window."""
        with self._lock:
            now = time.monotonic()
            if now - self._opened >= WINDOW_S:
                self._opened, self._used = now, 0
            self._used += 1
            return self._quota - self._used, int(WINDOW_S - (now - self._opened)) + 1
