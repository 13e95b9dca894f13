"""The inner loops that read fields, many of many records at a time, over the bytes, in machine code.

Every kernel takes the bytes of a chunk, where each record (or table element) begins, and a row of numbers for each
field; it fills arrays that polars takes over as they are. A field that cannot be read leaves a code in ``status`` and
goes on; kernels say how many codes they left. They are compiled at their first use and cached on disk.

Digits and letters are read eight bytes at a time. What is not plain there (a letter beyond ASCII, a wrong digit) is
looked at once more, byte by byte, by a function ``_with_care`` beside the loop.

    >>> import numpy as np
    >>> fields = np.array([[0, 3, 1, 0, True, True, 10**5]])
    >>> out, status, wrong = np.zeros(1, dtype="i8"), np.zeros((1, 1), dtype="u1"), np.zeros(1, dtype="i8")
    >>> buffer = np.frombuffer(bytes.fromhex("12345d"), dtype="u1")
    >>> read_packed(buffer, np.zeros(1, dtype="i8"), fields, 0x40, out, status, wrong)
    >>> int(wrong[0]), int(out[0])
    (0, -12345)
"""

from __future__ import annotations

import sys

from adapters.cobol.kernels.binary import read_binary
from adapters.cobol.kernels.codes import (
    BAD_BYTE,
    BAD_COUNT,
    BAD_DIGIT,
    BAD_SIGN,
    BLANK,
    FOREIGN,
    LEADING,
    LEADING_SEPARATE,
    LOW,
    MINUS,
    NEGATIVE,
    NO_NUMBER,
    NO_VALUE,
    NOTHING,
    OK,
    TOO_BIG,
    TOO_FINE,
    TOO_LONG,
    TRAILING,
    TRAILING_SEPARATE,
    UNSIGNED,
)
from adapters.cobol.kernels.machine import Bytes, Ints, compiled
from adapters.cobol.kernels.packed import read_packed
from adapters.cobol.kernels.patience import Patience, watch
from adapters.cobol.kernels.records import copy_padded, point, show
from adapters.cobol.kernels.text import BEGINNING, END, INLINE, KEEP, read_texts
from adapters.cobol.kernels.zoned import read_zoned

__all__ = [
    "BAD_BYTE",
    "BAD_COUNT",
    "BAD_DIGIT",
    "BAD_SIGN",
    "BEGINNING",
    "BLANK",
    "END",
    "FOREIGN",
    "INLINE",
    "KEEP",
    "LEADING",
    "LEADING_SEPARATE",
    "LOW",
    "MINUS",
    "NEGATIVE",
    "NOTHING",
    "NO_NUMBER",
    "NO_VALUE",
    "OK",
    "TOO_BIG",
    "TOO_FINE",
    "TOO_LONG",
    "TRAILING",
    "TRAILING_SEPARATE",
    "UNSIGNED",
    "Bytes",
    "Ints",
    "compiled",
    "copy_padded",
    "point",
    "read_binary",
    "read_packed",
    "read_texts",
    "read_zoned",
    "show",
]  # fmt: skip

watch(Patience(sys.stderr))
