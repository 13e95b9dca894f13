"""A layout's fields by their way through repeated groups: ``("APPL-JOB", "JOB-FROM")``.

Completeness is told of these ways: each is used, fed, dropped or filled. FILLER is nobody's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TypeAlias

from hrbus.mapping.binding import BoundElement, BoundLeaf, BoundNode, BoundSeveral
from hrbus.mapping.out import feeds, repetitions
from hrbus.spi import Field, Layout, Type

Way: TypeAlias = tuple[str, ...]


def ways(fields: Iterable[Field], above: Way = ()) -> Iterator[Way]:
    """Yield the way of every field that holds values."""
    for field in Layout("", tuple(fields)).columns().values():
        way = (*above, field.column)
        if field.children:
            yield from ways(field.children, way)
        elif not field.name.upper().startswith("FILLER"):
            yield way


def locate(name: str, known: Iterable[Way]) -> list[Way]:
    """Return the ways that a user means by ``name``: a field, a field within its group, or a whole group."""
    wanted = name.strip().casefold()
    folded = [(way, tuple(part.casefold() for part in way)) for way in known]
    exact = [way for way, parts in folded if ".".join(parts) == wanted or parts[-1] == wanted]
    plain = [way for way, parts in folded if parts[-1].rpartition(".")[2] == wanted]
    below = [way for way, parts in folded if wanted in parts[:-1] or ".".join(parts).startswith(wanted + ".")]
    return exact or below or plain


def grouped(name: str, fields: Iterable[Field], above: Way = ()) -> list[Way]:
    """Return the ways of the fields in a group that does not repeat, which has no way of its own."""
    for field in fields:
        if field.type is not Type.GROUP:
            continue
        if not field.many and field.name.casefold() == name.strip().casefold():
            return list(ways(field.children, above))
        if found := grouped(name, field.children, (*above, field.column) if field.many else above):
            return found
    return []


def near(name: str, known: Iterable[Way]) -> str:
    """Return a *did you mean* for a name that is not there."""
    found = get_close_matches(name.upper(), [way[-1].upper() for way in known], 1)
    return f"did you mean {found[0]}?" if found else ""


def used(nodes: Iterable[BoundNode]) -> set[Way]:
    """Return the ways of all fields that going forward reads, in leaves, conditions and formulas."""
    return set(_used(nodes, ()))


def _used(nodes: Iterable[BoundNode], above: Way) -> Iterator[Way]:
    for node in nodes:
        if isinstance(node, BoundLeaf):
            yield from _of_leaf(node, above)
        elif isinstance(node, BoundSeveral):
            yield from _used(node.items, above)
        else:
            inner = (*above, node.each.column) if node.each else above
            for leaf in node.conditions:
                yield from _of_leaf(leaf, inner)
            yield from order_of(node, inner)
            yield from _used(node.children, inner)


def order_of(element: BoundElement, inner: Way) -> Iterator[Way]:
    """Yield the ways of the fields that an element's items are ordered by; ``inner`` is the way of its items."""
    for field, _ in element.selection.order if element.selection else ():
        yield inner if inner[-1] == field.column else (*inner, field.column)


def _of_leaf(leaf: BoundLeaf, above: Way) -> Iterator[Way]:
    for field in leaf.fields:
        yield above if above and above[-1] == field.column else (*above, field.column)


def fed(roots: Mapping[str, BoundElement]) -> set[Way]:
    """Return the ways of all fields that going backward writes."""
    return set(_fed(tuple(roots.values()), None, ()))


def _fed(nodes: tuple[BoundNode, ...], scope: BoundElement | None, above: Way) -> Iterator[Way]:
    for field in feeds(nodes, scope):
        yield above if above and above[-1] == field.column else (*above, field.column)
    for field, element in repetitions(nodes, scope).items():
        yield from _fed((element,), element, (*above, field.column))
