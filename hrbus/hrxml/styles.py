"""The two ways in which documents are written: HR-XML, and canonical JSON.

XML 1.0 (fifth edition): section 2.4 says what must be escaped in text and attributes; 2.11 and 3.3.3 say that line
ends and blanks would be normalised on reading, so a carriage return (and in attributes every tab and line end) is
written as a character reference and comes back as it was. JSON: RFC 8259, section 7.
"""

from __future__ import annotations

from dataclasses import dataclass

from hrbus.hrxml.columns import ALWAYS, Built, Guarded, Mask, Part, but_not, join
from hrbus.hrxml.node import Kind, Node
from hrbus.hrxml.render import Scope

_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_IN_ATTRIBUTE = {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_IN_JSON = {'"': '\\"', "\\": "\\\\"} | {chr(code): f"\\u{code:04x}" for code in range(0x20)}


@dataclass(frozen=True)
class Xml:
    """HR-XML: elements of ``namespace`` without a prefix, all others with the prefix that ``prefixes`` gives.

    ``declared`` holds the namespaces that the documents at hand make use of beside the first one; they are declared
    at the root.
    """

    namespace: str
    prefixes: dict[str, str]
    declared: tuple[str, ...] = ()
    separator: str = ""

    def escapes(self, node: Node) -> dict[str, str]:
        """Return what a leaf's text must have replaced."""
        return _IN_ATTRIBUTE if node.kind is Kind.ATTRIBUTE else _IN_TEXT

    def leaf(self, node: Node, value: Built) -> Built:
        """Return `` name="…"``, the bare text, or ``<Name>…</Name>``."""
        if node.kind is Kind.ATTRIBUTE:
            return value.wrap(f' {node.name[1:]}="', '"')
        if node.kind is Kind.TEXT:
            return value
        tag = self._tag(node)
        return value.wrap(f"<{tag}>", f"</{tag}>")

    def many(self, items: Built) -> Built:
        """Return the items: in XML they just follow each other."""
        return items

    def struct(self, node: Node, members: list[tuple[Node, Built]], scope: Scope) -> Built:
        """Return the element, with its namespaces if it is the root."""
        tag = self._tag(node)
        start = f"<{tag}{self._namespaces()}" if not node.path else f"<{tag}"
        mask = scope.any_of([built.mask for _, built in members]) if node.path else ALWAYS
        attributes = [built for child, built in members if child.kind is Kind.ATTRIBUTE]
        content = self._content(node, {child.name: built for child, built in members}, mask)
        if not content:
            return join(attributes, mask).wrap(start, "/>")
        if not attributes:
            return join(content, mask).wrap(f"{start}>", f"</{tag}>")
        return join([*attributes, Built((_where(">", mask),), mask), *content], mask).wrap(start, f"</{tag}>")

    def _content(self, node: Node, members: dict[str, Built], mask: Mask) -> list[Built]:
        """Return what stands in the element; a child that must stand and has nothing to say stands empty."""
        content: list[Built] = []
        for name, child in node.fields.items():
            built = members.get(name)
            if child.kind is Kind.ATTRIBUTE:
                continue
            if child.required and child.may_be_empty and (built is None or built.mask.key != mask.key):
                gap = mask if built is None else but_not(mask, built.mask)
                content.append(Built((_where(f"<{self._tag(child)}/>", gap),), gap))
            if built is not None:
                content.append(built)
        return content

    def _tag(self, node: Node) -> str:
        if node.namespace == self.namespace:
            return node.name
        return f"{self.prefixes[node.namespace]}:{node.name}"

    def _namespaces(self) -> str:
        others = "".join(f' xmlns:{self.prefixes[uri]}="{uri}"' for uri in self.declared)
        return f' xmlns="{self.namespace}"{others}'


def _where(literal: str, mask: Mask) -> Part:
    return literal if mask.expr is None else Guarded(literal, mask.key, mask.expr)


@dataclass(frozen=True)
class Json:
    """Canonical JSON: keys in the order of the vocabulary, no blanks, what may repeat always an array."""

    separator: str = ","

    def escapes(self, node: Node) -> dict[str, str]:
        """Return what a leaf's text must have replaced."""
        return _IN_JSON

    def leaf(self, node: Node, value: Built) -> Built:
        """Return the text between quotes."""
        return value.wrap('"', '"')

    def many(self, items: Built) -> Built:
        """Return an array."""
        return items.wrap("[", "]")

    def struct(self, node: Node, members: list[tuple[Node, Built]], scope: Scope) -> Built:
        """Return an object with the members that are present, and commas between those."""
        mask = scope.any_of([built.mask for _, built in members]) if node.path else ALWAYS
        first = next((i for i, (_, built) in enumerate(members) if built.mask.expr is None), None)
        written: list[Built] = []
        for i, (child, built) in enumerate(members):
            key = f'"{child.name}":'
            if first is None:
                written += self._comma(members[:i], built, scope)
                written.append(built.wrap(key, ""))
            else:
                written.append(built.wrap("," + key if i > first else key, "," if i < first else ""))
        return join(written, mask).wrap("{", "}")

    def _comma(self, before: list[tuple[Node, Built]], built: Built, scope: Scope) -> list[Built]:
        """Return the comma before a member where none of the members is always there."""
        earlier = scope.any_of([one.mask for _, one in before]) if before else None
        if earlier is None or earlier.expr is None or built.mask.expr is None:
            return []
        both = earlier.expr & built.mask.expr
        key = f"{earlier.key}&{built.mask.key}"
        return [Built((Guarded(",", key, both),), built.mask)]
