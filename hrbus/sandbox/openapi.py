"""Makes ``/openapi.json`` true: OpenAPI 3.1 with every error declared as a problem (RFC 9457).

FastAPI knows the models of good answers; what it says of errors is its own shape, which this service never sends.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hrbus.sandbox.models import FieldError, Order, Problem, TokenError
from hrbus.sandbox.problems import MEDIA_TYPE

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_TOKEN_ERROR = {
    "description": "No token (RFC 6749, section 5.2)",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TokenError"}}},
}
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "const": "client_credentials"},
                        "client_id": {"type": "string"},
                        "client_secret": {"type": "string"},
                        "scope": {"type": "string"},
                    },
                }
            }
        },
    },
    "security": [],
    "responses": {"400": _TOKEN_ERROR, "401": _TOKEN_ERROR},
}
"""What the token endpoint takes and how it refuses."""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the declarations of these errors."""
    return {status: _declared(status) for status in statuses}


def install(app: FastAPI) -> None:
    """Make ``app`` describe itself so."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way


def _described(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
    )
    components = schema["components"]["schemas"]
    for model in (Problem, FieldError, TokenError, Order):
        own = model.model_json_schema(ref_template="#/components/schemas/{model}")
        components.update(own.pop("$defs", {}))
        components.setdefault(model.__name__, own)
    # Items of a batch are checked one by one, so their model cannot name the order; their description can.
    components["BatchItem"]["properties"]["order"] = {"$ref": "#/components/schemas/Order"}
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            _mend(path, operation)
    return schema


def _mend(path: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    schema = answers.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if schema.get("$ref", "").endswith("HTTPValidationError"):
        del answers["422"]
        answers.setdefault("400", _declared(400))
        if "requestBody" in operation:
            answers["422"] = _declared(422)
    if path.startswith("/v1/") and "_sandbox" not in path:
        answers["default"] = {
            "description": "Something else went wrong",
            "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
        }


def _declared(status: int) -> dict[str, Any]:
    said = {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}
    if status in (409, 429):
        said["headers"] = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
    return said
