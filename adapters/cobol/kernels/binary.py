"""Reads binary integers of one to eight bytes."""

from __future__ import annotations

import numpy as np

from adapters.cobol.kernels.codes import TOO_BIG
from adapters.cobol.kernels.fields import OFFSET, PLACE, STEP, WIDTH
from adapters.cobol.kernels.machine import Bytes, Ints, U, compiled, swapped, word

BIG, SIGNED = 4, 5
"""Of a binary field: whether its high byte comes first, and whether the highest bit is a sign."""


@compiled
def _read(buffer: Bytes, base: Ints, field: Ints, out: Ints, status: Bytes) -> int:
    big, signed, step = field[BIG], field[SIGNED], field[STEP]
    unused = 64 - 8 * field[WIDTH]
    wrong = 0
    for i in range(base.shape[0]):
        whole = word(buffer, base[i] + field[OFFSET])
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


@compiled
def read_binary(buffer: Bytes, base: Ints, fields: Ints, out: Ints, status: Bytes, wrong: Ints) -> None:
    """Read integers; unsigned ones beyond 2⁶³ are too big unless STEP is 2."""
    for f in range(fields.shape[0]):
        wrong[f] += _read(buffer, base, fields[f], out[fields[f, PLACE] :], status[f])
