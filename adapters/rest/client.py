"""One service: calls with authentication, bounds and retries, and its failures in the words of ``hrbus.spi``.

    client = Client(connection, clock, context.resolve)
    answer = client.call("GET", "/interviews", params=[("limit", "10")])

Redirects are not followed and the environment (proxies, .netrc) is not looked at: what a call reaches stands in the
settings. Addresses in messages carry no parameters.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from adapters.rest.answers import Answer
from adapters.rest.retry import passing, wait
from adapters.rest.settings import Connection
from adapters.rest.tokens import tokens_of
from hrbus.spi import Clock, ConfigError, Fault, TransientError

_CHUNK = 256 * 1024
_AGENT = "hrbus"


class _Header(AuthBase):
    """Sets the Authorization header; requests would ask .netrc otherwise."""

    def __init__(self, value: str | None) -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._value is not None:
            request.headers["Authorization"] = self._value
        return request


class _Session(requests.Session):
    """Works no redirect out: requests does even where none is followed, and trips over a bad Location."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return that there is none."""
        return None


class Client:
    """Calls one service. May be used by several threads: each has its own session."""

    def __init__(self, connection: Connection, clock: Clock, resolve: Callable[[str], Path]) -> None:
        self.connection = connection
        self._clock = clock
        self._local = threading.local()
        self._lock = threading.Lock()
        self._sessions: list[requests.Session] = []
        self._verify = self._certificates(resolve)
        self._random = random.Random()  # noqa: S311 - spreads waits, guards nothing
        self._tokens = tokens_of(connection.auth, clock, self._send_form)

    @property
    def where(self) -> str:
        """The address of the service."""
        return self.connection.base_url

    def close(self) -> None:
        """Close every connection; the client can be used again."""
        with self._lock:
            sessions, self._sessions = self._sessions, []
            self._local = threading.local()
        for session in sessions:
            session.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        again: Sequence[int] = (),
    ) -> Answer:
        """Return the answer of the service, tried again within bounds. Every call must bear repetition.

        ``again`` names further statuses that are worth another try. Raises TransientError when the bounds are
        reached, ConfigError on 401 with a fresh token, on 403 and 407, and on a redirect. Every other status is
        returned.
        """
        url = self.connection.base_url + path
        sent = {"Accept": "application/json"} | (headers or {})
        if body is not None:
            sent["Content-Type"] = "application/json"
        authorization = self._tokens.header()
        answer = self._persist(method, url, params, body, sent, authorization, again)
        if answer.status == 401 and self._tokens.renewable:
            self._tokens.stale(authorization)
            authorization = self._tokens.header()
            answer = self._persist(method, url, params, body, sent, authorization, again)
        if answer.status == 401:
            self._refused(url, "refuses our credentials (401)", "check auth of the connection")
        if answer.status == 403:
            self._refused(url, f"forbids this call ({answer.reason()})", "check the scope and rights of our client")
        if answer.status == 407:
            self._refused(url, "is behind a proxy that refuses us (407)", "check proxy of the connection")
        return answer

    # --- tries ------------------------------------------------------------------------------------------------------

    def _send_form(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        authorization = headers.get("Authorization")
        return self._persist("POST", url, (), body, headers, authorization, ())

    def _persist(
        self,
        method: str,
        url: str,
        params: Sequence[tuple[str, str]],
        body: bytes | None,
        headers: dict[str, str],
        authorization: str | None,
        again: Sequence[int],
    ) -> Answer:
        """Try until there is an answer that stands, or the bounds are reached."""
        retry = self.connection.retry
        for attempt in range(1, retry.attempts + 1):
            asked: float | None = None
            try:
                answer = self._once(method, url, params, body, headers, authorization)
                garbled = answer.good and answer.json is None
                if not (passing(answer.status) or answer.status in again or garbled):
                    return answer
                asked = answer.retry_after(self._clock.now())
                said = f"{answer.status} without a JSON object" if garbled else answer.reason()
                failure = TransientError(f"{url} answers {said}", retry_after=asked)
            except TransientError as error:
                failure = error
            if attempt == retry.attempts or (asked or 0) > retry.patience:
                raise TransientError(
                    f"{failure}; tried {attempt} times, the rest is left for the next run", retry_after=asked
                ) from failure
            self._clock.sleep(wait(retry, attempt=attempt, asked=asked, part=self._random.random()))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(
        self,
        method: str,
        url: str,
        params: Sequence[tuple[str, str]],
        body: bytes | None,
        headers: dict[str, str],
        authorization: str | None,
    ) -> Answer:
        timeouts = self.connection.timeouts
        # The machine's own clock: a time that a test moves says nothing of how long the far side really takes.
        deadline = time.monotonic() + timeouts.total
        try:
            with self._session().request(
                method,
                url,
                params=list(params),
                data=body,
                headers=headers,
                auth=_Header(authorization),
                timeout=(timeouts.connect, timeouts.read),
                allow_redirects=False,
                stream=True,
            ) as response:
                if 300 <= response.status_code < 400:
                    self._redirected(url, response.status_code, response.headers.get("Location", ""))
                content = self._read(response, url, deadline)
        except requests.exceptions.SSLError:
            self._refused(url, "has no certificate that we trust", "check the address, or set ca_file")
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidProxyURL):
            self._refused(url, "is no address that can be called", "check base_url and proxy")
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            raise TransientError(f"{url} does not answer in time") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise TransientError(f"{url} cannot be reached: {_kind(error)}") from None
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, names, content)

    def _read(self, response: requests.Response, url: str, deadline: float) -> bytes:
        """Return the body; requests bounds neither its size nor the time in all."""
        parts: list[bytes] = []
        size = 0
        most = self.connection.largest_answer
        while part := response.raw.read1(_CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > most:
                raise TransientError(f"{url} answers with more than {most} bytes (largest_answer)")
            if time.monotonic() > deadline:
                raise TransientError(f"{url} does not answer whole within {self.connection.timeouts.total:g} s")
        return b"".join(parts)

    def _redirected(self, url: str, status: int, location: str) -> NoReturn:
        try:
            host = urlsplit(location).hostname or ("another path" if location.strip() else "")
        except ValueError:
            host = ""
        if host:
            self._refused(url, f"redirects to {host}", "set the address that is meant; none is followed")
        self._refused(url, f"answers {status} and no address to go to", "check base_url of the connection")

    def _refused(self, url: str, what: str, hint: str) -> NoReturn:
        raise ConfigError(Fault(f"{url} {what}", hint=hint))

    # --- sessions ---------------------------------------------------------------------------------------------------

    def _session(self) -> requests.Session:
        found: requests.Session | None = getattr(self._local, "session", None)
        if found is None:
            found = self._local.session = self._new_session()
            with self._lock:
                self._sessions.append(found)
        return found

    def _new_session(self) -> requests.Session:
        session = _Session()
        session.trust_env = False
        session.verify = self._verify
        session.headers["User-Agent"] = _AGENT
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=1)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        if self.connection.proxy is not None:
            proxy = self.connection.proxy.get_secret_value()
            session.proxies = {"http": proxy, "https": proxy}
        return session

    def _certificates(self, resolve: Callable[[str], Path]) -> str | bool:
        if not self.connection.ca_file:
            return True
        path = resolve(self.connection.ca_file)
        if not path.is_file():
            raise ConfigError(
                Fault(f"ca_file {self.connection.ca_file} is not there", hint="a PEM file below the site")
            )
        return str(path)


def _kind(error: BaseException) -> str:
    """Return what went wrong without addresses: library texts repeat the whole address, parameters included."""
    words = {
        "ConnectTimeoutError": "no connection in time",
        "NewConnectionError": "connection refused",
        "NameResolutionError": "its name is not known",
        "RemoteDisconnected": "it closed the connection without an answer",
        "IncompleteRead": "it closed the connection within an answer",
        "ConnectionResetError": "it reset the connection",
    }
    text = repr(error)
    for name, said in words.items():
        if name in text:
            return said
    return type(error).__name__
