"""A condition-name in the place of a Boolean: whether a field has one of the values that the name stands for.

Text compares as COBOL compares it: blanks at the end do not count. A range of text has ends of digits, of capitals or
of small letters, and values of other characters are outside it: where they lie depends on the code page. A blank
field is NULL in a formula, and here the empty text that SPACES stands for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

import polars as pl

from hrbus.mapping.kinds import MOST_DIGITS
from hrbus.mapping.sql.core import Columns, Typed
from hrbus.spi import Condition, Field, Type

_NOTHING = " \x00"
_KINDS = ("0-9", "A-Z", "a-z")
_WIDE = Context(prec=200)


@dataclass(frozen=True)
class Named:
    """A condition-name and the field that it asks."""

    field: Field
    condition: Condition


def meets(part: Typed, named: Named) -> Typed:
    """Return the Boolean that is true where the field, compiled as ``part``, has a value of the condition."""
    test = _text if part.type is Type.TEXT else _number

    def value(columns: Columns) -> pl.Expr:
        found = part.value(columns)
        return pl.any_horizontal([test(found, low, high, named.field) for low, high in named.condition.values])

    return Typed(Type.BOOLEAN, value, part.bad)


def _text(found: pl.Expr, low: str | None, high: str | None, _field: Field) -> pl.Expr:
    text = found.fill_null("").str.strip_chars_end(_NOTHING)
    if low == high:
        return text == pl.lit(low)
    kind = next((signs for signs in _KINDS if re.fullmatch(f"[{signs}]+", low or "")), "")
    return text.str.contains(f"^[{kind} ]*$") & (text >= pl.lit(low)) & (text <= pl.lit(high))


def _number(found: pl.Expr, low: str | None, high: str | None, field: Field) -> pl.Expr:
    if low is None or high is None:
        return found.is_null()
    first, last = _whole(low, field.scale, ROUND_CEILING), _whole(high, field.scale, ROUND_FLOOR)
    held = (found >= pl.lit(first, dtype=pl.Int128)) & (found <= pl.lit(last, dtype=pl.Int128))
    return held.fill_null(value=False)


def _whole(literal: str, scale: int, rounding: str) -> int:
    """Return a literal as a number of the field's last decimal, within what the field can hold."""
    most = 10**MOST_DIGITS - 1
    number = Decimal(literal).scaleb(scale, _WIDE).to_integral_value(rounding)
    return int(max(-most - 1, min(most + 1, number)))
