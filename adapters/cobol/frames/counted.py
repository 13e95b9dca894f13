"""Records that say themselves how long they are: by a field (``length-field``), or by the counts of their tables.

Nothing stands between such records, so one that lies about its length hides all that follow: the file is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import units
from adapters.cobol.frames import steps, walks
from adapters.cobol.frames.chunk import Walk, Writer
from adapters.cobol.frames.margins import Margins
from adapters.cobol.frames.pieces import Pieces
from adapters.cobol.frames.window import Window
from adapters.cobol.frames.words import STEP
from adapters.cobol.plan import Leaf, Plan
from hrbus.spi import Type

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Counted(Margins):
    """Records of ``plan`` that tell their lengths: ``leaf`` does, less ``adds``.

    The length counts the bytes around a record that no copybook describes. Without a ``leaf`` a record is as long as
    the counts of its tables make it.
    """

    plan: Plan
    leaf: Leaf | None = None
    adds: int = 0
    exact: bool = True

    @cached_property
    def steps(self) -> steps.Steps:
        """The way to the end of a record."""
        if self.leaf:
            return steps.to(self.leaf, self.before)
        return steps.through(self.plan, self.before, self.behind)

    @cached_property
    def digits(self) -> Bytes:
        """The values of bytes in zoned digits."""
        return steps.digits(self.plan.options)

    def walk(self, window: Window, at: int, state: int, most: int, limit: int) -> Walk:
        """Go from record to record."""
        begins, starts, lengths = np.empty((3, min(most, STEP)), dtype=np.int64)
        data, by_length = window.data, self.leaf is not None
        count, after, step, code = walks.walk_steps(
            data, at, len(data), limit, self.steps.rows, by_length, self.adds, self.digits, begins, starts, lengths
        )
        fault = self._fault(window, after, step, code) if code else ""
        return Walk(begins[:count], starts[:count], lengths[:count], after, 0, fault)

    def _fault(self, window: Window, at: int, step: int, code: int) -> str:
        where = f"the record at byte {window.origin + at}"
        name = self.steps.names[min(step, len(self.steps.names) - 1)]
        if code == walks.TOO_LONG:
            return f"{where} has more than {walks.LONGEST} bytes"
        if code == walks.NO_LENGTH:
            return f"{where} has no length"
        lost = "so that nobody can tell where the next record begins"
        if code == walks.BAD_COUNT and not self.leaf:
            row = self.steps.rows[step]
            return f"{where} has a count that {name} does not allow ({row[2]} to {row[3]} times), {lost}"
        offset = self.before + self.leaf.offset if self.leaf else 0
        width = self.leaf.width if self.leaf else 0
        data = window.data[at + offset : at + offset + width].tobytes().hex().upper()
        told = f": X'{data}' at byte {offset + 1} of the record" if self.leaf else ""
        return f"{where} holds no length in {name}{told}, {lost}; see whether length_adds is right"

    def cut(self, window: Window, at: int, state: int) -> str:
        """Say what is left of the last record."""
        rest = len(window.data) - at
        if not rest:
            return ""
        return (
            f"the file is cut: the last record, at byte {window.origin + at}, is longer than the {rest} bytes that"
            " are left; ask for the file again, or see whether the copybook and the frame are right"
        )

    def settle(self, records: Bytes, lengths: Ints) -> Mapping[int, str]:
        """Write a record's length into its field, where that says something else."""
        leaf = self.leaf
        if leaf is None:
            return {}
        wanted = lengths + self.before + self.behind - self.adds
        base = np.arange(len(records), dtype=np.int64) * records.shape[1]
        flat = records.reshape(-1)
        kind = steps.stored(leaf)
        said = np.empty(len(records), dtype=np.int64)
        walks.stated(flat, base + leaf.offset, leaf.width, kind & 3, kind & 4 != 0, self.digits, said)
        other = said != wanted
        status = np.zeros(len(records), dtype=np.uint8)
        if leaf.type is Type.TEXT:
            self._text(leaf, flat, base, wanted, other, status)
        else:
            units.write(leaf, self.plan.options, pl.Series(wanted), other, flat, base, status)
        name = leaf.item.name
        return {
            int(row): f"the record has {lengths[row]} bytes, which {name} ({leaf.item.describe()}) cannot tell"
            for row in np.flatnonzero(status)
        }

    def _text(
        self, leaf: Leaf, out: Bytes, base: Ints, values: Ints, rows: npt.NDArray[np.bool_], status: Bytes
    ) -> None:
        """Write numbers as text of digits."""
        zero = self.plan.options.page.encode("0")[0]
        status[rows & ((values < 0) | (values >= 10**leaf.width))] = 1
        rows = rows & (status == 0)
        for place in range(leaf.width):
            digit = values[rows] // 10 ** (leaf.width - 1 - place) % 10
            out[base[rows] + leaf.offset + place] = zero + digit

    def writer(self) -> Writer:
        """Return a way to write a file."""
        return _Writer(self)


@dataclass(frozen=True)
class _Writer:
    frame: Counted

    def put(self, records: Bytes, lengths: Ints, leads: Pieces, tails: Pieces) -> bytes:
        return self.frame.surrounded(records, lengths, leads, tails)

    def end(self) -> bytes:
        return b""
