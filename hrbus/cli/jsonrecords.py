"""Frames from JSON lines: what ``hrbus encode`` reads. Numbers are exact, never floats on their way.

    JsonLines(layout).frames(texts)       # what ``jsonlines.lines`` wrote, backwards

A line becomes a tree in one step, with its numbers as text (``jsonnumbers``); then everything happens by column. Only
lines that do not pass are looked at value by value (``jsonvalues``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl

from hrbus.cli.jsonnumbers import quoted
from hrbus.cli.jsonvalues import NUMBER, bounds, plain
from hrbus.spi import LEFT_OUT, OFFSET, RECORD, SEGMENT, Field, Layout, RecordError, Reject, Stage, Type

BATCH = 10_000
"""How many records a frame holds at most."""

Bools = npt.NDArray[np.bool_]
Shape = tuple[object, ...]


class _Line(NamedTuple):
    """A line with its number and place; ``record`` is its tree, ``shape`` which fields it names."""

    number: int
    offset: int
    text: bytes
    record: Any
    shape: Shape


@dataclass
class JsonLines:
    """Frames from JSON lines. A line that is no record of the layout is in no frame: it is in ``rejects``."""

    layout: Layout
    rejects: list[Reject] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._shapes = _Shapes(self.layout.fields)
        self._views = {name: set(Layout("", (item,)).columns()) for name, item in _views(self.layout.fields).items()}
        self._types: dict[Shape, str | None] = {}

    def frames(self, texts: Iterable[bytes]) -> Iterator[pl.DataFrame]:
        """Yield the records of ``texts``, one a line; blank lines are passed over.

        A field that a line leaves out is no null: the codec gives it its initial value. No column stands for what
        all lines of a frame leave out; where only some do, ``_left_out`` says which.
        """
        numbered = self._numbered(texts)
        while block := list(islice(numbered, BATCH)):
            lines = list(self._trees(block))
            if lines and (frame := self._frame(lines)).height:
                yield frame

    def taken(self) -> list[Reject]:
        """Return the rejects since this was last asked."""
        found, self.rejects = self.rejects, []
        return found

    def _numbered(self, texts: Iterable[bytes]) -> Iterator[tuple[int, int, bytes]]:
        number = offset = 0
        for text in texts:
            if text.strip():
                number += 1
                yield number, offset, text.rstrip(b"\r\n")
            offset += len(text)

    def _trees(self, block: list[tuple[int, int, bytes]]) -> Iterator[_Line]:
        """Yield the lines that are records; one that is not plain on its face is looked at value by value."""
        data = b"\n".join(text for _, _, text in block)
        doubtful = NUMBER.encode() in data or b"\\ufdd0" in data.lower() or data.count(b"\n") >= len(block)
        plainly = [b""] * len(block) if doubtful else quoted(data).split(b"\n")
        for (number, offset, text), marked in zip(block, plainly, strict=True):
            try:
                record = orjson.loads(marked)
                shape = self._shapes.of(record)
                self._type(shape)
                yield _Line(number, offset, text, record, shape)
            except (orjson.JSONDecodeError, _NotPlainError, RecordError):
                yield from self._looked_at(_Line(number, offset, text, None, ()))

    def _looked_at(self, line: _Line) -> Iterator[_Line]:
        """Yield a line whose record is written plainly, or nothing: it is a reject then."""
        try:
            record = plain(line.text, self.layout)
            shape = self._shapes.of(record)
            self._type(shape)
            yield line._replace(record=record, shape=shape)
        except RecordError as error:
            self.rejects.append(Reject(line.number, line.offset, Stage.ENCODE, error.reason, error.field, line.text))

    def _type(self, shape: Shape) -> str | None:
        """Return of which type of several a record is: whose fields it has; RecordError where it has those of two."""
        if shape not in self._types:
            columns = self._shapes.columns(shape)
            given = [name for name, own in self._views.items() if columns & own]
            if len(given) > 1:
                raise RecordError(f"a record is of one type, not both {given[0]} and {given[1]}", field=given[1])
            self._types[shape] = given[0] if given else None
        return self._types[shape]

    def _frame(self, lines: list[_Line]) -> pl.DataFrame:
        """Return a frame of lines, less those that turn out to be rejects."""
        columns = _Columns(len(lines))
        made = columns.of([line.record for line in lines], self.layout.fields)
        if columns.bad.any():
            doubtful = zip(lines, columns.bad.tolist(), strict=True)
            lines = [sure for line, bad in doubtful for sure in (self._looked_at(line) if bad else (line,))]
            if not lines:
                return pl.DataFrame()
            columns = _Columns(len(lines))
            made = columns.of([line.record for line in lines], self.layout.fields)
            assert not columns.bad.any()  # noqa: S101 - what was looked at is plain
        own: dict[str, pl.Series] = {
            RECORD: pl.Series([line.number for line in lines], dtype=pl.Int64),
            OFFSET: pl.Series([line.offset for line in lines], dtype=pl.Int64),
        }
        named = {shape: self._shapes.columns(shape) for shape in {line.shape for line in lines}}
        some = set[str]().union(*named.values())
        if self._views:
            own[SEGMENT] = pl.Series([self._type(line.shape) for line in lines], dtype=pl.String)
        if len(named) > 1:
            left_out = {shape: sorted(some - columns) for shape, columns in named.items()}
            own[LEFT_OUT] = pl.Series([left_out[line.shape] for line in lines], dtype=pl.List(pl.String))
        return pl.DataFrame(own | {name: series for name, series in made.items() if name in some})


def _views(fields: Iterable[Field]) -> dict[str, Field]:
    """Return the fields of which a record has one at most, by name."""
    found: dict[str, Field] = {}
    for item in fields:
        found |= {item.column: item} if item.view else {} if item.many else _views(item.children)
    return found


class _NotPlainError(Exception):
    """A record has an unknown field, or is no object where a group is."""


class _Shapes:
    """Tells which fields of a group its objects name: nested as the groups are, in the order of the layout."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self.known = {item.name: item for item in fields}
        self.groups = {
            name: _Shapes(item.children)
            for name, item in self.known.items()
            if item.type is Type.GROUP and not item.many
        }
        self.seen: dict[tuple[str, ...], tuple[Shape, tuple[str, ...]]] = {}

    def of(self, record: Any) -> Shape:
        """Return the shape of an object; _NotPlainError where it cannot have one."""
        if type(record) is not dict:
            raise _NotPlainError
        names = tuple(record)
        found = self.seen.get(names)
        if found is None:
            found = self.seen[names] = self._sorted(names)
        alone, groups = found
        return (*alone, *[self.groups[name].of(record[name]) for name in groups]) if groups else alone

    def _sorted(self, names: tuple[str, ...]) -> tuple[Shape, tuple[str, ...]]:
        """Return names in the order of the layout, as a shape, and which of them are groups."""
        if not self.known.keys() >= set(names):
            raise _NotPlainError
        ordered = tuple(name for name in self.known if name in names)
        return (ordered,), tuple(name for name in ordered if name in self.groups)

    def fit(self, record: Any) -> bool:
        """Say whether an object has a shape."""
        try:
            self.of(record)
        except _NotPlainError:
            return False
        return True

    def columns(self, shape: Any) -> set[str]:
        """Return the columns that objects of a shape have."""
        names, *inner = shape
        shapes = iter(inner)
        made: set[str] = set()
        for name in names:
            made |= self.groups[name].columns(next(shapes)) if name in self.groups else {self.known[name].column}
        return made


