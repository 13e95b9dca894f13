"""Reads and writes text fields, each with the kernels for the form of its page.

Single bytes go through ``kernels`` and ``writers``, characters of several bytes through ``mixed`` and ``mixing``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import kernels, mixed, mixing, writers
from adapters.cobol.arrow import TEXT, Column
from adapters.cobol.plan import Leaf
from adapters.pages.replacement import named

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Texts:
    """A text column in the making, with a kernel's code a row (``status`` None: nothing is wrong)."""

    buffers: tuple[npt.NDArray[np.uint8], ...]
    length: int
    status: Bytes | None

    def column(self, valid: Bools | None) -> Column:
        """Return the Arrow column."""
        return Column(TEXT, self.length, self.buffers, valid=valid)


def read(leaf: Leaf, trim: bool, buffer: Bytes, base: Ints) -> Texts:
    """Read a text field of every record."""
    n, page = len(base), leaf.page
    views = np.zeros((n, 4), dtype=np.int32)
    inline = views.view(np.uint8)
    side = (2 if leaf.item.entry.justified else 1) if trim else 0
    data = np.empty(n * leaf.width * page.widest + 16, dtype=np.uint8)
    status = np.zeros(n, dtype=np.uint8)
    field, made = (buffer, base, leaf.offset, leaf.width), (views, inline, data, status)
    if page.several:
        wrong, used = mixed.read(*field, page.form.value, mixed.tables(page), page.blank, side, *made)
    else:
        wrong, used = kernels.read_text(*field, page.narrow, page.wide, page.blank, side, *made)
    return Texts((inline, data[:used]), n, status if wrong else None)


def gather(buffer: Bytes, at: Ints, width: int) -> Bytes:
    """Return the bytes of a field of every record, as rows."""
    found: Bytes = buffer[at[:, None] + np.arange(width)]
    return found


def equal(leaf: Leaf, texts: Sequence[str], buffer: Bytes, base: Ints) -> Bools:
    """Return where a field holds one of some texts; blanks and low-values at its end say nothing."""
    width, page, blank = leaf.width, leaf.page, leaf.page.blank
    size = -(-width // 8) * 8
    found = np.full((len(base), size), blank, dtype=np.uint8)
    found[:, :width] = gather(buffer, base + leaf.offset, width)
    if not found.all():
        for at in range(width - 1, -1, -1):
            found[(found[:, at] == 0) & (found[:, at + 1 :] == blank).all(axis=1), at] = blank
    words = found.view(np.uint64)
    made = np.zeros(len(base), dtype=np.bool_)
    for text in texts:
        wanted = page.padded(text, width).rstrip(bytes([0, blank])).ljust(size, bytes([blank]))
        if len(wanted) == size:
            made |= (words == np.frombuffer(wanted, dtype=np.uint64)).all(axis=1)
    return made


@dataclass(frozen=True)
class Prepared:
    """A text column as the kernels take it: all texts in UTF-8, one after the other, and where each of them ends."""

    series: pl.Series
    data: Bytes
    ends: Ints


def prepared(columns: Mapping[str, pl.Series]) -> dict[str, Prepared]:
    """Return text columns ready to be written; all at once, because every single question to polars costs."""
    if not columns:
        return {}
    frame = pl.DataFrame(columns)
    joined = frame.select(pl.all().str.join("")).row(0)
    lengths = frame.select(pl.all().str.len_bytes().fill_null(0).cast(pl.Int64))
    return {
        name: Prepared(columns[name], np.frombuffer(text.encode("utf-8"), dtype=np.uint8), np.cumsum(lengths[name]))
        for name, text in zip(frame.columns, joined, strict=True)
    }


def write(leaf: Leaf, texts: Prepared, wanted: Bools, out: Bytes, base: Ints, status: Bytes) -> dict[int, str]:
    """Write a text field of every record whose ``wanted`` is true; leave a code where the text does not fit.

    Return by row what is wrong with those texts, in words.
    """
    if not _written(leaf, texts, wanted, out, base, status):
        return {}
    if leaf.page.agreed and (rows := np.flatnonzero(status == kernels.FOREIGN)).size:
        replaced = pl.Series([leaf.page.replaced(text) for text in texts.series.gather(rows)], dtype=pl.String)
        again = np.zeros(len(rows), dtype=np.uint8)
        everyone = np.ones(len(rows), dtype=np.bool_)
        _written(leaf, prepared({"": replaced})[""], everyone, out, base[rows], again)
        status[rows] = again
    rows = np.flatnonzero(status)
    values = texts.series.gather(rows).to_list()
    return {row: _told(leaf, text) for row, text in zip(rows.tolist(), values, strict=True)}


def _written(leaf: Leaf, texts: Prepared, wanted: Bools, out: Bytes, base: Ints, status: Bytes) -> int:
    """Write with the kernel for the page; return how many texts do not fit."""
    page, right = leaf.page, leaf.item.entry.justified
    field = (texts.data, texts.ends, wanted, out, base, leaf.offset, leaf.width)
    if page.several:
        fill = np.frombuffer(page.fill, dtype=np.uint8)
        wrong = mixing.write(*field, page.form.value, page.codes, page.couples, fill, right, status)
    else:
        wrong = writers.write_text(*field, page.reverse, page.blank, right, status)
    return int(wrong)


def _told(leaf: Leaf, text: str) -> str:
    """Say why a text cannot be written: of its content no more than the one character that the page does not have."""
    kept = text.rstrip(" ")
    if missing := leaf.page.missing(kept):
        return f"{leaf.page.name} has no {named(missing[0])}"
    return f"it needs {len(leaf.page.encode(kept))}"
