"""Frames of COBOL files: how fast each is read and written, as a share of the rate of fixed records in the same run.

    python benchmarks/bench_frames.py [records]

The record is that of bench_cobol.py: 200 bytes of EBCDIC, all of it read into a frame or written from one, from
memory, one thread. "walk" finds the records and reads none of their fields. The best of three runs counts. Lines are
left out: the record has binary fields.
"""

from __future__ import annotations

import io
import sys
from typing import Any

from adapters.cobol.codec import CobolCodec
from adapters.cobol.frames import chunks
from benchmarks.bench_cobol import best, codec, decoded, encoded, sample
from hrbus.spi import Batch, Origin

FRAMES: list[dict[str, Any]] = [
    {"frame": "fixed"},
    {"frame": "rdw"},
    {"frame": "bdw"},
    {"frame": "gnucobol"},
    {"frame": "mf"},
    {"frame": "variable"},
    {"frame": "length-field=ZONED-1"},
]


def a_file(writer: CobolCodec, batch: Batch, times: int) -> bytes:
    """Return a file of the batch's records, several times over."""
    out = io.BytesIO()
    list(writer.encode([batch] * times, out))
    return out.getvalue()


def walked(reader: CobolCodec, data: bytes) -> int:
    """Find the records of a file."""
    return sum(len(chunk) for chunk in chunks(io.BytesIO(data), reader.framing, 10_000))


def main() -> None:
    """Measure and print."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    frame = sample(20_000)
    base: tuple[float, float] | None = None
    print(f"{'frame':24}{'decode MB/s':>12}{'of fixed':>10}{'encode MB/s':>12}{'of fixed':>10}{'walk MB/s':>11}")
    for told in FRAMES:
        one = codec(**told)
        data = a_file(one, Batch(frame), max(1, records // 20_000))
        batches = list(one.decode(io.BytesIO(data), Origin("bench")))
        read = best(lambda one=one, data=data: decoded(one, data)) / 5000  # type: ignore[misc]
        write = best(lambda one=one, batches=batches: encoded(one, batches)) / 5000  # type: ignore[misc]
        walk = best(lambda one=one, data=data: walked(one, data)) / 5000  # type: ignore[misc]
        base = base or (read, write)
        name = str(told["frame"])
        shares = read / base[0], write / base[1]
        print(f"{name:24}{read:12.1f}{shares[0]:10.2f}{write:12.1f}{shares[1]:10.2f}{walk:11.0f}")


if __name__ == "__main__":
    main()
