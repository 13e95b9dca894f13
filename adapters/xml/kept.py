"""The bytes that a record keeps, so that it can be written onto them: what they are, and what becomes of them.

A file that is one record keeps the whole file. A record among others keeps its element as it would stand in a file
that the same settings write: in their encoding, below their namespaces. Where the file that it came in is of the same
encoding and declares the same, those are its very bytes; otherwise the characters are the same, and declarations that
it took over from the elements around it are added to its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl
from lxml import etree

from adapters.flat.cells import Failures
from adapters.flat.same import unchanged
from adapters.json.columns import Columns
from adapters.xml.parsing import declared, parsed
from adapters.xml.reading import Reader
from adapters.xml.settings import XmlSettings, plain
from adapters.xml.splicing import Edit, Splice, says
from adapters.xml.writing import Writer
from hrbus.spi import FORM, RAW, Layout, RecordError

_NAME = re.compile(rb"<[^\s/>]+")
_TAG = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")


def kept(raw: bytes, around: Mapping[str | None, str], encoding: str, settings: XmlSettings, wanted: str) -> bytes:
    """Return the bytes that a record keeps, of the ``raw`` that stand in a file of an ``encoding``.

    ``around`` are the namespaces, by prefix, that hold where it stands. RecordError where the ``wanted`` encoding,
    that of the settings, does not have their characters.
    """
    missing = _missing(raw, around, encoding, settings)
    name = _NAME.match(raw)
    cut = name.end() if name else 0
    whole = raw[:cut] + missing.encode(encoding, "xmlcharrefreplace") + raw[cut:]
    if encoding == wanted:
        return whole
    try:
        return whole.decode(encoding).encode(wanted)
    except UnicodeError:
        reason = f"holds characters that {wanted} does not have, so its bytes cannot be kept; set another encoding"
        raise RecordError(reason, field="?") from None


def _missing(raw: bytes, around: Mapping[str | None, str], encoding: str, settings: XmlSettings) -> str:
    """Return the namespace declarations that an element takes over, and would not find in a file of the settings."""
    taken = {prefix or "": uri for prefix, uri in around.items()}
    given = settings.namespaces
    tag = _TAG.match(raw)
    start = tag[0] if tag else b""
    found = ""
    for prefix in sorted({*taken, ""} if given.get("") else taken):
        uri = taken.get(prefix, "")
        used = not prefix or f"{prefix}:".encode(encoding) in raw
        word = f"xmlns:{prefix}" if prefix else "xmlns"
        own = re.search(rb"\s" + re.escape(word.encode(encoding)) + rb"\s*=", start)
        if given.get(prefix, "") != uri and used and not own:
            found += f' {word}="{plain(uri)}"'
    return found


class Onto:
    """Writes records, onto the bytes that they keep where they have any."""

    def __init__(
        self, layout: Layout, reader: Reader, settings: XmlSettings, encoding: str, form: str | None
    ) -> None:
        self._form = form
        self._layout = layout
        self._reader = reader
        self._settings = settings
        self._encoding = encoding
        self._writer = Writer(layout, settings)
        self.head, self.tail = self._writer.head, self._writer.tail

    def records(self, frame: pl.DataFrame) -> tuple[list[bytes], Failures]:
        """Return the bytes of each record, and by row the field that does not fit, and why."""
        raws: list[bytes | None] = [None] * frame.height
        if self._form and {RAW, FORM} <= set(frame.columns):
            raws = frame.select(pl.when(pl.col(FORM) == self._form).then(RAW)).to_series().to_list()
        if not any(raw is not None for raw in raws):
            texts, failures = self._writer.records(frame)
            return [self._new(text) for text in texts], failures
        elements, before, failures = self._before(raws)
        frame = frame.with_columns(column for column in before if column.name not in frame.columns)
        made = [raw or b"" for raw in raws]
        rows = sorted(self._changed(frame, before, raws) - failures.keys())
        texts, refused = self._writer.records(frame[rows])
        for place, (row, text) in enumerate(zip(rows, texts, strict=True)):
            element, raw = elements.get(row), raws[row]
            if place in refused:
                failures[row] = refused[place]
            elif raw is None or element is None:
                made[row] = self._new(text)
            else:
                try:
                    made[row] = self._spliced(raw, element, text, frame.schema)
                except RecordError as error:
                    failures[row] = (error.field, error.reason)
        return made, failures

    def _before(self, raws: list[bytes | None]) -> tuple[dict[int, etree._Element], pl.DataFrame, Failures]:
        """Read the records again from their bytes: their elements, their columns, and those that cannot be read."""
        elements: dict[int, etree._Element] = {}
        objects = []
        failures: Failures = {}
        for row, raw in enumerate(raws):
            try:
                if raw is not None:
                    elements[row] = self._element(raw)
                objects.append(self._reader.record(elements[row]) if raw is not None else {})
            except (RecordError, etree.XMLSyntaxError, UnicodeError):
                objects.append({})
                failures[row] = ("", "cannot be read again from its bytes: the layout or the settings have changed")
        return elements, Columns(self._layout.fields).of(objects), failures

    def _element(self, raw: bytes) -> etree._Element:
        if self._settings.alone:
            return parsed(raw)
        encoding = self._encoding
        begin = f'<?xml version="1.0" encoding="{encoding}"?><r{self._settings.declarations}>'
        return parsed(begin.encode(encoding, "xmlcharrefreplace") + raw + "</r>".encode(encoding))[0]

    def _changed(self, frame: pl.DataFrame, before: pl.DataFrame, raws: list[bytes | None]) -> set[int]:
        """Return the rows that say something else than their bytes do, or have none."""
        changed = pl.Series([raw is None for raw in raws], dtype=pl.Boolean)
        for column in before:
            changed |= ~unchanged(column, frame[column.name])
        return set(changed.arg_true().to_list())

    def _new(self, text: str) -> bytes:
        whole = f"{self.head}{text}\n" if self._settings.alone else text
        return whole.encode(self._encoding, "xmlcharrefreplace")

    def _spliced(self, raw: bytes, old: etree._Element, text: str, schema: pl.Schema) -> bytes:
        """Return the bytes of a record with what changed; what was written is read again and compared."""
        encoding = declared(raw) if self._settings.alone else self._encoding
        begin = f"<r{self._settings.declarations}>"
        new = parsed(f"{begin}{text}</r>".encode())[0]
        was = raw.decode(encoding)
        edits = Splice(self._settings, was, old, text, new).of(self._reader, schema)
        made = _edited(raw, was, encoding, edits)
        try:
            now = self._reader.record(self._element(made))
        except (RecordError, etree.XMLSyntaxError):
            now = {}
        if says(now, self._layout.fields, schema) != says(self._reader.record(new), self._layout.fields, schema):
            raise RecordError("its changes cannot be written onto the bytes that it came with", field="")
        return made


def _edited(raw: bytes, text: str, encoding: str, edits: list[Edit]) -> bytes:
    """Return the bytes with the edits of their text; what is not edited is taken from the bytes as it is."""
    made = []
    at = place = 0
    for start, end, new in edits:
        begin = place + len(text[at:start].encode(encoding))
        if raw[place:begin].decode(encoding) != text[at:start]:
            raise RecordError(f"its bytes are not what {encoding} would write, so no place in them is sure", field="")
        made += [raw[place:begin], new.encode(encoding, "xmlcharrefreplace")]
        place = begin + len(text[start:end].encode(encoding))
        at = end
    return b"".join([*made, raw[place:]])
