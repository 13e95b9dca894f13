"""Tells fields that nobody filled from fields that are wrong."""

from __future__ import annotations

from adapters.cobol.kernels.codes import BLANK, LOW
from adapters.cobol.kernels.machine import Bytes, compiled


@compiled
def blankness(buffer: Bytes, at: int, width: int, blank: int, otherwise: int) -> int:
    """Return BLANK or LOW of a field that holds nothing but blanks or low-values, ``otherwise`` of another."""
    first = buffer[at]
    if first != blank and first != 0:
        return otherwise
    for j in range(at + 1, at + width):
        if buffer[j] != first:
            return otherwise
    return BLANK if first == blank else LOW
