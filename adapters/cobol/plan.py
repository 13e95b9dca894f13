"""What to read and write where: a record of a copybook, made flat for the kernels.

A scope is a record or one element of a table: its nodes are leaves and tables, their offsets count from its start.
Groups that do not repeat have melted into it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from adapters.cobol.copybook import Item
from adapters.cobol.declaration import Usage
from adapters.cobol.picture import Category
from hrbus.spi import Type

if TYPE_CHECKING:
    from adapters.cobol.settings import Instead, Rule
    from adapters.pages import Page

LANE_DIGITS = 18
"""The most digits that one 64-bit integer surely holds."""


class Storage(Enum):
    """How a field's bytes are read."""

    TEXT = "text"
    NATIONAL = "national"
    DBCS = "dbcs"
    ZONED = "zoned"
    PACKED = "packed"
    BINARY = "binary"
    FLOAT = "float"
    EDITED = "edited"


@dataclass(frozen=True, eq=False)
class Options:
    """What the settings say about every field."""

    page: Page
    ebcdic_sign: bool = True
    trim: bool = True
    blank: Instead = "reject"
    blanks: Mapping[str, Instead] = field(default_factory=dict)
    invalid_numeric: Instead = "reject"
    invalid: Mapping[str, Instead] = field(default_factory=dict)
    select: Mapping[str, Rule] = field(default_factory=dict)
    occurs: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    native_big: bool = False
    binary_big: bool = True
    binary_full: bool = False
    float: str = "ibm"
    filler: bool = False
    left_digits: bool = False
    national: str = "utf-16-be"
    insertions_stay: bool = False

    def text_page(self, storage: Storage) -> Page:
        """Return the page in which the text of a field stands."""
        if storage not in (Storage.NATIONAL, Storage.DBCS):
            return self.page
        if self.page.pairs is not None and (storage is Storage.DBCS or self.national == "page"):
            return self.page.pairs
        from adapters.pages.tables import unicode  # numpy is for those who move data: a layout needs none

        return unicode(self.national)


@dataclass(frozen=True, eq=False)
class Condition:
    """A leaf that has one of some values; ``codes`` are its bytes (for text) or numbers."""

    leaf: Leaf
    texts: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class View:
    """One of several readings of the same bytes.

    Its columns are null where it does not hold: where none of ``when`` is true (if there are any), or one of
    ``unless`` is.
    """

    when: tuple[Condition, ...]
    unless: tuple[Condition, ...]


@dataclass(frozen=True, eq=False)
class Leaf:
    """A field. ``shifts`` are the tables before it whose missing occurrences move it to the left.

    ``lenient`` says that bytes which make no sense are null instead of wrong: they may mean another view.
    ``digits`` are those of the picture, ``scale`` the decimals of the column, ``factor`` what a number is
    multiplied with (P at the right end of a picture). ``rivals`` names the redefined item and which of its readings
    this is, where no rule chooses between them.
    """

    item: Item
    column: str
    storage: Storage
    offset: int
    width: int
    shifts: tuple[Table, ...]
    views: tuple[View, ...]
    lenient: bool
    rivals: tuple[Item, int] | None = None
    type: Type = Type.TEXT
    digits: int = 0
    scale: int = 0
    factor: int = 1
    signed: bool = False
    big: bool = True
    blank: Instead = "reject"
    invalid: Instead = "reject"
    page: Page = field(kw_only=True)

    @property
    def home(self) -> Item | None:
        """The table in whose elements it lies, or None for the record."""
        return _home(self.item)

    @property
    def wide(self) -> bool:
        """Say whether a number may need more than 64 bits."""
        return self.precision > LANE_DIGITS

    @property
    def precision(self) -> int:
        """The most digits that its bytes may hold, and so its column."""
        if self.storage is Storage.BINARY and (self.scale or self.factor > 1 or self.width > 8 or not self.signed):
            capacity = len(str((1 << (8 * self.width - self.signed)) - 1))
            full = self.item.usage is Usage.NATIVE or self.scale or self.factor > 1 or self.width > 8
            digits = max(capacity if full else 0, self.digits)
            return min(38, max(digits + len(str(self.factor)) - 1, self.scale))
        return min(38, max(self.digits + len(str(self.factor)) - 1, self.scale))


@dataclass(frozen=True, eq=False)
class Table:
    """A field or group that repeats; ``count`` is the leaf with the number of occurrences, if that varies.

    Where that leaf is text, ``words`` says how often for each text.

    ``plain`` says that it is a field: a list of values, not of structs. ``inner`` are the tables inside it
    that depend on a count of their own, so that elements differ in length.
    """

    item: Item
    column: str
    offset: int
    stride: int
    least: int
    most: int
    count: Leaf | None
    nodes: tuple[Node, ...]
    plain: bool
    inner: tuple[Table, ...]
    shifts: tuple[Table, ...]
    views: tuple[View, ...]
    lenient: bool
    rivals: tuple[Item, int] | None = None
    words: tuple[tuple[str, int], ...] = ()

    @property
    def ragged(self) -> bool:
        """Say whether its elements differ in length."""
        return bool(self.inner)


