"""When a job starts: a cron line or an interval, and spans of time as people write them.

    >>> Cron.parse("15 2 * * mon-fri").weekdays
    (1, 2, 3, 4, 5)
    >>> duration("1h30m")
    datetime.timedelta(seconds=5400)

Cron lines have the five fields and the meaning of crontab(5): weekdays count from Sunday as 0 (7 is Sunday too), and
where both day of month and day of week are limited, either one is enough. Starts are worked out in UTC, so that a
change of the clocks neither loses nor doubles one: what falls into the hour that is left out starts right after it,
and what falls into the hour that comes twice starts once, unless it is to start in every hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d+))?")
_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


@dataclass(frozen=True)
class Cron:
    """A cron line, spelled out: the values each field takes, sorted. ``text`` is the line as written."""

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Cron:
        """Read a line such as ``15 2 * * mon-fri``; ValueError says which field is wrong and what it may hold."""
        fields = text.split()
        if len(fields) != 5:
            wanted = "five fields (minute hour day month weekday), such as 15 2 * * *"
            raise ValueError(f"a cron line has {wanted}; this has {len(fields)}")
        minutes = _values(fields[0], "minute", 0, 59)
        hours = _values(fields[1], "hour", 0, 23)
        days = _values(fields[2], "day of month", 1, 31)
        months = _values(fields[3], "month", 1, 12, _MONTHS, 1)
        weekdays = tuple(sorted({day % 7 for day in _values(fields[4], "day of week", 0, 7, _WEEKDAYS, 0)}))
        cron = cls(text, minutes, hours, days, months, weekdays)
        if not cron.either_day and min(days) > max(_LONGEST[month - 1] for month in months):
            raise ValueError(f"no such day ever comes: day {fields[2]} of month {fields[3]}")
        return cron

    @property
    def either_day(self) -> bool:
        """Say whether day of month and day of week are both limited, so that either is enough."""
        fields = self.text.split()
        return not fields[2].startswith("*") and not fields[4].startswith("*")

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the first start after ``moment``, in UTC; the line is read by the clocks of ``zone``."""
        day = moment.astimezone(zone).date() - timedelta(days=1)
        while True:  # it ends: ``parse`` refuses a day that never comes
            later = [start for start in self._starts(day, zone) if start > moment] if self._runs_on(day) else []
            if later:
                return min(later)
            day += timedelta(days=1)

    def _runs_on(self, day: date) -> bool:
        by_date, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and (by_date or by_weekday if self.either_day else by_date and by_weekday)

    def _starts(self, day: date, zone: ZoneInfo) -> Iterator[datetime]:
        folds = (0, 1) if len(self.hours) == 24 else (0,)
        for hour in self.hours:
            for minute in self.minutes:
                for fold in folds:
                    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone, fold=fold)
                    yield local.astimezone(UTC)

    def __str__(self) -> str:
        return f"cron {self.text}"


@dataclass(frozen=True)
class Every:
    """An interval between two starts."""

    span: timedelta

    def after(self, moment: datetime, anchor: datetime) -> datetime:
        """Return the first start after ``moment``, where one was at ``anchor``, in UTC."""
        passed = max(0, (moment - anchor) // self.span + 1)
        return (anchor + passed * self.span).astimezone(UTC)

    def __str__(self) -> str:
        return f"every {written(self.span)}"


Trigger = Cron | Every


def duration(text: object) -> timedelta:
    """Read ``90s``, ``15m``, ``1h30m`` or ``2d``; ValueError says what is expected."""
    if isinstance(text, timedelta):
        return text
    found = _SPAN.fullmatch(text.strip()) if isinstance(text, str) and text.strip() else None
    if not found:
        raise ValueError("a span of time is expected, such as 90s, 15m, 1h30m or 2d")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    try:
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise ValueError("a span of time cannot be that long") from None


def written(span: timedelta) -> str:
    """Return ``span`` as ``duration`` reads it."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"


def _values(
    field: str, name: str, low: int, high: int, words: tuple[str, ...] = (), first: int = 0
) -> tuple[int, ...]:
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if not match:
            raise ValueError(f"the {name} {field} cannot be read: {_expected(low, high, words)}")
        star, begin, end, step = match.groups()
        start = low if star else _number(begin, name, low, high, words, first)
        stop = high if star or (step and not end) else start
        if end:
            stop = _number(end, name, low, high, words, first)
        if stop < start or step == "0":
            raise ValueError(f"the {name} {part} holds no value: {_expected(low, high, words)}")
        found.update(range(start, stop + 1, int(step or 1)))
    return tuple(sorted(found))


def _number(text: str, name: str, low: int, high: int, words: tuple[str, ...], first: int) -> int:
    if text.lower() in words:
        return words.index(text.lower()) + first
    if not (text.isascii() and text.isdigit()) or not low <= int(text[:4]) <= high:
        raise ValueError(f"the {name} {text} does not exist: {_expected(low, high, words)}")
    return int(text)


def _expected(low: int, high: int, words: tuple[str, ...]) -> str:
    named = f" or {words[0]}-{words[-1]}" if words else ""
    return f"expected {low}-{high}{named}, as *, 5, 1-5, */15 or 1,15"
