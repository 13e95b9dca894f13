"""The bytes that records came from, laid under those that are written, and what has changed since.

    carried = under(plan, frame, out)           # out[row] now holds frame["_raw"][row]
    carried.same["NAME"]                        # where nothing has changed: nothing is to be written over it

Bytes stay where every field is still in its place. Where a table has changed its length, the record is written anew:
with what its columns say, and where the frame does not have a column, with what the bytes said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import decode, kernels
from adapters.cobol.plan import Plan, Table
from adapters.flat.same import brought_back
from hrbus.spi import RAW

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Carried:
    """By column, where nothing has changed since the records were read, and how many bytes they had (0: unknown).

    ``values`` are columns that the frame does not have, for records that must be written anew: what the bytes said.
    They are ``left_out`` of all others.
    """

    same: dict[str, Bools]
    sizes: Ints
    values: dict[str, pl.Series] = field(default_factory=dict)
    left_out: dict[str, Bools] = field(default_factory=dict)

    def lengths_of(self, needed: Ints) -> Ints:
        """Return the lengths of records that need so many bytes.

        One in which nothing has changed is as long as it was, also where its sender left blanks out; another keeps
        what stood behind its layout.
        """
        if not self.same:
            return needed
        kept = self.same[RAW]
        untouched = reduce(np.logical_and, self.same.values())
        longer: Ints = np.where(kept, np.maximum(self.sizes, needed), needed)
        return np.where(untouched, self.sizes, longer)


def under(plan: Plan, frame: pl.DataFrame, out: Bytes) -> Carried:
    """Lay the bytes that records came from, if the frame has them, under the rows of ``out``."""
    if RAW not in frame.columns or not frame.height:
        return Carried({}, np.zeros(frame.height, dtype=np.int64))
    raw = frame[RAW]
    width = out.shape[1]
    sizes = raw.bin.size().fill_null(width + 1).to_numpy().astype(np.int64)
    fits = sizes <= width
    lengths = sizes[fits]
    given = np.frombuffer(b"".join(raw.filter(fits).to_list()), dtype=np.uint8)
    data = np.empty((len(lengths), width), dtype=np.uint8)
    kernels.copy_padded(
        given, np.cumsum(lengths) - lengths, lengths, data.reshape(-1), width, plan.options.page.blank
    )
    before = decode.read(plan, data.reshape(-1), np.arange(len(data), dtype=np.int64) * width).frame
    now = frame.filter(fits)
    same = {name: _same(plan, name, before[name], now[name]) for name in before.columns if name in now.columns}
    usable = _laid_alike(plan, same, len(data))
    rows = np.flatnonzero(fits)[usable]
    out[rows] = data[usable]
    masks = {}
    for name in before.columns:
        masks[name] = np.zeros(frame.height, dtype=np.bool_)
        masks[name][rows] = same[name][usable] if name in same else True
    masks[RAW] = np.zeros(frame.height, dtype=np.bool_)
    masks[RAW][rows] = True
    if usable.all():
        return Carried(masks, sizes)
    anew = fits.copy()
    anew[rows] = False
    places = np.where(anew, np.cumsum(fits) - 1, 0)
    values = {name: before[name].gather(places) for name in _unnamed(plan, now)}
    return Carried(masks, sizes, values, dict.fromkeys(values, ~anew))


def _counts(plan: Plan) -> set[str]:
    """Return the columns that say how often tables of the record occur."""
    return {node.count.column for node in plan.nodes if isinstance(node, Table) and node.count}


def _same(plan: Plan, name: str, before: pl.Series, now: pl.Series) -> Bools:
    """Return where a column has not changed. A count that nobody gives stays: documents do not have it."""
    made = brought_back(before, now)
    return (made | now.is_null() if name in _counts(plan) else made).to_numpy()


def _laid_alike(plan: Plan, same: Mapping[str, Bools], count: int) -> Bools:
    """Return which records have their fields where they had them: no table of theirs has changed its length."""
    movers = {node.column for node in plan.nodes if isinstance(node, Table) and (node.count or node.ragged)}
    alike = [same[name] for name in movers | _counts(plan) if name in same]
    return reduce(np.logical_and, alike, np.ones(count, dtype=np.bool_))


def _unnamed(plan: Plan, now: pl.DataFrame) -> list[str]:
    """Return the columns that a frame does not have, nor what says the same: another reading of the bytes, a list."""
    given = [node for node in plan.nodes if node.column in now.columns]
    read = {node.rivals[0] for node in given if node.rivals}
    counted = {node.count for node in given if isinstance(node, Table)}
    return [
        node.column
        for node in plan.nodes
        if node.column
        and node.column not in now.columns
        and node not in counted
        and not (node.rivals and node.rivals[0] in read)
    ]
