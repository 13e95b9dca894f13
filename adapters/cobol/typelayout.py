"""Tells the rest of hrbus what records of several types look like: views, and repeated groups below them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from adapters.cobol.layout import Teller, title
from adapters.cobol.segments import Kind, Segments
from adapters.pages import Page
from hrbus.spi import Field, Layout, Type


def describe_segments(segments: Segments, page: Page | None = None, *, filler: bool = False) -> Layout:
    """Return the layout of records of several types: what stands below a type is a repeated group of it."""
    roots = [segments.kinds[number] for number in segments.roots]
    below = {
        kind.item: tuple(_repeated(segments, child, page, filler=filler) for child in segments.children(number))
        for number, kind in enumerate(segments.kinds)
        if kind.parent < 0
    }
    columns = {node.item: node.column for kind in roots for node in kind.plan.nodes}
    left_out = segments.cluster - {kind.item for kind in roots}
    made = Teller(page, columns, filler, left_out, below).fields(segments.record.children)
    return Layout(title(segments.record), tuple(_viewed(made, roots) if len(roots) > 1 else made))


def _repeated(segments: Segments, number: int, page: Page | None, *, filler: bool) -> Field:
    """Return what a type of records is below another: a list of its fields, and of what stands below it."""
    kind = segments.kinds[number]
    teller = Teller(page, {node.item: node.column for node in kind.columns}, filler, segments.cluster)
    around = [
        field for field in teller.fields(segments.record.children) if field.type is not Type.GROUP or field.children
    ]
    own = replace(teller, left_out=frozenset()).fields(kind.inside)
    below = [_repeated(segments, child, page, filler=filler) for child in segments.children(number)]
    return Field(
        kind.item.entry.spelling, kind.column, Type.GROUP, many=True,
        children=(*around, *own, *below), note="records", place=kind.item.place,
    )  # fmt: skip


def _viewed(fields: Iterable[Field], roots: Sequence[Kind]) -> list[Field]:
    """Mark the types among some fields as views."""
    places = {kind.item.place for kind in roots}
    return [
        replace(field, view=field.place in places, children=tuple(_viewed(field.children, roots))) for field in fields
    ]
