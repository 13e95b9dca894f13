"""Records with a word before each that says its length: RDW, GnuCOBOL's variable files, Micro Focus's, any other.

>>> Word(4, 0, 2, counts_itself=True, strict=True).of(9).hex()
'00090000'
>>> Word(5, 3, 2, big=False).of(64).hex()
'0000004000'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from adapters.cobol.frames import walks
from adapters.cobol.frames.chunk import Walk, Writer
from adapters.cobol.frames.pieces import Pieces, joined
from adapters.cobol.frames.window import Window

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

STEP = 1 << 16
"""The most records that are looked for at once."""


@dataclass(frozen=True)
class Word:
    """What stands before a record: ``size`` bytes, with a length of ``length_bytes`` at ``length_at`` (from 0).

    ``adds`` is what the length leaves out. Where ``bits`` are given, the length has only so many, and what stands
    above them is the record's kind: ``kind`` for data. ``align`` is what the distance to the next word is a multiple
    of. ``strict`` words have zeros beside their length.
    """

    size: int
    length_at: int
    length_bytes: int
    big: bool = True
    counts_itself: bool = False
    adds: int = 0
    bits: int = 0
    kind: int = 0
    align: int = 1
    strict: bool = False

    @cached_property
    def shape(self) -> Ints:
        """The same, as the walks take it."""
        adds = self.adds - (self.size if self.counts_itself else 0)
        where = (self.size, self.length_at, self.length_bytes, self.big)
        return np.array([*where, adds, self.bits, self.kind, self.align, self.strict], dtype=np.int64)

    @property
    def most(self) -> int:
        """The greatest length of a record that it can tell."""
        top = (1 << (self.bits or 8 * self.length_bytes)) - 1
        return min(walks.LONGEST, top + int(self.shape[walks.ADDS]))

    def _value(self, word: bytes) -> int:
        place = word[self.length_at : self.length_at + self.length_bytes]
        return int.from_bytes(place, "big" if self.big else "little")

    def length(self, word: bytes) -> int:
        """Return the length that a word says."""
        value = self._value(word)
        return (value & ((1 << self.bits) - 1) if self.bits else value) + int(self.shape[walks.ADDS])

    def kind_of(self, word: bytes) -> int:
        """Return the kind that a word says, where it has one."""
        return self._value(word) >> self.bits if self.bits else self.kind

    def values(self, lengths: Ints) -> Ints:
        """Return what stands in the words of records of such lengths."""
        made: Ints = (lengths - self.shape[walks.ADDS]) | (self.kind << self.bits)
        return made

    def of(self, length: int) -> bytes:
        """Return the word of a new record."""
        word = bytearray(self.size)
        value = int(self.values(np.array([length]))[0])
        word[self.length_at : self.length_at + self.length_bytes] = value.to_bytes(
            self.length_bytes, "big" if self.big else "little"
        )
        return bytes(word)

    def put(self, out: Bytes, places: Ints, lengths: Ints) -> None:
        """Write the lengths into words that begin at ``places``; the other bytes stay."""
        values = self.values(lengths)
        for number in range(self.length_bytes):
            shift = 8 * (self.length_bytes - 1 - number if self.big else number)
            out[places + self.length_at + number] = (values >> shift).astype(np.uint8)


@dataclass(frozen=True)
class Words:
    """Records, each after a word, which people call ``name``.

    ``start`` bytes stand between word and record, ``end`` behind the record; the word counts both, and they are
    ``blank`` in new records. ``hint`` says what to try where there is no word.
    """

    word: Word
    name: str = "record descriptor word"
    start: int = 0
    end: int = 0
    blank: int = 0x40
    hint: str = ""
    exact: bool = True
    leads: bool = True

    @property
    def tails(self) -> bool:
        """Whether bytes stand behind a record."""
        return self.end > 0 or self.word.align > 1

    def walk(self, window: Window, at: int, state: int, most: int, limit: int) -> Walk:
        """Go from word to word."""
        begins, starts, lengths = np.empty((3, min(most, STEP)), dtype=np.int64)
        data = window.data
        count, after, place, code = walks.walk_words(
            data, at, len(data), limit, self.word.shape, begins, starts, lengths
        )
        fault = self.fault(window, place, code) if code else ""
        return Walk(begins[:count], starts[:count], lengths[:count], after, 0, fault)

    def fault(self, window: Window, at: int, code: int) -> str:
        """Say why no record begins at ``at``."""
        word = window.data[at : at + self.word.size].tobytes()
        why = {
            walks.NO_LENGTH: "no length stands in it",
            walks.TOO_LONG: f"it says more than {walks.LONGEST} bytes",
            walks.RESERVED: "bytes beside the length are not zero",
            walks.FOREIGN_KIND: "it is not that of a data record",
        }[code]
        if code == walks.RESERVED and self.word.size == 4 and word[2] in (1, 2, 3) and not word[3]:
            why = "it is that of a segment of a spanned record (RECFM=VS, VBS), which must be put together first"
        told = f"byte {window.origin + at} begins no {self.name}: X'{word.hex().upper()}', {why}"
        return f"{told}; {self.hint}" if self.hint else told

    def cut(self, window: Window, at: int, state: int) -> str:
        """Say how much of the last record is missing."""
        data = window.data[at:]
        size = self.word.size
        if not len(data):
            return ""
        skipped = self._skipped(data)
        rest = data[skipped:].tobytes()
        if not rest:
            return ""
        where = f"the file is cut: at byte {window.origin + at + skipped}"
        if len(rest) < size:
            return f"{where} {len(rest)} of the {size} bytes of a {self.name} are left; ask for the file again"
        told = self.word.length(rest)
        return (
            f"{where} begins a record of {told} bytes (X'{rest[:size].hex().upper()}'), of which"
            f" {min(told, len(rest) - size)} are there; ask for the file again, or see whether the frame and its byte"
            " order are right"
        )

    def _skipped(self, data: Bytes) -> int:
        """Return how many bytes records that are no data take at the beginning of ``data``."""
        at, word = 0, self.word
        while word.bits and at + word.size <= len(data):
            head = data[at : at + word.size].tobytes()
            end = at + -(-(word.size + word.length(head)) // word.align) * word.align
            if word.kind_of(head) == word.kind or end > len(data):
                break
            at = end
        return at

    def settle(self, records: Bytes, lengths: Ints) -> Mapping[int, str]:
        """Refuse records that are longer than a word can say."""
        most = self.word.most - self.start - self.end
        return {
            int(row): f"the record has {lengths[row]} bytes, and a {self.name} tells at most {most}"
            for row in np.flatnonzero(lengths > most)
        }

    def writer(self) -> Writer:
        """Return a way to write a file."""
        return _Writer(self)


@dataclass(frozen=True)
class _Writer:
    frame: Words

    def put(self, records: Bytes, lengths: Ints, leads: Pieces, tails: Pieces) -> bytes:
        frame = self.frame
        leads = worded(frame, leads)
        tails = closed(frame, tails, lengths)
        out, starts = joined(leads, records, lengths, tails)
        frame.word.put(out, starts - frame.start - frame.word.size, lengths + frame.start + frame.end)
        return out.tobytes()

    def end(self) -> bytes:
        return b""


def worded(frame: Words, leads: Pieces) -> Pieces:
    """Return the leads with a new word, and blanks for what the copybook does not describe, where none is known."""
    fresh = bytes(frame.word.size) + bytes([frame.blank]) * frame.start
    return leads.where(~leads.known | (leads.lengths < len(fresh)), fresh)


def closed(frame: Words, tails: Pieces, lengths: Ints) -> Pieces:
    """Return the tails, with as much padding as records of these lengths need."""
    whole = frame.word.size + frame.start + lengths + frame.end
    padding = -(whole % -frame.word.align)
    new = ~tails.known | (tails.lengths != frame.end + padding)
    for size in np.unique(padding[new]).tolist():
        tails = tails.where(new & (padding == size), bytes([frame.blank]) * frame.end + b" " * size)
    return tails
