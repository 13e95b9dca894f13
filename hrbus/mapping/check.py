"""Proofs before any data moves: fields against the layout, paths against the vocabulary, completeness, a way back.

Every function returns all the faults it finds, each with its place, its path and what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Protocol

import polars as pl

from hrbus.errors import Fault, Place
from hrbus.hrxml import Facets, Node, PathError
from hrbus.mapping.binding import (
    BoundElement,
    BoundLeaf,
    BoundNode,
    BoundSeveral,
    bound_elements,
    bound_leaves,
)
from hrbus.mapping.fields import Way, fed, grouped, locate, near, used, ways
from hrbus.mapping.out import CONDITIONS, feeds
from hrbus.mapping.rules import Rules
from hrbus.mapping.tables import Table
from hrbus.spi import Layout
from hrbus.values import Documents, Renderer


class Direction(StrEnum):
    """Which way a mapping is used: a batch ``into`` documents, or documents ``out`` to a batch."""

    INTO = "into"
    OUT = "out"


class Terms(Renderer, Protocol):
    """What a mapping asks of a vocabulary; ``hrbus.hrxml.Vocabulary`` answers."""

    def root(self, name: str) -> Node:
        """Return the root element ``name``; raises PathError."""

    def resolve(self, root: str, path: str) -> Node:
        """Return the node at ``path`` below ``root``; raises PathError."""

    def payload(self, documents: Documents) -> pl.Series:
        """Return the canonical JSON of every document."""

    def read_payloads(self, payloads: pl.Series, root: str, paths: Iterable[str]) -> pl.Series:
        """Return canonical JSON as a Struct column, restricted to ``paths``."""


# --- the vocabulary -------------------------------------------------------------------------------------------------


def check_paths(
    roots: Mapping[str, BoundElement], rules: Rules, vocabulary: Terms, tables: Mapping[str, Table]
) -> Iterator[Fault]:
    """Yield what the vocabulary does not know, or knows otherwise."""
    for name, root in roots.items():
        try:
            node = vocabulary.root(name)
        except PathError as error:
            yield _unknown(error, root.element.place, name)
            continue
        yield from _check_children(root, node, tables)
    yield from _check_join(roots, rules, vocabulary)


def _check_join(roots: Mapping[str, BoundElement], rules: Rules, vocabulary: Terms) -> Iterator[Fault]:
    main = next(iter(rules.roots), "")
    for name in list(rules.roots)[1:]:
        if name not in rules.join:
            hint = f"write join: and below it {name}: {main}/path/of/its/key"
            yield Fault("a second root must say how it is joined", rules.roots[name].place, name, hint)
    for name, text in rules.join.items():
        if name not in rules.roots or name == main:
            yield Fault(f"{name} is not a second root of the document", text.place, f"join.{name}")
        root, _, path = text.value.strip().partition("/")
        if root != main:
            yield Fault("a join names a path of the first root", text.place, f"join.{name}", f"begin with {main}/")
            continue
        try:
            node = vocabulary.resolve(root, path)
        except PathError as error:
            yield _unknown(error, text.place, f"join.{name}")
            continue
        if not node.is_leaf and "$text" not in node.fields:
            yield Fault("a join needs a path that holds text", text.place, f"join.{name}")


def _unknown(error: PathError, place: Place, path: str) -> Fault:
    message, _, hint = str(error).partition("; ")
    return Fault(message, place, path, hint)


def _check_children(element: BoundElement, node: Node, tables: Mapping[str, Table]) -> Iterator[Fault]:
    for child in element.children:
        name = _name(child)
        if name == "$text" and node.is_leaf:
            yield from _check_leaf(child, node, tables)
            continue
        try:
            below = node.child(name)
        except PathError as error:
            yield _unknown(error, _place(child), _path(child))
            continue
        yield from _check_node(child, below, tables)


def _check_node(child: BoundNode, node: Node, tables: Mapping[str, Table]) -> Iterator[Fault]:
    if isinstance(child, BoundLeaf):
        yield from _check_leaf(child, node, tables)
    elif isinstance(child, BoundSeveral):
        if not node.many:
            yield Fault(
                f"{node.name} may stand only once", child.several.place, child.several.path, "remove the list"
            )
        for item in child.items:
            yield from _check_node(item, node, tables)
    else:
        if child.each and not node.many:
            place = child.element.each.place if child.element.each else child.element.place
            hint = "put $each into the element that repeats"
            yield Fault(f"{node.name} may stand only once", place, f"{child.element.path}/$each", hint)
        yield from _check_children(child, node, tables)


def _check_leaf(leaf: BoundNode, node: Node, tables: Mapping[str, Table]) -> Iterator[Fault]:
    if not isinstance(leaf, BoundLeaf):
        return
    holder = node if node.is_leaf else node.fields.get("$text")
    if holder is None:
        names = ", ".join(child.name for child in node.children[:5])
        yield Fault(f"{node.name} holds elements, not text", leaf.rule.place, leaf.rule.path, f"such as {names}")
        return
    facets = holder.facets
    wrong = [word for word in _words(leaf, tables) if facets and not _fits(word, facets)]
    if wrong and facets:
        message = f"{node.name} cannot be {', '.join(wrong)}"
        yield Fault(message, leaf.rule.place, leaf.rule.path, f"it must be {facets.describe()}")


def _fits(word: str, facets: Facets) -> bool:
    """Return whether a word may be one of a type; where only the judge of the text can say, it may."""
    if facets.members:
        return any(_fits(word, member) for member in facets.members)
    if facets.enumeration:
        return word in facets.enumeration
    try:
        return all(re.fullmatch(pattern, word) for pattern in facets.patterns)
    except re.error:  # a pattern that only XML Schema knows
        return True


def _words(leaf: BoundLeaf, tables: Mapping[str, Table]) -> list[str]:
    """Return all that a leaf can say, where that is known."""
    if leaf.constant is not None:
        return [leaf.constant]
    last = leaf.rule.calls[-1][0] if leaf.steps else None
    if last and last.name == "table" and last.arguments and last.arguments[0] in tables:
        return [*tables[last.arguments[0]].forward.values(), *last.arguments[1:]]
    return []


def check_required(roots: Mapping[str, BoundElement], vocabulary: Terms) -> Iterator[Fault]:
    """Yield every required child that no rule feeds: going forward, each such document would be refused."""
    for name, root in roots.items():
        try:
            yield from _required(root, vocabulary.root(name))
        except PathError:
            continue  # told by check_paths


def _required(element: BoundElement, node: Node) -> Iterator[Fault]:
    told = {_name(child) for child in element.children}
    if node.is_leaf:
        return
    for name, child in node.fields.items():
        if child.required and name not in told:
            place, path = element.element.place, element.element.path
            what = "text" if name == "$text" else name
            yield Fault(f"{what} is required here", place, path, _how_to_feed(name, child))
    for below in element.children:
        found = node.fields.get(_name(below))
        if found is None:
            continue
        for item in below.items if isinstance(below, BoundSeveral) else (below,):
            if isinstance(item, BoundElement):
                yield from _required(item, found)
            elif isinstance(item, BoundLeaf):
                yield from _bare(item, found)


def _how_to_feed(name: str, node: Node) -> str:
    if node.is_leaf:
        return f"write {name}: FIELD, or const(…)"
    needed = [child for child, found in node.fields.items() if found.required]
    some = [child for child in node.fields if not child.startswith("@")][:4]
    return f"write {name}: and below it {', '.join(needed) or 'one of ' + ', '.join(some)}"


def _bare(leaf: BoundLeaf, node: Node) -> Iterator[Fault]:
    """Yield the attributes that a leaf leaves out by being only text."""
    for name, child in node.fields.items():
        if child.required and name.startswith("@"):
            hint = f"write {name} and $text below {node.name}"
            yield Fault(f"{name} is required here", leaf.rule.place, leaf.rule.path, hint)


def _name(node: BoundNode) -> str:
    if isinstance(node, BoundLeaf):
        return node.rule.name
    return node.several.name if isinstance(node, BoundSeveral) else node.element.name


def _path(node: BoundNode) -> str:
    if isinstance(node, BoundLeaf):
        return node.rule.path
    return node.several.path if isinstance(node, BoundSeveral) else node.element.path


def _place(node: BoundNode) -> Place:
    if isinstance(node, BoundLeaf):
        return node.rule.place
    return node.several.place if isinstance(node, BoundSeveral) else node.element.place


# --- completeness ---------------------------------------------------------------------------------------------------


def dropped(rules: Rules, layout: Layout) -> tuple[set[Way], list[Fault]]:
    """Return the fields that ``drop:`` names, and what is wrong with it."""
    every, found, faults = list(ways(layout.fields)), set(), []
    for name in rules.drop:
        place = rules.drop_places[name]
        here = _dropped(name, layout, every)
        if not here:
            faults.append(Fault(f"{layout.name} has no field {name}", place, f"drop.{name}", near(name, every)))
        found.update(here)
    return found, faults


def _dropped(name: str, layout: Layout, every: list[Way]) -> list[Way]:
    return locate(name, every) or grouped(name, layout.fields)


def check_complete(
    roots: Mapping[str, BoundElement], rules: Rules, layout: Layout, direction: Direction
) -> Iterator[Fault]:
    """Yield every field that is neither used (or fed) nor dropped nor filled, and every one that is twice."""
    every = list(ways(layout.fields))
    left_out, _ = dropped(rules, layout)
    filled = {way for name in rules.fill for way in locate(name, every)}
    handled = used(roots.values()) if direction is Direction.INTO else fed(roots)
    place = rules.layout.place if rules.layout else None
    for way in every:
        name = ".".join(way)
        if way in handled and (way in left_out or (way in filled and direction is Direction.OUT)):
            word, places = ("drop", rules.drop_places) if way in left_out else ("fill", rules.fill_places)
            told = next((p for n, p in places.items() if way in _dropped(n, layout, every)), None)
            yield Fault("is mapped as well", told, f"{word}.{name}", "remove one of the two")
        elif way in left_out and way in filled:
            told = next((p for n, p in rules.fill_places.items() if way in locate(n, every)), None)
            yield Fault("is dropped as well", told, f"fill.{name}", "remove one")
        elif way not in handled | left_out | filled:
            yield _forgotten(way, roots, direction, place)


def _forgotten(way: Way, roots: Mapping[str, BoundElement], direction: Direction, place: Place | None) -> Fault:
    name = ".".join(way)
    if direction is Direction.INTO:
        return Fault("is not mapped", place, name, f"map it, or write drop: {way[-1]}: why it is not needed")
    for root in roots.values():
        for leaf in bound_leaves(root):
            if (
                leaf.one_way
                and any(field.column == way[-1] for field in leaf.fields)
                and leaf.rule.name not in CONDITIONS
            ):
                reason = f"cannot be written: {leaf.one_way}"
                return Fault(reason, leaf.rule.place, name, "map it by a field and converters, fill it, or drop it")
    return Fault("is not fed by any rule", place, name, "map it, fill it, or write drop: with a reason")


SAID = frozenset({"cut", "datetime"})
"""Converters that are written because something is to be left out: their loss is no surprise."""


def warn_lossy(roots: Mapping[str, BoundElement]) -> Iterator[Fault]:
    """Yield a warning for each field that comes back only by a rule that loses something unsaid."""
    for field, feed in feeds(tuple(roots.values())).items():
        said = any(step.lossy and text.partition("(")[0] in SAID for text, step in feed.leaf.steps)
        if feed.leaf.lossy and not said:
            yield Fault(f"{field.name}: {feed.leaf.lossy}", feed.leaf.rule.place, feed.leaf.rule.path, warning=True)
    yield from _warn_chosen(roots.values())


def _warn_chosen(roots: Iterable[BoundElement]) -> Iterator[Fault]:
    """Yield a warning for each repetition that takes only some of the items: the others do not come back."""
    for element in (each for root in roots for each in bound_elements(root)):
        written, place = element.element.selection, element.element.each
        keys = [key for key, there in (("$where", written.where), ("$limit", written.limit)) if there]
        if element.reference and place:
            name = place.value.strip()
            yield Fault(f"{name} is another file: going out, nothing writes it", place.place,
                        f"{element.element.path}/$each", warning=True)  # fmt: skip
        elif element.each and place and keys:
            message = f"{element.each.name}: items that {' and '.join(keys)} leaves out do not come back"
            yield Fault(message, place.place, f"{element.element.path}/$each", warning=True)
