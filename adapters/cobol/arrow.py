"""Hands numpy buffers to polars as columns, without a copy and without an object per value.

This is the producer's half of the Arrow C data interface (arrow.apache.org/docs/format/CDataInterface.html) for the
few types that COBOL records need: text as views, integers, floats, 128-bit decimals, lists and structs.

    >>> import numpy as np
    >>> frame({"N": Column("l", 2, (np.array([4, 5], dtype="i8"),))})["N"].to_list()
    [4, 5]
"""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

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


class _Schema(ctypes.Structure):
    pass


class _Array(ctypes.Structure):
    pass


_RELEASE_SCHEMA = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Schema))
_RELEASE_ARRAY = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Array))

_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
    ("dictionary", ctypes.c_void_p),
    ("release", _RELEASE_SCHEMA),
    ("private_data", ctypes.c_void_p),
]
_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", ctypes.c_void_p),
    ("release", _RELEASE_ARRAY),
    ("private_data", ctypes.c_void_p),
]

_held: dict[int, list[Any]] = {}
"""What a consumer still looks at, by the number that stands in ``private_data`` of its root."""
_numbers = itertools.count(1)


def _let_go(pointer: Any) -> None:
    """Drop what a root held (a child has no number: it goes with its root) and mark it released, as Arrow asks."""
    number = pointer.contents.private_data
    pointer.contents.release = type(pointer.contents.release)()
    if number:
        _held.pop(number, None)


_release_schema = _RELEASE_SCHEMA(_let_go)
_release_array = _RELEASE_ARRAY(_let_go)

_DESTRUCTOR = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_SCHEMA, _ARRAY = b"arrow_schema", b"arrow_array"
_capsule = ctypes.pythonapi.PyCapsule_New
_capsule.restype = ctypes.py_object
_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, _DESTRUCTOR]
_inside = ctypes.pythonapi.PyCapsule_GetPointer
_inside.restype = ctypes.c_void_p
_inside.argtypes = [ctypes.c_void_p, ctypes.c_char_p]


_roots: dict[int, _Schema | _Array] = {}
"""The structures that capsules point to, by address: a consumer may let go of their buffers before a capsule ends."""


def _destroy_schema(capsule: int) -> None:
    _end(_roots.pop(_inside(capsule, _SCHEMA)))


def _destroy_array(capsule: int) -> None:
    _end(_roots.pop(_inside(capsule, _ARRAY)))


def _end(made: _Schema | _Array) -> None:
    """Release what the consumer only looked at; what it moved is already marked."""
    if made.release:
        made.release(ctypes.pointer(made))


_destroyers = {_SCHEMA: _DESTRUCTOR(_destroy_schema), _ARRAY: _DESTRUCTOR(_destroy_array)}


def _schema(name: str, column: Column, kept: list[Any]) -> _Schema:
    made = _Schema()
    children = [_schema(child_name, child, kept) for child_name, child in column.children]
    made.format, made.name = column.format.encode(), name.encode()
    made.flags = NULLABLE
    made.n_children = len(children)
    if children:
        pointers = (ctypes.POINTER(_Schema) * len(children))(*(ctypes.pointer(child) for child in children))
        made.children = ctypes.cast(pointers, ctypes.POINTER(ctypes.POINTER(_Schema)))
        kept.append(pointers)
    made.release = _release_schema
    kept.append(made)
    return made


def _array(column: Column, kept: list[Any]) -> _Array:
    made = _Array()
    children = [_array(child, kept) for _, child in column.children]
    validity = None if column.valid is None else np.packbits(column.valid, bitorder="little")
    parts: list[npt.NDArray[Any] | None] = [validity, *(np.ascontiguousarray(part) for part in column.buffers)]
    if column.format in (TEXT, BINARY):
        parts.append(np.array([part.nbytes for part in column.buffers[1:]], dtype=np.int64))
    addresses = (ctypes.c_void_p * len(parts))(*(None if part is None else part.ctypes.data for part in parts))
    made.length, made.offset = column.length, 0
    made.null_count = 0 if column.valid is None else int(column.length - np.count_nonzero(column.valid))
    made.n_buffers, made.n_children = len(parts), len(children)
    made.buffers = ctypes.cast(addresses, ctypes.POINTER(ctypes.c_void_p))
    if children:
        pointers = (ctypes.POINTER(_Array) * len(children))(*(ctypes.pointer(child) for child in children))
        made.children = ctypes.cast(pointers, ctypes.POINTER(ctypes.POINTER(_Array)))
        kept.append(pointers)
    made.release = _release_array
    kept.extend((parts, addresses, made))
    return made


@dataclass(frozen=True)
class _Capsules:
    """What polars asks for the two structures."""

    column: Column

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        schema_kept: list[Any] = []
        array_kept: list[Any] = []
        return (
            _root(_schema("", self.column, schema_kept), schema_kept, _SCHEMA),
            _root(_array(self.column, array_kept), array_kept, _ARRAY),
        )


def _root(made: _Schema | _Array, kept: list[Any], name: bytes) -> object:
    number = next(_numbers)
    made.private_data = number
    _held[number] = kept
    _roots[ctypes.addressof(made)] = made
    made_capsule: object = _capsule(ctypes.addressof(made), name, _destroyers[name])
    return made_capsule