class _Columns:
    """Makes columns of the trees of records, or of the elements of their lists; ``bad`` says which do not pass."""

    def __init__(self, count: int) -> None:
        self.bad: Bools = np.zeros(count, dtype=np.bool_)

    def of(self, records: list[Any], fields: Iterable[Field]) -> dict[str, pl.Series]:
        """Return the columns of objects; groups lose their level, and a field that is left out is null."""
        made: dict[str, pl.Series] = {}
        for item in fields:
            if item.type is Type.GROUP and not item.many:
                made |= self.of([record.get(item.name, {}) for record in records], item.children)
            else:
                values = [record.get(item.name) for record in records]
                made[item.column] = self.many(item, values) if item.many else self.one(item, values)
        return made

    def objects(self, records: list[Any], fields: tuple[Field, ...]) -> list[Any]:
        """Return the elements of a list, empty where one is no object, or has unknown fields."""
        shapes = _Shapes(fields)
        wrong = [not shapes.fit(record) for record in records]
        if any(wrong):
            self.bad |= wrong
            return [{} if bad else record for bad, record in zip(wrong, records, strict=True)]
        return records

    def many(self, item: Field, lists: list[Any]) -> pl.Series:
        """Return a column of lists."""
        wrong = [values is not None and type(values) is not list for values in lists]
        if any(wrong):
            self.bad |= wrong
            lists = [None if bad else values for bad, values in zip(wrong, lists, strict=True)]
        lengths = np.array([len(values) if values else 0 for values in lists], dtype=np.int64)
        inside = _Columns(int(lengths.sum()))
        flat = list(chain.from_iterable(values for values in lists if values))
        if item.type is Type.GROUP:
            series = pl.DataFrame(inside.of(inside.objects(flat, item.children), item.children)).to_struct()
        else:
            series = inside.one(item, flat)
        parents = np.repeat(np.arange(len(lists)), lengths)
        self.bad[parents[inside.bad]] = True
        return _lists(series, parents, [values is None for values in lists])

    def one(self, item: Field, values: list[Any]) -> pl.Series:
        """Return a column of single values; null where one does not pass."""
        wanted = bool if item.type is Type.BOOLEAN else str
        wrong = [value is not None and type(value) is not wanted for value in values]
        if any(wrong):
            self.bad |= wrong
            values = [None if bad else value for bad, value in zip(wrong, values, strict=True)]
        if item.type is Type.BOOLEAN:
            return pl.Series(values, dtype=pl.Boolean)
        texts = pl.Series(values, dtype=pl.String)
        right = ~texts.str.starts_with(NUMBER) if item.type is Type.TEXT else texts.str.contains(_pattern(item))
        self.bad |= (~right).fill_null(value=False).to_numpy()
        return texts if item.type is Type.TEXT else _numbers(item, texts.zip_with(right, _NOTHING))


