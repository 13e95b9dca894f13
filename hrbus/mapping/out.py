"""From the right to the left: documents in canonical shape become a batch of a layout's fields.

Each field takes its value from one rule, the first that loses nothing on the way, else the first that can be read
backwards at all. Where the vocabulary repeats an element and the rule has no ``$each``, the first item is taken; the
constants of the rule select it, where it has any (``"@idOwner": const(ACME)``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import polars as pl

from hrbus.mapping.binding import BoundElement, BoundLeaf, BoundNode, BoundSeveral, bound_leaves
from hrbus.mapping.kinds import Kind, field_types, from_text, inner_type
from hrbus.mapping.plan import ITEM, Plan, Repeat, Value
from hrbus.spi import Field, Layout, Type

CONDITIONS = ("$when", "$where")
"""The names of rules that say whether something is there, and stand for no text."""


@dataclass(frozen=True)
class Feed:
    """Where a field's value comes from backwards: a leaf; its part, where it is a join that comes apart."""

    leaf: BoundLeaf
    part: int = 0


def feeds(nodes: Iterator[BoundNode] | tuple[BoundNode, ...], scope: BoundElement | None = None) -> dict[Field, Feed]:
    """Return how each field of a scope is fed by the leaves of ``nodes``.

    The scope is the top, or one repetition; repetitions further in are left to their own.
    """
    found: dict[Field, Feed] = {}
    for leaf in _leaves(nodes, scope):
        if leaf.one_way:
            continue
        for part, field in enumerate(leaf.fields):
            before = found.get(field)
            if before is None or (before.leaf.lossy and not leaf.lossy):
                found[field] = Feed(leaf, part)
    return found


def repetitions(nodes: tuple[BoundNode, ...], scope: BoundElement | None = None) -> dict[Field, BoundElement]:
    """Return the element that feeds each repeated field of a scope: the first; references are fed by nobody."""
    found: dict[Field, BoundElement] = {}
    for element in _elements(nodes, scope):
        if element.each and not element.reference:
            found.setdefault(element.each, element)
    return found


def _leaves(nodes: Iterator[BoundNode] | tuple[BoundNode, ...], scope: BoundElement | None) -> Iterator[BoundLeaf]:
    for node in nodes:
        if isinstance(node, BoundLeaf):
            yield node
        elif isinstance(node, BoundSeveral):
            yield from _leaves(node.items, scope)
        elif node.each is None or node is scope:
            yield from _leaves(node.children, scope)


def _elements(nodes: tuple[BoundNode, ...], scope: BoundElement | None) -> Iterator[BoundElement]:
    for node in nodes:
        if isinstance(node, BoundElement):
            if node is not scope and node.each:
                yield node
            else:
                yield from _elements(node.children, scope)
        elif isinstance(node, BoundSeveral):
            yield from _elements(node.items, scope)


def compile_out(roots: Mapping[str, BoundElement], layout: Layout, dtypes: Mapping[str, pl.DataType]) -> Plan:
    """Return the plan whose result is a struct of the layout's columns, over a frame with a column for each root."""
    plan = Plan()
    nodes = tuple(roots.values())
    reader = _Reader(plan, feeds(nodes), repetitions(nodes))
    for name, root in roots.items():
        if name in dtypes:
            reader.children(root, _At(name, dtypes[name]))
    wanted = [field for field in layout.columns().values() if field in reader.columns]
    plan.result = pl.struct([pl.col(reader.columns[field]).alias(field.column) for field in wanted])
    return plan


@dataclass(frozen=True)
class _At:
    """A place in the documents: the column that holds it, and its type."""

    key: str
    dtype: pl.DataType


