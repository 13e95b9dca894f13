"""Reads numbers of every storage into Arrow integers or 128-bit decimals."""

from __future__ import annotations

from adapters.cobol.kernels.binary import read_binary
from adapters.cobol.kernels.machine import TILE, Bytes, Ints, compiled
from adapters.cobol.kernels.packed import read_packed
from adapters.cobol.kernels.zoned import read_zoned

ZONED, PACKED, BINARY = 0, 1, 2
"""How a number is stored."""
STORAGE, OFFSET, WIDTH, STEP, PLACE, MODE, TABLES, ZERO = range(8)
"""The columns that say of a zoned field where it begins and what it takes.

STEP is 2 where 128-bit lanes are wanted, otherwise 1; PLACE is where its own part of the values begins; TABLES says
which of the tables it is read with, ZERO is the byte of the digit 0.
"""
HAS_SIGN, SIGNED, LIMIT = 5, 6, 7
"""Those of a packed field instead; its number must be less than LIMIT."""
BIG = 5
"""That of a binary field, whether its high byte comes first; SIGNED is the same."""


@compiled
def read_numbers(
    buffer: Bytes,
    base: Ints,
    fields: Ints,
    tables: Bytes,
    blank: int,
    out: Ints,
    status: Bytes,
    wrong: Ints,
) -> None:
    """Read numbers of up to 64 bits; a row of ``fields`` each.

    ``tables`` (any × 2 × 256) give the value of a digit and of a signed digit, or NO_VALUE; MINUS is set where that
    is negative, a separate sign has the value 0. ``out`` is filled; so is ``status`` (fields × records, zeroed);
    ``wrong`` says of each field how many codes are left.
    """
    n = base.shape[0]
    for start in range(0, n, TILE):
        stop = min(n, start + TILE)
        for f in range(fields.shape[0]):
            field = fields[f]
            width, step = field[WIDTH], field[STEP]
            rows = base[start:stop] + field[OFFSET]
            values = out[field[PLACE] + start * step : field[PLACE] + stop * step]
            codes = status[f, start:stop]
            if field[STORAGE] == ZONED:
                pair = tables[field[TABLES]]
                wrong[f] += read_zoned(
                    buffer, rows, width, field[MODE], pair, field[ZERO], blank, values, step, codes
                )
            elif field[STORAGE] == PACKED:
                signs = (field[HAS_SIGN], field[SIGNED])
                wrong[f] += read_packed(buffer, rows, width, signs, field[LIMIT], blank, values, step, codes)
            else:
                wrong[f] += read_binary(buffer, rows, width, field[BIG], field[SIGNED], values, step, codes)
