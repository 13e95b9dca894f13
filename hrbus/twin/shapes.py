"""What the values of a field look like, without any of them: learnt from a file, or from the layout alone.

    shapes = Learner(layout)
    for batch in codec.decode(…): shapes.take(batch.frame)
    shapes.shapes()["APPL-STATUS"].common      # {"A": 4711, "W": 292}

A value is kept only where it stands in many records (``COMMON``) and its field has few different ones: a code. Of all
others there remain only the kinds of signs, and the number of digits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made
from decimal import Decimal

import polars as pl

from hrbus.senses import DATE_FORMS, MOMENT_FORMS, MONTH_FORMS, Sense, by_content, by_name, form_of
from hrbus.spi import Field, Layout, Type

COMMON = 20
"""In how many records a value must stand before it may be shown again."""
MOST_CODES = 200
"""How many different values a field of codes has at most."""
LOOKED_AT = 100_000
"""How many values of a field are looked at."""
_HAN = "\u4e00-\u9fff\u3400-\u4dbf"
_KINDS = (
    (re.compile("[0-9]"), "9"),
    (re.compile("[A-Z]"), "A"),
    (re.compile("[a-z]"), "a"),
    (re.compile(f"[{_HAN}]"), "字"),
)


@dataclass
class Shape:
    """What a field looks like. ``patterns`` count texts by the kinds of their signs; ``lengths`` numbers by digits.

    ``lists`` counts how many items a repeated field has; ``children`` are the shapes of a group's fields.
    """

    field: Field
    sense: Sense | None = None
    seen: int = 0
    blank: int = 0
    negative: int = 0
    unique: bool = False
    common: dict[str, int] = made(default_factory=dict)
    patterns: Counter[str] = made(default_factory=Counter)
    lengths: Counter[int] = made(default_factory=Counter)
    lists: Counter[int] = made(default_factory=Counter)
    form: str | None = None
    children: dict[str, Shape] = made(default_factory=dict)

    @property
    def chinese(self) -> bool:
        """Whether most of its texts are Chinese."""
        return sum(n for pattern, n in self.patterns.items() if "字" in pattern) * 2 > sum(self.patterns.values())


def pattern_of(text: str) -> str:
    """Return the kinds of a text's signs: 9 a digit, A and a letters, 字 a Chinese character, others themselves."""
    for signs, kind in _KINDS:
        text = signs.sub(kind, text)
    return text


class Learner:
    """Learns the shapes of a layout's fields, batch by batch."""

    def __init__(self, layout: Layout) -> None:
        self._root = {column: _Column(found) for column, found in layout.columns().items()}

    def take(self, frame: pl.DataFrame) -> None:
        """Look at the records of a frame."""
        for name, column in self._root.items():
            if name in frame.columns:
                column.take(frame[name])

    def shapes(self) -> dict[str, Shape]:
        """Return the shape of each column."""
        return {name: column.shape() for name, column in self._root.items()}


class _Column:
    def __init__(self, found: Field) -> None:
        self.field = found
        self.counts: Counter[str] = Counter()
        self.distinct = True
        self.seen = self.blank = self.negative = 0
        self.lists: Counter[int] = Counter()
        self.children = {c: _Column(f) for c, f in Layout("", found.children).columns().items()}

    def take(self, series: pl.Series) -> None:
        if self.field.many:
            self.lists.update(series.list.len().fill_null(0).to_list())
            series = series.drop_nulls().explode().drop_nulls()
        if self.children:
            for name, child in self.children.items():
                if len(series):
                    child.take(series.struct.field(name))
            return
        if self.seen >= LOOKED_AT:
            return
        texts = series.cast(pl.String).fill_null("").str.strip_chars_end()
        self.seen += len(texts)
        counted = texts.value_counts(name="count")
        for text, count in zip(counted[texts.name], counted["count"], strict=True):
            if text in ("", "0") or Decimal(0) == _number(text, self.field):
                self.blank += count
            else:
                self.counts[text] += count

    def shape(self) -> Shape:
        found = Shape(self.field, by_name(self.field.name), self.seen, self.blank, lists=self.lists)
        found.children = {name: child.shape() for name, child in self.children.items()}
        texts = list(self.counts)
        if self.field.type is not Type.TEXT:
            for text, count in self.counts.items():
                found.lengths[len(re.sub(r"\D", "", text).lstrip("0")) or 1] += count
                found.negative += count if text.startswith("-") else 0
        for text, count in self.counts.items():
            found.patterns[pattern_of(text)] += count
        if self.field.type in (Type.TEXT, Type.INTEGER):
            if found.sense is None or not found.sense.sensitive:  # that a birth date looks like any date hides it
                found.sense = by_content(texts[:1000]) or found.sense
            found.form = form_of(texts[:1000], (*DATE_FORMS, *MOMENT_FORMS, *MONTH_FORMS))
        few = len(self.counts) <= MOST_CODES
        found.common = {text: n for text, n in self.counts.items() if n >= COMMON} if few else {}
        found.unique = len(self.counts) > 1 and max(self.counts.values(), default=0) == 1
        return found


def _number(text: str, found: Field) -> Decimal | None:
    return Decimal(text) if found.type in (Type.INTEGER, Type.DECIMAL) else None


def of_layout(layout: Layout) -> Mapping[str, Shape]:
    """Return the shapes of a layout's fields where no file is there to learn from."""
    return {column: _bare(found) for column, found in layout.columns().items()}


def _bare(found: Field) -> Shape:
    shape = Shape(found, by_name(found.name))
    shape.children = {c: _bare(f) for c, f in Layout("", found.children).columns().items()}
    told = (first for condition in found.conditions for first, last in condition.values if first == last)
    shape.common = {value: 1 for value in told if value}
    if found.many:
        shape.lists.update(range((found.at_most or 3) + 1))
    if found.type is Type.INTEGER and shape.sense in (Sense.DATE, Sense.BIRTH) and found.digits == 8:
        shape.form = "%Y%m%d"
    if found.type is Type.INTEGER and shape.sense is Sense.YEAR and found.digits == 4:
        shape.form = "%Y"
    return shape
