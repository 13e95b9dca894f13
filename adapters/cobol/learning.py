"""Learns which value of the segment field means which type of records, where nobody says it: by what fits.

For looking at a file that is not known yet. A value is the type whose length its records have and whose fields make
sense in them; if two fit as well, its records are rejects that ask for the map. What was learned is told, so that it
can be written into ``segments``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from adapters.cobol import decode, strings
from adapters.cobol.families import UNKNOWN
from adapters.cobol.frames import Chunk
from adapters.cobol.plan import leaves
from adapters.cobol.segments import Segments
from hrbus.spi import BatchError, Type

Ints = npt.NDArray[np.int64]

SAMPLE = 1000
"""How many records of a value are looked at."""
MOST = 100
"""How many values a field may have that tells types."""


class Learner:
    """Knows the types of one file, as far as it has been read."""

    def __init__(self, segments: Segments, note: Callable[[str], None]) -> None:
        self.segments, self.note = segments, note
        self.leaf = segments.kinds[0].condition.leaf
        self.known: dict[bytes, int] = {}
        self.lengths_differ = False

    def sort(self, chunk: Chunk) -> Ints:
        """Return the type of every record: its place among the types, or UNKNOWN."""
        leaf, blank = self.leaf, self.segments.kinds[0].plan.options.page.blank
        if not len(chunk):
            return np.empty(0, dtype=np.int64)
        self.lengths_differ |= bool((chunk.lengths != chunk.lengths[0]).any())
        buffer, starts = chunk.padded(leaf.offset + leaf.width, blank)
        fields = strings.gather(buffer, starts + leaf.offset, leaf.width)
        values, which = np.unique(fields, axis=0, return_inverse=True)
        meant = np.array(
            [self._meaning(value.tobytes(), chunk, which.reshape(-1) == at) for at, value in enumerate(values)]
        )
        made: Ints = meant[which.reshape(-1)]
        return made

    def _meaning(self, value: bytes, chunk: Chunk, has: npt.NDArray[np.bool_]) -> int:
        if value not in self.known:
            if len(self.known) == MOST:
                what = f"{self.leaf.item.name} has more than {MOST} values, so it tells no types of records"
                raise BatchError(f"{what}; name another field in segment, or the types in segments")
            kind = self.known[value] = self._best(chunk.take(np.flatnonzero(has)[:SAMPLE]))
            if kind != UNKNOWN:
                name = self.segments.kinds[kind].name
                self.note(f"{self.leaf.item.name} {self._shown(value)} is taken for {name}: it fits")
        return self.known[value]

    def _shown(self, value: bytes) -> str:
        """Return a value as text, or its bytes where that is none."""
        try:
            text = self.segments.kinds[0].plan.options.page.decode(value).rstrip(" \0")
        except UnicodeDecodeError:
            text = ""
        return text if text and text.isprintable() else f"X'{value.hex().upper()}'"

    def _best(self, records: Chunk) -> int:
        """Return the one type that fits best: in the lengths of the records, then in their fields."""
        scores = [self._misfits(records, number) for number in range(len(self.segments.kinds))]
        best = min(scores)
        return scores.index(best) if scores.count(best) == 1 else UNKNOWN

    def _misfits(self, records: Chunk, number: int) -> tuple[int, int, int]:
        """Return how badly the lengths of records fit a type, how many are wrong in it, and how little that proves.

        Nine in ten must have its very length (0), or at least not be longer (1). Where all records of a file have
        one length, that says nothing. Text is hardly ever wrong: what has numbers that make sense proves more.
        """
        kind = self.segments.kinds[number]
        plan = kind.plan
        buffer, starts = records.padded(plan.size, plan.options.page.blank)
        found = decode.columns(plan, kind.own, buffer, starts)
        proved = -sum(leaf.width for leaf in leaves(kind.own) if leaf.type is not Type.TEXT)
        if not self.lengths_differ:
            return 0, len(found.wrong), proved
        most = len(records) // 10
        longer = np.count_nonzero(records.lengths > plan.size) > most
        other = np.count_nonzero(records.lengths != found.lengths) > most
        return 2 if longer else int(other), len(found.wrong), proved
