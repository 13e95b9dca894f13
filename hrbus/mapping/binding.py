"""Rules held against a layout: each leaf with its fields and compiled converters, and every fault on the way.

    rules (what was written)  +  layout (what the fields are)  +  tables   →   bound tree

Inside ``$each`` only fields of the repeated group can be named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TypeAlias

import polars as pl

from hrbus import yaml
from hrbus.errors import ConfigError, Fault, Place
from hrbus.mapping.converters import Converter, Step, known
from hrbus.mapping.kinds import TEXT, Kind, to_text
from hrbus.mapping.leaf import Call, LeafError
from hrbus.mapping.rules import Element, Node, Rule, Several
from hrbus.mapping.selection import MOST, Term, limit_of, terms
from hrbus.mapping.sql import Formula, Named, compile_formula, condition_formula
from hrbus.mapping.tables import Table
from hrbus.spi import Condition, Field, Layout, Type

HEADS = ("const", "join")
SPLITS = ("first", "last")


@dataclass(frozen=True)
class BoundLeaf:
    """A rule that knows what it means.

    Exactly one of these is its source: ``constant``; ``fields`` with one field; ``fields`` joined by ``separator``;
    ``formula``. ``kind`` is what the source gives, ``steps`` are the converters after it with their texts.
    ``split`` says at which separator a join comes apart backwards (empty: it does not).
    """

    rule: Rule
    kind: Kind = TEXT
    constant: str | None = None
    fields: tuple[Field, ...] = ()
    separator: str | None = None
    split: str = ""
    formula: Formula | None = None
    steps: tuple[tuple[str, Step], ...] = ()

    @property
    def final(self) -> Kind:
        """The kind that the last step gives."""
        return self.steps[-1][1].forward.gives if self.steps else self.kind

    @property
    def one_way(self) -> str:
        """Why the leaf cannot be read backwards; empty where it can."""
        if self.formula:
            return "a condition-name has no way back" if self.rule.formula is None else "a $sql has no way back"
        if self.separator is not None and not self.split:
            return "a join() comes apart only with | split(first) or | split(last) after it"
        return next((f"{text} has no way back" for text, step in self.steps if step.backward is None), "")

    @property
    def lossy(self) -> str:
        """What is lost on the way there and back; empty where nothing is."""
        if self.split:
            return "a name that holds the separator comes apart elsewhere"
        return next((step.lossy for _, step in self.steps if step.lossy), "")


@dataclass(frozen=True)
class BoundSelection:
    """Which items of a repeated field are taken; ``order`` holds fields, and whether the greatest comes first."""

    where: BoundLeaf | None = None
    order: tuple[tuple[Field, bool], ...] = ()
    limit: int | None = None


@dataclass(frozen=True)
class BoundElement:
    """An element that knows the field it repeats for, which of its items are taken, and its condition.

    ``reference`` says that the field stands for records of another file.
    """

    element: Element
    children: tuple[BoundNode, ...]
    each: Field | None = None
    when: BoundLeaf | None = None
    selection: BoundSelection | None = None
    reference: bool = False

    @property
    def conditions(self) -> tuple[BoundLeaf, ...]:
        """The leaves that decide whether the element, or one of its items, is there."""
        where = self.selection.where if self.selection else None
        return tuple(leaf for leaf in (self.when, where) if leaf)

    @property
    def plain(self) -> BoundLeaf | None:
        """The one leaf of an element that is plain text, or None."""
        only = self.children[0] if len(self.children) == 1 else None
        return only if isinstance(only, BoundLeaf) and only.rule.name == "$text" else None


@dataclass(frozen=True)
class BoundSeveral:
    """An element that is written out several times."""

    several: Several
    items: tuple[BoundLeaf | BoundElement, ...]


BoundNode: TypeAlias = BoundLeaf | BoundElement | BoundSeveral


def bound_leaves(node: BoundNode) -> Iterator[BoundLeaf]:
    """Yield every leaf below ``node``, conditions included."""
    if isinstance(node, BoundLeaf):
        yield node
        return
    if isinstance(node, BoundElement):
        yield from node.conditions
    for child in node.items if isinstance(node, BoundSeveral) else node.children:
        yield from bound_leaves(child)


def bound_elements(node: BoundNode) -> Iterator[BoundElement]:
    """Yield every element below ``node``, itself included."""
    if isinstance(node, BoundLeaf):
        return
    if isinstance(node, BoundElement):
        yield node
    for child in node.items if isinstance(node, BoundSeveral) else node.children:
        yield from bound_elements(child)


class Binder:
    """Binds nodes; what is wrong is added to ``faults``."""

    def __init__(
        self,
        layout: Layout,
        tables: Mapping[str, Table],
        references: Collection[str] = (),
        converters: Mapping[str, Converter] | None = None,
    ) -> None:
        self.layout = layout
        self.tables = tables
        self.references = references
        self.converters = known() if converters is None else converters
        self.faults: list[Fault] = []

    def _fault(self, message: str, place: Place, path: str, hint: str = "") -> None:
        self.faults.append(Fault(message, place, path, hint))

    def bind(self, node: Node, scopes: tuple[Field, ...] = ()) -> BoundNode | None:
        """Return ``node`` bound inside the groups ``scopes`` (outermost first); None where it is at fault."""
        if isinstance(node, Rule):
            return self._leaf(node, scopes)
        if isinstance(node, Several):
            items = [self.bind(item, scopes) for item in node.items]
            return BoundSeveral(node, tuple(i for i in items if isinstance(i, (BoundLeaf, BoundElement))))
        inner, each = scopes, None
        if node.each:
            each = self._group(node, scopes)
            if each is None:
                return None  # its leaves would only repeat the fault
            inner = (*scopes, each)
        when = self._leaf(node.when, inner, condition=True) if node.when else None
        children = [self.bind(child, inner) for child in node.children]
        selection = None if node.selection.empty else self._selection(node, inner)
        found = tuple(child for child in children if child)
        reference = each is not None and not scopes and each.column in self.references
        return BoundElement(node, found, each, when, selection, reference)

    def _selection(self, node: Element, scopes: tuple[Field, ...]) -> BoundSelection:
        """Return which items an element takes, as far as that is without fault."""
        written, path = node.selection, node.path
        where = self._leaf(written.where, scopes) if written.where else None
        if where and where.formula and where.final.type is not Type.BOOLEAN:
            self._fault("$where needs a condition, and this gives text", where.rule.place, f"{path}/$where")
        order: list[tuple[Field, bool]] = []
        for term, place in self._terms(written.order, path):
            found = self._only_field(term.name, scopes, place, f"{path}/$order")
            if found and found.many:
                self._fault(f"{found.name} repeats", place, f"{path}/$order")
            elif found:
                order.append((found, term.descending))
        limit = limit_of(written.limit.value.strip()) if written.limit else None
        if written.limit and limit is None:
            self._fault(f"must be a whole number from 1 to {MOST}", written.limit.place, f"{path}/$limit")
        return BoundSelection(where, tuple(order), limit)

    def _terms(self, text: yaml.Text | None, path: str) -> list[tuple[Term, Place]]:
        try:
            return [(term, text.at(term.column)) for term in terms(text.value)] if text else []
        except LeafError as error:
            place = text.at(error.column) if text else None
            self.faults.append(Fault(error.message, place, f"{path}/$order", "write FIELD desc, FIELD"))
            return []

    def _group(self, node: Element, scopes: tuple[Field, ...]) -> Field | None:
        """Return the repeated field that an element's ``$each`` names."""
        each = node.each
        if each is None:
            return None
        found = self._only_field(each.value.strip(), scopes, each.place, f"{node.path}/$each")
        if found and not found.many:
            self._fault(f"{found.name} does not repeat", each.place, f"{node.path}/$each", "remove $each")
            return None
        return found

    def _only_field(self, name: str, scopes: tuple[Field, ...], place: Place, path: str) -> Field | None:
        """Return the field that ``name`` means where a condition-name cannot stand."""
        found = self._find(name, scopes, place, path)
        if isinstance(found, Named):
            hint = f"it asks {found.field.name}"
            self._fault(f"{found.condition.name} is a condition-name, no field", place, path, hint)
            return None
        return found

    def _condition(self, found: list[tuple[Field, Condition]], place: Place, path: str) -> Named | None:
        """Return the one condition that a name means, if records can be asked for it."""
        field, condition = found[0]
        if len(found) > 1:
            names = ", ".join(holder.name for holder, _ in found)
            self._fault(f"{condition.name} is a condition of {names}", place, path, "compare the field itself")
        elif condition.unusable:
            self._fault(f"{condition.name}: {condition.unusable}", place, path, f"compare {field.name} itself")
        elif field.many:
            self._fault(
                f"{field.name} repeats", place, path, f"write $each: {field.name}, and {condition.name} in it"
            )
        else:
            return Named(field, condition)
        return None

    def _find(self, name: str, scopes: tuple[Field, ...], place: Place, path: str) -> Field | Named | None:
        """Return the field or condition that ``name`` means here."""
        if scopes and not scopes[-1].children:  # a list of plain values: the field names its own item
            item = replace(scopes[-1], many=False)
            if name.casefold() in (scopes[-1].name.casefold(), scopes[-1].column.casefold()):
                return item
            if asked := [(item, each) for each in item.conditions if each.name.casefold() == name.casefold()]:
                return self._condition(asked, place, path)
            self._fault(f"inside $each only {scopes[-1].name} itself can be named", place, path)
            return None
        within = scopes[-1] if scopes else None
        found = self.layout.find(name, within)
        if found:
            return found
        if asked := self.layout.conditions(name, within):
            return self._condition(asked, place, path)
        where = within.name if within else self.layout.name
        if within and any(self.layout.find(name, scope) for scope in (*scopes[:-1], None)):
            self._fault(f"{name} does not stand in {where}", place, path, f"inside $each only fields of {where}")
            return None
        holder = next(
            (f.name for f in self.layout.columns().values() if f.children and self.layout.find(name, f)), ""
        )
        if holder and not within:
            hint = f"write $each: {holder} in the element that repeats"
            self._fault(f"{name} stands in {holder}, which repeats", place, path, hint)
            return None
        near = self.layout.near(name, within)
        self._fault(f"{where} has no field {name}", place, path, f"did you mean {near[0]}?" if near else "")
        return None

    def _leaf(self, rule: Rule, scopes: tuple[Field, ...], *, condition: bool = False) -> BoundLeaf | None:
        """Return a rule bound; ``condition`` allows a repeated field, which holds where it has an item."""
        if rule.formula:
            return self._formula(rule, scopes)
        if rule.leaf is None:
            return None  # the reader has said why
        head = rule.leaf.head
        if head.arguments is None:
            return self._field(rule, head, scopes, condition=condition)
        place = rule.text.at(head.column)
        if head.name == "const":
            return self._const(rule, head, place)
        if head.name == "join":
            return self._join(rule, head, place, scopes)
        near = get_close_matches(head.name, (*HEADS, *self.converters), 1)
        hint = f"did you mean {near[0]}?" if near and near[0] in HEADS else "write FIELD | converter"
        self._fault(f"{head.name}() cannot begin a leaf", place, rule.path, hint)
        return None

    def _field(self, rule: Rule, head: Call, scopes: tuple[Field, ...], *, condition: bool) -> BoundLeaf | None:
        found = self._find(head.name, scopes, rule.text.at(head.column), rule.path)
        if found is None:
            return None
        if isinstance(found, Named):
            formula = condition_formula(found)
            leaf = BoundLeaf(rule, formula.kind, fields=formula.fields, formula=formula)
            return self._steps(leaf, rule.calls)
        if found.many and not condition:
            hint = f"write $each: {found.name} in the element that repeats"
            self._fault(f"{found.name} repeats", rule.place, rule.path, hint)
            return None
        if found.many:
            return BoundLeaf(rule, fields=(found,))
        return self._steps(BoundLeaf(rule, Kind.of(found), fields=(found,)), rule.calls)

    def _const(self, rule: Rule, head: Call, place: Place) -> BoundLeaf | None:
        if not head.arguments or len(head.arguments) != 1 or not head.arguments[0]:
            self._fault("const() takes one text", place, rule.path, 'a comma needs quotes: const("a, b")')
            return None
        bound = self._steps(BoundLeaf(rule, TEXT, constant=head.arguments[0]), rule.calls)
        if bound is None or not bound.steps:
            return bound
        value = pl.lit(head.arguments[0])
        for _, step in bound.steps:
            value = step.forward.apply(value)
        text = pl.select(to_text(value, bound.final).alias("text")).item()
        if text is None:
            self._fault("the constant cannot be converted", place, rule.path)
            return None
        return BoundLeaf(rule, TEXT, constant=text)

    def _join(self, rule: Rule, head: Call, place: Place, scopes: tuple[Field, ...]) -> BoundLeaf | None:
        if head.arguments is None or len(head.arguments) < 3:
            self._fault("join() takes a separator and two or more fields", place, rule.path, 'join(" ", A, B)')
            return None
        separator, *names = head.arguments
        fields = [self._only_field(name, scopes, place, rule.path) for name in names]
        for found in fields:
            if found and found.many:
                self._fault(f"{found.name} repeats", place, rule.path)
        calls, split = rule.calls, ""
        if calls and calls[0][0].name == "split":
            split = (calls[0][0].arguments or ("first",))[0]
            if split not in SPLITS or not separator:
                self._fault("split takes first or last, and a separator", calls[0][1], rule.path)
            calls = calls[1:]
        if not all(fields):
            return None
        known_fields = tuple(found for found in fields if found)
        return self._steps(BoundLeaf(rule, TEXT, fields=known_fields, separator=separator, split=split), calls)

    def _formula(self, rule: Rule, scopes: tuple[Field, ...]) -> BoundLeaf | None:
        text = rule.formula
        if text is None:
            return None

        def find(name: str, offset: int) -> Field | Named | None:
            found = self._find(name, scopes, text.at(offset), rule.path)
            if isinstance(found, Field) and found.many:
                self._fault(f"{found.name} repeats", text.at(offset), rule.path, "use $each")
                return None
            return found

        try:
            formula = compile_formula(text.value, find)
        except ConfigError as error:
            for fault in error.faults:
                place = text.at(fault.place.column - 1) if fault.place else text.place
                self._fault(fault.message, place, rule.path, fault.hint)
            return None
        if formula is None:
            return None
        return self._steps(BoundLeaf(rule, formula.kind, fields=formula.fields, formula=formula), rule.calls)

    def _steps(self, leaf: BoundLeaf, calls: tuple[tuple[Call, Place], ...]) -> BoundLeaf | None:
        """Return ``leaf`` with its converters; None where one of them is at fault."""
        kind, steps = leaf.kind, []
        for call, place in calls:
            converter = self.converters.get(call.name)
            if converter is None:
                near = get_close_matches(call.name, self.converters, 1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(self.converters))}"
                self._fault(f"there is no converter {call.name}", place, leaf.rule.path, hint)
                return None
            try:
                step = converter.make(call.arguments or (), kind, self.tables)
            except ValueError as error:
                usage = f"{converter.name}({converter.arguments})" if converter.arguments else converter.name
                self._fault(f"{call.name} {error}", place, leaf.rule.path, f"write {usage}")
                return None
            steps.append((call.text, step))
            kind = step.forward.gives
        if leaf.fields and leaf.fields[0].type is Type.GROUP and calls:
            self._fault("a group cannot be converted", leaf.rule.place, leaf.rule.path)
            return None
        return replace(leaf, steps=tuple(steps))
