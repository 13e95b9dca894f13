"""Several threads read what one reads, in the same order, and never far ahead of who takes the batches."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

import polars as pl
import pytest

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Origin

BATCH = 50
LENGTH = 8


class Endless:
    """A file without an end, which knows how much of it was read."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int) -> bytes:
        self.given += size
        return (b"NAME0042" * (size // LENGTH + 1))[:size]


def codec(**options: Any) -> CobolCodec:
    record = parse("01 R. 05 A PIC X(4). 05 B PIC 9(4).", "r.cpy").record()
    return CobolCodec(CobolSettings(copybook="r.cpy", encoding="ascii", batch_records=BATCH, **options), record)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_an_endless_file_is_read_only_as_far_as_it_is_taken(threads: int) -> None:
    stream = Endless()
    batches = codec(threads=threads).decode(cast("BinaryIO", stream), Origin("endless"))
    for taken in range(1, 30):
        assert BATCH == len(next(batches))
        ahead = stream.given // (BATCH * LENGTH) - taken
        assert ahead <= (threads + 1 if threads > 1 else 1)
    batches.close()  # type: ignore[attr-defined]


def test_threads_give_the_batches_that_one_gives() -> None:
    data = b"".join(b"N%03d%04d" % (number % 1000, number) for number in range(1234))
    one, four = (
        [batch.frame for batch in codec(threads=threads).decode(io.BytesIO(data), Origin("file"))]
        for threads in (1, 4)
    )
    assert [frame.height for frame in one] == [frame.height for frame in four]
    assert pl.concat(one).equals(pl.concat(four))
