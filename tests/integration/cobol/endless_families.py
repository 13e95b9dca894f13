"""Reads families of records that are made while they are read, few and many, and prints what memory that took.

python endless_families.py families|monster RECORDS        # prints kilobytes
"""

from __future__ import annotations

import io
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO, cast

from adapters.cobol.areas import area
from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Origin

COPYBOOK = """
       01  R.
           05  T           PIC X.
           05  A.
               10  NAME    PIC X(79).
           05  B REDEFINES A.
               10  TITLE   PIC X(70).
               10  PAY     PIC 9(9).
"""


class Made(io.RawIOBase):
    """A stream of records of 80 bytes that are made when they are asked for."""

    def __init__(self, records: Iterator[bytes]) -> None:
        super().__init__()
        self._records = records

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, whole records of them."""
        return b"".join(islice(self._records, size // 80))


def pieces(form: str, records: int) -> Iterator[bytes]:
    """Yield so many records: a hundred below each parent, or all of them below the first."""
    for number in range(records):
        parent = number % 101 == 0 if form == "families" else number in (0, records - 1)
        yield f"A{f'Company {number}':79}".encode() if parent else f"B{f'Title {number}':70}{number:09}".encode()


def read(form: str, records: int) -> tuple[int, int]:
    """Return the rows and rejects of a file of so many records."""
    types: dict[str, Any] = {"A": "A", "B": {"is": "B", "below": "A"}}
    settings = CobolSettings(copybook="r.cpy", encoding="ascii", segment="T", segments=types, most_children=5_000)
    codec = CobolCodec(settings, area([parse(COPYBOOK, "r.cpy")], "", settings.segment, settings.segments))
    rows = rejects = 0
    for batch in codec.decode(cast("BinaryIO", Made(pieces(form, records))), Origin("endless")):
        rows += len(batch)
        rejects += len(batch.rejects)
    return rows, rejects


def main(form: str, records: int) -> None:
    """Print by how many kilobytes the large file took more than the small one."""
    peaks = []
    for count in (records // 4, records):
        expected = (-(-count // 101), 0) if form == "families" else (1, 1)
        if expected != (found := read(form, count)):
            raise SystemExit(f"{found} rows and rejects, not {expected}")
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    print(peaks[1] - peaks[0])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
