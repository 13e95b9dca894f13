"""Where a document names its partner: the path of a mapping's join, followed through a frame of documents."""

from __future__ import annotations

import polars as pl

TEXT = "$text"


def column_of(path: str, root: str, dtype: pl.DataType) -> pl.Expr:
    """Return the text at ``path`` below ``root`` (in front or not), null where there is none.

    The first item of a repeated element counts, and of an element with attributes its text.
    """
    steps = path.split("/")
    at, inside = pl.col(root), dtype
    for step in steps[1:] if steps[0] == root else steps:
        at, inside = _first(at, inside)
        found = _field(inside, step)
        if found is None:
            return pl.lit(None, pl.String)
        at, inside = at.struct.field(step), found
    at, inside = _first(at, inside)
    if _field(inside, TEXT) is not None:
        at = at.struct.field(TEXT)
    text = at.cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)


def _first(at: pl.Expr, dtype: pl.DataType) -> tuple[pl.Expr, pl.DataType]:
    while isinstance(dtype, pl.List):
        at, dtype = at.list.first(), dtype.inner  # type: ignore[assignment]
    return at, dtype


def _field(dtype: pl.DataType, name: str) -> pl.DataType | None:
    if not isinstance(dtype, pl.Struct):
        return None
    return next((each.dtype for each in dtype.fields if each.name == name), None)  # type: ignore[return-value]
