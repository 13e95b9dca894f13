"""A mapping as it is written: the tree of its document, read from YAML, before it is held against anything.

    Candidate:                           Element("Candidate")
      CandidateRecordInfo:                 Element("CandidateRecordInfo")
        Id:                                  Element("Id")
          "@idOwner": const(ACME)              Rule("@idOwner")
          IdValue: APPL-NO | trim              Rule("IdValue")

An element that says nothing but ``$text`` or ``$sql`` (beside ``$each``, ``$when``) is plain text in the document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeAlias

from hrbus import yaml
from hrbus.errors import Fault, Place
from hrbus.mapping.leaf import Call, Leaf, LeafError, parse, pipes
from hrbus.mapping.selection import KEYS as SELECTION
from hrbus.mapping.selection import NO_SELECTION, Selection

KEYS = ("mapping", "layout", "references", "document", "join", "drop", "fill", "tables", "attachments", "examples")
ENGINE = ("$each", *SELECTION, "$when", "$text", "$sql", "$then")
TEXT_KEY = "$text"


@dataclass(frozen=True)
class Rule:
    """A leaf: a child of its element by ``name`` (``@x`` an attribute, ``$text`` the element's own text).

    ``path`` begins with the root. Either ``leaf`` is there or ``formula``; ``then`` are the converters after a
    formula. ``text`` is what was written, for places inside it.
    """

    name: str
    path: str
    text: yaml.Text
    leaf: Leaf | None = None
    formula: yaml.Text | None = None
    then: tuple[Call, ...] = ()
    then_text: yaml.Text | None = None

    @property
    def place(self) -> Place:
        """Where the leaf begins."""
        return self.text.place

    @property
    def constant(self) -> str | None:
        """The text of a const() without converters, or None."""
        if self.leaf and self.leaf.head.name == "const" and self.leaf.head.arguments is not None:
            return self.leaf.head.arguments[0] if len(self.leaf.head.arguments) == 1 else None
        return None

    @property
    def calls(self) -> tuple[tuple[Call, Place], ...]:
        """The converters, each with its place."""
        if self.leaf:
            return tuple((call, self.text.at(call.column)) for call in self.leaf.pipes)
        source = self.then_text or self.text
        return tuple((call, source.at(call.column)) for call in self.then)


@dataclass(frozen=True)
class Element:
    """An element with what stands in it.

    ``each`` names the field that it is repeated for, ``selection`` for which items; ``when`` is its condition.
    """

    name: str
    path: str
    place: Place
    children: tuple[Node, ...]
    each: yaml.Text | None = None
    when: Rule | None = None
    selection: Selection = NO_SELECTION

    @property
    def plain(self) -> Rule | None:
        """The one rule of an element that is plain text, or None."""
        if len(self.children) == 1 and isinstance(self.children[0], Rule) and self.children[0].name == TEXT_KEY:
            return self.children[0]
        return None


@dataclass(frozen=True)
class Several:
    """An element that is written out several times, as a YAML list."""

    name: str
    path: str
    place: Place
    items: tuple[Rule | Element, ...]


Node: TypeAlias = Rule | Element | Several


@dataclass(frozen=True)
class Rules:
    """All that a mapping says, and the faults that were seen while reading it."""

    name: str = ""
    layout: yaml.Text | None = None
    roots: dict[str, Element] = field(default_factory=dict)
    join: dict[str, yaml.Text] = field(default_factory=dict)
    drop: dict[str, yaml.Text] = field(default_factory=dict)
    drop_places: dict[str, Place] = field(default_factory=dict)
    fill: dict[str, Rule] = field(default_factory=dict)
    fill_places: dict[str, Place] = field(default_factory=dict)
    tables: dict[str, yaml.Node] = field(default_factory=dict)
    examples: tuple[yaml.Node, ...] = ()
    references: dict[str, yaml.Node] = field(default_factory=dict)
    attachments: dict[str, yaml.Node] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def leaves(node: Node) -> Iterator[Rule]:
    """Yield every rule below ``node``, conditions left out."""
    if isinstance(node, Rule):
        yield node
        return
    for child in node.items if isinstance(node, Several) else node.children:
        yield from leaves(child)


def read(node: yaml.Node) -> Rules:
    """Return the rules that a mapping's file holds; what is wrong with their form is in ``faults``."""
    return _Reader().rules(node)


class _Reader:
    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, message: str, place: Place, path: str = "", hint: str = "") -> None:
        self.faults.append(Fault(message, place, path, hint))

    def rules(self, node: yaml.Node) -> Rules:
        if not isinstance(node, yaml.Entries):
            self.fault("a mapping must begin with keys", node.place, hint="write mapping: NAME in its first line")
            return Rules(faults=tuple(self.faults))
        self.known(node)
        rules = Rules(
            self.name(node),
            self.text(node, "layout", "layout", required=True),
            self.roots(node),
            dict(self.texts(node, "join")),
            dict(self.texts(node, "drop")),
            dict(self.keys(node, "drop")),
            {key: self.leaf(key, f"fill.{key}", text) for key, text in self.texts(node, "fill")},
            dict(self.keys(node, "fill")),
            dict(self.entries(node, "tables").entries),
            self.examples(node),
            dict(self.entries(node, "references").entries),
            dict(self.entries(node, "attachments").entries),
        )
        return Rules(**{**vars(rules), "faults": tuple(self.faults)})

    def known(self, node: yaml.Entries) -> None:
        for key, place in node.keys.items():
            if key not in KEYS:
                near = get_close_matches(key, KEYS, 1)
                hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(KEYS)}"
                self.fault("unknown key", place, key, hint)

    def name(self, node: yaml.Entries) -> str:
        text = self.text(node, "mapping", "mapping", required=True)
        return text.value if text else ""

    def text(self, node: yaml.Entries, key: str, path: str, *, required: bool = False) -> yaml.Text | None:
        found = node.get(key)
        if found is None:
            if required:
                self.fault("is missing", node.place, path, f"write {key}: …")
            return None
        if not isinstance(found, yaml.Text) or found.secret or not found.value.strip():
            self.fault("must be text", found.place, path)
            return None
        return found

    def entries(self, node: yaml.Entries, key: str) -> yaml.Entries:
        found = node.get(key)
        if isinstance(found, yaml.Entries):
            return found
        if found is not None and not (isinstance(found, yaml.Text) and not found.value):
            self.fault("must hold keys", found.place, key, "write NAME: … below it")
        return yaml.Entries({}, node.place)

    def keys(self, node: yaml.Entries, key: str) -> Iterator[tuple[str, Place]]:
        yield from self.entries_quiet(node, key).keys.items()

    def entries_quiet(self, node: yaml.Entries, key: str) -> yaml.Entries:
        found = node.get(key)
        return found if isinstance(found, yaml.Entries) else yaml.Entries({}, node.place)

    def texts(self, node: yaml.Entries, key: str) -> Iterator[tuple[str, yaml.Text]]:
        for name, value in self.entries(node, key).entries.items():
            if isinstance(value, yaml.Text) and not value.secret and value.value.strip():
                yield name, value
            else:
                hint = "say why it is not needed" if key == "drop" else ""
                self.fault("must be text", value.place, f"{key}.{name}", hint)

    def examples(self, node: yaml.Entries) -> tuple[yaml.Node, ...]:
        found = node.get("examples")
        if found is None or (isinstance(found, yaml.Text) and not found.value):
            return ()
        if isinstance(found, yaml.Items):
            return found.items
        self.fault("must be a list", found.place, "examples", "write - record: … and document: … below it")
        return ()

    def roots(self, node: yaml.Entries) -> dict[str, Element]:
        if node.get("document") is None:
            self.fault("is missing", node.place, "document", "write the document as it will look below document:")
            return {}
        document = self.entries(node, "document")
        self.block(document, "document")
        found = {}
        for name, child in document.entries.items():
            root = self.node(name, name, child, document.keys[name])
            if isinstance(root, Element) and root.each is None and root.when is None:
                found[name] = root
            else:
                self.fault("a root must hold elements", document.keys[name], name)
        if not document.entries:
            self.fault("holds nothing", document.place, "document", "write the document's root below it")
        return found

    def block(self, node: yaml.Node, path: str) -> None:
        if isinstance(node, (yaml.Entries, yaml.Items)) and node.flow:
            self.fault(
                "braces and brackets are refused inside a document, because YAML cuts them at commas",
                node.place,
                path,
                "write one key a line",
            )

    def node(self, name: str, path: str, node: yaml.Node, place: Place) -> Node:
        self.block(node, path)
        if isinstance(node, yaml.Text):
            return self.leaf(name, path, node)
        if name.startswith("@") or name == TEXT_KEY:
            self.fault("must be a leaf", node.place, path, "write FIELD | converter")
            return Rule(name, path, yaml.Text("", place))
        if isinstance(node, yaml.Items):
            items = [self.node(name, path, item, item.place) for item in node.items]
            if any(isinstance(item, Several) for item in items):
                self.fault("a list cannot stand in a list", node.place, path)
            return Several(name, path, place, tuple(item for item in items if not isinstance(item, Several)))
        return self.element(name, path, node, place)

    def element(self, name: str, path: str, node: yaml.Entries, place: Place) -> Element:
        children: list[Node] = []
        for key, child in node.entries.items():
            if key.startswith("$"):
                if key not in ENGINE:
                    near = get_close_matches(key, ENGINE, 1)
                    hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(ENGINE)}"
                    self.fault(f"unknown key {key}", node.keys[key], path, hint)
            else:
                children.append(self.node(key, f"{path}/{key}", child, node.keys[key]))
        own = self.own_text(path, node)
        if own:
            children.append(own)
        each = self.text(node, "$each", f"{path}/$each")
        if not children:
            self.fault("the element is empty", place, path, "give it a child, $text, or remove it")
        selection = self.selection(path, node)
        if each is None and not selection.empty:
            first = next(key for key in SELECTION if node.get(key) is not None)
            self.fault(f"{first} needs an $each", node.keys[first], path, "it chooses among the items of $each")
        return Element(name, path, place, tuple(children), each, self.condition("$when", path, node), selection)

    def selection(self, path: str, node: yaml.Entries) -> Selection:
        order, limit = (self.text(node, key, f"{path}/{key}") for key in SELECTION[1:])
        return Selection(self.condition("$where", path, node), order, limit)

    def own_text(self, path: str, node: yaml.Entries) -> Rule | None:
        text, formula = self.text(node, "$text", f"{path}/$text"), self.text(node, "$sql", f"{path}/$sql")
        then = self.text(node, "$then", f"{path}/$then")
        if text and formula:
            self.fault("$text and $sql exclude each other", formula.place, path)
        if then and not formula:
            self.fault("$then needs a $sql", then.place, path, "write converters after the field: FIELD | converter")
        if formula:
            return Rule(TEXT_KEY, path, formula, None, formula, self.pipes(path, then) if then else (), then)
        return self.leaf(TEXT_KEY, path, text) if text else None

    def pipes(self, path: str, text: yaml.Text) -> tuple[Call, ...]:
        try:
            return pipes(text.value)
        except LeafError as error:
            self.fault(error.message, text.at(max(0, error.column - 1)), path)
            return ()

    def condition(self, key: str, path: str, node: yaml.Entries) -> Rule | None:
        found, where = node.get(key), f"{path}/{key}"
        if isinstance(found, yaml.Entries):
            self.block(found, path)
            formula = self.text(found, "$sql", where, required=True)
            return Rule(key, where, formula, None, formula) if formula else None
        text = self.text(node, key, where)
        return self.leaf(key, where, text) if text else None

    def leaf(self, name: str, path: str, text: yaml.Text) -> Rule:
        if text.secret:
            self.fault("a secret cannot be part of a document", text.place, path)
            return Rule(name, path, text)
        try:
            return Rule(name, path, text, parse(text.value))
        except LeafError as error:
            self.fault(error.message, text.at(error.column), path, "write FIELD | converter, or const(text)")
            return Rule(name, path, text)
