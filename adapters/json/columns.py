"""From parsed objects to columns, exactly, with what does not fit told by row and field.

The types of a whole column are compared first; only where one is out of place are its rows looked at one by one.

    columns = Columns(layout.fields)
    frame = columns.of([{"version": 1}, {"version": "x"}])
    columns.failures        # {1: ("version", "expected a whole number, found text")}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

import polars as pl

from hrbus.spi import Field, Type

_ABSENT = type(None)
_SCALARS: dict[Type, frozenset[type]] = {
    Type.TEXT: frozenset({str, _ABSENT}),
    Type.INTEGER: frozenset({int, Decimal, _ABSENT}),
    Type.DECIMAL: frozenset({int, Decimal, _ABSENT}),
    Type.FLOAT: frozenset({int, Decimal, _ABSENT}),
    Type.BOOLEAN: frozenset({bool, _ABSENT}),
}
_WANTED = {
    Type.TEXT: "text",
    Type.INTEGER: "a whole number",
    Type.DECIMAL: "a number",
    Type.FLOAT: "a number",
    Type.BOOLEAN: "true or false",
}
_FOUND = {
    str: "text",
    int: "a number",
    Decimal: "a number",
    bool: "true or false",
    dict: "an object",
    list: "a list",
    _ABSENT: "null",
}
_OBJECTS: frozenset[type] = frozenset({dict, _ABSENT})
_LISTS: frozenset[type] = frozenset({list, _ABSENT})
_INT64_DIGITS = 18
_MOST_DIGITS = 38
_TOO_MANY_PLACES = 400


def dtype_of(field: Field) -> pl.DataType:
    """Return the polars type of the column of ``field``, as the contract for codecs has it."""
    if field.type is Type.GROUP:
        inner: pl.DataType = pl.Struct({name: dtype_of(child) for name, child in leaves(field.children)})
    elif field.type is Type.TEXT:
        inner = pl.String()
    elif field.type is Type.BOOLEAN:
        inner = pl.Boolean()
    elif field.type is Type.FLOAT:
        inner = pl.Float64()
    elif field.type is Type.INTEGER and (field.digits or _INT64_DIGITS) <= _INT64_DIGITS:
        inner = pl.Int64()
    elif field.type is Type.INTEGER:
        inner = pl.Decimal(_MOST_DIGITS, 0)
    else:
        inner = pl.Decimal(field.digits or _MOST_DIGITS, field.scale)
    return pl.List(inner) if field.many else inner


def leaves(fields: Sequence[Field]) -> Iterator[tuple[str, Field]]:
    """Yield every field that has a column, with the column's name, in order."""
    for field in fields:
        if field.type is Type.GROUP and not field.many:
            yield from leaves(field.children)
        else:
            yield field.column, field


