"""One record in JSON, looked at value by value: what is wrong with it, or how it would be written plainly.

    plain({"NO": Decimal("7e1")}, layout)     # {"NO": "\ufdd070"}: the number 70

``jsonrecords`` reads by column; what it cannot make out comes here. In a plain record every number is text:
``NUMBER``, then its digits with as many decimals as its field has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Context, Decimal
from difflib import get_close_matches
from typing import Any, NoReturn

from hrbus.spi import Field, Layout, RecordError, Type

NUMBER = "\ufdd0"
"""What marks a number that stands as text: no character, and none will ever be (Unicode: noncharacters)."""

_WIDE = Context(prec=40)
"""Python's own 28 digits would refuse the wider of COBOL's numbers."""


def plain(text: bytes, layout: Layout) -> dict[str, Any]:
    """Return the record that stands in a line, written plainly; RecordError where it is none of the layout."""
    try:
        record = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise RecordError("this line is not JSON") from None
    return _group(record, layout.fields, "")


def _group(record: Any, fields: Iterable[Field], path: str) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise RecordError("a JSON object is expected", field=path)
    known = {item.name: item for item in fields}
    folded = {name.casefold(): item for name, item in known.items()}
    made: dict[str, Any] = {}
    for name, value in record.items():
        item = known.get(name) or folded.get(name.casefold())
        where = f"{path}.{name}" if path else name
        if item is None:
            hint = next((folded[near].name for near in get_close_matches(name.casefold(), folded, 1)), "")
            raise RecordError(
                "the layout has no such field" + (f"; did you mean {hint}?" if hint else ""), field=where
            )
        if item.type is Type.GROUP and not item.many:
            made[item.name] = _group(value, item.children, where)
        else:
            made[item.name] = _many(item, value, where) if item.many else _one(item, value, where)
    return made


def _many(item: Field, value: Any, path: str) -> list[Any] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise RecordError("a JSON array is expected", field=path)
    if item.type is not Type.GROUP:
        return [_one(item, one, f"{path}[{number}]") for number, one in enumerate(value, start=1)]
    return [_group(one, item.children, f"{path}[{number}]") for number, one in enumerate(value, start=1)]


def _one(item: Field, value: Any, path: str) -> Any:
    if value is None:
        return None
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if item.type is Type.TEXT and isinstance(value, str):
        if any("\ud800" <= sign <= "\udfff" for sign in value):
            raise RecordError("holds half a character (a surrogate)", field=path)
        if value.startswith(NUMBER):
            raise RecordError("begins with U+FDD0, which is no character", field=path)
        return value
    if item.type is Type.BOOLEAN and isinstance(value, bool):
        return value
    if item.type is Type.FLOAT and number:
        return f"{NUMBER}{value}"
    if item.type in (Type.INTEGER, Type.DECIMAL) and number:
        return f"{NUMBER}{_exact(item, Decimal(value), path):f}"
    raise RecordError(f"{_EXPECTED[item.type]} is expected{f' ({item.note})' if item.note else ''}", field=path)


def _exact(item: Field, value: Decimal, path: str) -> Decimal:
    """Return ``value`` with the field's scale; what does not fit exactly is refused, never rounded."""
    digits, scale = bounds(item)
    if value and (value.adjusted() >= digits - scale or _decimals(value) > scale):
        raise RecordError(f"does not fit {item.note or f'{digits} digits, {scale} of them decimals'}", field=path)
    return value.quantize(Decimal(1).scaleb(-scale), context=_WIDE) if value else Decimal(0)


def bounds(item: Field) -> tuple[int, int]:
    """Return how many digits a number may have, and how many of them behind the point."""
    return item.digits or 38, item.scale if item.type is Type.DECIMAL else 0


def _decimals(value: Decimal) -> int:
    """Return how many digits stand after the point, trailing zeros left out."""
    _sign, digits, exponent = value.as_tuple()
    zeros = next((place for place, digit in enumerate(reversed(digits)) if digit), 0)
    return -(int(exponent) + zeros)


_EXPECTED = {
    Type.TEXT: "text",
    Type.INTEGER: "a whole number",
    Type.DECIMAL: "a number",
    Type.FLOAT: "a number",
    Type.BOOLEAN: "true or false",
}


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
