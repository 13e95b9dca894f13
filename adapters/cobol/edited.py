"""Reads and writes numeric-edited fields (ZZ,ZZ9.99-, $$$9, **9CR) as numbers.

Rules: IBM Enterprise COBOL Language Reference, *PICTURE clause editing*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from adapters.cobol import kernels
from adapters.cobol.plan import Leaf
from adapters.cobol.signs import Signs
from adapters.pages import Page

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Form:
    """An edited picture by position: one symbol a character, V left out.

    ``holds`` says which positions hold a digit, ``floats`` which symbol floats (or nothing), ``point`` how many
    positions stand before the decimal point, ``tail`` is CR, DB or nothing.
    """

    symbols: str
    holds: tuple[bool, ...]
    floats: str
    point: int
    tail: str


@cache
def form(symbols: str) -> Form:
    """Return the form of a written-out picture."""
    tail = symbols[-2:] if symbols.endswith(("CR", "DB")) else ""
    body = symbols.removesuffix(tail).removeprefix("S").replace("P", "")
    floats = next((sign for sign in "+-$" if re.search(re.escape(sign) + r"[,.B0/V]*" + re.escape(sign), body)), "")
    point = next((at for at, symbol in enumerate(body) if symbol in ".V"), len(body))
    first = body.find(floats) if floats else -1
    holds = [symbol in "9Z*" or (symbol == floats and at != first) for at, symbol in enumerate(body)]
    kept = [at for at, symbol in enumerate(body) if symbol != "V"]
    return Form("".join(body[at] for at in kept), tuple(holds[at] for at in kept), floats, point, tail)


def read(leaf: Leaf, page: Page, field: Bytes, lanes: Ints, status: Bytes) -> int:
    """Read fields (n × width) of up to 18 digits into ``lanes``."""
    found, negative = digits(leaf, page, field, status)
    bad = status != 0
    if bad.any():
        for code, byte in ((kernels.BLANK, page.blank), (kernels.LOW, 0)):
            status[bad & (field == byte).all(axis=1)] = code
    values = np.zeros(len(field), dtype=np.int64)
    for column in range(found.shape[1]):
        values = values * 10 + found[:, column]
    values = np.where(bad, 0, np.where(negative, -values, values))
    lanes[:, 0] = values
    if lanes.shape[1] == 2:
        lanes[:, 1] = values >> 63
    return int(bad.any())


def digits(leaf: Leaf, page: Page, field: Bytes, status: Bytes) -> tuple[Bytes, Bools]:
    """Return the digits of each row, high ones first, and which rows are negative."""
    assert leaf.item.picture is not None  # noqa: S101 - an edited field is one by its picture
    symbols = leaf.item.picture.symbols
    field = _in_symbols(page, field, leaf.item.picture.shown)
    shape = form(symbols)
    over = np.zeros(len(field), dtype=np.bool_)
    if symbols.startswith("S"):
        field, over = _without_sign(page, field)
    zero = page.encode("0")[0]
    fill = _codes(page, " *+-$")
    held = [at for at, holds in enumerate(shape.holds) if holds]
    value = (field.astype(np.int16) - zero).astype(np.int16)
    is_digit = (value >= 0) & (value <= 9)
    is_fill = np.isin(field, fill)
    chars = field[:, held]
    found = np.where(is_digit[:, held], value[:, held], 0).astype(np.uint8)
    begun = np.maximum.accumulate(is_digit[:, held], axis=1)
    stars = chars == page.encode("*")[0]
    bad = (~is_digit[:, held] & (begun | ~is_fill[:, held]) & ~stars).any(axis=1)
    for at, symbol in enumerate(shape.symbols):
        if not shape.holds[at]:
            allowed = _codes(page, " *+-$" + {"B": "", "0": "0", "/": "/"}.get(symbol, symbol))
            bad |= ~np.isin(field[:, at], allowed)
    if shape.tail:
        last = field[:, -2:]
        negative = (last == np.frombuffer(page.encode(shape.tail), dtype=np.uint8)).all(axis=1)
        bad |= ~negative & ~(last == page.blank).all(axis=1)
    else:
        negative = over | (field == page.encode("-")[0]).any(axis=1)
    nothing = ~is_digit.any(axis=1)
    bad |= nothing & any(shape.symbols[at] == "9" for at in held)
    status[bad] = kernels.BAD_DIGIT
    return found, negative


def _in_symbols(page: Page, field: Bytes, shown: tuple[tuple[str, str], ...]) -> Bytes:
    """Return the fields with the point and the currency sign as a picture writes them."""
    if not shown:
        return field
    table = np.arange(256, dtype=np.uint8)
    for symbol, sign in shown:
        table[page.encode(sign)[0]] = page.encode(symbol)[0]
    plain: Bytes = table[field]
    return plain


def _without_sign(page: Page, field: Bytes) -> tuple[Bytes, Bools]:
    """Return the fields with a plain digit where a sign stood over the last one, and which are negative."""
    signs = Signs.of(ebcdic_page=page.ebcdic, ebcdic_sign=page.ebcdic)
    last = signs.signed[field[:, -1]]
    plain = field.copy()
    plain[:, -1] = np.where(last == kernels.NO_VALUE, field[:, -1], signs.zero + (last & 0x0F))
    return plain, (last != kernels.NO_VALUE) & ((last & kernels.MINUS) != 0)


def over_digit(data: bytes, page: Page, negative: bool, ebcdic_sign: bool) -> bytes:
    """Return a written number with its sign over the last digit."""
    signs = Signs.of(ebcdic_page=page.ebcdic, ebcdic_sign=ebcdic_sign)
    table = signs.negative if negative else signs.positive
    return data[:-1] + bytes([int(table[data[-1] - signs.zero])])


def _codes(page: Page, chars: str) -> Bytes:
    return np.frombuffer(b"".join(page.encode(char) for char in chars), dtype=np.uint8)


def text(value: int, symbols: str) -> str | None:
    """Return the edited text of a number of the picture's smallest units, or None where it does not fit."""
    shape = form(symbols)
    signs = shape.tail or symbols.startswith("S") or "+" in shape.symbols or "-" in shape.symbols
    if value < 0 and not signs:
        return None
    number = str(abs(value)).rjust(sum(shape.holds), "0")
    if len(number) > sum(shape.holds):
        return None
    made = _suppressed(number, shape, value < 0)
    tail = shape.tail if value < 0 else "  " if shape.tail else ""
    return made + tail


