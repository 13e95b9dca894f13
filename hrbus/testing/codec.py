"""A small true codec: lines of text, fields between separators.

>>> import io
>>> from hrbus.spi import Origin
>>> codec = TextCodec(["no", "name"])
>>> [batch] = codec.decode(io.BytesIO(b"1;ADA"), Origin("A.TXT"))
>>> batch.frame["name"].to_list()
['ADA']
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import polars as pl

from hrbus.spi import (
    ID,
    OFFSET,
    RECORD,
    Batch,
    BatchError,
    Delivery,
    Field,
    Layout,
    Origin,
    Reject,
    Stage,
    Type,
)


class TextCodec:
    """A ``Codec`` for UTF-8 lines of text fields, such as ``1;ADA``.

    A line with another number of fields is a Reject; a file with ``end`` that does not close with that line is a
    BatchError, as a truncated file is. On encode a field longer than ``size``, or one that holds the separator or a
    line end, is a Reject. Batches hold ``batch`` records.
    """

    def __init__(
        self, columns: Sequence[str], *, separator: str = ";", end: str = "", size: int = 100, batch: int = 1000
    ) -> None:
        self._columns = tuple(columns)
        self._separator = separator
        self._end = end
        self._size = size
        self._batch = batch

    @property
    def layout(self) -> Layout:
        """A text field for each column."""
        fields = tuple(Field(name, name, Type.TEXT, size=self._size) for name in self._columns)
        return Layout("text", fields)

    def decode(self, stream: BinaryIO, origin: Origin) -> Iterator[Batch]:
        """Yield the lines in batches."""
        rows: list[tuple[int, int, list[str]]] = []
        rejects: list[Reject] = []
        offset, ended = 0, not self._end
        for record, line in enumerate(stream, 1):
            text = line.decode("utf-8", "replace").rstrip("\n")
            if self._end and text == self._end:
                ended = True
                break
            values = text.split(self._separator)
            if len(values) == len(self._columns):
                rows.append((record, offset, values))
            else:
                reason = f"{len(values)} fields, expected {len(self._columns)}"
                rejects.append(Reject(record, offset, Stage.DECODE, reason, raw=line))
            offset += len(line)
            if len(rows) + len(rejects) == self._batch:
                yield self._batch_of(rows, rejects)
                rows, rejects = [], []
        if rows or rejects:
            yield self._batch_of(rows, rejects)
        if not ended:
            raise BatchError(f"{origin.artifact}: the last line {self._end!r} is missing; the file is truncated")

    def encode(self, batches: Iterable[Batch], stream: BinaryIO, delivery: Delivery | None = None) -> Iterator[Batch]:
        """Write a line for each record that fits, and yield each batch with the others as rejects."""
        for batch in batches:
            frame = batch.frame.with_columns(
                pl.lit("").alias(name) for name in self._columns if name not in batch.frame.columns
            )
            cells = [pl.col(name).fill_null("") for name in self._columns]
            bad = pl.any_horizontal(
                cell.str.contains(self._separator, literal=True)
                | cell.str.contains("\n", literal=True)
                | (cell.str.len_chars() > self._size)
                for cell in cells
            )
            failed = frame.select(bad.alias("failed"))["failed"]
            lines = frame.filter(~failed).select(pl.concat_str(cells, separator=self._separator).alias("line"))[
                "line"
            ]
            stream.write("".join(f"{line}\n" for line in lines).encode())
            yield batch.without(failed, [_refused(row) for row in frame.filter(failed).iter_rows(named=True)])
        if self._end:
            stream.write(f"{self._end}\n".encode())

    def _batch_of(self, rows: list[tuple[int, int, list[str]]], rejects: list[Reject]) -> Batch:
        schema = {RECORD: pl.Int64, OFFSET: pl.Int64} | dict.fromkeys(self._columns, pl.String)
        frame = pl.DataFrame([(record, offset, *values) for record, offset, values in rows], schema, orient="row")
        return Batch(frame, tuple(rejects))


def _refused(row: dict[str, object]) -> Reject:
    numbers = {name: value for name, value in row.items() if isinstance(value, int)}
    return Reject(
        numbers.get(RECORD, 0),
        numbers.get(OFFSET, -1),
        Stage.ENCODE,
        "a field is too long, or holds a separator or a line end",
        id=numbers.get(ID),
    )
