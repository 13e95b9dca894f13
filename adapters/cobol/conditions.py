"""What the names of level 88 stand for: as a field's column shows it, and as the copybook writes it.

>>> from adapters.cobol.copybook import parse
>>> field = parse("01 A. 05 B PIC 9(3). 88 FEW VALUE 1 THRU 9, 0.", "a.cpy").record().children[0]
>>> [condition.values for condition in told(field, Type.INTEGER, None)]
[(('1', '9'), ('0', '0'))]
"""

from __future__ import annotations

import codecs
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from adapters.cobol.declaration import Entry, Literal
from adapters.cobol.item import Item
from hrbus.spi import Condition, Type

if TYPE_CHECKING:
    from adapters.cobol.pages import Page

_PLAIN_PAGE = "cp037"
_NOTHING = " \x00"
_BYTES = {"LOW-VALUE": b"\x00", "HIGH-VALUE": b"\xff"}
_SIGNS = {"SPACE": " ", "ZERO": "0", "QUOTE": '"'}
_SHOWN = {
    "SPACE": "SPACES",
    "ZERO": "ZEROS",
    "QUOTE": "QUOTES",
    "LOW-VALUE": "LOW-VALUES",
    "HIGH-VALUE": "HIGH-VALUES",
}


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


def told(item: Item, kind: Type, page: Page | None) -> tuple[Condition, ...]:
    """Return the conditions of a field as its column shows their values; ``page`` is cp037 where it is not known."""
    return tuple(_told(item, entry, kind, page) for entry in item.conditions)


def _told(item: Item, entry: Entry, kind: Type, page: Page | None) -> Condition:
    try:
        values = tuple(_ends(item, literal, kind, page) for literal in entry.values)
    except _UnusableError as error:
        return Condition(entry.name, (), entry.place, str(error))
    return Condition(entry.name, values, entry.place)


def _ends(item: Item, literal: Literal, kind: Type, page: Page | None) -> tuple[str | None, str | None]:
    value = _value(item, literal, kind, page)
    last = _value(item, literal.through, kind, page) if literal.through else value
    if literal.through and None in (value, last):
        raise _UnusableError(f"{_word(literal)} THRU {_word(literal.through)} is no range of numbers")
    return value, last


def _value(item: Item, literal: Literal, kind: Type, page: Page | None) -> str | None:
    if kind is Type.TEXT:
        return _text(item, literal, page)
    if kind in (Type.INTEGER, Type.DECIMAL):
        return _number(item, literal)
    raise _UnusableError(f"{item.name} is no exact number")


def _text(item: Item, literal: Literal, page: Page | None) -> str:
    size = item.picture.length if item.picture else item.size
    if literal.kind in _BYTES:
        text = _decoded(_BYTES[literal.kind] * size, literal, page)
    elif literal.kind == "hex":
        text = _decoded(bytes.fromhex(literal.text), literal, page)
    else:
        text = _SIGNS.get(literal.kind, literal.text)
    if text and (literal.all or literal.kind in _SIGNS):
        text = (text * (size // len(text) + 1))[:size]
    return text.strip(_NOTHING) if item.entry.justified else text.rstrip(_NOTHING)


def _decoded(data: bytes, literal: Literal, page: Page | None) -> str:
    try:
        return codecs.decode(data, page.name if page else _PLAIN_PAGE)
    except (UnicodeError, LookupError):
        raise _UnusableError(f"{_word(literal)} is no text of the code page") from None


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


def collation(page: Page | None) -> str:
    """Return the characters of an EBCDIC page in the order in which COBOL compares them; nothing for other pages."""
    if page is not None and not page.ebcdic:
        return ""
    name = page.name if page else _PLAIN_PAGE
    try:
        return "".join(codecs.decode(bytes([code]), name, "ignore") for code in range(256))
    except LookupError:
        return ""
