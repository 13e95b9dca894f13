"""Text made of columns, joined once at the very end: what the rendering of XML and of JSON share.

A ``Built`` is what one element, attribute or text became: a row of parts. A part is a literal, a column of text that
is null where it is absent, or a literal that stands only where a mask is true. Neighbouring literals melt together
as they are wrapped (``<T>`` … ``</T>``).

Null means absent. A tree is absent where all its leaves are; a literal alone never makes its parent present.

    >>> name = Built((Text(pl.col("n"), "n"),), Mask.leaf("n", pl.col("n").is_not_null()))
    >>> pl.DataFrame({"n": ["Ann", None]}).select(name.wrap("<Name>", "</Name>").text())["n"].to_list()
    ['<Name>Ann</Name>', None]
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

import polars as pl

SLICE = 2_000
"""How many documents are worth a thread of their own."""


@dataclass(frozen=True)
class Text:
    """A column of text: ``before`` + value + ``after``, or null where the value is; ``key`` is that of its mask."""

    value: pl.Expr
    key: str
    before: str = ""
    after: str = ""

    def expr(self) -> pl.Expr:
        """Return the column's expression."""
        if not (self.before or self.after):
            return self.value
        return pl.concat_str([pl.lit(self.before), self.value, pl.lit(self.after)])


@dataclass(frozen=True)
class Guarded:
    """A literal that stands only in the rows where ``mask`` is true; ``key`` says which masks are the same."""

    literal: str
    key: str
    mask: pl.Expr

    def expr(self) -> pl.Expr:
        """Return the column's expression."""
        return pl.when(self.mask).then(pl.lit(self.literal))


Part = str | Text | Guarded


@dataclass(frozen=True)
class Mask:
    """In which rows something is present; ``expr`` None means in all of them. Equal keys mean equal rows.

    ``leaves`` are the masks that it was made of: present where one of them is.
    """

    key: str = ""
    expr: pl.Expr | None = None
    leaves: Mapping[str, pl.Expr] = field(default_factory=dict)

    @classmethod
    def leaf(cls, key: str, expr: pl.Expr) -> Mask:
        """Return the mask of a single column."""
        return cls(key, expr, {key: expr})


ALWAYS = Mask()


@dataclass(frozen=True)
class Built:
    """The parts of something, and in which rows it is present."""

    parts: tuple[Part, ...]
    mask: Mask

    def wrap(self, before: str, after: str) -> Built:
        """Return it between two literals, which are there only where it is."""
        key, mask = self.mask.key, self.mask.expr
        if mask is None:
            return Built(_melt((before, *self.parts, after)), ALWAYS)
        return Built(_melt((Guarded(before, key, mask), *self.parts, Guarded(after, key, mask))), self.mask)

    def text(self) -> pl.Expr:
        """Return all parts as one text, null where it is absent."""
        if len(self.parts) == 1 and isinstance(only := self.parts[0], Text):
            return only.expr()
        parts = [pl.lit(part) if isinstance(part, str) else part.expr() for part in self.parts]
        joined = pl.concat_str(parts, ignore_nulls=True)
        return joined if self.mask.expr is None else pl.when(self.mask.expr).then(joined)


def join(built: Iterable[Built], mask: Mask) -> Built:
    """Return several one after the other, present where ``mask`` says."""
    return Built(_melt(part for one in built for part in one.parts), mask)


def any_of(masks: Sequence[Mask]) -> Mask:
    """Return where at least one of ``masks`` is true."""
    if any(mask.expr is None for mask in masks):
        return ALWAYS
    leaves = {key: expr for mask in masks for key, expr in mask.leaves.items()}
    return Mask("|".join(sorted(leaves)), reduce(or_, leaves.values()), leaves)


def but_not(mask: Mask, other: Mask) -> Mask:
    """Return where ``mask`` is true and ``other``, which is never true without it, is not."""
    missing = pl.lit(value=False) if other.expr is None else ~other.expr
    expr = missing if mask.expr is None else mask.expr & missing
    return Mask(f"{mask.key}-({other.key})", expr)


def in_slices(column: pl.Series, work: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Return what ``work`` makes of a column, row by row, done in as many threads as there are processors."""
    slices = min(os.cpu_count() or 1, column.len() // SLICE)
    if slices < 2:
        return work(column)
    size = -(-column.len() // slices)
    with ThreadPoolExecutor(slices) as pool:
        return pl.concat(pool.map(work, (column.slice(start, size) for start in range(0, column.len(), size))))


def _melt(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Join neighbours that stand in the same rows; leave empty literals out."""
    melted: list[Part] = []
    for part in parts:
        if part == "" or (isinstance(part, Guarded) and not part.literal):
            continue
        together = _together(melted[-1], part) if melted else None
        if together is None:
            melted.append(part)
        else:
            melted[-1] = together
    return tuple(melted)


def _together(left: Part, right: Part) -> Part | None:
    """Return the two parts as one, or None where they must stay two."""
    if isinstance(left, str) or isinstance(right, str):
        return left + right if isinstance(left, str) and isinstance(right, str) else None
    if left.key != right.key:
        return None
    if isinstance(right, Guarded):
        if isinstance(left, Guarded):
            return replace(left, literal=left.literal + right.literal)
        return replace(left, after=left.after + right.literal)
    return replace(right, before=left.literal + right.before) if isinstance(left, Guarded) else None