class Columns:
    """Makes columns of objects. ``failures`` holds, by row, the first field that does not fit, and why."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields
        self.failures: dict[int, tuple[str, str]] = {}

    def of(self, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
        """Return a frame with a column for each leaf; rows in ``failures`` hold null where they do not fit."""
        series = self._object(list(rows), self._fields, range(len(rows)), "")
        return pl.DataFrame(series) if series else pl.DataFrame(height=len(rows))

    def _object(
        self, rows: Sequence[dict[str, Any] | None], fields: Sequence[Field], owners: Sequence[int], path: str
    ) -> list[pl.Series]:
        made: list[pl.Series] = []
        for field in fields:
            key, place = field.name, path + field.column
            values = [None if row is None else row.get(key) for row in rows]
            if field.required and None in values:
                absent = [row is not None and value is None for row, value in zip(rows, values, strict=True)]
                self._fail(absent, owners, place, "is required, and absent")
            if field.type is Type.GROUP and not field.many:
                values = self._fitting(values, _OBJECTS, owners, place, "an object")
                made += self._object(values, field.children, owners, path)
            elif field.many:
                values = self._fitting(values, _LISTS, owners, place, "a list")
                made.append(self._list(values, field, owners, place))
            else:
                made.append(self._scalar(values, field, owners, place).alias(field.column))
        return made

    def _list(self, values: list[list[Any] | None], field: Field, owners: Sequence[int], path: str) -> pl.Series:
        flat = list(chain.from_iterable(value for value in values if value))
        inside = [number for number, value in enumerate(values) if value for _ in value]
        outer = [owners[number] for number in inside]
        if field.type is Type.GROUP:
            known = self._fitting(flat, frozenset({dict}), outer, path, "an object")
            items = pl.DataFrame(self._object(known, field.children, outer, f"{path}.")).to_struct("item")
        else:
            items = self._scalar(flat, field, outer, path).alias("item")
        dtype = dtype_of(field)
        if not flat:
            empty: list[list[Any] | None] = [None if value is None else [] for value in values]
            return pl.Series(field.column, empty, dtype=dtype)
        grouped = (
            pl.DataFrame([pl.Series("row", inside, pl.Int64), items]).group_by("row", maintain_order=True).agg("item")
        )
        rows = pl.DataFrame({"row": range(len(values)), "there": [value is not None for value in values]})
        joined = rows.join(grouped, on="row", how="left", maintain_order="left")
        item = pl.when(pl.col("item").is_null() & pl.col("there")).then(pl.lit([], dtype=dtype)).otherwise("item")
        return joined.select(item.cast(dtype).alias(field.column)).to_series()

    def _scalar(self, values: list[Any], field: Field, owners: Sequence[int], path: str) -> pl.Series:
        values = self._fitting(values, _SCALARS[field.type], owners, path, _WANTED[field.type])
        dtype = dtype_of(field)
        plain = dtype.inner if isinstance(dtype, pl.List) else dtype
        if field.type is Type.TEXT:
            return self._text(pl.Series(values, dtype=pl.String), field, owners, path)
        if field.type is Type.FLOAT:
            return pl.Series([None if value is None else float(value) for value in values], dtype=pl.Float64)
        if field.type is Type.BOOLEAN:
            return pl.Series(values, dtype=pl.Boolean)
        return self._number(values, field, owners, path).cast(plain)

    def _text(self, series: pl.Series, field: Field, owners: Sequence[int], path: str) -> pl.Series:
        if field.size is not None:
            long = (series.str.len_chars() > field.size).fill_null(False)
            if long.any():
                self._fail(long.to_list(), owners, path, f"is longer than {field.size} characters")
        return series

    def _number(self, values: list[Any], field: Field, owners: Sequence[int], path: str) -> pl.Series:
        digits = field.digits or (_INT64_DIGITS if field.type is Type.INTEGER else _MOST_DIGITS)
        texts = pl.Series([None if value is None else str(value) for value in values], dtype=pl.String)
        whole = digits - field.scale
        before = f"[0-9]{{1,{whole}}}" if whole else "0"
        pattern = rf"^-?{before}(\.[0-9]{{0,{field.scale}}}0*)?$"
        odd = (~texts.str.contains(pattern)).fill_null(False)
        if odd.any():
            written = pl.Series(
                [_plain(value) if bad else None for value, bad in zip(values, odd, strict=True)], dtype=pl.String
            )
            bad = odd & ~written.str.contains(pattern).fill_null(False)
            texts = pl.select(pl.when(bad).then(None).when(odd).then(written).otherwise(texts)).to_series()
            room = f"{_WANTED[field.type]} of at most {digits} digits" + (
                f", {field.scale} behind the point" if field.scale else ""
            )
            self._fail(bad.to_list(), owners, path, f"expected {room}")
        return texts.cast(pl.Decimal(min(digits, _MOST_DIGITS), field.scale))

    def _fitting(
        self, values: list[Any], kinds: frozenset[type], owners: Sequence[int], path: str, wanted: str
    ) -> list[Any]:
        """Return ``values`` with null where a value is of none of ``kinds``; those rows have failed."""
        strange = set(map(type, values)) - kinds
        if not strange:
            return values
        for kind in strange:
            reason = f"expected {wanted}, found {_FOUND[kind]}"
            self._fail([type(value) is kind for value in values], owners, path, reason)
        return [value if type(value) in kinds else None for value in values]

    def _fail(self, failed: Sequence[bool | None], owners: Sequence[int], path: str, reason: str) -> None:
        for number, bad in enumerate(failed):
            if bad:
                self.failures.setdefault(owners[number], (path, reason))


def _plain(value: Decimal | int) -> str | None:
    """Return a number without exponent and without zeros at its end; None where that would be absurdly long."""
    number = Decimal(value)
    if not number:
        return "0"
    if not number.is_finite() or abs(number.adjusted()) > _TOO_MANY_PLACES:
        return None
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
