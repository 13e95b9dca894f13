"""Where a value says the same as before, whatever became of it on the way through documents.

    unchanged(pl.Series(["A", "", None]), pl.Series(["A", None, "B"]))       # [True, True, False]

Documents know nothing blank: empty text comes back as null, an item without anything is gone, an empty list is null.
None of that is a change. Numbers are compared by value, not by type.
"""

from __future__ import annotations

import polars as pl
from polars.datatypes import DataTypeClass


def unchanged(before: pl.Series, now: pl.Series) -> pl.Series:
    """Return, as Booleans without null, where ``now`` says what ``before`` said.

    Of structs only the fields that both have are looked at.
    """
    shape = _common(before.dtype, now.dtype)
    if shape is None:
        return pl.Series([True]).new_from_index(0, len(before))
    frame = pl.DataFrame([before.alias("before"), now.alias("now")])
    said = frame.select(_said(pl.col("before"), shape, whole=False), _said(pl.col("now"), shape, whole=False))
    return _equal(said["before"], said["now"])


def brought_back(before: pl.Series, now: pl.Series) -> pl.Series:
    """Return where ``now`` is what ``before`` was, or what documents make of it.

    Where an item without anything has been added, that is a change: in records it takes a place.
    """
    shape = _common(before.dtype, now.dtype)
    if shape is None:
        return pl.Series([True]).new_from_index(0, len(before))
    frame = pl.DataFrame([before.alias("before"), now.alias("now")])
    said = frame.select(
        whole=_said(pl.col("before"), shape, whole=True),
        less=_said(pl.col("before"), shape, whole=False),
        now=_said(pl.col("now"), shape, whole=True),
    )
    return _equal(said["whole"], said["now"]) | _equal(said["less"], said["now"])


def _equal(first: pl.Series, second: pl.Series) -> pl.Series:
    if first.dtype == second.dtype:
        return first.eq_missing(second)
    # A cast may round: only what comes out the same both ways is the same.
    there = second.cast(first.dtype, strict=False).eq_missing(first)
    return there & first.cast(second.dtype, strict=False).eq_missing(second)


def _common(before: pl.DataType | DataTypeClass, now: pl.DataType | DataTypeClass) -> pl.DataType | None:
    """Return the type that both have in common: that of ``before``, less the fields that ``now`` does not have.

    None where that leaves nothing: items that are all FILLER have no field.
    """
    if isinstance(before, pl.List) and isinstance(now, pl.List):
        inner = _common(before.inner, now.inner)
        return None if inner is None else pl.List(inner)
    if isinstance(before, pl.Struct) and isinstance(now, pl.Struct):
        there = {each.name: each.dtype for each in now.fields}
        both = {each.name: _common(each.dtype, there[each.name]) for each in before.fields if each.name in there}
        fields = {name: shape for name, shape in both.items() if shape is not None}
        return pl.Struct(fields) if fields else None
    return _instance(before)


def _said(value: pl.Expr, shape: pl.DataType, *, whole: bool) -> pl.Expr:
    """Return a value with nothing for null, and unless it is to be ``whole`` without items that say nothing."""
    if isinstance(shape, pl.List):
        inner = _instance(shape.inner)
        item = _said(pl.element(), inner, whole=whole)
        return value.list.eval(item if whole else item.filter(~_blank(item, inner))).fill_null([])
    if isinstance(shape, pl.Struct):
        fields = [
            _said(value.struct.field(each.name), _instance(each.dtype), whole=whole).alias(each.name)
            for each in shape.fields
        ]
        return pl.struct(fields)
    return value.fill_null("") if shape == pl.String else value


def _blank(said: pl.Expr, shape: pl.DataType) -> pl.Expr:
    if isinstance(shape, pl.List):
        return said.list.len() == 0
    if isinstance(shape, pl.Struct):
        return pl.all_horizontal(
            [_blank(said.struct.field(each.name), _instance(each.dtype)) for each in shape.fields]
        )
    return said == "" if shape == pl.String else said.is_null()


def _instance(dtype: pl.DataType | DataTypeClass) -> pl.DataType:
    return dtype() if isinstance(dtype, type) else dtype
