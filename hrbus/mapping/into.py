"""From the left to the right: a batch of a layout's fields becomes documents.

Nothing is reckoned here; the bound tree becomes a ``Plan``. Three rules:

- A leaf is null where its field is blank, or where a ``$when`` above it does not hold.
- An element is present where any leaf in it is that is not constant. A constant stands wherever its element does; an
  element of nothing but constants stands wherever its parent does, or where its own ``$when`` holds.
- An item of a repetition that is not present is left out of its list; an empty list is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import polars as pl

from hrbus.mapping.binding import BoundElement, BoundLeaf, BoundNode, BoundSelection, BoundSeveral
from hrbus.mapping.kinds import Kind, field_types, inner_type, to_text
from hrbus.mapping.plan import ITEM, Chain, Plan, Repeat, Value, combine
from hrbus.mapping.selection import Chooser
from hrbus.spi import Field, Type

STRING = pl.String()


@dataclass(frozen=True)
class _Leaf:
    """A prepared leaf: the column that holds its text, or its constant."""

    name: str
    key: str = ""
    constant: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,) if self.key else ()


@dataclass(frozen=True)
class _Element:
    name: str
    children: tuple[_Node, ...]
    keys: tuple[str, ...]
    plain: bool = False


@dataclass(frozen=True)
class _Repeated:
    """A repetition: ``item`` is in the frame of ``plan``, and the list comes back as the column ``key``."""

    name: str
    item: _Element
    plan: Plan
    key: str

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)


@dataclass(frozen=True)
class _Several:
    """An element written out several times, in the frame of ``plan``; ``path`` tells it from others."""

    name: str
    items: tuple[_Leaf | _Element | _Repeated, ...]
    keys: tuple[str, ...]
    plan: Plan
    path: str


_Node: TypeAlias = _Leaf | _Element | _Repeated | _Several


def compile_into(root: BoundElement) -> Plan:
    """Return the plan whose result is the column of documents of ``root``."""
    plan = Plan()
    writer = _Writer(plan)
    tree = writer.element(root, ())
    dtype = _dtype(tree)
    plan.result = _emit(tree, dtype, pl.lit(True))
    return plan


@dataclass
class _Writer:
    """Fills a plan; ``scope`` is the repeated field that its frame holds the items of, None at the top."""

    plan: Plan
    scope: Field | None = None
    conditions: dict[str, str] = field(default_factory=dict)

    def column(self, wanted: Field) -> str:
        """Return the column that holds a field's values."""
        if self.scope is None:
            return wanted.column
        if not self.scope.children:
            return ITEM
        name = wanted.column
        return self.plan.add(Value(self.plan.key("item", name), (ITEM,), lambda item: item.struct.field(name)))

    def element(self, bound: BoundElement, conds: tuple[str, ...]) -> _Element:
        """Prepare an element without its repetition: its children, and the columns that make it present."""
        name = bound.element.name
        if bound.when:
            conds = (*conds, self.condition(bound.when))
        if bound.plain:
            leaf = self.leaf(bound.plain, conds)
            return _Element(name, (leaf,), leaf.keys or self.certain(conds, bool(bound.when)), plain=True)
        children = tuple(self.node(child, conds) for child in bound.children)
        keys = tuple(dict.fromkeys(key for child in children for key in child.keys))
        return _Element(name, children, keys or self.certain(conds, bool(bound.when)))

    def certain(self, conds: tuple[str, ...], own: bool) -> tuple[str, ...]:
        """Return what makes an element of constants present: its own condition, or nothing but its parent."""
        if not own:
            return ()
        key = self.plan.key("constants", *conds)
        self.plan.add(Value(key, conds, lambda *c: pl.when(pl.all_horizontal(c)).then(pl.lit(True))))
        return (key,)

    def node(self, bound: BoundNode, conds: tuple[str, ...]) -> _Node:
        if isinstance(bound, BoundLeaf):
            return self.leaf(bound, conds)
        if isinstance(bound, BoundSeveral):
            items = []
            for item in bound.items:
                made = self.node(item, conds)
                if not isinstance(made, _Several):
                    items.append(made)
            keys = tuple(dict.fromkeys(key for item in items for key in item.keys))
            return _Several(bound.several.name, tuple(items), keys, self.plan, bound.several.path)
        if bound.each is None:
            return self.element(bound, conds)
        return self.repeated(bound, bound.each, conds)

    def repeated(self, bound: BoundElement, each: Field, conds: tuple[str, ...]) -> _Repeated:
        source = self.masked(self.column(each), conds)
        writer = _Writer(Plan(), each)
        item = writer.element(bound, ())
        present = ""
        if item.keys:
            present = writer.plan.add(Value(writer.plan.key("present"), item.keys, _any_of))
        made = self.plan.key("items", str(bound.element.place), source)
        chooser = _Writer(Plan(), each).chooser(bound.selection) if bound.selection else None
        items = self.plan.add(Repeat(made, source, writer.plan, each.column, present, chooser))

        def filled(items: pl.Expr) -> pl.Expr:
            return pl.when(items.list.len() > 0).then(items)

        key = self.plan.add(Value(self.plan.key("list", items), (items,), filled))
        return _Repeated(bound.element.name, item, writer.plan, key)

    def chooser(self, bound: BoundSelection) -> Chooser:
        """Return what takes some of the items that this frame holds."""
        where = self.condition(bound.where) if bound.where else ""
        order = []
        for found, descending in bound.order:
            key = self.column(found)
            order.append((self.filled(key) if Kind.of(found).blank else key, descending))
        return Chooser(self.plan, where, tuple(order), bound.limit)

    def leaf(self, bound: BoundLeaf, conds: tuple[str, ...]) -> _Leaf:
        name = bound.rule.name
        if bound.constant is not None:
            return _Leaf(name, constant=bound.constant)
        return _Leaf(name, self.masked(self.value(bound, conds), conds))

    def masked(self, key: str, conds: tuple[str, ...]) -> str:
        """Return the column ``key`` with null where a condition does not hold."""
        if not conds:
            return key
        made = self.plan.key("masked", key, *conds)
        return self.plan.add(Value(made, (key, *conds), lambda v, *c: pl.when(*c).then(v)))

    def condition(self, bound: BoundLeaf) -> str:
        """Return the Boolean column of a condition: what its leaf gives is there, or true."""
        if bound.fields and bound.fields[0].many:
            source = self.column(bound.fields[0])
            some = self.plan.key("some", source)
            return self.plan.add(Value(some, (source,), lambda items: (items.list.len() > 0).fill_null(False)))
        if bound.constant is not None:
            return self.plan.add(Value(self.plan.key("always"), (), lambda: pl.lit(True)))
        if bound.formula and bound.final.type is Type.BOOLEAN:
            key = self.formula(bound, ())[0]
            return self.plan.add(Value(self.plan.key("true", key), (key,), lambda value: value.fill_null(False)))
        key = self.value(bound)
        return self.plan.add(Value(self.plan.key("there", key), (key,), lambda value: value.is_not_null()))

    def value(self, bound: BoundLeaf, conds: tuple[str, ...] = ()) -> str:
        """Return the column that holds a leaf's text; null where it is blank.

        What is left out by a condition is left out before it is converted, so that it cannot fail.
        """
        key, kind, name = self.source(bound, conds)
        for text, step in bound.steps:
            if kind.blank and not step.blank:
                key, kind = self.filled(key), kind.filled()
            half = step.forward
            reason = f"{text}: the value {half.reason}"
            before, key = key, self.plan.key("step", key, text)
            self.plan.add(Value(key, (before,), half.apply, half.fails, "", name, reason, half.costly))
            kind = half.gives
        if kind.type is not Type.TEXT:
            before, key, last = key, self.plan.key("text", key), kind
            self.plan.add(Value(key, (before,), lambda value: to_text(value, last)))
        return self.filled(key) if kind.blank else key

    def filled(self, key: str) -> str:
        """Return the column ``key`` with null for empty text."""
        made = self.plan.key("filled", key)
        return self.plan.add(Value(made, (key,), lambda value: pl.when(value != "").then(value)))

    def source(self, bound: BoundLeaf, conds: tuple[str, ...]) -> tuple[str, Kind, str]:
        if bound.formula:
            return self.formula(bound, conds)
        if bound.separator is not None:
            return self.joined(bound, bound.separator)
        found = bound.fields[0]
        key = self.column(found)
        return self.masked(key, conds) if bound.steps else key, bound.kind, found.column

    def joined(self, bound: BoundLeaf, separator: str) -> tuple[str, Kind, str]:
        names = [self.column(found) for found in bound.fields]
        kinds = [Kind.of(found) for found in bound.fields]

        def apply(*columns: pl.Expr) -> pl.Expr:
            texts = [to_text(column, kind).str.strip_chars() for column, kind in zip(columns, kinds, strict=True)]
            parts = [pl.when(text != "").then(text) for text in texts]
            return pl.concat_str(parts, separator=separator, ignore_nulls=True)

        key = self.plan.add(Value(self.plan.key("join", separator, *names), tuple(names), apply))
        return key, Kind(Type.TEXT, blank=True), ", ".join(found.column for found in bound.fields)

    def formula(self, bound: BoundLeaf, conds: tuple[str, ...]) -> tuple[str, Kind, str]:
        formula = bound.formula
        if formula is None:
            raise ValueError("a leaf without a formula")
        sources = [(self.masked(self.column(found), conds), Kind.of(found)) for found in formula.fields]
        names = tuple(self.filled(key) if kind.blank else key for key, kind in sources)
        text = bound.rule.text.value
        said = ", ".join(found.column for found in formula.fields)
        bad = ""
        if formula.bad:
            bad = self.masked(self.plan.add(Value(self.plan.key("bad", text, *conds), names, formula.bad)), conds)
        reason = "$sql: a division by zero, or a text or number that does not fit"
        value = Value(self.plan.key("sql", text, *conds), names, formula.value, bad=bad, field=said, reason=reason)
        return self.plan.add(value), formula.kind, said


