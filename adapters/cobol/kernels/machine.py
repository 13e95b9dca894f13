"""What all kernels are built from: compiling, and eight bytes at a time.

Kernels work on words of 64 bits, the first byte of a field in the lowest eight bits, because a word costs as much as
a byte. Two kinds of integers must not be mixed in them: numba makes a float of an unsigned and a signed one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])
Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Int = int | np.int64

U = np.uint64
EIGHT = U(8)
HIGH_BITS = U(0x8080808080808080)
_FULL = U(0xFFFFFFFFFFFFFFFF)


def compiled(function: F) -> F:
    """Compile a kernel without the interpreter's lock; keep it on disk where some folder can be written."""
    try:
        return cast("F", numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:
        return cast("F", numba.njit(nogil=True)(function))


def inlined(function: F) -> F:
    """Compile a part of kernels that is put into each of them instead of being called."""
    return cast("F", numba.njit(nogil=True, forceinline=True)(function))


def _address(context: Any, builder: Any, array: Any, kind: Any, at: Any) -> Any:
    """Return the address of eight bytes of an array of bytes, at any place."""
    start = builder.gep(context.make_array(kind)(context, builder, array).data, [at])
    return builder.bitcast(start, ir.IntType(64).as_pointer())


def _load(_typing: Any, buffer: Any, at: Any) -> Any:
    """Return the eight bytes that begin at a place, which must all be there."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.load(_address(context, builder, given[0], signature.args[0], given[1]), align=1)

    return types.uint64(buffer, types.intp), generate


def _store(_typing: Any, buffer: Any, at: Any, word: Any) -> Any:
    """Put eight bytes at a place."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        builder.store(given[2], _address(context, builder, given[0], signature.args[0], given[1]), align=1)
        return context.get_dummy_value()

    return types.void(buffer, types.intp, types.uint64), generate


def _leading_zeros(_typing: Any, word: Any) -> Any:
    """Return how many high bits of a word are zero (64 of zero itself)."""

    def generate(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.ctlz(given[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), generate


def _load_at(_typing: Any, address: Any) -> Any:
    """Return the eight bytes at an address, which must all be there."""

    def generate(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.load(builder.inttoptr(given[0], ir.IntType(64).as_pointer()), align=1)

    return types.uint64(types.int64), generate


def _byte_at(_typing: Any, address: Any) -> Any:
    """Return the byte at an address."""

    def generate(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.load(builder.inttoptr(given[0], ir.IntType(8).as_pointer()))

    return types.uint8(types.int64), generate


load = cast("Callable[[Bytes, Int], np.uint64]", intrinsic(_load))
store = cast("Callable[[Bytes, Int, np.uint64], None]", intrinsic(_store))
load_at = cast("Callable[[Int], np.uint64]", intrinsic(_load_at))
byte_at = cast("Callable[[Int], np.uint8]", intrinsic(_byte_at))
leading_zeros = cast("Callable[[np.uint64], np.uint64]", intrinsic(_leading_zeros))


@inlined
def word(buffer: Bytes, at: int) -> np.uint64:
    """Return eight bytes; what lies behind the buffer's end is zero."""
    if at + 8 <= buffer.shape[0]:
        return load(buffer, at)
    made = U(0)
    for j in range(buffer.shape[0] - at):
        made |= U(buffer[at + j]) << U(8 * j)
    return made


@inlined
def swapped(value: np.uint64) -> np.uint64:
    """Return a word with its bytes in the other order."""
    value = ((value & U(0x00FF00FF00FF00FF)) << EIGHT) | ((value >> EIGHT) & U(0x00FF00FF00FF00FF))
    value = ((value & U(0x0000FFFF0000FFFF)) << U(16)) | ((value >> U(16)) & U(0x0000FFFF0000FFFF))
    return (value << U(32)) | (value >> U(32))


@inlined
def first(count: Int) -> np.uint64:
    """Return a word whose first ``count`` bytes (0 to 8) have every bit set."""
    return _FULL >> U(64 - 8 * count) if count else U(0)


@inlined
def put(buffer: Bytes, at: Int, value: np.uint64, count: Int) -> None:
    """Put the first ``count`` bytes (up to eight) of a word at a place, and leave alone what lies behind them."""
    if count >= 8:
        store(buffer, at, value)
    elif at + 8 <= buffer.shape[0]:
        mask = first(count)
        store(buffer, at, (value & mask) | (load(buffer, at) & ~mask))
    else:
        for j in range(count):
            buffer[at + j] = np.uint8((value >> U(8 * j)) & U(0xFF))
