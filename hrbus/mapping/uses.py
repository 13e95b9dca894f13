"""Which names of a layout a mapping writes, and where: without its layout, which may have changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import sqlglot
from sqlglot import expressions as exp

from hrbus import yaml
from hrbus.errors import Place
from hrbus.mapping.leaf import LeafError
from hrbus.mapping.rules import Element, Node, Rule, Rules, Several
from hrbus.mapping.selection import terms


@dataclass(frozen=True)
class Use:
    """A field or condition as a mapping writes it."""

    name: str
    place: Place


def uses(rules: Rules) -> Iterator[Use]:
    """Yield every name of the layout in a mapping, in the order of the file's parts."""
    for root in rules.roots.values():
        yield from _of_node(root, rules.references)
    for node in rules.references.values():
        yield from _of_join(node, ours=True)
    for places in (rules.drop_places, rules.fill_places):
        yield from (Use(name, place) for name, place in places.items())


def uses_of_reference(rules: Rules, name: str) -> Iterator[Use]:
    """Yield every name of a reference's layout in a mapping."""
    for root in rules.roots.values():
        for element in _elements(root):
            if element.each and element.each.value.strip() == name:
                yield from _of_node(replace(element, each=None), rules.references)
    yield from _of_join(rules.references[name], ours=False)


def _elements(node: Node) -> Iterator[Element]:
    if isinstance(node, Element):
        yield node
    for child in () if isinstance(node, Rule) else node.items if isinstance(node, Several) else node.children:
        yield from _elements(child)


def _of_join(node: yaml.Node, *, ours: bool) -> Iterator[Use]:
    on = node.get("on") if isinstance(node, yaml.Entries) else None
    if not isinstance(on, yaml.Entries):
        return
    for name, value in on.entries.items():
        if not ours:
            yield Use(name, on.keys[name])
        elif isinstance(value, yaml.Text):
            yield Use(value.value.strip(), value.place)


def _of_node(node: Node, references: Collection[str]) -> Iterator[Use]:
    if isinstance(node, Rule):
        yield from _of_rule(node)
        return
    if isinstance(node, Element):
        if node.each and node.each.value.strip() in references:
            return
        if node.each:
            yield Use(node.each.value.strip(), node.each.place)
        for rule in (node.when, node.selection.where):
            yield from _of_rule(rule) if rule else ()
        yield from _of_order(node.selection.order)
    for child in node.items if isinstance(node, Several) else node.children:
        yield from _of_node(child, references)


def _of_rule(rule: Rule) -> Iterator[Use]:
    if rule.formula:
        yield from _of_formula(rule.formula)
    elif rule.leaf:
        head, place = rule.leaf.head, rule.text.at(rule.leaf.head.column)
        if head.arguments is None:
            yield Use(head.name, place)
        elif head.name == "join":
            yield from (Use(name, place) for name in head.arguments[1:])


def _of_order(text: yaml.Text | None) -> Iterator[Use]:
    try:
        yield from [Use(term.name, text.at(term.column)) for term in terms(text.value)] if text else ()
    except LeafError:
        return  # hrbus check says what is wrong with it


def _of_formula(text: yaml.Text) -> Iterator[Use]:
    try:
        tree = sqlglot.parse_one(text.value)
    except sqlglot.errors.SqlglotError:
        return  # hrbus check says what is wrong with it
    for column in tree.find_all(exp.Column):
        start = column.this.meta.get("start", 0)
        yield Use(column.name, text.at(start))
