"""Some records of a file, as they lie in its bytes, and how a frame tells where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

    ``begins`` and ``ends`` say which bytes belong to each record: those before it (its lead: a descriptor word) and
    those behind it (its tail: a line end).
    ``head`` and ``foot`` are bytes of the file before its first and behind its last record, pieces of them in the
    order of the file; they stand in the first and the last chunk.
    """

    buffer: Bytes
    begins: Ints
    starts: Ints
    lengths: Ints
    ends: Ints
    origin: int
    head: tuple[bytes, ...] = ()
    foot: tuple[bytes, ...] = ()

    @classmethod
    def nothing(cls, head: tuple[bytes, ...] = (), foot: tuple[bytes, ...] = ()) -> Chunk:
        """Return a chunk without records."""
        none = np.empty(0, dtype=np.int64)
        return cls(np.empty(0, dtype=np.uint8), none, none, none, none, 0, head, foot)

    @classmethod
    def of_rows(cls, records: Bytes) -> Chunk:
        """Return records that are the rows of an array."""
        count, width = records.shape
        starts = np.arange(count, dtype=np.int64) * width
        lengths = np.full(count, width, dtype=np.int64)
        return cls(records.reshape(-1), starts, starts, lengths, starts + lengths, 0)

    @classmethod
    def joined(cls, parts: Sequence[Chunk]) -> Chunk:
        """Return neighbours in a stream as one."""
        filled = [part for part in parts if len(part)]
        if len(filled) < 2:
            one = filled[0] if filled else cls.nothing()
            return replace(one, head=parts[0].head, foot=parts[-1].foot)
        pieces = [part.buffer[int(part.begins[0]) : int(part.ends[-1])] for part in filled]
        places = np.cumsum([0, *map(len, pieces)])[:-1]
        moved = [place - int(part.begins[0]) for place, part in zip(places, filled, strict=True)]

        def put(name: str) -> Ints:
            return np.concatenate([getattr(part, name) + by for part, by in zip(filled, moved, strict=True)])

        return cls(
            np.concatenate(pieces),
            put("begins"),
            put("starts"),
            np.concatenate([part.lengths for part in filled]),
            put("ends"),
            filled[0].origin + int(filled[0].begins[0]),
            parts[0].head,
            parts[-1].foot,
        )

    def __len__(self) -> int:
        return len(self.starts)

    def part(self, start: int, stop: int) -> Chunk:
        """Return some of the records; what stands around all of them goes with the first and the last."""
        some = self.take(slice(start, stop))
        return replace(some, head=() if start else self.head, foot=() if stop < len(self) else self.foot)

    def take(self, rows: Ints | slice) -> Chunk:
        """Return the records of some rows, without what stands around all of them."""
        at = self.begins[rows], self.starts[rows], self.lengths[rows], self.ends[rows]
        return Chunk(self.buffer, *at, self.origin)

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
        before = self.buffer[int(self.begins[number]) : start]
        return before.tobytes(), self.buffer[start + length : int(self.ends[number])].tobytes()

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
