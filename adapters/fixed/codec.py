"""The codec: records of fixed width in, batches out, and back, with header and trailer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from adapters.fixed.edges import Edge
from adapters.fixed.places import Places
from adapters.fixed.records import Record, records
from adapters.fixed.settings import FixedSettings
from adapters.flat import Found, batch_of, refused
from hrbus.spi import Batch, BatchError, ConfigError, Delivery, Fault, Layout, Origin

BATCH = 10_000


class FixedCodec:
    """Reads and writes records of fixed width by a layout."""

    def __init__(
        self, layout: Layout, settings: FixedSettings, header: Edge | None = None, trailer: Edge | None = None
    ) -> None:
        self._layout = layout
        self._settings = settings
        self._places = Places(layout, settings)
        for edge in (header, trailer):
            if edge and settings.frame == "fixed" and edge.places.length > self._places.length:
                message = f"the {edge.path} has {edge.places.length} bytes, the records {self._places.length}"
                raise ConfigError(Fault(message, hint=f"set record_length: {edge.places.length}"))
        self._header = header
        self._trailer = trailer

    @property
    def layout(self) -> Layout:
        """The fields of the layout file, with the widths of their places."""
        return self._places.told(self._layout)

    def decode(self, stream: BinaryIO, origin: Origin) -> Iterator[Batch]:
        """Yield the records in batches of ten thousand.

        BatchError where header or trailer are missing or say otherwise, where bytes are left over, and where a last
        line without line end is too short, unless a trailer has told that all is there.
        """
        page: list[Record] = []
        count = 0
        for record in self._details(stream, origin.artifact):
            page.append(record)
            if len(page) == BATCH:
                yield self._batch(page, count + 1)
                count += len(page)
                page = []
        if page:
            yield self._batch(page, count + 1)

    def encode(self, batches: Iterable[Batch], stream: BinaryIO, delivery: Delivery | None = None) -> Iterator[Batch]:
        """Write header, records and trailer, and yield each batch with what does not fit as rejects."""
        end = self._places.form.line_end
        stream.write(self._places.form.encoding.mark)
        if self._header:
            stream.write(self._edge(self._header, delivery, 0) + end)
        count = 0
        for batch in batches:
            bodies, failures = self._places.write(batch.frame)
            stream.write(b"".join(body + end for row, body in enumerate(bodies) if row not in failures))
            written = refused(batch, failures)
            count += len(written)
            yield written
        if self._trailer:
            stream.write(self._edge(self._trailer, delivery, count) + end)

    def _edge(self, edge: Edge, delivery: Delivery | None, count: int) -> bytes:
        return edge.record(delivery, count).ljust(self._places.length, self._places.form.blank)

    def _details(self, stream: BinaryIO, artifact: str) -> Iterator[Record]:
        """Yield what stands between header and trailer, both checked."""
        found = records(stream, self._places.form, artifact)
        if self._header:
            first = next(found, None)
            if first is None:
                raise BatchError(f"{artifact} is empty: not even a header is there; ask for the file again")
            self._header.check(first.body, artifact)
        count = 0
        last: Record | None = None
        for record in found:
            if last is not None:
                count += 1
                yield last
            last = record
        if self._trailer:
            if last is None:
                raise BatchError(f"{artifact} has no trailer: it is cut, or nothing was ever written")
            said = self._trailer.check(last.body, artifact)
            if said is not None and said != count:
                raise BatchError(
                    f"{artifact}: the trailer counts {said} records ({self._trailer.count}), but {count} are there;"
                    " ask the sender for the file again"
                )
        elif last is not None:
            if not last.ended and len(last.body) < self._places.length:
                raise BatchError(f"{artifact}: the last record, at byte {last.offset}, breaks off; fetch it again")
            count += 1
            yield last

    def _batch(self, page: list[Record], first: int) -> Batch:
        frame, failures, strange = self._places.read([record.body for record in page])
        found = Found(range(first, first + len(page)), (record.offset for record in page), lambda row: page[row].raw)
        return batch_of(found, frame, {**failures, **strange}, keep_raw=self._settings.keep_raw)
