"""The settings of the rest adapter.

>>> Connection(base_url="https://api.example.com/v1").retry.attempts
5
"""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, Field, PositiveFloat, SecretStr

from hrbus.spi import Settings


def loopback(host: str | None) -> bool:
    """Say whether ``host`` is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("must be an address such as https://api.example.com/v1")
    if parts.username or parts.password:
        raise ValueError("must hold no credentials; put them under auth")
    if parts.query or parts.fragment:
        raise ValueError("must end with its path; leave out what follows ? or #")
    if parts.scheme == "http" and not loopback(parts.hostname):
        raise ValueError("must begin with https://; plain http is for this machine only")
    return value.rstrip("/")


def _path(value: str) -> str:
    if not value.startswith("/") or any(mark in value for mark in ("?", "#", "..", "//", "\\")):
        raise ValueError("must be a path below base_url, such as /interviews")
    return value


Address = Annotated[str, AfterValidator(_address)]
Path = Annotated[str, AfterValidator(_path)]


class NoAuth(Settings):
    """The service asks for nothing."""

    type: Literal["none"] = "none"
    """No authentication."""


class Bearer(Settings):
    """A token that somebody else gave, and that does not expire."""

    type: Literal["bearer"]
    """A fixed token in the Authorization header."""
    token: SecretStr
    """The token: `!env NAME` or `!file PATH`."""


class ClientCredentials(Settings):
    """OAuth2 client credentials (RFC 6749, section 4.4): the token is fetched, kept and renewed."""

    type: Literal["oauth2_client_credentials"]
    """Tokens from the service's own token endpoint."""
    token_url: Address
    """Where tokens are given."""
    client_id: str = Field(min_length=1)
    """Who we are there."""
    client_secret: SecretStr
    """The secret: `!env NAME` or `!file PATH`."""
    scope: str = ""
    """What to ask for, words with spaces between; empty for whatever the service gives."""
    credentials_in: Literal["header", "body"] = "header"
    """Where id and secret stand: in a Basic header, which the RFC prefers, or in the form."""


class Timeouts(Settings):
    """How long to wait, in seconds."""

    connect: PositiveFloat = 10
    """Until a connection stands."""
    read: PositiveFloat = 60
    """Until the next bytes come."""
    total: PositiveFloat = 300
    """Until an answer has come whole."""


class Retry(Settings):
    """How often to try again when the service is busy or cannot be reached, and how long to wait in between."""

    attempts: int = Field(default=5, ge=1, le=20)
    """Tries in all, the first included."""
    base: float = Field(default=0.5, ge=0)
    """Seconds: the first wait is a random part of this, each further one of twice as much as the one before."""
    cap: float = Field(default=30, ge=0)
    """Seconds that no such wait exceeds."""
    patience: float = Field(default=60, ge=0)
    """Seconds for which a service that names a time (Retry-After) is waited for; longer, and the rest is left for
    the next run."""


class Connection(Settings):
    """A service with a REST interface."""

    base_url: Address
    """Its address with the version, such as `https://api.example.com/v1`. Plain http is for this machine only."""
    auth: Annotated[NoAuth | Bearer | ClientCredentials, Field(discriminator="type")] = NoAuth()
    """How to say who we are."""
    timeouts: Timeouts = Timeouts()
    """How long to wait."""
    retry: Retry = Retry()
    """When to try again."""
    ca_file: str = ""
    """Certificates to trust instead of the usual ones, a PEM file below the site. Certificates are always checked."""
    proxy: SecretStr | None = None
    """Proxy for all calls, such as `http://proxy.example.com:3128`; environment variables are not looked at."""
    connections: int = Field(default=4, ge=1, le=64)
    """Calls at the same time."""
    largest_answer: int = Field(default=64 * 1024 * 1024, ge=1024)
    """Bytes, unpacked, above which an answer is refused."""


class ResultsSettings(Settings):
    """Finished interviews as pages of results, one JSON object a line."""

    operation: Literal["results"] = "results"
    """What is fetched."""
    path: Path = "/interviews"
    """Where interviews are listed; a result is at `{path}/{id}/result`."""
    status: tuple[str, ...] = ("completed", "revised")
    """Which interviews have a result to fetch."""
    page: int = Field(default=100, ge=1, le=500)
    """Results in one artifact, at most."""
    since: AwareDatetime | None = None
    """From when on, the first time; empty for everything. Later the last settled result counts."""


class OrdersSettings(Settings):
    """Orders for interviews."""

    operation: Literal["create"] = "create"
    """What is sent."""
    path: Path = "/interviews"
    """Where a single order goes."""
    bulk_path: Path = "/interviews/batch"
    """Where many orders go at once."""
    bulk: int = Field(default=500, ge=0, le=500)
    """Orders in one call; 0 or 1 sends each by itself."""
