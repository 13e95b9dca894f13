"""A copybook as a tree of items with sizes and offsets.

    >>> record = parse("01 A. 05 B PIC X(3). 05 C PIC S9(5) COMP-3.", "a.cpy").record()
    >>> [(item.name, item.offset, item.size) for item in record.children]
    [('B', 0, 3), ('C', 3, 3)]

Sizes follow the IBM Enterprise COBOL Language Reference (*Computational items*, *SYNCHRONIZED clause*): COMP takes 2,
4 or 8 bytes; a table with DEPENDING ON counts with its greatest number of occurrences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from adapters.cobol.copying import expanded
from adapters.cobol.declaration import Entry, Usage
from adapters.cobol.entries import entries
from adapters.cobol.picture import Category, Picture
from adapters.cobol.tokens import tokens
from hrbus.spi import ConfigError, Fault, Place


@dataclass(eq=False)
class Item:
    """A field or group. ``offset`` counts from the start of the group that holds it.

    ``size`` is one occurrence, ``stride`` the distance to the next (they differ where SYNC needs slack bytes).
    ``redefines`` is the item whose place it takes; ``depending`` the item that counts its occurrences.
    """

    entry: Entry
    parent: Item | None = field(default=None, repr=False)
    children: list[Item] = field(default_factory=list)
    conditions: list[Entry] = field(default_factory=list)
    offset: int = 0
    size: int = 0
    stride: int = 0
    redefines: Item | None = field(default=None, repr=False)
    depending: Item | None = field(default=None, repr=False)
    usage: Usage = Usage.DISPLAY
    sign_leading: bool = False
    sign_separate: bool = False

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

    def describe(self) -> str:
        """Return its picture and usage, for people: ``PIC S9(7)V99 COMP-3``."""
        picture = f"PIC {self.picture.text}" if self.picture else ""
        usage = "" if self.usage is Usage.DISPLAY and self.picture else self.usage.value
        return f"{picture} {usage}".strip() if not self.is_group else "group"


@dataclass(frozen=True)
class Copybook:
    """Every record (level 01 or 77) of a copybook, in order."""

    name: str
    records: tuple[Item, ...]

    def record(self, name: str = "") -> Item:
        """Return the record of that name, or the first."""
        if not name:
            return self.records[0]
        for item in self.records:
            if item.name == name.upper():
                return item
        near = get_close_matches(name.upper(), [item.name for item in self.records], 1)
        names = ", ".join(item.name or "FILLER" for item in self.records)
        hint = f"did you mean {near[0]}?" if near else f"it has {names}"
        raise ConfigError(Fault(f"no record {name} in the copybook", Place(self.name), hint=hint))


def read(path: Path, *, free: bool | None = None) -> Copybook:
    """Read a copybook file (UTF-8, or Latin-1 where it is not)."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(Fault(f"the copybook cannot be read: {error.strerror}", Place(str(path)))) from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return parse(text, str(path), folder=path.parent, free=free)


def parse(text: str, file: str, *, folder: Path | None = None, free: bool | None = None) -> Copybook:
    """Return the copybook that ``text`` writes; COPY members are looked for in ``folder``."""
    found = entries(expanded(tokens(text, file, free=free), folder))
    if not found:
        raise ConfigError(
            Fault("the copybook declares nothing", Place(file), hint="expected 01 NAME. and its fields")
        )
    faults: list[Fault] = []
    records = _trees(found, faults)
    if not records:
        faults.append(
            Fault("the copybook declares no record", found[0].place, hint="expected 01 NAME. and its fields")
        )
    for record in records:
        _inherit(record, Usage.DISPLAY, None, faults)
        _link(record, faults)
    if not faults:
        for record in records:
            _measure(record, 0, faults)
    if faults:
        raise ConfigError(faults)
    return Copybook(file, tuple(records))


def separated(record: Item) -> list[Item]:
    """Return the groups of a record without a level 01 as records of their own."""
    for item in record.children:
        item.parent, item.offset = None, 0
        _measure(item, 0, [])
    return record.children


def shared(records: Sequence[Item]) -> Item:
    """Return one record area that several records share, as those of one FD do: each redefines the first."""
    first = records[0]
    size = max(item.size for item in records)
    whole = Item(Entry(0, "", first.place), children=list(records), size=size, stride=size)
    for item in records:
        item.parent, item.redefines = whole, None if item is first else first
    return whole


