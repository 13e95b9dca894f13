"""Capsules that show the structures of the Arrow C data interface, and own what these point at.

Whoever consumes a structure lets go of it when it likes: in another thread, or while an exception is on its way, when
no Python may run. So all that is called from there is machine code, which gives references back and does nothing
else.

    >>> import weakref
    >>> rows = np.zeros((1, 9), dtype=np.int64)
    >>> given = weakref.ref(rows)
    >>> made = capsule(SCHEMA, rows, [])
    >>> del rows
    >>> given() is None
    False
    >>> del made
    >>> given() is None
    True
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numba
import numpy as np
import numpy.typing as npt
from numba import types

from adapters.cobol.kernels.machine import inlined

Words = npt.NDArray[np.int64]

_WORDS = types.CPointer(types.int64)  # type: ignore[no-untyped-call]


def _of_python(name: str, result: types.Type, *given: types.Type) -> Callable[..., Any]:
    """Return a function of the interpreter for use in machine code."""
    return cast("Callable[..., Any]", types.ExternalFunction(name, result(*given)))


_locked = _of_python("PyGILState_Ensure", types.int32)
_unlocked = _of_python("PyGILState_Release", types.void, types.int32)
_given_back = _of_python("Py_DecRef", types.void, types.intp)
_shown = _of_python("PyCapsule_GetPointer", _WORDS, types.intp, types.intp)
_named = _of_python("PyCapsule_GetName", types.intp, types.intp)
_context = _of_python("PyCapsule_GetContext", types.intp, types.intp)


def _called(of: types.Type) -> Callable[[Callable[[Any], None]], Any]:
    """Compile what is called from outside with one argument; keep it on disk where some folder can be written."""

    def compiled(function: Callable[[Any], None]) -> Any:
        try:
            return numba.cfunc(types.void(of), cache=True)(function)
        except RuntimeError:
            return numba.cfunc(types.void(of))(function)

    return compiled


@inlined
def _let_go(words: Any, release: int) -> None:
    """Mark a structure released, and give back what it owns: the word behind. A child owns nothing."""
    words[release] = 0
    owned = words[release + 1]
    if owned:
        words[release + 1] = 0
        state = _locked()
        _given_back(owned)
        _unlocked(state)


@inlined
def _end(capsule: int, release: int) -> None:
    """Let go of a structure that was only looked at (one that was moved is marked), then of its place in memory."""
    words = _shown(capsule, _named(capsule))
    if words[release]:
        _let_go(words, release)
    _given_back(_context(capsule))


@_called(_WORDS)
def _release_schema(words: Any) -> None:
    _let_go(words, 7)


@_called(_WORDS)
def _release_array(words: Any) -> None:
    _let_go(words, 8)


@_called(types.intp)
def _end_schema(capsule: int) -> None:
    _end(capsule, 7)


@_called(types.intp)
def _end_array(capsule: int) -> None:
    _end(capsule, 8)


@dataclass(frozen=True)
class Kind:
    """A structure of the interface: its name, which word says how to let go of it, and what to call for that."""

    name: bytes
    release: int
    releasing: int
    ending: int


SCHEMA = Kind(b"arrow_schema", 7, _release_schema.address, _end_schema.address)
ARRAY = Kind(b"arrow_array", 8, _release_array.address, _end_array.address)

_new = ctypes.pythonapi.PyCapsule_New
_new.restype = ctypes.py_object
_new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_set_context = ctypes.pythonapi.PyCapsule_SetContext
_set_context.argtypes = [ctypes.py_object, ctypes.c_void_p]
_taken = ctypes.pythonapi.Py_IncRef
_taken.argtypes = [ctypes.py_object]
_taken.restype = None


def capsule(kind: Kind, rows: Words, kept: list[Any]) -> object:
    """Return a capsule for the structure in the first of ``rows``, which needs all of them and what is ``kept``.

    What is kept lives until the structure is let go of, the rows until the capsule ends too: a consumer may release a
    structure that it has not moved.
    """
    kept.append(rows)
    rows[:, kind.release] = kind.releasing
    rows[0, kind.release + 1] = id(kept)
    _taken(kept)
    made: object = _new(rows.ctypes.data, kind.name, kind.ending)
    _set_context(made, id(rows))
    _taken(rows)
    return made
