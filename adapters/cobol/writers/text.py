"""Writes text in single-byte pages, from the UTF-8 views of Arrow (see ``kernels.text``)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from adapters.cobol.kernels.codes import FOREIGN, OK, TOO_LONG
from adapters.cobol.kernels.machine import (
    HIGH_BITS,
    Bytes,
    Int,
    Ints,
    U,
    byte_at,
    compiled,
    first,
    inlined,
    load_at,
    put,
)
from adapters.cobol.kernels.text import INLINE, Pairs, translated

Bools = npt.NDArray[np.bool_]
Tables = tuple[Pairs, npt.NDArray[np.int16], int, bool]

OFFSET, WIDTH, VIEWS, DATA, RIGHT = range(5)
"""What is said of a field: where it begins, its bytes, the addresses of its views and of the list of their data
buffers, and whether the text stands at the right end.
"""
_BLANKS = U(0x0101010101010101)


@compiled
def _with_care(  # noqa: C901 - one loop over the characters of a text
    address: Int, size: Int, out: Bytes, at: Int, width: Int, right: bool, tables: Tables
) -> int:
    """Write any text character by character and return a code; one that fails leaves the field half written."""
    _, reverse, blank, _ = tables
    n = j = 0
    code = OK
    while j < size:
        lead = np.int64(byte_at(address + j))
        point = np.int64(0)
        if lead < 0x80:
            point, length = lead, 1
        elif lead < 0xE0:
            point, length = ((lead & 0x1F) << 6) | (byte_at(address + j + 1) & 0x3F), 2
        elif lead < 0xF0:
            middle = np.int64(byte_at(address + j + 1) & 0x3F)
            point, length = ((lead & 0x0F) << 12) | (middle << 6) | (byte_at(address + j + 2) & 0x3F), 3
        else:
            code, length = FOREIGN, 4
        j += length
        byte = reverse[point]
        if byte < 0:
            code = FOREIGN
        elif n < width:
            out[at + n] = byte
            n += 1
        elif byte != blank:
            code = code or TOO_LONG
    if code:
        return code
    gap = width - n if right else 0
    if gap:
        for k in range(n - 1, -1, -1):
            out[at + gap + k] = out[at + k]
        for k in range(gap):
            out[at + k] = blank
    else:
        for k in range(n, width):
            out[at + k] = blank
    return OK


@inlined
def _bounded(count: Int) -> Int:
    """Return how many bytes of a word are meant: from none to eight."""
    return 0 if count < 0 else min(count, 8)


@inlined
def _part(address: Int, left: Int) -> np.uint64:
    """Return up to eight bytes of a text of which ``left`` are left."""
    if left >= 8:
        return load_at(address)
    made = U(0)
    for j in range(left):
        made |= U(byte_at(address + j)) << U(8 * j)
    return made


@compiled
def _long(address: Int, size: Int, out: Bytes, at: Int, width: Int, tables: Tables) -> bool:
    """Write a text of more than twelve bytes that all are ASCII; say whether they were."""
    pairs, _, blank, _ = tables
    blanks = _BLANKS * U(blank)
    for k in range(0, width, 8):
        part = _part(address + k, size - k)
        if part & HIGH_BITS:
            return False
        mask = first(_bounded(size - k))
        put(out, at + k, (translated(part, pairs, 4) & mask) | (blanks & ~mask), width - k)
    return True


@inlined
def located(view: Int, data: Int) -> tuple[np.int64, np.int64]:
    """Return the address of a view's text, and its bytes; ``data`` is the address of the list of data buffers."""
    size = np.int64(load_at(view) & U(0xFFFFFFFF))
    if size <= INLINE:
        return np.int64(view + 4), size
    top = load_at(view + 8)
    buffer = np.int64(load_at(data + 8 * np.int64(top & U(0xFFFFFFFF))))
    return buffer + np.int64(top >> U(32)), size


@compiled
def _write(field: Ints, tables: Tables, wanted: Bools, out: Bytes, base: Ints, status: Bytes) -> int:
    pairs, _, blank, plain = tables
    width, right = field[WIDTH], field[RIGHT] != 0
    blanks = _BLANKS * U(blank)
    quick = plain and not right
    wrong = 0
    for i in range(base.shape[0]):
        if not wanted[i]:
            continue
        view = field[VIEWS] + 16 * i
        low, top = load_at(view), load_at(view + 8)
        size = np.int64(low & U(0xFFFFFFFF))
        at = base[i] + field[OFFSET]
        if size > INLINE:
            address, _ = located(view, field[DATA])
            done = quick and size <= width and _long(address, size, out, at, width, tables)
        else:
            address = view + 4
            low, top = (low >> U(32)) | (top << U(32)), top >> U(32)
            done = quick and size <= width and not (low | top) & HIGH_BITS
            if done:
                mask = first(_bounded(size))
                put(out, at, (translated(low, pairs, 4) & mask) | (blanks & ~mask), width)
                if width > 8:
                    mask = first(_bounded(size - 8))
                    put(out, at + 8, (translated(top, pairs, 2) & mask) | (blanks & ~mask), width - 8)
                for k in range(16, width, 8):
                    put(out, at + k, blanks, width - k)
        if not done:
            code = _with_care(address, size, out, at, width, right, tables)
            if code:
                status[i] = code
                wrong += 1
    return wrong


@compiled
def write_texts(
    fields: Ints, tables: Tables, wanted: Bools, out: Bytes, base: Ints, status: Bytes, wrong: Ints
) -> None:
    """Write fields of every record that is ``wanted``; a row of ``fields`` each.

    ``tables`` are the bytes of the page for two ASCII characters at a time; the byte of a code point of the Basic
    Multilingual Plane, or -1; the blank that fills fields; and whether the page has all of ASCII.
    """
    for f in range(fields.shape[0]):
        wrong[f] += _write(fields[f], tables, wanted, out, base, status[f])
