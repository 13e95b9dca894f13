"""A plan: values that are reckoned column by column, in waves, and the masks of those that could not be.

A mapping in either direction is a graph of ``Value``s over a frame. Values of one wave are reckoned in one
``with_columns`` (in parallel, each shared part once). Whether anything failed costs a comparison of two null
counts; masks are made only where something did. A ``Repeat`` runs a plan of its own over the flattened items of a
list column and puts the result back into lists of the same lengths.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import polars as pl

from hrbus.mapping.selection import Chooser

Operation: TypeAlias = Callable[..., pl.Expr]


@dataclass(frozen=True)
class Value:
    """A column named ``key``, made of the columns ``inputs``.

    Where ``fails``, null out of a first input that is not null is a failure. Where ``bad`` is set, the Boolean
    column of that name says which rows failed. ``field`` and ``reason`` are for the reject. A ``costly`` value of one
    input is reckoned once for each different value, where there are few.
    """

    key: str
    inputs: tuple[str, ...]
    apply: Operation
    fails: bool = False
    bad: str = ""
    field: str = ""
    reason: str = ""
    costly: bool = False


@dataclass(frozen=True)
class Repeat:
    """A list column named ``key``: ``plan`` over the items of the list column ``source``.

    ``present`` is a Boolean column of the inner plan; items where it is not true are left out. Empty means keep all.
    ``chooser`` takes some of the items before the plan sees them.
    """

    key: str
    source: str
    plan: Plan
    field: str = ""
    present: str = ""
    chooser: Chooser | None = None


@dataclass(frozen=True)
class Failure:
    """Rows of a frame (Boolean, true where it failed), the field (of all, or of each row) and the reason."""

    rows: pl.Series
    field: str | pl.Series
    reason: str

    def named(self, row: int) -> str:
        """Return the field's name for one row."""
        return self.field if isinstance(self.field, str) else str(self.field[row])


@dataclass(frozen=True)
class Chain:
    """A list column named ``key``: the items of several lists of one type, row by row, one list after the other."""

    key: str
    lists: tuple[pl.Expr, ...]


@dataclass
class Plan:
    """Values in an order in which each finds its inputs; ``result`` is the last expression, over all of them.

    ``chains`` come after the values, in order.
    """

    nodes: dict[str, Value | Repeat] = field(default_factory=dict)
    chains: list[Chain] = field(default_factory=list)
    result: pl.Expr = field(default_factory=lambda: pl.lit(None))
    _keys: dict[tuple[str, ...], str] = field(default_factory=dict, repr=False)

    def key(self, *parts: str) -> str:
        """Return the key of the value that ``parts`` describe, the same for the same parts and no others.

        Parts are what users write, with any sign in them: put together as one text, two values could become one,
        or one could bear the name of a field. A number cannot be mistaken, and no field begins with a zero byte.
        """
        return self._keys.setdefault(parts, f"\0{len(self._keys)}")

    def add(self, node: Value | Repeat) -> str:
        """Add a value and return its key; one that is already there is shared."""
        self.nodes.setdefault(node.key, node)
        return node.key

    def waves(self) -> list[list[Value | Repeat]]:
        """Return the values in groups, each of which needs only what is in the groups before it."""
        depth: dict[str, int] = {}
        groups: list[list[Value | Repeat]] = []
        for key, node in self.nodes.items():
            inputs = (*node.inputs, node.bad) if isinstance(node, Value) else (node.source,)
            level = max((depth[i] + 1 for i in inputs if i in depth), default=0)
            depth[key] = level
            if level == len(groups):
                groups.append([])
            groups[level].append(node)
        return groups

    def run(self, frame: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame, list[Failure]]:
        """Return the result, the frame with every value, and what failed."""
        failures: list[Failure] = []
        for wave in self.waves():
            values = [node for node in wave if isinstance(node, Value)]
            if values:
                frame = frame.with_columns(_expression(frame, node).alias(node.key) for node in values)
            for node in values:
                failures.extend(_failures(frame, node))
            for repeat in (node for node in wave if isinstance(node, Repeat)):
                column, inner = _repeat(frame, repeat)
                frame = frame.with_columns(column.alias(repeat.key))
                failures.extend(inner)
        for chain in self.chains:
            parts = [frame.select(part).to_series() for part in chain.lists]
            frame = frame.with_columns(chained(parts).alias(chain.key))
        return frame.select(self.result.alias("result")).to_series(), frame, failures


def _expression(frame: pl.DataFrame, node: Value) -> pl.Expr:
    """Return what makes a value; by way of its different inputs where that is cheaper (dates, codes, scores)."""
    if not node.costly or frame.height < _FEW:
        return node.apply(*(pl.col(i) for i in node.inputs))
    column = frame.get_column(node.inputs[0])
    different = column.unique().drop_nulls()
    if different.len() * 4 > column.len() or not different.len():
        return node.apply(pl.col(node.inputs[0]))
    made = different.to_frame(node.inputs[0]).select(node.apply(pl.col(node.inputs[0])).alias("made")).to_series()
    return pl.col(node.inputs[0]).replace_strict(different, made, default=None, return_dtype=made.dtype)


_FEW = 256
"""Below so many rows it does not pay to look for different values."""


def _failures(frame: pl.DataFrame, node: Value) -> list[Failure]:
    if node.bad:
        rows = frame.get_column(node.bad).fill_null(False)
        return [Failure(rows, node.field, node.reason)] if rows.any() else []
    if not node.fails:
        return []
    before, after = frame.get_column(node.inputs[0]), frame.get_column(node.key)
    if before.null_count() == after.null_count():
        return []
    return [Failure(before.is_not_null() & after.is_null(), node.field, node.reason)]


