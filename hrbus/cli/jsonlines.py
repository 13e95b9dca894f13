"""Records as JSON lines, nested as their layout nests them: what ``hrbus decode`` prints.

    lines(batch.frame, layout)            # '{"APPL-NO":4711,"APPL-NAME":{"APPL-FAMILY-NAME":"LOVELACE"}}'

Numbers are exact: a decimal is written with all its digits. Text is made by column; nothing is done record by record.
``jsonrecords`` reads the lines again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import polars as pl

from hrbus.spi import SEGMENT, Field, Layout, Type

Column = Callable[[str], pl.Expr | None]

_SHORT = 6
"""Digits that a float of 32 bits surely keeps."""

_CONTROLS = (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)
"""What some readers take for the end of a line (U+0085, U+2028) or act upon: all of it is told by number."""

_ESCAPES = {'"': '\\"', "\\": "\\\\"} | {chr(code): f"\\u{code:04x}" for code in _CONTROLS}


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
            parts.append(pl.when(type_ == item.column).then(part) if item.view else part)
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
        text = pl.when(value.is_finite()).then(_shortest(item, value))
    return pl.coalesce(text, pl.lit("null"))


def _shortest(item: Field, value: pl.Expr) -> pl.Expr:
    """Return the fewest digits that are read as the same float again: those of a short one are fewer."""
    short = value.cast(pl.Float32, strict=False)
    if not item.digits or item.digits > _SHORT:
        return value.cast(pl.String)
    return pl.when(short.cast(pl.Float64) == value).then(short.cast(pl.String)).otherwise(value.cast(pl.String))
