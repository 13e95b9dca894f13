"""Who we are at a service: nothing, a fixed token, or one that is fetched, kept and renewed early.

One token serves a connection; where several threads need a new one, one of them fetches it and the others wait.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from typing import Protocol
from urllib.parse import quote_plus, urlencode

from adapters.rest.answers import Answer
from adapters.rest.settings import Bearer, ClientCredentials, NoAuth
from hrbus.spi import Clock, ConfigError, Fault, TransientError

EARLY = 0.1
"""Part of a token's life before whose end it is renewed, at most a minute."""

Send = Callable[[str, dict[str, str], bytes], Answer]
"""Sends a form to an address with headers, with retries, and returns the answer."""


class Tokens(Protocol):
    """Gives the Authorization header of a call."""

    renewable: bool

    def header(self) -> str | None:
        """Return the header's value; None for no header."""

    def stale(self, header: str | None) -> None:
        """Take note that the service refused ``header``: the next one must be new."""


class Fixed:
    """A header that never changes, or none."""

    renewable = False

    def __init__(self, value: str | None) -> None:
        self._value = value

    def header(self) -> str | None:
        """Return the value it was made with."""
        return self._value

    def stale(self, header: str | None) -> None:
        """Nothing can be renewed."""


class Fetched:
    """Tokens by client credentials (RFC 6749, section 4.4)."""

    renewable = True

    def __init__(self, settings: ClientCredentials, clock: Clock, send: Send) -> None:
        self._settings = settings
        self._clock = clock
        self._send = send
        self._lock = threading.Lock()
        self._header: str | None = None
        self._until: float | None = None

    def header(self) -> str | None:
        """Return the header with a token that still lives for a while; fetch one where there is none."""
        with self._lock:
            over = self._until is not None and self._clock.monotonic() >= self._until
            if self._header is None or over:
                self._header, self._until = self._fetch()
            return self._header

    def stale(self, header: str | None) -> None:
        """Drop the token, unless another thread has renewed it already."""
        with self._lock:
            if self._header == header:
                self._header = None

    def _fetch(self) -> tuple[str, float | None]:
        settings = self._settings
        form = {"grant_type": "client_credentials"}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if settings.scope:
            form["scope"] = settings.scope
        secret = settings.client_secret.get_secret_value()
        if settings.credentials_in == "header":
            pair = f"{quote_plus(settings.client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": settings.client_id, "client_secret": secret}
        answer = self._send(settings.token_url, headers, urlencode(form).encode())
        if not answer.good:
            raise ConfigError(
                Fault(
                    f"{settings.token_url} gives no token to client {settings.client_id}: {_error(answer)}",
                    hint="check client_id, client_secret and scope",
                )
            )
        return self._read(answer)

    def _read(self, answer: Answer) -> tuple[str, float | None]:
        found = answer.json or {}
        token, kind, life = found.get("access_token"), found.get("token_type", "Bearer"), found.get("expires_in")
        usable = isinstance(token, str) and token.isascii() and token.isprintable() and token != ""
        if not usable or not isinstance(kind, str) or kind.lower() != "bearer":
            raise TransientError(f"{self._settings.token_url} answered without a bearer token; expected access_token")
        if not isinstance(life, int) or isinstance(life, bool) or life <= 0:
            return f"Bearer {token}", None
        return f"Bearer {token}", self._clock.monotonic() + life - min(60.0, life * EARLY)


def tokens_of(auth: NoAuth | Bearer | ClientCredentials, clock: Clock, send: Send) -> Tokens:
    """Return what gives the header that ``auth`` describes."""
    if isinstance(auth, ClientCredentials):
        return Fetched(auth, clock, send)
    return Fixed(f"Bearer {auth.token.get_secret_value()}" if isinstance(auth, Bearer) else None)


def _error(answer: Answer) -> str:
    word = (answer.json or {}).get("error")
    known = {
        "invalid_client", "invalid_scope", "invalid_request", "invalid_grant", "unauthorized_client",
        "unsupported_grant_type",
    }  # fmt: skip
    return f"{answer.status} {word}" if word in known else answer.reason()
