"""From columns of text to lines of cells, a whole column at a time.

lines, failures = Writer(settings, encoding).lines(texts)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from adapters.delimited.settings import DelimitedSettings
from adapters.flat.cells import Failures
from adapters.flat.lines import Encoding


class Writer:
    """Writes lines as the settings say."""

    def __init__(self, settings: DelimitedSettings, encoding: Encoding) -> None:
        self._settings = settings
        self._encoding = encoding
        self._end = "\r\n" if settings.line_end == "crlf" else "\n"
        marks = [mark for mark in (settings.delimiter, settings.quote, settings.escape) if mark]
        self._special = "[" + "".join(map(re.escape, (*marks, "\r", "\n"))) + "]"

    def header(self, titles: Sequence[str]) -> bytes:
        """Return the line with the names of the columns."""
        frame = pl.DataFrame([pl.Series(f"{number}", [title]) for number, title in enumerate(titles)])
        lines, failures = self.lines(frame)
        if failures:
            raise ValueError(f"the names of the columns cannot be written in {self._encoding.name}")
        return lines[0]

    def lines(self, texts: pl.DataFrame) -> tuple[list[bytes], Failures]:
        """Return a line for each row, and by row the column that cannot be written, and why."""
        failures: Failures = {}
        empty = self._settings.null[0] if self._settings.null else ""
        cells = []
        for name in texts.columns:
            cell = pl.col(name)
            if not self._settings.quote:
                for row in self._bare(texts.get_column(name)).arg_true():
                    reason = "holds a delimiter or a line end, and the settings have no quote"
                    failures.setdefault(row, (name, reason))
            cells.append(self._quoted(cell).fill_null(empty))
        line = texts.select(pl.concat_str(cells, separator=self._settings.delimiter).alias("line"))
        if texts.width == 1 and self._settings.quote:
            twice = self._settings.quote * 2
            line = line.with_columns(
                pl.when(pl.col("line") == "").then(pl.lit(twice)).otherwise("line").alias("line")
            )
        return self._encoded(line.get_column("line").to_list(), texts, failures), failures

    def _bare(self, cells: pl.Series) -> pl.Series:
        """Say which cells need a quote that the settings do not have."""
        special = "[\r\n]" if self._settings.escape else self._special
        return cells.str.contains(special).fill_null(False)

    def _quoted(self, cell: pl.Expr) -> pl.Expr:
        quote, escape = self._settings.quote, self._settings.escape
        if not quote:
            if not escape:
                return cell
            return cell.str.replace_all(escape, escape * 2, literal=True).str.replace_all(
                self._settings.delimiter, escape + self._settings.delimiter, literal=True
            )
        inner = cell.str.replace_all(escape, escape * 2, literal=True) if escape else cell
        inner = inner.str.replace_all(quote, (escape or quote) + quote, literal=True)
        quoted = pl.concat_str([pl.lit(quote), inner, pl.lit(quote)])
        if self._settings.quoting == "all":
            return quoted
        return pl.when(cell.str.contains(self._special)).then(quoted).otherwise(cell)

    def _encoded(self, lines: list[str], texts: pl.DataFrame, failures: Failures) -> list[bytes]:
        encoding = self._encoding.name
        if self._encodes("".join(lines)):
            return [(line + self._end).encode(encoding) for line in lines]
        found = []
        for row, line in enumerate(lines):
            good = self._encodes(line)
            found.append((line + self._end).encode(encoding) if good else b"")
            if not good:
                column = next(
                    (c for c, cell in texts.row(row, named=True).items() if not self._encodes(cell or "")), ""
                )
                failures.setdefault(row, (column, f"holds a character that {self._settings.encoding} does not have"))
        return found

    def _encodes(self, text: str) -> bool:
        try:
            text.encode(self._encoding.name)
        except UnicodeEncodeError:
            return False
        return True
