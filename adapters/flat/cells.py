"""Cells of text to typed columns and back, a whole column at a time, with what does not fit told by row.

    cells = Cells(layout, settings)
    frame, failures = cells.read(pl.DataFrame({"no": ["0017"], "pay": ["1250,50"]}))
    failures            # {row: (column, reason)}

Numbers are guarded by a pattern before they are converted: a cast of its own would cut ``1.005`` to two places. No
value passes through a float, except those of type float.
"""

from __future__ import annotations

import polars as pl

from adapters.flat.settings import CellSettings
from adapters.json.columns import dtype_of
from adapters.json.writing import fitted
from hrbus.spi import Field, Layout, Type

Failures = dict[int, tuple[str, str]]

_INTEGER_DIGITS = 18
_MOST_DIGITS = 38


class Cells:
    """Reads and writes the cells of one layout."""

    def __init__(self, layout: Layout, settings: CellSettings) -> None:
        self.layout = layout
        self.settings = settings
        self.fields = layout.columns()

    def read(self, texts: pl.DataFrame) -> tuple[pl.DataFrame, Failures]:
        """Return typed columns of the String columns ``texts``, and by row the first field that does not fit."""
        failures: Failures = {}
        made = []
        for column, field in self.fields.items():
            series, failed = self.column(texts.get_column(column), field)
            made.append(series.alias(column))
            for bad, reason in failed:
                for row in bad.arg_true():
                    failures.setdefault(row, (column, reason))
        return pl.DataFrame(made), failures

    def column(self, cells: pl.Series, field: Field) -> tuple[pl.Series, list[tuple[pl.Series, str]]]:
        """Return one column typed, and masks of the rows that do not fit, with reasons; those rows hold null."""
        none = cells.is_in(list(self.settings.null)).fill_null(True)
        if field.type is Type.TEXT:
            series = cells.set(none, None) if none.any() else cells
            failed = [] if field.size is None else [_long(series, field.size)]
        else:
            cells = cells.str.strip_chars(" \t\u3000")
            none |= cells == ""
            series, bad, reason = self._typed(cells.set(none, None), field)
            failed = [(bad.fill_null(False), reason)]
        if field.required:
            failed.append((none, "is required, and absent"))
        return series, [(bad, reason) for bad, reason in failed if bad.any()]

    def _typed(self, cells: pl.Series, field: Field) -> tuple[pl.Series, pl.Series, str]:
        if field.type is Type.BOOLEAN:
            words = dict.fromkeys(self.settings.true, True) | dict.fromkeys(self.settings.false, False)
            series = cells.replace_strict(words, default=None, return_dtype=pl.Boolean)
            shown = f"{self.settings.true[0]} or {self.settings.false[0]}"
            return series, series.is_null() & cells.is_not_null(), f"expected {shown}"
        if self.settings.sign == "trailing":
            cells = cells.str.replace(r"^([^+-]*)([+-])$", "${2}${1}")
        if field.type is Type.FLOAT:
            mark = r"," if self.settings.decimal == "comma" else r"\."
            good = cells.str.contains(rf"^[+-]?[0-9]{{1,400}}({mark}[0-9]{{0,400}})?([eE][+-]?[0-9]{{1,3}})?$")
            numbers = cells.set(~good.fill_null(True), None).str.replace(",", ".", literal=True)
            series = numbers.cast(pl.Float64)
            return series, (~good) | series.is_infinite(), "expected a number"
        return self._exact(cells, field)

    def _exact(self, cells: pl.Series, field: Field) -> tuple[pl.Series, pl.Series, str]:
        """Return whole or decimal numbers, digit for digit."""
        digits = field.digits or (_INTEGER_DIGITS if field.type is Type.INTEGER else _MOST_DIGITS)
        whole, scale = digits - field.scale, field.scale
        wanted = "a whole number" if field.type is Type.INTEGER else "a number"
        reason = f"expected {wanted} of at most {digits} digits" + (f", {scale} behind the point" if scale else "")
        front = rf"0*[0-9]{{1,{whole}}}" if whole else "0+"
        if self.settings.decimal == "implied" and scale:
            good = cells.str.contains(rf"^[+-]?0*[0-9]{{1,{digits}}}$")
            padded = cells.set(~good.fill_null(True), None).str.replace(r"^([+-]?)", "${1}" + "0" * scale)
            plain = padded.str.replace(rf"([0-9]{{{scale}}})$", ".${1}")
        else:
            mark = "," if self.settings.decimal == "comma" else r"\."
            behind = rf"(?:{mark}[0-9]{{0,{scale}}}0*)?" if scale else rf"(?:{mark}0*)?"
            bare = rf"|{mark}[0-9]{{1,{scale}}}0*" if scale else ""
            good = cells.str.contains(rf"^[+-]?(?:{front}{behind}{bare})$")
            plain = cells.set(~good.fill_null(True), None)
            if self.settings.decimal == "comma":
                plain = plain.str.replace(",", ".", literal=True)
        return _number(plain, field, digits), ~good, reason

    def write(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, Failures]:
        """Return String columns, null where there is nothing, and by row the field that does not fit, and why."""
        frame, early = self._from_text(frame)
        frame, failures = fitted(frame, self.layout)
        failures = {**failures, **early}
        made = []
        for column, field in self.fields.items():
            if column not in frame.columns:
                made.append(pl.repeat(None, frame.height, dtype=pl.String, eager=True).alias(column))
                continue
            texts = self._text(frame.get_column(column), field)
            if field.type is Type.TEXT and (words := [word for word in self.settings.null if word]):
                for row in texts.is_in(words).fill_null(False).arg_true():
                    failures.setdefault(row, (column, "is a word that means nothing here, so it would be lost"))
            made.append(texts.alias(column))
        return pl.DataFrame(made), failures

    def _from_text(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, Failures]:
        """Return ``frame`` with numbers that a mapping left as text in their types."""
        failures: Failures = {}
        plain = Cells(self.layout, CellSettings())
        for column, field in self.fields.items():
            if field.type is Type.TEXT or column not in frame.columns or frame.schema[column] != pl.String:
                continue
            series, failed = plain.column(frame.get_column(column), field)
            frame = frame.with_columns(series.alias(column))
            for bad, reason in failed:
                for row in bad.arg_true():
                    failures.setdefault(row, (column, reason))
        return frame, failures

    def _text(self, series: pl.Series, field: Field) -> pl.Series:
        if field.type is Type.BOOLEAN and series.dtype == pl.Boolean:
            words = {True: self.settings.true[0], False: self.settings.false[0]}
            return series.replace_strict(words, default=None, return_dtype=pl.String)
        text = series.cast(pl.String)
        if field.type in (Type.INTEGER, Type.DECIMAL, Type.FLOAT):
            if self.settings.decimal == "comma":
                text = text.str.replace(".", ",", literal=True)
            elif self.settings.decimal == "implied" and field.type is Type.DECIMAL:
                text = text.str.replace(".", "", literal=True)
            if self.settings.sign == "trailing":
                text = text.str.replace(r"^-(.*)$", "${1}-")
        return text


def _long(series: pl.Series, size: int) -> tuple[pl.Series, str]:
    return (series.str.len_chars() > size).fill_null(False), f"is longer than {size} characters"


def _number(plain: pl.Series, field: Field, digits: int) -> pl.Series:
    """Return numbers of texts that are known to fit; zeros that would not fit a Decimal's 38 digits are taken off."""
    if field.type is Type.INTEGER and digits <= _INTEGER_DIGITS:
        whole = plain.str.replace(r"\.0*$", "").str.replace(r"^\+", "")
        return whole.str.replace(r"^(-?)0+([0-9])", "${1}${2}").cast(pl.Int64)
    cut = plain.str.replace(r"^\+", "").str.replace(r"^(-?)0*([0-9]*)", "${1}0${2}")
    cut = cut.str.replace(rf"(\.[0-9]{{0,{field.scale}}})0*$", "${1}").str.replace(r"\.$", "")
    cut = cut.str.replace(r"^(-?)0([0-9])", "${1}${2}")
    return cut.cast(pl.Decimal(min(digits, _MOST_DIGITS), field.scale)).cast(dtype_of(field))
