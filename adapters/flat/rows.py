"""A batch of the rows that were found, with own columns, and rejects where cells did not fit.

batch = batch_of(found, frame, failures, rejects)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from adapters.flat.cells import Failures
from hrbus.spi import ID, OFFSET, RAW, RECORD, Batch, Reject, Stage


@dataclass(frozen=True)
class Found:
    """Where rows came from: their numbers and offsets, and a function that gives the bytes of one."""

    records: Iterable[int]
    offsets: Iterable[int]
    raw: Callable[[int], bytes]


def batch_of(
    found: Found, frame: pl.DataFrame, failures: Failures, rejects: Iterable[Reject] = (), *, keep_raw: bool = False
) -> Batch:
    """Return the batch of ``frame`` less the rows in ``failures``, which join ``rejects`` in order of record."""
    records, offsets = pl.Series(RECORD, found.records, pl.Int64), pl.Series(OFFSET, found.offsets, pl.Int64)
    own = [records, offsets]
    if keep_raw:
        own.append(pl.Series(RAW, [found.raw(row) for row in range(len(records))], pl.Binary))
    told = [
        Reject(records[row], offsets[row], Stage.DECODE, reason, field, raw=found.raw(row))
        for row, (field, reason) in sorted(failures.items())
    ]
    whole = pl.DataFrame(own + frame.get_columns())
    if failures:
        whole = whole.filter(~pl.Series(range(whole.height), dtype=pl.Int64).is_in(list(failures)))
    return Batch(whole, tuple(sorted([*rejects, *told], key=lambda reject: reject.record)))


def refused(batch: Batch, failures: Failures) -> Batch:
    """Return ``batch`` as it was written: less the rows in ``failures``, which are rejects of the encode stage."""
    if not failures:
        return batch
    failed = pl.Series(range(batch.frame.height), dtype=pl.Int64).is_in(list(failures))
    rejects = [_refused(batch.frame.row(row, named=True), *failures[row]) for row in sorted(failures)]
    return batch.without(failed, rejects)


def _refused(row: dict[str, Any], field: str, reason: str) -> Reject:
    return Reject(row.get(RECORD) or 0, row.get(OFFSET, -1), Stage.ENCODE, reason, field, id=row.get(ID))
