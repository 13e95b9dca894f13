"""The way through a record of changing length, as steps that a loop in machine code can go.

A step is a row of numbers: SKIP bytes; COUNT: read a number into a slot; LOOP: go on as often as a slot says, up to
its END. REDEFINES take no step of their own.

>>> from adapters.cobol.copybook import parse
>>> from adapters.cobol.pages import find
>>> from adapters.cobol.plan import Options
>>> from adapters.cobol.planning import compiled
>>> plan = compiled(parse("01 A. 05 N PIC 9. 05 T PIC X(3) OCCURS 1 TO 9 DEPENDING ON N.", "a.cpy").record(),
...     Options(find("ascii")))
>>> through(plan, 0, 0).rows.tolist()
[[1, 0, 0, 1, 7], [0, 1, 0, 0, 0], [2, 0, 1, 9, 4], [0, 3, 0, 0, 0], [3, 0, 0, 0, 0]]
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from adapters.cobol.copybook import Item
from adapters.cobol.declaration import Usage
from adapters.cobol.frames import walks
from adapters.cobol.kernels import MINUS
from adapters.cobol.plan import Leaf, Options, Plan, Storage
from adapters.cobol.signs import Signs
from hrbus.spi import ConfigError, Fault

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

BLANK = 0xFE


@dataclass(frozen=True)
class Steps:
    """Rows of code and four numbers, and for each the field or table that it is about."""

    rows: Ints
    names: tuple[str, ...]


def through(plan: Plan, before: int, behind: int) -> Steps:
    """Return the way through a record that has bytes before and behind it."""
    made = _Maker(plan)
    made.skip(before)
    record = plan.record
    items = record.children or [record]
    made.items(items, record.size if record.children else items[0].size * items[0].most)
    made.skip(behind)
    return made.steps()


def to(leaf: Leaf, before: int) -> Steps:
    """Return the one step to a field that says how long the record is."""
    row = [walks.COUNT, 0, before + leaf.offset, leaf.width, stored(leaf)]
    return Steps(np.array([row], dtype=np.int64), (leaf.item.name,))


def stored(leaf: Leaf) -> int:
    """Return how the walks read a count: its kind, and 4 where it is big-endian or has a sign."""
    if leaf.storage is Storage.BINARY:
        return walks.BINARY | (4 if leaf.big else 0)
    if leaf.storage is Storage.PACKED:
        return walks.PACKED if leaf.item.usage is Usage.PACKED else walks.UNSIGNED_PACKED
    if leaf.storage in (Storage.ZONED, Storage.TEXT):
        return walks.DIGITS | (4 if leaf.signed else 0)
    name = leaf.item.name
    raise ConfigError(
        Fault(f"{name} ({leaf.item.describe()}) says no length that a frame could follow", path="frame")
    )


def digits(options: Options) -> Bytes:
    """Return the values of bytes in zoned digits, as ``walks.number`` takes them."""
    signs = Signs.of(ebcdic_page=options.page.ebcdic, ebcdic_sign=options.ebcdic_sign)
    signed = np.where(signs.signed < MINUS, signs.signed, 0xFF)
    made = np.stack([signs.digits, signs.unsigned, signed]).astype(np.uint8)
    made[:, options.page.blank] = BLANK
    made[2, signs.plus] = BLANK
    return made


@dataclass
class _Maker:
    plan: Plan
    rows: list[list[int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        counts = [item.depending for item in self.plan.record.walk() if item.depending]
        self.slots = {item: number for number, item in enumerate(dict.fromkeys(counts))}
        self.leaves = {leaf.item: leaf for leaf in self.plan.stored}

    def steps(self) -> Steps:
        """Return what was made."""
        return Steps(np.array(self.rows, dtype=np.int64).reshape(-1, 5), tuple(self.names))

    def add(self, name: str, *row: int) -> None:
        """Add a step."""
        self.rows.append([*row, *[0] * (5 - len(row))])
        self.names.append(name)

    def skip(self, size: int) -> None:
        """Go on by ``size`` bytes, together with the step before where that is all it does."""
        if size and self.rows and self.rows[-1][0] == walks.SKIP:
            self.rows[-1][1] += size
        elif size:
            self.add("", walks.SKIP, size)

    def items(self, items: list[Item], size: int) -> None:
        """Go through siblings that have ``size`` bytes in all."""
        at = 0
        for item in items:
            if item.redefines:
                continue
            self.skip(item.offset - at)
            for other in items:
                if other.redefines is item:
                    self.inside(other, 0)
            self.item(item)
            at = item.offset + item.most * item.stride if item.entry.occurs else item.offset + item.size
        self.skip(size - at)

    def inside(self, item: Item, at: int) -> None:
        """Read the counts in another view of the bytes that come next."""
        if item in self.slots:
            self.count(item, at)
        for child in item.children:
            self.inside(child, at + child.offset)

    def count(self, item: Item, at: int) -> None:
        """Read a count that stands ``at`` bytes from here."""
        leaf = self.leaves[item]
        self.add(item.name, walks.COUNT, self.slots[item], at, leaf.width, stored(leaf))

    def item(self, item: Item) -> None:
        """Go through an item, all its occurrences."""
        if item.entry.occurs and any(below.depending for below in item.walk()):
            self.table(item)
        elif item.entry.occurs:
            self.skip(item.most * item.stride)
        elif item.is_group:
            self.items(item.children, item.size)
        else:
            if item in self.slots:
                self.count(item, 0)
            self.skip(item.size)

    def table(self, item: Item) -> None:
        """Go through the occurrences of a table."""
        begin = len(self.rows)
        slot = self.slots[item.depending] if item.depending else -1
        least = item.least if item.depending else item.most
        self.add(item.name or "FILLER", walks.LOOP, slot, least, item.most)
        if item.is_group:
            self.items(item.children, item.stride)
        else:
            self.skip(item.stride)
        self.rows[begin][4] = len(self.rows)
        self.add("", walks.END)