def _any_of(*columns: pl.Expr) -> pl.Expr:
    return pl.any_horizontal([column.is_not_null() for column in columns])


# --- the tree -------------------------------------------------------------------------------------------------------


def _dtype(node: _Node) -> pl.DataType:
    if isinstance(node, _Leaf):
        return STRING
    if isinstance(node, _Repeated):
        return pl.List(_dtype(node.item))
    if isinstance(node, _Several):
        return pl.List(_union([inner_type(_dtype(item)) for item in node.items]))
    if node.plain:
        return STRING
    return pl.Struct({child.name: _dtype(child) for child in node.children})


def _union(dtypes: Sequence[pl.DataType]) -> pl.DataType:
    """Return a type that holds all of them: structs with the fields of each."""
    first = dtypes[0]
    if all(dtype == first for dtype in dtypes):
        return first
    if all(isinstance(dtype, pl.List) for dtype in dtypes):
        return pl.List(_union([inner_type(dtype) for dtype in dtypes]))
    fields: dict[str, list[pl.DataType]] = {}
    for dtype in dtypes:
        if not isinstance(dtype, pl.Struct):
            raise TypeError("items of one element that differ in more than their children")
        for name, part in field_types(dtype).items():
            fields.setdefault(name, []).append(part)
    return pl.Struct({name: _union(parts) for name, parts in fields.items()})


