"""``/openapi.json`` is a valid description, and what the service answers is what it describes."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from hrbus.sandbox.server import Server
from tests.integration.sandbox.conftest import Caller, order


@pytest.fixture(scope="module")
def spec(running: Server) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(f"{running.origin}/openapi.json", timeout=10).json()
    return found


def test_the_description_is_valid_openapi_3_1(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1.")
    validate(spec)


def test_every_path_of_the_service_but_the_token_asks_for_a_scope(spec: dict[str, Any]) -> None:
    for path, operations in spec["paths"].items():
        if path.startswith("/v1/") and "_sandbox" not in path:
            assert all(operation["security"][0]["oauth2"] for operation in operations.values()), path


def test_no_error_is_described_that_is_never_sent(spec: dict[str, Any]) -> None:
    assert {"HTTPValidationError", "ValidationError"}.isdisjoint(spec["components"]["schemas"])


def fits(spec: dict[str, Any], path: str, method: str, answer: requests.Response) -> None:
    """Check an answer against what is described for its status."""
    described = spec["paths"][path][method]["responses"].get(str(answer.status_code))
    assert described is not None, f"{method} {path} answers {answer.status_code}, which is not described"
    kind = answer.headers["Content-Type"]
    schema = described["content"][kind]["schema"]
    Draft202012Validator(schema | {"components": spec["components"]}).validate(answer.json())


def test_answers_are_as_described(call: Caller, spec: dict[str, Any]) -> None:
    listing = "/v1/interviews"
    one, batch = f"{listing}/{{interview_id}}", f"{listing}/batch"
    result = f"{one}/result"
    identity = call.ordered()
    items = [{"idempotency_key": "a", "order": order()}, {"idempotency_key": "b", "order": {}}]
    wish = {"expires_at": "2099-01-01T00:00:00Z"}
    fits(spec, "/v1/interview-templates", "get", call("GET", "/interview-templates"))
    fits(spec, listing, "post", call("POST", "/interviews", order(), key="k"))
    fits(spec, listing, "post", call("POST", "/interviews", order()))
    fits(spec, listing, "post", call("POST", "/interviews", {}, key="l"))
    fits(spec, listing, "post", call("POST", "/interviews", b"{", key="l"))
    fits(spec, batch, "post", call("POST", "/interviews/batch", {"items": items}))
    fits(spec, batch, "post", call("POST", "/interviews/batch", {}))
    fits(spec, listing, "get", call("GET", "/interviews"))
    fits(spec, listing, "get", call("GET", "/interviews?limit=0"))
    fits(spec, one, "get", call("GET", f"/interviews/{identity}"))
    fits(spec, one, "get", call("GET", "/interviews/none"))
    fits(spec, one, "patch", call("PATCH", f"/interviews/{identity}", wish, If_Match="*"))
    fits(spec, one, "patch", call("PATCH", f"/interviews/{identity}", wish))
    fits(spec, one, "patch", call("PATCH", f"/interviews/{identity}", {}, If_Match="*"))
    fits(spec, result, "get", call("GET", f"/interviews/{identity}/result"))
    call.advance(1800)
    fits(spec, result, "get", call("GET", f"/interviews/{identity}/result"))
    fits(spec, one, "delete", call("DELETE", f"/interviews/{identity}"))
    fits(spec, "/v1/_sandbox/clock", "get", call("GET", "/_sandbox/clock"))
    fits(spec, "/v1/_sandbox/clock", "post", call("POST", "/_sandbox/clock", {"seconds": -1}))
    fits(spec, "/v1/_sandbox/counts", "get", call("GET", "/_sandbox/counts"))
    fits(spec, "/v1/_sandbox/faults", "post", call("POST", "/_sandbox/faults", {"kind": "slow", "seconds": 0}))
    fits(spec, "/oauth2/token", "post", requests.post(call.server.token_url, data={}, timeout=10))
    call.token = "wrong"
    fits(spec, listing, "get", call("GET", "/interviews"))
