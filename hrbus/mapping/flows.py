"""Which fields reach which places of a document, and which feed which fields: data followed through a mapping.

What is followed is influence: a field flows to a leaf that is made of it (by converters, a table, a join or a
formula), and to every leaf of an element that is there because of it, or stands in its place because of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hrbus.errors import Place
from hrbus.mapping.binding import BoundElement, BoundLeaf, BoundNode, BoundSeveral
from hrbus.mapping.fields import Way, order_of
from hrbus.mapping.out import feeds, repetitions


@dataclass(frozen=True)
class Flow:
    """A field and a place in a document, its root in front; ``place`` is the line that connects them."""

    way: Way
    path: str
    place: Place


def into(root: BoundElement) -> Iterator[Flow]:
    """Yield the flows from the fields of a layout into a document."""
    yield from _into(root, (), ())


def _into(node: BoundNode, above: Way, because: tuple[Way, ...]) -> Iterator[Flow]:
    if isinstance(node, BoundLeaf):
        for way in dict.fromkeys((*_ways(node, above), *because)):
            yield Flow(way, node.rule.path, node.rule.place)
    elif isinstance(node, BoundSeveral):
        for item in node.items:
            yield from _into(item, above, because)
    else:
        inner = (*above, node.each.column) if node.each else above
        for leaf in node.conditions:
            because = (*because, *_ways(leaf, inner))
        because = (*because, *order_of(node, inner))
        for child in node.children:
            yield from _into(child, inner, because)


def _ways(leaf: BoundLeaf, above: Way) -> Iterator[Way]:
    """Yield the ways of a leaf's fields; of a condition on a whole group, those of its fields."""
    for field in leaf.fields:
        way = above if above and above[-1] == field.column else (*above, field.column)
        if field.children:
            yield from ((*way, child.column) for child in field.children)
        else:
            yield way


def out(roots: tuple[BoundElement, ...]) -> Iterator[Flow]:
    """Yield the flows from documents out to the fields of a layout."""
    yield from _out(roots, None, ())


def _out(nodes: tuple[BoundNode, ...], scope: BoundElement | None, above: Way) -> Iterator[Flow]:
    for field, feed in feeds(nodes, scope).items():
        way = above if above and above[-1] == field.column else (*above, field.column)
        yield Flow(way, feed.leaf.rule.path, feed.leaf.rule.place)
    for field, element in repetitions(nodes, scope).items():
        yield from _out((element,), element, (*above, field.column))
