"""Makes records of shapes, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import Any

import polars as pl

from hrbus.senses import Sense
from hrbus.spi import OFFSET, RECORD, Field, Layout, Type
from hrbus.twin import words
from hrbus.twin.people import Person
from hrbus.twin.shapes import Shape

BATCH = 10_000
_LONGEST = 40
_FIRST, _DAYS = date(1990, 1, 1), 14_000
_DATES = (Sense.DATE, Sense.BIRTH, Sense.MOMENT)


def twins(layout: Layout, shapes: Mapping[str, Shape], count: int, seed: int = 1) -> Iterator[pl.DataFrame]:
    """Yield ``count`` records of a layout in frames of ten thousand. ``_record`` counts them from 1."""
    maker = _Maker(Random(seed), shapes)  # noqa: S311 - nothing secret
    schema = {column: dtype_of(found) for column, found in layout.columns().items()}
    for first in range(1, count + 1, BATCH):
        numbers = range(first, min(first + BATCH, count + 1))
        rows = [maker.record(number, shapes) for number in numbers]
        frame = pl.DataFrame(rows, schema=schema, orient="row") if rows else pl.DataFrame(schema=schema)
        own = (pl.Series(RECORD, numbers, dtype=pl.Int64), pl.lit(-1, dtype=pl.Int64).alias(OFFSET))
        yield frame.select(*own, pl.all())


def dtype_of(found: Field) -> pl.DataType:
    """Return the type of a field's column."""
    inner: pl.DataType
    if found.children:
        inner = pl.Struct({name: dtype_of(child) for name, child in Layout("", found.children).columns().items()})
    elif found.type is Type.INTEGER:
        inner = pl.Int64() if (found.digits or 18) <= 18 else pl.Decimal(38, 0)
    elif found.type is Type.DECIMAL:
        inner = pl.Decimal(found.digits or 38, found.scale)
    else:
        inner = {Type.FLOAT: pl.Float64(), Type.BOOLEAN: pl.Boolean()}.get(found.type, pl.String())
    return pl.List(inner) if found.many else inner


def _counters(shapes: Mapping[str, Shape]) -> Iterator[str]:
    """Yield the names of the fields that say how often another one occurs."""
    for shape in shapes.values():
        if shape.field.counted_by:
            yield shape.field.counted_by
        yield from _counters(shape.children)


