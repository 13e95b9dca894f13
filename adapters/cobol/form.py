"""Says whose bytes travel in ``_raw``, ``_lead`` and ``_tail``: only what reads them the same way may write them.

>>> from adapters.cobol.copybook import parse
>>> from adapters.cobol.settings import CobolSettings
>>> one, other = (parse(f"01 A. 05 B PIC X({n}).", "a.cpy").record() for n in (3, 4))
>>> form(CobolSettings(copybook="a.cpy"), one) == form(CobolSettings(copybook="b.cpy", threads=2), one)
True
>>> form(CobolSettings(copybook="a.cpy"), one) == form(CobolSettings(copybook="a.cpy"), other)
False
"""

from __future__ import annotations

from hashlib import sha256

import polars as pl

from adapters.cobol.copybook import Item
from adapters.cobol.settings import CobolSettings
from hrbus.spi import FORM, LEAD, RAW, TAIL

_SAME_BYTES = {
    "copybook", "record", "source_format", "line_end", "block_size", "header", "trailer", "time_zone", "select",
    "trim", "unknown", "most_children", "short",
    "keep_raw", "batch_records", "blank_numeric", "blanks", "binary_full", "threads",
}  # fmt: skip
"""Settings that do not change what the bytes of a record mean."""


def form(settings: CobolSettings, record: Item) -> str:
    """Return a short name of a layout and its frame: equal for equal ones."""
    items = [(item.path(), item.offset, item.size, item.least, item.most, item.describe()) for item in record.walk()]
    told = settings.model_dump_json(exclude=_SAME_BYTES)
    return sha256(f"{told}{items}".encode()).hexdigest()[:12]


def own(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return a frame in which the bytes that travel along are null wherever they are not of this form."""
    kept = [column for column in (RAW, LEAD, TAIL) if column in frame.columns]
    if not kept:
        return frame
    if FORM not in frame.columns:
        return frame.drop(kept)
    same = frame.select(pl.col(FORM).eq_missing(name)).to_series()
    return frame if same.all() else frame.with_columns(pl.when(same).then(pl.col(kept)))
