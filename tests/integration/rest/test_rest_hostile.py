"""Services that redirect, pack bombs, show false certificates: the adapter reaches what the settings say, no more."""

from __future__ import annotations

import datetime as dt
import gzip
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.json import JSON
from adapters.rest import REST
from adapters.rest.client import Client
from adapters.rest.settings import Connection
from hrbus.clock import SystemClock
from hrbus.spi import ID, KEY, Batch, BatchError, ConfigError, TransientError
from hrbus.testing import RecordingDelivery, TextCodec, a_context

Answering = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def listening(answering: Answering, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Run a server that answers so, and give its origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answering(self)

        do_POST = do_GET  # noqa: N815 - the base class asks for this name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class has it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def client(origin: str, **settings: Any) -> Iterator[Client]:
    given = {"base_url": origin, "retry": {"attempts": 1}} | settings
    made = Client(Connection.model_validate(given), SystemClock(), Path)
    try:
        yield made
    finally:
        made.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_and_not_followed(status: int) -> None:
    reached: list[str] = []

    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        reached.append(str(handler.headers.get("Authorization")))
        answer(handler, b"{}")

    with listening(elsewhere) as other:
        target = other.replace("127.0.0.1", "localhost")

        def redirecting(handler: BaseHTTPRequestHandler) -> None:
            answer(handler, b"", status, Location=f"{target}/steal?token=abc")

        auth = {"type": "bearer", "token": "secret-token"}
        with (
            listening(redirecting) as origin,
            client(origin, auth=auth) as calls,
            pytest.raises(ConfigError, match="redirects to localhost; set the address that is meant") as caught,
        ):
            calls.call("GET", "/x")
    assert [] == reached
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize("status", [300, 301, 304, 307])
@pytest.mark.parametrize("location", [None, "", "http://[half"])
def test_a_redirect_to_nowhere_is_a_fault_of_the_settings(status: int, location: str | None) -> None:
    def redirecting(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, b"", status, **({} if location is None else {"Location": location}))

    said = f"answers {status} and no address to go to; check base_url"
    with listening(redirecting) as origin, client(origin) as calls, pytest.raises(ConfigError, match=said):
        calls.call("POST", "/x", body=b"{}")


@pytest.mark.parametrize("status", [500, 501, 505, 507, 520, 522, 524, 529])
def test_every_5xx_speaks_of_the_service_and_is_left_for_the_next_run(status: int) -> None:
    def failing(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, b"{}", status)

    said = f"answers {status} .*tried 1 times"
    with listening(failing) as origin, client(origin) as calls, pytest.raises(TransientError, match=said):
        calls.call("POST", "/x", body=b"{}")


def test_a_packed_answer_is_measured_unpacked() -> None:
    bomb = gzip.compress(b"[" + b" " * 20_000_000 + b"]")

    def packed(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, bomb, Content_Encoding="gzip")

    with (
        listening(packed) as origin,
        client(origin, largest_answer=1_000_000) as calls,
        pytest.raises(TransientError, match=r"more than 1000000 bytes \(largest_answer\)"),
    ):
        calls.call("GET", "/x")


def test_a_packed_answer_is_unpacked() -> None:
    def packed(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, gzip.compress(b'{"a": 1}'), Content_Encoding="gzip")

    with listening(packed) as origin, client(origin) as calls:
        assert {"a": 1} == calls.call("GET", "/x").json


def test_the_environment_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password stolen\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    seen: list[str | None] = []

    def noting(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers.get("Authorization"))
        answer(handler, b"{}")

    with listening(noting) as origin, client(origin) as calls:
        calls.call("GET", "/x")
    assert [None] == seen


def test_cookies_are_neither_kept_nor_sent() -> None:
    seen: list[str | None] = []

    def baking(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers.get("Cookie"))
        answer(handler, b"{}", Set_Cookie="session=1; Path=/")

    with listening(baking) as origin, client(origin) as calls:
        calls.call("GET", "/x")
        calls.call("GET", "/x")
    assert [None, None] == seen


def certificate(folder: Path) -> Path:
    """Write a certificate for 127.0.0.1 that nobody has signed, with its key; return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(secret)
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "ca.pem"


def test_a_certificate_counts_only_where_it_is_trusted(tmp_path: Path) -> None:
    trusted = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, tmp_path / "key.pem")
    with listening(lambda handler: answer(handler, b'{"a": 1}'), context) as origin:
        with client(origin) as calls, pytest.raises(ConfigError, match="has no certificate that we trust"):
            calls.call("GET", "/x")
        with client(origin, ca_file=str(trusted)) as calls:
            assert {"a": 1} == calls.call("GET", "/x").json


def test_a_file_of_certificates_that_is_missing_is_named_at_once() -> None:
    with (
        pytest.raises(ConfigError, match=r"ca_file none\.pem is not there; a PEM file below the site"),
        client("https://api.example.com", ca_file="none.pem"),
    ):
        pass


def test_a_proxy_that_is_set_is_used() -> None:
    seen: list[str] = []

    def proxying(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.path)
        answer(handler, b"{}")

    with listening(proxying) as proxy, client("http://127.0.0.1:9/v1", proxy=proxy) as calls:
        calls.call("GET", "/x")
    assert ["http://127.0.0.1:9/v1/x"] == seen


def test_a_forbidden_call_names_what_to_check() -> None:
    def forbidding(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, b'{"title": "Ada lacks a scope"}', 403)

    with listening(forbidding) as origin, client(origin) as calls, pytest.raises(ConfigError) as caught:
        calls.call("GET", "/x")
    wanted = f"{origin}/x forbids this call (403 Forbidden); check the scope and rights of our client"
    assert wanted == str(caught.value)


def test_a_fixed_token_that_is_refused_is_not_tried_twice() -> None:
    seen: list[str | None] = []

    def refusing(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers.get("Authorization"))
        answer(handler, b"{}", 401)

    auth = {"type": "bearer", "token": "abc"}
    with (
        listening(refusing) as origin,
        client(origin, auth=auth) as calls,
        pytest.raises(ConfigError, match=r"refuses our credentials \(401\)"),
    ):
        calls.call("GET", "/x")
    assert ["Bearer abc"] == seen


def source(origin: str, site: Path) -> Any:
    assert REST.source is not None
    connection = REST.connection.model_validate({"base_url": origin, "retry": {"attempts": 1}})
    return REST.source.make(connection, REST.source.settings(), a_context(site))


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b"{}", "expected a list under items"),
        (b'{"items": {}}', "expected a list under items"),
        (b'{"items": [], "next_cursor": 7}', "expected a list under items and text under next_cursor"),
        (b'{"items": [{"id": "1"}]}', "an interview without id or updated_at"),
        (b'{"items": ["1"]}', "an interview without id or updated_at"),
        (b'{"items": [], "next_cursor": "again"}', "the same cursor came twice"),
    ],
)
def test_a_list_of_another_shape_stops_the_run_and_loses_nothing(tmp_path: Path, page: bytes, said: str) -> None:
    with listening(lambda handler: answer(handler, page)) as origin, pytest.raises(BatchError, match=said):
        list(source(origin, tmp_path).poll())


def test_a_result_that_the_service_refuses_stops_the_run(tmp_path: Path) -> None:
    page = b'{"items": [{"id": "a/../b", "updated_at": "2026"}], "next_cursor": null}'
    paths: list[str] = []

    def refusing(handler: BaseHTTPRequestHandler) -> None:
        paths.append(handler.path)
        answer(handler, page if "limit" in handler.path else b"{}", 200 if "limit" in handler.path else 400)

    with listening(refusing) as origin, pytest.raises(BatchError, match="400 Bad Request; expected a result"):
        list(source(origin, tmp_path).poll())
    assert "/interviews/a%2F..%2Fb/result" == paths[-1]


def test_a_bulk_answer_that_leaves_an_order_out_leaves_it_pending(tmp_path: Path) -> None:
    said = (
        b'{"items": [{"idempotency_key": "k1", "status": 201, "interview": {"id": 7}}, {"idempotency_key": "k2"}, 3]}'
    )
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "l.yaml").write_text("layout: l\nfields:\n  external_id: text\n")
    context = a_context(tmp_path)
    codec = JSON.make(JSON.settings.model_validate({"layout": "l.yaml"}), context)
    assert REST.target is not None
    frame = pl.DataFrame({ID: [1, 2, 3], KEY: ["k1", "k2", "k3"], "external_id": ["1", "2", "3"]})
    with listening(lambda handler: answer(handler, said)) as origin:
        connection = REST.connection.model_validate({"base_url": origin, "retry": {"attempts": 1}})
        target = REST.target.make(connection, REST.target.settings(), codec, context)
        [told] = target.deliver([Batch(frame)], RecordingDelivery())
    assert [("sent", "7"), ("retry", None), ("retry", None)] == told.frame.select("status", "far_id").rows()


def test_a_codec_that_writes_no_objects_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    assert REST.target is not None
    connection = REST.connection.model_validate({"base_url": "http://127.0.0.1:9"})
    context = a_context(tmp_path)
    target = REST.target.make(connection, REST.target.settings(), TextCodec(["a"]), context)
    batch = Batch(pl.DataFrame({ID: [1], KEY: ["k"], "a": ["x"]}))
    with pytest.raises(ConfigError, match="the codec does not write one JSON object a line"):
        list(target.deliver([batch], RecordingDelivery()))
