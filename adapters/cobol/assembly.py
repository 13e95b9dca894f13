"""Reads records of several types into one frame: a row a root record, a list of structs for what stands below it.

Each type is read for its own records only, by the plan of that type; nothing is read and then thrown away. Lists come
from counting: the records of a type stand in the order of their parents, so a list needs only where each begins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import arrow, decode, faults
from adapters.cobol.arrow import LIST, STRUCT, Column
from adapters.cobol.decode import Reader, Scope
from adapters.cobol.families import UNKNOWN, Families, Portion, hang
from adapters.cobol.frames import Chunk
from adapters.cobol.plan import Leaf, Node, Plan
from adapters.cobol.segments import Kind, Segments
from hrbus.spi import SEGMENT, Batch, Reject

Ints = npt.NDArray[np.int64]

Misfits = Callable[[Chunk, Ints], dict[int, str]]
"""What is wrong with the lengths of records that need so many bytes."""


@dataclass(frozen=True)
class Keeper:
    """What a codec knows of records: the order of its columns, their own columns, lengths that do not fit, rejects.

    ``own`` takes chunk, rows and the number of the chunk's first record; ``reject`` chunk, row, that number, the
    field's path and a reason. ``whole`` says that rejects keep the bytes of all their records.
    """

    columns: Sequence[str]
    own: Callable[[Chunk, Ints, int], dict[str, Column]]
    misfits: Misfits
    reject: Callable[[Chunk, int, int, str, str], Reject]
    whole: bool


def sort(segments: Segments, chunk: Chunk) -> Ints:
    """Return the type of every record: its place among the types, or UNKNOWN."""
    kinds = np.full(len(chunk), UNKNOWN, dtype=np.int64)
    if not len(chunk):
        return kinds
    plan = segments.kinds[0].plan
    need = max(kind.condition.leaf.offset + kind.condition.leaf.width for kind in segments.kinds)
    buffer, starts = chunk.padded(need, plan.options.page.blank)
    reader, scope = Reader(plan, buffer), Scope(starts, None, np.arange(len(chunk)), None)
    for number in reversed(range(len(segments.kinds))):
        kinds[reader.true(segments.kinds[number].condition, scope)] = number
    return kinds


def unknown(segments: Segments, chunk: Chunk, row: int) -> tuple[str, str]:
    """Return field and reason for a record of no type."""
    leaf = segments.kinds[0].condition.leaf
    data = chunk.record(row)[leaf.offset : leaf.offset + leaf.width].hex().upper()
    if not segments.told:
        names = ", ".join(kind.name for kind in segments.kinds)
        return leaf.item.name, f"nothing tells which of {names} X'{data}' means; say so in segments"
    known = ", ".join(f"{text} ({kind.name})" for kind in segments.kinds for text in kind.condition.texts)
    return leaf.item.name, f"the record is of no known type: {leaf.item.name} is X'{data}'; known are {known}"


def batch(segments: Segments, portion: Portion, most: int, keeper: Keeper) -> tuple[Batch, Counter[Leaf]]:
    """Return the rows of some whole families. A family in which one record is wrong is one reject, and no row.

    The second result says what has become of values that are no numbers.
    """
    families = hang(segments.tree, portion.kinds)
    assembly = _Assembly(segments, portion, families, keeper)
    rows = np.flatnonzero(segments.is_root[portion.kinds])
    frame, wrong = assembly.frame(rows), assembly.wrong
    wrong |= _misplaced(segments, portion, families, most)
    failed: dict[int, Reject] = {}
    for row in sorted(wrong):
        root = int(families.roots[row]) if families.roots[row] >= 0 else row
        if root not in failed:
            failed[root] = _rejected(segments, portion, row, root, wrong[row], keeper)
            if keeper.whole:
                below = np.flatnonzero(families.roots == root).tolist()
                failed[root] = _with_family(failed[root], portion, root, below, keeper)
    good = ~np.isin(rows, list(failed))
    monsters = [
        keeper.reject(root, 0, number, "", _monster(segments.kinds[kind], below, most))
        for root, number, kind, below in portion.monsters
    ]
    rejects = (*monsters, *(failed[root] for root in sorted(failed)))
    return Batch(frame if good.all() else frame.filter(good), rejects), assembly.replaced


def _misplaced(segments: Segments, portion: Portion, families: Families, most: int) -> dict[int, tuple[str, str]]:
    """Return what is wrong with records as members of families: unknown, without a parent, too many."""
    kinds = portion.kinds
    wrong: dict[int, tuple[str, str]] = {}
    for row in [] if segments.skip else np.flatnonzero(kinds == UNKNOWN).tolist():
        wrong[row] = unknown(segments, portion.chunk, row)
    for row in np.flatnonzero(families.orphans).tolist():
        parent = segments.kinds[segments.kinds[kinds[row]].parent]
        wrong[row] = "", f"no {parent.name} stands before it to belong to"
    if segments.nested:
        sizes = np.bincount(families.roots[families.roots >= 0], minlength=len(kinds)) - 1
        for row in np.flatnonzero(sizes > most).tolist():
            wrong[row] = "", _monster(segments.kinds[kinds[row]], int(sizes[row]), most)
    return wrong


def _monster(kind: Kind, below: int, most: int) -> str:
    return (
        f"{below} records stand below this {kind.name}, more than the {most} of most_children;"
        " raise it, or leave below: out to get every record as a row of its own"
    )


def _rejected(
    segments: Segments, portion: Portion, row: int, root: int, wrong: tuple[str, str], keeper: Keeper
) -> Reject:
    """Return the reject of a family, which names the record that is wrong in it and keeps its bytes."""
    found = keeper.reject(portion.chunk, row, portion.first, *wrong)
    if row == root:
        return found
    kind = segments.kinds[portion.kinds[row]].name if portion.kinds[row] >= 0 else "of no type"
    whole = keeper.reject(portion.chunk, root, portion.first, *wrong)
    reason = f"record {found.record} below it ({kind}, byte {found.offset}): {found.reason}"
    return replace(whole, reason=reason, raw=found.raw)


def _with_family(found: Reject, portion: Portion, root: int, rows: Sequence[int], keeper: Keeper) -> Reject:
    """Return the reject of a family with the bytes of all its records."""
    own, *below = (
        keeper.reject(portion.chunk, row, portion.first, found.field, found.reason)
        for row in (root, *(row for row in rows if row != root))
    )
    return replace(own, below=tuple(below))


class _Assembly:
    """Makes rows; every root gets one, also where something in its family is wrong: that is in ``wrong``."""

    def __init__(self, segments: Segments, portion: Portion, families: Families, keeper: Keeper) -> None:
        self.segments, self.portion, self.families, self.keeper = segments, portion, families, keeper
        kinds = portion.kinds
        hung = segments.is_root[kinds] | (families.parents >= 0)
        self.rows = [np.flatnonzero((kinds == number) & hung) for number in range(len(segments.kinds))]
        self.wrong: dict[int, tuple[str, str]] = {}
        self.replaced: Counter[Leaf] = Counter()

    def frame(self, rows: Ints) -> pl.DataFrame:
        """Return a row for every root."""
        roots = self.segments.roots
        own = self.own(rows)
        made = dict(own)
        first = self.segments.kinds[roots[0]]
        made |= self.read(roots[0], first.around, rows)
        for number in roots:
            columns = self.read(number, self.segments.kinds[number].own, self.rows[number]) | self.lists(number)
            if len(roots) > 1:
                at = np.searchsorted(rows, self.rows[number])
                columns = {name: arrow.spread(column, at, len(rows)) for name, column in columns.items()}
            made |= columns
        frame = arrow.frame({name: made[name] for name in (*own, *self.keeper.columns)}, len(rows))
        if len(roots) > 1:
            names = pl.Series(SEGMENT, [kind.name for kind in self.segments.kinds], dtype=pl.String)
            frame.insert_column(len(own), names.gather(self.portion.kinds[rows]))
        return frame

    def own(self, rows: Ints) -> dict[str, Column]:
        """Return hrbus's own columns of some records."""
        return self.keeper.own(self.portion.chunk, rows, self.portion.first)

    def lists(self, number: int) -> dict[str, Column]:
        """Return the lists of the records of one type: of what stands right below them."""
        made = {}
        for below in self.segments.children(number):
            kind, rows = self.segments.kinds[below], self.rows[below]
            at = np.searchsorted(self.rows[number], self.families.parents[rows])
            counts = np.bincount(at, minlength=len(self.rows[number]))
            offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)])
            columns = self.own(rows) | self.read(below, kind.columns, rows) | self.lists(below)
            struct = Column(STRUCT, len(rows), children=tuple(columns.items()))
            made[kind.column] = Column(LIST, len(self.rows[number]), (offsets,), (("item", struct),))
        return made

    def read(self, number: int, nodes: Sequence[Node], rows: Ints) -> dict[str, Column]:
        """Return the columns of some fields of some records of a type; remember which could not be read."""
        kind, part = self.segments.kinds[number], self.portion.chunk.take(rows)
        # What all types have is read of records of all types: tables of this one's view say nothing of them.
        plan = replace(kind.plan, trailing=()) if nodes is kind.around else kind.plan
        width = _end(nodes, plan)
        buffer, starts = part.padded(width, plan.options.page.blank)
        found = decode.columns(plan, nodes, buffer, starts)
        self.replaced += found.replaced
        if nodes is not kind.around:
            for row, message in self.keeper.misfits(part, found.lengths).items():
                self.wrong.setdefault(int(rows[row]), ("", message))
        for wrong in found.wrong:
            at = int(starts[wrong.row])
            message = faults.reading(wrong, buffer[at : at + width].tobytes())
            name = self.segments.path(number, wrong.leaf.column or wrong.leaf.item.name)
            self.wrong.setdefault(int(rows[wrong.row]), (name, message))
        return found.columns


def _end(nodes: Sequence[Node], plan: Plan) -> int:
    """Return how many bytes of a record must be there for some of its fields to be read."""
    if any(node.shifts or not isinstance(node, Leaf) for node in nodes) or plan.trailing:
        return plan.size
    return max((node.offset + node.width for node in nodes if isinstance(node, Leaf)), default=0)
