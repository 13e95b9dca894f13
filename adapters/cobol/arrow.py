"""Hands numpy buffers to polars as columns, without a copy and without an object per value.

This is the producer's half of the Arrow C data interface (arrow.apache.org/docs/format/CDataInterface.html) for the
few types that COBOL records need: text as views, integers, floats, 128-bit decimals, lists and structs.

    >>> import numpy as np
    >>> frame({"N": Column("l", 2, (np.array([4, 5], dtype="i8"),))})["N"].to_list()
    [4, 5]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol.owning import ARRAY, SCHEMA, Words, capsule

INT64 = "l"
FLOAT64 = "g"
TEXT = "vu"
BINARY = "vz"
LIST = "+L"
STRUCT = "+s"
NULLABLE = 2


def decimal(digits: int, scale: int) -> str:
    """Return the format of a 128-bit decimal."""
    return f"d:{digits},{scale}"


@dataclass(frozen=True)
class Column:
    """One Arrow array.

    ``buffers`` are those of the format after the validity bitmap: values; views and data for text (the lengths of
    the data are added here); Int64 offsets for a list; none for a struct. ``valid`` is Boolean, one a row, or None
    where no row is null. ``children`` are named: one (any name) for a list, the fields for a struct.
    """

    format: str
    length: int
    buffers: tuple[npt.NDArray[Any], ...] = ()
    children: tuple[tuple[str, Column], ...] = ()
    valid: npt.NDArray[np.bool_] | None = None


def frame(columns: Mapping[str, Column], height: int | None = None) -> pl.DataFrame:
    """Return the columns as a frame that owns their buffers."""
    if not columns:
        return pl.DataFrame(height=height or 0)
    length = next(iter(columns.values())).length
    whole = Column(STRUCT, length, children=tuple(columns.items()))
    return pl.Series(_Capsules(whole)).struct.unnest()


def spread(column: Column, rows: npt.NDArray[np.int64], length: int) -> Column:
    """Return a column of ``length`` rows that has the values of ``column`` at ``rows`` and is null elsewhere."""
    valid = np.zeros(length, dtype=np.bool_)
    valid[rows] = column.valid is None or column.valid
    children = column.children
    if column.format == LIST:
        counts = np.zeros(length + 1, dtype=np.int64)
        counts[rows + 1] = np.diff(column.buffers[0])
        return Column(LIST, length, (np.cumsum(counts),), children, valid)
    if column.format == STRUCT:
        children = tuple((name, spread(child, rows, length)) for name, child in children)
        return Column(STRUCT, length, (), children, valid)
    # Eight or sixteen bytes a value, moved as one whatever they mean: numpy is quickest with numbers of such a size.
    one = np.uint64 if column.format in (INT64, FLOAT64) else np.complex128
    wide = np.zeros(length, dtype=one)
    wide[rows] = np.ascontiguousarray(column.buffers[0]).reshape(-1).view(one)
    return Column(column.format, length, (wide.view(np.uint8), *column.buffers[1:]), (), valid)


# --- the structures of the interface --------------------------------------------------------------------------------
#
# Both are tables of 64-bit words here, a row for each column, so that a frame takes a handful of objects and not
# hundreds: what is made for every batch while others wait for the interpreter must be little.

_FLAGS, _SCHEMA_CHILDREN, _SCHEMA_WORDS = 3, 5, 9
_ARRAY_BUFFERS, _ARRAY_CHILDREN, _ARRAY_WORDS = 5, 6, 10

Node = tuple[str, Column]


def _flat(root: Column) -> tuple[list[Node], Words]:
    """Return a column and all below it, children side by side, and which of them is the first child of each."""
    nodes: list[Node] = [("", root)]
    first: list[int] = []
    for _, column in nodes:  # it grows
        first.append(len(nodes))
        nodes.extend(column.children)
    return nodes, np.array(first, dtype=np.int64)


def _address(array: npt.NDArray[Any]) -> int:
    found: int = array.__array_interface__["data"][0]
    return found


def _linked(rows: Words, column: int, first: Words, counts: Words) -> list[Any]:
    """Let ``column`` of each row point at pointers to its children; return what must be kept for that."""
    pointers = _address(rows) + rows.strides[0] * np.arange(len(rows), dtype=np.int64)
    rows[:, column] = np.where(counts > 0, _address(pointers) + 8 * first, 0)
    return [rows, pointers]


@lru_cache(maxsize=256)
def _named(names: tuple[tuple[str, str], ...]) -> tuple[Words, npt.NDArray[np.uint8]]:
    """Return the rows of a schema, without children, and the texts that they point at."""
    texts = [part.encode() + b"\0" for pair in names for part in pair]
    block = np.frombuffer(b"".join(texts), dtype=np.uint8)
    ends = np.cumsum([len(text) for text in texts])
    rows = np.zeros((len(names), _SCHEMA_WORDS), dtype=np.int64)
    rows[:, :2] = (_address(block) + ends - [len(text) for text in texts]).reshape(-1, 2)
    rows[:, _FLAGS] = NULLABLE
    return rows, block


def _schema(nodes: list[Node], first: Words) -> tuple[Words, list[Any]]:
    """Return the rows of a schema and what they need."""
    named, texts = _named(tuple((column.format, name) for name, column in nodes))
    rows = named.copy()
    counts = np.array([len(column.children) for _, column in nodes], dtype=np.int64)
    rows[:, _FLAGS + 1] = counts
    return rows, [texts, *_linked(rows, _SCHEMA_CHILDREN, first, counts)]


def _array(nodes: list[Node], first: Words) -> tuple[Words, list[Any]]:
    """Return the rows of an array and what they need."""
    kept: list[Any] = []
    addresses: list[int] = []
    sizes: list[int] = []
    listed: list[int] = []
    found: list[tuple[int, int, int, int, int, int]] = []
    for _, column in nodes:
        begin, empty, bitmap = len(addresses), 0, 0
        if column.valid is not None:
            empty = column.length - int(np.count_nonzero(column.valid))
            kept.append(np.packbits(column.valid, bitorder="little"))
            bitmap = _address(kept[-1])
        addresses.append(bitmap)
        for buffer in column.buffers:
            kept.append(buffer if buffer.flags.c_contiguous else np.ascontiguousarray(buffer))
            addresses.append(_address(kept[-1]))
        if column.format in (TEXT, BINARY):
            listed.append(len(addresses))
            addresses.append(8 * len(sizes))
            sizes.extend(buffer.nbytes for buffer in column.buffers[1:])
        found.append((column.length, empty, 0, len(addresses) - begin, len(column.children), 8 * begin))
    rows = np.zeros((len(nodes), _ARRAY_WORDS), dtype=np.int64)
    rows[:, : _ARRAY_BUFFERS + 1] = found
    lengths, pointers = np.array(sizes, dtype=np.int64), np.array(addresses, dtype=np.int64)
    pointers[listed] += _address(lengths)
    rows[:, _ARRAY_BUFFERS] += _address(pointers)
    kept += [lengths, pointers, *_linked(rows, _ARRAY_CHILDREN, first, rows[:, 4])]
    return rows, kept


@dataclass(frozen=True)
class _Capsules:
    """What polars asks for the two structures."""

    column: Column

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        nodes, first = _flat(self.column)
        return capsule(SCHEMA, *_schema(nodes, first)), capsule(ARRAY, *_array(nodes, first))