def _trees(found: list[Entry], faults: list[Fault]) -> list[Item]:
    """Nest the entries by level number; fields without an 01 above them make a record of their own."""
    records: list[Item] = []
    stack: list[Item] = []
    last: Item | None = None
    for entry in found:
        if entry.level == 88:
            if last is None:
                faults.append(Fault("level 88 needs a field before it", entry.place))
            elif not entry.values:
                faults.append(Fault(f"{entry.name} has no VALUE", entry.place, hint="a condition needs its values"))
            else:
                last.conditions.append(entry)
            continue
        if entry.level == 66:
            continue
        if entry.level in (1, 77):
            stack = []
        while stack and stack[-1].entry.level >= entry.level:
            stack.pop()
        if not stack and entry.level not in (1, 77):
            if not records or records[-1].entry.level in (1, 77):
                records.append(Item(Entry(0, "", entry.place)))
            stack = [records[-1]]
        item = last = Item(entry, parent=stack[-1] if stack else None)
        (stack[-1].children if stack else records).append(item)
        stack.append(item)
    return [item for item in records if item.children or item.picture is not None] or records


def _inherit(item: Item, usage: Usage, sign: tuple[bool, bool] | None, faults: list[Fault]) -> None:
    """Give every field the usage and sign clause of the groups around it, and check that they fit its picture."""
    entry = item.entry
    item.usage = entry.usage or usage
    if entry.usage is None and usage in _NUMBERS and item.picture and item.picture.category is not Category.NUMERIC:
        item.usage = Usage.DISPLAY  # a usage on a group is meant for its numbers
    if entry.sign_leading is not None:
        sign = (entry.sign_leading, entry.sign_separate)
    numeric = item.picture is not None and item.picture.category is Category.NUMERIC
    if sign and numeric and (entry.sign_leading is not None or (item.picture and item.picture.signed)):
        item.sign_leading, item.sign_separate = sign
    for child in item.children:
        _inherit(child, item.usage, sign, faults)
    if message := _mismatch(item):
        faults.append(Fault(f"{item.name or 'FILLER'}: {message}", item.place))


_NO_PICTURE = {Usage.SHORT_FLOAT, Usage.LONG_FLOAT, Usage.POINTER, Usage.INDEX}
_NUMBERS = {Usage.BINARY, Usage.PACKED, Usage.NATIVE, Usage.UNSIGNED_PACKED}


def _mismatch(item: Item) -> str:
    """Return what is wrong with an item on its own, or nothing."""
    picture = item.picture
    if item.is_group:
        return "a group has no PIC; is a level number wrong?" if picture else ""
    if picture is None:
        return "" if item.usage in _NO_PICTURE else "it has no PIC and no fields below it"
    if item.usage in _NO_PICTURE:
        return f"{item.usage.value} takes no PIC"
    if item.usage in _NUMBERS and picture.category is not Category.NUMERIC:
        return f"PIC {picture.text} is no number, as {item.usage.value} needs"
    if item.entry.sign_leading is not None and not picture.signed and not item.sign_separate:
        return f"SIGN needs an S in PIC {picture.text}"
    return ""


def _link(record: Item, faults: list[Fault]) -> None:
    """Find what REDEFINES and DEPENDING ON name."""
    by_name: dict[str, list[Item]] = {}
    for item in record.walk():
        if item.entry.redefines and item is not record:
            _link_redefinition(item, faults)
        if item.entry.occurs and item.entry.occurs.depending:
            _link_count(item, by_name, faults)
        if item.name:
            by_name.setdefault(item.name, []).append(item)


def _link_redefinition(item: Item, faults: list[Fault]) -> None:
    siblings = item.parent.children if item.parent else []
    for other in reversed(siblings[: siblings.index(item)]):
        if other.name == item.entry.redefines:
            item.redefines = other.redefines or other
            return
        if not other.entry.redefines:
            break
    before = [other.name for other in siblings[: siblings.index(item)]]
    near = get_close_matches(item.entry.redefines, before, 1)
    hint = f"did you mean {near[0]}?" if near else "it must stand right before, at the same level"
    place = item.entry.redefines_place
    faults.append(
        Fault(f"{item.name or 'FILLER'} redefines {item.entry.redefines}, which is not there", place, hint=hint)
    )


