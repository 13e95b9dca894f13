"""The inner loops that write fields, the other way of ``kernels``: one field of many records at a time.

>>> import numpy as np
>>> out, status, all_of_it = np.zeros(3, dtype="u1"), np.zeros(1, dtype="u1"), np.ones(1, dtype=np.bool_)
>>> numbers, base = np.array([-12345]), np.zeros(1, dtype="i8")
>>> write_packed(numbers, all_of_it, out, base, 0, 3, 5, True, True, status), out.tobytes().hex()
(0, '12345d')
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from adapters.cobol.kernels import (
    FOREIGN,
    LEADING,
    LEADING_SEPARATE,
    NEGATIVE,
    OK,
    TOO_BIG,
    TOO_LONG,
    TRAILING,
    TRAILING_SEPARATE,
    UNSIGNED,
    Bytes,
    Ints,
    compiled,
)


@compiled
def write_text(  # noqa: C901 - one loop over the bytes of a field
    data: Bytes,
    ends: Ints,
    wanted: npt.NDArray[np.bool_],
    out: Bytes,
    base: Ints,
    offset: int,
    width: int,
    reverse: npt.NDArray[np.int16],
    blank: int,
    right: bool,
    status: Bytes,
) -> int:
    """Write UTF-8 text in a single-byte page; ``ends`` are the ends of the texts in ``data``.

    ``reverse`` gives the byte of a code point of the Basic Multilingual Plane, or -1. Blanks fill the field, on the
    left where it is justified ``right``. A text that fails leaves the field half written.
    """
    wrong = 0
    for i in range(base.shape[0]):
        if not wanted[i]:
            continue
        at = ends[i - 1] if i else 0
        stop = ends[i]
        start = base[i] + offset
        n = 0
        code = OK
        while at < stop:
            lead = np.int64(data[at])
            if lead < 0x80:
                point = lead
                at += 1
            elif lead < 0xE0:
                point = ((lead & 0x1F) << 6) | (data[at + 1] & 0x3F)
                at += 2
            elif lead < 0xF0:
                point = ((lead & 0x0F) << 12) | (np.int64(data[at + 1] & 0x3F) << 6) | (data[at + 2] & 0x3F)
                at += 3
            else:
                point = np.int64(0)
                code = FOREIGN
                at += 4
            byte = reverse[point]
            if byte < 0:
                code = FOREIGN
            elif n < width:
                out[start + n] = byte
                n += 1
            elif byte != blank:
                code = code or TOO_LONG
        if code:
            status[i] = code
            wrong += 1
            continue
        gap = width - n
        if right and gap:
            for j in range(n - 1, -1, -1):
                out[start + gap + j] = out[start + j]
            for j in range(gap):
                out[start + j] = blank
        else:
            for j in range(n, width):
                out[start + j] = blank
    return wrong


@compiled
def write_zoned(
    values: Ints,
    wanted: npt.NDArray[np.bool_],
    out: Bytes,
    base: Ints,
    offset: int,
    width: int,
    mode: int,
    zero: int,
    positive: Bytes,
    negative: Bytes,
    status: Bytes,
) -> int:
    """Write up to 18 zoned digits; ``positive`` and ``negative`` hold the byte of a signed digit (or the sign)."""
    wrong = 0
    separate = mode in (TRAILING_SEPARATE, LEADING_SEPARATE)
    first = 1 if mode == LEADING_SEPARATE else 0
    last = width - 1 if mode == TRAILING_SEPARATE else width
    for i in range(base.shape[0]):
        if not wanted[i]:
            continue
        start = base[i] + offset
        value = values[i]
        below = value < 0
        if below and mode == UNSIGNED:
            status[i] = NEGATIVE
            wrong += 1
            continue
        value = -value if below else value
        for j in range(start + last - 1, start + first - 1, -1):
            digit = value % 10
            value //= 10
            out[j] = zero + digit
        if value:
            status[i] = TOO_BIG
            wrong += 1
            continue
        table = negative if below else positive
        if separate:
            out[start if first else start + last] = table[0]
        elif mode == TRAILING:
            out[start + width - 1] = table[out[start + width - 1] - zero]
        elif mode == LEADING:
            out[start] = table[out[start] - zero]
    return wrong


@compiled
def write_packed(
    values: Ints,
    wanted: npt.NDArray[np.bool_],
    out: Bytes,
    base: Ints,
    offset: int,
    width: int,
    digits: int,
    has_sign: bool,
    signed: bool,
    status: Bytes,
) -> int:
    """Write packed decimal of up to 18 digits; the sign is C or D, F where the picture has none."""
    wrong = 0
    most = np.int64(1)
    for _ in range(digits):
        most *= 10
    for i in range(base.shape[0]):
        if not wanted[i]:
            continue
        start = base[i] + offset
        value = values[i]
        below = value < 0
        value = -value if below else value
        if (below and not signed) or value >= most:
            status[i] = TOO_BIG if value >= most else NEGATIVE
            wrong += 1
            continue
        j = start + width - 1
        if has_sign:
            sign = (0x0D if below else 0x0C) if signed else 0x0F
            out[j] = ((value % 10) << 4) | sign
            value //= 10
            j -= 1
        while j >= start:
            pair = value % 100
            out[j] = ((pair // 10) << 4) | (pair % 10)
            value //= 100
            j -= 1
    return wrong


@compiled
def write_binary(
    values: Ints,
    wanted: npt.NDArray[np.bool_],
    out: Bytes,
    base: Ints,
    offset: int,
    width: int,
    big: bool,
    least: int,
    most: int,
    status: Bytes,
) -> int:
    """Write binary integers of 1 to 8 bytes that lie between ``least`` and ``most``."""
    wrong = 0
    for i in range(base.shape[0]):
        if not wanted[i]:
            continue
        value = values[i]
        if value < least or value > most:
            status[i] = NEGATIVE if value < 0 and least == 0 else TOO_BIG
            wrong += 1
            continue
        start = base[i] + offset
        for j in range(width):
            byte = (value >> np.int64(8 * j)) & 0xFF
            out[start + width - 1 - j if big else start + j] = byte
    return wrong
