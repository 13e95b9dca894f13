"""Reads and writes text fields, each with the kernels for the form of its page.

Single bytes go through ``kernels`` and ``writers``, characters of several bytes through ``mixed`` and ``mixing``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import kernels, mixed, mixing, writers
from adapters.cobol.arrow import TEXT, Column
from adapters.cobol.buffers import Lent, lent
from adapters.cobol.kernels import text as kernel
from adapters.cobol.plan import Leaf
from adapters.pages import Page
from adapters.pages.replacement import named
from hrbus.spi import Type

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_SLACK = 16
"""Bytes that kernels may write behind a text, two words at most."""


@dataclass(frozen=True)
class Texts:
    """A text column in the making, with a kernel's code a row (``status`` None: nothing is wrong)."""

    buffers: tuple[npt.NDArray[np.uint8], ...]
    length: int
    status: Bytes | None

    def column(self, _leaf: Leaf, valid: Bools | None) -> Column:
        """Return the Arrow column."""
        return Column(TEXT, self.length, self.buffers, valid=valid)


def read(leaf: Leaf, trim: bool, buffer: Bytes, base: Ints) -> Texts:
    """Read a text field of every record."""
    if in_kernels(leaf):
        return read_together((leaf,), trim, buffer, base)[0]
    n, page = len(base), leaf.page
    views = np.zeros((n, 4), dtype=np.int32)
    inline = views.view(np.uint8)
    data = np.empty(n * leaf.width * page.widest + _SLACK, dtype=np.uint8)
    status = np.zeros(n, dtype=np.uint8)
    field, made = (buffer, base, leaf.offset, leaf.width), (views, inline, data, status)
    wrong, used = mixed.read(*field, page.form.value, mixed.tables(page), page.blank, _side(leaf, trim), *made)
    return Texts((inline, data[:used]), n, status if wrong else None)


def in_kernels(leaf: Leaf) -> bool:
    """Say whether a text may be read and written together with others: its characters have one byte each."""
    return leaf.type is Type.TEXT and not leaf.page.several


def read_together(leaves: tuple[Leaf, ...], trim: bool, buffer: Bytes, base: Ints) -> list[Texts]:
    """Read several text fields that are ``in_kernels``, of every record."""
    n = len(base)
    fields, room = _for_kernels(leaves, trim)
    fields = fields.copy()
    fields[:, kernel.DATA] = (np.cumsum(room) - room) * n + np.arange(len(leaves)) * _SLACK
    views = np.empty((len(leaves), n, 2), dtype=np.uint64)
    data = np.empty(int(room.sum()) * n + len(leaves) * _SLACK, dtype=np.uint8)
    status = np.zeros((len(leaves), n), dtype=np.uint8)
    used, wrong = np.zeros((2, len(leaves)), dtype=np.int64)
    kernels.read_texts(buffer, base, fields, _tables(leaves[0].page), views, data, status, used, wrong)
    inline = views.view(np.uint8)
    return [
        Texts((inline[f], data[begin : begin + size]), n, status[f] if bad else None)
        for f, (begin, size, bad) in enumerate(
            zip(fields[:, kernel.DATA].tolist(), used.tolist(), wrong.tolist(), strict=True)
        )
    ]


@lru_cache(maxsize=256)
def _for_kernels(leaves: tuple[Leaf, ...], trim: bool) -> tuple[Ints, Ints]:
    """Return what the kernels must know of each field (but where its data go), and the most bytes of its UTF-8."""
    fields = np.array([(leaf.offset, leaf.width, _side(leaf, trim), 0) for leaf in leaves], dtype=np.int64)
    return fields, fields[:, kernel.WIDTH] * leaves[0].page.widest


@cache
def _tables(page: Page) -> tuple[npt.NDArray[np.uint16], Bytes, int]:
    """Return the tables with which the kernels read a page: two of its codes at a time, and each with care."""
    return _by_two(page.narrow), page.wide, page.blank


def _side(leaf: Leaf, trim: bool) -> int:
    """Return where blanks are taken off a text."""
    if not trim:
        return kernels.KEEP
    return kernels.BEGINNING if leaf.item.entry.justified else kernels.END


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


