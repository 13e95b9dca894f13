"""Tokens of the reference service, as RFC 6749 and RFC 6750 have them."""

from __future__ import annotations

import pytest
import requests

from tests.integration.sandbox.conftest import Caller, order, token_of


def test_a_token_comes_for_the_right_secret_with_its_term_and_scope(call: Caller) -> None:
    answer = token_of(call.server)
    assert 200 == answer.status_code
    assert {"access_token", "token_type", "expires_in", "scope"} == set(answer.json())
    assert ("Bearer", 3600) == (answer.json()["token_type"], answer.json()["expires_in"])
    assert "no-store" == answer.headers["Cache-Control"]


def test_credentials_may_stand_in_the_form(call: Caller) -> None:
    form = {"grant_type": "client_credentials", "client_id": "hrbus", "client_secret": "sandbox-secret"}
    assert 200 == requests.post(call.server.token_url, data=form, timeout=10).status_code


@pytest.mark.parametrize(("client", "secret"), [("hrbus", "wrong"), ("nobody", "sandbox-secret"), ("", "")])
def test_wrong_credentials_are_refused_with_a_challenge(call: Caller, client: str, secret: str) -> None:
    answer = token_of(call.server, client, secret)
    assert (401, "invalid_client") == (answer.status_code, answer.json()["error"])
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "invalid_request"),
        (b"grant_type=password", "unsupported_grant_type"),
        (b"grant_type=client_credentials&scope=admin", "invalid_scope"),
        (b"grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        (b"grant_type=client_credentials&client_id=hrbus&client_secret=sandbox-secret", "invalid_request"),
        (b"\xff", "invalid_request"),
    ],
)
def test_a_request_that_the_rfc_forbids_is_refused(call: Caller, body: bytes, error: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    auth = ("hrbus", "sandbox-secret")
    answer = requests.post(call.server.token_url, data=body, headers=headers, auth=auth, timeout=10)
    assert (400, error) == (answer.status_code, answer.json()["error"])


@pytest.mark.parametrize("header", [None, "", "Basic aHJidXM6eA==", "Bearer", "Bearer wrong", "Bearer ä"])
def test_a_call_without_a_good_token_is_refused_with_a_challenge(call: Caller, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    answer = requests.get(f"{call.server.url}/interviews", headers=headers, timeout=10)
    assert (401, "application/problem+json") == (answer.status_code, answer.headers["Content-Type"])
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_token_ends_with_its_term(call: Caller) -> None:
    call.advance(3599)
    assert 200 == call("GET", "/interviews").status_code
    call.advance(2)
    assert 401 == call("GET", "/interviews").status_code


def test_a_scope_that_was_not_given_is_missing(call: Caller) -> None:
    for client, secret, form in (
        ("reader", "other-secret", {}),
        ("hrbus", "sandbox-secret", {"scope": "interviews:read"}),
    ):
        reader = Caller(call.server, token_of(call.server, client, secret, **form).json()["access_token"])
        assert 200 == reader("GET", "/interviews").status_code
        answer = reader("POST", "/interviews", order(), key="k")
        assert (403, "urn:hrbus:problem:scope-insufficient") == (answer.status_code, answer.json()["type"])
    assert 0 == call("GET", "/_sandbox/counts").json()["orders"]


def test_what_another_client_ordered_is_not_there(call: Caller) -> None:
    rival = Caller(call.server, token_of(call.server, "rival", "rivals-secret").json()["access_token"])
    identity = call.ordered("4711")
    own = rival.ordered("4711")
    assert [own] == [item["id"] for item in rival("GET", "/interviews").json()["items"]]
    assert [own] == [item["id"] for item in rival("GET", "/interviews?external_id=4711").json()["items"]]
    path, wish = f"/interviews/{identity}", {"expires_at": "2030-01-01T00:00:00Z"}
    for method, place, body in (
        ("GET", path, None),
        ("GET", f"{path}/result", None),
        ("PATCH", path, wish),
        ("DELETE", path, None),
    ):
        answer = rival(method, place, body, **({"If_Match": "*"} if body else {}))
        assert (404, "urn:hrbus:problem:interview-unknown") == (answer.status_code, answer.json()["type"])
    assert "cancelled" != call("GET", path).json()["status"]


def test_every_answer_tells_the_quota(call: Caller) -> None:
    answer = call("GET", "/interviews")
    assert '"default";q=60000;w=60' == answer.headers["RateLimit-Policy"]
    assert answer.headers["RateLimit"].startswith('"default";r=')
