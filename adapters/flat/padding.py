"""Cells of text filled up to their width, by what they need as bytes or as characters.

cells, wide = padded(pl.Series(["ADA", "李喆"]), 6, Encoding("gb18030"), right=False, fill=" ")
"""

from __future__ import annotations

import polars as pl

from adapters.flat.lines import Encoding


def sizes(cells: pl.Series, encoding: Encoding) -> pl.Series:
    """Return how many bytes each cell needs; null where it is null, or holds what the encoding does not have."""
    characters = cells.str.len_chars()
    if (cells.str.len_bytes() == characters).all():  # ASCII, one byte a character in every encoding of records
        return characters
    return pl.Series(cells.name, [_size(cell, encoding) for cell in cells], dtype=pl.UInt32)


def _size(cell: str | None, encoding: Encoding) -> int | None:
    try:
        return None if cell is None else len(encoding.encode(cell))
    except UnicodeEncodeError:
        return None


def padded(
    cells: pl.Series, width: int, encoding: Encoding | None, *, right: bool, fill: str
) -> tuple[pl.Series, list[tuple[pl.Series, str]]]:
    """Return the cells filled up to ``width``, and masks of those that do not fit, with reasons.

    Widths are in bytes of ``encoding``, without one in characters. Null becomes blanks. Zeros that fill a number up
    stand behind its sign.
    """
    need = cells.str.len_chars() if encoding is None else sizes(cells, encoding)
    strange = need.is_null() & cells.is_not_null()
    wide = (need > width).fill_null(False)
    unit = "characters" if encoding is None else "bytes"
    misfits = [
        (strange, f"holds a character that {encoding.name if encoding else 'Unicode'} does not have"),
        (wide, f"does not fit its {width} {unit}"),
    ]
    frame = pl.DataFrame({"cell": cells, "goal": cells.str.len_chars().cast(pl.Int64) + width - need.cast(pl.Int64)})
    goal = pl.col("goal").clip(0).fill_null(0)
    cell = pl.col("cell")
    if right and fill == "0":
        full = cell.str.zfill(goal)
    elif right:
        full = cell.str.pad_start(goal, fill)
    else:
        full = cell.str.pad_end(goal, fill)
    blank = pl.lit(" " * width)
    made = frame.select(pl.when(cell.is_null()).then(blank).otherwise(full).alias(cells.name)).to_series()
    return made, [(bad, reason) for bad, reason in misfits if bad.any()]
