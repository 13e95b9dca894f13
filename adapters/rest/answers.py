"""What came back from a call, bounded in size and time, and what may be said of it to people.

Vendors repeat what was sent in their error texts; only the kind of a problem, its title and the names of the fields
are ever told (RFC 9457 ``type``, ``title``, ``errors[].pointer``), never its detail.

    >>> Answer(422, {}, b'{"title": "The order is not valid"}').reason()
    '422 The order is not valid'
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
            found = json.loads(self.body, parse_float=Decimal, parse_constant=_refuse)
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
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - now).total_seconds())

    def reason(self) -> str:
        """Return what was wrong: status, title and fields, without values."""
        return reason_of(self.status, self.json)


def reason_of(status: int, problem: Mapping[str, Any] | None) -> str:
    """Return a sentence about a problem (RFC 9457) that holds nothing about a person."""
    problem = problem or {}
    title = _word(problem.get("title")) or _phrase(status)
    errors = problem.get("errors")
    pointers = (
        [_word(each.get("pointer")) for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
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


def _refuse(name: str) -> float:
    raise ValueError(name)
