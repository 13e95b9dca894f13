r"""The loops that find where records begin, in machine code: one step a record, not one object.

Every walk takes the bytes at hand, where the last one stopped, and three arrays to fill: where the record's frame
begins, where the record itself does, and its length. It stops when an array is full, at ``limit``, before a record
that is not whole yet, or at one that cannot be, and says why.

    >>> import numpy as np
    >>> begins, starts, lengths = np.zeros((3, 4), dtype="i8")
    >>> data = np.frombuffer(b"one\nthree\n", dtype="u1")
    >>> ends = (np.arange(256) == 10).astype("u1")
    >>> walk_lines(data, 0, len(data), 99, False, ends, True, begins, starts, lengths)[0], lengths[:2].tolist()
    (2, [3, 5])
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from adapters.cobol.kernels import compiled

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

OK = 0
NO_LENGTH = 1
TOO_LONG = 2
RESERVED = 3
FOREIGN_KIND = 4
NO_BLOCK = 5
OVERRUN = 6
BAD_NUMBER = 7
BAD_COUNT = 8

LONGEST = 1 << 24
"""No record is longer; a word that says so is none."""

WORD, LENGTH_AT, LENGTH_BYTES, BIG, ADDS, BITS, KIND, ALIGN, STRICT = range(9)
"""Where a word's shape stands in the array that the walks take; see ``words.Word``."""

SKIP, COUNT, LOOP, END = range(4)
"""The steps through a record of changing length; see ``steps``."""
BINARY, PACKED, UNSIGNED_PACKED, DIGITS = range(4)
"""How a number in a record is stored."""


@compiled
def binary(data: Bytes, at: int, width: int, big: bool) -> int:
    """Return an unsigned number of up to 7 bytes."""
    value = 0
    if big:
        for j in range(at, at + width):
            value = (value << 8) | int(data[j])
    else:
        for j in range(at + width - 1, at - 1, -1):
            value = (value << 8) | int(data[j])
    return value


@compiled
def walk_words(
    data: Bytes, at: int, stop: int, limit: int, shape: Ints, begins: Ints, starts: Ints, lengths: Ints
) -> tuple[int, int, int, int]:
    """Walk records that a word stands before; return (records, where the next begins, place of the fault, code)."""
    n = 0
    begin = at
    word = shape[WORD]
    bits = shape[BITS]
    while n < begins.shape[0] and begin < limit and at + word <= stop:
        value = binary(data, at + shape[LENGTH_AT], shape[LENGTH_BYTES], shape[BIG] != 0)
        kind = shape[KIND]
        if bits:
            kind = value >> bits
            value &= (np.int64(1) << bits) - 1
        size = value + shape[ADDS]
        if value == 0 or size < 0:
            return n, begin, at, NO_LENGTH
        if size > LONGEST or at - begin > LONGEST:
            return n, begin, at, TOO_LONG
        if shape[STRICT]:
            for j in range(word):
                if data[at + j] and (j < shape[LENGTH_AT] or j >= shape[LENGTH_AT] + shape[LENGTH_BYTES]):
                    return n, begin, at, RESERVED
        end = at + (word + size + shape[ALIGN] - 1) // shape[ALIGN] * shape[ALIGN]
        if end > stop:
            break
        if kind == shape[KIND]:
            begins[n] = begin
            starts[n] = at + word
            lengths[n] = size
            n += 1
            begin = end
        elif kind == 0 or kind > 3:
            return n, begin, at, FOREIGN_KIND
        at = end
    return n, begin, at, OK


