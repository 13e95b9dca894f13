"""Elementary fields made up by hypothesis: every usage, sign and kind of picture, with values that they hold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

LATIN = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
WIDE = st.characters(min_codepoint=0x20, max_codepoint=0xFFFF, exclude_categories=["Cs", "Cc", "Zs"])


@dataclass(frozen=True)
class Declared:
    """Some lines of a copybook and a strategy for the value of what they declare, by column."""

    lines: tuple[str, ...]
    values: dict[str, st.SearchStrategy[Any]]


@dataclass(frozen=True)
class Clause:
    """What follows a name, and a strategy for its values."""

    text: str
    values: st.SearchStrategy[Any]


def _exact(units: st.SearchStrategy[int], scale: int) -> st.SearchStrategy[Any]:
    """Return integers, or decimals where there is a scale."""
    return units.map(lambda n: Decimal(f"{n}e-{scale}") if scale > 0 else n * 10 ** max(-scale, 0))


def _units(digits: int, signed: bool) -> st.SearchStrategy[int]:
    most = 10**digits - 1
    return st.integers(-most if signed else 0, most) | st.sampled_from([0, 1, most, -most if signed else most])


@st.composite
def numbers(draw: st.DrawFn) -> Clause:
    """Declare a number of any usage; with SYNC where that may stand."""
    signed = draw(st.booleans())
    usages = ["", "COMP", "COMP-4", "BINARY", "COMP-3", "PACKED-DECIMAL", "COMP-5", "COMP SYNC", "COMP-5 SYNC RIGHT"]
    if signed:
        usages += ["SIGN LEADING", "SIGN IS LEADING SEPARATE", "TRAILING", "SIGN TRAILING SEPARATE CHARACTER"]
    else:
        usages += ["COMP-6"]
    usage = draw(st.sampled_from(usages))
    picture, digits, scale = draw(_pictures())
    return Clause(f"PIC {'S' if signed else ''}{picture} {usage}".strip(), _exact(_units(digits, signed), scale))


@st.composite
def _pictures(draw: st.DrawFn) -> tuple[str, int, int]:
    """Return a picture without its sign, with the digits that it stores and its scale; up to 38 places in all."""
    shape = draw(st.sampled_from(["plain", "plain", "plain", "scaled up", "scaled down"]))
    if shape == "plain":
        whole = draw(st.integers(0, 26))
        decimals = draw(st.integers(0 if whole else 1, 12))
        picture = (f"9({whole})" if whole else "") + (f"V9({decimals})" if decimals else "")
        return picture, whole + decimals, decimals
    digits, moved = draw(st.integers(1, 20)), draw(st.integers(1, 6))
    if shape == "scaled up":
        return f"9({digits})P({moved})", digits, -moved
    return f"VP({moved})9({digits})", digits, moved + digits


@st.composite
def edited(draw: st.DrawFn) -> Clause:
    """Declare an edited number that may float, be suppressed or stand as it is, with insertions and a sign."""
    kind = draw(st.sampled_from(["Z", "*", "+", "-", "$", "9"]))
    held = draw(st.integers(1, 8))
    decimals = draw(st.integers(0, 4))
    body = kind * held + ("9" if kind != "9" and draw(st.booleans()) else "")
    digits = len(body)
    if kind in "+-$":
        body, digits = kind + body, digits
    places = draw(st.lists(st.integers(1, len(body) - 1), max_size=2, unique=True)) if len(body) > 2 else []
    for at in sorted(places, reverse=True):
        body = body[:at] + draw(st.sampled_from([",", "B", "/", "0"])) + body[at:]
    if decimals:
        body += "." + "9" * decimals
    signs = {"+": [""], "-": [""], "$": ["", "CR", "DB", "-", "+"]}.get(kind, ["", "CR", "DB", "-", "+"])
    sign = draw(st.sampled_from(signs))
    signed = bool(sign) or kind in "+-"
    if kind in "Z*9" and draw(st.booleans()):
        body = "$" + body
    blank = " BLANK WHEN ZERO" if kind != "*" and draw(st.booleans()) else ""
    return Clause(f"PIC {body}{sign}{blank}", _exact(_units(digits + decimals, signed), decimals))


@st.composite
def floats(draw: st.DrawFn) -> Clause:
    """Declare floating point, with values that a short one of any format holds exactly."""
    usage = draw(st.sampled_from(["COMP-1", "COMP-2", "COMP-1 SYNC", "COMP-2 SYNC"]))
    return Clause(usage, st.integers(-(2**20), 2**20).map(lambda n: n / 64))


@st.composite
def texts(draw: st.DrawFn) -> Clause:
    """Declare a text; blanks at its end are not part of a value, at its beginning where it is justified."""
    size = draw(st.integers(1, 20))
    right = draw(st.booleans())
    clause = draw(st.sampled_from([f"PIC X({size})", f"PIC A({size})", f"PIC {'X' * size}"]))
    values = st.text(LATIN, max_size=size).map(str.lstrip if right else str.rstrip)
    return Clause(clause + (" JUSTIFIED RIGHT" if right else ""), values)


@st.composite
def nationals(draw: st.DrawFn) -> Clause:
    """Declare a national text, of 16 bits a character."""
    size = draw(st.integers(1, 8))
    return Clause(f"PIC N({size})", st.text(WIDE, max_size=size))


def any_clause() -> st.SearchStrategy[Clause]:
    """Return a strategy for all of them."""
    return st.one_of(numbers(), numbers(), texts(), texts(), edited(), floats(), nationals())
