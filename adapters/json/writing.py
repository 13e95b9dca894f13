"""From columns to JSON text, a whole column at a time.

Null means absent: its key is left out, and so is an object or a list in which nothing is left. Decimals are written
as they are, digit for digit; no value passes through a float.

    texts(frame, layout)      # one String a row: {"external_id":"4711","job":{"requirements":[{"weight":60.00}]}}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import polars as pl
from polars.datatypes import DataTypeClass

from adapters.json.columns import dtype_of, leaves
from hrbus.spi import Field, Layout, Type

_SPECIAL = ['"', "\\", *(chr(code) for code in range(32))]
_ESCAPED = [json.dumps(character)[1:-1] for character in _SPECIAL]

Get = Callable[[str], pl.Expr]


def texts(frame: pl.DataFrame, layout: Layout) -> pl.Series:
    """Return the JSON text of every row, as a String series; columns that the layout does not name are left out."""
    text = _object(layout.fields, pl.col, frame.schema, top=True)
    return frame.select((pl.repeat("{}", pl.len()) if text is None else text).alias("text")).to_series()


def fitted(frame: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, dict[int, tuple[str, str]]]:
    """Return ``frame`` with its columns in the layout's types, and by row the field that does not fit, and why."""
    failures: dict[int, tuple[str, str]] = {}
    return _fitted(frame, layout.fields, range(frame.height), "", failures), failures


def _fitted(
    frame: pl.DataFrame,
    fields: Sequence[Field],
    owners: Sequence[int],
    path: str,
    failures: dict[int, tuple[str, str]],
) -> pl.DataFrame:
    for name, field in leaves(fields):
        if name not in frame.columns:
            failed, reason = pl.repeat(field.required, frame.height, eager=True), "is required, and absent"
        elif field.many:
            _fit_items(frame.get_column(name), field, owners, path, failures)
            continue
        else:
            frame, failed, reason = _cast(frame, frame.get_column(name), field)
        for row in failed.arg_true().to_list():
            failures.setdefault(owners[row], (path + name, reason))
    return frame


def _fit_items(
    lists: pl.Series, field: Field, owners: Sequence[int], path: str, failures: dict[int, tuple[str, str]]
) -> None:
    """Look at the items of a list; they are written as they are, so nothing is cast."""
    if not isinstance(lists.dtype, pl.List):
        raise TypeError(f"{path}{field.column} is a list in the layout, and {lists.dtype} in the frame")
    flat = pl.DataFrame({"row": pl.Series(owners, dtype=pl.Int64), "item": lists}).filter(
        pl.col("item").list.len() > 0
    )
    flat = flat.explode("item")
    items = flat.get_column("item")
    within = flat.get_column("row").to_list()
    if isinstance(items.dtype, pl.Struct):
        _fitted(items.struct.unnest(), field.children, within, f"{path}{field.column}.", failures)
        return
    single = replace(field, many=False, required=False)
    _, failed, reason = _cast(items.to_frame(field.column), items.alias(field.column), single)
    for row in failed.arg_true().to_list():
        failures.setdefault(within[row], (path + field.column, reason))


def _cast(frame: pl.DataFrame, before: pl.Series, field: Field) -> tuple[pl.DataFrame, pl.Series, str]:
    """Return the frame with one column cast, the rows that it does not fit, and why."""
    none = pl.repeat(False, frame.height, eager=True)
    wanted = dtype_of(field)
    if field.required and before.null_count():
        return frame, before.is_null(), "is required, and absent"
    if field.type is Type.TEXT and field.size is not None and before.dtype == pl.String:
        failed = (before.str.len_chars() > field.size).fill_null(False)
        return frame, failed, f"is longer than {field.size} characters"
    if field.type is Type.FLOAT and before.dtype.is_float():
        return frame, (before.is_nan() | before.is_infinite()).fill_null(False), "is not a finite number"
    if before.dtype == wanted or not before.dtype.is_numeric():
        return frame, none, ""
    after = before.cast(wanted, strict=False)
    lost = (after.cast(before.dtype, strict=False) != before).fill_null(True) & before.is_not_null()
    return frame.with_columns(after), lost, f"does not fit {field.note or field.type}"


def _object(fields: Sequence[Field], get: Get, schema: Mapping[str, pl.DataType], *, top: bool) -> pl.Expr | None:
    """Return the text of an object; null where it is empty, unless it is the ``top`` one. None: no column at all."""
    members = []
    for field in fields:
        if field.type is Type.GROUP and not field.many:
            value = _object(field.children, get, schema, top=False)
        elif field.column in schema:
            value = _value(field, get(field.column), schema[field.column])
        else:
            value = None
        if value is not None:
            key = json.dumps(field.name, ensure_ascii=False)
            members.append(pl.concat_str([pl.lit(f"{key}:"), value]))
    if not members:
        return None
    inside = pl.concat_str(members, separator=",", ignore_nulls=True)
    text = pl.concat_str([pl.lit("{"), inside, pl.lit("}")])
    return text if top else pl.when(inside != "").then(text)


def _value(field: Field, value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if not field.many:
        return _scalar(value, dtype)
    inner = dtype.inner if isinstance(dtype, pl.List) else dtype
    if isinstance(inner, pl.Struct):
        schema = {each.name: _instance(each.dtype) for each in inner.fields}
        item = _object(field.children, pl.element().struct.field, schema, top=True)
        item = pl.lit("{}") if item is None else item
    else:
        item = _scalar(pl.element(), _instance(inner)).fill_null("null")
    joined = pl.concat_str([pl.lit("["), value.list.eval(item).list.join(","), pl.lit("]")])
    return pl.when(value.list.len() > 0).then(joined)


def _scalar(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.String:
        return pl.concat_str([pl.lit('"'), value.str.replace_many(_SPECIAL, _ESCAPED), pl.lit('"')])
    return value.cast(pl.String)


def _instance(dtype: pl.DataType | DataTypeClass) -> pl.DataType:
    return dtype() if isinstance(dtype, type) else dtype
