"""The codec: the records of an XML file in, batches out, and back.

The parser resolves no entities, loads nothing, and keeps its bounds of depth and size; a file with a document type is
refused. Elements are forgotten as soon as they are read, so the size of a file does not matter.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple

from lxml import etree

from adapters.flat.cells import Failures
from adapters.flat.lines import Encoding, read_fully
from adapters.flat.rows import Found, batch_of, refused
from adapters.json.columns import Columns
from adapters.xml.reading import Reader
from adapters.xml.settings import XmlSettings
from adapters.xml.spans import Spans
from adapters.xml.writing import Writer, check_names
from hrbus.spi import Batch, BatchError, ConfigError, Delivery, Fault, Layout, Origin, RecordError

BATCH = 10_000
_CHUNK = 1 << 18
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


class Record(NamedTuple):
    """A record: its place, its bytes, and its object, or the field and reason why there is none."""

    offset: int
    raw: bytes
    found: dict[str, Any]
    fault: tuple[str, str] | None = None


class XmlCodec:
    """Reads and writes the records of XML files by a layout."""

    def __init__(self, layout: Layout, settings: XmlSettings) -> None:
        check_names(layout, settings)
        self._layout = layout
        self._settings = settings
        self._reader = Reader(layout.fields, settings)
        self._encoding = Encoding.of(settings.encoding)

    @property
    def layout(self) -> Layout:
        """The fields of the layout file."""
        return self._layout

    def decode(self, stream: BinaryIO, origin: Origin) -> Iterator[Batch]:
        """Yield the records in batches of ten thousand. BatchError where the file is not well-formed XML."""
        page: list[Record] = []
        count = 0
        for record in self._records(stream, origin.artifact):
            page.append(record)
            if len(page) == BATCH:
                yield self._batch(page, count + 1)
                count += len(page)
                page = []
        if page:
            yield self._batch(page, count + 1)

    def encode(self, batches: Iterable[Batch], stream: BinaryIO, delivery: Delivery | None = None) -> Iterator[Batch]:
        """Write a document with an element for each record, and yield each batch as it was written."""
        if len(self._settings.steps) == 1:
            message = f"record: {self._settings.record} is the root, and a file has one"
            raise ConfigError(Fault(message, hint=f"write a path, such as List/{self._settings.record}"))
        writer = Writer(self._layout, self._settings)
        encoding = self._encoding.name
        stream.write(self._encoding.mark + writer.head.encode(encoding))
        for batch in batches:
            texts, failures = writer.records(batch.frame)
            lines = "".join(f"{text}\n" for row, text in enumerate(texts) if row not in failures)
            stream.write(lines.encode(encoding, "xmlcharrefreplace"))
            yield refused(batch, failures)
        stream.write(writer.tail.encode(encoding))

    def _records(self, stream: BinaryIO, artifact: str) -> Iterator[Record]:
        first = read_fully(stream, _CHUNK)
        if first.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in first[:4]:
            raise BatchError(f"{artifact} is in UTF-16; ask for UTF-8, or for an encoding that contains ASCII")
        spans = Spans(self._settings.steps[-1].rpartition(":")[2], _declared(first), artifact)
        walk = _Walk(self._reader, self._settings, spans, artifact)
        parser = etree.XMLPullParser(
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        chunk = first
        try:
            while chunk:
                spans.feed(chunk)
                parser.feed(chunk)
                yield from walk.of(parser)
                chunk = read_fully(stream, _CHUNK)
            parser.close()
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
        return batch_of(found, frame, {**columns.failures, **early}, keep_raw=self._settings.keep_raw)


class _Walk:
    """Follows the events of the parser, takes the records out, and forgets whatever was read."""

    def __init__(self, reader: Reader, settings: XmlSettings, spans: Spans, artifact: str) -> None:
        self._reader = reader
        self._spans = spans
        self._artifact = artifact
        self._steps = [settings.tag(step) for step in settings.steps]
        self._local = self._steps[-1].rpartition("}")[2]
        self._depth = 0
        self._fits = 0
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
            return Record(offset, raw, self._reader.record(element))
        except RecordError as error:
            return Record(offset, raw, {}, (error.field, error.reason))


def _declared(head: bytes) -> str:
    """Return the encoding that the file says it has."""
    match = _DECLARED.match(head)
    try:
        return codecs.lookup(match[1].decode("ascii")).name if match else "utf-8"
    except LookupError:
        return "utf-8"


def _same(step: str, tag: str) -> bool:
    return step == tag or (step.startswith("{*}") and step[3:] == tag.rpartition("}")[2])


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while len(parent) > 1:
            del parent[0]
