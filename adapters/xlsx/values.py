"""Values of cells as text, exactly, and columns as what is written into cells.

Excel keeps numbers as binary floats of some fifteen digits. The shortest decimal that means the same float is what
was typed; a number of more digits has already lost some, so it is refused. On the way out such a number is text.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

MOST_DIGITS = 15


class LostError(ValueError):
    """The number has more digits than a cell keeps."""


def text_of(value: Any, yes: str, no: str) -> str:
    """Return what a cell holds, as text; LostError where it cannot be known."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return yes if value else no
    if isinstance(value, (int, float)):
        if abs(value) >= 10**MOST_DIGITS:
            raise LostError
        text = format(Decimal(repr(value)), "f")
        return text.removesuffix(".0")
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


def number_of(text: str) -> float | None:
    """Return the number that a cell keeps for ``text``, or None where it would lose digits and text must do."""
    number = Decimal(text)
    if len(number.as_tuple().digits) > MOST_DIGITS or abs(number) >= 10**MOST_DIGITS:
        return None
    return float(text) if Decimal(f"{float(text):.16G}") == number else None


def date_of(text: str) -> datetime.date | None:
    """Return the date (or time of a day) that ``text`` says, or None where Excel has none such."""
    try:
        found = datetime.datetime.fromisoformat(text) if "T" in text else datetime.date.fromisoformat(text)
    except ValueError:
        return None
    whole = found.isoformat() == text and not getattr(found, "tzinfo", None)
    return found if whole and found.year >= 1901 else None