class _Reader:
    """Fills a plan for one scope; ``columns`` tells where each field's values are."""

    def __init__(self, plan: Plan, fed: Mapping[Field, Feed], repeated: Mapping[Field, BoundElement]) -> None:
        self.plan = plan
        self.fed = fed
        self.repeated = repeated
        self.columns: dict[Field, str] = {}

    def children(self, element: BoundElement, at: _At) -> None:
        """Read everything below ``element``, which stands at ``at``."""
        if element.plain and not isinstance(at.dtype, pl.Struct):
            self.leaf(element.plain, at)
            return
        for child in element.children:
            self.node(child, at)

    def node(self, node: BoundNode, parent: _At) -> None:
        if isinstance(node, BoundLeaf):
            at = self.step(parent, node.rule.name) if isinstance(parent.dtype, pl.Struct) else None
            if at is None and node.rule.name == "$text":
                at = parent
            if at:
                self.leaf(node, self.first(at, {}))
        elif isinstance(node, BoundSeveral):
            for number, item in enumerate(node.items):
                self.one_of(item, number, parent, node.several.name)
        else:
            self.element(node, parent)

    def element(self, element: BoundElement, parent: _At) -> None:
        at = self.step(parent, element.element.name)
        if at is None:
            return
        if element.each:
            self.repetition(element, element.each, at)
        else:
            self.children(element, self.first(at, _constants(element)))

    def one_of(self, item: BoundLeaf | BoundElement, number: int, parent: _At, name: str) -> None:
        at = self.step(parent, name)
        if at is None:
            return
        if isinstance(item, BoundElement):
            if item.each:
                self.repetition(item, item.each, at)
                return
            constants = _constants(item)
            self.children(item, self.first(at, constants) if constants else self.item(at, number))
        else:
            self.leaf(item, self.item(at, number))

    def step(self, at: _At, name: str) -> _At | None:
        """Return the child ``name`` of a struct; None where the documents have none."""
        dtype = field_types(at.dtype).get(name)
        if dtype is None:
            return None
        key = self.plan.key("child", at.key, name)
        return _At(self.plan.add(Value(key, (at.key,), lambda value: value.struct.field(name))), dtype)

    def item(self, at: _At, number: int) -> _At:
        """Return the item ``number`` of a list; a single element is its own first."""
        if not isinstance(at.dtype, pl.List):
            return at
        key = self.plan.key("item", at.key, str(number))
        node = Value(key, (at.key,), lambda value: value.list.get(number, null_on_oob=True))
        return _At(self.plan.add(node), inner_type(at.dtype))

    def first(self, at: _At, constants: Mapping[str, str]) -> _At:
        """Return the first item of a list in which all of ``constants`` stand."""
        if not isinstance(at.dtype, pl.List):
            return at
        inner = inner_type(at.dtype)
        known = field_types(inner)
        checks = {name: text for name, text in constants.items() if known.get(name) == pl.String}
        if not checks:
            return self.item(at, 0)

        def apply(value: pl.Expr) -> pl.Expr:
            tests = [pl.element().struct.field(name) == text for name, text in checks.items()]
            return value.list.filter(pl.all_horizontal(tests)).list.first()

        key = self.plan.key("first", at.key, *chain.from_iterable(checks.items()))
        return _At(self.plan.add(Value(key, (at.key,), apply)), inner)

    def repetition(self, element: BoundElement, each: Field, at: _At) -> None:
        if self.repeated.get(each) is not element:
            return
        source = at
        if not isinstance(at.dtype, pl.List):
            alone = Value(self.plan.key("alone", at.key), (at.key,), lambda value: pl.concat_list(value))
            source = _At(self.plan.add(alone), pl.List(at.dtype))
        inner = Plan()
        reader = _Reader(inner, feeds((element,), element), repetitions((element,), element))
        reader.children(element, _At(ITEM, inner_type(source.dtype)))
        if each.children:
            wanted = [child for child in _columns(each) if child in reader.columns]
            inner.result = pl.struct([pl.col(reader.columns[child]).alias(child.column) for child in wanted])
        else:
            inner.result = next((pl.col(key) for key in reader.columns.values()), pl.lit(None))
        if reader.columns:
            key = self.plan.key("items", source.key, each.column)
            self.columns[each] = self.plan.add(Repeat(key, source.key, inner, each.column))

    def leaf(self, leaf: BoundLeaf, at: _At) -> None:
        """Read a leaf's text back into its fields, those that are fed by it."""
        wanted = [feed for field in leaf.fields if (feed := self.fed.get(field)) and feed.leaf is leaf]
        if not wanted:
            return
        if isinstance(at.dtype, pl.Struct):
            text = self.step(at, "$text")
            if text is None:
                return
            at = text
        if at.dtype != pl.String:
            return
        names = ", ".join(field.column for field in leaf.fields)
        filled = self.plan.key("filled", at.key)
        self.plan.add(Value(filled, (at.key,), lambda v: pl.when(v != "").then(v)))
        key = self.converted(leaf, filled, names)
        if not leaf.split:
            self.columns[leaf.fields[0]] = key
            return
        for feed in wanted:
            field = leaf.fields[feed.part]
            made = self.plan.key("part", key, leaf.rule.path, str(feed.part))
            part = self.plan.add(Value(made, (key,), _part(leaf, feed.part)))
            self.columns[field] = self.read(part, Kind.of(field), field.column, leaf)

    def converted(self, leaf: BoundLeaf, key: str, names: str) -> str:
        """Return the column of a leaf's source value, through its converters from the last to the first."""
        key = self.read(key, leaf.final, names, leaf)
        for text, step in reversed(leaf.steps):
            half = step.backward
            if half is None:
                raise ValueError(f"{text} has no way back")
            reason = f"{text} backwards: the value of {leaf.rule.path} {half.reason}"
            before, key = key, self.plan.key("back", key, text)
            self.plan.add(Value(key, (before,), half.apply, half.fails, "", names, reason, half.costly))
        return key

    def read(self, key: str, kind: Kind, names: str, leaf: BoundLeaf) -> str:
        if kind.type is Type.TEXT:
            return key
        size = f" of {kind.digits} digits, {kind.scale} of them decimals" if kind.number else ""
        reason = f"the value of {leaf.rule.path} is not {kind.name}{size}"
        made = self.plan.key("read", key, str(kind))
        return self.plan.add(Value(made, (key,), lambda v: from_text(v, kind), True, field=names, reason=reason))


