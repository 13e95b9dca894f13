"""Writes a file of records: what it begins with, the records in their frame, what it ends with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import disassembly, encode, faults
from adapters.cobol.disassembly import Disassembled
from adapters.cobol.form import own
from adapters.cobol.frames import MOST_BYTES, Framing, Pieces, Writer
from adapters.cobol.plan import Plan
from adapters.cobol.segments import Segments
from adapters.cobol.totals import Edge
from hrbus.spi import (
    ID,
    LEAD,
    OFFSET,
    RAW,
    RECORD,
    TAIL,
    Batch,
    BatchError,
    ConfigError,
    Delivery,
    Fault,
    Reject,
    Stage,
)

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Shape:
    """What a codec's files look like.

    ``width`` is the most bytes that a record has; ``form`` names the bytes that it may write onto, empty for none.
    """

    plan: Plan
    framing: Framing
    width: int
    header: Edge | None
    trailer: Edge | None
    form: str
    segments: Segments | None = None


@dataclass
class Output:
    """A file that is being written. ``begin`` comes first, then ``put`` for each batch, then ``end``."""

    shape: Shape
    stream: BinaryIO
    delivery: Delivery | None
    count: int = 0
    foot: tuple[bytes, ...] = ()
    writer: Writer | None = None
    leads_known: bool = True
    rejects: list[Reject] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.frame = self.shape.framing.frame

    # --- the beginning

    def begin(self, head: tuple[bytes, ...]) -> Writer:
        """Write what stands before the first record: as it was in the file that the records come from, if they do."""
        framing = self.shape.framing
        known = head[1:] if head[:1] == (self.shape.form.encode(),) else ()
        before, preface, *record = known or (b"", b"")
        if framing.header and not known:
            self._unknown("header", framing.header)
        self.stream.write(before)
        if framing.preface:
            longest = self.shape.width + framing.before + framing.behind
            preface = preface or framing.preface.fresh(longest, self._shortest())
            self.frame = framing.preface.frame(preface)
            self.leads_known = bool(known)
            self.stream.write(preface)
        self.writer = self.frame.writer()
        if self.shape.header:
            self._edge(self.writer, self.shape.header, record, 0)
        return self.writer

    def _unknown(self, name: str, size: int) -> None:
        message = f"a file is to be written whose {name} of {size} bytes no layout describes"
        hint = f"describe it, as in {name}: {{copybook: …}}, or leave {name} out"
        raise ConfigError(Fault(message, path=name, hint=hint))

    def _shortest(self) -> int:
        framing, plan = self.shape.framing, self.shape.plan
        least = plan.size - sum((table.most - table.least) * table.stride for table in plan.trailing)
        return max(0, least) + framing.before + framing.behind

    def _edge(self, writer: Writer, edge: Edge, known: list[bytes], count: int) -> None:
        """Write a header or trailer record; ``known`` are its lead, its bytes and its tail, if it had any before."""
        made = edge.record(self.shape.width, self.delivery, count, known[1] if known else None)
        for reason in self.frame.settle(made.records, made.lengths).values():
            raise BatchError(f"{edge.name}: {reason}")
        lead, tail = (pl.Series([known[at]], dtype=pl.Binary) if known else None for at in (0, 2))
        pieces = Pieces.of(lead, 1, b""), Pieces.of(tail, 1, b"")
        self.stream.write(writer.put(made.records, made.lengths, *pieces))

    # --- the records

    def put(self, batch: Batch) -> Batch:
        """Write a batch, and return it as it was written."""
        writer = self.writer or self.begin(batch.head)
        self.foot = batch.foot or self.foot
        if not batch.frame.height:
            return batch
        frame = own(batch.frame, self.shape.form)
        good = np.ones(frame.height, dtype=np.bool_)
        step = max(1, MOST_BYTES // self.shape.width)
        self.rejects = []
        for start in range(0, frame.height, step):
            good[start : start + step] = self._rows(writer, frame.slice(start, step))
        if not self.rejects:
            return batch
        return replace(batch, frame=batch.frame.filter(good), rejects=(*batch.rejects, *self.rejects))

    def _rows(self, writer: Writer, frame: pl.DataFrame) -> Bools:
        """Write some rows; return which of them could be. A row with others below it is written whole, or not."""
        made = self._records(frame)
        reasons = dict(made.wrong)
        for record, reason in self.frame.settle(made.records, made.lengths).items():
            reasons.setdefault(int(made.roots[record]), ("", reason))
        good = np.ones(frame.height, dtype=np.bool_)
        good[list(reasons)] = False
        self.rejects += list(_rejects(frame, reasons))
        records, lengths, around = made.records, made.lengths, made.around
        if reasons:
            kept = good[made.roots]
            records, lengths = records[kept], lengths[kept]
            around = {name: series.filter(kept) for name, series in around.items()}
        lead, tail = (
            Pieces.of(around.get(name) if self.leads_known else None, len(lengths), b"") for name in (LEAD, TAIL)
        )
        self.stream.write(writer.put(records, lengths, lead, tail))
        self.count += len(lengths)
        return good

    def _records(self, frame: pl.DataFrame) -> Disassembled:
        """Return the bytes of the records that rows are: one each, or one and all that stands below it."""
        shape = self.shape
        if shape.segments:
            return disassembly.disassembled(shape.segments, frame, shape.width)
        made = encode.write(shape.plan, frame, shape.width)
        wrong = {
            wrong.row: (wrong.leaf.column or wrong.leaf.item.name, faults.writing(wrong)) for wrong in made.wrong
        }
        around = {name: frame[name] for name in (LEAD, TAIL) if name in frame.columns}
        return Disassembled(made.records, made.lengths, np.arange(frame.height), around, wrong)

    # --- the end

    def end(self) -> None:
        """Write what stands behind the last record."""
        writer = self.writer or self.begin(())
        known = self.foot[1:] if self.foot[:1] == (self.shape.form.encode(),) else ()
        *record, between, behind = known or (b"", b"")
        if self.shape.framing.trailer and not known:
            self._unknown("trailer", self.shape.framing.trailer)
        if self.shape.trailer:
            self._edge(writer, self.shape.trailer, record, self.count)
        self.stream.write(writer.end() + between + behind)


def _rejects(frame: pl.DataFrame, reasons: dict[int, tuple[str, str]]) -> Iterator[Reject]:
    """Yield the rejects of rows that could not be written."""
    for row, (name, reason) in sorted(reasons.items()):
        kept = frame.row(row, named=True)
        yield Reject(
            record=kept.get(RECORD) or 0,
            offset=-1 if kept.get(OFFSET) is None else kept[OFFSET],
            stage=Stage.ENCODE,
            reason=reason,
            field=name,
            raw=kept.get(RAW) or b"",
            id=kept.get(ID),
        )
