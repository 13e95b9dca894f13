"""Tells the records of a copybook as people look at them: one row a declaration.

>>> from adapters.cobol.copybook import parse
>>> [(r.level, r.name, r.offset, r.length) for r in outlines(parse("01 A. 05 B PIC X(3). 05 C PIC 9.", "a"))[0].rows]
[(1, 'A', 0, 4), (5, 'B', 0, 3), (5, 'C', 3, 1)]
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.cobol import conditions, copybook
from adapters.cobol.copybook import Copybook, Item
from adapters.cobol.declaration import Usage
from adapters.cobol.picture import Category
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Context, Outline, Row, Times


def outline(settings: CobolSettings, context: Context) -> tuple[Outline, ...]:
    """Return every record of the copybook in the settings, or the one that they name."""
    book = copybook.read(context.resolve(settings.copybooks[0], "mappings"), settings.language)
    found = outlines(book)
    if not settings.record:
        return found
    wanted = book.named(settings.record)
    return tuple(one for record, one in zip(book.records, found, strict=True) if record is wanted)


def outlines(book: Copybook) -> tuple[Outline, ...]:
    """Return every record whose layout is known; one that lacks a member is a warning."""
    return tuple(
        Outline(_name(record), tuple(_rows(record)), record.size, tuple(record.unfit))
        if not record.missing
        else Outline(_name(record), (), None, tuple(record.unfit))
        for record in book.records
    )


def _name(record: Item) -> str:
    """Return a record's name; fields without a level 01 above them are called as their file."""
    return record.name or ("FILLER" if record.entry.level else Path(record.place.file).stem)


def _rows(record: Item) -> Iterator[Row]:
    at = 0
    starts: dict[Item, int] = {}
    for item in record.walk():
        at = item.offset + (starts[item.parent] if item.parent else 0)
        starts[item] = at
        if item.entry.level:
            yield _row(item, at)
    for item in record.renames:
        yield _row(item, item.offset)


def _row(item: Item, offset: int) -> Row:
    occurs = item.entry.occurs
    count = item.depending.name if item.depending else (occurs.depending[0] if occurs and occurs.depending else "")
    renamed = item.renamed
    return Row(
        level=item.entry.level,
        name=item.entry.spelling or "FILLER",
        offset=offset,
        length=item.size,
        picture=item.picture.text if item.picture and not item.entry.integer and not renamed else "",
        usage=_usage(item),
        occurs=Times(occurs.least, None if occurs.unbounded else occurs.most, count) if occurs else None,
        redefines=item.entry.redefines,
        renames=(renamed[0].name, renamed[1].name) if renamed else None,
        sign=_sign(item),
        conditions=conditions.shown(item),
        place=item.place,
    )


def _usage(item: Item) -> str:
    """Return the usage of a field; of a group, only what is written at it."""
    if item.renamed:
        return ""
    if item.is_group or (item.picture is None and item.usage is Usage.DISPLAY):
        return item.entry.usage.value if item.entry.usage else ""
    return item.entry.integer or item.stands_as().value


def _sign(item: Item) -> str:
    """Return where the sign of a number stands."""
    picture = item.picture
    if picture is None or item.renamed or not (picture.signed or item.sign_separate):
        return ""
    if picture.category is not Category.NUMERIC or item.usage is not Usage.DISPLAY:
        return "signed"
    side = "leading" if item.sign_leading else "trailing"
    return f"{side} separate" if item.sign_separate else side
