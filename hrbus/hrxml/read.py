"""HR-XML text into the canonical payload, and the one parser that hrbus trusts with it.

Reader(nodes, namespace).read(b'<Candidate xmlns="http://ns.hr-xml.org/2007-04-15"/>')   # ("Candidate", {})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from hrbus.errors import RecordError
from hrbus.hrxml.node import TEXT, Kind, Node

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def parser(*, keep_instructions: bool = False) -> etree.XMLParser:
    """Return a parser that expands no entity, reads no DTD, opens no connection and refuses giant texts.

    Make one for each thread: a parser serves one text at a time.
    """
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=not keep_instructions,
    )


def parse(xml: bytes) -> etree._Element:
    """Return the root element of ``xml``; raises RecordError for what is not well-formed or has a DOCTYPE."""
    try:
        root = etree.fromstring(xml, parser())
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise RecordError(f"this is not well-formed XML (line {line}, column {column})") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise RecordError("the text has a DOCTYPE, which hrbus does not read; leave it out")
    return root


@dataclass(frozen=True)
class Reader:
    """Reads texts by the vocabulary whose root nodes it is given."""

    roots: Mapping[str, Node]
    namespace: str

    def read(self, xml: bytes) -> tuple[str, dict[str, Any]]:
        """Return the root's name and its canonical payload.

        Comments and processing instructions are passed over, empty elements that hold only elements count as
        absent, and an element with attributes and no text has the text "". Raises RecordError for what is not
        well-formed or not in the vocabulary; order, number and values are the validator's business.
        """
        element = parse(xml)
        name = etree.QName(element)
        node = self.roots.get(name.localname)
        if node is None or name.namespace != node.namespace:
            raise RecordError(f"the root is none of {', '.join(self.roots)} in the namespace {self.namespace}")
        return node.name, _tree(element, node)


def _tree(element: etree._Element, node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in element.attrib.items():
        name = str(key)
        if not name.startswith(_XSI):
            found[_known(node, f"@{name}").name] = str(value)
    if TEXT in node.fields:
        found[TEXT] = element.text or ""
    for below in element:
        child = _known(node, str(below.tag))
        content = (below.text or "") if child.is_leaf else _tree(below, child)
        if content == {}:
            continue
        if child.many:
            found.setdefault(child.name, []).append(content)
        else:
            found[child.name] = content
    return {name: found[name] for name in node.fields if name in found}


def _known(node: Node, tag: str) -> Node:
    child = node.tags.get(tag)
    if child is None:
        name = tag.rpartition("}")[2]
        kind = Kind.ATTRIBUTE if tag.startswith("@") else Kind.ELEMENT
        raise RecordError(
            f"this vocabulary has no {kind} {name.removeprefix('@')} here", field=node.path or node.name
        )
    return child
