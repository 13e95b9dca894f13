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

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import arrow, assembly, copybook, decode, faults, grouptext, kernels
from adapters.cobol.areas import area
from adapters.cobol.copybook import Copybook, Item
from adapters.cobol.dialect import Dialect
from adapters.cobol.families import Portion, gathered
from adapters.cobol.form import form
from adapters.cobol.frames import Chunk, choice, chunks
from adapters.cobol.layout import describe
from adapters.cobol.learning import Learner
from adapters.cobol.output import Output, Shape
from adapters.cobol.plan import Leaf, Options
from adapters.cobol.planning import compiled
from adapters.cobol.segments import Segments, segments
from adapters.cobol.settings import CobolSettings, Header
from adapters.cobol.totals import Edge
from adapters.cobol.typelayout import describe_segments
from adapters.pages import find
from adapters.pages.replacement import agreed
from hrbus.spi import (
    FORM,
    LEAD,
    OFFSET,
    RAW,
    RECORD,
    TAIL,
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

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


def make(settings: CobolSettings, context: Context) -> CobolCodec:
    """Return the codec that the settings describe; ConfigError with what is wrong in them or in the copybooks."""

    def read(path: str) -> Copybook:
        return copybook.read(context.resolve(path, "mappings"), settings.language)

    def edge(part: int | Header | None) -> Item | None:
        return read(part.copybook).record(part.record) if isinstance(part, Header) else None

    main = area([read(path) for path in settings.copybooks], settings.record, settings.segment, settings.segments)
    grouptext.add(main, settings.group_text)
    return CobolCodec(settings, main, edge(settings.header), edge(settings.trailer), context.clock, context.note)


class CobolCodec:
    """Reads and writes the records of a file; a clock is needed where a header is set to run(date).

    ``note`` is told how many values of a file were replaced, because the settings want that instead of a reject.
    """

    def __init__(
        self,
        settings: CobolSettings,
        record: Item,
        header: Item | None = None,
        trailer: Item | None = None,
        clock: Clock | None = None,
        note: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.settings = settings
        self.note = note
        options = _options(settings)
        self.plan = compiled(record, options)
        self.segments = segments(record, settings, options)
        plain = Options(
            options.page,
            options.ebcdic_sign,
            native_big=options.native_big,
            binary_big=options.binary_big,
            national=options.national,
        )
        zone = _zone(settings.time_zone)

        def edge(item: Item | None, part: int | Header | None) -> Edge | None:
            return Edge.of(item, part, plain, clock, zone) if item and isinstance(part, Header) else None

        self.header, self.trailer = edge(header, settings.header), edge(trailer, settings.trailer)
        longest = max(edge.plan.size for edge in (self, self.header, self.trailer) if edge)
        self.framing = choice.framing(settings, self.plan, longest)
        width = choice.width(settings, longest)
        name = form(settings, record) if settings.keep_raw else ""  # bytes are written onto where they are asked for
        self.shape = Shape(self.plan, self.framing, width, self.header, self.trailer, name, self.segments)

    @property
    def layout(self) -> Layout:
        """The fields of the records."""
        options = self.plan.options
        if self.segments:
            return describe_segments(self.segments, options.page, filler=options.filler)
        return describe(self.plan.record, options.page, filler=options.filler)

    @property
    def raw_form(self) -> str | None:
        """What tells how a record's bytes are read; None where the settings do not keep them."""
        return self.shape.form or None

    # --- reading

    def decode(self, stream: BinaryIO, origin: Origin) -> Iterator[Batch]:
        """Yield the records in batches, always cut at the same places for the same bytes."""
        replaced: list[Counter[Leaf]] = []
        yield from self._batches(self._numbered(stream, origin), replaced)
        for leaf, count in sum(replaced, Counter[Leaf]()).items():
            self.note(f"{origin.artifact}: {leaf.column}: {leaf.invalid} for {count} values that are no numbers")

    def _batches(self, numbered: Iterator[tuple[Chunk, int]], replaced: list[Counter[Leaf]]) -> Iterator[Batch]:
        """Yield what chunks hold; add to ``replaced`` what has become of values that are no numbers."""
        jobs = self._jobs(numbered, replaced)
        if self.settings.threads == 1:
            for job in jobs:
                yield job()
            return
        with ThreadPoolExecutor(self.settings.threads) as pool:
            ahead: deque[Future[Batch]] = deque()
            for job in jobs:
                ahead.append(pool.submit(job))
                if len(ahead) > self.settings.threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def _jobs(
        self, numbered: Iterator[tuple[Chunk, int]], replaced: list[Counter[Leaf]]
    ) -> Iterator[Callable[[], Batch]]:
        """Yield what makes each batch; families of records are put together before."""
        types = self.segments
        if types is None:
            for chunk, first in numbered:
                yield partial(self._batch, chunk, first, replaced)
            return
        sort = partial(assembly.sort, types) if types.told else Learner(types, self.note).sort
        columns, whole = list(self.layout.columns()), self.settings.keep_raw
        keeper = assembly.Keeper(columns, self._own, self._misfits, self._reject, whole)
        if types.nested:
            portions = gathered(numbered, sort, types.tree, self.settings.most_children)
        else:
            portions = (Portion(chunk, first, sort(chunk)) for chunk, first in numbered)
        for portion in portions:
            yield partial(self._families, types, portion, keeper, replaced)

    def _families(
        self, types: Segments, portion: Portion, keeper: assembly.Keeper, replaced: list[Counter[Leaf]]
    ) -> Batch:
        made, instead = assembly.batch(types, portion, self.settings.most_children, keeper)
        if instead:
            replaced.append(instead)
        return self._formed(made, portion.chunk)

    def _numbered(self, stream: BinaryIO, origin: Origin) -> Iterator[tuple[Chunk, int]]:
        """Yield the chunks of detail records with the number of their first, header and trailer checked."""
        count = 0
        begun = self.header is None
        done = False
        for chunk in chunks(stream, self.framing, self.settings.batch_records):
            if not begun and self.header and len(chunk):
                self.header.check_header(chunk.record(0), origin.artifact)
                chunk, begun = chunk.without_first(), True
            if self.trailer and chunk.foot and len(chunk):
                details = len(chunk) - 1
                self.trailer.check_trailer(chunk.record(details), origin.artifact, count + details)
                chunk, done = chunk.without_last(), True
            if len(chunk) or (self.settings.keep_raw and (any(chunk.head) or any(chunk.foot))):
                yield chunk, count + 1
            count += len(chunk)
        if not begun:
            raise BatchError(f"{origin.artifact} is empty: not even a header is there; ask for the file again")
        if self.trailer and not done:
            raise BatchError(f"{origin.artifact} has no trailer: it is cut, or nothing was ever written")

    def _batch(self, chunk: Chunk, first: int, replaced: list[Counter[Leaf]]) -> Batch:
        plan = self.plan
        buffer, starts = chunk.padded(plan.size, plan.options.page.blank)
        own = self._own(chunk, np.arange(len(chunk), dtype=np.int64), first)
        found = decode.read(plan, buffer, starts, own)
        frame = found.frame
        if found.replaced:
            replaced.append(found.replaced)
        reasons = {wrong.row: (wrong.leaf.column or wrong.leaf.item.name, wrong) for wrong in found.wrong}
        rejects: dict[int, Reject] = {}
        for row, message in self._misfits(chunk, found.lengths).items():
            rejects[row] = self._reject(chunk, row, first, "", message)
        for row, (name, wrong) in reasons.items():
            if row not in rejects:
                at = int(starts[row])
                whole = buffer[at : at + plan.size].tobytes()
                rejects[row] = self._reject(chunk, row, first, name, faults.reading(wrong, whole))
        if rejects:
            failed = np.zeros(len(chunk), dtype=np.bool_)
            failed[list(rejects)] = True
            frame = frame.filter(~failed)
        return self._formed(Batch(frame, tuple(rejects[row] for row in sorted(rejects))), chunk)

    def _formed(self, batch: Batch, chunk: Chunk) -> Batch:
        """Return a batch that says whose bytes travel along in it, with those around all records of the file."""
        if not self.settings.keep_raw:
            return batch
        name, frame = self.shape.form, batch.frame
        at = 1 + max(frame.get_column_index(column) for column in (RAW, LEAD, TAIL) if column in frame.columns)
        frame = frame.insert_column(at, pl.repeat(name, frame.height, dtype=pl.String, eager=True).alias(FORM))
        head, foot = ((name.encode(), *pieces) if any(pieces) else () for pieces in (chunk.head, chunk.foot))
        return replace(batch, frame=frame, head=head, foot=foot)

    def _own(self, chunk: Chunk, rows: Ints, first: int) -> dict[str, arrow.Column]:
        """Return hrbus's own columns of some records of a chunk, and their bytes where they are to travel along."""
        part = chunk.take(rows)
        own: dict[str, arrow.Column] = {
            RECORD: arrow.Column(arrow.INT64, len(part), (rows + first,)),
            OFFSET: arrow.Column(arrow.INT64, len(part), (part.origin + part.starts,)),
        }
        if not self.settings.keep_raw:
            return own
        ends = part.starts + part.lengths
        own[RAW] = _views(part.buffer, part.starts, part.lengths)
        if self.framing.frame.leads:
            own[LEAD] = _views(part.buffer, part.begins, part.starts - part.begins)
        if self.framing.frame.tails:
            own[TAIL] = _views(part.buffer, ends, part.ends - ends)
        return own

    def _misfits(self, chunk: Chunk, lengths: Ints) -> dict[int, str]:
        """Return what is wrong with records that are longer than the layout, or shorter than their counts say."""
        if self.settings.frame == "fixed":
            return {}
        most = self.plan.size
        made = {
            int(row): f"the record has {chunk.lengths[row]} bytes, its layout at most {most}"
            for row in np.flatnonzero(chunk.lengths > most)
        }
        if self.framing.frame.exact and self.settings.short == "reject":
            for row in np.flatnonzero(chunk.lengths < lengths):
                made[int(row)] = f"the record has {chunk.lengths[row]} bytes, its layout needs {lengths[row]}"
        return made

    def _reject(self, chunk: Chunk, row: int, first: int, name: str, reason: str) -> Reject:
        offset = chunk.origin + int(chunk.starts[row])
        reject = Reject(first + row, offset, Stage.DECODE, reason, name, chunk.record(row))
        if not self.settings.keep_raw:
            return reject
        lead, tail = chunk.around(row)
        return replace(reject, lead=lead, tail=tail, form=self.shape.form)

    # --- writing

    def encode(self, batches: Iterable[Batch], stream: BinaryIO, delivery: Delivery | None = None) -> Iterator[Batch]:
        """Write header, records and trailer, and yield each batch as it was written."""
        output = Output(self.shape, stream, delivery)
        for batch in batches:
            yield output.put(batch)
        output.end()


def _views(data: Bytes, starts: Ints, lengths: Ints) -> arrow.Column:
    """Return pieces of some bytes as a column."""
    views = np.zeros((len(starts), 4), dtype=np.int32)
    kernels.show(starts, lengths, data, views, views.view(np.uint8))
    return arrow.Column(arrow.BINARY, len(starts), (views.view(np.uint8), data))


def _options(settings: CobolSettings) -> Options:
    page = agreed(find(settings.encoding), settings.replace)
    dialect = Dialect(settings.dialect)
    if settings.sign == "ascii" and page.ebcdic:
        raise ConfigError(Fault(f"sign: ascii cannot stand in the EBCDIC page {page.name}", path="sign"))
    if settings.national == "page" and page.pairs is None:
        raise ConfigError(Fault(f"{page.name} has no double bytes for PIC N", path="national", hint="use utf-16-be"))
    return Options(
        page=page,
        ebcdic_sign=settings.sign == "ebcdic" or (settings.sign is None and page.ebcdic),
        trim=settings.trim,
        blank=settings.blank_numeric,
        blanks=settings.blanks,
        invalid_numeric=settings.invalid_numeric,
        invalid=settings.invalid,
        select=settings.select,
        occurs=settings.occurs,
        native_big=settings.native == "big" or (settings.native is None and page.ebcdic and dialect is Dialect.IBM),
        binary_big=settings.binary == "big",
        binary_full=settings.binary_full,
        float=settings.float or dialect.float_format,
        filler=settings.filler,
        left_digits=settings.left_digits,
        national=settings.national,
        insertions_stay=dialect is Dialect.GNUCOBOL,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(Fault(f"unknown time zone {name}", path="time_zone", hint="as in Asia/Shanghai")) from None
