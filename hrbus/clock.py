"""Time, as something that is handed in.

Leases, tokens, backoff and effective dates ask a ``Clock``; tests hand in one that they move by hand
(``hrbus.testing.ManualClock``).

    >>> SystemClock().now().tzinfo
    datetime.timezone.utc
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the hub may ask about time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, never going back: for durations."""

    def sleep(self, seconds: float) -> None:
        """Wait. Called only between attempts, never with a ledger transaction open."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, never going back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""
        time.sleep(seconds)
