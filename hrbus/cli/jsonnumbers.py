"""Puts the numbers of JSON into quotes, so that a reader that only knows floats leaves them as they stand.

    >>> quoted(b'{"NO":4711,"AT":"4 pm","RATE":[-0.10]}').decode()
    '{"NO":"\ufdd04711","AT":"4 pm","RATE":["\ufdd0-0.10"]}'

All bytes at once, by numpy. What is no JSON stays none: quotes are put around a run of digits and signs outside of
strings, and nothing else is touched.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hrbus.cli.jsonvalues import NUMBER

_MARK = np.frombuffer(b'"' + NUMBER.encode(), dtype=np.uint8)
_QUOTE, _ESCAPE, _MINUS = b'"\\-'

_IN_NUMBERS = np.zeros(256, dtype=np.bool_)
_IN_NUMBERS[list(b"0123456789+-.eE")] = True
_FIRST = np.zeros(256, dtype=np.bool_)
_FIRST[list(b"-0123456789")] = True


def quoted(data: bytes) -> bytes:
    """Return lines of JSON with ``NUMBER`` and quotes around every number; a line's fault stays in its line."""
    chars = np.frombuffer(data, dtype=np.uint8)
    inside = _inside(data, chars)
    ends = np.flatnonzero(chars == 0x0A)
    if inside[ends].any():  # a string that is not closed would turn what follows inside out
        return b"\n".join(quoted(line) if b"\n" not in line else line for line in data.split(b"\n"))
    there = _IN_NUMBERS[chars] & ~inside
    edges = np.flatnonzero(there[1:] != there[:-1]) + 1
    edges = np.concatenate([edges[:0] if not len(there) or not there[0] else [0], edges])
    edges = edges if len(edges) % 2 == 0 else np.append(edges, len(chars))
    starts, stops = edges[0::2].astype(np.int64), edges[1::2].astype(np.int64)
    real = _FIRST[chars[starts]]
    return _with_quotes(chars, starts[real], stops[real])


def _inside(data: bytes, chars: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Return which bytes lie within strings, the quote that begins one included."""
    quotes = chars == _QUOTE
    if b"\\" in data:
        where = np.flatnonzero(quotes)
        others = np.where(chars != _ESCAPE, np.arange(len(chars)), -1)
        before = np.concatenate([[-1], np.maximum.accumulate(others)[:-1]])
        quotes[where[(where - before[where]) % 2 == 0]] = False
    made: npt.NDArray[np.bool_] = (np.cumsum(quotes, dtype=np.uint8) & 1).astype(np.bool_)
    return made


def _with_quotes(chars: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], stops: npt.NDArray[np.int64]) -> bytes:
    wide = len(_MARK) + 1
    number = np.arange(len(starts))
    made = np.empty(len(chars) + wide * len(starts), dtype=np.uint8)
    free = np.ones(len(made), dtype=np.bool_)
    marks = (starts + wide * number)[:, None] + np.arange(len(_MARK))
    made[marks], free[marks] = _MARK, False
    ends = stops + wide * number + len(_MARK)
    made[ends], free[ends] = _QUOTE, False
    made[free] = chars
    return made.tobytes()