def _link_count(item: Item, by_name: dict[str, list[Item]], faults: list[Fault]) -> None:
    occurs = item.entry.occurs
    assert occurs is not None  # noqa: S101 - the caller looked
    name, *groups = occurs.depending
    found = [other for other in by_name.get(name, []) if set(groups) <= set(other.path())]
    if not found:
        near = get_close_matches(name, list(by_name), 1)
        hint = f"did you mean {near[0]}?" if near else "the count must stand before the table, in the same record"
        faults.append(Fault(f"{item.name} depends on {name}, which is not there", occurs.place, hint=hint))
        return
    item.depending = found[-1]
    picture = item.depending.picture
    if picture is None or picture.category is not Category.NUMERIC or picture.scale:
        faults.append(Fault(f"{item.name} depends on {name}, which is no integer", occurs.place))


def _measure(item: Item, start: int, faults: list[Fault]) -> int:
    """Set sizes and offsets of an item that starts ``start`` bytes into its record; return its widest alignment.

    Slack bytes stand before a SYNC item, or before the groups that begin with it; an element of a table is filled up
    so that the next one lies as it does (Enterprise COBOL Language Reference, *Slack bytes*).
    """
    widest = _alignment(item)
    if item.is_group:
        end = start
        for child in item.children:
            base = child.redefines
            at = start + base.offset if base else _aligned(end, _first_alignment(child))
            child.offset = at - start
            widest = max(widest, _measure(child, at, faults))
            end = max(end, at + child.stride * child.most)
        item.size = end - start
    else:
        item.size = _leaf_size(item)
    item.stride = _aligned(item.size, widest) if item.entry.occurs else item.size
    if item.stride * item.most > _LARGEST:
        size = item.stride * item.most
        faults.append(Fault(f"{item.name}: {size} bytes are more than a record can have", item.place))
        item.size = item.stride = 0
    return widest


_LARGEST = 1 << 28


def _aligned(at: int, boundary: int) -> int:
    return -(-at // boundary) * boundary


def _first_alignment(item: Item) -> int:
    """Return the boundary on which an item must start: that of its first elementary item."""
    return _first_alignment(item.children[0]) if item.is_group else _alignment(item)


def _alignment(item: Item) -> int:
    """Return the boundary that SYNC asks for."""
    if item.is_group or not item.entry.sync:
        return 1
    if item.usage in (Usage.BINARY, Usage.NATIVE):
        return min(_leaf_size(item), 4)
    return {Usage.SHORT_FLOAT: 4, Usage.LONG_FLOAT: 8, Usage.INDEX: 4, Usage.POINTER: 4}.get(item.usage, 1)


def _leaf_size(item: Item) -> int:
    fixed = {Usage.SHORT_FLOAT: 4, Usage.LONG_FLOAT: 8, Usage.INDEX: 4, Usage.POINTER: 4}
    if item.usage in fixed:
        return fixed[item.usage]
    picture = item.picture
    if picture is None:
        return 0
    if item.usage is Usage.BYTES and picture.category is Category.TEXT:
        return picture.length
    sizes = {
        Usage.BINARY: binary_size(picture.digits),
        Usage.NATIVE: binary_size(picture.digits),
        Usage.BYTES: _fewest_bytes(picture.digits),
        Usage.PACKED: picture.digits // 2 + 1,
        Usage.UNSIGNED_PACKED: (picture.digits + 1) // 2,
    }
    if item.usage in sizes:
        return sizes[item.usage]
    wide = picture.category in (Category.NATIONAL, Category.DBCS) or item.usage in (Usage.NATIONAL, Usage.DBCS)
    separate = item.sign_separate and picture.category is Category.NUMERIC
    return (picture.length + separate) * (2 if wide else 1)


def binary_size(digits: int) -> int:
    """Return the bytes of a COMP field; beyond 18 digits, where few go, the fewest that hold them signed."""
    if digits > 18:
        most: int = 10**digits - 1
        return most.bit_length() // 8 + 1
    return 2 if digits <= 4 else 4 if digits <= 9 else 8


def _fewest_bytes(digits: int) -> int:
    most: int = 10**digits - 1
    return (most.bit_length() + 7) // 8
