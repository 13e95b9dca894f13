"""Reads and writes numeric-edited fields (ZZ,ZZ9.99-, $$$9, **9CR) as numbers, position by position of the picture.

Rules: IBM Enterprise COBOL Language Reference, *PICTURE clause editing*. An insertion (B 0 / ,) inside zero
suppression goes with the zeros around it, as the machine's EDIT instruction does it. GnuCOBOL writes 0 and / there
all the same (``insertions_stay``); both are read.

    >>> form("$$,$$9.99CR").symbols, form("$$,$$9.99CR").floats, form("$$,$$9.99CR").tail
    ('$$,$$9.99', '$', 'CR')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from adapters.cobol import kernels
from adapters.cobol.picture import Picture
from adapters.cobol.plan import Leaf, Options
from adapters.cobol.signs import Signs
from adapters.pages import Page

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Form:
    """An edited picture by position: one symbol a character, V left out.

    ``holds`` says which positions hold a digit, ``softens`` which insertions go with suppressed zeros, ``floats``
    which symbol floats (or nothing) and ``first`` where it stands, ``point`` how many positions stand before the
    decimal point. ``tail`` is CR, DB or nothing. ``vanishes`` says that no position of a zero is written.
    """

    symbols: str
    holds: tuple[bool, ...]
    softens: tuple[bool, ...]
    floats: str
    first: int
    point: int
    tail: str
    vanishes: bool

    @property
    def fill(self) -> str:
        """What stands where a zero was suppressed."""
        return "*" if "*" in self.symbols else " "

    @property
    def fixed(self) -> set[int]:
        """The positions of signs and currency symbols that do not float."""
        return {at for at, symbol in enumerate(self.symbols) if symbol in "+-$" and symbol != self.floats}

    @property
    def signed(self) -> bool:
        """Say whether some position tells a negative number."""
        return bool(self.tail) or "+" in self.symbols or "-" in self.symbols


@cache
def form(symbols: str, *, stay: bool = False) -> Form:
    """Return the form of a written-out picture; ``stay`` says that 0 and / are never suppressed."""
    tail = symbols[-2:] if symbols.endswith(("CR", "DB")) else ""
    body = symbols.removesuffix(tail).removeprefix("S").replace("P", "")
    floats = next((sign for sign in "+-$" if re.search(re.escape(sign) + r"[,.B0/V]*" + re.escape(sign), body)), "")
    point = next((at for at, symbol in enumerate(body) if symbol in ".V"), len(body))
    first = body.find(floats) if floats else -1
    holds = [symbol in "9Z*" or (symbol == floats and at != first) for at, symbol in enumerate(body)]
    softens: list[bool] = []
    for at, symbol in enumerate(body):
        before = {body[n] for n in range(at) if holds[n] or n == first}
        softens.append(symbol == "," or (symbol in ("B" if stay else "B0/") and bool(before) and "9" not in before))
    kept = [at for at, symbol in enumerate(body) if symbol != "V"]
    soft = {"Z", "*", floats}
    return Form(
        "".join(body[at] for at in kept),
        tuple(holds[at] for at in kept),
        tuple(softens[at] for at in kept),
        floats,
        first - body[: max(first, 0)].count("V"),
        point,
        tail,
        all(symbol in soft for symbol, held in zip(body, holds, strict=True) if held),
    )


# --- reading --------------------------------------------------------------------------------------------------------


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
    picture = _picture(leaf)
    shape = form(picture.symbols)
    field = _in_symbols(page, field, picture.shown)
    over = np.zeros(len(field), dtype=np.bool_)
    if picture.symbols.startswith("S"):
        field, over = _without_sign(page, field)
    zero = page.encode("0")[0]
    fill = _fills(shape)
    held = [at for at, holds in enumerate(shape.holds) if holds]
    value = (field.astype(np.int16) - zero).astype(np.int16)
    is_digit = (value >= 0) & (value <= 9)
    is_fill = np.isin(field, _codes(page, fill))
    chars = field[:, held]
    found = np.where(is_digit[:, held], value[:, held], 0).astype(np.uint8)
    begun = np.maximum.accumulate(is_digit[:, held], axis=1)
    stars = (chars == page.encode("*")[0]) if "*" in fill else np.zeros_like(begun)
    bad = (~is_digit[:, held] & (begun | ~is_fill[:, held]) & ~stars).any(axis=1)
    for at, symbol in enumerate(shape.symbols):
        if not shape.holds[at]:
            bad |= ~np.isin(field[:, at], _codes(page, fill + ("" if symbol == "B" else symbol)))
    nothing = ~is_digit[:, held].any(axis=1)
    negative = over
    if shape.tail:
        last = field[:, -2:]
        negative = (last == np.frombuffer(page.encode(shape.tail), dtype=np.uint8)).all(axis=1)
        filled = (last == page.encode("*")[0]).all(axis=1) & nothing & ("*" in fill)
        bad |= ~negative & ~filled & ~(last == page.blank).all(axis=1)
    elif shape.signed:
        negative = over | (field == page.encode("-")[0]).any(axis=1)
    bad |= nothing & (not shape.vanishes)
    status[bad] = kernels.BAD_DIGIT
    return found, negative


def _fills(shape: Form) -> str:
    """Return what may stand where no digit does."""
    # A plus is understood where the picture would leave a blank: programs that are no COBOL write it there.
    signs = "+-" if "+" in shape.symbols or "-" in shape.symbols else ""
    return " " + signs + "".join(symbol for symbol in "*$" if symbol in shape.symbols)


def _picture(leaf: Leaf) -> Picture:
    assert leaf.item.picture is not None  # noqa: S101 - an edited field is one by its picture
    return leaf.item.picture


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


def _codes(page: Page, chars: str) -> Bytes:
    return np.frombuffer(b"".join(page.encode(char) for char in chars), dtype=np.uint8)


# --- writing --------------------------------------------------------------------------------------------------------


def signed(leaf: Leaf) -> bool:
    """Say whether the field can hold a negative number."""
    symbols = _picture(leaf).symbols
    return symbols.startswith("S") or form(symbols).signed


def write(leaf: Leaf, options: Options, digits: Bytes, negative: Bools) -> Bytes:
    """Return the bytes (n × width) of numbers: their digits, high ones first, and which are negative."""
    symbols, shown = _picture(leaf).symbols, dict(_picture(leaf).shown)
    shape, page = form(symbols, stay=options.insertions_stay), options.page
    made = _suppressed(shape, digits, negative)
    if shape.tail:
        tail = np.where(negative[:, None], np.frombuffer(shape.tail.encode(), dtype=np.uint8), ord(" "))
        made = np.column_stack([made, tail])
    if shape.vanishes:
        zero = ~digits.any(axis=1)
        nothing = [shape.fill if symbol != "." or shape.fill == " " else "." for symbol in shape.symbols + shape.tail]
        made[zero] = np.frombuffer("".join(nothing).encode(), dtype=np.uint8)
    chars = "".join(sorted(set(" 0123456789*+-" + shape.symbols + shape.tail)))
    table = np.zeros(128, dtype=np.uint8)
    table[[ord(char) for char in chars]] = _codes(page, "".join(shown.get(char, char) for char in chars))
    field = table[made]
    if symbols.startswith("S"):
        signs = Signs.of(ebcdic_page=page.ebcdic, ebcdic_sign=options.ebcdic_sign)
        last = field[:, -1] - signs.zero
        field[:, -1] = np.where(negative, signs.negative[last], signs.positive[last])
    return field


def _suppressed(shape: Form, digits: Bytes, negative: Bools) -> Bytes:
    """Put the digits into their positions, as ASCII: leading zeros go where the picture lets them."""
    fill = ord(shape.fill)
    made = np.empty((len(digits), len(shape.symbols)), dtype=np.uint8)
    begun = np.zeros(len(digits), dtype=np.bool_)
    last = np.full(len(digits), shape.first)
    next_digit = iter(range(digits.shape[1]))
    for at, symbol in enumerate(shape.symbols):
        if at in shape.fixed:
            made[:, at] = _sign(symbol, negative)
            continue
        if shape.holds[at]:
            digit = digits[:, next(next_digit)]
            begun = begun | (digit != 0) | (symbol == "9" or at >= shape.point)
            made[:, at] = np.where(begun, digit + ord("0"), fill)
        elif symbol == shape.floats:
            made[:, at] = fill
        else:
            begun = begun | (symbol == ".")
            char = ord(" ") if symbol == "B" else ord(symbol)
            made[:, at] = np.where(begun | (not shape.softens[at]), char, fill)
            if not shape.softens[at]:
                continue
        last[~begun] = at
    if shape.floats:
        made[np.arange(len(made)), last] = _sign(shape.floats, negative)
    return made


def _sign(symbol: str, negative: Bools) -> Bytes:
    """Return what stands for the sign of every number, or the currency symbol."""
    if symbol == "$":
        return np.full(len(negative), ord("$"), dtype=np.uint8)
    return np.where(negative, ord("-"), ord("+" if symbol == "+" else " ")).astype(np.uint8)
