"""The codec: the records of an XML file in, batches out, and back.

The parser resolves no entities, loads nothing, and keeps its bounds of depth and size; a file with a document type is
refused. Elements are forgotten as soon as they are read, so the size of a file does not matter.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, BinaryIO, NamedTuple

import polars as pl
from lxml import etree

from adapters.flat.cells import Failures
from adapters.flat.lines import Encoding, read_fully
from adapters.flat.rows import Found, batch_of, refused
from adapters.json.columns import Columns
from adapters.xml.kept import Onto, kept
from adapters.xml.parsing import OPTIONS, declared
from adapters.xml.reading import Reader
from adapters.xml.settings import XmlSettings
from adapters.xml.spans import LONGEST, Spans
from adapters.xml.writing import check_names
from hrbus.spi import FORM, RAW, Batch, BatchError, ConfigError, Delivery, Fault, Layout, Origin, RecordError

BATCH = 10_000
BATCH_BYTES = 32 << 20
"""A batch ends with the record that reaches this sum: documents are longer than rows."""
_CHUNK = 1 << 18


class Record(NamedTuple):
    """A record: its place, its bytes, and its object, or the field and reason why there is none.

    ``kept`` are the bytes that it can be written onto, where the settings ask for them.
    """

    offset: int
    raw: bytes
    found: dict[str, Any]
    fault: tuple[str, str] | None = None
    kept: bytes = b""


class XmlCodec:
    """Reads and writes the records of XML files by a layout."""

    def __init__(self, layout: Layout, settings: XmlSettings) -> None:
        check_names(layout, settings)
        self._layout = layout
        self._settings = settings
        self._reader = Reader(layout.fields, settings)
        self._encoding = Encoding.of(settings.encoding)
        if settings.keep_raw and self._encoding.width > 1:
            raise ConfigError(Fault("bytes are kept in encodings that contain ASCII only", hint="take utf-8"))

    @property
    def layout(self) -> Layout:
        """The fields of the layout file."""
        return self._layout

    @property
    def raw_form(self) -> str | None:
        """What tells how a record's bytes are read; None where the settings do not keep them."""
        if not self._settings.keep_raw:
            return None
        return sha256(repr((self._layout, self._settings)).encode()).hexdigest()[:12]

    @property
    def one_record(self) -> bool:
        """Say whether the record is the root of its file."""
        return self._settings.alone

    def decode(self, stream: BinaryIO, origin: Origin) -> Iterator[Batch]:
        """Yield the records in batches of ten thousand. BatchError where the file is not well-formed XML."""
        page: list[Record] = []
        count = room = 0
        for record in self._records(stream, origin.artifact):
            page.append(record)
            room += len(record.raw)
            if len(page) == BATCH or room >= BATCH_BYTES:
                yield self._batch(page, count + 1)
                count += len(page)
                page, room = [], 0
        if page:
            yield self._batch(page, count + 1)

    def encode(self, batches: Iterable[Batch], stream: BinaryIO, delivery: Delivery | None = None) -> Iterator[Batch]:
        """Write a document with an element for each record, and yield each batch as it was written.

        Where the root is the record a document holds one of them; ConfigError with the second. A record that keeps
        its bytes is written onto them.
        """
        onto = Onto(self._layout, self._reader, self._settings, self._encoding.name, self.raw_form)
        alone = self._settings.alone
        if not alone:
            stream.write(self._encoding.mark + onto.head.encode(self._encoding.name))
        count = 0
        for batch in batches:
            texts, failures = onto.records(batch.frame)
            good = [text for row, text in enumerate(texts) if row not in failures]
            count += len(good)
            if alone and count > 1:
                message = f"record: {self._settings.record} is the root, and a file has one"
                hint = f"write a path, such as List/{self._settings.record}, or give each record a file of its own"
                raise ConfigError(Fault(message, hint=hint))
            stream.write(b"".join(good if alone else (text + b"\n" for text in good)))
            yield refused(batch, failures)
        if not alone:
            stream.write(onto.tail.encode(self._encoding.name))

    def _records(self, stream: BinaryIO, artifact: str) -> Iterator[Record]:
        first = read_fully(stream, _CHUNK)
        if first.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in first[:4]:
            raise BatchError(f"{artifact} is in UTF-16; ask for UTF-8, or for an encoding that contains ASCII")
        encoding = declared(first)
        spans = Spans(self._settings.steps[-1].rpartition(":")[2], encoding, artifact)
        walk = _Walk(self._reader, self._settings, spans, artifact, encoding)
        parser = etree.XMLPullParser(events=("start", "end"), **OPTIONS)
        whole = _Whole(artifact) if self._settings.alone and self._settings.keep_raw else None
        chunk = first
        try:
            while chunk:
                spans.feed(chunk)
                parser.feed(chunk)
                if whole:
                    whole.feed(chunk, walk.of(parser))
                else:
                    yield from walk.of(parser)
                chunk = read_fully(stream, _CHUNK)
            parser.close()
            if whole:
                whole.feed(b"", walk.of(parser))
                yield from whole.records()
            else:
                yield from walk.of(parser)
        except etree.XMLSyntaxError as error:
            line, column = error.position
            where = f" at line {line}, column {column}" if line else ""
            raise BatchError(
                f"{artifact}: not well-formed XML{where}; the file is cut, or another program has damaged it"
            ) from None

    def _batch(self, page: list[Record], first: int) -> Batch:
        columns = Columns(self._layout.fields)
        frame = columns.of([record.found for record in page])
        early: Failures = {row: record.fault for row, record in enumerate(page) if record.fault}
        numbers = range(first, first + len(page))
        found = Found(numbers, (record.offset for record in page), lambda row: page[row].raw)
        failures = {**columns.failures, **early}
        batch = batch_of(found, frame, failures)
        if self.raw_form:
            own = [record.kept for row, record in enumerate(page) if row not in failures]
            batch.frame.insert_column(2, pl.Series(RAW, own, pl.Binary))
            batch.frame.insert_column(3, pl.Series(FORM, [self.raw_form] * len(own), pl.String))
        return batch


