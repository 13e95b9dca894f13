"""Copybooks made up by hypothesis, with values that fit them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

LATIN = st.characters(min_codepoint=0x20, max_codepoint=0x7E)


@dataclass(frozen=True)
class Declared:
    """Some lines of a copybook and a strategy for the value of what they declare, by column."""

    lines: tuple[str, ...]
    values: dict[str, st.SearchStrategy[Any]]


@st.composite
def a_number(draw: st.DrawFn, name: str, level: int, occurs: str) -> Declared:
    """Declare a number of any usage."""
    whole = draw(st.integers(0, 20))
    decimals = draw(st.integers(0, 12))
    digits = whole + decimals or 1
    signed = draw(st.booleans())
    usages = ["", "COMP", "COMP-3", "COMP-5"]
    if signed:
        usages += ["SIGN LEADING", "SIGN LEADING SEPARATE", "SIGN TRAILING SEPARATE"]
    else:
        usages += ["COMP-6"]
    usage = draw(st.sampled_from(usages))
    picture = ("S" if signed else "") + (f"9({whole})" if whole else "") + (f"V9({decimals})" if decimals else "")
    if not whole and not decimals:
        picture = ("S" if signed else "") + "9"
    most = 10**digits - 1
    units = st.integers(-most if signed else 0, most)
    values = units.map(lambda n: Decimal(f"{n}e-{decimals}") if decimals else n)
    return Declared((f"{level:02d} {name} PIC {picture} {usage}{occurs}.",), {name: values})


@st.composite
def a_text(draw: st.DrawFn, name: str, level: int, occurs: str) -> Declared:
    """Declare a text; blanks at its end are not part of a value, at its beginning where it is justified."""
    size = draw(st.integers(1, 20))
    right = draw(st.booleans())
    clause = " JUSTIFIED RIGHT" if right else ""
    values = st.text(LATIN, max_size=size).map(str.lstrip if right else str.rstrip)
    return Declared((f"{level:02d} {name} PIC X({size}){clause}{occurs}.",), {name: values})


@st.composite
def a_field(draw: st.DrawFn, name: str, level: int) -> Declared:
    """Declare a field, or a table of fields."""
    times = draw(st.sampled_from([0, 0, 0, 1, 3]))
    occurs = f" OCCURS {times} TIMES" if times else ""
    made = draw(st.one_of(a_number(name, level, occurs), a_text(name, level, occurs)))
    if times:
        return Declared(made.lines, {name: st.lists(made.values[name], min_size=times, max_size=times)})
    return made


@st.composite
def some_items(draw: st.DrawFn, prefix: str, level: int, depth: int) -> Declared:
    """Declare some fields, groups and tables below each other."""
    lines: list[str] = []
    values: dict[str, st.SearchStrategy[Any]] = {}
    for number in range(draw(st.integers(1, 3))):
        name = f"{prefix}-{number}"
        kind = draw(
            st.sampled_from(["field", "field", "filler", "group", "table", "counted"] if depth else ["field"])
        )
        if kind == "field":
            made = draw(a_field(name, level))
        elif kind == "filler":
            made = Declared((f"{level:02d} FILLER PIC X({draw(st.integers(1, 4))}).",), {})
        else:
            inner = draw(some_items(name, level + 5, depth - 1))
            made = _around(draw, kind, name, level, inner)
        lines += made.lines
        values |= made.values
    if not values:
        made = draw(a_field(f"{prefix}-X", level))
        lines += made.lines
        values |= made.values
    return Declared(tuple(lines), values)


def _around(draw: st.DrawFn, kind: str, name: str, level: int, inner: Declared) -> Declared:
    if kind == "group":
        return Declared((f"{level:02d} {name}.", *inner.lines), inner.values)
    elements = st.fixed_dictionaries(inner.values)
    if kind == "table":
        times = draw(st.integers(1, 3))
        head = f"{level:02d} {name} OCCURS {times} TIMES."
        return Declared((head, *inner.lines), {name: st.lists(elements, min_size=times, max_size=times)})
    least, most = sorted((draw(st.integers(0, 3)), draw(st.integers(1, 4))))
    count = f"{name}-N"
    usage = draw(st.sampled_from(["", "COMP", "COMP-3"]))
    head = f"{level:02d} {name} OCCURS {least} TO {most} TIMES DEPENDING ON {count}."
    tables = st.lists(elements, min_size=least, max_size=most)
    return Declared((f"{level:02d} {count} PIC 9(2) {usage}.", head, *inner.lines), {name: tables})


@st.composite
def copybooks(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """Return a copybook and some records that fit it; counts are left to follow from their lists."""
    made = draw(some_items("F", 5, 2))
    rows = draw(st.lists(st.fixed_dictionaries(made.values), min_size=1, max_size=4))
    return "\n".join(["01 REC.", *made.lines]), rows
