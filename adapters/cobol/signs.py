"""Which bytes stand for digits and signs in zoned fields.

EBCDIC: zone F, sign zones C, F, A, E for plus and D, B for minus (IBM z/Architecture Principles of Operation,
*Decimal instructions*). ASCII: minus is 0x70–0x79 (p–y), as GnuCOBOL and Micro Focus write; the translated EBCDIC
form ({ or @, A–I for plus, }, J–R for minus) is read as well.

    >>> hex(Signs.of(ebcdic_page=True, ebcdic_sign=True).negative[3])
    '0xd3'
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from adapters.cobol.kernels import MINUS, NO_VALUE

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Signs:
    """Tables for reading (256: value or 0xFF) and writing (10: byte of a digit)."""

    digits: Bytes
    signed: Bytes
    unsigned: Bytes
    separate: Bytes
    zero: int
    positive: Bytes
    negative: Bytes
    plus: int
    minus: int

    @staticmethod
    @cache
    def of(*, ebcdic_page: bool, ebcdic_sign: bool) -> Signs:
        """Return the tables for a page and a way of putting signs."""
        zero = 0xF0 if ebcdic_page else 0x30
        plus, minus = (0x4E, 0x60) if ebcdic_page else (0x2B, 0x2D)
        digits = _none()
        digits[zero : zero + 10] = range(10)
        signed, unsigned = digits.copy(), digits.copy()
        if ebcdic_page:
            for zone in (0xC0, 0xA0, 0xE0):
                signed[zone : zone + 10] = range(10)
            # Some compilers leave C on a positive number that has no sign; A and E would turn letters into digits.
            unsigned[0xC0:0xCA] = range(10)
            for zone in (0xD0, 0xB0):
                signed[zone : zone + 10] = np.arange(10) | MINUS
        else:
            signed[0x70:0x7A] = np.arange(10) | MINUS
            for digit, (up, down) in enumerate(zip("{ABCDEFGHI", "}JKLMNOPQR", strict=True)):
                signed[ord(up)], signed[ord(down)] = digit, digit | MINUS
            signed[ord("@")] = 0
        separate = _none()
        separate[plus], separate[minus] = 0, MINUS
        positive, negative = _written(ebcdic_page, ebcdic_sign)
        return Signs(digits, signed, unsigned, separate, zero, positive, negative, plus, minus)


def _written(ebcdic_page: bool, ebcdic_sign: bool) -> tuple[Bytes, Bytes]:
    if ebcdic_page:
        return np.arange(0xC0, 0xCA, dtype=np.uint8), np.arange(0xD0, 0xDA, dtype=np.uint8)
    if ebcdic_sign:
        up, down = b"{ABCDEFGHI", b"}JKLMNOPQR"
        return np.frombuffer(up, dtype=np.uint8), np.frombuffer(down, dtype=np.uint8)
    return np.arange(0x30, 0x3A, dtype=np.uint8), np.arange(0x70, 0x7A, dtype=np.uint8)


def _none() -> Bytes:
    return np.full(256, NO_VALUE, dtype=np.uint8)