class _Whole:
    """Holds a file that is one record, until all of it was read and found good."""

    def __init__(self, artifact: str) -> None:
        self._artifact = artifact
        self._chunks: list[bytes] = []
        self._size = 0
        self._records: list[Record] = []

    def feed(self, chunk: bytes, records: Iterable[Record]) -> None:
        """Take the next bytes, and the record that ended in them."""
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > LONGEST:
            raise BatchError(f"{self._artifact}: has more than {LONGEST} bytes, and is to be kept as one record")
        self._records += records

    def records(self) -> list[Record]:
        """Return the record, which keeps all bytes of the file."""
        content = b"".join(self._chunks)
        return [record._replace(kept=content) for record in self._records]


class _Walk:
    """Follows the events of the parser, takes the records out, and forgets whatever was read."""

    def __init__(self, reader: Reader, settings: XmlSettings, spans: Spans, artifact: str, encoding: str) -> None:
        self._reader = reader
        self._settings = settings
        self._spans = spans
        self._encoding = encoding
        self._wanted = codecs.lookup(Encoding.of(settings.encoding).name).name
        self._artifact = artifact
        self._steps = [settings.tag(step) for step in settings.steps]
        self._local = self._steps[-1].rpartition("}")[2]
        self._depth = 0
        self._fits = 0
        self._around: Mapping[str | None, str] = {}
        self._begun = 0
        self._open: list[int] = []

    def of(self, parser: etree.XMLPullParser) -> Iterator[Record]:
        """Yield the records that ended in what the parser was fed."""
        goal = len(self._steps)
        for event, element in parser.read_events():
            if not isinstance(element, etree._Element):
                continue
            tag = str(element.tag)
            named = tag.rpartition("}")[2] == self._local
            if event == "start":
                self._depth += 1
                if self._depth == 1:
                    self._check(element)
                if self._fits == self._depth - 1 < goal and _same(self._steps[self._fits], tag):
                    self._fits += 1
                if self._fits == self._depth == goal - 1:
                    self._around = element.nsmap  # said now: what is forgotten later may take it along
                if named:
                    self._open.append(self._begun)
                    self._begun += 1
                continue
            place = self._spans.take(self._open.pop()) if named else None
            if self._fits == self._depth == goal and place:
                yield self._record(element, *place)
            if self._fits < goal or self._depth <= goal:
                _forget(element)
            self._fits = min(self._fits, self._depth - 1)
            self._depth -= 1

    def _check(self, root: etree._Element) -> None:
        if root.getroottree().docinfo.internalDTD is not None:
            raise BatchError(f"{self._artifact} has a document type (DOCTYPE), which is not read; ask for it without")
        if not _same(self._steps[0], str(root.tag)):
            wanted = self._steps[0].rpartition("}")[2]
            raise BatchError(f"{self._artifact}: the root is not the {wanted} that the settings name (record)")

    def _record(self, element: etree._Element, offset: int, raw: bytes) -> Record:
        try:
            found = self._reader.record(element)
            if self._settings.alone or not self._settings.keep_raw:
                return Record(offset, raw, found)
            own = kept(raw, self._around, self._encoding, self._settings, self._wanted)
            return Record(offset, raw, found, kept=own)
        except RecordError as error:
            return Record(offset, raw, {}, (error.field, error.reason))


def _same(step: str, tag: str) -> bool:
    return step == tag or (step.startswith("{*}") and step[3:] == tag.rpartition("}")[2])


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while len(parent) > 1:
            del parent[0]