@compiled
def walk_blocks(  # noqa: C901 - one loop over words of two kinds
    data: Bytes,
    at: int,
    stop: int,
    limit: int,
    left: int,
    block: Ints,
    shape: Ints,
    begins: Ints,
    starts: Ints,
    lengths: Ints,
) -> tuple[int, int, int, int, int, int]:
    """Walk blocks of records; ``left`` bytes of the block at ``at`` are still to come.

    Return (records, where the next begins, bytes left in its block, place of the fault, bytes left there, code).
    """
    n = 0
    begin, kept = at, left
    word = shape[WORD]
    while n < begins.shape[0] and begin < limit:
        if left == 0:
            if at + 4 > stop:
                break
            value = binary(data, at + block[LENGTH_AT], block[LENGTH_BYTES], block[BIG] != 0)
            other = 2 - block[LENGTH_AT]
            reserved = data[at + other] or data[at + other + 1]
            if block[BIG] and data[at] & 0x80:
                value = binary(data, at, 4, True) & 0x7FFFFFFF
                reserved = False
            if value == 0 or reserved or value + block[ADDS] < 0:
                return n, begin, kept, at, left, NO_BLOCK
            if at - begin > LONGEST:
                return n, begin, kept, at, left, TOO_LONG
            left = value + block[ADDS]
            at += 4
            continue
        if word > left:
            return n, begin, kept, at, left, OVERRUN
        if at + word > stop:
            break
        size = binary(data, at + shape[LENGTH_AT], shape[LENGTH_BYTES], shape[BIG] != 0) + shape[ADDS]
        if size < 0 or size - shape[ADDS] == 0:
            return n, begin, kept, at, left, NO_LENGTH
        for j in range(word):
            if data[at + j] and (j < shape[LENGTH_AT] or j >= shape[LENGTH_AT] + shape[LENGTH_BYTES]):
                return n, begin, kept, at, left, RESERVED
        if word + size > left:
            return n, begin, kept, at, left, OVERRUN
        if at + word + size > stop:
            break
        begins[n] = begin
        starts[n] = at + word
        lengths[n] = size
        n += 1
        at += word + size
        left -= word + size
        begin, kept = at, left
    return n, begin, kept, at, left, OK


@compiled
def walk_lines(
    data: Bytes,
    at: int,
    stop: int,
    limit: int,
    ended: bool,
    ends: Bytes,
    returns: bool,
    begins: Ints,
    starts: Ints,
    lengths: Ints,
) -> tuple[int, int]:
    """Walk lines; ``returns`` takes a carriage return before the end as part of it. Return (records, next)."""
    n = 0
    while n < begins.shape[0] and at < limit and at < stop:
        end = at
        while end < stop and not ends[data[end]]:
            end += 1
        if end == stop and not ended:
            break
        begins[n] = at
        starts[n] = at
        lengths[n] = end - at
        if returns and end < stop and end > at and data[end - 1] == 0x0D:
            lengths[n] -= 1
        n += 1
        at = min(end + 1, stop)
    return n, at


@compiled
def number(data: Bytes, at: int, width: int, kind: int, big: bool, digits: Bytes) -> int:
    """Return a whole number as it stands in a record, or -1 where there is none that counts something.

    ``digits`` (3 × 256) are the values of a byte within zoned digits, at their ends, and there where they have a sign
    (``big``); 0xFE is a blank, which may stand before or behind them, anything else from 10 on is no digit.
    """
    value = 0
    if kind == BINARY:
        return binary(data, at, width, big) if width < 8 else -1
    if kind == DIGITS:
        begun, over = False, False
        for j in range(width):
            row = 0 if 0 < j < width - 1 else (2 if big else 1)
            digit = int(digits[row, data[at + j]])
            if digit == 0xFE:
                over = begun
            elif digit > 9 or over or value > LONGEST:
                return -1
            else:
                begun = True
                value = value * 10 + digit
        return value if begun else -1
    for j in range(at, at + width):
        high, low = int(data[j] >> 4), int(data[j] & 0x0F)
        last = kind == PACKED and j == at + width - 1
        if high > 9 or value > LONGEST:
            return -1
        if last:
            return -1 if low < 10 or low == 0x0D or low == 0x0B else value * 10 + high
        if low > 9:
            return -1
        value = value * 100 + high * 10 + low
    return value


