"""Copybooks made up by hypothesis, with values that fit them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.fuzz.cobol_fields import Declared, any_clause, texts

_CONDITIONS = ("", "", "\n    88 {name}-ON VALUE 'Y' 'J'.", "\n    88 {name}-LOW VALUE LOW-VALUES THRU '5'.")


@st.composite
def a_field(draw: st.DrawFn, name: str, level: int) -> Declared:
    """Declare a field, or a table of fields."""
    times = draw(st.sampled_from([0, 0, 0, 1, 3]))
    made = draw(any_clause())
    conditions = draw(st.sampled_from(_CONDITIONS)).format(name=name)
    if not times:
        return Declared((f"{level:02d} {name} {made.text}.{conditions}",), {name: made.values})
    line = f"{level:02d} {name} {made.text} OCCURS {times} TIMES.{conditions}"
    return Declared((line,), {name: st.lists(made.values, min_size=times, max_size=times)})


@st.composite
def some_items(draw: st.DrawFn, prefix: str, level: int, depth: int) -> Declared:
    """Declare some fields, groups and tables below each other."""
    lines: list[str] = []
    values: dict[str, st.SearchStrategy[Any]] = {}
    for number in range(draw(st.integers(1, 3))):
        name = f"{prefix}-{number}"
        kinds = ["field", "field", "filler", "group", "table", "counted", "redefined"] if depth else ["field"]
        kind = draw(st.sampled_from(kinds))
        if kind == "field":
            made = draw(a_field(name, level))
        elif kind == "filler":
            made = Declared((f"{level:02d} FILLER PIC X({draw(st.integers(1, 4))}).",), {})
        elif kind == "redefined":
            made = draw(a_redefinition(name, level))
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


@st.composite
def a_redefinition(draw: st.DrawFn, name: str, level: int) -> Declared:
    """Declare a place with two readings, of which the first is given a value."""
    first = draw(texts())
    other = draw(texts())
    lines = (f"{level:02d} {name} {first.text}.", f"{level:02d} {name}-R REDEFINES {name} {other.text}.")
    return Declared(lines, {name: first.values})


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


@st.composite
def selected(draw: st.DrawFn) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    """Return a copybook with readings that a field chooses between, the rules, and records with one of them."""
    readings = {f"V-{n}": draw(some_items(f"V-{n}", 10, 0)) for n in range(draw(st.integers(2, 4)))}
    lines = ["01 REC.", "05 KIND PIC X(2)."]
    views: list[st.SearchStrategy[dict[str, Any]]] = []
    rules = {}
    columns = [column for made in readings.values() for column in made.values]
    for n, (name, made) in enumerate(readings.items()):
        lines += [f"05 {name}{' REDEFINES V-0' if n else ''}.", *made.lines]
        rules[name] = {"field": "KIND", "is": [f"K{n}", f"L{n}"]}
        filled = st.fixed_dictionaries(made.values | {"KIND": st.sampled_from([f"K{n}", f"L{n}"])})
        views.append(filled.map(lambda row: dict.fromkeys(columns) | row))
    rows = draw(st.lists(st.one_of(views), min_size=1, max_size=5))
    return "\n".join([*lines, "05 AFTER PIC X(3)."]), rules, rows
