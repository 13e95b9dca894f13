"""Blocks of records (RECFM=VB): a block descriptor word, then records with their own words, and so on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from adapters.cobol.frames import walks
from adapters.cobol.frames.chunk import Walk, Writer
from adapters.cobol.frames.pieces import Pieces, joined
from adapters.cobol.frames.window import Window
from adapters.cobol.frames.words import STEP, Word, Words, closed, worded

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

BLOCK_WORD = 4
EXTENDED = 0x80
"""The high bit of a block descriptor word whose other 31 bits are the length."""


@dataclass(frozen=True)
class Blocks:
    """Records in blocks. ``block`` is the word before a block; ``size`` the bytes that a new one may have."""

    words: Words
    block: Word
    size: int
    exact: bool = True
    leads: bool = True

    @property
    def tails(self) -> bool:
        """Whether bytes stand behind a record."""
        return self.words.tails

    def walk(self, window: Window, at: int, state: int, most: int, limit: int) -> Walk:
        """Go from word to word; ``state`` is what is left of the block."""
        begins, starts, lengths = np.empty((3, min(most, STEP)), dtype=np.int64)
        data = window.data
        count, after, left, place, rest, code = walks.walk_blocks(
            data, at, len(data), limit, state, self.block.shape, self.words.word.shape, begins, starts, lengths
        )
        fault = self._fault(window, place, rest, code) if code else ""
        return Walk(begins[:count], starts[:count], lengths[:count], after, left, fault)

    def _fault(self, window: Window, at: int, left: int, code: int) -> str:
        word = window.data[at : at + BLOCK_WORD].tobytes().hex().upper()
        if code == walks.NO_BLOCK:
            return (
                f"byte {window.origin + at} begins no block descriptor word: X'{word}'; see whether the blocks were"
                " kept when the file was sent (frame rdw, where they were not), and whether bdw is big or little"
            )
        if code == walks.OVERRUN:
            return (
                f"the record at byte {window.origin + at} (X'{word}') is longer than the {left} bytes that are left"
                " in its block; see whether rdw_counts_itself and bdw_counts_itself are right"
            )
        return self.words.fault(window, at, code)

    def cut(self, window: Window, at: int, state: int) -> str:
        """Say how much of the last block is missing."""
        data = window.data
        left = state
        begins, starts, lengths = np.empty((3, 1), dtype=np.int64)
        _, _, _, place, left, _ = walks.walk_blocks(
            data, at, len(data), len(data), state, self.block.shape, self.words.word.shape, begins, starts, lengths
        )
        rest = data[place:].tobytes()
        if not rest and not left:
            return ""
        where = f"the file is cut: at byte {window.origin + place}"
        if not left:
            return f"{where} {len(rest)} of the {BLOCK_WORD} bytes of a block descriptor word are left"
        return f"{where} {left} bytes of a block are still to come, and {len(rest)} are there; ask for the file again"

    def settle(self, records: Bytes, lengths: Ints) -> Mapping[int, str]:
        """Refuse records that are longer than a word can say, or than a block."""
        made = dict(self.words.settle(records, lengths))
        most = self.block.most - self.words.word.size - self.words.start - self.words.end
        for row in np.flatnonzero(lengths > most):
            made.setdefault(int(row), f"the record has {lengths[row]} bytes, and a block holds at most {most}")
        return made

    def writer(self) -> Writer:
        """Return a way to write a file."""
        return _Writer(self)


@dataclass
class _Writer:
    """Keeps the block that is not full yet: its word is written last."""

    frame: Blocks
    open: bytearray = field(default_factory=bytearray)
    word_at: int = 0
    room: int = 0
    used: int = 0

    def put(self, records: Bytes, lengths: Ints, leads: Pieces, tails: Pieces) -> bytes:
        words = self.frame.words
        least = words.word.size + words.start
        leads = worded(words, leads)
        opens = leads.known & (leads.lengths >= least + BLOCK_WORD)
        tails = closed(words, tails, lengths)
        sizes = words.word.size + words.start + lengths + words.end
        begins = opens.astype(np.uint8)
        limits = self._limits(leads, opens, least)
        self.used, self.room = walks.blocked(
            sizes, opens.astype(np.uint8), limits, self.frame.size, self.used, self.room, begins
        )
        leads = leads.after(begins.astype(np.bool_) & ~opens, bytes(BLOCK_WORD))
        out, starts = joined(leads, records, lengths, tails)
        words.word.put(out, starts - least, lengths + words.start + words.end)
        first = begins.astype(np.bool_)
        return self._closed(out, (starts - leads.lengths)[first], starts[first] - least - BLOCK_WORD)

    def _limits(self, leads: Pieces, opens: npt.NDArray[np.bool_], least: int) -> Ints:
        """Return what the blocks that records begin already were long, so that they stay whole."""
        limits = np.zeros(len(leads), dtype=np.int64)
        for row in np.flatnonzero(opens).tolist():
            at = int(leads.starts[row] + leads.lengths[row]) - least - BLOCK_WORD
            limits[row] = BLOCK_WORD + block_length(self.frame.block, leads.data[at : at + BLOCK_WORD].tobytes())
        return limits

    def _closed(self, out: Bytes, begins: Ints, places: Ints) -> bytes:
        """Return what is complete: all before the last of the block words at ``places``; that block stays open.

        Between the end of a block (``begins``) and the next word there may be blocks without a record.
        """
        data = out.tobytes()
        made = bytearray()
        ends = [*begins.tolist(), len(data)]
        self.open += data[: ends[0]]
        for begin, at, end in zip(ends, places.tolist(), ends[1:], strict=False):
            made += self.end() + data[begin:at]
            self.open += data[at:end]
        return bytes(made)

    def end(self) -> bytes:
        made = _ended(self.frame.block, self.open) if self.open else b""
        self.open = bytearray()
        return bytes(made)


def block_length(block: Word, word: bytes) -> int:
    """Return how many bytes of a block follow its word."""
    if block.big and word[0] & EXTENDED:
        return (int.from_bytes(word, "big") & 0x7FFFFFFF) + int(block.shape[walks.ADDS])
    return block.length(word)


def _ended(block: Word, data: bytearray) -> bytearray:
    """Return a block with its length in its word; a word that was extended stays so."""
    length = len(data) - BLOCK_WORD
    if block.big and data[0] & EXTENDED:
        data[:BLOCK_WORD] = (int(block.values(np.array([length]))[0]) | EXTENDED << 24).to_bytes(4, "big")
        return data
    data[block.length_at : block.length_at + block.length_bytes] = block.of(length)[
        block.length_at : block.length_at + block.length_bytes
    ]
    return data