Node = Leaf | Table


def _home(item: Item) -> Item | None:
    if item.entry.occurs:
        return item
    return _home(item.parent) if item.parent else None


@dataclass(frozen=True, eq=False)
class Plan:
    """A record, ready for the kernels.

    ``size`` is its greatest length, ``trailing`` the tables that make it shorter, ``stored`` every field that it
    has, also those without a column. ``renames`` are its fields of level 66, which are read and never written.
    ``left_out`` are readings of the record that this plan does without.
    """

    record: Item
    options: Options
    nodes: tuple[Node, ...]
    size: int
    trailing: tuple[Table, ...]
    stored: tuple[Leaf, ...]
    renames: tuple[Leaf, ...] = ()
    left_out: frozenset[Item] = frozenset()

    def leaves(self) -> Iterator[Leaf]:
        """Yield every leaf that has a column, in order."""
        yield from leaves(self.nodes)


def leaves(nodes: tuple[Node, ...]) -> Iterator[Leaf]:
    """Yield every leaf of some nodes, those in tables too."""
    for node in nodes:
        if isinstance(node, Leaf):
            yield node
        else:
            yield from leaves(node.nodes)


def shown(item: Item, *, filler: bool) -> str:
    """Return the name under which an item is shown, or nothing.

    FILLER is shown where that is asked for, and where it is a group that repeats: its fields have names. It is called
    FILLER-1, FILLER-2 … in the order of the record.
    """
    if item.name or not (filler or (item.entry.occurs and item.is_group)):
        return item.name
    record = item
    while record.parent:
        record = record.parent
    unnamed = (other for other in record.walk() if other is not record and not other.name)
    return next(f"FILLER-{number}" for number, other in enumerate(unnamed, start=1) if other is item)


def names(scope: Item, *, filler: bool = False) -> dict[Item, str]:
    """Return the column of every field and table in a scope: the plain name, or the path where it is not unique."""
    found = [
        *paths(scope.children or [scope], filler=filler),
        *((item, (item.name,)) for item in scope.renames),
    ]
    return unique(found)


def unique(found: Iterable[tuple[Item, tuple[str, ...]]]) -> dict[Item, str]:
    """Return a column for every item of a scope: the end of its path where that is unique, otherwise the path."""
    found = list(found)
    plain = Counter(path[-1] for _, path in found)
    made: dict[Item, str] = {}
    taken: set[str] = set()
    for item, path in found:
        name = path[-1] if plain[path[-1]] == 1 else ".".join(path)
        column, number = name, 1
        while column in taken:
            number += 1
            column = f"{name}#{number}"
        taken.add(column)
        made[item] = column
    return made


def paths(
    items: Iterable[Item],
    above: tuple[str, ...] = (),
    left_out: frozenset[Item] = frozenset(),
    *,
    filler: bool = False,
) -> Iterator[tuple[Item, tuple[str, ...]]]:
    """Yield the fields and tables below some items with their names from the top of the scope."""
    for item in items:
        if item in left_out:
            continue
        name = shown(item, filler=filler)
        path = (*above, name) if name else above
        if item.is_group and not item.entry.occurs:
            yield from paths(item.children, path, left_out, filler=filler)
        elif name:
            yield item, path


_BINARIES = (Usage.BINARY, Usage.NATIVE, Usage.BYTES, Usage.NATIVE_BYTES, Usage.LITTLE)
_BYTES = (Usage.NATIVE, Usage.BYTES, Usage.NATIVE_BYTES)
_LANE_BYTES = 8


def classify(item: Item) -> tuple[Storage, Type]:
    """Return how a field's bytes are read and what its column holds."""
    picture = item.picture
    if item.usage in (Usage.SHORT_FLOAT, Usage.LONG_FLOAT):
        return Storage.FLOAT, Type.FLOAT
    if picture is None:
        return Storage.BINARY, Type.INTEGER
    if picture.category is Category.EDITED:
        return Storage.EDITED, Type.DECIMAL if picture.scale > 0 else Type.INTEGER
    if picture.category is Category.DBCS or item.usage is Usage.DBCS:
        return Storage.DBCS, Type.TEXT
    if picture.category is Category.NATIONAL or item.usage is Usage.NATIONAL:
        return Storage.NATIONAL, Type.TEXT
    if picture.category is Category.TEXT and item.usage in _BYTES and item.size <= _LANE_BYTES:
        return Storage.BINARY, Type.INTEGER
    if picture.category in (Category.TEXT, Category.UTF8):
        return Storage.TEXT, Type.TEXT
    kind = Type.DECIMAL if picture.scale > 0 else Type.INTEGER
    if item.usage in (Usage.PACKED, Usage.UNSIGNED_PACKED):
        return Storage.PACKED, kind
    if item.usage in _BINARIES:
        return Storage.BINARY, kind
    return Storage.ZONED, kind
