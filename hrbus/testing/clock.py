"""A clock that stands still until a test moves it.

>>> clock = ManualClock()
>>> clock.advance(1.5)
>>> clock.monotonic()
1.5
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""Where a clock stands that was not told: a Monday morning."""


class ManualClock:
    """A ``Clock`` that only ``advance`` and ``sleep`` move.

    ``slept`` lists what was waited for, in seconds, so that a test can say how a backoff grew. ``back`` moves the
    wall clock the wrong way, as a correction by NTP does; ``monotonic`` never follows it.
    """

    def __init__(self, now: datetime = START) -> None:
        if now.tzinfo is None:
            raise ValueError("a clock needs a moment with a time zone, such as datetime(2026, 1, 5, tzinfo=UTC)")
        self._now = now.astimezone(UTC)
        self._seconds = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Return the moment at which the clock stands, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds by which the clock was moved forward since it was made."""
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """Return at once, with the clock moved by ``seconds``."""
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move the clock forward by ``seconds``."""
        if seconds < 0:
            raise ValueError("advance moves forward; back() moves the wall clock the other way")
        self._now += timedelta(seconds=seconds)
        self._seconds += seconds

    def back(self, seconds: float) -> None:
        """Set the wall clock back by ``seconds``; durations do not notice."""
        self._now -= timedelta(seconds=seconds)
