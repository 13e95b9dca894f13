"""Tells the rest of hrbus what the records of a copybook look like.

>>> from adapters.cobol.copybook import parse
>>> layout = describe(parse("01 A. 05 B PIC X(3). 05 C PIC S9(4)V9.", "a.cpy").record())
>>> [(f.name, str(f.type), f.size, f.digits, f.scale) for f in layout.columns().values()]
[('B', 'text', 3, None, 0), ('C', 'decimal', None, 5, 1)]
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from adapters.cobol import conditions
from adapters.cobol.copybook import Item, read
from adapters.cobol.declaration import Usage
from adapters.cobol.plan import Options, Storage, classify, names, shown
from adapters.pages import Page
from adapters.pages.script import PageScript
from hrbus.spi import Field, Layout, Type

_WIDE = (Storage.NATIONAL, Storage.DBCS)
"""Their pictures count characters of two bytes."""


def layout(path: Path) -> Layout:
    """Return the layout of the first record of a copybook file."""
    return describe(read(path).record())


def describe(
    record: Item,
    page: Page | None = None,
    *,
    filler: bool = False,
    national: str = "utf-16-be",
    without: frozenset[str] = frozenset(),
) -> Layout:
    """Return the layout of a record; text is measured in bytes unless every character of the page takes one.

    ``national`` is how PIC N stands, ``without`` are signs that the file cannot hold whatever the page has.
    """
    script = _Scripts(page, national, without)
    teller = _Teller(script, names(record, filler=filler), filler)
    items = record.children or [record]
    views = tuple(teller.field(item, teller.columns[item]) for item in record.renames)
    return Layout(record.name or Path(record.place.file).stem, tuple(teller.fields(items)), views)


@dataclass(frozen=True)
class _Scripts:
    """How text stands in a file; without a page nobody has said it."""

    page: Page | None
    national: str
    without: frozenset[str]

    def unit(self, storage: Storage) -> str:
        return "bytes" if self.page and self.page.several and storage not in _WIDE else "characters"

    def of(self, storage: Storage) -> PageScript | None:
        if self.page is None:
            return None
        page = Options(self.page, national=self.national).text_page(storage)
        return PageScript(page, 2 if storage in _WIDE else 1, self.without)


@dataclass(frozen=True)
class _Teller:
    """Tells the items of a record, or of one element of a table."""

    scripts: _Scripts
    columns: dict[Item, str]
    filler: bool

    def fields(self, items: list[Item]) -> list[Field]:
        made: list[Field] = []
        for item in items:
            if item.is_group and not item.entry.occurs:
                children = tuple(self.fields(item.children))
                if name := shown(item, filler=self.filler):
                    made.append(self.group(item, name, children))
                else:
                    made += children
            elif item in self.columns:
                made.append(self.field(item, self.columns[item]))
        return made

    def group(self, item: Item, name: str, children: tuple[Field, ...]) -> Field:
        told = conditions.told(item, Type.GROUP)
        return Field(name, name, Type.GROUP, children=children, conditions=told, note="group", place=item.place)

    def field(self, item: Item, column: str) -> Field:
        many, at_most = bool(item.entry.occurs), item.most if item.entry.occurs else None
        counter = item.depending.name if item.depending else ""
        name = shown(item, filler=self.filler) or column
        offset, length = _bytes(item)
        if item.is_group:
            children = tuple(
                _Teller(self.scripts, names(item, filler=self.filler), self.filler).fields(item.children)
            )
            note = f"group, occurs {_times(item)}"
            return Field(
                name, column, Type.GROUP, many, children,
                conditions=conditions.told(item, Type.GROUP),
                at_most=at_most, counted_by=counter, offset=offset, length=length, note=note, place=item.place,
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
            unit=self.scripts.unit(storage) if kind is Type.TEXT else "characters",
            script=self.scripts.of(storage) if kind is Type.TEXT else None,
            digits=_digits(item) if number else _FLOAT_DIGITS.get(item.usage),
            scale=max(scale, 0) if number else 0,
            signed=picture.signed or item.sign_separate if picture else True,
            gaps=number and (scale < 0 or scale > picture.digits if picture else False),
            conditions=conditions.told(item, kind),
            at_most=at_most,
            counted_by=counter,
            offset=offset,
            length=length,
            note=_note(item) + (f", occurs {_times(item)}" if many else ""),
            place=item.place,
        )


def _digits(item: Item) -> int | None:
    picture = item.picture
    if picture is None or not picture.digits:
        return None
    return max(picture.digits - min(picture.scale, 0), picture.scale)


def _note(item: Item) -> str:
    if not item.renamed:
        return item.describe()
    first, last = item.renamed
    return f"RENAMES {first.name}" if first is last else f"RENAMES {first.name} THRU {last.name}"


_FLOAT_DIGITS = {Usage.SHORT_FLOAT: 6, Usage.LONG_FLOAT: 15}
"""Decimal digits that are sure to be kept: a fraction of 24 or 56 bits begins with up to three bits of zero."""


def _bytes(item: Item) -> tuple[int | None, int | None]:
    """Return offset and size of the first occurrence within its record or table element.

    Both are None behind a table of changing length, where they differ from record to record.
    """
    offset, at = item.offset, item.renamed[0] if item.renamed else item
    if item.renamed:
        return (None if _bytes(at)[0] is None else offset), item.size
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
    return item.size // 2 if storage in _WIDE else item.size


def _times(item: Item) -> str:
    if item.depending:
        return f"{item.least} to {item.most} times depending on {item.depending.name}"
    return f"{item.most} times"
