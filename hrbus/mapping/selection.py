"""Which items of a repeated field become elements, in which order, and how many: ``$where``, ``$order``, ``$limit``.

    $each: POSITION
    $where:
      $sql: ("POS-STATUS" = 'C')
    $order: POS-FROM desc, POS-NO
    $limit: 3

As in SQL, the condition comes first, then the order, then the limit. Items of equal rank stay as they came, and what
is blank stands last. All of it is reckoned over the items of every record of a batch at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from hrbus import yaml
from hrbus.mapping.leaf import LeafError

if TYPE_CHECKING:
    from hrbus.mapping.plan import Failure, Plan
    from hrbus.mapping.rules import Rule

KEYS = ("$where", "$order", "$limit")
MOST = 10_000
"""The greatest limit."""
_TERM = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^\s,"]+))(?:\s+(asc|desc))?\s*', re.IGNORECASE)


@dataclass(frozen=True)
class Selection:
    """What is written: a condition, an order, a limit; each None where it is not there."""

    where: Rule | None = None
    order: yaml.Text | None = None
    limit: yaml.Text | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is written."""
        return not (self.where or self.order or self.limit)


NO_SELECTION = Selection()
"""All items, as they come."""


@dataclass(frozen=True)
class Term:
    """A field to order by, and at which character of the text (from 0) it stands."""

    name: str
    descending: bool
    column: int


def terms(text: str) -> Iterator[Term]:
    """Yield the terms of an order; LeafError where it does not follow the grammar."""
    at = 0
    while True:
        match = _TERM.match(text, at)
        if match is None:
            raise LeafError("a field should stand here", at)
        quoted, plain, way = match.groups()
        name = quoted.replace('""', '"') if quoted else plain
        yield Term(name, (way or "").lower() == "desc", match.start(1) - 1 if quoted else match.start(2))
        if match.end() == len(text):
            return
        if text[match.end()] != ",":
            raise LeafError("a comma, asc or desc should stand here", match.end())
        at = match.end() + 1


def limit_of(text: str) -> int | None:
    """Return a limit; None where the text is none."""
    good = text.isascii() and text.isdigit() and 1 <= int(text) <= MOST
    return int(text) if good else None


@dataclass(frozen=True)
class Chooser:
    """A selection that is ready: ``plan`` reckons over the items the columns ``where`` and ``order``."""

    plan: Plan
    where: str = ""
    order: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None

    def chosen(self, items: pl.DataFrame, rows: pl.Series) -> tuple[pl.DataFrame, list[Failure]]:
        """Return the chosen items of all lists as columns ``item``, ``row`` and ``place``, and what failed.

        ``rows`` tells the list of each item; ``place`` counts within a list from 0.
        """
        _, frame, failures = self.plan.run(items)
        item = pl.col(items.columns[0])
        columns = {key: pl.col(key) for key, _ in self.order}
        found = frame.with_columns(rows.alias("row")).with_columns(pl.int_range(pl.len()).over("row").alias("place"))
        if self.where:
            found = found.filter(pl.col(self.where).fill_null(False))
        if columns:
            found = found.sort(
                "row", *columns.values(), descending=[False, *(down for _, down in self.order)],
                nulls_last=True, maintain_order=True,
            )  # fmt: skip
        if self.limit is not None:
            found = found.filter(pl.int_range(pl.len()).over("row") < self.limit)
        return found.select(item.alias("item"), "row", "place"), failures