def _suppressed(number: str, shape: Form, negative: bool) -> str:
    """Put the digits into their positions: leading zeros go where the picture lets them."""
    star = "*" in shape.symbols
    fill = "*" if star else " "
    soft = ("Z", "*", shape.floats or "Z")
    all_soft = all(symbol in soft for symbol, holds in zip(shape.symbols, shape.holds, strict=True) if holds)
    if all_soft and not number.strip("0"):
        return "".join("." if star and symbol == "." else fill for symbol in shape.symbols)
    made: list[str] = []
    begun = False
    at = 0
    place = -1
    for position, (symbol, holds) in enumerate(zip(shape.symbols, shape.holds, strict=True)):
        if holds:
            begun = begun or number[at] != "0" or symbol == "9" or position >= shape.point
            made.append(number[at] if begun else fill)
            at += 1
        elif symbol == shape.floats:
            made.append(fill)
        elif symbol in "+-$":
            made.append(_sign(symbol, negative))
        elif symbol in "B0/":
            made.append(({"B": " "}.get(symbol, symbol)) if begun or not _softens(shape, position) else fill)
        else:
            begun = begun or symbol == "."
            made.append(symbol if begun else fill)
        if not begun and (holds or symbol == shape.floats or made[-1] == fill):
            place = position if symbol not in "+-$" or symbol == shape.floats else place
    if shape.floats and place >= 0:
        made[place] = _sign(shape.floats, negative)
    return "".join(made)


def _softens(shape: Form, position: int) -> bool:
    """Say whether an insertion stands behind positions that zero suppression reaches."""
    before = [
        s for s, holds in zip(shape.symbols[:position], shape.holds, strict=False) if holds or s == shape.floats
    ]
    return bool(before) and "9" not in before


def _sign(symbol: str, negative: bool) -> str:
    if symbol == "$":
        return "$"
    return "-" if negative else "+" if symbol == "+" else " "
