"""Moments as the ledger writes them: UTC, to the microsecond, sortable as text.

>>> from datetime import UTC, datetime
>>> moment(datetime(2026, 3, 1, 2, 15, tzinfo=UTC))
'2026-03-01T02:15:00.000000Z'
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def moment(when: datetime) -> str:
    """Return an aware moment as text."""
    return when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def later(when: datetime, length: timedelta) -> str:
    """Return the moment that comes ``length`` after ``when``, as text."""
    return moment(when + length)


def when(text: str) -> datetime:
    """Return the moment that ``text`` says, aware, in UTC."""
    return datetime.fromisoformat(text)
