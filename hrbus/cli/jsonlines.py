"""Records as JSON lines, nested as their layout nests them, and back: what ``hrbus decode`` and ``encode`` speak.

    lines(batch.frame, layout)            # '{"APPL-NO":4711,"APPL-NAME":{"APPL-FAMILY-NAME":"LOVELACE"}}'
    JsonLines(layout).frames(texts)       # the same, backwards

Numbers are exact: a decimal is written with all its digits and read as a decimal, never through a float. Text is
made by column; nothing is done record by record on the way out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Context, Decimal
from difflib import get_close_matches
from itertools import groupby, islice
from typing import Any, NoReturn

import polars as pl

from hrbus.spi import OFFSET, RECORD, SEGMENT, Field, Layout, RecordError, Reject, Stage, Type

BATCH = 10_000
"""How many records a frame holds at most."""

Column = Callable[[str], pl.Expr | None]

_WIDE = Context(prec=40)
"""Python's own 28 digits would refuse the wider of COBOL's numbers."""

_ESCAPES = {'"': '\\"', "\\": "\\\\"} | {chr(code): f"\\u{code:04x}" for code in range(32)}


def lines(frame: pl.DataFrame, layout: Layout) -> pl.Series:
    """Return one JSON object a record, as text. Fields without a column in ``frame`` are left out."""
    present = set(frame.columns)
    text = _object(layout.fields, lambda column: pl.col(column) if column in present else None)
    return frame.select(text.alias("json")).to_series()


def _object(fields: Iterable[Field], column: Column) -> pl.Expr:
    fields = tuple(fields)
    if any(item.view for item in fields) and (type_ := column(SEGMENT)) is not None:
        return _object_of_type(fields, column, type_)
    parts: list[pl.Expr] = []
    for item in fields:
        value = _value(item, column)
        if value is not None:
            comma = "," if parts else ""
            parts += [pl.lit(f"{comma}{json.dumps(item.name, ensure_ascii=False)}:"), value]
    return pl.concat_str([pl.lit("{"), *parts, pl.lit("}")])


def _object_of_type(fields: Iterable[Field], column: Column, type_: pl.Expr) -> pl.Expr:
    """Return an object that has, of several views, the one that the record is of."""
    parts: list[pl.Expr] = []
    for item in fields:
        value = _value(item, column)
        if value is not None:
            part = pl.concat_str([pl.lit(f"{json.dumps(item.name, ensure_ascii=False)}:"), value])
            parts.append(pl.when(type_ == item.name).then(part) if item.view else part)
    return pl.concat_str([pl.lit("{"), pl.concat_str(parts, separator=",", ignore_nulls=True), pl.lit("}")])


def _value(item: Field, column: Column) -> pl.Expr | None:
    if item.type is Type.GROUP and not item.many:
        return _object(item.children, column)
    own = column(item.column)
    if own is None or not item.many:
        return None if own is None else _leaf(item, own)
    if item.type is Type.GROUP:
        inner = _object(item.children, lambda name: pl.element().struct.field(name))
    else:
        inner = _leaf(item, pl.element())
    joined = pl.concat_str([pl.lit("["), own.list.eval(inner).list.join(","), pl.lit("]")])
    return pl.coalesce(joined, pl.lit("null"))


def _leaf(item: Field, value: pl.Expr) -> pl.Expr:
    text = value.cast(pl.String)
    if item.type is Type.TEXT:
        text = pl.format('"{}"', text.str.replace_many(list(_ESCAPES), list(_ESCAPES.values())))
    elif item.type is Type.FLOAT:
        text = pl.when(value.is_finite()).then(text)
    return pl.coalesce(text, pl.lit("null"))


@dataclass
class JsonLines:
    """Frames from JSON lines. A line that is no record of the layout is in no frame: it is in ``rejects``."""

    layout: Layout
    rejects: list[Reject] = field(default_factory=list)

    def frames(self, texts: Iterable[bytes]) -> Iterator[pl.DataFrame]:
        """Yield the records of ``texts``, one a line; blank lines are passed over.

        A frame holds neighbours that name the same fields, so that a field left out has no column (the codec gives
        it its initial value), while one that is ``null`` is null.
        """
        for named, group in groupby(self._records(texts), key=lambda record: tuple(record[2])):
            while chunk := list(islice(group, BATCH)):
                yield self._frame(named, chunk)

    def _records(self, texts: Iterable[bytes]) -> Iterator[tuple[int, int, dict[str, Any]]]:
        number = offset = 0
        for text in texts:
            if text.strip():
                number += 1
                try:
                    yield number, offset, self._flat(text)
                except RecordError as error:
                    raw = text.rstrip(b"\r\n")
                    self.rejects.append(Reject(number, offset, Stage.ENCODE, error.reason, error.field, raw))
            offset += len(text)

    def _flat(self, text: bytes) -> dict[str, Any]:
        """Return the values of a line by column, in the order of the layout."""
        try:
            record = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise RecordError("this line is not JSON") from None
        flat = _flatten(record, self.layout.fields, "")
        if views := _views(self.layout.fields):
            return self._of_type(flat, views)
        return {column: flat[column] for column in self.layout.columns() if column in flat}

    def _of_type(self, flat: dict[str, Any], views: dict[str, Field]) -> dict[str, Any]:
        """Return a record of one of several types: what the other types have is null in it."""
        given = [name for name, item in views.items() if flat.keys() & Layout("", (item,)).columns().keys()]
        if len(given) > 1:
            raise RecordError(f"a record is of one type, not both {given[0]} and {given[1]}", field=given[1])
        others = Layout("", tuple(item for name, item in views.items() if name not in given)).columns()
        made = {column: flat.get(column) for column in self.layout.columns() if column in flat or column in others}
        return {SEGMENT: given[0] if given else None, **made}

    def _frame(self, named: tuple[str, ...], chunk: list[tuple[int, int, dict[str, Any]]]) -> pl.DataFrame:
        columns = self.layout.columns()
        own = {
            RECORD: pl.Series([number for number, _offset, _record in chunk], dtype=pl.Int64),
            OFFSET: pl.Series([offset for _number, offset, _record in chunk], dtype=pl.Int64),
        }
        types = {name: dtype_of(columns[name]) if name in columns else pl.String() for name in named}
        fields = {
            name: pl.Series([record[name] for _number, _offset, record in chunk], dtype=dtype)
            for name, dtype in types.items()
        }
        return pl.DataFrame(own | fields)


def _views(fields: Iterable[Field]) -> dict[str, Field]:
    """Return the fields of which a record has one at most, by name."""
    found: dict[str, Field] = {}
    for item in fields:
        found |= {item.name: item} if item.view else {} if item.many else _views(item.children)
    return found


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


def _flatten(record: Any, fields: tuple[Field, ...], path: str) -> dict[str, Any]:
    """Return the values of a JSON object by column: groups that do not repeat lose their level."""
    if not isinstance(record, dict):
        raise RecordError("a JSON object is expected", field=path)
    known = {item.name: item for item in fields}
    flat: dict[str, Any] = {}
    for name, value in record.items():
        item = known.get(name)
        where = f"{path}.{name}" if path else name
        if item is None:
            hint = next(iter(get_close_matches(name.upper(), known, 1)), "")
            raise RecordError(
                "the layout has no such field" + (f"; did you mean {hint}?" if hint else ""), field=where
            )
        if item.type is Type.GROUP and not item.many:
            flat.update(_flatten(value, item.children, where))
        elif item.many:
            flat[item.column] = _many(item, value, where)
        else:
            flat[item.column] = _one(item, value, where)
    return flat


def _many(item: Field, value: Any, path: str) -> list[Any] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise RecordError("a JSON array is expected", field=path)
    if item.type is not Type.GROUP:
        return [_one(item, one, f"{path}[{number}]") for number, one in enumerate(value, start=1)]
    return [_flatten(one, item.children, f"{path}[{number}]") for number, one in enumerate(value, start=1)]


def _one(item: Field, value: Any, path: str) -> Any:
    if value is None:
        return None
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if item.type is Type.TEXT and isinstance(value, str):
        if any("\ud800" <= sign <= "\udfff" for sign in value):
            raise RecordError("holds half a character (a surrogate)", field=path)
        return value
    if item.type is Type.BOOLEAN and isinstance(value, bool):
        return value
    if item.type is Type.FLOAT and number:
        return float(value)
    if item.type in (Type.INTEGER, Type.DECIMAL) and number:
        return _exact(item, Decimal(value), path)
    raise RecordError(f"{_EXPECTED[item.type]} is expected{f' ({item.note})' if item.note else ''}", field=path)


def _exact(item: Field, value: Decimal, path: str) -> int | Decimal:
    """Return ``value`` with the field's scale; what does not fit exactly is refused, never rounded."""
    digits = item.digits or 38
    scale = item.scale if item.type is Type.DECIMAL else 0
    if value and (value.adjusted() >= digits - scale or _decimals(value) > scale):
        raise RecordError(f"does not fit {item.note or f'{digits} digits, {scale} of them decimals'}", field=path)
    if item.type is Type.INTEGER and digits <= 18:
        return int(value)
    return value.quantize(Decimal(1).scaleb(-scale), context=_WIDE)


def _decimals(value: Decimal) -> int:
    """Return how many digits stand after the point, trailing zeros left out."""
    _sign, digits, exponent = value.as_tuple()
    zeros = next((place for place, digit in enumerate(reversed(digits)) if digit), 0)
    return -(int(exponent) + zeros)


_EXPECTED = {
    Type.TEXT: "text",
    Type.INTEGER: "a whole number",
    Type.DECIMAL: "a number",
    Type.FLOAT: "a number",
    Type.BOOLEAN: "true or false",
}


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
