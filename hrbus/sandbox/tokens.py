"""OAuth2 client credentials (RFC 6749, sections 2.3.1 and 4.4): who may call, and what they may do.

A token is 32 random bytes, of which the service keeps the SHA-256 only. It lives for an hour of the service's clock.

    POST /oauth2/token   grant_type=client_credentials&scope=interviews:read   (Basic, or client_id and client_secret)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Depends, Request
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2, SecurityScopes

from hrbus.sandbox.models import Token, TokenError
from hrbus.sandbox.problems import RefusalError
from hrbus.sandbox.store import Store

READ = "interviews:read"
WRITE = "interviews:write"
SCOPES = {READ: "See templates, interviews and results", WRITE: "Order, change and cancel interviews"}
LIFE_S = 3600


@dataclass(frozen=True)
class Client:
    """Somebody who may ask for tokens."""

    id: str
    secret: str = field(repr=False)
    scopes: tuple[str, ...] = (READ, WRITE)


DEMO = Client("hrbus", "sandbox-secret")
"""The client that a sandbox has unless told otherwise. Its secret is public: it opens invented data only."""


class NoTokenError(Exception):
    """There is no token for this request (RFC 6749, section 5.2)."""

    def __init__(self, status: int, error: str, description: str, *, basic: bool = False) -> None:
        super().__init__(error)
        self.status = status
        self.body = TokenError(error=error, error_description=description)
        self.basic = basic

    def response(self) -> JSONResponse:
        """Return the answer that says so."""
        headers = {"Cache-Control": "no-store"}
        if self.basic:
            headers["WWW-Authenticate"] = 'Basic realm="hrbus sandbox"'
        return JSONResponse(self.body.model_dump(exclude_none=True), self.status, headers)


class Desk:
    """Gives tokens, and says whom a token belongs to."""

    def __init__(self, store: Store, clients: Sequence[Client]) -> None:
        self._store = store
        self._clients = {client.id: client for client in clients}

    def grant(self, body: bytes, authorization: str | None) -> Token:
        """Answer a token request: a form, and where Basic is used, the header."""
        form = _form(body)
        client = self._client(form, authorization)
        if "grant_type" not in form:
            raise NoTokenError(400, "invalid_request", "grant_type is missing")
        if form["grant_type"] != "client_credentials":
            raise NoTokenError(400, "unsupported_grant_type", "grant_type must be client_credentials")
        wanted = form.get("scope", "").split() or list(client.scopes)
        if not set(wanted) <= set(client.scopes):
            raise NoTokenError(400, "invalid_scope", f"this client may have: {' '.join(client.scopes)}")
        token = secrets.token_urlsafe(32)
        scope = " ".join(dict.fromkeys(wanted))
        with self._store.transaction() as db:
            now = self._store.now_ms()
            db.execute("DELETE FROM token WHERE expires <= ?", (now,))
            db.execute(
                "INSERT INTO token VALUES (?, ?, ?, ?)", (_digest(token), client.id, scope, now + LIFE_S * 1000)
            )
        return Token(access_token=token, expires_in=LIFE_S, scope=scope)

    def client_of(self, token: str, needed: Sequence[str]) -> str:
        """Return the id of the client that ``token`` was given to; refuse where it lacks one of ``needed``."""
        with self._store.transaction() as db:
            query = "SELECT client, scope FROM token WHERE digest = ? AND expires > ?"
            found = db.execute(query, (_digest(token), self._store.now_ms())).fetchone()
        if not found:
            raise unauthorised("invalid_token")
        client, scope = found
        if not set(needed) <= set(scope.split()):
            challenge = f'Bearer error="insufficient_scope", scope="{" ".join(needed)}"'
            raise RefusalError(
                403, "scope-insufficient", "The token lacks a scope", f"Needed: {' '.join(needed)}.",
                headers={"WWW-Authenticate": challenge},
            )  # fmt: skip
        return str(client)

    def _client(self, form: dict[str, str], authorization: str | None) -> Client:
        basic = authorization is not None
        if basic and "client_secret" in form:
            raise NoTokenError(400, "invalid_request", "credentials came twice: in the header and in the form")
        given = _basic(authorization) if authorization else (form.get("client_id", ""), form.get("client_secret", ""))
        client = self._clients.get(given[0])
        known = client.secret if client else secrets.token_urlsafe(16)
        if not hmac.compare_digest(known.encode(), given[1].encode()) or client is None:
            raise NoTokenError(401, "invalid_client", "client_id and client_secret do not match", basic=basic)
        return client


def unauthorised(error: str = "") -> RefusalError:
    """Return the refusal of a request without a good token (RFC 6750, section 3)."""
    challenge = f'Bearer realm="hrbus sandbox", error="{error}"' if error else 'Bearer realm="hrbus sandbox"'
    return RefusalError(
        401, "unauthorized", "A valid access token is needed", "Ask /oauth2/token for one.",
        headers={"WWW-Authenticate": challenge},
    )  # fmt: skip


scheme = OAuth2(
    flows=OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl="/oauth2/token", scopes=SCOPES)),
    scheme_name="oauth2",
    auto_error=False,
)


def caller(request: Request, needed: SecurityScopes, authorization: Annotated[str | None, Depends(scheme)]) -> str:
    """Return the id of the client that calls; a dependency of every path that is not open."""
    kind, _, token = (authorization or "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise unauthorised()
    desk: Desk = request.app.state.desk
    return desk.client_of(token.strip(), needed.scopes)


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=20)
    except ValueError:
        raise NoTokenError(400, "invalid_request", "the body must be a form (x-www-form-urlencoded)") from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise NoTokenError(400, "invalid_request", "a parameter came twice")
    return form


def _basic(authorization: str) -> tuple[str, str]:
    kind, _, credentials = authorization.partition(" ")
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode() if kind.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    user, _, secret = text.partition(":")
    return unquote_plus(user), unquote_plus(secret)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
