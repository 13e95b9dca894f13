"""The codec: delimited text in, batches out, and back.

codec = DelimitedCodec(layout, DelimitedSettings(layout="layouts/staff.yaml"))
for batch in codec.decode(stream, Origin("STAFF.CSV")):
...
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import polars as pl

from adapters.delimited.records import Record, Records
from adapters.delimited.settings import DelimitedSettings
from adapters.delimited.writing import Writer
from adapters.flat import Cells, Found, batch_of, refused
from adapters.flat.layout import known, script_of, told
from adapters.flat.lines import Encoding, Lines
from hrbus.spi import Batch, BatchError, Delivery, Layout, Origin, Reject, Stage

BATCH = 10_000


class DelimitedCodec:
    """Reads and writes delimited text by a layout."""

    def __init__(self, layout: Layout, settings: DelimitedSettings) -> None:
        known(layout, settings.titles, "titles")
        self._layout = layout
        self._settings = settings
        self._encoding = Encoding.of(settings.encoding)
        self._cells = Cells(layout, settings)
        self._titles = [settings.titles.get(column, column) for column in layout.columns()]

    @property
    def layout(self) -> Layout:
        """The fields of the layout file, with the characters that a cell may have."""
        marks = "\r\n" if self._settings.escape else f"\r\n{self._settings.delimiter}"
        without = frozenset("" if self._settings.quote else marks)
        script = script_of(self._encoding, characters=True, without=without)
        return told(self._layout, script, "characters", {})

    def decode(self, stream: BinaryIO, origin: Origin) -> Iterator[Batch]:
        """Yield the records in batches of ten thousand.

        BatchError where the header line lacks a field, and where the last record breaks off: a quote stays open, or
        cells are missing and so is the line end.
        """
        records = iter(Records(Lines(stream, self._encoding, origin.artifact), self._settings))
        wanted, width = self._places(records, origin.artifact)
        page: list[tuple[int, Record]] = []
        for number, record in enumerate(records, 1):
            if not record.whole and (record.cells is None or len(record.cells) < width):
                raise BatchError(
                    f"{origin.artifact}: the last record, at byte {record.offset}, breaks off; fetch the file again"
                )
            page.append((number, record))
            if len(page) == BATCH:
                yield self._batch(page, wanted, width)
                page = []
        if page:
            yield self._batch(page, wanted, width)

    def encode(self, batches: Iterable[Batch], stream: BinaryIO, delivery: Delivery | None = None) -> Iterator[Batch]:
        """Write a header line and a line for each record that fits, and yield the others as rejects."""
        writer = Writer(self._settings, self._encoding)
        stream.write(self._encoding.mark)
        if self._settings.header != "none":
            stream.write(writer.header(self._titles))
        for batch in batches:
            texts, failures = self._cells.write(batch.frame)
            lines, unwritable = writer.lines(texts)
            failures = {**unwritable, **failures}
            if failures:
                lines = [line for row, line in enumerate(lines) if row not in failures]
            stream.write(b"".join(lines))
            yield refused(batch, failures)

    def _places(self, records: Iterator[Record], artifact: str) -> tuple[list[int], int]:
        """Return where each field's cell stands, and how many cells a record has."""
        count = len(self._titles)
        if self._settings.header == "none":
            return list(range(count)), count
        first = next(records, None)
        if first is None:
            raise BatchError(f"{artifact} is empty: not even a header line is there; ask for the file again")
        if self._settings.header == "skip":
            return list(range(count)), count
        if first.cells is None:
            raise BatchError(f"{artifact}: the header line is broken: {first.reason}")
        titles = [title.strip() for title in first.cells]
        missing = [title for title in self._titles if title not in titles]
        twice = [title for title in self._titles if titles.count(title) > 1]
        strange = [title for title in titles if title not in self._titles]
        for found, what in ((missing, "lacks"), (twice, "has twice")):
            if found:
                raise BatchError(
                    f"{artifact}: the header line {what} {', '.join(found)};"
                    " look at delimiter and encoding, or name the columns in titles"
                )
        if strange and self._settings.unknown == "reject":
            raise BatchError(f"{artifact}: the header line has {len(strange)} columns that the layout does not name")
        return [titles.index(title) for title in self._titles], len(titles)

    def _batch(self, page: list[tuple[int, Record]], wanted: list[int], width: int) -> Batch:
        rejects: list[Reject] = []
        good: list[tuple[int, Record]] = []
        rows: list[list[str]] = []
        for number, record in page:
            if record.cells is not None and len(record.cells) == width:
                good.append((number, record))
                rows.append(record.cells)
                continue
            reason = record.reason or f"expected {width} cells, found {len(record.cells or ())}"
            rejects.append(Reject(number, record.offset, Stage.DECODE, reason, raw=record.raw))
        columns = list(zip(*rows, strict=True)) if rows else [()] * width
        texts = pl.DataFrame(
            [
                pl.Series(column, columns[place], dtype=pl.String)
                for column, place in zip(self._layout.columns(), wanted, strict=True)
            ]
        )
        frame, failures = self._cells.read(texts)
        found = Found((n for n, _ in good), (r.offset for _, r in good), lambda row: good[row][1].raw)
        return batch_of(found, frame, failures, rejects, keep_raw=self._settings.keep_raw)
