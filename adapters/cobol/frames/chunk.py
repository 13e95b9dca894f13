"""Some records of a file, as they lie in its bytes, and how a frame tells where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from adapters.cobol import kernels
from adapters.cobol.frames.pieces import Pieces
from adapters.cobol.frames.window import Window

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Chunk:
    """Some records: where they begin in ``buffer``, and their lengths; ``origin`` is the place of the buffer.

    ``edges`` (one more than records) say where the bytes begin that belong to each record: those from there to the
    record (its lead: a descriptor word) and those behind it up to the next edge (its tail: a line end).
    ``head`` and ``foot`` are bytes of the file before its first and behind its last record, pieces of them in the
    order of the file; they stand in the first and the last chunk.
    """

    buffer: Bytes
    edges: Ints
    starts: Ints
    lengths: Ints
    origin: int
    head: tuple[bytes, ...] = ()
    foot: tuple[bytes, ...] = ()

    def __len__(self) -> int:
        return len(self.starts)

    def part(self, start: int, stop: int) -> Chunk:
        """Return some of the records."""
        return replace(
            self,
            edges=self.edges[start : stop + 1],
            starts=self.starts[start:stop],
            lengths=self.lengths[start:stop],
        )

    def without_first(self) -> Chunk:
        """Return the chunk less its first record, which goes into ``head``: its lead, its bytes, its tail."""
        lead, tail = self.around(0)
        return replace(self.part(1, len(self)), head=(*self.head, lead, self.record(0), tail))

    def without_last(self) -> Chunk:
        """Return the chunk less its last record, which goes into ``foot`` in the same way."""
        last = len(self) - 1
        lead, tail = self.around(last)
        return replace(self.part(0, last), foot=(lead, self.record(last), tail, *self.foot))

    def record(self, number: int) -> bytes:
        """Return the bytes of one record."""
        at = int(self.starts[number])
        return self.buffer[at : at + int(self.lengths[number])].tobytes()

    def around(self, number: int) -> tuple[bytes, bytes]:
        """Return the bytes that stand before and behind one record and belong to it."""
        start, length = int(self.starts[number]), int(self.lengths[number])
        before = self.buffer[int(self.edges[number]) : start]
        return before.tobytes(), self.buffer[start + length : int(self.edges[number + 1])].tobytes()

    def padded(self, width: int, blank: int) -> tuple[Bytes, Ints]:
        """Return the records so that each has at least ``width`` bytes, and where they begin."""
        if not len(self) or int(self.lengths.min()) >= width:
            return self.buffer, self.starts
        out = np.empty(len(self) * width, dtype=np.uint8)
        kernels.copy_padded(self.buffer, self.starts, self.lengths, out, width, blank)
        return out, np.arange(len(self), dtype=np.int64) * width


@dataclass(frozen=True)
class Walk:
    """What a frame found in a window: records, and where the next one's frame begins.

    ``state`` is for the frame's next walk. ``fault`` says why there is no next record.
    """

    begins: Ints
    starts: Ints
    lengths: Ints
    next: int
    state: int = 0
    fault: str = ""


class Writer(Protocol):
    """Puts records into a stream as their frame has them; remembers what the next ones need to know."""

    def put(self, records: Bytes, lengths: Ints, leads: Pieces, tails: Pieces) -> bytes:
        """Return rows of records with what stands around them; a lead or tail that is unknown is made."""

    def end(self) -> bytes:
        """Return what is still owed once all records are there."""


class Frame(Protocol):
    """A way in which records follow each other.

    ``exact`` says that a record is as long as it is: one that ends before its layout is wrong. ``leads`` and
    ``tails`` say whether bytes stand before and behind records.
    """

    @property
    def exact(self) -> bool: ...  # noqa: D102

    @property
    def leads(self) -> bool: ...  # noqa: D102

    @property
    def tails(self) -> bool: ...  # noqa: D102

    def walk(self, window: Window, at: int, state: int, most: int, limit: int) -> Walk:
        """Find up to ``most`` records from ``at`` on, which begin before ``limit``; fewer where more must be read."""

    def cut(self, window: Window, at: int, state: int) -> str:
        """Say what is wrong with the bytes from ``at`` on, which are the last; nothing where they are no record."""

    def settle(self, records: Bytes, lengths: Ints) -> Mapping[int, str]:
        """Put into rows of records what the frame wants to find there; return the rows that cannot be written."""

    def writer(self) -> Writer:
        """Return a way to write a file."""


class Preface(Protocol):
    """What stands at the beginning of every file of a frame, and tells it more."""

    @property
    def size(self) -> int: ...  # noqa: D102

    def frame(self, preface: bytes) -> Frame:
        """Return the frame of a file that begins so; BatchError where it cannot be one."""

    def fresh(self, longest: int, shortest: int) -> bytes:
        """Return the preface of a new file, whose records have so many bytes."""
