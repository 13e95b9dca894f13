"""When to try again: exponential backoff with full jitter, and never sooner than the far side asks.

Full jitter (a random part of the growing bound) spreads clients that failed together; see Brooker, *Exponential
Backoff and Jitter*, AWS Architecture Blog, 2015.

    >>> wait(Retry(base=1, cap=10), attempt=3, asked=None, part=1.0)
    4.0
"""

from __future__ import annotations

from adapters.rest.settings import Retry

_WAIT = frozenset({408, 425, 429})


def passing(status: int) -> bool:
    """Say whether an answer may be another one later: it speaks of the service, not of what was sent.

    That is every 5xx (RFC 9110, section 15.6), those that only proxies and vendors know included (507, 520, 529 …).
    """
    return status in _WAIT or status >= 500


def wait(retry: Retry, *, attempt: int, asked: float | None, part: float) -> float:
    """Return the seconds to wait after the ``attempt``-th try (from 1); ``part`` in [0, 1] is the luck of the draw.

    ``asked`` is what the far side asked for: it is kept in full, and the jitter comes on top of it.
    """
    bound = min(retry.cap, retry.base * 2.0 ** (attempt - 1))
    return (asked or 0.0) + bound * part
