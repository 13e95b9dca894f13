"""Files of several record types: the rate beside that of the same bytes as records of one type.

    python benchmarks/bench_segments.py [records]

The record is that of bench_cobol.py (200 bytes, 24 fields) after a type and a number. Four types share it, each with
all 24 fields under names of its own: COMPANY, DEPT, PERSON, SITE. The same bytes are read as one type (the others are
FILLER), as four types side by side, and as families (a company, two departments, ten people). Best of three.
"""

from __future__ import annotations

import io
import sys
import time
from importlib import import_module
from typing import Any

from adapters.cobol.areas import area
from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Origin

bench_cobol = import_module("bench_cobol")  # beside this file
TYPES = ("COMPANY", "DEPT", "PERSON", "SITE")
PATTERN = "CDPPPPPDPPPPPS"
VALUES: dict[str, Any] = {name: name[0] for name in TYPES}
BELOW: dict[str, Any] = {
    "COMPANY": "C",
    "DEPT": {"is": "D", "below": "COMPANY"},
    "PERSON": {"is": "P", "below": "DEPT"},
    "SITE": {"is": "S", "below": "COMPANY"},
}


def copybook(types: tuple[str, ...]) -> str:
    """Return the copybook of a record that some types share."""
    fields = bench_cobol.COPYBOOK.split("\n", 1)[1].replace("           05  ", "               10  ")
    head = "       01  R.\n           05  T PIC X.\n           05  NO PIC 9(7).\n"
    groups = []
    for name in types:
        redefines = f" REDEFINES {types[0]}" if name != types[0] else ""
        own = "".join(line.replace("10  ", f"10  {name[0]}-", 1) + "\n" for line in fields.strip("\n").split("\n"))
        groups.append(f"           05  {name}{redefines}.\n{own}")
    return head + "".join(groups)


def codec(types: tuple[str, ...], **settings: Any) -> CobolCodec:
    """Return a codec for the record."""
    made = CobolSettings(copybook="bench.cpy", **settings)
    return CobolCodec(made, area([parse(copybook(types), "bench.cpy")], "", made.segment, made.segments))


def sample(records: int) -> bytes:
    """Return a file of families."""
    frame = bench_cobol.sample(min(records, 20_000))
    out = io.BytesIO()
    list(bench_cobol.codec().encode([bench_cobol.Batch(frame)], out))
    bodies = out.getvalue()
    size = len(bodies) // frame.height
    made = (
        f"{PATTERN[n % len(PATTERN)]}{n % 10**7:07d}".encode("cp037")
        + bodies[n % frame.height * size : (n % frame.height + 1) * size]
        for n in range(records)
    )
    return b"".join(made)


def best(codec: CobolCodec, data: bytes) -> tuple[float, list[Any]]:
    """Return the seconds of the best of three runs, and the batches."""
    times, batches = [], []
    for _ in range(3):
        start = time.perf_counter()
        batches = list(codec.decode(io.BytesIO(data), Origin("bench")))
        times.append(time.perf_counter() - start)
    return min(times), batches


def write(codec: CobolCodec, batches: list[Any]) -> float:
    """Return the seconds of the best of three runs."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        list(codec.encode(batches, io.BytesIO()))
        times.append(time.perf_counter() - start)
    return min(times)


def main(records: int) -> None:
    """Print a line for each way."""
    data = sample(records)
    ways = {
        "one type": codec(TYPES[:1]),
        "four types side by side": codec(TYPES, segment="T", segments=VALUES),
        "families": codec(TYPES, segment="T", segments=BELOW),
    }
    for one in ways.values():
        list(one.encode(one.decode(io.BytesIO(data[: 208 * 100]), Origin("warm")), io.BytesIO()))
    base = None
    for name, one in ways.items():
        read, batches = best(one, data)
        written = write(one, batches)
        base = base or (read, written)
        print(
            f"{name:26} decode {len(data) / read / 1e6:7.0f} MB/s ({base[0] / read:4.2f} of one type)"
            f"   encode {len(data) / written / 1e6:7.0f} MB/s ({base[1] / written:4.2f})"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
