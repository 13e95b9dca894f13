"""Tells which fields failed in a trial, and of their bytes no more than one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from adapters.cobol.decode import Reader
from adapters.cobol.plan import Leaf, Storage
from hrbus.spi import Failure, Type


def of(reader: Reader, buffer: npt.NDArray[np.uint8]) -> tuple[Failure, ...]:
    """Return the fields that failed, in the order of the layout, each with its first wrong byte."""
    counts: Counter[Leaf] = Counter()
    first: dict[Leaf, int] = {}
    for leaf, rows, places, _codes, _details in reader.faults:
        counts[leaf] += len(np.unique(rows))
        first.setdefault(leaf, int(places[0]))
    return tuple(
        Failure(leaf.column or leaf.item.name, leaf.item.describe(), counts[leaf], _byte(leaf, buffer, first[leaf]))
        for leaf in sorted(counts, key=lambda leaf: reader.order[leaf.item])
    )


def _byte(leaf: Leaf, buffer: npt.NDArray[np.uint8], at: int) -> str:
    data = buffer[at : at + leaf.width].tobytes()
    return f"X'{data[_wrong(leaf, data)]:02X}'" if data else ""


def _wrong(leaf: Leaf, data: bytes) -> int:
    """Return the place of the first byte that does not belong into such a field."""
    if leaf.type is Type.TEXT:
        try:
            leaf.page.decode(data)
        except UnicodeDecodeError as error:
            return min(error.start, len(data) - 1)
        return 0
    if leaf.storage is Storage.PACKED:
        odd = [n for n, byte in enumerate(data[:-1]) if byte >> 4 > 9 or byte & 15 > 9]
        return odd[0] if odd else len(data) - 1
    if leaf.storage is Storage.ZONED:
        digits = leaf.page.encode("0123456789")
        return next((n for n, byte in enumerate(data[:-1]) if byte not in digits), len(data) - 1)
    return 0
