"""Errors of the reference service as problem details (RFC 9457): every one, those of validation included.

    raise RefusalError(409, "result-not-ready", "The result is not ready", headers={"Retry-After": "60"})

No answer repeats a value that was sent: it may be about a person, and answers end in logs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from hrbus.sandbox.models import FieldError, Problem

MEDIA_TYPE = "application/problem+json"
_PREFIX = "urn:hrbus:problem:"


class RefusalError(Exception):
    """The request cannot be served. ``slug`` names the kind of problem; ``detail`` helps whoever wrote the client."""

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.problem = Problem(
            type=_PREFIX + slug, title=title, status=status, detail=detail, errors=list(errors) or None
        )
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """Return the answer that says so."""
        body = self.problem.model_dump(exclude_none=True)
        return JSONResponse(body, self.problem.status, self.headers, MEDIA_TYPE)


def field_errors(errors: Sequence[Any], skip: int = 0) -> list[FieldError]:
    """Return pydantic's errors as pointers and sentences, without the values; ``skip`` parts of each place."""
    return [
        FieldError(pointer="/" + "/".join(str(part) for part in error["loc"][skip:]), detail=error["msg"])
        for error in errors[:50]
    ]


def order_invalid(errors: Sequence[Any], skip: int = 0) -> RefusalError:
    """Return the refusal of an order whose values are wrong."""
    return RefusalError(422, "order-invalid", "The order is not valid", errors=field_errors(errors, skip))


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error as a problem."""

    @app.exception_handler(RefusalError)
    async def refused(request: Request, error: RefusalError) -> JSONResponse:
        return error.response()

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return _of_validation(error.errors()).response()

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        phrase = HTTPStatus(error.status_code).phrase
        slug = phrase.lower().replace(" ", "-")
        return RefusalError(error.status_code, slug, phrase, headers=error.headers).response()


def _of_validation(errors: Sequence[Any]) -> RefusalError:
    if any(error["type"] == "json_invalid" for error in errors):
        return RefusalError(400, "body-not-json", "The body is not JSON")
    headers = [error for error in errors if error["loc"][0] == "header"]
    if any(error["loc"][1].lower() == "idempotency-key" for error in headers):
        return RefusalError(
            400, "idempotency-key-missing", "Idempotency-Key is missing", "Send a key of 1 to 255 characters."
        )
    if any(error["loc"][0] == "body" for error in errors):
        return order_invalid(errors, skip=1)
    return RefusalError(400, "parameter-invalid", "A parameter is not valid", errors=field_errors(errors, skip=1))
