"""A mapping that is ready: made by ``load``, it takes batches into documents, and documents out to batches.

mapping = load(site / "mappings/applicants.yaml", layout_of=layouts, vocabulary=vocabulary, tables=site / "mappings")
documents = mapping.into(batch)
again = mapping.out(documents)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from hrbus import yaml
from hrbus.clock import Clock, SystemClock
from hrbus.errors import ConfigError, Fault
from hrbus.mapping import attachments, check, converters
from hrbus.mapping.binding import Binder, BoundElement, BoundLeaf, BoundNode, BoundSeveral
from hrbus.mapping.check import Direction, Terms
from hrbus.mapping.fields import ways
from hrbus.mapping.fill import Fill, Run, bind_fill
from hrbus.mapping.fragments import Fragments
from hrbus.mapping.into import compile_into
from hrbus.mapping.kinds import column_dtype
from hrbus.mapping.out import compile_out, paths
from hrbus.mapping.plan import Failure, Plan, bisect
from hrbus.mapping.references import Reference, widened
from hrbus.mapping.references import read as read_references
from hrbus.mapping.rules import Rules, read
from hrbus.mapping.stores import AT_ONCE
from hrbus.mapping.stores import read as read_stores
from hrbus.mapping.tables import Table
from hrbus.mapping.tables import read as read_table
from hrbus.spi import Layout
from hrbus.values import ID, OFFSET, OWN_COLUMNS, RAW, RECORD, Batch, Documents, Reject, Stage

SYSTEM_CLOCK = SystemClock()
WHOLE = "the record as a whole cannot be converted"


@dataclass(frozen=True, eq=False)
class Mapping:
    """Rules, a layout and a vocabulary that fit each other.

    ``root`` is the first root, ``roots`` are all; ``version`` is a hash of what the mapping and its tables say
    (comments do not count). ``path`` is its file. ``references`` are other files, whose records ``into`` takes as a
    group of its own. Plans are compiled when they are first needed, and kept.
    """

    name: str
    path: str
    layout: Layout
    vocabulary: Terms
    rules: Rules
    trees: Map[str, BoundElement]
    tables: Map[str, Table]
    fills: tuple[Fill, ...]
    version: str
    references: Map[str, Reference] = field(default_factory=dict)
    _plans: dict[str, Plan] = field(default_factory=dict, repr=False)

    @property
    def root(self) -> str:
        """The name of the main root: what ``into`` makes."""
        return next(iter(self.trees))

    @property
    def roots(self) -> tuple[str, ...]:
        """The names of all roots, the main one first; the others are joined by the flow from references."""
        return tuple(self.trees)

    @cached_property
    def paths(self) -> dict[str, list[str]]:
        """The paths that ``out`` reads, by root and relative to it: what to ask ``vocabulary.dtype`` for."""
        found = paths(self.trees)
        for path in self.join.values():
            found[self.root].append(path.partition("/")[2])
        return found

    @property
    def join(self) -> dict[str, str]:
        """The path in the main root (with its name) that holds the key of each other root."""
        return {name: text.value.strip() for name, text in self.rules.join.items()}

    @cached_property
    def wide(self) -> Layout:
        """The layout with a group for each reference: what leaves of the document may name."""
        return widened(self.layout, self.references)

    @cached_property
    def rows_at_once(self) -> int | None:
        """How many records may be mapped together, so that their attachments fit into memory; None for any number."""
        weight = sum(_weights(self.trees.values()))
        return max(1, AT_ONCE // weight) if weight else None

    @cached_property
    def _into(self) -> Plan:
        return compile_into(self.trees[self.root])

    # --- proofs ---

    def check(self, direction: Direction | str) -> tuple[Fault, ...]:
        """Return every fault and warning of the mapping used in one direction; ``load`` has found all others."""
        way = Direction(direction)
        found = list(check.check_complete(self.trees, self.rules, self.layout, way))
        if way is Direction.INTO:
            found += check.check_required({self.root: self.trees[self.root]}, self.vocabulary)
        else:
            found += check.warn_lossy(self.trees)
        return tuple(found)

    def check_examples(self, direction: Direction | str = Direction.INTO) -> tuple[Fault, ...]:
        """Return a fault for each example that does not come out as it says."""
        from hrbus.mapping.example import check_example  # it uses this class

        return tuple(
            fault for node in self.rules.examples for fault in check_example(self, node, Direction(direction))
        )

    # --- into ---

    def into(self, batch: Batch) -> Documents:
        """Return the documents of a batch, in compact shape; records that cannot be converted become rejects."""
        frames, rejects = self._run(self._into, _conform(batch.frame, self.wide), self.root)
        frame = pl.concat(frames) if frames else self._empty(batch.frame)
        return Documents(frame, (*batch.rejects, *rejects), self.root, self.vocabulary)

    def _empty(self, frame: pl.DataFrame) -> pl.DataFrame:
        result, _, _ = self._into.run(_conform(frame.clear(), self.wide))
        return frame.clear().select(_own(frame)).with_columns(result.alias(self.root))

    # --- out ---

    def out(self, documents: Documents, run: Run | None = None) -> Batch:
        """Return the batch that documents in canonical shape stand for.

        The frame of ``documents`` has a Struct column for each root. A field that no rule feeds has no column; one
        that is absent in a document is null. ``run`` is needed where ``fill:`` says so (ValueError without it).
        """
        frame = documents.frame
        plan = self._out({name: dtype for name, dtype in frame.schema.items() if name in self.trees})
        frames, rejects = self._run(plan, frame, "record")
        if not frames:
            result, _, _ = plan.run(frame.clear())
            frames = [frame.clear().select(_own(frame)).with_columns(result.alias("record"))]
        made = pl.concat(frames).unnest("record")
        made = made.with_columns(fill.value(run) for fill in self.fills)
        order = [name for name in (*OWN_COLUMNS, *self.layout.columns()) if name in made.columns]
        return Batch(made.select(order), (*documents.rejects, *rejects))

    def _out(self, dtypes: Map[str, pl.DataType]) -> Plan:
        key = str(dict(dtypes))
        if key not in self._plans:
            self._plans[key] = compile_out(self.trees, self.layout, dtypes)
        return self._plans[key]

    def _run(self, plan: Plan, frame: pl.DataFrame, name: str) -> tuple[list[pl.DataFrame], list[Reject]]:
        """Return own columns and the result of the rows that went through, and the rejects of the others."""
        frames: list[pl.DataFrame] = []
        rejects: list[Reject] = []

        def part(rows: pl.DataFrame) -> None:
            result, _, failures = plan.run(rows)
            made = rows.select(_own(rows)).with_columns(result.alias(name))
            if failures:
                made, refused = _refuse(made, failures)
                rejects.extend(refused)
            frames.append(made)

        def broken(rows: pl.DataFrame) -> None:
            if rows.height:
                rejects.append(_reject(rows.row(0, named=True), WHOLE, ""))

        bisect(frame, part, broken)
        return frames, rejects


def _weights(nodes: Iterable[BoundNode], times: int = 1) -> Iterator[int]:
    """Yield how many bytes of attachments each leaf may hold for one record."""
    for node in nodes:
        if isinstance(node, BoundLeaf):
            yield times * sum(step.weight for _, step in node.steps)
        elif isinstance(node, BoundSeveral):
            yield from _weights(node.items, times)
        else:
            yield from _weights(node.children, times * (node.each.at_most or MANY) if node.each else times)


MANY = 10
"""How many items of a list without a bound are reckoned with."""


def _own(frame: pl.DataFrame) -> list[str]:
    return [name for name in OWN_COLUMNS if name in frame.columns]


def _conform(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Return a frame that has every column of the layout, with its type: a view that was not selected is null."""
    missing = []
    for column, found in layout.readable().items():
        dtype = column_dtype(found)
        if column not in frame.columns:
            missing.append(pl.lit(None, dtype=dtype).alias(column))
        elif frame.schema[column] != dtype and not found.many:
            missing.append(pl.col(column).cast(dtype))
    return frame.with_columns(missing) if missing else frame


