"""Writes columns into the bytes of records.

    >>> from adapters.cobol.copybook import parse
    >>> from adapters.pages import find
    >>> from adapters.cobol.plan import Options
    >>> from adapters.cobol.planning import compiled
    >>> plan = compiled(parse("01 A. 05 B PIC X(2). 05 C PIC 99.", "a.cpy").record(), Options(find("ascii")))
    >>> written = write(plan, pl.DataFrame({"B": ["XY"], "C": [7]}), 4)
    >>> written.records.tobytes()
    b'XY07'

A column that is absent leaves the field at its VALUE, or at blanks or zero. Where a frame carries the bytes that its
records came from, only what has changed since is written over them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import initial, kernels, strings, units
from adapters.cobol.buffers import lent
from adapters.cobol.carried import under
from adapters.cobol.decode import Reader, Scope, Wrong
from adapters.cobol.plan import Leaf, Node, Plan, Storage, Table
from hrbus.spi import LEFT_OUT, RAW, Type

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Written:
    """Records as rows of bytes, their lengths, and the first field of each row that could not be written."""

    records: Bytes
    lengths: Ints
    wrong: list[Wrong]


def write(plan: Plan, frame: pl.DataFrame, width: int) -> Written:
    """Return the records of a frame, each in ``width`` bytes (at least the plan's greatest length)."""
    blank = plan.options.page.blank
    fresh = np.full(width, blank, dtype=np.uint8)
    fresh[: plan.size] = initial.record(plan)
    out = np.tile(fresh, (frame.height, 1))
    raw = under(plan, frame, out)
    writer = _Writer(plan, out, raw.same, _left_out(frame) | raw.left_out)
    starts = np.arange(frame.height, dtype=np.int64) * width
    scope = Scope(starts, None, np.arange(frame.height), None)
    columns = {name: frame[name] for name in frame.columns} | raw.values
    writer.scope(plan.nodes, columns, scope, np.ones(frame.height, dtype=np.bool_))
    lengths = plan.size - writer.reader.shortening(plan.trailing, scope)
    if plan.trailing:
        rest = np.arange(width) >= lengths[:, None]
        rest[writer.kept] = False
        out[rest] = blank
    return Written(out, raw.lengths_of(lengths), writer.reader.wrong(starts))


def _left_out(frame: pl.DataFrame) -> dict[str, Bools]:
    """Return by column which records do not have it, though others have."""
    if LEFT_OUT not in frame.columns:
        return {}
    names = frame[LEFT_OUT].explode().drop_nulls().unique().to_list()
    masks = frame.select(pl.col(LEFT_OUT).list.contains(name).fill_null(value=False).alias(name) for name in names)
    return {name: masks[name].to_numpy() for name in names}


class _Writer:
    def __init__(self, plan: Plan, out: Bytes, same: Mapping[str, Bools], left_out: dict[str, Bools]) -> None:
        self.plan = plan
        self.out = out.reshape(-1)
        self.reader = Reader(plan, self.out)
        self.same = same
        self.left_out = left_out
        self.kept = same.get(RAW, np.zeros(len(out), dtype=np.bool_))

    def scope(self, nodes: Sequence[Node], columns: dict[str, pl.Series], scope: Scope, wanted: Bools) -> None:
        """Write the elements of a scope whose ``wanted`` is true."""
        columns = self.counted(nodes, columns, scope)
        done = self.together(nodes, columns, scope, wanted)
        taken: dict[object, Bools] = {}
        for node in nodes:
            series = columns.get(node.column)
            if series is not None and node not in done:
                holds = self.reader.holding(node.views, scope)
                chosen = wanted if holds is None else wanted & holds
                for untouched in (self.same, self.left_out) if scope.owner is None else ():
                    if node.column in untouched:
                        chosen = chosen & ~untouched[node.column]
                chosen = self.first_alternative(node, series, chosen, scope, taken)
                if isinstance(node, Leaf) and not chosen.any():
                    continue
                if isinstance(node, Leaf) and node.type is Type.TEXT:
                    self.text(node, series.cast(pl.String), scope, chosen)
                elif isinstance(node, Leaf):
                    self.number(node, series, scope, chosen)
                else:
                    self.table(node, series, scope, chosen)
            if isinstance(node, Table) and (node.count or node.ragged):
                self.refill(node, scope)

    def together(
        self, nodes: Sequence[Node], columns: Mapping[str, pl.Series], scope: Scope, wanted: Bools
    ) -> set[Node]:
        """Write the columns that need nothing done to them, all that are stored alike in one go; return their fields.

        They have no rival for their bytes, and nothing before them moves them.
        """
        options = self.plan.options
        made: dict[Storage, list[Leaf]] = {}
        for node in nodes:
            series = columns.get(node.column)
            free = not node.views and not node.shifts and node.rivals is None
            known = scope.owner is None and (node.column in self.same or node.column in self.left_out)
            if isinstance(node, Leaf) and series is not None and free and not known and not series.null_count():
                plain = strings.in_kernels(node) and series.dtype == pl.String
                if plain or units.in_writers(node, series.dtype):
                    made.setdefault(node.storage, []).append(node)
        done: set[Node] = {leaf for leaves in made.values() for leaf in leaves}
        if not done or not len(scope):
            return set()
        with lent(pl.DataFrame([columns[node.column].alias(node.column) for node in done])) as found:
            for storage, leaves in made.items():
                place = (tuple(found[leaf.column] for leaf in leaves), wanted, self.out, scope.base)
                if storage is Storage.TEXT:
                    codes = strings.write_together(tuple(leaves), *place)
                else:
                    codes = units.write_together(tuple(leaves), options, *place)
                for leaf, status in zip(leaves, codes, strict=True):
                    if status is not None and storage is Storage.TEXT:
                        details = strings.mended(leaf, columns[leaf.column], self.out, scope.base, status)
                        self.reader.note(leaf, scope, scope.base, status, details)
                    elif status is not None:
                        self.reader.note(leaf, scope, scope.base, status)
        return done

    def first_alternative(
        self, node: Node, series: pl.Series, chosen: Bools, scope: Scope, taken: dict[object, Bools]
    ) -> Bools:
        """Leave out where an earlier reading of the same bytes has been given a value."""
        if node.rivals is None:
            return chosen
        cluster, number = node.rivals
        given = series.is_not_null().to_numpy() & chosen
        for earlier in range(number):
            if (cluster, earlier) in taken:
                blocked = taken[cluster, earlier] & ~self.kept[scope.rows]
                chosen = chosen & ~blocked
                given &= ~blocked
        before = taken.get((cluster, number))
        taken[cluster, number] = given if before is None else before | given
        return chosen

    def counted(self, nodes: Sequence[Node], columns: dict[str, pl.Series], scope: Scope) -> dict[str, pl.Series]:
        """Add the counts that no column gives, or that are null: as many as the table has."""
        made = dict(columns)
        derived: dict[str, pl.Series] = {}
        for node in nodes:
            if not isinstance(node, Table) or node.count is None or node.count.home is not scope.owner:
                continue
            if node.words:
                self.worded(node, columns, made)
            elif node.column in columns and (name := node.count.column):
                if name in self.left_out and scope.owner is None:  # the list says it instead
                    self.left_out[name] = self.left_out[name] & self.left_out.get(node.column, False)
                lengths = columns[node.column].list.len().fill_null(0).cast(pl.Int64)
                known = derived.get(name)
                derived[name] = lengths if known is None else pl.select(pl.max_horizontal(known, lengths)).to_series()
        for name, lengths in derived.items():
            given = columns.get(name)
            if given is None:
                made[name] = lengths
            elif given.null_count():
                made[name] = given.zip_with(given.is_not_null(), lengths.cast(given.dtype))
        return made

    def worded(self, table: Table, columns: dict[str, pl.Series], made: dict[str, pl.Series]) -> None:
        """Add a count that is a text: the first that gives all tables that depend on it their lengths."""
        leaf = table.count
        if leaf is None or not leaf.column or leaf.column in made:
            return
        rivals = [node for node in self.plan.nodes if isinstance(node, Table) and node.count is leaf]
        texts = pl.Series([None] * len(columns[table.column]), dtype=pl.String)
        for text, _ in reversed(table.words):
            fits = [columns[each.column].list.len() == dict(each.words).get(text, -1) for each in rivals]
            texts = pl.select(pl.when(reduce(and_, fits)).then(pl.lit(text)).otherwise(texts)).to_series()
        made[leaf.column] = texts

    def refill(self, table: Table, scope: Scope) -> None:
        """Put initial values where the fields after a table that became shorter have moved to."""
        fields = [leaf for leaf in self.plan.stored if leaf.home is scope.owner and leaf.shifts[-1:] == (table,)]
        fresh = initial.record(self.plan) if scope.owner is None else initial.element(self.plan, scope.owner)
        rows = np.flatnonzero(~self.kept[scope.rows])
        for leaf in fields:
            at = self.reader.base(leaf.shifts, scope)[rows] + leaf.offset
            self.out[at[:, None] + np.arange(leaf.width)] = fresh[leaf.offset : leaf.offset + leaf.width]

    def table(self, table: Table, series: pl.Series, scope: Scope, wanted: Bools) -> None:
        lengths = series.list.len().fill_null(0).to_numpy().astype(np.int64)
        counts = self.reader.count(table, scope)
        wrong = wanted & (lengths > counts if table.count is None else lengths != counts)
        base = self.reader.base(table.shifts, scope)
        if wrong.any():
            status = np.where(wrong, kernels.BAD_COUNT, kernels.OK).astype(np.uint8)
            self.reader.note(self.standing_for(table), scope, base, status)
        wanted = wanted & ~wrong
        base = base + table.offset
        if table.count is None and not table.ragged:
            self.clear(table, base, lengths, wanted & self.kept[scope.rows])
        wanted = wanted & (lengths > 0)
        values = series.filter(wanted).explode()
        parents = np.repeat(np.flatnonzero(wanted), lengths[wanted])
        number = np.arange(len(parents)) - np.repeat(np.cumsum(lengths[wanted]) - lengths[wanted], lengths[wanted])
        columns = {table.nodes[0].column: values} if table.plain else _fields(values)
        if not table.ragged:
            starts = base[parents] + number * table.stride
            inside = Scope(starts, table.item, scope.rows[parents], scope, parents)
            self.scope(table.nodes, columns, inside, np.ones(len(parents), dtype=np.bool_))
            return
        at = base.copy()
        for turn in range(int(number.max(initial=-1)) + 1):
            here = np.flatnonzero(number == turn)
            inside = Scope(at[parents[here]], table.item, scope.rows[parents[here]], scope, parents[here])
            part = {name: column.gather(here) for name, column in columns.items()}
            self.scope(table.nodes, part, inside, np.ones(len(here), dtype=np.bool_))
            at[parents[here]] += table.stride - self.reader.shortening(table.inner, inside)
        scope.elements.pop(table, None)

    def clear(self, table: Table, base: Ints, lengths: Ints, wanted: Bools) -> None:
        """Put initial values where carried bytes have elements that are gone.

        Nothing at all leaves the bytes to another reading of them.
        """
        wanted = wanted & (lengths < table.most)
        if table.rivals or table.lenient:
            wanted = wanted & (lengths > 0)
        fresh = initial.element(self.plan, table.item)
        for number in range(int(lengths[wanted].min(initial=table.most)), table.most):
            at = base[wanted & (lengths <= number)] + number * table.stride
            self.out[at[:, None] + np.arange(table.stride)] = fresh

    def standing_for(self, table: Table) -> Leaf:
        """Return a leaf that stands for the whole of a table, for messages."""
        inside = set(table.item.walk())
        leaf = next(leaf for leaf in self.plan.stored if leaf.item in inside)
        return replace(leaf, item=table.item, column=table.column, offset=table.offset)

    def text(self, leaf: Leaf, texts: pl.Series, scope: Scope, wanted: Bools) -> None:
        """Write a text field; a missing text is blanks, or leaves the bytes to another reading of them."""
        base = self.reader.base(leaf.shifts, scope)
        status = np.zeros(len(base), dtype=np.uint8)
        if leaf.lenient and texts.null_count():
            wanted = wanted & texts.is_not_null().to_numpy()
        details = strings.write(leaf, texts, wanted, self.out, base, status)
        self.reader.note(leaf, scope, base, status, details)

    def number(self, leaf: Leaf, series: pl.Series, scope: Scope, wanted: Bools) -> None:
        """Write a numeric field."""
        base = self.reader.base(leaf.shifts, scope)
        status = np.zeros(len(base), dtype=np.uint8)
        units.write(leaf, self.plan.options, series, wanted, self.out, base, status)
        self.reader.note(leaf, scope, base, status)


def _fields(values: pl.Series) -> dict[str, pl.Series]:
    return {name: values.struct.field(name) for name in values.struct.fields}
