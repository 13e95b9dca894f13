"""The cobol codec: files of COBOL records, with header and trailer, as batches, and back.

>>> import io
>>> from pathlib import Path
>>> from adapters.cobol.copybook import parse
>>> from adapters.cobol.settings import CobolSettings
>>> record = parse("01 A. 05 B PIC X(3). 05 C PIC 99.", "a.cpy").record()
>>> codec = CobolCodec(CobolSettings(copybook="a.cpy", encoding="ascii"), record)
>>> [batch.frame["B"].to_list() for batch in codec.decode(io.BytesIO(b"ONE01TWO02"), Origin("a.dat"))]
[['ONE', 'TWO']]
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from adapters.cobol import arrow, copybook, decode, encode, faults, kernels
from adapters.cobol.copybook import Item
from adapters.cobol.frames import Chunk, Frame, chunks, framed
from adapters.cobol.layout import describe
from adapters.cobol.pages import find
from adapters.cobol.plan import Options, Plan
from adapters.cobol.planning import compiled
from adapters.cobol.settings import CobolSettings, Header
from adapters.cobol.totals import Edge
from hrbus.spi import (
    ID,
    OFFSET,
    RAW,
    RECORD,
    Batch,
    BatchError,
    Clock,
    ConfigError,
    Context,
    Delivery,
    Fault,
    Layout,
    Origin,
    Reject,
    Stage,
)

Ints = npt.NDArray[np.int64]


def make(settings: CobolSettings, context: Context) -> CobolCodec:
    """Return the codec that the settings describe; ConfigError with what is wrong in them or in the copybooks."""
    free = {"auto": None, "fixed": False, "free": True}[settings.source_format]

    def record(path: str, name: str) -> Item:
        return copybook.read(context.resolve(path, "mappings"), free=free).record(name)

    def edge(part: Header | None) -> Item | None:
        return record(part.copybook, part.record) if part else None

    main = record(settings.copybook, settings.record)
    return CobolCodec(settings, main, edge(settings.header), edge(settings.trailer), context.clock)


class CobolCodec:
    """Reads and writes the records of one copybook; a clock is needed where a header is set to run(date)."""

    def __init__(
        self,
        settings: CobolSettings,
        record: Item,
        header: Item | None = None,
        trailer: Item | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings
        options = _options(settings)
        self.plan = compiled(record, options)
        plain = Options(
            options.page, options.ebcdic_sign, native_big=options.native_big, binary_big=options.binary_big
        )
        zone = _zone(settings.time_zone)
        self.header = Edge.of(header, settings.header, plain, clock, zone) if header and settings.header else None
        self.trailer = (
            Edge.of(trailer, settings.trailer, plain, clock, zone) if trailer and settings.trailer else None
        )
        self.frame = _frame(settings, self.plan, [edge for edge in (self.header, self.trailer) if edge])

    @property
    def layout(self) -> Layout:
        """The fields of the records."""
        return describe(self.plan.record, bytes_per_character=not self.plan.options.page.several)

    # --- reading

    def decode(self, stream: BinaryIO, origin: Origin) -> Iterator[Batch]:
        """Yield the records in batches, always cut at the same places for the same bytes."""
        numbered = self._numbered(stream, origin)
        if self.settings.threads == 1:
            for chunk, first in numbered:
                yield self._batch(chunk, first)
            return
        with ThreadPoolExecutor(self.settings.threads) as pool:
            ahead: deque[Future[Batch]] = deque()
            for chunk, first in numbered:
                ahead.append(pool.submit(self._batch, chunk, first))
                if len(ahead) > self.settings.threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def _numbered(self, stream: BinaryIO, origin: Origin) -> Iterator[tuple[Chunk, int]]:
        """Yield the chunks of detail records with the number of their first, header and trailer checked."""
        count = 0
        waiting: Chunk | None = None
        begun = self.header is None
        for chunk in chunks(stream, self.frame, self.settings.batch_records):
            if not begun and self.header:
                self.header.check_header(chunk.record(0), origin.artifact)
                chunk, begun = chunk.part(1, len(chunk)), True
            if waiting is not None and len(waiting):
                yield waiting, count + 1
                count += len(waiting)
            waiting = chunk
        if not begun:
            raise BatchError(f"{origin.artifact} is empty: not even a header is there; ask for the file again")
        if self.trailer:
            if waiting is None or not len(waiting):
                raise BatchError(f"{origin.artifact} has no trailer: it is cut, or nothing was ever written")
            details = len(waiting) - 1
            self.trailer.check_trailer(waiting.record(details), origin.artifact, count + details)
            waiting = waiting.part(0, details)
        if waiting is not None and len(waiting):
            yield waiting, count + 1

    def _batch(self, chunk: Chunk, first: int) -> Batch:
        plan = self.plan
        buffer, starts = chunk.padded(plan.size, plan.options.page.blank)
        offsets = chunk.origin + chunk.starts - (4 if self.frame.kind == "rdw" else 0)
        own: dict[str, arrow.Column] = {
            RECORD: arrow.Column(arrow.INT64, len(chunk), (np.arange(first, first + len(chunk), dtype=np.int64),)),
            OFFSET: arrow.Column(arrow.INT64, len(chunk), (offsets,)),
        }
        if self.settings.keep_raw:
            own[RAW] = _raw(chunk)
        found = decode.read(plan, buffer, starts, own)
        reasons = {wrong.row: (wrong.leaf.column or wrong.leaf.item.name, wrong) for wrong in found.wrong}
        rejects: dict[int, Reject] = {}
        for row, message in self._misfits(chunk, found.lengths).items():
            rejects[row] = self._reject(chunk, row, first, "", message)
        for row, (name, wrong) in reasons.items():
            if row not in rejects:
                at = int(starts[row])
                whole = buffer[at : at + plan.size].tobytes()
                rejects[row] = self._reject(chunk, row, first, name, faults.reading(wrong, whole, plan.options.page))
        if not rejects:
            return Batch(found.frame)
        failed = np.zeros(len(chunk), dtype=np.bool_)
        failed[list(rejects)] = True
        return Batch(found.frame.filter(~failed), tuple(rejects[row] for row in sorted(rejects)))

    def _misfits(self, chunk: Chunk, lengths: Ints) -> dict[int, str]:
        """Return what is wrong with records that are longer than the layout, or shorter than their counts say."""
        if self.frame.kind == "fixed":
            return {}
        most = self.plan.size
        made = {
            int(row): f"the record has {chunk.lengths[row]} bytes, its layout at most {most}"
            for row in np.flatnonzero(chunk.lengths > most)
        }
        if self.frame.kind == "rdw":
            for row in np.flatnonzero(chunk.lengths < lengths):
                made[int(row)] = f"the record has {chunk.lengths[row]} bytes, its layout needs {lengths[row]}"
        return made

    def _reject(self, chunk: Chunk, row: int, first: int, name: str, reason: str) -> Reject:
        word = 4 if self.frame.kind == "rdw" else 0
        offset = chunk.origin + int(chunk.starts[row]) - word
        return Reject(first + row, offset, Stage.DECODE, reason, name, chunk.record(row))

    # --- writing

    def encode(self, batches: Iterable[Batch], stream: BinaryIO, delivery: Delivery | None = None) -> Iterator[Batch]:
        """Write header, records and trailer, and yield each batch as it was written."""
        count = 0
        if self.header:
            stream.write(self.header.record(self.frame, delivery, 0))
        for batch in batches:
            written = self._write(batch, stream)
            count += len(written)
            yield written
        if self.trailer:
            stream.write(self.trailer.record(self.frame, delivery, count))

    def _write(self, batch: Batch, stream: BinaryIO) -> Batch:
        frame = batch.frame
        if not frame.height:
            return batch
        made = encode.write(self.plan, frame, max(self.frame.length, self.plan.size))
        rejects = []
        failed = np.zeros(frame.height, dtype=np.bool_)
        for wrong in made.wrong:
            failed[wrong.row] = True
            own = frame.row(wrong.row, named=True)
            rejects.append(
                Reject(
                    record=own.get(RECORD) or 0,
                    offset=-1 if own.get(OFFSET) is None else own[OFFSET],
                    stage=Stage.ENCODE,
                    reason=faults.writing(wrong, self.plan.options.page),
                    field=wrong.leaf.column or wrong.leaf.item.name,
                    raw=own.get(RAW) or b"",
                    id=own.get(ID),
                )
            )
        if not rejects:
            stream.write(framed(made.records, made.lengths, self.frame))
            return batch
        good = ~failed
        stream.write(framed(made.records[good], made.lengths[good], self.frame))
        return Batch(frame.filter(good), (*batch.rejects, *rejects))


def _raw(chunk: Chunk) -> arrow.Column:
    """Return the bytes of every record as a Binary column."""
    views = np.zeros((len(chunk), 4), dtype=np.int32)
    data, starts = chunk.buffer, chunk.starts
    kernels.show(starts, chunk.lengths, data, views, views.view(np.uint8))
    return arrow.Column(arrow.BINARY, len(chunk), (views.view(np.uint8), data))


def _options(settings: CobolSettings) -> Options:
    page = find(settings.encoding)
    if settings.sign == "ascii" and page.ebcdic:
        raise ConfigError(Fault(f"sign: ascii cannot stand in the EBCDIC page {page.name}", path="sign"))
    return Options(
        page=page,
        ebcdic_sign=settings.sign == "ebcdic" or (settings.sign is None and page.ebcdic),
        trim=settings.trim,
        blank=settings.blank_numeric,
        blanks=settings.blanks,
        select=settings.select,
        native_big=settings.native == "big" or (settings.native is None and page.ebcdic),
        binary_big=settings.binary == "big",
        binary_full=settings.binary_full,
        float_format=settings.float_format,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(Fault(f"unknown time zone {name}", path="time_zone", hint="as in Asia/Shanghai")) from None


def _frame(settings: CobolSettings, plan: Plan, edges: list[Edge]) -> Frame:
    line_end = {"lf": b"\n", "crlf": b"\r\n"}[settings.line_end]
    longest = max([plan.size, *(edge.plan.size for edge in edges)])
    length = settings.record_length or (longest if settings.frame == "fixed" else 0)
    if settings.frame == "fixed" and length < longest:
        message = f"a record of {length} bytes is too short: the layout needs {longest}"
        raise ConfigError(Fault(message, path="record_length", hint="leave it out to take the layout's length"))
    return Frame(settings.frame, length, line_end, plan.options.page.blank)
