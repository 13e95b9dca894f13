"""Reads and writes text fields.

Single-byte pages go through the kernels; what they do not know (characters of several bytes) goes through Python's
codec, for those fields alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import kernels, writers
from adapters.cobol.arrow import TEXT, Column
from adapters.cobol.pages import Page
from adapters.cobol.plan import Leaf, Storage

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NATIONAL = "utf-16-be"


@dataclass(frozen=True)
class Texts:
    """A text column in the making, with a kernel's code a row (``status`` None: nothing is wrong)."""

    buffers: tuple[npt.NDArray[np.uint8], ...]
    length: int
    status: Bytes | None

    def column(self, valid: Bools | None) -> Column:
        """Return the Arrow column."""
        return Column(TEXT, self.length, self.buffers, valid=valid)


def read(leaf: Leaf, page: Page, trim: bool, buffer: Bytes, base: Ints) -> Texts:
    """Read a text field of every record."""
    n = len(base)
    views = np.zeros((n, 4), dtype=np.int32)
    inline = views.view(np.uint8)
    side = (2 if leaf.item.entry.justified else 1) if trim else 0
    if leaf.storage is Storage.NATIONAL:
        return _by_codec(leaf, NATIONAL, side, buffer, base, np.arange(n), (views, inline), None, None)
    data = np.empty(n * leaf.width * page.widest + 16, dtype=np.uint8)
    status = np.zeros(n, dtype=np.uint8)
    wrong, used = kernels.read_text(
        buffer, base, leaf.offset, leaf.width, page.narrow, page.wide, page.blank, side, views, inline, data, status
    )
    kept = data[:used]
    if not wrong:
        return Texts((inline, kept), n, None)
    if page.several:
        rows = np.flatnonzero(status)
        return _by_codec(leaf, page.name, side, buffer, base, rows, (views, inline), kept, status)
    return Texts((inline, kept), n, status)


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


def equal(leaf: Leaf, page: Page, texts: Sequence[str], buffer: Bytes, base: Ints) -> Bools:
    """Return where a field holds one of some texts; blanks and low-values at its end say nothing."""
    width, blank = leaf.width, page.blank
    size = -(-width // 8) * 8
    found = np.full((len(base), size), blank, dtype=np.uint8)
    found[:, :width] = gather(buffer, base + leaf.offset, width)
    if not found.all():
        for at in range(width - 1, -1, -1):
            found[(found[:, at] == 0) & (found[:, at + 1 :] == blank).all(axis=1), at] = blank
    words = found.view(np.uint64)
    made = np.zeros(len(base), dtype=np.bool_)
    for text in texts:
        wanted = page.encode(text).rstrip(bytes([0, blank])).ljust(size, bytes([blank]))
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


def write(leaf: Leaf, page: Page, texts: Prepared, wanted: Bools, out: Bytes, base: Ints, status: Bytes) -> None:
    """Write a text field of every record whose ``wanted`` is true; leave a code where the text does not fit."""
    right = leaf.item.entry.justified
    if leaf.storage is Storage.NATIONAL:
        rows = np.flatnonzero(wanted)
        _write_by_codec(leaf, NATIONAL, " ".encode(NATIONAL), texts.series, rows, out, base, status)
        return
    place = (out, base, leaf.offset, leaf.width)
    writers.write_text(texts.data, texts.ends, wanted, *place, page.reverse, page.blank, right, status)
    if page.several and (rows := np.flatnonzero(status == kernels.FOREIGN)).size:
        status[rows] = kernels.OK
        _write_by_codec(leaf, page.name, bytes([page.blank]), texts.series, rows, out, base, status)


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
