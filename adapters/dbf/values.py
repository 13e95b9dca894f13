"""Columns of a dbf file as text, a whole column at a time: what the cells of the other formats look like.

texts, bad = text_of(matrix, column, "gbk")
"""

from __future__ import annotations

import numpy as np
import polars as pl

from adapters.dbf.table import Column
from adapters.flat.lines import Encoding
from adapters.flat.slices import Matrix, Slice, cut

KINDS = "CNFLDIBYTV"
_JULIAN_1970 = 2_440_588
_DAY = 86_400_000


def text_of(matrix: Matrix, column: Column, encoding: str) -> tuple[pl.Series, list[int], str]:
    """Return the cells of ``column`` as text, the rows that cannot be read, and why; those rows are null."""
    if column.kind in "IBYT" and column.width == (4 if column.kind == "I" else 8):
        return _binary(matrix, column), [], ""
    place = Slice(column.name, column.start, column.width)
    if column.kind == "C":
        texts, bad = cut(matrix, place, Encoding(encoding))
        return texts.str.strip_chars_end(" \0"), bad, f"holds bytes that are no {encoding}"
    texts, bad = cut(matrix, place, Encoding("ascii"))
    texts = texts.str.strip_chars(" \0")
    if column.kind == "L":
        words = {**dict.fromkeys("TtYy", "true"), **dict.fromkeys("FfNn", "false"), "": "", "?": ""}
        known = texts.is_in(list(words)).fill_null(True)
        return (
            texts.replace(words),
            bad + (~known).arg_true().to_list(),
            "expected T or F",
        )
    if column.kind == "D":
        good = texts.str.contains("^([0-9]{8}|0*)$").fill_null(True)
        real = texts.str.to_date("%Y%m%d", strict=False).is_not_null() | texts.str.contains("^0*$")
        wrong = ~(good & real.fill_null(True))
        dashed = texts.str.replace("^0*$", "").str.replace("^(....)(..)(..)$", "${1}-${2}-${3}")
        return dashed, bad + wrong.arg_true().to_list(), "expected a date of eight digits"
    return texts, bad, "holds bytes that are no digits"


def _binary(matrix: Matrix, column: Column) -> pl.Series:
    cells = np.ascontiguousarray(matrix[:, column.start : column.start + column.width])
    if column.kind == "I":
        return pl.Series(column.name, cells.view("<i4").ravel()).cast(pl.String)
    if column.kind == "B":
        return pl.Series(column.name, cells.view("<f8").ravel()).cast(pl.String)
    if column.kind == "Y":
        whole = pl.Series(column.name, cells.view("<i8").ravel()).cast(pl.String)
        return whole.str.replace("^(-?)", "${1}00000").str.replace("([0-9]{4})$", ".${1}")
    parts = cells.view("<i4").reshape(-1, 2).astype(np.int64)
    milliseconds = (parts[:, 0] - _JULIAN_1970) * _DAY + parts[:, 1]
    times = pl.Series(column.name, milliseconds).cast(pl.Datetime("ms"))
    blank = pl.Series(parts[:, 0] == 0)
    return times.dt.to_string("%Y-%m-%dT%H:%M:%S").set(blank, "")
