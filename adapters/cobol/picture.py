"""Reads a PICTURE string: what kind of field it makes, how many digits, where the decimal point stands.

Rules: IBM Enterprise COBOL Language Reference, *PICTURE clause*.

    >>> picture = parse("S9(7)V99")
    >>> picture.category, picture.digits, picture.scale, picture.signed
    (<Category.NUMERIC: 'numeric'>, 9, 2, True)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

_REPEAT = re.compile(r"(.)\(\s*(\d+)\s*\)")
_LONGEST = 1 << 24
MOST_DIGITS = 38


class Category(Enum):
    """The categories of data that a picture can describe."""

    TEXT = "text"
    NUMERIC = "numeric"
    EDITED = "numeric-edited"
    NATIONAL = "national"
    DBCS = "dbcs"
    UTF8 = "utf-8"


_PLAIN = (
    (set("XA"), set("XA9B0/"), Category.TEXT),
    (set("U"), set("U"), Category.UTF8),
    (set("N"), set("NB0/"), Category.NATIONAL),
    (set("G"), set("GB"), Category.DBCS),
)


@dataclass(frozen=True)
class Picture:
    """A picture, understood.

    ``symbols`` is the string with repetitions written out, in capitals; ``length`` counts its characters (of a
    DISPLAY field, without a separate sign); ``digits`` are the digits it stores; ``scale`` is how many of them
    stand after the decimal point: negative, or more than ``digits``, where P moves the point outside.
    ``symbols`` has the point as ``.`` and the currency sign as ``$``; ``shown`` says what stands for them in data.
    """

    text: str
    symbols: str
    category: Category
    length: int
    digits: int = 0
    scale: int = 0
    signed: bool = False
    shown: tuple[tuple[str, str], ...] = ()


class PictureError(ValueError):
    """The string is no picture; the message says why."""


_SWAPPED = str.maketrans(",.", ".,")


def parse(text: str, comma: bool = False, currency: str = "$") -> Picture:
    """Return the picture that ``text`` writes; PictureError where it is none.

    ``comma`` says that DECIMAL-POINT IS COMMA, ``currency`` which sign stands in the place of ``$``.
    """
    plain = text.upper().replace(currency.upper(), "$")
    found = _parsed(text, _written_out(plain.translate(_SWAPPED) if comma else plain))
    if found.category is not Category.EDITED:
        return found
    shown = ((".", ","), (",", ".")) if comma else ()
    return replace(found, shown=(*shown, *((("$", currency),) if currency != "$" else ())))


def _parsed(text: str, symbols: str) -> Picture:
    used = set(symbols)
    for needed, allowed, category in _PLAIN:
        if used & needed and used <= allowed:
            return Picture(text, symbols, category, len(symbols))
    if re.fullmatch(r"S?(?:9*V?9*|P+9+|VP+9+|9+P+V?)", symbols) and "9" in symbols:
        return _numeric(text, symbols)
    if re.fullmatch(r"[+-]9*[.V]?9*E[+-]99", symbols):  # external floating point: kept as the text that it is
        return Picture(text, symbols, Category.TEXT, len(symbols) - symbols.count("V"))
    return _edited(text, symbols)


def _written_out(text: str) -> str:
    total = 0

    def repeat(match: re.Match[str]) -> str:
        nonlocal total
        count = int(match[2][:9])
        total += count
        if not count or total > _LONGEST:
            raise PictureError(f"{match[0]} repeats {count or 'no'} times")
        return match[1] * count

    symbols = _REPEAT.sub(repeat, text)
    if not symbols or "(" in symbols or ")" in symbols:
        raise PictureError("a repetition needs a symbol before it and a number in it, as in X(10)")
    return symbols


def _check(digits: int) -> None:
    if digits > MOST_DIGITS:
        raise PictureError(f"{digits} digits are more than the {MOST_DIGITS} that COBOL can hold")


def _numeric(text: str, symbols: str) -> Picture:
    signed = symbols.startswith("S")
    body = symbols.removeprefix("S")
    digits = body.count("9")
    scale = len(body.partition("V")[2].replace("P", "")) if "V" in body else 0
    if "P" in body:
        moved = body.count("P")
        scale = digits + moved if body.lstrip("V").startswith("P") else -moved
    _check(digits + body.count("P"))
    return Picture(text, symbols, Category.NUMERIC, digits, digits, scale, signed)


_MAIN = r"(?:[B0/,.VP]*(?:Z[ZB0/,.VP]*|\*[*B0/,.VP]*)?[9B0/,.VP]*)"
_SIGNS = r"(?:[B0/,.V]*(?:[+][+B0/,.V]*[+]|-[-B0/,.V]*-)[9B0/,.VP]*)"
_CURRENCIES = r"(?:[B0/,.V]*\$[$B0/,.V]*\$[9B0/,.VP]*)"
_TAIL = r"(?:[+-]|CR|DB)?"
_EDITED = re.compile(
    rf"[B0/,]*(?:\$?[B0/,]*{_MAIN}\$?{_TAIL}"
    rf"|(?:[+-][B0/,]*\$?|\$[B0/,]*[+-]){_MAIN}\$?"
    rf"|\$?{_SIGNS}\$?"
    rf"|[+-]{_CURRENCIES}|{_CURRENCIES}{_TAIL})"
)
"""Where symbols may stand: a fixed sign at one end, a currency symbol, then positions of one kind and those of 9."""


def _edited(text: str, symbols: str) -> Picture:
    """Read a numeric-edited picture; a string of +, - or currency signs floats: the first holds no digit."""
    # No COBOL, but in use: a decimal point that is written, the sign over a digit.
    body = symbols.removeprefix("S") if re.fullmatch(r"S9*\.9*", symbols) else symbols
    core = re.sub(r"(?:CR|DB)$", "", body)
    if not _EDITED.fullmatch(body) or not (re.search(r"[9Z*]", core) or _floating(core)):
        raise PictureError("expected X, A, 9, S, V, P, N, G or the editing symbols Z * $ + - CR DB , . B 0 /")
    if sum(core.count(point) for point in ".V") > 1:
        raise PictureError("it has more than one decimal point")
    signed = core != symbols or "+" in core or "-" in core
    point = re.search(r"[.V]", core)
    digits = scale = 0
    floats = {sign: _floats(core, sign) for sign in "+-$"}
    for at, symbol in enumerate(core):
        first_floating = symbol in floats and at == core.index(symbol)
        holds = symbol in "9Z*" or (symbol in floats and floats[symbol] and not first_floating)
        digits += holds
        scale += holds and point is not None and at > point.start()
    if moved := core.count("P"):
        if re.search(r"[9Z*].*P.*[9Z*]|P.*[9Z*].*P", core):
            raise PictureError("P stands at one end of the digits, and only there")
        scale = digits + moved if re.match(r"[^9Z*]*P", core) else -moved
    _check(digits + moved)
    length = len(symbols) - symbols.count("V") - moved - symbols.startswith("S")
    return Picture(text, symbols, Category.EDITED, length, digits, scale, signed)


def _floating(core: str) -> bool:
    return any(_floats(core, sign) for sign in "+-$")


def _floats(core: str, sign: str) -> bool:
    """Say whether ``sign`` is a floating string: it stands more than once with only insertions between."""
    return bool(re.search(re.escape(sign) + r"[,.B0/V]*" + re.escape(sign), core))
