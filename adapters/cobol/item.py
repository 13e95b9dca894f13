"""The items of a copybook: a tree of records, groups and fields.

>>> from adapters.cobol.declaration import Entry
>>> Item(Entry(5, "APPL-NO", Place("a.cpy", 1, 8))).path()
('APPL-NO',)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from adapters.cobol.declaration import Entry, Usage
from adapters.cobol.dialect import Dialect
from adapters.cobol.picture import Category, Picture
from hrbus.spi import Fault, Place

_OWN_USAGE = {Category.NATIONAL: Usage.NATIONAL, Category.DBCS: Usage.DBCS, Category.UTF8: Usage.UTF8}


@dataclass(eq=False)
class Item:
    """A field or group. ``offset`` counts from the start of the group that holds it.

    ``size`` is one occurrence, with the slack bytes at its end that SYNC needs in the next.
    ``redefines`` is the item whose place it takes; ``depending`` the item that counts its occurrences.

    ``renamed`` are the first and last field of an item of level 66.

    Only a record has ``renames`` (its items of level 66), ``dialect``, and ``unfit``: what keeps its bytes from being
    read although its layout can be told. ``missing`` says that not even that is known.
    """

    entry: Entry
    parent: Item | None = field(default=None, repr=False)
    children: list[Item] = field(default_factory=list)
    conditions: list[Entry] = field(default_factory=list)
    offset: int = 0
    size: int = 0
    redefines: Item | None = field(default=None, repr=False)
    depending: Item | None = field(default=None, repr=False)
    usage: Usage = Usage.DISPLAY
    sign_leading: bool = False
    sign_separate: bool = False
    renames: list[Item] = field(default_factory=list, repr=False)
    renamed: tuple[Item, Item] | None = field(default=None, repr=False)
    dialect: Dialect = Dialect.IBM
    unfit: list[Fault] = field(default_factory=list)
    missing: bool = False

    @property
    def name(self) -> str:
        """The name in capitals; empty for FILLER."""
        return self.entry.name

    @property
    def place(self) -> Place:
        """Where the copybook declares it."""
        return self.entry.place

    @property
    def picture(self) -> Picture | None:
        """The picture of a field; None for a group."""
        return self.entry.picture

    @property
    def is_group(self) -> bool:
        """Say whether it has fields below it."""
        return bool(self.children)

    @property
    def most(self) -> int:
        """The greatest number of occurrences."""
        return self.entry.occurs.most if self.entry.occurs else 1

    @property
    def least(self) -> int:
        """The smallest number of occurrences."""
        return self.entry.occurs.least if self.entry.occurs else 1

    def walk(self) -> Iterator[Item]:
        """Yield it and everything below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def path(self) -> tuple[str, ...]:
        """Return the names from the record down to it, FILLER left out."""
        above = self.parent.path() if self.parent else ()
        return (*above, self.name) if self.name else above

    def start(self) -> int:
        """Return where its first occurrence begins in the record, every table at its greatest length."""
        return self.offset + (self.parent.start() if self.parent else 0)

    def stands_as(self) -> Usage:
        """Return the usage that its picture and the clauses around it give it."""
        if self.usage is Usage.DISPLAY and self.picture:
            return _OWN_USAGE.get(self.picture.category, Usage.DISPLAY)
        return self.usage

    def describe(self) -> str:
        """Return its picture and usage, for people: ``PIC S9(7)V99 COMP-3``."""
        if self.entry.integer:
            return self.entry.integer
        picture = f"PIC {self.picture.text}" if self.picture else ""
        usage = "" if self.usage is Usage.DISPLAY and self.picture else self.usage.value
        return f"{picture} {usage}".strip() if not self.is_group else "group"
