"""Tells the rest of hrbus what the records of a copybook look like.

>>> from adapters.cobol.copybook import parse
>>> layout = describe(parse("01 A. 05 B PIC X(3). 05 C PIC S9(4)V9.", "a.cpy").record())
>>> [(f.name, str(f.type), f.size, f.digits, f.scale) for f in layout.columns().values()]
[('B', 'text', 3, None, 0), ('C', 'decimal', None, 5, 1)]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from adapters.cobol.copybook import Item, read
from adapters.cobol.declaration import Literal
from adapters.cobol.plan import Storage, classify, names
from adapters.cobol.segments import Kind, Segments
from hrbus.spi import Field, Layout, Type


def layout(path: Path) -> Layout:
    """Return the layout of the first record of a copybook file."""
    return describe(read(path).record())


def describe(record: Item, *, bytes_per_character: bool = True) -> Layout:
    """Return the layout of a record; text is measured in bytes unless every character takes one."""
    columns = names(record)
    items = record.children or [record]
    unit = "characters" if bytes_per_character else "bytes"
    return Layout(_title(record), tuple(_fields(items, columns, unit)))


def describe_segments(segments: Segments, *, bytes_per_character: bool = True) -> Layout:
    """Return the layout of records of several types: what stands below a type is a repeated group of it."""
    unit = "characters" if bytes_per_character else "bytes"
    roots = [segments.kinds[number] for number in segments.roots]
    below = {
        kind.item: tuple(_repeated(segments, child, unit) for child in segments.children(number))
        for number, kind in enumerate(segments.kinds)
        if kind.parent < 0
    }
    columns = {node.item: node.column for kind in roots for node in kind.plan.nodes}
    left_out = segments.cluster - {kind.item for kind in roots}
    made = _fields(segments.record.children, columns, unit, left_out, below)
    return Layout(_title(segments.record), tuple(_viewed(made, roots) if len(roots) > 1 else made))


def _repeated(segments: Segments, number: int, unit: str) -> Field:
    """Return what a type of records is below another: a list of its fields, and of what stands below it."""
    kind = segments.kinds[number]
    columns = {node.item: node.column for node in kind.columns}
    around = _fields(segments.record.children, columns, unit, segments.cluster)
    own = _fields(kind.inside, columns, unit)
    below = [_repeated(segments, child, unit) for child in segments.children(number)]
    children = (*(field for field in around if field.type is not Type.GROUP or field.children), *own, *below)
    return Field(
        kind.name, kind.column, Type.GROUP, many=True, children=children, note="records", place=kind.item.place
    )


def _viewed(fields: Iterable[Field], roots: Sequence[Kind]) -> list[Field]:
    """Mark the types among some fields as views."""
    places = {kind.item.place for kind in roots}
    return [
        replace(field, view=field.place in places, children=tuple(_viewed(field.children, roots))) for field in fields
    ]


def _title(record: Item) -> str:
    return record.name or Path(record.place.file).stem


def _fields(
    items: Iterable[Item],
    columns: dict[Item, str],
    unit: str,
    left_out: frozenset[Item] = frozenset(),
    below: Mapping[Item, tuple[Field, ...]] | None = None,
) -> list[Field]:
    """Return the fields of some items; ``below`` are fields that stand at the end of a group as well."""
    made: list[Field] = []
    for item in items:
        if item in left_out:
            continue
        if item.is_group and not item.entry.occurs:
            children = (
                *_fields(item.children, columns, unit, left_out, below),
                *(below.get(item, ()) if below else ()),
            )
            if item.name:
                made.append(
                    Field(item.name, item.name, Type.GROUP, children=children, note="group", place=item.place)
                )
            else:
                made += children
        elif item in columns:
            made.append(_field(item, columns[item], unit))
    return made


def _field(item: Item, column: str, unit: str) -> Field:
    many, at_most = bool(item.entry.occurs), item.most if item.entry.occurs else None
    name = item.name or column
    if item.is_group:
        children = tuple(_fields(item.children, names(item), unit))
        note = f"group, occurs {_times(item)}"
        offset, length = _bytes(item)
        return Field(
            name, column, Type.GROUP, many, children,
            at_most=at_most, offset=offset, length=length, note=note, place=item.place,
        )  # fmt: skip
    storage, kind = classify(item)
    picture = item.picture
    number = kind in (Type.INTEGER, Type.DECIMAL) and picture is not None
    scale = picture.scale if picture else 0
    return Field(
        name=name,
        column=column,
        type=kind,
        many=many,
        size=_length(item, storage) if kind is Type.TEXT else None,
        unit="characters" if storage is Storage.NATIONAL else unit,
        digits=max(picture.digits - min(scale, 0), scale) if number and picture else None,
        scale=max(scale, 0) if number else 0,
        signed=picture.signed or item.sign_separate if picture else True,
        values=tuple((c.name, tuple(_plain(v) for v in c.values)) for c in item.conditions),
        at_most=at_most,
        offset=_bytes(item)[0],
        length=_bytes(item)[1],
        note=item.describe() + (f", occurs {_times(item)}" if many else ""),
        place=item.place,
    )


def _bytes(item: Item) -> tuple[int | None, int | None]:
    """Return offset and size of the first occurrence within its record or table element.

    Both are None behind a table of changing length, where they differ from record to record.
    """
    offset, at = item.offset, item
    while at.parent is not None:
        before = at.parent.children[: at.parent.children.index(at)]
        if any(below.depending for sibling in before for below in sibling.walk()):
            return None, None
        at = at.parent
        if at.entry.occurs:
            break
        offset += at.offset
    return offset, item.size


def _length(item: Item, storage: Storage) -> int:
    return item.size // 2 if storage is Storage.NATIONAL else item.size


def _times(item: Item) -> str:
    if item.depending:
        return f"{item.least} to {item.most} times depending on {item.depending.name}"
    return f"{item.most} times"


_FIGURATIVES = {"SPACE": "", "ZERO": "0", "QUOTE": '"', "LOW-VALUE": "\x00", "HIGH-VALUE": "\xff"}


def _plain(literal: Literal) -> str:
    text = _FIGURATIVES.get(literal.kind, literal.text)
    return f"{text} THRU {literal.through}" if literal.through is not None else text
