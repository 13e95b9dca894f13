"""Reads files that are made while they are read, a small and a large one, and prints what memory that took.

python endless.py FORMAT FOLDER RECORDS        # prints kilobytes
"""

from __future__ import annotations

import io
import resource
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from hrbus.registry import Registry
from hrbus.spi import Origin
from hrbus.testing import a_context

LAYOUT = "layout: l\nfields:\n  no: integer(9) width 9\n  name: text(60) width 60\n  pay: decimal(9.2) width 11\n"
SETTINGS: dict[str, dict[str, str]] = {
    "delimited": {},
    "fixed": {},
    "dbf": {"encoding": "latin-1"},
    "xml": {"record": "E/R"},
}


class Made(io.RawIOBase):
    """A stream of pieces that are made when they are asked for."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._rest and (piece := next(self._pieces, None)) is not None:
            self._rest = piece
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def pieces(form: str, records: int) -> Iterator[bytes]:
    """Yield a file of so many records, a record at a time."""
    if form == "dbf":
        columns = [(b"NO", b"N", 10, 0), (b"NAME", b"C", 60, 0), (b"PAY", b"N", 11, 2)]
        head = b"".join(struct.pack("<11sc4xBB14x", *column) for column in columns)
        yield struct.pack("<4BIHH20x", 3, 126, 1, 5, records, 33 + len(head), 82) + head + b"\r"
    yield {"delimited": b"no,name,pay\n", "xml": b"<E>"}.get(form, b"")
    for number in range(records):
        name = f"Ada Lovelace {number}"
        if form == "delimited":
            yield f'{number},"{name}",12.5\n'.encode()
        elif form == "fixed":
            yield f"{number:09}{name:60}{12.5:>11}\n".encode()
        elif form == "dbf":
            yield f" {number:>10}{name:60}{12.5:>11}".encode()
        else:
            yield f"<R><no>{number}</no><name>{name}</name><pay>12.5</pay></R>\n".encode()
    yield b"</E>" if form == "xml" else b""


def main(form: str, folder: Path, records: int) -> None:
    """Print by how many kilobytes the large file took more than the small one."""
    (folder / "mappings").mkdir(exist_ok=True)
    (folder / "mappings" / "l.yaml").write_text(LAYOUT)
    kind = Registry.installed().codec(form)
    codec = kind.make(kind.settings.model_validate({"layout": "l.yaml", **SETTINGS.get(form, {})}), a_context(folder))
    peaks = []
    for size in (30_000, records):
        stream = cast("io.BufferedReader", io.BufferedReader(Made(pieces(form, size))))
        assert size == sum(map(len, codec.decode(stream, Origin("endless"))))
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    print(peaks[1] - peaks[0])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
