"""Proves on a file that what a codec reads it can write again: the same bytes, or which of them differ.

    proof = prove(codec, Path("APPL.DAT"))          # decoded and encoded, compared byte by byte
    proof.identical, proof.sha256

Both ways go in a stream, so a file of any size takes the same memory. Rejected records keep their bytes and are put
back in their places, so that the rest is compared with the whole file.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

import polars as pl

from hrbus.spi import FORM, LEAD, OFFSET, RAW, RECORD, TAIL, Batch, Codec, Field, Layout, Origin, Reject, Type

SHOWN = 16
"""How many bytes of both sides are shown."""


@dataclass(frozen=True)
class Difference:
    """The first byte that is not the same: where it stands, and both sides from there on.

    ``record`` is 0 where it stands before the first record; ``byte`` counts in the record from 1, and is below that
    where the bytes stand before it. ``field`` is empty where no field has the byte.
    """

    offset: int
    record: int
    byte: int
    field: str
    note: str
    was: bytes
    written: bytes


@dataclass(frozen=True)
class Proof:
    """What came out. ``bytes`` and ``sha256`` are those of the file, as far as it was read."""

    records: int
    rejected: int
    bytes: int
    sha256: str
    difference: Difference | None = None

    @property
    def identical(self) -> bool:
        """Say whether every byte was the same."""
        return self.difference is None


Told = Callable[[int, int], None]
"""What is called now and then with the records and bytes that are done."""


def prove(
    codec: Codec,
    file: Path,
    rejected: Callable[[Reject], None] = lambda reject: None,
    told: Told = lambda *done: None,
) -> Proof:
    """Decode and encode ``file`` with a codec that keeps raw bytes, up to the first byte that differs."""
    seen = _Seen()
    with file.open("rb") as read, file.open("rb") as compared:
        hashed, sink = _Hashed(read), _Comparing(compared)
        source, target = cast("BinaryIO", hashed), cast("BinaryIO", sink)
        origin = Origin(file.name)

        def batches() -> Iterator[Batch]:
            for batch in codec.decode(source, origin):
                seen.add(batch)
                for reject in batch.rejects:
                    rejected(reject)
                told(seen.records, sink.position)
                yield from _whole(batch)

        for written in codec.encode(batches(), target):
            for reject in written.rejects:
                rejected(reject)
            if sink.differs:
                break
        sink.close_at_end()
        difference = seen.difference(sink, codec.layout) if sink.differs else None
        return Proof(seen.records, seen.rejected, hashed.count, hashed.digest.hexdigest(), difference)


class _Hashed(io.RawIOBase):
    """A stream that counts and hashes what is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.digest = sha256()
        self.count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        data = self.stream.read(size)
        self.digest.update(data)
        self.count += len(data)
        return data


class _Comparing(io.RawIOBase):
    """A stream that compares what is written with what ``expected`` has."""

    def __init__(self, expected: BinaryIO) -> None:
        self.expected = expected
        self.position = 0
        self.differs = False
        self.was = self.written = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        """Compare; once something differs, what follows is passed over."""
        if self.differs:
            return len(data)
        wanted = self.expected.read(len(data))
        if wanted == data:
            self.position += len(data)
            return len(data)
        same = next(
            (at for at, pair in enumerate(zip(wanted, data, strict=False)) if pair[0] != pair[1]), len(wanted)
        )
        self.position += same
        self.differs = True
        self.was = (wanted[same:] + self.expected.read(SHOWN))[:SHOWN]
        self.written = data[same : same + SHOWN]
        return len(data)

    def close_at_end(self) -> None:
        """Find what is left of the file and was never written."""
        if not self.differs and (rest := self.expected.read(SHOWN)):
            self.differs, self.was = True, rest


@dataclass
class _Seen:
    """What was read so far: counts, and where the latest records stand."""

    records: int = 0
    rejected: int = 0
    latest: deque[Batch] = field(default_factory=lambda: deque(maxlen=3))

    def add(self, batch: Batch) -> None:
        """Count a batch and remember it for a while."""
        self.records += len(batch) + len(batch.rejects)
        self.rejected += len(batch.rejects)
        self.latest.append(batch)

    def difference(self, sink: _Comparing, layout: Layout) -> Difference:
        """Say which record and field hold the byte at which a comparison stopped."""
        at = sink.position
        places = [(0, 0, 0), *sorted(place for batch in self.latest for place in _places(batch))]
        _, start, record = [place for place in places if place[0] <= at][-1]
        byte = at - start + 1
        found = field_at(layout.fields, byte - 1) if record else None
        name, note = (found.column, found.note) if found else ("", "")
        return Difference(at, record, byte if record else 0, name, note, sink.was, sink.written)


def _places(batch: Batch) -> Iterator[tuple[int, int, int]]:
    """Yield where the bytes of every record begin, where it begins itself, and its number."""
    frame = batch.frame
    leads = frame[LEAD].bin.size() if LEAD in frame.columns else pl.repeat(0, frame.height, eager=True)
    for start, lead, number in zip(frame[OFFSET], leads.fill_null(0), frame[RECORD], strict=True):
        yield start - lead, start, number
    for reject in batch.rejects:
        yield reject.offset - len(reject.lead), reject.offset, reject.record


