"""When to try again: exponential backoff with full jitter, and never sooner than the far side asks.

Full jitter (a random part of the growing bound) spreads clients that failed together; see Brooker, *Exponential
Backoff and Jitter*, AWS Architecture Blog, 2015.

    >>> wait(Retry(base=1, cap=10), attempt=3, asked=None, part=1.0)
    4.0
"""

from __future__ import annotations

from adapters.rest.settings import Retry

STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that may be another one later."""


def wait(retry: Retry, *, attempt: int, asked: float | None, part: float) -> float:
    """Return the seconds to wait after the ``attempt``-th try (from 1); ``part`` in [0, 1] is the luck of the draw.

    ``asked`` is what the far side asked for: it is kept in full, and the jitter comes on top of it.
    """
    bound = min(retry.cap, retry.base * 2.0 ** (attempt - 1))
    return (asked or 0.0) + bound * part
