"""Which documents are certainly valid, seen from their columns, without writing or reading any text.

    proof = prove(vocabulary.root("Candidate"), frame["Candidate"])
    proof.good                  # one Boolean a row

The renderer writes elements in the order of the schema, escapes what must be escaped and leaves out what is absent.
So what can be wrong with a document is this: a text that its type does not take, a required part that is absent, more
of something than may stand, two of a choice. Each of these is asked of a column. Where the answer is not certain the
document is left to a parser; nothing is refused here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from hrbus.hrxml.certain import certain, doubt, harmless, is_special
from hrbus.hrxml.node import TEXT, Kind, Node

Rows = npt.NDArray[np.bool_]

DEEPEST = 100
"""How many elements may stand within each other: parsers take some 250."""


@dataclass(frozen=True)
class Seen:
    """How many of a node stand in each row (Boolean: at most one), and in which rows all of it is certain."""

    count: npt.NDArray[Any]
    good: Rows


@dataclass(frozen=True)
class Proof:
    """Which trees are certainly valid, and the paths of texts of which one holds a sign special to XML or JSON."""

    good: Rows
    special: frozenset[str]


def prove(root: Node, trees: pl.Series) -> Proof:
    """Look at the trees of a Struct column as documents of ``root``."""
    walk = _Walk()
    good = walk.scope(root, trees).good
    return Proof(good, frozenset(walk.special))


def doubts(root: Node, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield those of ``paths`` and above them where nothing can stand that is certain, each with the reason."""
    told = set()
    for path in paths:
        node = root
        for name in (None, *path.split("/")):
            node = node.child(name) if name else node
            reason = "" if node.path in told else _doubt(node)
            if reason:
                told.add(node.path)
                yield node.path or node.name, reason


def _doubt(node: Node) -> str:
    content = node.item.content
    if node.item.beyond or (content.model and content.model.beyond):
        return node.item.beyond or (content.model.beyond if content.model else "")
    if content.facets is None:
        return "it may hold anything" if node.is_leaf else ""
    return doubt(content.facets)


@dataclass(frozen=True)
class _Walk:
    """Goes through the trees from the root to the texts; ``special`` is filled on the way.

    The texts between one repetition and the next are looked at together: a question costs polars as much for ten rows
    of one column as the answer does for a thousand.
    """

    special: set[str] = field(default_factory=set)

    def scope(self, node: Node, values: pl.Series) -> Seen:
        """Return what is seen in trees that stand side by side: documents, or the items of a repetition."""
        return self.one(node, values, self.looked(dict(_leaves(node, values))))

    def one(self, node: Node, values: pl.Series, looked: Mapping[str, Seen]) -> Seen:
        dtype = values.dtype
        if node.path and values.null_count() == len(values):
            return Seen(np.zeros(len(values), bool), np.ones(len(values), bool))
        if isinstance(dtype, pl.List):
            return self.list(node, values)
        if isinstance(dtype, pl.Struct) and (node.fields or not node.path):
            parts = values.struct.unnest()
            seen = {name: self.one(node.child(name), parts.get_column(name), looked) for name in parts.columns}
            return self.element(node, seen, len(values))
        if dtype == pl.String and node.is_leaf:
            return looked[node.path]
        if dtype == pl.String and TEXT in node.fields:
            return self.element(node, {TEXT: looked[node.fields[TEXT].path]}, len(values))
        return Seen(
            np.ones(len(values), bool), np.zeros(len(values), bool)
        )  # the renderer says what is wrong with it

    def list(self, node: Node, values: pl.Series) -> Seen:
        lengths = values.list.len().fill_null(0).to_numpy()
        item = self.scope(node, values.explode(empty_as_null=False, keep_nulls=False))
        rows = np.repeat(np.arange(lengths.size), lengths)
        count = lengths if item.count.all() else np.bincount(rows[item.count], minlength=lengths.size)
        good = np.ones(lengths.size, bool)
        good[rows[~item.good]] = False
        return Seen(count, good)

    def looked(self, leaves: Mapping[str, tuple[Node, pl.Series]]) -> dict[str, Seen]:
        """Return what is seen of the texts of one scope, by path."""
        if not leaves:
            return {}
        frame = pl.DataFrame([values.alias(path) for path, (_, values) in leaves.items()])
        stands = frame.select(pl.all().is_not_null())
        return {
            path: self.leaf(node, values, stands.get_column(path).to_numpy(), joined)
            for (path, (node, values)), joined in zip(leaves.items(), self.joined(frame, leaves), strict=True)
        }

    def joined(self, frame: pl.DataFrame, leaves: Mapping[str, tuple[Node, pl.Series]]) -> tuple[str | None, ...]:
        """Return all texts of each leaf as one; null where its type leaves no special sign."""
        closed = [node.facets is not None and harmless(node.facets) for node, _ in leaves.values()]
        every = [
            pl.lit(None, pl.String).alias(path) if harm else pl.col(path).str.join("")
            for path, harm in zip(leaves, closed, strict=True)
        ]
        return frame.select(every).row(0)

    def leaf(self, node: Node, values: pl.Series, stands: Rows, joined: str | None) -> Seen:
        """Return what is seen of one text; what is not certain is looked at for special signs in any case."""
        facets, known = node.facets, not node.item.beyond
        plain = joined is not None and not is_special(joined)
        good = certain(facets, values, plain=plain) if facets and known else ~stands
        if joined is None:
            plain = bool(good.all()) or not is_special(values.str.join("").item())
        if not plain:
            self.special.add(node.path)
        return Seen(stands, good)

    def element(self, node: Node, seen: dict[str, Seen], height: int) -> Seen:
        """Return an element by what is seen in it; what is absent in a row is certain there."""
        stands = np.ones(height, bool)
        if node.path:
            stands = np.logical_or.reduce([each.count > 0 for each in seen.values()] or [~stands])
        good = np.logical_and.reduce([each.good for each in seen.values()] or [np.ones(height, bool)])
        if _doubt(node) or node.path.count("/") > DEEPEST:
            return Seen(stands, good & ~stands)
        for right in self.complete(node, seen, stands):
            good = good & (right | ~stands)
        return Seen(stands, good)

    def complete(self, node: Node, seen: dict[str, Seen], stands: Rows) -> Iterator[Rows]:
        """Yield, for all that an element asks of what is in it, in which rows that is so."""
        counts = {name: each.count for name, each in seen.items()}
        nothing = np.zeros(stands.size, bool)
        for name, child in node.fields.items():
            if not child.required:
                continue
            there = counts.get(name, nothing) > 0
            if child.kind is Kind.ATTRIBUTE:
                yield there
            elif child.kind is Kind.TEXT and not there.all():  # attributes without a text: the text is the empty one
                yield there | (child.facets is not None and bool(certain(child.facets, pl.Series([""])).all()))
            elif child.may_be_empty:  # the renderer writes it, empty
                counts[name] = np.maximum(counts.get(name, nothing), stands)
        model = node.item.content.model
        if model is not None:
            yield model.fits(counts, stands.size)


def _leaves(node: Node, values: pl.Series) -> Iterator[tuple[str, tuple[Node, pl.Series]]]:
    """Yield the texts at and below ``node``, down to the next repetition, by path."""
    if values.dtype == pl.String:
        leaf = node.fields.get(TEXT, node)
        yield leaf.path, (leaf, values)
    elif isinstance(values.dtype, pl.Struct):
        for part in values.struct.unnest().get_columns():
            if part.name in node.fields:
                yield from _leaves(node.fields[part.name], part)