_NOTHING = pl.Series([None], dtype=pl.String)


def _pattern(item: Field) -> str:
    """Return what a number looks like that fits exactly, with the mark before it."""
    if item.type is Type.FLOAT:
        return rf"^{NUMBER}-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
    digits, scale = bounds(item)
    whole = rf"(0|[1-9][0-9]{{0,{digits - scale - 1}}})" if digits > scale else "0"
    return rf"^{NUMBER}-?{whole}(\.([0-9]{{1,{scale}}}0*|0+))?$" if scale else rf"^{NUMBER}-?{whole}(\.0+)?$"


def _numbers(item: Field, texts: pl.Series) -> pl.Series:
    plainly = texts.str.strip_prefix(NUMBER)
    dtype = dtype_of(replace(item, many=False))
    return plainly.str.replace(r"\.0+$", "").cast(dtype) if item.type is Type.INTEGER else plainly.cast(dtype)


def _lists(values: pl.Series, parents: npt.NDArray[np.int64], nulls: list[bool]) -> pl.Series:
    """Return lists of the values that have the same parent; an empty list where there are none, unless null."""
    rows = pl.DataFrame({"row": np.arange(len(nulls)), "null": pl.Series(nulls, dtype=pl.Boolean)})
    grouped = pl.DataFrame({"row": parents, "values": values}).group_by("row", maintain_order=True).agg("values")
    joined = rows.join(grouped, on="row", how="left", maintain_order="left")
    empty = pl.Series([[]], dtype=pl.List(values.dtype))
    filled = pl.when(pl.col("values").is_null() & ~pl.col("null")).then(pl.lit(empty).first()).otherwise("values")
    return joined.select(filled.alias("values")).to_series()


def dtype_of(item: Field) -> pl.DataType:
    """Return the type of the column of ``item``."""
    inner: pl.DataType
    if item.type is Type.GROUP:
        inner = pl.Struct({child.column: dtype_of(child) for child in Layout("", item.children).columns().values()})
    elif item.type is Type.INTEGER:
        inner = pl.Int64() if (item.digits or 0) <= 18 else pl.Decimal(38, 0)
    elif item.type is Type.DECIMAL:
        inner = pl.Decimal(item.digits or 38, item.scale)
    else:
        inner = {Type.TEXT: pl.String(), Type.FLOAT: pl.Float64(), Type.BOOLEAN: pl.Boolean()}[item.type]
    return pl.List(inner) if item.many else inner