def field_at(fields: Sequence[Field], byte: int) -> Field | None:
    """Return the innermost field that has a byte (from 0) of a record, if a field always has it."""
    for item in fields:
        if item.type is Type.GROUP and not item.many:
            if found := field_at(item.children, byte):
                return found
        elif item.offset is not None and item.length:
            within = byte - item.offset
            if 0 <= within < item.length * (item.at_most or 1 if item.many else 1):
                return field_at(item.children, within % item.length) or item
    return None


def _whole(batch: Batch) -> Iterator[Batch]:
    """Yield the records of a batch in their order, the rejected ones as bytes without any field."""
    if not batch.rejects:
        yield batch
        return
    numbers = batch.frame[RECORD]
    done = 0
    head = batch.head
    families = ((reject, *reject.below) for reject in batch.rejects)
    rejects = sorted(chain.from_iterable(families), key=lambda reject: reject.record)
    for run in _runs(rejects):
        upto = int(numbers.search_sorted(run[0].record))
        for frame in (batch.frame[done:upto], _bytes(run)):
            if frame.height:
                yield Batch(frame, head=head)
                head = ()
        done = upto
    yield Batch(batch.frame[done:], head=head, foot=batch.foot)


def _runs(rejects: Sequence[Reject]) -> Iterator[list[Reject]]:
    """Yield neighbours together."""
    run: list[Reject] = []
    for reject in rejects:
        if run and reject.record != run[-1].record + 1:
            yield run
            run = []
        run.append(reject)
    if run:
        yield run


def _bytes(rejects: list[Reject]) -> pl.DataFrame:
    """Return rejected records as nothing but their bytes."""
    columns = {
        RECORD: pl.Series([reject.record for reject in rejects], dtype=pl.Int64),
        OFFSET: pl.Series([reject.offset for reject in rejects], dtype=pl.Int64),
        RAW: pl.Series([reject.raw for reject in rejects], dtype=pl.Binary),
        LEAD: pl.Series([reject.lead for reject in rejects], dtype=pl.Binary),
        TAIL: pl.Series([reject.tail for reject in rejects], dtype=pl.Binary),
        FORM: pl.Series([reject.form for reject in rejects], dtype=pl.String),
    }
    return pl.DataFrame(columns)


# --- what the values alone say -------------------------------------------------------------------------------------


@dataclass
class Loss:
    """A field whose bytes do not follow from its value: in how many records, and the first of them, both ways.

    ``field`` is empty for bytes that no field has, or that have no fixed place.
    """

    field: str
    note: str
    records: int
    first: int
    was: bytes
    written: bytes


@dataclass
class Losses:
    """What would be lost without the raw bytes."""

    records: int = 0
    rejected: int = 0
    other: int = 0
    fields: dict[str, Loss] = field(default_factory=dict)

    @property
    def none(self) -> bool:
        """Say whether the values alone give every record's bytes."""
        return not self.other and not self.fields


def by_values(codec: Codec, file: Path, rejected: Callable[[Reject], None], told: Told) -> Losses:
    """Encode the records of ``file`` from their values alone, and say which fields come out otherwise.

    The codec keeps raw bytes and reads no header or trailer of other layouts.
    """
    losses = Losses()
    with file.open("rb") as stream:
        for batch in codec.decode(stream, Origin(file.name)):
            out = io.BytesIO()
            (written,) = codec.encode([Batch(batch.frame.drop(RAW), head=batch.head, foot=batch.foot)], out)
            losses.records += len(batch) + len(batch.rejects)
            losses.rejected += len(batch.rejects) + len(written.rejects)
            for reject in (*batch.rejects, *written.rejects):
                rejected(reject)
            again = codec.decode(io.BytesIO(out.getvalue()), Origin(file.name))
            kept = batch.frame.filter(pl.col(RECORD).is_in(written.frame[RECORD].implode()))
            if kept.height:
                _compare(
                    kept[RECORD], kept[RAW], pl.concat([each.frame[RAW] for each in again]), codec.layout, losses
                )
            told(losses.records, stream.tell())
    return losses


def _compare(numbers: pl.Series, was: pl.Series, now: pl.Series, layout: Layout, losses: Losses) -> None:
    pair = pl.DataFrame({"number": numbers, "was": was, "now": now}).filter(pl.col("was") != pl.col("now"))
    if not pair.height:
        return
    explained = pl.Series([False] * pair.height)
    for item in layout.columns().values():
        if item.offset is None or not item.length:
            continue
        length = item.length * (item.at_most or 1 if item.many else 1)
        sides = pair.with_columns(pl.col("was", "now").bin.slice(item.offset, length))
        differs = sides["was"] != sides["now"]
        if differs.any():
            explained |= differs
            first = sides.row(int(differs.arg_true()[0]))
            told = losses.fields.setdefault(item.column, Loss(item.column, item.note, 0, *first))
            told.records += int(differs.sum())
    losses.other += int((~explained).sum())
