"""Judges texts by the schema of a vocabulary, with lxml; says what was expected, never what stood there.

    for row, reason, path in Validator(schema, roots).check(texts): ...

Texts are judged a hundred at a time: they are put one after the other into a single document, with a processing
instruction between each two, and parsed and validated at once. Only where that fails is each judged by itself. The
instruction's name is made up anew each time; that it stands between the documents, and nowhere in them, shows that
no text leaned on its neighbour.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, cast

import polars as pl
from lxml import etree

from hrbus.errors import HrbusError, RecordError
from hrbus.hrxml.node import Node
from hrbus.hrxml.read import parse, parser

AT_ONCE = 100
"""How many texts are judged together."""

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""The characters outside the production Char of XML 1.0 (fifth edition, section 2.2), less the surrogates."""


class Failure(NamedTuple):
    """A text that is not valid: the row in its column, what was expected, and the path, which begins at the root."""

    row: int
    reason: str
    path: str


class Fault(NamedTuple):
    """One thing that is wrong in one text. ``line`` counts from 1."""

    line: int
    reason: str
    path: str


class ProofError(HrbusError):
    """A document that its columns proved valid, and that the parser refuses: a defect of hrbus itself."""

    def __init__(self, record: int, reason: str, path: str) -> None:
        super().__init__(
            f"record {record}: its columns prove the document valid, but the parser says of {path}: {reason}. This "
            "is a defect of hrbus, not of the record. Nothing of this batch was kept. Set validate: every for this "
            "route, run it again, and report this message"
        )


