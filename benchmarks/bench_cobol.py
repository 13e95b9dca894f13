"""COBOL records: MB/s and records/s of decode and encode, beside plain Python and two other packages.

    python benchmarks/bench_cobol.py [records]

A record has 200 bytes of EBCDIC (cp037): 12 text fields of 10 or 11 characters, about half of them filled; 6 packed
S9(7)V99, 2 binary S9(9), 4 zoned S9(8). All of it is read into a polars frame, ten thousand records at a time, from
memory. Plain Python cuts each record with struct and reads numbers with int(). The best of three runs counts.
cobolio and coboljsonifier are measured where they are installed (pip install hrbus[bench]).
"""

from __future__ import annotations

import contextlib
import io
import random
import resource
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, Origin

TEXTS = [11] * 10 + [10] * 2
COPYBOOK = "\n".join(
    [
        "       01  BENCH-REC.",
        *(f"           05  TEXT-{n}   PIC X({width})." for n, width in enumerate(TEXTS, 1)),
        *(f"           05  PACKED-{n} PIC S9(7)V99 COMP-3." for n in range(1, 7)),
        *(f"           05  BINARY-{n} PIC S9(9) COMP." for n in range(1, 3)),
        *(f"           05  ZONED-{n}  PIC S9(8)." for n in range(1, 5)),
        "",
    ]
)


def codec(**settings: Any) -> CobolCodec:
    """Return a codec for the benchmark's record."""
    return CobolCodec(CobolSettings(copybook="bench.cpy", **settings), parse(COPYBOOK, "bench.cpy").record())


def sample(records: int) -> pl.DataFrame:
    """Return records whose values differ, some of them negative."""
    chance = random.Random(7)
    words = ["SMITH", "LI", "GARCIA", "MUELLER", "O'NEIL", "WANG", "IVANOVA"]

    def numbers(top: int) -> list[int]:
        return [chance.randrange(-top, top) for _ in range(records)]

    columns: dict[str, Any] = {}
    for n in range(1, 13):
        columns[f"TEXT-{n}"] = [f"{chance.choice(words)}{chance.randrange(100)}" for _ in range(records)]
    for n in range(1, 7):
        columns[f"PACKED-{n}"] = pl.Series(numbers(10**9), dtype=pl.Int64).cast(pl.Decimal(20, 0)) / Decimal(100)
    for n in range(1, 3):
        columns[f"BINARY-{n}"] = numbers(10**9)
    for n in range(1, 5):
        columns[f"ZONED-{n}"] = numbers(10**8)
    return pl.DataFrame(columns).with_columns(pl.col("^PACKED-.*$").cast(pl.Decimal(9, 2)))


def plain(data: bytes) -> int:
    """Read every record the plain way: struct, decode, int and Decimal, one object a field."""
    form = struct.Struct("".join(f"{width}s" for width in TEXTS) + "5s" * 6 + "4s" * 2 + "8s" * 4)
    signs = {0xC: "", 0xD: "-", 0xF: ""}
    count = 0
    for values in form.iter_unpack(data):
        record: dict[str, object] = {}
        for n, value in enumerate(values[:12], 1):
            record[f"TEXT-{n}"] = value.decode("cp037").rstrip()
        for n, value in enumerate(values[12:18], 1):
            digits = value.hex()
            record[f"PACKED-{n}"] = Decimal(signs[int(digits[-1], 16)] + digits[:-1]).scaleb(-2)
        for n, value in enumerate(values[18:20], 1):
            record[f"BINARY-{n}"] = int.from_bytes(value, "big", signed=True)
        for n, value in enumerate(values[20:], 1):
            last = value[-1]
            digits = (value[:-1] + bytes([last | 0xF0])).decode("cp037")
            record[f"ZONED-{n}"] = -int(digits) if last >> 4 == 0xD else int(digits)
        count += 1
    return count


def by_cobolio(data: bytes) -> int:
    """Read every record with cobolio."""
    cobolio = import_module("cobolio")
    with contextlib.redirect_stdout(io.StringIO()):  # it prints what it parses
        length, layout = cobolio.copybook_to_layout(COPYBOOK)
    for at in range(0, len(data), length):
        cobolio.loads(data[at : at + length], layout, "cp037")
    return len(data) // int(length)


def by_coboljsonifier(data: bytes) -> int:
    """Read every record with coboljsonifier."""
    extractor = import_module("coboljsonifier.copybookextractor")
    parsing = import_module("coboljsonifier.parser")
    kinds = import_module("coboljsonifier.config.parser_type_enum")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.cpy"
        path.write_text(COPYBOOK)
        structure = extractor.CopybookExtractor(str(path)).dict_book_structure
        parser = parsing.Parser(structure, kinds.ParseType.BINARY_EBCDIC).build()
    for at in range(0, len(data), 200):
        parser.parse(data[at : at + 200])
        _ = parser.value
    return len(data) // 200


def decoded(reader: CobolCodec, data: bytes) -> int:
    """Read every record with the codec."""
    return sum(len(batch) for batch in reader.decode(io.BytesIO(data), Origin("bench")))


def encoded(writer: CobolCodec, batches: list[Batch]) -> int:
    """Write every record with the codec."""
    return sum(len(batch) for batch in writer.encode(batches, io.BytesIO()))


def best(work: Callable[[], int]) -> float:
    """Return records per second, the best of three."""
    rates = []
    for _ in range(3):
        begun = time.perf_counter()
        count = work()
        rates.append(count / (time.perf_counter() - begun))
    return max(rates)


def main() -> None:
    """Measure and print."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    frame = sample(20_000)
    one, two, raw = codec(), codec(threads=2), codec(keep_raw=True)
    out = io.BytesIO()
    list(one.encode([Batch(frame)], out))
    few = out.getvalue()
    data = (few * (records // 20_000 + 1))[: records * 200]
    batches = list(one.decode(io.BytesIO(data), Origin("bench")))
    carried = list(raw.decode(io.BytesIO(data), Origin("bench")))
    rows: list[tuple[str, Callable[[], int]]] = [
        ("decode, one thread", lambda: decoded(one, data)),
        ("decode, two threads", lambda: decoded(two, data)),
        ("encode", lambda: encoded(one, batches)),
        ("encode over kept bytes", lambda: encoded(raw, carried)),
        ("plain Python: struct and int", lambda: plain(few)),
        ("cobolio", lambda: by_cobolio(few[: 200 * 2_000])),
        ("coboljsonifier", lambda: by_coboljsonifier(few[: 200 * 2_000])),
    ]
    print(f"{'200-byte records':32}{'records/s':>14}{'MB/s':>9}")
    for name, work in rows:
        try:
            rate = best(work)
        except ImportError:
            print(f"{name:32}{'not installed':>14}")
            continue
        print(f"{name:32}{rate:14,.0f}{rate * 200 / 1e6:9.1f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MiB, sample data included")


if __name__ == "__main__":
    main()
