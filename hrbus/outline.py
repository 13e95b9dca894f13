"""Records as people look at them: the rows of a layout file, from the codec that reads it.

A codec that tells no outline of its own (``CodecKind.outline``) is told by its layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from hrbus.errors import ConfigError, Fault, Place
from hrbus.spi import CodecKind, Condition, Context, Field, Layout, Outline, Row, Settings, Times, Type


def outlines(kind: CodecKind, file: Path, settings: Settings, context: Context) -> Sequence[Outline]:
    """Return the outline of every record that ``file`` describes."""
    if kind.outline:
        return kind.outline(settings, context)
    if kind.layout is None:
        raise ConfigError(Fault(f"the codec {kind.name} reads no layouts", Place(str(file))))
    return (of_layout(kind.layout(file)),)


def of_layout(layout: Layout) -> Outline:
    """Return a layout's fields as rows; a level is the depth."""
    return Outline(layout.name, tuple(_rows(layout.fields, 1)))


def _rows(fields: Iterable[Field], level: int) -> Iterator[Row]:
    for item in fields:
        yield Row(
            level=level,
            name=item.name,
            offset=item.offset,
            length=item.length,
            usage="" if item.type is Type.GROUP else str(item.type),
            occurs=Times(0, item.at_most) if item.many else None,
            conditions=item.conditions,
            place=item.place,
        )
        yield from _rows(item.children, level + 1)


def nested(rows: Iterable[Row]) -> Iterator[tuple[Row, tuple[Row, ...]]]:
    """Yield each row with the rows that hold it, outermost first; what renames stands below the record itself."""
    above: list[Row] = []
    for each in rows:
        while above and (above[-1].level >= each.level or (each.renames and len(above) > 1)):
            above.pop()
        yield each, tuple(above)
        above.append(each)


def record(outline: Outline) -> dict[str, Any]:
    """Return an outline for programs."""
    return {
        "name": outline.name,
        "length": outline.length,
        "fields": [row(each) for each in outline.rows],
    }


def row(one: Row) -> dict[str, Any]:
    """Return a row for programs: the same keys for every row."""
    times = one.occurs
    made: dict[str, Any] = {
        "level": one.level,
        "name": one.name,
        "offset": one.offset,
        "length": one.length,
        "picture": one.picture or None,
        "usage": one.usage or None,
        "occurs": {"min": times.least, "max": times.most, "depending": times.depending or None} if times else None,
        "redefines": one.redefines or None,
        "sign": one.sign or None,
        "conditions": [_condition(each) for each in one.conditions],
        "line": one.place.line if one.place else None,
    }
    if one.renames:
        made["renames"] = {"from": one.renames[0], "through": one.renames[1]}
    return made


def _condition(condition: Condition) -> dict[str, Any]:
    values = [{"value": low, "through": high if high != low else None} for low, high in condition.values]
    return {"name": condition.name, "values": values}
