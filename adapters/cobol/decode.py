"""Reads the bytes of a chunk of records into columns.

    >>> from adapters.cobol.copybook import parse
    >>> from adapters.pages import find
    >>> from adapters.cobol.plan import Options
    >>> from adapters.cobol.planning import compiled
    >>> plan = compiled(parse("01 A. 05 B PIC X(2). 05 C PIC 99.", "a.cpy").record(), Options(find("ascii")))
    >>> found = read(plan, np.frombuffer(b"XY12Z  x", dtype="u1"), np.array([0, 4]))
    >>> found.frame["B"].to_list(), found.frame["C"].to_list(), [(w.leaf.column, w.row) for w in found.wrong]
    (['XY', 'Z'], [12, 0], [('C', 1)])

Every record gets its row, also one that is wrong: what to do with it is for the caller to say. A field that is wrong
costs nothing until it occurs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache, reduce
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import arrow, kernels, numbers, strings
from adapters.cobol.arrow import LIST, STRUCT, Column
from adapters.cobol.copybook import Item
from adapters.cobol.declaration import Usage
from adapters.cobol.numbers import Numbers
from adapters.cobol.plan import LANE_DIGITS, Condition, Leaf, Node, Plan, Storage, Table, View
from adapters.cobol.strings import Texts
from hrbus.spi import Type

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_NOTHING: Mapping[int, str] = {}


@dataclass(frozen=True)
class Wrong:
    """A field that could not be read or written: in which row of the chunk, at which byte, and a code of the kernels.

    ``detail`` is what there is to say of a text beyond that.
    """

    leaf: Leaf
    row: int
    at: int
    code: int
    detail: str = ""


@dataclass(frozen=True)
class Found:
    """A chunk of records. ``lengths`` are their bytes, with tables as long as their counts say.

    ``replaced`` tells for how many values of each field, that were no numbers, null or zero stands.
    """

    frame: pl.DataFrame
    wrong: list[Wrong]
    lengths: Ints
    replaced: Counter[Leaf]


@dataclass(frozen=True)
class Columns:
    """What ``Found`` says, before it is a frame."""

    columns: dict[str, Column]
    wrong: list[Wrong]
    lengths: Ints
    replaced: Counter[Leaf]


def read(plan: Plan, buffer: Bytes, starts: Ints, before: Mapping[str, Column] = MappingProxyType({})) -> Found:
    """Return a row for every record that begins at ``starts``, and the first field that is wrong in each.

    Columns ``before`` stand first in the frame.
    """
    made = columns(plan, (*plan.nodes, *plan.renames), buffer, starts)
    return Found(arrow.frame({**before, **made.columns}, len(starts)), made.wrong, made.lengths, made.replaced)


def columns(plan: Plan, nodes: Sequence[Node], buffer: Bytes, starts: Ints) -> Columns:
    """Return the columns of some fields and tables of the records that begin at ``starts``."""
    reader = Reader(plan, buffer)
    scope = Scope(starts, None, np.arange(len(starts)), None)
    made = reader.scope(nodes, scope)
    lengths = plan.size - reader.shortening(plan.trailing, scope)
    return Columns(made, reader.wrong(starts), lengths, reader.replaced)


def extents(plan: Plan, buffer: Bytes, starts: Ints) -> Ints:
    """Return the length in bytes of every record, as its counts say."""
    reader = Reader(plan, buffer)
    return plan.size - reader.shortening(plan.trailing, Scope(starts, None, np.arange(len(starts)), None))


def failing(plan: Plan, buffer: Bytes, starts: Ints) -> Bools:
    """Return which of the records that begin at ``starts`` have a field that is wrong."""
    reader = Reader(plan, buffer)
    reader.scope(plan.nodes, Scope(starts, None, np.arange(len(starts)), None))
    bad = np.zeros(len(starts), dtype=np.bool_)
    for _leaf, rows, *_ in reader.faults:
        bad[rows] = True
    return bad


@dataclass(eq=False)
class Scope:
    """Where the elements of a table (or the records) begin.

    ``owner`` is the table's item, None for the record; ``rows`` says in which record of the chunk each element
    lies, ``parents`` in which element of the ``outer`` scope.
    """

    base: Ints
    owner: Item | None
    rows: Ints
    outer: Scope | None
    parents: Ints | None = None
    counts: dict[Table, Ints] = field(default_factory=dict)
    bases: dict[tuple[Table, ...], Ints] = field(default_factory=dict)
    holds: dict[View, Bools] = field(default_factory=dict)
    elements: dict[Table, Scope] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.base)

    def where(self) -> Ints:
        """Return in which element of the outer scope each element lies."""
        return self.rows if self.parents is None else self.parents


class Reader:
    """Reads the fields of a chunk; remembers which could not be read."""

    def __init__(self, plan: Plan, buffer: Bytes) -> None:
        self.plan = plan
        self.buffer = buffer
        self.faults: list[tuple[Leaf, Ints, Ints, Bytes, Mapping[int, str]]] = []
        self.replaced: Counter[Leaf] = Counter()

    # --- what is wrong

    def note(
        self, leaf: Leaf, scope: Scope, base: Ints, status: Bytes, details: Mapping[int, str] = _NOTHING
    ) -> None:
        """Remember where ``status`` has a code; ``details`` say more of some of its elements."""
        at = np.flatnonzero(status)
        if len(at):
            there = {int(base[element]) + leaf.offset: detail for element, detail in details.items()}
            self.faults.append((leaf, scope.rows[at], base[at] + leaf.offset, status[at], there))

    @cached_property
    def order(self) -> dict[Item, int]:
        """The places of all items in the layout."""
        return {item: number for number, item in enumerate((*self.plan.record.walk(), *self.plan.record.renames))}

    def wrong(self, starts: Ints) -> list[Wrong]:
        """Return the first wrong field of each row, by row."""
        first: dict[int, tuple[int, int, int, Leaf, str]] = {}
        for leaf, rows, at, codes, details in self.faults:
            order = self.order[leaf.item]
            for row, place, code in zip(rows.tolist(), at.tolist(), codes.tolist(), strict=True):
                if row not in first or (order, place) < first[row][:2]:
                    first[row] = (order, place, code, leaf, details.get(place, ""))
        return [
            Wrong(leaf, row, place - int(starts[row]), code, detail)
            for row, (_, place, code, leaf, detail) in sorted(first.items())
        ]

    # --- where things are

    def base(self, shifts: tuple[Table, ...], scope: Scope) -> Ints:
        """Return where elements begin, for a field that the tables before it have moved to the left."""
        if not shifts:
            return scope.base
        if shifts not in scope.bases:
            scope.bases[shifts] = scope.base - self.shortening(shifts, scope)
        return scope.bases[shifts]

    def shortening(self, shifts: tuple[Table, ...], scope: Scope) -> Ints:
        """Return by how many bytes some tables are shorter than they may be."""
        parts = [self.missing(table, scope) for table in shifts]
        return reduce(np.add, parts) if parts else np.zeros(len(scope), dtype=np.int64)

    def missing(self, table: Table, scope: Scope) -> Ints:
        """Return by how many bytes a table is shorter than it may be."""
        counts = self.count(table, scope)
        short = (table.most - counts) * table.stride
        if not table.ragged:
            return short
        inside = self.elements(table, scope)
        lost = self.shortening(table.inner, inside)
        made: Ints = short + np.bincount(inside.where(), weights=lost, minlength=len(scope)).astype(np.int64)
        return made

    def locate(self, leaf: Leaf, scope: Scope) -> tuple[Scope, Ints | None]:
        """Return the scope in which a leaf lies, and which of its elements each element of ``scope`` belongs to."""
        wanted, index = leaf.home, None
        while scope.owner is not wanted and scope.outer is not None and scope.parents is not None:
            index = scope.parents if index is None else scope.parents[index]
            scope = scope.outer
        return scope, index

    def count(self, table: Table, scope: Scope) -> Ints:
        """Return how often a table occurs in each element of the scope; a count out of bounds is wrong."""
        if table in scope.counts:
            return scope.counts[table]
        holds = self.holding(table.views, scope)
        if table.count is None:
            counts = np.full(len(scope), table.most, dtype=np.int64)
        else:
            there, index = self.locate(table.count, scope)
            base = self.base(table.count.shifts, there)
            base = base if index is None else base[index]
            counts = self.stated(table, table.count, base)
            outside = (counts < table.least) | (counts > table.most)
            if outside.any():
                if not table.lenient:
                    bad = outside if holds is None else outside & holds
                    self.note(table.count, scope, base, np.where(bad, kernels.BAD_COUNT, 0).astype(np.uint8))
                counts = np.where(outside, 0, counts)
        scope.counts[table] = counts if holds is None else np.where(holds, counts, 0)
        return scope.counts[table]

    def stated(self, table: Table, leaf: Leaf, base: Ints) -> Ints:
        """Return what a table's count says, -1 where it says nothing."""
        if table.words:
            counts = np.full(len(base), -1, dtype=np.int64)
            for text, times in table.words:
                counts[strings.equal(leaf, (text,), self.buffer, base)] = times
            return counts
        found = numbers.read(leaf, self.plan.options, self.buffer, base)
        counts = found.lanes[:, 0].astype(np.int64)
        return counts if found.status is None else np.where(found.status == kernels.OK, counts, -1)

    def elements(self, table: Table, scope: Scope) -> Scope:
        """Return the scope of a table's elements, in the order of their records."""
        if table in scope.elements:
            return scope.elements[table]
        counts = self.count(table, scope)
        base = self.base(table.shifts, scope) + table.offset
        parents = np.repeat(np.arange(len(scope)), counts)
        if table.ragged:
            starts = self.ragged(table, scope, base, counts)
        else:
            number = np.arange(len(parents)) - np.repeat(np.cumsum(counts) - counts, counts)
            starts = base[parents] + number * table.stride
        made = Scope(starts, table.item, scope.rows[parents], scope, parents)
        scope.elements[table] = made
        return made

    def ragged(self, table: Table, scope: Scope, base: Ints, counts: Ints) -> Ints:
        """Return where elements of different lengths begin: one occurrence of all records after the other."""
        at = base.copy()
        starts: list[Ints] = []
        parents: list[Ints] = []
        for number in range(int(counts.max(initial=0))):
            here = np.flatnonzero(counts > number)
            inside = Scope(at[here], table.item, scope.rows[here], scope, here)
            starts.append(at[here])
            parents.append(here)
            at[here] += table.stride - self.shortening(table.inner, inside)
        if not starts:
            return np.empty(0, dtype=np.int64)
        order = np.argsort(np.concatenate(parents), kind="stable")
        made: Ints = np.concatenate(starts)[order]
        return made

    # --- which view holds

    def holding(self, views: tuple[View, ...], scope: Scope) -> Bools | None:
        """Return in which elements all of some views hold; None where they do everywhere."""
        if not views:
            return None
        for view in views:
            if view not in scope.holds:
                yes = [self.true(condition, scope) for condition in view.when]
                no = [self.true(condition, scope) for condition in view.unless]
                everywhere = np.ones(len(scope), dtype=np.bool_)
                chosen = reduce(np.logical_or, yes) if yes else everywhere
                scope.holds[view] = chosen & ~reduce(np.logical_or, no) if no else chosen
        made: Bools = reduce(np.logical_and, [scope.holds[view] for view in views])
        return made

    def true(self, condition: Condition, scope: Scope) -> Bools:
        """Return in which elements a field has one of the values that choose a view."""
        leaf = condition.leaf
        there, index = self.locate(leaf, scope)
        base = self.base(leaf.shifts, there)
        base = base if index is None else base[index]
        if leaf.type is not Type.TEXT:
            found = numbers.read(leaf, self.plan.options, self.buffer, base)
            made: Bools = np.isin(found.lanes[:, 0], condition_numbers(condition))
            return made if found.status is None else made & (found.status == kernels.OK)
        return strings.equal(leaf, condition.texts, self.buffer, base)

    # --- columns

    def scope(self, nodes: Sequence[Node], scope: Scope) -> dict[str, Column]:
        """Return the columns of a scope."""
        made: dict[str, Column] = {}
        found = self.together(tuple(nodes), scope)
        for node in nodes:
            holds = self.holding(node.views, scope)
            if isinstance(node, Leaf):
                made[node.column] = self.leaf(node, scope, holds, found)
            else:
                made[node.column] = self.table(node, scope, holds)
        return made

    def table(self, table: Table, scope: Scope, holds: Bools | None) -> Column:
        """Return a list for every element of the scope."""
        inside = self.elements(table, scope)
        counts = self.count(table, scope)
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
        columns = self.scope(table.nodes, inside)
        if table.plain:
            child = next(iter(columns.values()))
        else:
            child = Column(STRUCT, len(inside), children=tuple(columns.items()))
        return Column(LIST, len(scope), (offsets,), (("item", child),), holds)

    def together(self, nodes: tuple[Node, ...], scope: Scope) -> Mapping[Leaf, Texts | Numbers]:
        """Read the fields of a scope that the kernels know: all that begin in the same place in one go."""
        options = self.plan.options
        made: dict[Leaf, Texts | Numbers] = {}
        for shifts, storage, leaves in alike(nodes):
            base = self.base(shifts, scope)
            found: Sequence[Texts | Numbers]
            if storage is Storage.TEXT:
                found = strings.read_together(leaves, options.trim, self.buffer, base)
            else:
                found = numbers.read_together(leaves, options, self.buffer, base)
            made.update(zip(leaves, found, strict=True))
        return made

    def leaf(self, leaf: Leaf, scope: Scope, holds: Bools | None, together: Mapping[Leaf, Texts | Numbers]) -> Column:
        """Return a value for every element of the scope."""
        base = self.base(leaf.shifts, scope)
        found = together.get(leaf)
        if found is None and leaf.type is Type.TEXT:
            found = strings.read(leaf, self.plan.options.trim, self.buffer, base)
        elif found is None:
            found = numbers.read(leaf, self.plan.options, self.buffer, base)
        if isinstance(found, Numbers) and self.bounded(leaf) and found.lanes.shape[1] == 1:
            fits = np.abs(found.lanes[:, 0]) < 10**leaf.digits
            holds = fits if holds is None else holds & fits
        return found.column(leaf, self.judged(leaf, scope, base, holds, found.status))

    def bounded(self, leaf: Leaf) -> bool:
        """Say whether a binary number beyond its picture is nonsense: in a reading that may not be the one meant."""
        binary = leaf.lenient and leaf.item.usage is Usage.BINARY and leaf.digits < LANE_DIGITS
        return binary and not self.plan.options.binary_full

    def judged(self, leaf: Leaf, scope: Scope, base: Ints, holds: Bools | None, status: Bytes | None) -> Bools | None:
        """Return where a field has a value; note where it is wrong."""
        if status is None:
            return holds
        valid: Bools = np.ones(len(scope), dtype=np.bool_) if holds is None else holds.copy()
        blank = (status == kernels.BLANK) | (status == kernels.LOW)
        if leaf.blank != "reject":
            status = np.where(blank, kernels.OK, status)
            valid &= ~blank | (leaf.blank == "zero")
        if leaf.lenient:
            valid &= status == kernels.OK
            return valid
        if leaf.invalid != "reject" and leaf.type is not Type.TEXT:
            wrong = (status != kernels.OK) & ~blank
            self.replaced[leaf] += int((wrong & valid).sum())
            status = np.where(wrong, kernels.OK, status)
            valid &= ~wrong | (leaf.invalid == "zero")
        self.note(leaf, scope, base, np.where(valid, status, kernels.OK).astype(np.uint8))
        return valid


@lru_cache(maxsize=256)
def alike(nodes: tuple[Node, ...]) -> tuple[tuple[tuple[Table, ...], Storage, tuple[Leaf, ...]], ...]:
    """Return the fields that the kernels read together: moved by the same tables, and stored alike."""
    made: dict[tuple[tuple[Table, ...], Storage], list[Leaf]] = {}
    for node in nodes:
        if isinstance(node, Leaf) and (strings.in_kernels(node) or numbers.in_kernels(node)):
            made.setdefault((node.shifts, node.storage), []).append(node)
    return tuple((shifts, storage, tuple(leaves)) for (shifts, storage), leaves in made.items())


def condition_numbers(condition: Condition) -> list[int]:
    """Return the numbers of a condition in the smallest units of its field; what is no number never holds."""
    made = []
    for text in condition.texts:
        try:
            made.append(int(Decimal(f"{text}e{condition.leaf.scale}")))
        except (InvalidOperation, OverflowError):
            continue
    return made
