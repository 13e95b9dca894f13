"""Copies whole records, and lets views show what lies in memory already."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from adapters.cobol.kernels.machine import Bytes, Ints, compiled
from adapters.cobol.kernels.text import INLINE


@compiled
def copy_padded(source: Bytes, starts: Ints, lengths: Ints, out: Bytes, width: int, blank: int) -> None:
    """Copy records of different lengths into rows of ``width`` bytes, filled up with blanks."""
    for i in range(starts.shape[0]):
        row = i * width
        n = min(lengths[i], width)
        for j in range(n):
            out[row + j] = source[starts[i] + j]
        for j in range(n, width):
            out[row + j] = blank


@compiled
def point(rows: Ints, ends: Ints, data: Bytes, which: int, views: npt.NDArray[np.int32], inline: Bytes) -> None:
    """Let the views of ``rows`` show the texts that end at ``ends`` in ``data``, the buffer number ``which``."""
    at = np.int64(0)
    for i in range(rows.shape[0]):
        row = rows[i]
        n = ends[i] - at
        views[row, 0] = n
        for j in range(12):
            inline[row, 4 + j] = data[at + j] if j < n and (n <= INLINE or j < 4) else 0
        if n > INLINE:
            views[row, 2] = which
            views[row, 3] = at
        at = ends[i]


@compiled
def show(starts: Ints, lengths: Ints, data: Bytes, views: npt.NDArray[np.int32], inline: Bytes) -> None:
    """Make views of whole records as they lie in ``data``."""
    for i in range(starts.shape[0]):
        at = starts[i]
        n = lengths[i]
        views[i, 0] = n
        for j in range(min(n, 12 if n <= INLINE else 4)):
            inline[i, 4 + j] = data[at + j]
        if n > INLINE:
            views[i, 3] = at
