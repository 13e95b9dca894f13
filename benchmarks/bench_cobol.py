"""COBOL records: MB/s and records/s of decode and encode, beside plain Python and two other packages.

    python benchmarks/bench_cobol.py [--records N] [--rounds N] [--json]
    python benchmarks/bench_cobol.py --instructions

A record has 200 bytes of EBCDIC (cp037): 12 text fields of 10 or 11 characters, about half of them filled; 6 packed
S9(7)V99, 2 binary S9(9), 4 zoned S9(8). All of it is read into a polars frame, ten thousand records at a time, from
memory. Plain Python cuts each record with struct and reads numbers with int(). The best of five rounds counts.
cobolio and coboljsonifier are measured where they are installed (pip install hrbus[bench]).
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import os
import random
import re
import resource
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, cast

import polars as pl

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, Origin

TEXTS = [11] * 10 + [10] * 2
LENGTH = 200
DECODE, TWO, ENCODE = "decode, one thread", "decode, two threads", "encode"
COBOLIO, COBOLJSONIFIER = "cobolio", "coboljsonifier"
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


class Nowhere:
    """A stream that takes everything and keeps nothing: what is measured is the codec, not memory that grows."""

    def write(self, data: bytes) -> int:
        """Say how much was given."""
        return len(data)


def decoded(reader: CobolCodec, data: bytes) -> int:
    """Read every record with the codec."""
    return sum(len(batch) for batch in reader.decode(io.BytesIO(data), Origin("bench")))


def encoded(writer: CobolCodec, batches: list[Batch]) -> int:
    """Write every record with the codec."""
    return sum(len(batch) for batch in writer.encode(batches, cast("BinaryIO", Nowhere())))


def records_of(count: int) -> bytes:
    """Return so many records; every twenty thousand they are the same again."""
    out = io.BytesIO()
    list(codec().encode([Batch(sample(min(count, 20_000)))], out))
    few = out.getvalue()
    return (few * (count * LENGTH // len(few) + 1))[: count * LENGTH]


def rates(works: Mapping[str, Callable[[], int]], rounds: int) -> dict[str, float]:
    """Return records per second of each, the best of some rounds; in a round they follow each other.

    So a slow moment of the machine meets them all, and the ratios are more constant than the rates.
    """
    best: dict[str, float] = {}
    for turn in range(rounds):
        for name, work in works.items():
            if turn and not best[name]:
                continue
            begun = time.perf_counter()
            try:
                count = work()
            except ImportError:
                count = 0
            best[name] = max(best.get(name, 0), count / (time.perf_counter() - begun))
    return best


def instructions(direction: str) -> float:
    """Return how many machine instructions a record takes, counted by callgrind: the same whatever else runs.

    A process with six batches is compared with one that has two. The kernels are compiled for a common processor,
    because callgrind does not know the newest instructions.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain = {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": folder}
        environment = os.environ | plain | {"PYTHONHASHSEED": "0", "POLARS_MAX_THREADS": "1"}
        counts = []
        for batches in (0, 2, 6):
            counted = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"] if batches else []
            command = [
                *counted,
                sys.executable,
                __file__,
                "--once",
                direction,
                "--records",
                str((batches or 2) * 10_000),
            ]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
            counts += [int(found) for found in re.findall(r"Collected : (\d+)", done.stderr)]
    return (counts[1] - counts[0]) / 40_000


def once(direction: str, records: int) -> None:
    """Read some records, and write them too if that is the direction; nothing else."""
    data = records_of(1_000) * (records // 1_000)
    for batch in codec().decode(io.BytesIO(data), Origin("bench")):
        if direction == "encode":
            encoded(codec(), [batch])


def measured(records: int, rounds: int) -> dict[str, float]:
    """Return records per second of all rows."""
    one, two, raw = codec(), codec(threads=2), codec(keep_raw=True)
    data = records_of(records)
    batches = list(one.decode(io.BytesIO(data), Origin("bench")))
    carried = list(raw.decode(io.BytesIO(data), Origin("bench")))
    few = data[: LENGTH * 2_000]
    gc.freeze()  # the sample's own objects are no work of the codec
    return rates(
        {
            DECODE: lambda: decoded(one, data),
            TWO: lambda: decoded(two, data),
            ENCODE: lambda: encoded(one, batches),
            "encode over kept bytes": lambda: encoded(raw, carried),
            "plain Python: struct and int": lambda: plain(few),
            COBOLIO: lambda: by_cobolio(few),
            COBOLJSONIFIER: lambda: by_coboljsonifier(few),
        },
        rounds,
    )


def ratios(found: Mapping[str, float]) -> dict[str, float]:
    """Return what one has of another in this run."""
    pairs = {
        "decode / cobolio": (DECODE, COBOLIO),
        "decode / coboljsonifier": (DECODE, COBOLJSONIFIER),
        "two threads / one": (TWO, DECODE),
        "encode / decode": (ENCODE, DECODE),
    }
    return {name: found[this] / found[that] for name, (this, that) in pairs.items() if found[that]}


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--records", type=int, default=300_000, help="how many are read")
    options.add_argument("--rounds", type=int, default=5, help="how often; the best counts")
    options.add_argument("--instructions", action="store_true", help="count instructions instead (needs valgrind)")
    options.add_argument("--json", action="store_true", help="print one JSON object")
    options.add_argument("--once", choices=["decode", "encode"], help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.once:
        once(asked.once, asked.records)
        return
    if asked.instructions:
        decode, both = instructions("decode"), instructions("encode")
        rows, shares = {"decode": decode, "encode": both - decode}, {}
    else:
        rows = measured(asked.records, asked.rounds)
        shares = ratios(rows)
    if asked.json:
        print(json.dumps({"rows": rows, "ratios": shares}))
        return
    if asked.instructions:
        print(f"{'200-byte records':32}{'instructions a record':>24}")
        for name, count in rows.items():
            print(f"{name:32}{count:24,.0f}")
        return
    print(f"{'200-byte records':32}{'records/s':>14}{'MB/s':>9}")
    for name, rate in rows.items():
        print(f"{name:32}{rate:14,.0f}{rate * LENGTH / 1e6:9.1f}" if rate else f"{name:32}{'not installed':>14}")
    for name, share in shares.items():
        print(f"{name:32}{share:14.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MiB, sample data included")


if __name__ == "__main__":
    main()
