"""Which documents are certainly valid, seen from their columns, without writing or reading any text.

    good = proven(vocabulary.root("Candidate"), frame["Candidate"])      # one Boolean a row

The renderer writes elements in the order of the schema, escapes what must be escaped and leaves out what is absent.
So what can be wrong with a document is this: a text that its type does not take, a required part that is absent, more
of something than may stand, two of a choice. Each of these is asked of a column. Where the answer is not certain the
document is left to a parser; nothing is refused here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from hrbus.hrxml.certain import certain, doubt
from hrbus.hrxml.node import TEXT, Kind, Node

Rows = npt.NDArray[np.bool_]

DEEPEST = 100
"""How many elements may stand within each other: parsers take some 250."""


@dataclass(frozen=True)
class Seen:
    """How many of a node stand in each row (Boolean: at most one), and in which rows all of it is certain."""

    count: npt.NDArray[Any]
    good: Rows


def proven(root: Node, trees: pl.Series) -> Rows:
    """Return which trees of a Struct column are certainly valid documents of ``root``."""
    return _one(root, trees).good


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


def _seen(node: Node, values: pl.Series) -> Seen:
    if isinstance(values.dtype, pl.List):
        return _list(node, values)
    return _one(node, values)


def _list(node: Node, values: pl.Series) -> Seen:
    lengths = values.list.len().fill_null(0).to_numpy()
    item = _one(node, values.explode(empty_as_null=False, keep_nulls=False))
    if item.count.all():
        count = lengths
    else:
        count = np.bincount(np.repeat(np.arange(lengths.size), lengths)[item.count], minlength=lengths.size)
    good = np.ones(lengths.size, bool)
    if not item.good.all():
        good[np.repeat(np.arange(lengths.size), lengths)[~item.good]] = False
    return Seen(count, good)


def _one(node: Node, values: pl.Series) -> Seen:
    if node.path and values.null_count() == len(values):
        return Seen(np.zeros(len(values), bool), np.ones(len(values), bool))
    if isinstance(values.dtype, pl.Struct) and (node.fields or not node.path):
        return _struct(node, values)
    if values.dtype == pl.String and node.is_leaf:
        return _leaf(node, values)
    if values.dtype == pl.String and TEXT in node.fields:
        return _element(node, {TEXT: _leaf(node.fields[TEXT], values)}, len(values))
    return Seen(np.ones(len(values), bool), np.zeros(len(values), bool))  # the renderer says what is wrong with it


def _struct(node: Node, values: pl.Series) -> Seen:
    below = {field.name: node.child(field.name) for field in values.dtype.fields}  # type: ignore[attr-defined]
    seen = {name: _seen(child, values.struct.field(name)) for name, child in below.items()}
    return _element(node, seen, len(values))


def _leaf(node: Node, values: pl.Series) -> Seen:
    stands = values.is_not_null().to_numpy()
    facets = node.facets
    if facets is None or node.item.beyond:
        return Seen(stands, ~stands)
    text = pl.col("text")
    good = values.alias("text").to_frame().select(certain(facets)(text).fill_null(pl.lit(value=True))).to_series()
    return Seen(stands, good.to_numpy())


def _element(node: Node, seen: dict[str, Seen], height: int) -> Seen:
    """Return an element by what is seen in it; what is absent in a row is certain there."""
    stands = np.ones(height, bool)
    if node.path:
        stands = np.logical_or.reduce([each.count > 0 for each in seen.values()] or [~stands])
    good = np.logical_and.reduce([each.good for each in seen.values()] or [np.ones(height, bool)])
    if _doubt(node) or node.path.count("/") > DEEPEST:
        return Seen(stands, good & ~stands)
    for right in _complete(node, seen, stands):
        good = good & (right | ~stands)
    return Seen(stands, good)


def _complete(node: Node, seen: dict[str, Seen], stands: Rows) -> Iterator[Rows]:
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
            yield there | _leaf(child, pl.Series([""])).good
        elif child.may_be_empty:  # the renderer writes it, empty
            counts[name] = np.maximum(counts.get(name, nothing), stands)
    model = node.item.content.model
    if model is not None:
        yield model.fits(counts, stands.size)