class _Maker:
    def __init__(self, chance: Random, shapes: Mapping[str, Shape]) -> None:
        self.chance = chance
        self.chinese = any(shape.chinese for shape in shapes.values())
        self.counters = set(_counters(shapes))

    def record(self, number: int, shapes: Mapping[str, Shape]) -> list[Any]:
        """Return the values of one record, column by column."""
        person = Person.invented(number, self.chance, chinese=self.chinese)
        return [self.field(shape, person) for shape in shapes.values()]

    def field(self, shape: Shape, person: Person) -> Any:
        if not shape.field.many:
            return self.value(shape, person)
        count = self.weighted(shape.lists) if shape.lists else 0
        if shape.children:
            names = list(shape.children)
            return [
                dict(zip(names, (self.field(child, person) for child in shape.children.values()), strict=True))
                for _ in range(count)
            ]
        return [self.value(shape, person) for _ in range(count)]

    def value(self, shape: Shape, person: Person) -> Any:
        if shape.field.name in self.counters:
            return None  # as many as its list has: the codec counts
        if shape.seen and self.chance.random() < shape.blank / shape.seen:
            return {Type.TEXT: "", Type.INTEGER: 0, Type.DECIMAL: Decimal(0)}.get(shape.field.type)
        if shape.field.type is Type.TEXT:
            return self.text(shape, person)
        if shape.field.type is Type.BOOLEAN:
            return self.chance.random() < 0.5
        if shape.field.type is Type.FLOAT:
            return round(self.chance.uniform(0, 1000), 3)
        return self.number(shape, person)

    # --- numbers

    def number(self, shape: Shape, person: Person) -> int | Decimal:
        found = shape.field
        if shape.form or (shape.sense in _DATES and not shape.seen and found.digits == 8):
            return int(self.day(shape, person))
        if shape.common and sum(shape.common.values()) >= shape.seen - shape.blank > 0:
            return self.exact(found, Decimal(self.weighted(shape.common)))
        if shape.sense is Sense.PERSON or (shape.unique and not found.scale):
            return self.exact(found, Decimal(person.number))
        digits = self.weighted(shape.lengths) if shape.lengths else min(found.digits or 6, 6)
        units = self.chance.randrange(10 ** (digits - 1) if digits > 1 else 0, 10**digits)
        minus = found.signed and shape.negative and self.chance.random() < shape.negative / max(shape.seen, 1)
        return self.exact(found, Decimal(-units if minus else units).scaleb(-found.scale))

    def exact(self, found: Field, value: Decimal) -> int | Decimal:
        """Return a number within the field's digits, of the type of its column."""
        whole = (found.digits or 18) - found.scale
        value = value % (Decimal(10) ** whole) if abs(value) >= Decimal(10) ** whole else value
        return value if found.type is Type.DECIMAL or (found.digits or 0) > 18 else int(value)

    def day(self, shape: Shape, person: Person) -> str:
        day = person.born if shape.sense is Sense.BIRTH else _FIRST + timedelta(days=self.chance.randrange(_DAYS))
        form = shape.form or "%Y%m%d"
        return day.strftime(form).replace("%", "")

    # --- text

    def text(self, shape: Shape, person: Person) -> str:
        size = shape.field.size or _LONGEST
        said = person.says(shape.sense, size) if shape.sense else None
        if shape.form:
            said = self.day(shape, person)
        elif said is None and shape.common:
            said = self.weighted(shape.common)
        elif said is None:
            said = self.pattern(shape, person) if shape.patterns else self.plain(size)
        return self.fitted(said, shape.field)

    def pattern(self, shape: Shape, person: Person) -> str:
        """Return a text of the kinds of signs that one of the field's texts has."""
        pattern = self.weighted(shape.patterns)
        if shape.unique and pattern.count("9") >= len(str(person.number)):
            number = iter(f"{person.number:0{pattern.count('9')}}")
            pattern = "".join(next(number) if sign == "9" else sign for sign in pattern)
            signs = {"A": "ABCDEFGHJKLMNPQRSTUVWXYZ", "a": "abcdefghjkmnpqrstuvwxyz"}
        else:
            signs = {"9": "0123456789", "A": "ABCDEFGHJKLMNPQRSTUVWXYZ", "a": "abcdefghjkmnpqrstuvwxyz"}
        signs["字"] = "".join(words.CHINESE_WORDS)
        return "".join(self.chance.choice(signs[sign]) if sign in signs else sign for sign in pattern)

    def plain(self, size: int) -> str:
        """Return words, or a code where the field has no room for a word."""
        if size < 4:
            return "".join(self.chance.choice("ABCDEFGH") for _ in range(size))
        if self.chinese:
            return "".join(self.chance.choice(words.CHINESE_WORDS) for _ in range(max(1, min(size // 4, 6))))
        return self.chance.choice(words.WORDS)

    def fitted(self, text: str, found: Field) -> str:
        """Return the text within the field's size; of bytes, a Chinese character may take up to four."""
        if found.size is None:
            return text
        if found.unit == "bytes":
            room = list(accumulate((1 if sign.isascii() else 4 for sign in text), initial=0))
            return text[: max(n for n, used in enumerate(room) if used <= found.size)]
        return text[: found.size]

    def weighted(self, counts: Mapping[Any, int]) -> Any:
        """Return one of the keys, as often as they were counted."""
        return self.chance.choices(list(counts), weights=list(counts.values()))[0]