def write(leaf: Leaf, texts: pl.Series, wanted: Bools, out: Bytes, base: Ints, status: Bytes) -> dict[int, str]:
    """Write a text field of every record whose ``wanted`` is true; leave a code where the text does not fit.

    Return by row what is wrong with those texts, in words.
    """
    found = _written(leaf, texts, wanted, out, base)
    if found is None:
        return {}
    status |= found
    return mended(leaf, texts, out, base, status)


def mended(leaf: Leaf, texts: pl.Series, out: Bytes, base: Ints, status: Bytes) -> dict[int, str]:
    """Write once more where ``status`` misses characters for which others are agreed; say what is wrong still."""
    if leaf.page.agreed and (rows := np.flatnonzero(status == kernels.FOREIGN)).size:
        replaced = pl.Series([leaf.page.replaced(text) for text in texts.gather(rows)], dtype=pl.String)
        again = _written(leaf, replaced, np.ones(len(rows), dtype=np.bool_), out, base[rows])
        status[rows] = kernels.OK if again is None else again
    rows = np.flatnonzero(status)
    values = texts.gather(rows).to_list()
    return {row: _told(leaf, text) for row, text in zip(rows.tolist(), values, strict=True)}


def _written(leaf: Leaf, texts: pl.Series, wanted: Bools, out: Bytes, base: Ints) -> Bytes | None:
    """Write with the kernel for the page; return the codes of texts that do not fit, None where all do."""
    with lent(texts.fill_null("").alias("").to_frame()) as columns:
        if not columns:
            return None
        text = columns[""]
        if in_kernels(leaf):
            return write_together((leaf,), (text,), wanted, out, base)[0]
        page = leaf.page
        status = np.zeros(len(base), dtype=np.uint8)
        field = (text.values, text.texts, wanted, out, base, leaf.offset, leaf.width)
        form = (page.form.value, page.codes, page.couples, np.frombuffer(page.fill, dtype=np.uint8))
        return status if mixing.write(*field, *form, leaf.item.entry.justified, status) else None


def write_together(
    leaves: tuple[Leaf, ...], texts: Sequence[Lent], wanted: Bools, out: Bytes, base: Ints
) -> list[Bytes | None]:
    """Write several text fields that are ``in_kernels``; return the codes of each, None where there are none."""
    fields = np.array(
        [
            (leaf.offset, leaf.width, text.values, text.texts, leaf.item.entry.justified)
            for leaf, text in zip(leaves, texts, strict=True)
        ],
        dtype=np.int64,
    )
    status = np.zeros((len(leaves), len(base)), dtype=np.uint8)
    wrong = np.zeros(len(leaves), dtype=np.int64)
    writers.write_texts(fields, _reverse_tables(leaves[0].page), wanted, out, base, status, wrong)
    return [status[number] if bad else None for number, bad in enumerate(wrong.tolist())]


def _told(leaf: Leaf, text: str) -> str:
    """Say why a text cannot be written: of its content no more than the one character that the page does not have."""
    kept = text.rstrip(" ")
    if missing := leaf.page.missing(kept):
        return f"{leaf.page.name} has no {named(missing[0])}"
    return f"it needs {len(leaf.page.encode(kept))}"


@cache
def _reverse_tables(page: Page) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.int16], int, bool]:
    """Return the tables with which the kernels write a page: two ASCII characters at a time, and each with care."""
    codes = np.zeros(256, dtype=np.uint8)
    codes[:128] = page.reverse[:128]
    return _by_two(codes), page.reverse, page.blank, bool((page.reverse[:128] >= 0).all())


def _by_two(table: Bytes) -> npt.NDArray[np.uint16]:
    """Return a table of two bytes at a time, made of one for each."""
    pairs = np.empty((256, 256, 2), dtype=np.uint8)
    pairs[:, :, 0], pairs[:, :, 1] = table, table[:, None]
    return pairs.reshape(-1).view(np.dtype("<u2"))
