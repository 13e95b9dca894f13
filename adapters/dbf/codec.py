"""The codec: a dbf file in, batches out, and back.

The head holds the number of records, so records that are written wait in a nameless temporary file until all are
there.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np
import polars as pl

from adapters.dbf.settings import DbfSettings
from adapters.dbf.table import DELETED, END, Column, Head
from adapters.dbf.values import KINDS, text_of
from adapters.dbf.writing import Rows, columns_of
from adapters.flat import Cells, CellSettings, Found, batch_of, refused
from adapters.flat.cells import Failures
from adapters.flat.layout import known, script_of, told
from adapters.flat.lines import Encoding, read_fully
from hrbus.spi import Batch, BatchError, Clock, ConfigError, Delivery, Fault, Layout, Origin, Type

BATCH = 10_000


class DbfCodec:
    """Reads and writes tables of dBase and FoxPro by a layout."""

    def __init__(self, layout: Layout, settings: DbfSettings, clock: Clock) -> None:
        known(layout, settings.titles, "titles")
        known(layout, settings.dates, "dates")
        self._layout = layout
        self._settings = settings
        self._clock = clock
        encoding = Encoding.of_bytes(settings.encoding) if settings.encoding else Encoding("")
        if encoding.page:
            raise ConfigError(
                Fault(f"a table is never in {settings.encoding}", path="encoding", hint="write gbk, cp850 …")
            )
        self._encoding = encoding.name
        self._cells = Cells(layout, CellSettings(null=()))
        self._titles = {
            column: settings.titles.get(column, column.replace(".", "_")).upper() for column in layout.columns()
        }
        wrong = [column for column in settings.dates if layout.columns()[column].type is not Type.TEXT]
        if wrong:
            raise ConfigError(Fault(f"dates: {wrong[0]} is no text in the layout", hint="declare it as text"))

    @property
    def layout(self) -> Layout:
        """The fields of the layout file, with the characters that the table may have."""
        if not self._encoding:
            return self._layout
        return told(self._layout, script_of(Encoding(self._encoding), characters=False), "bytes", {})

    def decode(self, stream: BinaryIO, origin: Origin) -> Iterator[Batch]:
        """Yield the records in batches of ten thousand; their numbers count deleted records too.

        BatchError where the file is no table, lacks a column, or holds fewer or more records than its head says.
        """
        head = Head.read(stream, origin.artifact, self._encoding)
        columns = self._columns(head, origin.artifact)
        done = 0
        while done < head.count:
            wanted = min(BATCH, head.count - done)
            data = read_fully(stream, wanted * head.length)
            if len(data) < wanted * head.length:
                there = done + len(data) // head.length
                raise BatchError(
                    f"{origin.artifact}: the head counts {head.count} records, but {there} are there; fetch it again"
                )
            yield self._batch(data, head, columns, done)
            done += wanted
        if len(read_fully(stream, head.length + 1).rstrip(END + b"\0")) >= head.length:
            raise BatchError(
                f"{origin.artifact}: more than the {head.count} records that the head counts are there;"
                " the sender died while writing: ask for the file again"
            )

    def encode(self, batches: Iterable[Batch], stream: BinaryIO, delivery: Delivery | None = None) -> Iterator[Batch]:
        """Write a table of the plainest version, and yield each batch with what does not fit as rejects."""
        encoding = self._encoding or "gbk"
        columns = columns_of(self._layout, self._titles, self._settings.dates, encoding)
        rows = Rows(columns, self._cells, self._settings.dates, encoding)
        count = 0
        with tempfile.TemporaryFile() as spool:
            for batch in batches:
                bodies, failures = rows.of(batch.frame)
                spool.write(b"".join(bodies))
                written = refused(batch, failures)
                count += len(written)
                yield written
            by_title = {column.name: column for column in columns.values()}
            stream.write(Head.of(by_title, count, encoding).written(self._clock.now().date()))
            spool.seek(0)
            shutil.copyfileobj(spool, stream)
        stream.write(END)

    def _columns(self, head: Head, artifact: str) -> dict[str, Column]:
        """Return the file's column for each field; BatchError where one is missing, or of a kind that is not read."""
        missing = [title for title in self._titles.values() if title not in head.columns]
        if missing:
            raise BatchError(f"{artifact} has no column {', '.join(missing)}; name the columns in titles")
        found = {column: head.columns[title] for column, title in self._titles.items()}
        for column in found.values():
            if column.kind not in KINDS:
                raise BatchError(
                    f"{artifact}: the column {column.name} is of the kind {column.kind}, whose values"
                    " stand elsewhere; leave it out of the layout"
                )
        if not head.encoding and any(column.kind == "C" for column in found.values()):
            raise BatchError(f"{artifact} does not say how its text is encoded; set encoding, such as gbk")
        return found

    def _batch(self, data: bytes, head: Head, columns: dict[str, Column], done: int) -> Batch:
        matrix = np.frombuffer(data, dtype=np.uint8).reshape(-1, head.length)
        kept = np.arange(len(matrix))
        deleted = matrix[:, 0] == DELETED[0]
        early: Failures = {}
        if self._settings.deleted == "skip":
            kept = kept[~deleted]
            matrix = matrix[~deleted]
        else:
            early = {int(row): ("", "is marked as deleted") for row in np.flatnonzero(deleted)}
        texts: list[pl.Series] = []
        for name, column in columns.items():
            cells, bad, reason = text_of(matrix, column, head.encoding or "ascii")
            for row in bad:
                early.setdefault(row, (name, reason))
            empty = cells == "" if column.kind in "DT" else pl.Series([False]).head(0)
            texts.append((cells.set(empty, None) if len(empty) else cells).alias(name))
        frame, failures = self._cells.read(pl.DataFrame(texts))
        offsets = kept * head.length
        found = Found(
            (kept + done + 1).tolist(),
            (offsets + head.size + done * head.length).tolist(),
            lambda row: data[offsets[row] : offsets[row] + head.length],
        )
        return batch_of(found, frame, {**failures, **early}, keep_raw=self._settings.keep_raw)
