"""Reads binary integers of one to eight bytes."""

from __future__ import annotations

import numpy as np

from adapters.cobol.kernels.codes import TOO_BIG
from adapters.cobol.kernels.machine import Bytes, Ints, U, compiled, swapped, word


@compiled
def read_binary(
    buffer: Bytes,
    starts: Ints,
    width: int,
    big: int,
    signed: int,
    out: Ints,
    step: int,
    status: Bytes,
) -> int:
    """Read integers; unsigned ones beyond 2⁶³ are too big unless ``step`` is 2."""
    unused = 64 - 8 * width
    wrong = 0
    for i in range(starts.shape[0]):
        whole = word(buffer, starts[i])
        top = swapped(whole) if big else whole << U(unused)
        value = np.int64(top) >> np.int64(unused) if signed else np.int64(top >> U(unused))
        if not signed and value < 0 and step == 1:
            status[i] = TOO_BIG
            wrong += 1
            value = np.int64(0)
        out[i * step] = value
        if step == 2:
            out[i * 2 + 1] = value >> 63 if signed else 0
    return wrong
