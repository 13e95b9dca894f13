"""The codec: a sheet in, batches out, and back.

``_offset`` is the row of the sheet, from 1: a packed file has no bytes to point at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any, BinaryIO, cast

import polars as pl
import python_calamine

from adapters.flat.cells import Cells, Failures
from adapters.flat.layout import known
from adapters.flat.rows import Found, batch_of, refused
from adapters.flat.settings import CellSettings
from adapters.xlsx.package import Package
from adapters.xlsx.settings import XlsxSettings
from adapters.xlsx.values import LostError, text_of
from adapters.xlsx.writing import Sheet
from hrbus.spi import Batch, BatchError, ConfigError, Delivery, Fault, Layout, Origin, Type

BATCH = 10_000
_LOST = "a number of more than 15 digits, of which a cell keeps no more; ask for it as text"
_ERROR = "the cell holds an error"

Row = tuple[int, list[Any]]


class XlsxCodec:
    """Reads and writes sheets by a layout."""

    def __init__(self, layout: Layout, settings: XlsxSettings) -> None:
        known(layout, settings.titles, "titles")
        known(layout, settings.dates, "dates")
        wrong = [name for name in settings.dates if layout.columns()[name].type is not Type.TEXT]
        if wrong:
            raise ConfigError(Fault(f"dates: {wrong[0]} is no text in the layout", hint="declare it as text"))
        self._layout = layout
        self._settings = settings
        words = CellSettings(null=settings.null, true=settings.true, false=settings.false)
        self._cells = Cells(layout, words)
        self._titles = [settings.titles.get(column, column) for column in layout.columns()]

    @property
    def layout(self) -> Layout:
        """The fields of the layout file."""
        return self._layout

    def decode(self, stream: BinaryIO, origin: Origin) -> Iterator[Batch]:
        """Yield the rows in batches of ten thousand; empty ones are passed over.

        BatchError where the file is no workbook, lacks the sheet or a title, or is larger than it may be.
        """
        with ExitStack() as stack:
            whole = _seekable(stream, self._settings.largest, origin.artifact, stack)
            package = Package(whole, origin.artifact, self._settings.largest)
            name = self._name(package.sheets, origin.artifact)
            errors = package.look(name, self._settings.cells)
            whole.seek(0)
            try:
                sheet = python_calamine.CalamineWorkbook.from_filelike(whole).get_sheet_by_name(name)
            except (python_calamine.CalamineError, ValueError, OSError):
                raise BatchError(f"{origin.artifact} is no xlsx workbook, or a damaged one; fetch it again") from None
            yield from self._batches(sheet, errors, origin.artifact)

    def encode(self, batches: Iterable[Batch], stream: BinaryIO, delivery: Delivery | None = None) -> Iterator[Batch]:
        """Write a workbook of one sheet, and yield each batch with what does not fit as rejects."""
        name = "" if self._settings.sheet.isdigit() else self._settings.sheet
        with Sheet(stream, name, self._layout, self._settings.dates) as sheet:
            if self._settings.header:
                sheet.header(self._titles, self._settings.header - 1)
            for batch in batches:
                texts, failures = self._cells.write(batch.frame)
                failures = sheet.rows(texts, failures)
                yield refused(batch, failures)

    def _name(self, names: list[str], artifact: str) -> str:
        wanted = self._settings.sheet
        if wanted in names:
            return wanted
        if wanted.isdigit() and 0 < int(wanted) <= len(names):
            return names[int(wanted) - 1]
        raise BatchError(f"{artifact} has no sheet {wanted}; it has {', '.join(names)}")

    def _batches(self, sheet: Any, errors: set[tuple[int, int]], artifact: str) -> Iterator[Batch]:
        _, left = sheet.start or (0, 0)  # the reader gives empty rows in front, and no empty columns
        rows: Iterator[Row] = ((number, [""] * left + row) for number, row in enumerate(sheet.iter_rows()))
        places = self._places(rows, artifact)
        page: list[Row] = []
        count = 0
        for number, row in rows:
            if number < self._settings.header or (
                all(cell == "" for cell in row) and not any((number, place) in errors for place in places)
            ):
                continue
            page.append((number, row))
            if len(page) == BATCH:
                yield self._batch(page, places, errors, count + 1)
                count += len(page)
                page = []
        if page:
            yield self._batch(page, places, errors, count + 1)

    def _places(self, rows: Iterator[Row], artifact: str) -> list[int]:
        """Return the column of each field; rows up to the titles are taken from ``rows``."""
        if not self._settings.header:
            return list(range(len(self._titles)))
        titles: list[str] = []
        for number, row in rows:
            if number == self._settings.header - 1:
                titles = [str(cell).strip() for cell in row]
            if number >= self._settings.header - 1:
                break
        missing = [title for title in self._titles if title not in titles]
        twice = [title for title in self._titles if titles.count(title) > 1]
        for found, what in ((missing, "lacks"), (twice, "has twice")):
            if found:
                raise BatchError(
                    f"{artifact}: row {self._settings.header} {what} {', '.join(found)};"
                    " look at sheet and header, or name the columns in titles"
                )
        strange = [title for title in titles if title and title not in self._titles]
        if strange and self._settings.unknown == "reject":
            raise BatchError(f"{artifact}: the sheet has {len(strange)} columns that the layout does not name")
        return [titles.index(title) for title in self._titles]

    def _batch(self, page: list[Row], places: list[int], errors: set[tuple[int, int]], first: int) -> Batch:
        early: Failures = {}
        yes, no = self._settings.true[0], self._settings.false[0]
        columns: list[pl.Series] = []
        for name, place in zip(self._layout.columns(), places, strict=True):
            texts: list[str] = []
            for row, (number, cells) in enumerate(page):
                try:
                    texts.append(text_of(cells[place], yes, no) if place < len(cells) else "")
                except LostError:
                    texts.append("")
                    early.setdefault(row, (name, _LOST))
                if (number, place) in errors:
                    early.setdefault(row, (name, _ERROR))
            columns.append(pl.Series(name, texts, dtype=pl.String))
        frame, failures = self._cells.read(pl.DataFrame(columns))
        found = Found(range(first, first + len(page)), (number + 1 for number, _ in page), lambda row: b"")
        return batch_of(found, frame, {**failures, **early})


def _seekable(stream: BinaryIO, largest: int, artifact: str, stack: ExitStack) -> BinaryIO:
    """Return the stream, or a nameless copy that can be read from its end, where the list of a packed file stands."""
    if stream.seekable():
        return stream
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the stack closes it
    stack.enter_context(copy)
    while data := stream.read(1 << 16):
        copy.write(data)
        if copy.tell() > largest:
            raise BatchError(f"{artifact} has more than {largest} bytes; raise largest if that is meant")
    copy.seek(0)
    return cast("BinaryIO", copy)