@compiled
def walk_steps(  # noqa: C901 - one loop over steps of four kinds
    data: Bytes,
    at: int,
    stop: int,
    limit: int,
    steps: Ints,
    by_length: bool,
    adds: int,
    digits: Bytes,
    begins: Ints,
    starts: Ints,
    lengths: Ints,
) -> tuple[int, int, int, int]:
    """Walk records that say themselves how long they are; return (records, next, step of the fault, code).

    A record is as long as its ``steps`` (rows of a code and four numbers) lead through it; ``by_length``, it is as
    long as its first count says, and ``adds`` bytes more.
    """
    n = 0
    slots = np.zeros(max(steps.shape[0], 1), dtype=np.int64)
    turns = np.zeros((max(steps.shape[0], 1), 2), dtype=np.int64)
    while n < begins.shape[0] and at < limit and at < stop:
        here, pc, depth = at, 0, 0
        short = False
        while pc < steps.shape[0]:
            code = steps[pc, 0]
            if code == SKIP:
                here += steps[pc, 1]
                pc += 1
            elif code == COUNT:
                place = here + steps[pc, 2]
                if place + steps[pc, 3] > stop:
                    short = True
                    break
                kind = steps[pc, 4]
                value = number(data, place, steps[pc, 3], kind & 3, kind & 4 != 0, digits)
                if value < 0:
                    return n, at, pc, BAD_NUMBER
                slots[steps[pc, 1]] = value
                pc += 1
            elif code == LOOP:
                count = slots[steps[pc, 1]] if steps[pc, 1] >= 0 else steps[pc, 3]
                if count < steps[pc, 2] or count > steps[pc, 3]:
                    return n, at, pc, BAD_COUNT
                if count == 0:
                    pc = steps[pc, 4] + 1
                else:
                    pc += 1
                    turns[depth, 0], turns[depth, 1] = count, pc
                    depth += 1
            else:
                turns[depth - 1, 0] -= 1
                if turns[depth - 1, 0]:
                    pc = turns[depth - 1, 1]
                else:
                    depth -= 1
                    pc += 1
            if here - at > LONGEST:
                return n, at, pc, TOO_LONG
        if short:
            break
        if by_length:
            here = at + slots[0] + adds
            if here < at + steps[0, 2] + steps[0, 3]:
                return n, at, 0, BAD_COUNT
            if here - at > LONGEST:
                return n, at, 0, TOO_LONG
        if here == at:
            return n, at, 0, NO_LENGTH
        if here > stop:
            break
        begins[n] = at
        starts[n] = at
        lengths[n] = here - at
        n += 1
        at = here
    return n, at, 0, OK


@compiled
def stated(data: Bytes, starts: Ints, width: int, kind: int, big: bool, digits: Bytes, values: Ints) -> None:
    """Read the same number of many records."""
    for i in range(starts.shape[0]):
        values[i] = number(data, starts[i], width, kind, big, digits)


@compiled
def lay(source: Bytes, starts: Ints, lengths: Ints, out: Bytes, targets: Ints) -> None:
    """Copy pieces of ``source`` to their places in ``out``."""
    for i in range(starts.shape[0]):
        out[targets[i] : targets[i] + lengths[i]] = source[starts[i] : starts[i] + lengths[i]]


@compiled
def blocked(
    sizes: Ints, opens: Bytes, limits: Ints, most: int, used: int, room: int, begins: Bytes
) -> tuple[int, int]:
    """Say before which records a block begins: where one begins already, and where the next does not fit.

    ``sizes`` are those of records with their words; ``limits`` what a block that begins at a record may hold at
    least; ``used`` of ``room`` bytes are taken in the block that is open (room 0: none is). Return the same for the
    next.
    """
    for i in range(sizes.shape[0]):
        if opens[i] or used + sizes[i] > room:
            begins[i] = 1
            used = 4
            room = max(most, limits[i])
        used += sizes[i]
    return used, room
