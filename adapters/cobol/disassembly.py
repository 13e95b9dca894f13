"""Writes rows as records of several types: each root before what stands below it, all in their old order.

Where the rows and all that hangs below them carry the numbers that their records had in a file, those give the order;
otherwise a record stands before its children, and these in the order in which their types are declared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import assembly, decode, encode, faults
from adapters.cobol.families import UNKNOWN
from adapters.cobol.frames import Chunk
from adapters.cobol.segments import Kind, Segments
from hrbus.spi import LEAD, OWN_COLUMNS, RAW, RECORD, SEGMENT, TAIL, Type

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """The records of one type: a row each, where its parent stands among those, and in which row its root is."""

    frame: pl.DataFrame
    parents: Ints
    roots: Ints


@dataclass
class Disassembled:
    """Records as rows of bytes, their lengths, the row of each one's root; and by row what is wrong with it.

    ``around`` are the bytes before and behind each record that travel along, by own column, where they are known.
    """

    records: Bytes
    lengths: Ints
    roots: Ints
    around: dict[str, pl.Series]
    wrong: dict[int, tuple[str, str]] = field(default_factory=dict)


def disassembled(segments: Segments, frame: pl.DataFrame, width: int) -> Disassembled:
    """Return the records of a frame in their order, each in at least ``width`` bytes."""
    if RAW in frame.columns and set(frame.columns) <= set(OWN_COLUMNS):
        return _untold(frame)
    writer = _Writer(segments, frame, width)
    parts = writer.parts()
    places = _places(segments, parts)
    count = sum(len(part.roots) for part in parts)
    made = Disassembled(
        np.zeros((count, max(width, *(kind.plan.size for kind in segments.kinds))), dtype=np.uint8),
        np.zeros(count, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
        {name: _ordered(name, parts, places) for name in (LEAD, TAIL) if name in frame.columns},
        writer.wrong,
    )
    for number, (part, at) in enumerate(zip(parts, places, strict=True)):
        records, lengths = writer.written(number, part)
        made.records[at, : records.shape[1]] = records
        made.lengths[at], made.roots[at] = lengths, part.roots
    return made


def _untold(frame: pl.DataFrame) -> Disassembled:
    """Return records of which nothing is known but their bytes: those come back as they are."""
    raw = [data or b"" for data in frame[RAW]]
    lengths = np.array([len(data) for data in raw], dtype=np.int64)
    records = np.zeros((len(raw), int(lengths.max(initial=1))), dtype=np.uint8)
    for row, data in zip(records, raw, strict=True):
        row[: len(data)] = np.frombuffer(data, dtype=np.uint8)
    around = {name: frame[name] for name in (LEAD, TAIL) if name in frame.columns}
    return Disassembled(records, lengths, np.arange(len(raw), dtype=np.int64), around)


def _ordered(name: str, parts: list[Part], places: list[Ints]) -> pl.Series:
    """Return a column of bytes of the records of all parts, in their order."""
    nothing = pl.Series([None], dtype=pl.Binary)
    pieces = [
        part.frame[name] if name in part.frame.columns else nothing.new_from_index(0, len(part.roots))
        for part in parts
    ]
    return pl.concat(pieces).gather(np.argsort(np.concatenate(places)))


class _Writer:
    def __init__(self, segments: Segments, frame: pl.DataFrame, width: int) -> None:
        self.segments, self.frame, self.width = segments, frame, width
        self.wrong: dict[int, tuple[str, str]] = {}

    def parts(self) -> list[Part]:
        """Return the records of every type."""
        kinds = _kinds(self.segments, self.frame)
        for row in np.flatnonzero(kinds == UNKNOWN).tolist():
            names = ", ".join(self.segments.kinds[number].name for number in self.segments.roots)
            self.wrong[row] = "", f"nothing says of which type the record is: {names}"
        self.strangers(kinds)
        made: list[Part] = []
        for number, kind in enumerate(self.segments.kinds):
            if kind.parent < 0:
                rows = np.flatnonzero(kinds == number)
                made.append(Part(self.frame.filter(kinds == number), np.full(len(rows), -1), rows))
            else:
                made.append(_below(made[kind.parent], kind))
        return made

    def strangers(self, kinds: Ints) -> None:
        """Note the rows that have a value for a field of another type: it would be lost."""
        for number in self.segments.roots:
            kind = self.segments.kinds[number]
            below = [self.segments.kinds[child].column for child in self.segments.children(number)]
            for column in [*(node.column for node in kind.own), *below]:
                if column not in self.frame.columns or (kinds == number).all():
                    continue
                given = self.frame[column]
                filled = given.list.len() > 0 if isinstance(given.dtype, pl.List) else given.is_not_null()
                for row in np.flatnonzero(filled.fill_null(value=False).to_numpy() & (kinds != number)).tolist():
                    other = self.segments.kinds[kinds[row]].name if kinds[row] >= 0 else "of no type"
                    self.wrong.setdefault(row, (column, f"is a field of {kind.name}, and the record is {other}"))

    def written(self, number: int, part: Part) -> tuple[Bytes, Ints]:
        """Return the records of one type; remember what could not be written."""
        kind = self.segments.kinds[number]
        plan = kind.plan
        made = encode.write(plan, _told(kind, part.frame), max(self.width, plan.size))
        for wrong in made.wrong:
            name = self.segments.path(number, wrong.leaf.column or wrong.leaf.item.name)
            self.note(number, part, wrong.row, name, faults.writing(wrong))
        name = kind.condition.leaf.item.name
        kinds = np.full(len(made.records), number)
        if self.segments.told:
            kinds = assembly.sort(self.segments, Chunk.of_rows(made.records))
        for row in np.flatnonzero(kinds != number).tolist():
            self.note(number, part, row, name, f"it does not say that the record is a {kind.name}")
        return made.records, made.lengths

    def note(self, number: int, part: Part, row: int, name: str, reason: str) -> None:
        """Remember what is wrong with a record, for the row that it belongs to."""
        if self.segments.kinds[number].parent >= 0:
            known = part.frame[RECORD][row] if RECORD in part.frame.columns else None
            what = f"record {known}" if known is not None else "a record"
            reason = f"{what} below it ({self.segments.kinds[number].name}): {reason}"
        self.wrong.setdefault(int(part.roots[row]), (name, reason))


def _below(parent: Part, kind: Kind) -> Part:
    """Return the records of a type as they stand in a list of the records above them."""
    nothing = np.empty(0, dtype=np.int64)
    if kind.column not in parent.frame.columns:
        return Part(pl.DataFrame(), nothing, nothing)
    lists = parent.frame[kind.column]
    counts = lists.list.len().fill_null(0).to_numpy().astype(np.int64)
    parents = np.repeat(np.arange(len(counts)), counts)
    values = lists.filter(counts > 0).explode()
    if not isinstance(values.dtype, pl.Struct):
        return Part(pl.DataFrame(height=len(parents)), parents, parent.roots[parents])
    return Part(_own(values.struct.unnest(), parent.frame, parents), parents, parent.roots[parents])


def _own(frame: pl.DataFrame, above: pl.DataFrame, parents: Ints) -> pl.DataFrame:
    """Return records whose bytes travel along only where those of the records above them do."""
    kept = [name for name in (RAW, LEAD, TAIL) if name in frame.columns]
    if not kept:
        return frame
    if RAW not in above.columns:
        return frame.drop(kept)
    known = above[RAW].is_not_null().gather(parents)
    return frame if known.all() else frame.with_columns(pl.when(known).then(pl.col(kept)))


# --- of which type a record is --------------------------------------------------------------------------------------


def _kinds(segments: Segments, frame: pl.DataFrame) -> Ints:
    """Return the type of every row: as it says itself, by the field that tells, or by what it has."""
    roots = segments.roots
    if len(roots) == 1:
        return np.full(frame.height, roots[0], dtype=np.int64)
    kinds = np.full(frame.height, UNKNOWN, dtype=np.int64)
    for number in reversed(roots):
        own = [node.column for node in segments.kinds[number].own if node.column in frame.columns]
        if own:
            kinds[frame.select(pl.any_horizontal(pl.col(own).is_not_null())).to_series().to_numpy()] = number
    for number in reversed(roots):
        kinds[_tells(segments.kinds[number], frame)] = number
    if SEGMENT in frame.columns:
        for number in roots:
            said = frame[SEGMENT] == segments.kinds[number].name
            kinds[said.fill_null(value=False).to_numpy()] = number
    return kinds


def _telling(kind: Kind) -> str:
    """Return the column of the field that tells a type."""
    return next((node.column for node in kind.plan.nodes if node.item is kind.condition.leaf.item), "")


def _tells(kind: Kind, frame: pl.DataFrame) -> npt.NDArray[np.bool_]:
    column, condition = _telling(kind), kind.condition
    if column not in frame.columns or frame[column].dtype == pl.Null:
        return np.zeros(frame.height, dtype=np.bool_)
    given = frame[column]
    if condition.leaf.type is Type.TEXT:
        texts = [text.rstrip(" \0") for text in condition.texts]
        found = given.cast(pl.String).str.strip_chars_end(" \0").is_in(texts)
    else:
        scale = condition.leaf.scale
        numbers = [Decimal(number).scaleb(-scale) for number in decode.condition_numbers(condition)]
        found = given.cast(pl.Decimal(38, scale), strict=False).is_in(pl.Series(numbers, dtype=pl.Decimal(38, scale)))
    return found.fill_null(value=False).to_numpy()


def _told(kind: Kind, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame in which every record says of which type it is."""
    column = _telling(kind)
    if not column or not kind.condition.texts:
        return frame
    first = kind.condition.texts[0]
    given = frame[column] if column in frame.columns else pl.Series([None], dtype=pl.String)
    if column not in frame.columns or given.dtype == pl.Null:
        return frame.with_columns(pl.Series(column, [first], dtype=pl.String).new_from_index(0, frame.height))
    if not given.null_count():
        return frame
    return frame.with_columns(given.fill_null(pl.lit(first).cast(given.dtype)))


