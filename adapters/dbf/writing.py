"""Columns of a layout as columns of a dbf file, and frames as its records.

A whole or decimal number of at most twenty places is a number there too (N); a longer one stands as text, where every
digit has room. Nothing is a blank cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from adapters.dbf.table import Column
from adapters.flat.cells import Cells, Failures
from adapters.flat.lines import Encoding
from adapters.flat.padding import padded
from hrbus.spi import ConfigError, Fault, Field, Layout, Type

_LONGEST_TEXT = 254
_LONGEST_NUMBER = 20
_LONGEST_NAME = 10


def columns_of(layout: Layout, titles: Mapping[str, str], dates: Sequence[str], encoding: str) -> dict[str, Column]:
    """Return the file's column for each field; ConfigError where a dbf file has none such."""
    found: dict[str, Column] = {}
    faults: list[Fault] = []
    start = 1
    for name, field in layout.columns().items():
        title = titles[name]
        if len(title.encode(encoding, "replace")) > _LONGEST_NAME:
            faults.append(Fault(f"{title} is longer than {_LONGEST_NAME} bytes", field.place, name, "set titles"))
        kind, width, places = ("D", 8, 0) if name in dates else _shape(field)
        if not 0 < width <= _LONGEST_TEXT:
            hint = f"write text({_LONGEST_TEXT}) or less" if kind == "C" else "write decimal(n.s)"
            faults.append(Fault("has no size that a dbf file can hold", field.place, name, hint))
        found[name] = Column(title, kind, start, width, places)
        start += width
    if faults:
        raise ConfigError(faults)
    return found


def _shape(field: Field) -> tuple[str, int, int]:
    """Return kind, width and places; a width of 0 where there is no such column."""
    if field.type is Type.TEXT:
        return "C", field.length or field.size or 0, 0
    if field.type is Type.BOOLEAN:
        return "L", 1, 0
    if field.type is Type.FLOAT:
        return "N", 0, 0
    width = (field.digits or _LONGEST_NUMBER) + 1 + (1 if field.scale else 0)
    return ("N", width, field.scale) if width <= _LONGEST_NUMBER else ("C", width, 0)


class Rows:
    """Writes frames as records."""

    def __init__(self, columns: Mapping[str, Column], cells: Cells, dates: Sequence[str], encoding: str) -> None:
        self._columns = columns
        self._cells = cells
        self._dates = dates
        self._encoding = encoding

    def of(self, frame: pl.DataFrame) -> tuple[list[bytes], Failures]:
        """Return the records, and by row what does not fit; those records are empty."""
        texts, failures = self._cells.write(frame)
        parts = [pl.repeat(" ", frame.height, dtype=pl.String, eager=True).alias("mark")]
        for name, column in self._columns.items():
            cells = texts.get_column(name)
            if name in self._dates:
                cells = self._date(cells, name, failures)
            elif column.kind == "L":
                cells = cells.replace({"true": "T", "false": "F"})
            full, misfits = padded(cells, column.width, Encoding(self._encoding), right=column.kind == "N", fill=" ")
            for bad, reason in misfits:
                for row in bad.arg_true():
                    failures.setdefault(row, (name, reason))
            parts.append(full.alias(name))
        lines = pl.DataFrame(parts).select(pl.concat_str(pl.all())).to_series().to_list()
        return [b"" if row in failures else line.encode(self._encoding) for row, line in enumerate(lines)], failures

    def _date(self, cells: pl.Series, name: str, failures: Failures) -> pl.Series:
        plain = cells.set((cells == "").fill_null(False), None)
        shaped = plain.str.contains("^[0-9]{4}-[0-9]{2}-[0-9]{2}$").fill_null(True)
        real = plain.str.to_date("%Y-%m-%d", strict=False).is_not_null() | plain.is_null()
        for row in (~(shaped & real)).arg_true():
            failures.setdefault(row, (name, "expected a date such as 2026-01-05"))
        return plain.str.replace_all("-", "", literal=True).str.slice(0, 8)
