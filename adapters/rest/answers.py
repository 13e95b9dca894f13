"""What came back from a call, bounded in size and time, and what may be said of it to people.

Vendors repeat what was sent in their error texts, titles included. Only what cannot be about a person is ever told:
the status, the names of the fields (RFC 9457 ``errors[].pointer``), and the title where its ``type`` is one of those
whose titles are known to be fixed (``FIXED_TITLES``); never a detail.

    >>> Answer(409, {}, b'{"title": "Ada is interviewed already"}').reason()
    '409 Conflict'
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any

FIXED_TITLES = ("urn:hrbus:problem:",)
"""Beginnings of problem types whose titles are the same for every order: those of the reference service."""

_LONGEST_WORD = 120


@dataclass(frozen=True)
class Answer:
    """An answer, read whole. ``headers`` has lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def good(self) -> bool:
        """Whether the status says that it was done."""
        return 200 <= self.status < 300

    @cached_property
    def json(self) -> dict[str, Any] | None:
        """Return the object in the body, numbers with a point as Decimal; None where there is none."""
        try:
            # Given bytes, json would take UTF-16 too, against RFC 8259 (8.1); and a body is spliced as bytes.
            found = json.loads(self.body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def retry_after(self, now: datetime) -> float | None:
        """Return the seconds that the far side asks to wait (RFC 9110, section 10.2.3); None where it does not."""
        text = self.headers.get("retry-after", "").strip()
        if re.fullmatch("[0-9]{1,9}", text):
            return float(text)
        try:
            moment = parsedate_to_datetime(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return max(0.0, (moment - now).total_seconds())
        except (ValueError, OverflowError):
            return None

    def reason(self) -> str:
        """Return what was wrong: status, title where it is a fixed one, and fields, without values."""
        return reason_of(self.status, self.json)


def reason_of(status: int, problem: Mapping[str, Any] | None) -> str:
    """Return a sentence about a problem (RFC 9457) that holds nothing about a person."""
    problem = problem or {}
    fixed = str(problem.get("type")).startswith(FIXED_TITLES)
    title = (_word(problem.get("title")) if fixed else "") or _phrase(status)
    errors = problem.get("errors")
    pointers = (
        [_pointer(each.get("pointer")) for each in errors if isinstance(each, dict)]
        if isinstance(errors, list)
        else []
    )
    places = ", ".join(pointer for pointer in pointers[:10] if pointer)
    return f"{status} {title}: {places}" if places else f"{status} {title}"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "unknown status"


def _word(value: object) -> str:
    """Return a short printable text; nothing where it could be an address or a number of a person."""
    if not isinstance(value, str) or "@" in value or re.search("[0-9]{5,}", value):
        return ""
    return "".join(c if c.isprintable() else " " for c in value)[:_LONGEST_WORD]


def _pointer(value: object) -> str:
    """Return a pointer (RFC 6901) of plain names; nothing where it holds what no field of an order is called."""
    return _word(value) if isinstance(value, str) and re.fullmatch(r"#?(/[A-Za-z0-9_.~$-]*)+", value) else ""


def _refuse(name: str) -> float:
    raise ValueError(name)
