"""A sheet that is written row by row, in constant memory.

with Sheet(stream, "员工", layout, dates=("born",)) as sheet:
sheet.header(["no", "born"], 0)
failures = sheet.rows(texts, {})
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from types import TracebackType
from typing import Any, BinaryIO, Self

import polars as pl
import xlsxwriter

from adapters.flat.cells import Failures
from adapters.xlsx.values import date_of, number_of
from hrbus.spi import ConfigError, Fault, Layout, Type

MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
_FORBIDDEN = r"[\x00-\x08\x0b-\x1f\x{fffe}\x{ffff}]"
_ESCAPED = "_x[0-9A-Fa-f]{4}_"
_MADE = datetime.datetime(1980, 1, 1)


class Sheet:
    """The one sheet of a workbook that is being written; complete once the block is left without an error."""

    def __init__(self, stream: BinaryIO, name: str, layout: Layout, dates: Sequence[str]) -> None:
        self._book = xlsxwriter.Workbook(stream, {"constant_memory": True})
        try:
            self._sheet = self._book.add_worksheet(name or None)
        except xlsxwriter.exceptions.XlsxWriterException:
            raise ConfigError(
                Fault(f"a sheet cannot be called {name}", hint="31 characters, without []:*?/\\")
            ) from None
        self._book.set_properties({"created": _MADE})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._dates = dates
        self._types = {column: field.type for column, field in layout.columns().items()}
        self._next = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._book.close()

    def header(self, titles: Sequence[str], row: int) -> None:
        """Write the titles into ``row``, counted from 0."""
        for column, title in enumerate(titles):
            self._sheet.write_string(row, column, title)
        self._next = row + 1

    def rows(self, texts: pl.DataFrame, failures: Failures) -> Failures:
        """Write the rows that do not stand in ``failures``, and return those with what else did not fit."""
        failures = dict(failures)
        for name in texts.columns:
            cells = texts.get_column(name)
            bad = cells.str.contains(_FORBIDDEN).fill_null(False) | cells.str.contains(_ESCAPED).fill_null(False)
            for row in bad.arg_true():
                failures.setdefault(row, (name, "holds a character that a cell does not"))
            for row in (cells.str.len_chars() > MOST_CHARACTERS).fill_null(False).arg_true():
                failures.setdefault(row, (name, f"is longer than {MOST_CHARACTERS} characters, and so than a cell"))
        for row, cells_of in enumerate(texts.rows(named=True)):
            if row in failures:
                continue
            wrong = self._row(cells_of)
            if wrong:
                failures[row] = wrong
        return failures

    def _row(self, cells: dict[str, Any]) -> tuple[str, str] | None:
        if self._next >= MOST_ROWS:
            return "", f"a sheet has {MOST_ROWS} rows, and they are full"
        days = {name: date_of(cells[name]) for name in self._dates if cells[name]}
        for name, day in days.items():
            if day is None:
                return name, "expected a date such as 2026-01-05, from 1901 on"
        for column, (name, text) in enumerate(cells.items()):
            if text is None or text == "":
                continue
            if name in days:
                whole = isinstance(days[name], datetime.datetime)
                self._sheet.write_datetime(self._next, column, days[name], self._time if whole else self._day)
                continue
            kind = self._types[name]
            number = number_of(text) if kind in (Type.INTEGER, Type.DECIMAL, Type.FLOAT) else None
            if number is not None:
                self._sheet.write_number(self._next, column, number)
            elif kind is Type.BOOLEAN:
                self._sheet.write_boolean(self._next, column, text == "true")
            else:
                self._sheet.write_string(self._next, column, text)
        self._next += 1
        return None
