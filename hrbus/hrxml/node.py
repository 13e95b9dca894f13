"""What stands where in a vocabulary: elements, attributes and text as a tree of ``Node``.

    candidate.child("CandidateProfile").child("PersonalData").path   # "CandidateProfile/PersonalData"

A node's children are made when they are asked for, so an element that may hold itself (``Competency``) costs
nothing until someone goes there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property

from hrbus.hrxml.model import Group

TEXT = "$text"
"""The name of the text of an element that has attributes too."""


class Kind(StrEnum):
    """What a node is in the document."""

    ELEMENT = "element"
    ATTRIBUTE = "attribute"
    TEXT = "text"


@dataclass(frozen=True)
class Facets:
    """What a text must look like: the facets of XML Schema part 2, section 4.3.

    ``name`` is the type's own name, ``base`` the primitive of XML Schema it comes from (``string``, ``decimal``,
    ``date``, ``union`` where there are ``members``), ``builtin`` the nearest of all types that XML Schema itself has
    (``token``, ``nonNegativeInteger``). ``minimum`` and ``maximum`` include their ends, unless they are ``open``.
    Lengths are in characters. ``patterns`` are XSD patterns, all of which must match the whole text. ``beyond`` says
    what the type asks that is not told here; empty where nothing is.
    """

    name: str
    base: str
    builtin: str = ""
    enumeration: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    min_length: int | None = None
    max_length: int | None = None
    minimum: str | None = None
    maximum: str | None = None
    minimum_open: bool = False
    maximum_open: bool = False
    total_digits: int | None = None
    fraction_digits: int | None = None
    members: tuple[Facets, ...] = ()
    beyond: str = ""

    def describe(self) -> str:
        """Return what is expected, for people: ``one of Active, Inactive, Pending``."""
        if self.members:
            lists_first = sorted(self.members, key=lambda member: not member.enumeration)
            return ", or ".join(dict.fromkeys(member.describe() for member in lists_first))
        if self.enumeration:
            return "one of " + ", ".join(self.enumeration)
        said = _ARTICLE.get(self.builtin) or _ARTICLE.get(self.base, f"a value of type {self.base}")
        if self.total_digits:
            said += f" of at most {self.total_digits} digits"
        if self.min_length and self.max_length:
            said += f" of {self.min_length} to {self.max_length} characters"
        elif self.min_length:
            said += f" of at least {self.min_length} character{'s' if self.min_length > 1 else ''}"
        elif self.max_length:
            said += f" of at most {self.max_length} characters"
        if self.minimum is not None or self.maximum is not None:
            said += f" from {self.minimum or 'any'} to {self.maximum or 'any'}"
        if self.patterns and self.base in {"string", "date", "dateTime"}:
            said += " like " + " and ".join(self.patterns)
        return said


_ARTICLE = {
    "string": "a text",
    "language": "a language such as en or zh-CN",
    "decimal": "a number",
    "double": "a number",
    "float": "a number",
    "boolean": "true or false",
    "date": "a date",
    "dateTime": "a date and time",
    "gYear": "a year such as 2026",
    "gYearMonth": "a month such as 2026-11",
}


@dataclass(frozen=True)
class Item:
    """One attribute, text or element as a type declares it; shared by all the nodes that have this type.

    ``name`` is how a document's field is called: ``GivenName``, ``@idOwner``, ``$text``. ``choice`` numbers the
    group of which only one may stand; 0 is no such group. ``beyond`` says what is asked of it that is not told here.
    """

    name: str
    kind: Kind
    namespace: str
    many: bool
    required: bool
    choice: int
    content: Content
    beyond: str = ""


@dataclass(eq=False)
class Content:
    """What an item holds: text by ``facets`` (None: no text of its own), and ``items`` in the order of the schema.

    ``model`` says how often the elements among the items may stand together; ``open`` that others may stand too.
    """

    facets: Facets | None = None
    items: list[Item] = field(default_factory=list)
    open: bool = False
    model: Group | None = None


@dataclass(frozen=True, eq=False)
class Node:
    """One place in the documents of a root.

    ``path`` is relative to the root (the root's own is empty), with the names of mappings:
    ``PersonalData/PersonId/@idOwner``. A node ``many`` may repeat. ``required`` means that it must stand whenever its
    parent does; one of a ``choice`` is not required by itself.
    """

    item: Item
    path: str
    parent: Node | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The field name: ``GivenName``, ``@idOwner``, ``$text``."""
        return self.item.name

    @property
    def kind(self) -> Kind:
        """Element, attribute or text."""
        return self.item.kind

    @property
    def namespace(self) -> str:
        """The namespace of the name; empty for a plain attribute."""
        return self.item.namespace

    @property
    def many(self) -> bool:
        """Whether it may repeat."""
        return self.item.many

    @property
    def required(self) -> bool:
        """Whether it must stand whenever its parent does."""
        return self.item.required

    @property
    def choice(self) -> int:
        """The number of the group of which only one may stand, or 0."""
        return self.item.choice

    @property
    def facets(self) -> Facets | None:
        """What its text must look like; None for an element that holds only elements."""
        return self.item.content.facets

    @property
    def is_leaf(self) -> bool:
        """Whether a document holds it as one text: an attribute, a ``$text``, an element without attributes."""
        return not self.item.content.items

    @property
    def may_be_empty(self) -> bool:
        """Whether it is an element that is valid with nothing in it at all."""
        return self.facets is None and not any(node.required or node.choice for node in self.fields.values())

    @cached_property
    def fields(self) -> dict[str, Node]:
        """The children by field name: attributes, then ``$text``, then elements in the order of the schema."""
        prefix = f"{self.path}/" if self.path else ""
        return {i.name: Node(i, prefix + i.name, self) for i in self.item.content.items}

    @property
    def children(self) -> tuple[Node, ...]:
        """The child elements in the order in which they must stand."""
        return tuple(node for node in self.fields.values() if node.kind is Kind.ELEMENT)

    @property
    def attributes(self) -> tuple[Node, ...]:
        """The attributes, in the order in which they are written."""
        return tuple(node for node in self.fields.values() if node.kind is Kind.ATTRIBUTE)

    @cached_property
    def tags(self) -> dict[str, Node]:
        """The children by their names as lxml writes them, ``{namespace}name``; an attribute's begins with ``@``."""
        found = {}
        for node in self.fields.values():
            at = "@" if node.kind is Kind.ATTRIBUTE else ""
            name = node.name.removeprefix("@").rpartition(":")[2]
            found[f"{at}{{{node.namespace}}}{name}" if node.namespace else at + name] = node
        return found

    def child(self, name: str) -> Node:
        """Return the child with that field name; ``PathError`` with the names that look like it."""
        found = self.fields.get(name)
        if found is None:
            raise PathError(self, name)
        return found

    def find(self, path: str) -> Node:
        """Return the node at ``path`` below this one (``PersonName/GivenName``); raises ``PathError``."""
        node = self
        for name in path.split("/") if path else ():
            node = node.child(name)
        return node

    def walk(self, depth: int = 12) -> Iterator[Node]:
        """Yield this node and all below it, depth first; an element within itself is entered once."""
        yield self
        if depth and not self._within_itself():
            for node in self.fields.values():
                yield from node.walk(depth - 1)

    def _within_itself(self) -> bool:
        above = self.parent
        while above is not None:
            if above.item.content is self.item.content:
                return True
            above = above.parent
        return False


class PathError(LookupError):
    """A path that the vocabulary does not have. ``near`` holds the names that look like the missing one."""

    def __init__(self, parent: Node, name: str) -> None:
        self.parent = parent
        self.name = name
        self.near = nearest(name, parent.fields)
        super().__init__(self._say())

    def _say(self) -> str:
        place = "/".join(filter(None, (_root(self.parent).name, self.parent.path)))
        if self.near:
            return f"{place} has no {self.name}; did you mean {' or '.join(self.near)}?"
        if self.parent.is_leaf:
            return f"{place} holds text only, so it has no {self.name}"
        return f"{place} has no {self.name}; it has {', '.join(self.parent.fields)}"


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the names that look most like ``name``, best first; upper and lower case count little."""
    folded = {one.casefold(): one for one in known}
    return tuple(folded[one] for one in get_close_matches(name.casefold(), list(folded), 3, 0.6))


def _root(node: Node) -> Node:
    while node.parent is not None:
        node = node.parent
    return node