def _emit(node: _Node, dtype: pl.DataType, parent: pl.Expr) -> pl.Expr:
    """Return the expression of ``node`` as ``dtype``; ``parent`` says where the element above is present."""
    if isinstance(node, _Leaf):
        return pl.col(node.key) if node.key else pl.when(parent).then(pl.lit(node.constant))
    if isinstance(node, _Repeated):
        node.plan.result = _emit(node.item, inner_type(dtype), pl.lit(True))
        return pl.col(node.key)
    present = combine(node.keys) if node.keys else parent
    if isinstance(node, _Several):
        return pl.when(present).then(_listed(node, inner_type(dtype), present))
    if node.plain:
        return _emit(node.children[0], STRING, present)
    return _struct(node, dtype, present)


def _struct(node: _Element, dtype: pl.DataType, present: pl.Expr) -> pl.Expr:
    children = {child.name: child for child in node.children}
    parts = []
    for name, part in field_types(dtype).items():
        child = children.get(name)
        made = _emit(child, part, present) if child else pl.lit(None, dtype=part)
        parts.append(made.alias(name))
    return pl.struct(parts)


def _listed(node: _Several, inner: pl.DataType, present: pl.Expr) -> pl.Expr:
    """Return several items as one list without those that are absent."""
    if any(isinstance(item, _Repeated) for item in node.items):
        lists = tuple(_as_list(item, inner, present) for item in node.items)
        node.plan.chains.append(Chain(node.plan.key("chain", node.path), lists))
        return pl.col(node.plan.chains[-1].key)
    # An array that becomes a list is some twenty times faster than concat_list.
    row = pl.concat_arr([_present(item, inner, present) for item in node.items])
    return row.arr.to_list().list.filter(pl.element().is_not_null())


def _present(item: _Leaf | _Element | _Repeated, inner: pl.DataType, parent: pl.Expr) -> pl.Expr:
    """Return one of several items, null as a whole where it is absent."""
    made = _emit(item, inner, parent)
    return pl.when(combine(item.keys) if item.keys else parent).then(made)


def _as_list(item: _Leaf | _Element | _Repeated, inner: pl.DataType, parent: pl.Expr) -> pl.Expr:
    """Return one of several items as a list of one, empty where it is absent; a repetition as the list it is."""
    if isinstance(item, _Repeated):
        return _emit(item, pl.List(inner), parent)
    alone = pl.concat_arr(_present(item, inner, parent)).arr.to_list()
    return alone.list.filter(pl.element().is_not_null())