class Validator:
    """Compiles the schema at ``path`` once a thread; ``roots`` are the nodes by whose names failures are told."""

    def __init__(self, path: Path, roots: Mapping[str, Node]) -> None:
        self._path = path
        self._roots = roots
        self._local = threading.local()

    def check(self, texts: pl.Series) -> list[Failure]:
        """Return the failures of a String column, in the order of its rows, the first one of each text.

        A null is a failure too. Uses as many threads as there are processors.
        """
        starts = range(0, texts.len(), AT_ONCE)
        chunks = [(start, texts.slice(start, AT_ONCE)) for start in starts]
        if len(chunks) < 2:
            return [failure for start, chunk in chunks for failure in self._chunk(start, chunk)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = pool.map(lambda chunk: list(self._chunk(*chunk)), chunks)
            return [failure for failures in found for failure in failures]

    def faults(self, xml: bytes) -> list[Fault]:
        """Return all that is wrong with one text, in its order; one fault where it is not well-formed."""
        try:
            root = parse(xml)
        except RecordError as error:
            return [self._unreadable(xml, error)]
        schema = self._schema()[0]
        if schema.validate(root):
            return []
        told: dict[tuple[int, str], Fault] = {}
        for entry in cast("Iterable[etree._LogEntry]", schema.error_log):
            path, reason = self._explain(root, entry)
            told.setdefault((entry.line, path), Fault(entry.line, reason, path))
        return list(told.values())

    def _schema(self) -> tuple[etree.XMLSchema, etree.XMLSchema]:
        """Return this thread's schemas: for one document, and for many within an element ``batch``."""
        if not hasattr(self._local, "schemas"):
            uri = self._path.resolve().as_uri()
            namespace = next(iter(self._roots.values())).namespace
            names = "".join(f'<xs:element ref="p:{name}"/>' for name in self._roots)
            batch = (
                f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:p="{namespace}">'
                f'<xs:import namespace="{namespace}" schemaLocation="{uri}"/>'
                '<xs:element name="batch"><xs:complexType>'
                f'<xs:choice minOccurs="0" maxOccurs="unbounded">{names}</xs:choice>'
                "</xs:complexType></xs:element></xs:schema>"
            )
            one = etree.XMLSchema(etree.parse(str(self._path), parser()))
            self._local.schemas = one, etree.XMLSchema(etree.fromstring(batch))
        schemas: tuple[etree.XMLSchema, etree.XMLSchema] = self._local.schemas
        return schemas

    def _chunk(self, start: int, texts: pl.Series) -> Iterator[Failure]:
        if not texts.null_count() and self._all_valid(texts):
            return
        for row, text in enumerate(texts, start):
            if text is None:
                yield Failure(row, "there is no text", "")
            elif faults := self.faults(text.encode()):
                yield Failure(row, faults[0].reason, faults[0].path)

    def _all_valid(self, texts: pl.Series) -> bool:
        mark = f"n{secrets.token_hex(8)}"  # a text must not be able to bring one of its own
        joined = texts.str.join(f"<?{mark}?>").item()
        try:
            batch = etree.fromstring(f"<batch>{joined}</batch>".encode(), parser(keep_instructions=True))
        except etree.XMLSyntaxError:
            return False
        found = list(batch)
        if len(found) != 2 * texts.len() - 1 or batch.getroottree().docinfo.internalDTD is not None:
            return False
        marks = all(isinstance(n, etree._ProcessingInstruction) and n.target == mark for n in found[1::2])
        return marks and all(isinstance(n.tag, str) for n in found[::2]) and self._schema()[1].validate(batch)

    def _unreadable(self, xml: bytes, error: RecordError) -> Fault:
        text = xml.decode(errors="replace")
        bad = NOT_XML.search(text)
        if bad is None:
            cause = error.__cause__
            return Fault(cause.position[0] if isinstance(cause, etree.XMLSyntaxError) else 1, error.reason, "")
        line = text.count("\n", 0, bad.start()) + 1
        reason = f"the character U+{ord(bad.group()):04X} cannot stand in XML; take it out at the source"
        return Fault(line, reason, _path_of(text[: bad.start()]))

    def _explain(self, root: etree._Element, error: etree._LogEntry) -> tuple[str, str]:
        """Return the path and a reason that holds names of the schema, and no value of the text."""
        element = _at(root, error)
        path = "/".join(etree.QName(e).localname for e in (*reversed(list(element.iterancestors())), element))
        attribute = _ATTRIBUTE.search(error.message)
        node = self._node(path)
        if error.type_name == "SCHEMAV_CVC_COMPLEX_TYPE_4":
            return path, f"the attribute {attribute.group(1) if attribute else ''} is missing"
        if attribute:
            path += f"/@{attribute.group(1).replace(_XML, 'xml:').rpartition('}')[2]}"
            node = self._node(path)
            if node is None:
                return path, "this attribute is not known here"
        if error.type_name == "SCHEMAV_ELEMENT_CONTENT":
            expected = ", ".join(_NAME.findall(error.message.partition("Expected is")[2])) or "nothing more"
            missing = "Missing child" in error.message
            return path, f"something is missing: {expected}" if missing else f"not expected here; expected {expected}"
        if node is not None and node.facets is not None:
            return path, f"expected {node.facets.describe()}"
        return path, _OTHERWISE.get(error.type_name, "this is not as the schema has it")

    def _node(self, path: str) -> Node | None:
        name, _, rest = path.partition("/")
        try:
            return self._roots[name].find(rest)
        except LookupError:
            return None


_XML = "{http://www.w3.org/XML/1998/namespace}"
_ATTRIBUTE = re.compile(r"attribute '([^']+)'")
_NAME = re.compile(r"(?:\{[^}]*\})?([\w.\-*]+)(?=[,\s)])")
_OTHERWISE = {
    "SCHEMAV_CVC_ELT_1": "no document of this vocabulary begins like this",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "text stands between the elements",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_1": "nothing may stand in this element",
}


def _at(root: etree._Element, error: etree._LogEntry) -> etree._Element:
    """Return the element that an error is about."""
    steps = (error.path or "").split("/")[2:]
    element = root
    for step in steps:
        if step.startswith("@"):
            break
        name, _, index = step.partition("[")
        same = [e for e in element if name == "*" or _prefixed(e) == name]
        element = same[int(index.rstrip("]")) - 1 if index else 0]
    return element


def _prefixed(element: etree._Element) -> str:
    name = etree.QName(element).localname
    return f"{element.prefix}:{name}" if element.prefix else name


def _path_of(before: str) -> str:
    """Return the path of the element that is still open at the end of the beginning of a text."""
    pull = etree.XMLPullParser(("start", "end"), resolve_entities=False, load_dtd=False, no_network=True)
    path: list[str] = []
    with suppress(etree.XMLSyntaxError):
        pull.feed(before.encode())
        for event, element in pull.read_events():
            if event == "start":
                path.append(etree.QName(cast("etree._Element", element)).localname)
            else:
                path.pop()
    return "/".join(path)
