"""Looks at the buffers of a polars frame where they lie, without a copy and without an object per value.

This is the consumer's half of the Arrow C interfaces, as ``arrow`` is the producer's
(arrow.apache.org/docs/format/CStreamInterface.html).

    >>> import polars as pl
    >>> with lent(pl.DataFrame({"N": [4, 5]})) as columns:
    ...     columns["N"].format, ctypes.c_int64.from_address(columns["N"].values + 8).value
    ('l', 5)
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

_STREAM = b"arrow_array_stream"
_CALL = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_Words = ctypes.POINTER(ctypes.c_int64)
_SCHEMA, _ARRAY = ctypes.c_int64 * 9, ctypes.c_int64 * 10
_inside = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)

_BYTES_OF_A_VALUE = {"vu": 16, "l": 8, "d": 16}


@dataclass(frozen=True)
class Lent:
    """A column: its Arrow format, and the addresses of its first value and of the list of its text buffers."""

    format: str
    values: int
    texts: int


class _Stream(ctypes.Structure):
    _fields_ = (
        ("get_schema", _CALL),
        ("get_next", _CALL),
        ("get_last_error", ctypes.c_void_p),
        ("release", _RELEASE),
        ("private_data", ctypes.c_void_p),
    )


@contextmanager
def lent(frame: pl.DataFrame) -> Iterator[Mapping[str, Lent]]:
    """Give the columns of a frame of texts, Int64 and decimals; they may be looked at until the end of the block."""
    frame = frame.rechunk()
    capsule = frame.__arrow_c_stream__()
    address = _inside(capsule, _STREAM)
    stream = _Stream.from_address(address)
    schema, array = _SCHEMA(), _ARRAY()
    try:
        if stream.get_schema(address, ctypes.addressof(schema)) or stream.get_next(address, ctypes.addressof(array)):
            raise RuntimeError("polars cannot show the buffers of a frame")
        yield dict(zip(frame.columns, _columns(schema, array), strict=True)) if array[8] else {}
    finally:
        for made, release in ((schema, 7), (array, 8)):
            if made[release]:
                _RELEASE(made[release])(ctypes.addressof(made))


def _columns(schema: ctypes.Array[ctypes.c_int64], array: ctypes.Array[ctypes.c_int64]) -> Iterator[Lent]:
    """Yield the columns.

    Words 2, 5 and 6 of an array are its offset, buffers and children; 0 of a schema its format.
    """
    kinds, arrays = _words(schema[5], schema[4]), _words(array[6], array[4])
    for kind, child in zip(kinds, arrays, strict=True):
        form = ctypes.string_at(_words(kind, 1)[0]).decode()
        words = _words(child, 10)
        buffers = _words(words[5], 2)
        size = _BYTES_OF_A_VALUE[form.partition(":")[0]]
        yield Lent(form, buffers[1] + size * (words[2] + array[2]), words[5] + 16)


def _words(address: int, count: int) -> list[int]:
    """Return some 64-bit words at an address."""
    return ctypes.cast(address, _Words)[:count] if count else []
