"""Renders a column of trees as text, one text a row: HR-XML, or the canonical JSON payload of the ledger.

The plan is made anew for each frame, from the vocabulary, the column's type and what is cheap to know of its
values: a column without nulls needs no mask, one without special characters no escaping. The work itself is done by
a handful of polars expressions in three steps: texts of repetitions, masks of what may be absent, one join.

    texts = render(vocabulary.root("Candidate"), frame["Candidate"], Xml(namespace, prefixes))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

import polars as pl

from hrbus.hrxml.columns import ALWAYS, Built, Mask, Text, any_of, in_slices
from hrbus.hrxml.node import TEXT, Node


class Style(Protocol):
    """How text is written: XML or JSON."""

    @property
    def separator(self) -> str:
        """Return what stands between the items of a repetition."""

    def escapes(self, node: Node) -> dict[str, str]:
        """Return what must be replaced in a leaf's text, character by character."""

    def leaf(self, node: Node, value: Built) -> Built:
        """Return the text of a leaf as it stands in its parent."""

    def struct(self, node: Node, members: list[tuple[Node, Built]], scope: Scope) -> Built:
        """Return an element with attributes or children as it stands in its parent."""

    def many(self, items: Built) -> Built:
        """Return the joined items of a repetition as they stand in their parent."""


def render(root: Node, trees: pl.Series, style: Style, special: frozenset[str]) -> pl.Series:
    """Return the text of every tree of a Struct column, which ``root`` describes; a null tree is an empty one.

    ``special`` are the paths of the texts that may need escaping. Long columns are rendered in slices, one for each
    processor. Raises ValueError where the column's type does not fit the vocabulary: a mapping that was checked never
    does that.
    """
    return in_slices(trees, lambda part: _render(root, part, style, special))


def _render(root: Node, trees: pl.Series, style: Style, special: frozenset[str]) -> pl.Series:
    scope = Scope(special)
    built = build(root, Cursor(trees), style, scope)
    if built is None:
        raise ValueError(f"{root.name} cannot be made of a column without a type")
    frame = pl.DataFrame({"height": pl.repeat(0, trees.len(), dtype=pl.Int8, eager=True)})
    frame = frame.with_columns(scope.leaves).with_columns(scope.texts).with_columns(scope.masks)
    return frame.with_columns(built.text().alias(root.name)).get_column(root.name)


@dataclass(frozen=True)
class Cursor:
    """Where in the trees the plan is: the values, and inside a repetition the expression that leads to them."""

    values: pl.Series
    expr: pl.Expr | None = None

    def fields(self, node: Node) -> Iterator[tuple[Node, Cursor]]:
        """Yield the fields that the column has, in the order of the vocabulary."""
        given = self.values.struct.unnest()
        if unknown := [name for name in given.columns if name not in node.fields]:
            node.child(unknown[0])
        for name, child in node.fields.items():
            if name in given.columns:
                expr = None if self.expr is None else self.expr.struct.field(name)
                yield child, Cursor(given.get_column(name), expr)


@dataclass
class Scope:
    """The columns that the last join takes: leaves, then texts of repetitions, then masks.

    Inside a repetition there are no columns of one's own, so the expressions stand where they are used.
    """

    special: frozenset[str]
    inner: bool = False
    leaves: list[pl.Series] = field(default_factory=list)
    texts: list[pl.Expr] = field(default_factory=list)
    masks: list[pl.Expr] = field(default_factory=list)
    _known: dict[str, pl.Expr] = field(default_factory=dict)
    _count: int = 0

    def key(self) -> str:
        """Return a name that this scope has not used."""
        self._count += 1
        return f"c{self._count}"

    def leaf(self, node: Node, cursor: Cursor, escapes: dict[str, str]) -> Built:
        """Return the column's text, escaped where one of its values needs it."""
        key = self.key()
        special = node.path in self.special and cursor.values.str.contains_any(list(escapes)).any()
        if cursor.expr is None:
            self.leaves.append(cursor.values.alias(key))
        expr = pl.col(key) if cursor.expr is None else cursor.expr
        if special:
            expr = expr.str.replace_many(escapes)
            if cursor.expr is None:
                self.texts.append(expr.alias(key))
                expr = pl.col(key)
        mask = Mask.leaf(key, expr.is_not_null()) if cursor.values.null_count() else ALWAYS
        return Built((Text(expr, key),), mask)

    def joined(self, cursor: Cursor, item: Built, separator: str) -> Built:
        """Return the items of a list joined, absent where none is present."""
        key = self.key()
        column = cursor.expr
        if column is None:
            self.leaves.append(cursor.values.alias(key))
            column = pl.col(key)
        text = column.list.eval(item.text()).list.join(separator)
        full = (
            item.mask.expr is None and not cursor.values.null_count() and bool((cursor.values.list.len() > 0).all())
        )
        if not full:
            text = pl.when(text != "").then(text)
        if cursor.expr is None:
            self.texts.append(text.alias(key))
            text = pl.col(key)
        return Built((Text(text, key),), ALWAYS if full else Mask.leaf(key, text.is_not_null()))

    def any_of(self, masks: list[Mask]) -> Mask:
        """Return where at least one is present, as a column of its own where that can be."""
        mask = any_of(masks)
        if self.inner or mask.expr is None or len(mask.leaves) == 1:
            return mask
        if mask.key not in self._known:
            name = self.key()
            self.masks.append(mask.expr.alias(name))
            self._known[mask.key] = pl.col(name)
        return replace(mask, expr=self._known[mask.key])


def build(node: Node, cursor: Cursor, style: Style, scope: Scope) -> Built | None:
    """Return how ``node`` is written, or None where the column can hold nothing."""
    if isinstance(cursor.values.dtype, pl.List):
        return _list(node, cursor, style, scope)
    built = _one(node, cursor, style, scope)
    return style.many(built) if built is not None and node.many else built


def _list(node: Node, cursor: Cursor, style: Style, scope: Scope) -> Built | None:
    if not node.many:
        raise ValueError(f"{node.path} stands at most once, but the column holds a list")
    longest = cursor.values.list.len().max()
    if not longest:
        return None
    if longest == 1:  # one by one, which is several times cheaper
        first = None if cursor.expr is None else cursor.expr.list.first()
        single = _one(node, Cursor(cursor.values.list.first(), first), style, scope)
        return None if single is None else style.many(single)
    inner = cursor.values.explode(empty_as_null=False, keep_nulls=False)
    item = _one(node, Cursor(inner, pl.element()), style, Scope(scope.special, inner=True))
    return None if item is None else style.many(scope.joined(cursor, item, style.separator))


def _one(node: Node, cursor: Cursor, style: Style, scope: Scope) -> Built | None:
    dtype = cursor.values.dtype
    if cursor.values.null_count() == cursor.values.len() and node.path:
        return None
    if isinstance(dtype, pl.Struct) and (node.fields or not node.path):
        members = [(child, build(child, below, style, scope)) for child, below in cursor.fields(node)]
        present = [(child, built) for child, built in members if built is not None]
        return style.struct(node, present, scope) if present or not node.path else None
    if dtype == pl.String and node.is_leaf:
        return style.leaf(node, scope.leaf(node, cursor, style.escapes(node)))
    if dtype == pl.String and node.facets is not None:
        text = node.fields[TEXT]
        return style.struct(node, [(text, style.leaf(text, scope.leaf(text, cursor, style.escapes(text))))], scope)
    raise ValueError(f"{node.path or node.name} cannot be made of a column of type {dtype}")