# --- in which order -------------------------------------------------------------------------------------------------


def _places(segments: Segments, parts: list[Part]) -> list[Ints]:
    """Return the place of every record of every part among all."""
    by_number = _by_number(parts)
    return _by_tree(segments, parts) if by_number is None else by_number


def _by_number(parts: list[Part]) -> list[Ints] | None:
    """Return the places by root and number in the file; None where a record has no number."""
    filled = [part for part in parts if len(part.roots)]
    if any(RECORD not in part.frame.columns or part.frame[RECORD].null_count() for part in filled):
        return None
    roots = np.concatenate([part.roots for part in parts])
    below = np.concatenate([part.parents >= 0 for part in parts])
    numbers = [part.frame[RECORD].to_numpy() if len(part.roots) else part.roots for part in parts]
    places = np.empty(len(roots), dtype=np.int64)
    places[np.lexsort((np.concatenate(numbers), below, roots))] = np.arange(len(roots))
    return np.split(places, np.cumsum([len(part.roots) for part in parts])[:-1])


def _by_tree(segments: Segments, parts: list[Part]) -> list[Ints]:
    """Return the places where each record is followed by all that stands below it."""
    sizes = [np.ones(len(part.roots), dtype=np.int64) for part in parts]
    for number in reversed(range(len(parts))):
        above = segments.kinds[number].parent
        if above >= 0:
            sizes[above] += _summed(parts[number], sizes[number], len(sizes[above]))
    rows = 1 + max((int(part.roots.max(initial=-1)) for part in parts), default=-1)
    each = np.zeros(rows, dtype=np.int64)
    for number in segments.roots:
        each[parts[number].roots] = sizes[number]
    first = np.cumsum(each) - each
    places: list[Ints] = []
    used = [np.ones(len(part.roots), dtype=np.int64) for part in parts]
    for number, part in enumerate(parts):
        above = segments.kinds[number].parent
        if above < 0:
            places.append(first[part.roots])
            continue
        before = np.cumsum(sizes[number]) - sizes[number]
        begins = np.searchsorted(part.parents, part.parents)
        places.append(places[above][part.parents] + used[above][part.parents] + before - before[begins])
        used[above] += _summed(part, sizes[number], len(used[above]))
    return places


def _summed(part: Part, sizes: Ints, length: int) -> Ints:
    return np.bincount(part.parents, weights=sizes, minlength=length).astype(np.int64)