def _columns(each: Field) -> tuple[Field, ...]:
    return tuple(Layout(each.name, each.children).columns().values())


def _part(leaf: BoundLeaf, part: int) -> Callable[..., pl.Expr]:
    count, separator = len(leaf.fields), leaf.separator or " "
    if leaf.split == "first":
        return lambda text: text.str.splitn(separator, count).struct.field(f"field_{part}")

    def last(text: pl.Expr) -> pl.Expr:
        # What stands before the last separators is the first field; a text with too few is filled from the right.
        pieces = text.str.split(separator)
        from_end = count - 1 - part
        if part:
            return pl.when(pieces.list.len() > from_end).then(pieces.list.get(-1 - from_end, null_on_oob=True))
        rest = pieces.list.head((pieces.list.len().cast(pl.Int64) - from_end).clip(0, None))
        return pl.when(rest.list.len() > 0).then(rest.list.join(separator))

    return last


def _constants(element: BoundElement) -> dict[str, str]:
    """Return the constants that stand directly in an element: what it looks like from outside."""
    return {
        child.rule.name: child.constant
        for child in element.children
        if isinstance(child, BoundLeaf) and child.constant is not None
    }


def paths(roots: Mapping[str, BoundElement]) -> dict[str, list[str]]:
    """Return the paths that going backwards reads, by root, each relative to it."""
    return {
        name: sorted(
            {_relative(leaf.rule.path, name) for leaf in bound_leaves(root) if leaf.rule.name not in CONDITIONS}
        )
        for name, root in roots.items()
    }


def _relative(path: str, root: str) -> str:
    return path.removeprefix(f"{root}/")