def _refuse(made: pl.DataFrame, failures: list[Failure]) -> tuple[pl.DataFrame, list[Reject]]:
    """Return the rows that did not fail, and a reject for the first failure of each that did."""
    first: dict[int, Failure] = {}
    for failure in failures:
        for row in failure.rows.arg_true().to_list():
            first.setdefault(row, failure)
    own = made.select(_own(made))
    rejects = [
        _reject(own.row(row, named=True), failure.reason, failure.named(row))
        for row, failure in sorted(first.items())
    ]
    failed = pl.Series([False]).new_from_index(0, made.height).scatter(sorted(first), True)
    return made.filter(~failed), rejects


def _reject(row: Map[str, object], reason: str, name: str) -> Reject:
    record, offset, raw, number = (row.get(column) for column in (RECORD, OFFSET, RAW, ID))
    return Reject(
        record if isinstance(record, int) else 0,
        offset if isinstance(offset, int) else -1,
        Stage.MAP,
        reason,
        name,
        raw if isinstance(raw, bytes) else b"",
        number if isinstance(number, int) else None,
    )


# --- loading --------------------------------------------------------------------------------------------------------


def load(
    path: Path,
    *,
    layout_of: Callable[[str], Layout],
    vocabulary: Terms,
    tables: Path,
    name: str = "",
    clock: Clock = SYSTEM_CLOCK,
    reference_of: Callable[[str], Layout] | None = None,
    site: Path | None = None,
    writes: bool = False,
) -> Mapping:
    """Return the mapping in the file ``path``; ConfigError with every fault that does not depend on its direction.

    ``layout_of`` reads the layout that ``layout:`` names, and may raise ConfigError; ``reference_of`` those of
    ``references:``, where that is another way to read them. ``tables`` is the folder that the files of tables and
    fragments are below; ``site`` (the folder above it) the one that those of attachments are, and ``writes`` lets
    the mapping write to these. ``name`` is how messages call the file; ``clock`` tells the day, for tables whose
    lines have bounds.
    """
    file = name or str(path)
    fragments = Fragments(tables)
    node = fragments.expanded(yaml.load(path, file))
    rules = read(node)
    faults = [*fragments.faults, *rules.faults]
    layout = _layout(rules, layout_of, faults)
    found = _tables(rules, tables, clock, faults)
    if layout is None:
        raise ConfigError(faults)
    references = read_references(rules.references, layout, reference_of or layout_of, faults)
    stores = read_stores(rules.attachments, site or tables.parent, faults, writes=writes)
    known = {**converters.known(), **{each.name: each for each in attachments.converters(stores)}}
    binder = Binder(widened(layout, references), found, references, known)
    bound = {root: binder.bind(element) for root, element in rules.roots.items()}
    trees = {root: tree for root, tree in bound.items() if isinstance(tree, BoundElement)}
    fills, wrong = bind_fill(rules, layout, ways(layout.fields))
    faults += [*binder.faults, *wrong, *check.dropped(rules, layout)[1]]
    faults += check.check_paths(trees, rules, vocabulary, found)
    if faults:
        raise ConfigError(sorted(faults, key=lambda fault: (fault.place is None, fault.place)))
    return Mapping(
        rules.name, file, layout, vocabulary, rules, trees, found, tuple(fills), _version(node, found), references
    )


def _layout(rules: Rules, layout_of: Callable[[str], Layout], faults: list[Fault]) -> Layout | None:
    if rules.layout is None:
        return None
    try:
        return layout_of(rules.layout.value.strip())
    except ConfigError as error:
        faults += [fault if fault.place else Fault(str(fault), rules.layout.place) for fault in error.faults]
        return None


def _tables(rules: Rules, folder: Path, clock: Clock, faults: list[Fault]) -> dict[str, Table]:
    found = {}
    for name, node in rules.tables.items():
        try:
            found[name] = read_table(node, folder, clock.now())
        except ConfigError as error:
            faults += error.faults
    return found


def _version(node: yaml.Node, tables: Map[str, Table]) -> str:
    """Return a hash of all that a mapping says, the content of its table files included."""
    content = [node.plain(str), {name: dict(table.forward) for name, table in tables.items()}]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
