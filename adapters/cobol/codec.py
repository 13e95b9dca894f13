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
from typing import BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import arrow, copybook, decode, faults, grouptext, kernels
from adapters.cobol.copybook import Item
from adapters.cobol.dialect import Dialect
from adapters.cobol.form import form
from adapters.cobol.frames import Chunk, choice, chunks
from adapters.cobol.layout import describe
from adapters.cobol.output import Output, Shape
from adapters.cobol.plan import Leaf, Options
from adapters.cobol.planning import compiled
from adapters.cobol.settings import CobolSettings, Header
from adapters.cobol.totals import Edge
from adapters.pages import find
from adapters.pages.replacement import agreed
from adapters.pages.script import LINE_ENDS
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

Ints = npt.NDArray[np.int64]


def make(settings: CobolSettings, context: Context) -> CobolCodec:
    """Return the codec that the settings describe; ConfigError with what is wrong in them or in the copybooks."""

    def record(path: str, name: str) -> Item:
        return copybook.read(context.resolve(path, "mappings"), settings.language).record(name)

    def edge(part: int | Header | None) -> Item | None:
        return record(part.copybook, part.record) if isinstance(part, Header) else None

    main = record(settings.copybook, settings.record)
    grouptext.add(main, settings.group_text)
    return CobolCodec(settings, main, edge(settings.header), edge(settings.trailer), context.clock, context.note)


class CobolCodec:
    """Reads and writes the records of one copybook; a clock is needed where a header is set to run(date).

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
        self.shape = Shape(self.plan, self.framing, width, self.header, self.trailer, form(settings, record))

    @property
    def layout(self) -> Layout:
        """The fields of the records."""
        options = self.plan.options
        without = LINE_ENDS if self.settings.frame == "lines" else frozenset[str]()
        national = options.national
        return describe(self.plan.record, options.page, filler=options.filler, national=national, without=without)

    # --- reading

    def decode(self, stream: BinaryIO, origin: Origin) -> Iterator[Batch]:
        """Yield the records in batches, always cut at the same places for the same bytes."""
        replaced: list[Counter[Leaf]] = []
        yield from self._batches(self._numbered(stream, origin), replaced)
        for leaf, count in sum(replaced, Counter[Leaf]()).items():
            self.note(f"{origin.artifact}: {leaf.column}: {leaf.invalid} for {count} values that are no numbers")

    def _batches(self, numbered: Iterable[tuple[Chunk, int]], replaced: list[Counter[Leaf]]) -> Iterator[Batch]:
        """Yield what chunks hold; add to ``replaced`` what has become of values that are no numbers."""
        if self.settings.threads == 1:
            for chunk, first in numbered:
                yield self._batch(chunk, first, replaced)
            return
        with ThreadPoolExecutor(self.settings.threads) as pool:
            ahead: deque[Future[Batch]] = deque()
            for chunk, first in numbered:
                ahead.append(pool.submit(self._batch, chunk, first, replaced))
                if len(ahead) > self.settings.threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

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
        found = decode.read(plan, buffer, starts)
        if found.replaced:
            replaced.append(found.replaced)
        frame = pl.concat([self._own(chunk, first), found.frame], how="horizontal")
        reasons = {wrong.row: (wrong.leaf.column or wrong.leaf.item.name, wrong) for wrong in found.wrong}
        rejects: dict[int, Reject] = {}
        for row, message in self._misfits(chunk, found.lengths).items():
            rejects[row] = self._reject(chunk, row, first, "", message)
        for row, (name, wrong) in reasons.items():
            if row not in rejects:
                at = int(starts[row])
                whole = buffer[at : at + plan.size].tobytes()
                rejects[row] = self._reject(chunk, row, first, name, faults.reading(wrong, whole))
        head, foot = (self._named(pieces) for pieces in (chunk.head, chunk.foot))
        if not rejects:
            return Batch(frame, head=head, foot=foot)
        failed = np.zeros(len(chunk), dtype=np.bool_)
        failed[list(rejects)] = True
        told = tuple(rejects[row] for row in sorted(rejects))
        return Batch(frame.filter(~failed), told, head=head, foot=foot)

    def _named(self, pieces: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Return pieces of the file with the name of their form before them, where they are to travel along."""
        return (self.shape.form.encode(), *pieces) if self.settings.keep_raw and any(pieces) else ()

    def _own(self, chunk: Chunk, first: int) -> pl.DataFrame:
        """Return the columns of origin, and the records' bytes where they are to travel along."""
        count = len(chunk)
        own: dict[str, arrow.Column] = {
            RECORD: arrow.Column(arrow.INT64, count, (np.arange(first, first + count, dtype=np.int64),)),
            OFFSET: arrow.Column(arrow.INT64, count, (chunk.origin + chunk.starts,)),
        }
        if not self.settings.keep_raw:
            return arrow.frame(own)
        ends = chunk.starts + chunk.lengths
        own[RAW] = _views(chunk, chunk.starts, chunk.lengths)
        if self.framing.frame.leads:
            own[LEAD] = _views(chunk, chunk.edges[:-1], chunk.starts - chunk.edges[:-1])
        if self.framing.frame.tails:
            own[TAIL] = _views(chunk, ends, chunk.edges[1:] - ends)
        return arrow.frame(own).with_columns(pl.lit(self.shape.form).alias(FORM))

    def _misfits(self, chunk: Chunk, lengths: Ints) -> dict[int, str]:
        """Return what is wrong with records that are longer than the layout, or shorter than their counts say."""
        if self.settings.frame == "fixed":
            return {}
        most = self.plan.size
        made = {
            int(row): f"the record has {chunk.lengths[row]} bytes, its layout at most {most}"
            for row in np.flatnonzero(chunk.lengths > most)
        }
        if self.framing.frame.exact:
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


def _views(chunk: Chunk, starts: Ints, lengths: Ints) -> arrow.Column:
    """Return pieces of a chunk's bytes as a Binary column."""
    views = np.zeros((len(chunk), 4), dtype=np.int32)
    kernels.show(starts, lengths, chunk.buffer, views, views.view(np.uint8))
    return arrow.Column(arrow.BINARY, len(chunk), (views.view(np.uint8), chunk.buffer))


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
