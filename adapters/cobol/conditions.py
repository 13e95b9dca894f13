"""What the names of level 88 stand for: as a field's column shows it, and as the copybook writes it.

>>> from adapters.cobol.copybook import parse
>>> field = parse("01 A. 05 B PIC 9(3). 88 FEW VALUE 1 THRU 9, 0.", "a.cpy").record().children[0]
>>> [condition.values for condition in told(field, Type.INTEGER)]
[(('1', '9'), ('0', '0'))]
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from adapters.cobol.declaration import Entry, Literal
from adapters.cobol.item import Item
from hrbus.spi import Condition, Type

_NOTHING = " \x00"
_SIGNS = {"SPACE": " ", "ZERO": "0", "QUOTE": '"', "LOW-VALUE": "\x00"}
_SHOWN = {kind: f"{kind}S" for kind in (*_SIGNS, "HIGH-VALUE")}
_KINDS = ("[0-9]+", "[A-Z]+", "[a-z]+")


class _UnusableError(Exception):
    """A literal that no value of the field's column equals; the message says why."""


def shown(item: Item) -> tuple[Condition, ...]:
    """Return the conditions of an item with their literals as the copybook writes them."""
    return tuple(Condition(c.name, tuple(_written(v) for v in c.values), c.place) for c in item.conditions)


def _written(literal: Literal) -> tuple[str, str]:
    low = _word(literal)
    return low, _word(literal.through) if literal.through else low


def _word(literal: Literal) -> str:
    if literal.kind in _SHOWN:
        return _SHOWN[literal.kind]
    text = f"X'{literal.text}'" if literal.kind == "hex" else literal.text
    return f"ALL {text}" if literal.all else text


def told(item: Item, kind: Type) -> tuple[Condition, ...]:
    """Return the conditions of a field as its column shows their values."""
    return tuple(_told(item, entry, kind) for entry in item.conditions)


def _told(item: Item, entry: Entry, kind: Type) -> Condition:
    try:
        values = tuple(_ends(item, literal, kind) for literal in entry.values)
    except _UnusableError as error:
        return Condition(entry.name, (), entry.place, str(error))
    return Condition(entry.name, values, entry.place)


def _ends(item: Item, literal: Literal, kind: Type) -> tuple[str | None, str | None]:
    value = _value(item, literal, kind)
    if literal.through is None:
        return value, value
    last = _value(item, literal.through, kind)
    shown = f"{_word(literal)} THRU {_word(literal.through)}"
    if value is None or last is None:
        raise _UnusableError(f"{shown} is no range of numbers")
    if kind is Type.TEXT and not any(re.fullmatch(sign, value) and re.fullmatch(sign, last) for sign in _KINDS):
        raise _UnusableError(f"what lies in {shown} depends on the code page")
    return value, last


def _value(item: Item, literal: Literal, kind: Type) -> str | None:
    if kind is Type.TEXT:
        return _text(item, literal)
    if kind in (Type.INTEGER, Type.DECIMAL):
        return _number(item, literal)
    what = "a group has no value of its own" if kind is Type.GROUP else f"{item.name} is no exact number"
    raise _UnusableError(what)


def _text(item: Item, literal: Literal) -> str:
    size = item.picture.length if item.picture else item.size
    text = _SIGNS.get(literal.kind, literal.text)
    if literal.kind == "HIGH-VALUE" or (literal.kind == "hex" and bytes.fromhex(literal.text).strip(b"\x00")):
        raise _UnusableError(f"what {_word(literal)} is depends on the code page")
    if literal.kind == "hex":
        text = ""
    if text and (literal.all or literal.kind in _SIGNS):
        text = (text * (size // len(text) + 1))[:size]
    return text.strip(_NOTHING) if item.entry.justified else text.rstrip(_NOTHING)


def _number(item: Item, literal: Literal) -> str | None:
    if literal.kind in ("SPACE", "LOW-VALUE"):
        return None
    if literal.kind == "ZERO":
        return "0"
    try:
        number = Decimal(literal.text) if literal.kind in ("number", "text") else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise _UnusableError(f"no number equals {_word(literal)}")
    if literal.kind == "text" and item.picture and "." not in literal.text:
        number = number.scaleb(-item.picture.scale)  # a text is compared digit by digit
    return f"{number:f}"
