"""Formats beside COBOL: records/s and MB/s of decode and encode, beside polars' and Python's csv on the same data.

    python benchmarks/bench_formats.py [records]

A record has eight texts (one of them quoted, one Chinese), a whole number and a decimal. The best of three runs
counts.
"""

from __future__ import annotations

import csv
import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from hrbus.registry import Registry
from hrbus.spi import Batch, Codec, Origin
from hrbus.testing import a_context

TEXTS = "".join(f"  t{n}: text(40) width 40\n" for n in range(8))
LAYOUT = f"layout: l\nfields:\n{TEXTS}  n: integer(9) width 9\n  p: decimal(9.2) width 11\n"
FORMATS: dict[str, dict[str, Any]] = {
    "delimited": {},
    "fixed": {"encoding": "gb18030"},
    "dbf": {"encoding": "gb18030"},
    "xml": {"record": "Export/Employee"},
    "xlsx": {},
}


def frames(records: int) -> Iterator[Batch]:
    """Yield the records in batches of ten thousand."""
    for start in range(0, records, 10_000):
        numbers = range(start, min(start + 10_000, records))
        texts = ["Ada", 'Love, "lace"', "x", "Leeds", "", "hello world", "中文", "COBOL"]
        columns: dict[str, Any] = {f"t{n}": [text] * len(numbers) for n, text in enumerate(texts)}
        pay = pl.Series("p", [Decimal(n) / 4 for n in numbers], dtype=pl.Decimal(9, 2))
        yield Batch(pl.DataFrame({**columns, "n": list(numbers)}).with_columns(pay))


def best(act: Callable[[], object]) -> float:
    """Return the seconds of the fastest of three runs."""
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        act()
        took.append(time.perf_counter() - begun)
    return min(took)


def told(name: str, records: int, size: int, seconds: float) -> None:
    """Print a line."""
    print(f"{name:<22} {records / seconds:>12,.0f} records/s {size / seconds / 1e6:>8.1f} MB/s")


def main(records: int) -> None:
    """Measure every format."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        (site / "mappings").mkdir()
        (site / "mappings" / "l.yaml").write_text(LAYOUT)
        for name, given in FORMATS.items():
            kind = Registry.installed().codec(name)
            settings = kind.settings.model_validate({"layout": "l.yaml", **given})
            measure(name, kind.make(settings, a_context(site)), records)


def measure(name: str, codec: Codec, records: int) -> None:
    """Measure one format, and the others' csv where it is one."""
    batches = list(frames(records))
    stream = io.BytesIO()

    def encode() -> None:
        stream.seek(0)
        for _ in codec.encode(batches, stream):
            pass

    seconds = best(encode)
    content = stream.getvalue()
    told(f"{name} encode", records, len(content), seconds)

    def decode() -> None:
        assert records == sum(map(len, codec.decode(io.BytesIO(content), Origin("bench"))))

    told(f"{name} decode", records, len(content), best(decode))
    if name == "delimited":
        told("  polars.read_csv", records, len(content), best(lambda: pl.read_csv(content, infer_schema=False)))
        told("  csv.reader", records, len(content), best(lambda: list(csv.reader(io.StringIO(content.decode())))))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
