"""Records of fixed places: which bytes of each hold which field, cut and decoded a whole column at a time.

matrix = stacked([b"0017ADA  ", b"0018BOB"], 9, b" ")
texts, bad = cut(matrix, Slice("name", 4, 5), Encoding("latin-1"))        # ["ADA  ", "BOB  "]
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.flat.lines import Encoding
from hrbus.spi import ConfigError, Fault, Layout

Matrix = npt.NDArray[np.uint8]


class Slice(NamedTuple):
    """The places of a field: ``start`` counts from 0."""

    column: str
    start: int
    width: int

    @property
    def end(self) -> int:
        """The place behind its last."""
        return self.start + self.width


def slices(layout: Layout) -> tuple[Slice, ...]:
    """Return the places of the fields of ``layout``; ConfigError where one has none, or two share some.

    A field without ``at`` follows the one before it.
    """
    found: list[Slice] = []
    faults: list[Fault] = []
    for column, field in layout.columns().items():
        if field.length is None:
            faults.append(Fault("has no width", field.place, column, f"write {field.note} width 8"))
            continue
        start = field.offset if field.offset is not None else (found[-1].end if found else 0)
        found.append(Slice(column, start, field.length))
    ordered = sorted(found, key=lambda each: each.start)
    for before, after in pairwise(ordered):
        if before.end > after.start:
            place = layout.columns()[after.column].place
            message = f"begins at {after.start + 1}, where {before.column} has not ended yet"
            faults.append(Fault(message, place, after.column, f"{before.column} ends at {before.end}"))
    if faults:
        raise ConfigError(faults)
    return tuple(found)


def stacked(records: Sequence[bytes], length: int, blank: bytes) -> Matrix:
    """Return the records as rows of ``length`` bytes; shorter ones are filled with ``blank``."""
    data = b"".join(record.ljust(length, blank) if len(record) < length else record[:length] for record in records)
    return np.frombuffer(data, dtype=np.uint8).reshape(len(records), length)


def cut(matrix: Matrix, place: Slice, encoding: Encoding) -> tuple[pl.Series, list[int]]:
    """Return the cells of one field as text, and the rows whose bytes are no text; those are null.

    The column is decoded at one go with a line end behind each cell. That works unless a cell holds a line end or is
    cut inside of a character, so then each is decoded alone.
    """
    end = encoding.encode("\n")
    column = matrix[:, place.start : place.end]
    ends = np.full((len(matrix), len(end)), np.frombuffer(end, dtype=np.uint8), dtype=np.uint8)
    try:
        text = encoding.decode(np.hstack([column, ends]).tobytes())
    except UnicodeDecodeError:
        text = ""
    cells: list[str | None] = list(text.split("\n")[:-1])
    if len(cells) != len(matrix):
        cells = [_decoded(row.tobytes(), encoding) for row in column]
    bad = [row for row, cell in enumerate(cells) if cell is None] if None in cells else []
    return pl.Series(place.column, cells, dtype=pl.String), bad


def _decoded(cell: bytes, encoding: Encoding) -> str | None:
    try:
        return encoding.decode(cell)
    except UnicodeDecodeError:
        return None
