"""Bytes of different lengths, a piece for each record, and putting them together.

>>> import polars as pl
>>> leads = Pieces.of(pl.Series([b"<", None], dtype=pl.Binary), 2, b"(")
>>> rows = np.frombuffer(b"onetwo", dtype="u1").reshape(2, 3)
>>> joined(leads, rows, np.array([3, 2]), Pieces.of(None, 2, b")"))[0].tobytes()
b'<one)(tw)'
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol.frames import walks

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Pieces:
    """Where each piece begins in ``data``, and its length; ``known`` says which were given."""

    data: Bytes
    starts: Ints
    lengths: Ints
    known: Bools

    @classmethod
    def of(cls, given: pl.Series | None, count: int, otherwise: bytes) -> Pieces:
        """Return the pieces of a Binary column, ``otherwise`` where it is null or there is none."""
        data = np.frombuffer(otherwise, dtype=np.uint8)
        if given is None:
            lengths = np.full(count, len(otherwise), dtype=np.int64)
            return cls(data, np.zeros(count, dtype=np.int64), lengths, np.zeros(count, dtype=np.bool_))
        known = given.is_not_null().to_numpy()
        lengths = given.bin.size().fill_null(0).to_numpy().astype(np.int64)
        starts = np.cumsum(lengths) - lengths
        joined = b"".join(given.drop_nulls().to_list())
        starts[~known], lengths[~known] = len(joined), len(otherwise)
        return cls(np.frombuffer(joined + otherwise, dtype=np.uint8), starts, lengths, known)

    def __len__(self) -> int:
        return len(self.starts)

    def where(self, rows: Bools, otherwise: bytes) -> Pieces:
        """Return the pieces with ``otherwise`` in some rows."""
        if not rows.any():
            return self
        data = np.concatenate([self.data, np.frombuffer(otherwise, dtype=np.uint8)])
        starts = np.where(rows, len(self.data), self.starts)
        return Pieces(data, starts, np.where(rows, len(otherwise), self.lengths), self.known & ~rows)

    def after(self, rows: Bools, before: bytes) -> Pieces:
        """Return the pieces, in some rows with ``before`` in front of them."""
        if not rows.any():
            return self
        extra = np.where(rows, len(before), 0)
        lengths = self.lengths + extra
        starts = np.cumsum(lengths) - lengths
        data = np.empty(int(lengths.sum()), dtype=np.uint8)
        walks.lay(self.data, self.starts, self.lengths, data, starts + extra)
        data[starts[rows][:, None] + np.arange(len(before))] = np.frombuffer(before, dtype=np.uint8)
        return Pieces(data, starts, lengths, self.known)


def joined(leads: Pieces, records: Bytes, lengths: Ints, tails: Pieces) -> tuple[Bytes, Ints]:
    """Return lead, record and tail of every row behind each other, and where the records begin."""
    total = leads.lengths + lengths + tails.lengths
    begins = np.cumsum(total) - total
    starts = begins + leads.lengths
    out = np.empty(int(total.sum()), dtype=np.uint8)
    walks.lay(leads.data, leads.starts, leads.lengths, out, begins)
    rows = np.arange(len(lengths), dtype=np.int64) * records.shape[1]
    walks.lay(records.reshape(-1), rows, lengths, out, starts)
    walks.lay(tails.data, tails.starts, tails.lengths, out, starts + lengths)
    return out, starts
