"""Reads and writes text fields.

Single-byte pages go through the kernels; what they do not know (characters of several bytes) goes through Python's
codec, for those fields alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import kernels, writers
from adapters.cobol.arrow import TEXT, Column
from adapters.cobol.buffers import Lent, lent
from adapters.cobol.kernels import text as kernel
from adapters.cobol.pages import Page
from adapters.cobol.plan import Leaf, Storage

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NATIONAL = "utf-16-be"
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


def read(leaf: Leaf, page: Page, trim: bool, buffer: Bytes, base: Ints) -> Texts:
    """Read a text field of every record."""
    n = len(base)
    if leaf.storage is Storage.NATIONAL:
        views = np.zeros((n, 4), dtype=np.int32)
        inline = views.view(np.uint8)
        return _by_codec(leaf, NATIONAL, _side(leaf, trim), buffer, base, np.arange(n), (views, inline), None, None)
    texts = read_together((leaf,), page, trim, buffer, base)[0]
    if texts.status is None or not page.several:
        return texts
    inline, kept = texts.buffers
    rows = np.flatnonzero(texts.status)
    made = (inline.view(np.int32), inline)
    return _by_codec(leaf, page.name, _side(leaf, trim), buffer, base, rows, made, kept, texts.status)


def read_together(leaves: tuple[Leaf, ...], page: Page, trim: bool, buffer: Bytes, base: Ints) -> list[Texts]:
    """Read several text fields of a single-byte page, of every record."""
    n = len(base)
    fields, room = _for_kernels(leaves, page, trim)
    fields = fields.copy()
    fields[:, kernel.DATA] = (np.cumsum(room) - room) * n + np.arange(len(leaves)) * _SLACK
    views = np.empty((len(leaves), n, 2), dtype=np.uint64)
    data = np.empty(int(room.sum()) * n + len(leaves) * _SLACK, dtype=np.uint8)
    status = np.zeros((len(leaves), n), dtype=np.uint8)
    used, wrong = np.zeros((2, len(leaves)), dtype=np.int64)
    kernels.read_texts(buffer, base, fields, _tables(page), views, data, status, used, wrong)
    inline = views.view(np.uint8)
    return [
        Texts((inline[f], data[begin : begin + size]), n, status[f] if bad else None)
        for f, (begin, size, bad) in enumerate(
            zip(fields[:, kernel.DATA].tolist(), used.tolist(), wrong.tolist(), strict=True)
        )
    ]


def in_kernels(leaf: Leaf, page: Page) -> bool:
    """Say whether a text may be read together with others."""
    return leaf.storage is Storage.TEXT and not page.several


@lru_cache(maxsize=256)
def _for_kernels(leaves: tuple[Leaf, ...], page: Page, trim: bool) -> tuple[Ints, Ints]:
    """Return what the kernels must know of each field (but where its data go), and the most bytes of its UTF-8."""
    fields = np.array([(leaf.offset, leaf.width, _side(leaf, trim), 0) for leaf in leaves], dtype=np.int64)
    return fields, fields[:, kernel.WIDTH] * page.widest


@cache
def _tables(page: Page) -> tuple[npt.NDArray[np.uint16], Bytes, int]:
    """Return the tables with which the kernels read a page: two of its codes at a time, and each with care."""
    return _by_two(page.narrow), page.wide, page.blank


def _side(leaf: Leaf, trim: bool) -> int:
    """Return where blanks are taken off a text."""
    if not trim:
        return kernels.KEEP
    return kernels.BEGINNING if leaf.item.entry.justified else kernels.END


def _by_codec(
    leaf: Leaf,
    codec: str,
    side: int,
    buffer: Bytes,
    base: Ints,
    rows: Ints,
    made: tuple[npt.NDArray[np.int32], Bytes],
    data: Bytes | None,
    status: Bytes | None,
) -> Texts:
    """Read the fields of ``rows`` one by one; a field cut inside a character is wrong."""
    status = np.zeros(len(base), dtype=np.uint8) if status is None else status
    fields = gather(buffer, base[rows] + leaf.offset, leaf.width).tobytes()
    texts: list[bytes] = []
    for number, row in enumerate(rows):
        try:
            text = fields[number * leaf.width : (number + 1) * leaf.width].decode(codec)
        except UnicodeDecodeError:
            status[row], text = kernels.BAD_BYTE, ""
        else:
            status[row] = kernels.OK
        if side:
            text = (
                text.lstrip(" ") if side == 2 else text.rstrip(" \u3000" if leaf.storage is Storage.NATIONAL else " ")
            )
        texts.append(text.encode("utf-8", errors="surrogatepass"))
        if not status[row] and _has_surrogate(text):
            status[row], texts[-1] = kernels.BAD_BYTE, b""
    more = np.frombuffer(b"".join(texts), dtype=np.uint8)
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    buffers = (more,) if data is None else (data, more)
    kernels.point(rows, ends, more, len(buffers) - 1, *made)
    return Texts((made[1], *buffers), len(base), status if status.any() else None)


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text) if not text.isascii() else False


def gather(buffer: Bytes, at: Ints, width: int) -> Bytes:
    """Return the bytes of a field of every record, as rows."""
    found: Bytes = buffer[at[:, None] + np.arange(width)]
    return found


def write(leaf: Leaf, page: Page, texts: pl.Series, wanted: Bools, out: Bytes, base: Ints, status: Bytes) -> None:
    """Write a text field of every record whose ``wanted`` is true; leave a code where the text does not fit."""
    if leaf.storage is Storage.NATIONAL:
        rows = np.flatnonzero(wanted)
        _write_by_codec(leaf, NATIONAL, " ".encode(NATIONAL), texts, rows, out, base, status)
        return
    with lent(texts.fill_null("").alias("").to_frame()) as columns:
        if columns and (found := write_together((leaf,), page, (columns[""],), wanted, out, base)[0]) is not None:
            status |= found
    if page.several and (rows := np.flatnonzero(status == kernels.FOREIGN)).size:
        status[rows] = kernels.OK
        _write_by_codec(leaf, page.name, bytes([page.blank]), texts, rows, out, base, status)


def write_together(
    leaves: tuple[Leaf, ...], page: Page, texts: Sequence[Lent], wanted: Bools, out: Bytes, base: Ints
) -> list[Bytes | None]:
    """Write several text fields of a single-byte page; return the codes of each, None where there are none."""
    fields = np.array(
        [
            (leaf.offset, leaf.width, text.values, text.texts, leaf.item.entry.justified)
            for leaf, text in zip(leaves, texts, strict=True)
        ],
        dtype=np.int64,
    )
    status = np.zeros((len(leaves), len(base)), dtype=np.uint8)
    wrong = np.zeros(len(leaves), dtype=np.int64)
    writers.write_texts(fields, _reverse_tables(page), wanted, out, base, status, wrong)
    return [status[number] if bad else None for number, bad in enumerate(wrong.tolist())]


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


def _write_by_codec(
    leaf: Leaf, codec: str, blank: bytes, values: pl.Series, rows: Ints, out: Bytes, base: Ints, status: Bytes
) -> None:
    right = leaf.item.entry.justified
    for row, text in zip(rows.tolist(), values.gather(rows).to_list(), strict=True):
        try:
            data = text.encode(codec)
        except UnicodeEncodeError:
            status[row] = kernels.FOREIGN
            continue
        while len(data) > leaf.width and data.endswith(blank):
            data = data[: -len(blank)]
        if len(data) > leaf.width:
            status[row] = kernels.TOO_LONG
            continue
        fill = blank * ((leaf.width - len(data)) // len(blank))
        at = int(base[row]) + leaf.offset
        whole = fill + data if right else data + fill
        out[at : at + leaf.width] = np.frombuffer(whole.ljust(leaf.width, blank[:1]), dtype=np.uint8)
