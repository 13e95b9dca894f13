"""The fields of a record of fixed width, read and written a whole column at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from adapters.fixed.records import Form
from adapters.fixed.settings import FixedSettings
from adapters.flat import Cells
from adapters.flat.cells import Failures
from adapters.flat.layout import known, script_of, told
from adapters.flat.padding import padded
from adapters.flat.slices import cut, slices, stacked
from adapters.pages.script import LINE_ENDS
from hrbus.spi import ConfigError, Fault, Field, Layout, Type

_NUMBERS = (Type.INTEGER, Type.DECIMAL, Type.FLOAT)


class Places:
    """Reads the bodies of records into typed columns, and back, by a layout."""

    def __init__(self, layout: Layout, settings: FixedSettings) -> None:
        known(layout, settings.align, "align")
        known(layout, settings.pad, "pad")
        self._fields = layout.columns()
        self._settings = settings
        self._slices = slices(layout)
        self._cells = Cells(layout, settings)
        end = max(each.end for each in self._slices)
        self.length = settings.record_length or end
        if self.length < end:
            raise ConfigError(Fault(f"record_length is {self.length}, and the fields end at {end}"))
        self.form = Form.of(settings, self.length)

    def told(self, layout: Layout) -> Layout:
        """Return the layout with what its places can hold."""
        unit = self._settings.unit
        without = LINE_ENDS if self.form.lines else frozenset[str]()
        script = script_of(self.form.encoding, characters=unit == "characters", without=without)
        point = 1 if self._settings.decimal == "implied" else 0  # it takes no place
        widths = {
            each.column: each.width + (point if self._fields[each.column].scale else 0) for each in self._slices
        }
        return told(layout, script, unit, widths)

    def read(self, bodies: Sequence[bytes]) -> tuple[pl.DataFrame, Failures, Failures]:
        """Return typed columns, by row what does not fit its type, and by row what cannot be read at all."""
        strange: Failures = {}
        texts = self._bytes(bodies, strange) if self._settings.unit == "bytes" else self._characters(bodies, strange)
        trimmed = [self._trimmed(series, self._fields[series.name]) for series in texts]
        frame, failures = self._cells.read(pl.DataFrame(trimmed))
        return frame, failures, strange

    def write(self, frame: pl.DataFrame) -> tuple[list[bytes], Failures]:
        """Return the bodies of the records, and by row what does not fit; those bodies are empty."""
        texts, failures = self._cells.write(frame)
        encoding = self.form.encoding
        counted = encoding if self._settings.unit == "bytes" else None
        parts: list[pl.Series] = []
        end = 0
        for place in sorted(self._slices, key=lambda each: each.start):
            cells = texts.get_column(place.column)
            for row in self._broken(cells).arg_true():
                failures.setdefault(row, (place.column, "holds a line end"))
            right, fill = self._filling(place.column)
            full, misfits = padded(cells, place.width, counted, right=right, fill=fill)
            for bad, reason in misfits:
                for row in bad.arg_true():
                    failures.setdefault(row, (place.column, reason))
            parts += [self._gap(place.start - end, frame.height), full.alias(f"{len(parts)}")]
            end = place.end
        parts.append(self._gap(self.length - end, frame.height))
        columns = [part.alias(f"{number}") for number, part in enumerate(parts)]
        whole = pl.DataFrame(columns)
        if not (encoding.page and encoding.page.several):  # shifts are closed at the end of each field
            whole = whole.select(pl.concat_str(pl.all()))
        bodies = []
        for row, pieces in enumerate(whole.iter_rows()):
            try:
                bodies.append(b"" if row in failures else b"".join(map(encoding.encode, pieces)))
            except UnicodeEncodeError:
                failures[row] = ("", f"holds a character that {encoding.name} does not have")
                bodies.append(b"")
        return bodies, failures

    def value(self, column: str, text: str) -> Any:
        """Return what ``text`` is as the value of a field."""
        series, _ = self._cells.column(pl.Series(column, [text]), self._fields[column])
        return series[0]

    def _bytes(self, bodies: Sequence[bytes], strange: Failures) -> list[pl.Series]:
        form = self.form
        for row, body in enumerate(bodies):
            if len(body) > self.length and body[self.length :].strip(form.blank):
                strange[row] = ("", f"is longer than {self.length} bytes")
        matrix = stacked(bodies, self.length, form.blank)
        texts = []
        for place in self._slices:
            cells, bad = cut(matrix, place, form.encoding)
            for row in bad:
                strange.setdefault(row, (place.column, f"holds bytes that are no {self._settings.encoding}"))
            texts.append(cells)
        return texts

    def _characters(self, bodies: Sequence[bytes], strange: Failures) -> list[pl.Series]:
        lines: list[str | None] = []
        for row, body in enumerate(bodies):
            try:
                line = self.form.encoding.decode(body)
            except UnicodeDecodeError:
                line = None
                strange[row] = ("", f"holds bytes that are no {self._settings.encoding}")
            if line is not None and line[self.length :].strip(" "):
                strange[row] = ("", f"is longer than {self.length} characters")
            lines.append(line)
        whole = pl.Series(lines, dtype=pl.String)
        return [whole.str.slice(each.start, each.width).fill_null("").alias(each.column) for each in self._slices]

    def _trimmed(self, cells: pl.Series, field: Field) -> pl.Series:
        if field.type is not Type.TEXT:
            return cells.str.strip_chars(" \0").fill_null("")
        if not self._settings.trim:
            return cells
        right, fill = self._filling(field.column)
        return cells.str.strip_chars_start(fill) if right else cells.str.strip_chars_end(fill)

    def _filling(self, column: str) -> tuple[bool, str]:
        """Return whether a field's content stands at its right end, and what fills it up."""
        if self._fields[column].type in _NUMBERS:
            return True, "0" if self._settings.numbers == "zeros" else " "
        return self._settings.align.get(column) == "right", self._settings.pad.get(column, " ")

    def _broken(self, cells: pl.Series) -> pl.Series:
        if not self.form.lines:
            return pl.Series([False]).head(0)
        return cells.str.contains("[\r\n]").fill_null(False)

    def _gap(self, width: int, height: int) -> pl.Series:
        return pl.repeat(" " * width, height, dtype=pl.String, eager=True)