def _repeat(frame: pl.DataFrame, node: Repeat) -> tuple[pl.Series, list[Failure]]:
    lists = frame.get_column(node.source).rechunk()
    if lists.null_count():  # a list that was masked may still hide its items
        lists = lists.fill_null(pl.Series([[]], dtype=lists.dtype))
    lists, places, before = _chosen(lists, node)
    result, inner, failures = node.plan.run(_items(lists))
    made = regroup(lists, result)
    if node.present:
        present = inner.get_column(node.present).fill_null(False)
        if not present.all():
            made = _kept(lists, result, present)
    return made, [*before, *(_outward(lists, failure, node.field, places) for failure in failures)]


def _items(lists: pl.Series) -> pl.DataFrame:
    return lists.explode(empty_as_null=False, keep_nulls=False).alias(ITEM).to_frame()


def _chosen(lists: pl.Series, node: Repeat) -> tuple[pl.Series, pl.Series | None, list[Failure]]:
    """Return the lists of the items that are chosen, where each of these stood before, and what failed."""
    if node.chooser is None:
        return lists, None, []
    rows = pl.int_ranges(0, lists.list.len().cast(pl.Int64), eager=True).to_frame("l").with_row_index("row")
    found, failures = node.chooser.chosen(_items(lists), rows.explode("l", empty_as_null=False)["row"])
    counts = rows.join(found.group_by("row").len(), on="row", how="left", maintain_order="left")["len"].fill_null(0)
    shape = pl.int_ranges(0, counts.cast(pl.Int64), eager=True)
    chosen, places = regroup(shape, found["item"]), regroup(shape, found["place"])
    return chosen, places, [_outward(lists, failure, node.field) for failure in failures]


ITEM = "_item"
"""The one column of the frame of a list's items."""


def regroup(lists: pl.Series, items: pl.Series) -> pl.Series:
    """Return ``items`` in lists of the lengths of ``lists``; there are as many as ``lists`` holds.

    list.eval hands the flat items of all lists to a function at once: no copy, no group-by.
    """

    def inner(flat: pl.Series) -> pl.Series:
        if len(flat) != len(items):
            raise ValueError("the items of a list are not as many as were flattened")
        return items

    dtype = pl.List(items.dtype)
    if not len(items):
        return (
            lists.to_frame("l")
            .select(pl.when(pl.col("l").is_not_null()).then(pl.lit([], dtype=dtype)).alias("l"))
            .to_series()
        )
    made = pl.element().map_batches(inner, return_dtype=items.dtype, is_elementwise=True)
    return lists.to_frame("l").select(pl.col("l").list.eval(made)).to_series().cast(dtype)


def chained(parts: Sequence[pl.Series]) -> pl.Series:
    """Return lists that hold, row by row, the items of each of ``parts``; no list counts as an empty one.

    Flattened, ordered by row and put back: some ten times faster than concat_list for lists of structs.
    """
    rows = [part.alias("item").to_frame().with_row_index("row") for part in parts]
    flat = pl.concat([row.explode("item", empty_as_null=False, keep_nulls=False) for row in rows])
    items = flat.sort("row", maintain_order=True).get_column("item")
    lengths = pl.sum_horizontal([part.list.len().fill_null(0) for part in parts])
    shape = pl.select(pl.int_ranges(0, lengths.cast(pl.Int64))).to_series()
    return regroup(shape, items)


def _kept(lists: pl.Series, items: pl.Series, present: pl.Series) -> pl.Series:
    both = pl.DataFrame({"item": items, "present": present}).select(pl.struct("item", "present")).to_series()
    kept = pl.col("l").list.filter(pl.element().struct.field("present"))
    frame = regroup(lists, both).to_frame("l").select(kept)
    return frame.select(pl.col("l").list.eval(pl.element().struct.field("item"))).to_series()


def _outward(lists: pl.Series, failure: Failure, name: str, places: pl.Series | None = None) -> Failure:
    """Return a failure of items as one of the rows that hold them, each named by the first item that failed.

    ``places`` tell where the items stood before they were chosen.
    """
    names = pl.lit(failure.field) if isinstance(failure.field, str) else failure.field
    items = failure.rows.alias("failed").to_frame().select(pl.struct("failed", names.alias("name")))
    rows = pl.DataFrame({"l": regroup(lists, items.to_series()), "places": places})
    failed = pl.col("l").list.eval(pl.element().struct.field("failed"))
    first = failed.list.arg_max()
    made = rows.with_columns(failed.list.any().fill_null(False).alias("failed"), first.alias("first"))
    item = pl.col("l").list.get(pl.col("first"), null_on_oob=True).struct.field("name")
    place = pl.col("first") if places is None else pl.col("places").list.get(pl.col("first"), null_on_oob=True)
    named = pl.format(f"{name}[{{}}].{{}}", place + 1, item)
    return Failure(made.get_column("failed"), made.select(named).to_series(), failure.reason)


def bisect(frame: pl.DataFrame, run: Callable[[pl.DataFrame], None], broken: Callable[[pl.DataFrame], None]) -> None:
    """Call ``run`` on the frame; where polars refuses it, on its halves, down to the one ``broken`` row."""
    try:
        run(frame)
    except pl.exceptions.PolarsError:
        if frame.height <= 1:
            broken(frame)
            return
        middle = frame.height // 2
        bisect(frame[:middle], run, broken)
        bisect(frame[middle:], run, broken)


def combine(keys: Sequence[str]) -> pl.Expr:
    """Return whether any of the columns holds something."""
    return pl.any_horizontal([pl.col(key).is_not_null() for key in keys]) if keys else pl.lit(False)
