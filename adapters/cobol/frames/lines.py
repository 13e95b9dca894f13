r"""Records as lines of text.

The last line may lack its end, and a control-Z behind it is what DOS programs leave. On EBCDIC pages a line ends with
X'15' (NL) or X'25' (LF), as z/OS UNIX files have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from adapters.cobol.frames import walks
from adapters.cobol.frames.chunk import Walk, Writer
from adapters.cobol.frames.pieces import Pieces, joined
from adapters.cobol.frames.window import Window
from adapters.cobol.frames.words import STEP

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

ENDS = {"lf": b"\n", "crlf": b"\r\n", "nl": b"\x15"}
_RETURN = 0x0D
_CONTROL_Z = 0x1A


@dataclass(frozen=True)
class Lines:
    """One record a line. ``end`` is one of ``ENDS``; ``before`` and ``behind`` are bytes around each record."""

    end: str
    before: int = 0
    behind: int = 0
    blank: int = 0x20
    exact: bool = False
    tails: bool = True

    @property
    def leads(self) -> bool:
        """Whether bytes stand before a record."""
        return self.before > 0

    @cached_property
    def ends(self) -> Bytes:
        """1 for the bytes that end a line."""
        table = np.zeros(256, dtype=np.uint8)
        table[[0x15, 0x25] if self.end == "nl" else [0x0A]] = 1
        return table

    def walk(self, window: Window, at: int, state: int, most: int, limit: int) -> Walk:
        """Go from line end to line end."""
        begins, starts, lengths = np.empty((3, min(most, STEP)), dtype=np.int64)
        data = window.data
        count, after = walks.walk_lines(
            data, at, len(data), limit, window.ended, self.ends, self.end != "nl", begins, starts, lengths
        )
        fault = ""
        if len(data) - after > walks.LONGEST and count < len(begins) and after < limit:
            fault = (
                f"no line ends within {walks.LONGEST} bytes after byte {window.origin + after}: is the frame lines?"
            )
        return Walk(begins[:count], starts[:count], lengths[:count], after, 0, fault)

    def cut(self, window: Window, at: int, state: int) -> str:
        """Say nothing: the last line may lack its end."""
        return ""

    def settle(self, records: Bytes, lengths: Ints) -> Mapping[int, str]:
        """Refuse records in which a line would end."""
        inside = np.arange(records.shape[1]) < lengths[:, None]
        broken = (self.ends[records].astype(np.bool_) & inside).any(axis=1)
        if self.end != "nl" and not self.behind and records.shape[1]:
            last = records[np.arange(len(records)), np.maximum(lengths - 1, 0)]
            broken |= (last == _RETURN) & (lengths > 0)
        return {int(row): "the record holds a line end, and the frame is lines" for row in np.flatnonzero(broken)}

    def writer(self) -> Writer:
        """Return a way to write a file."""
        return _Writer(self)


def control_z(data: Bytes) -> int:
    """Return how many control-Z stand at the end of a file."""
    other = np.flatnonzero(data != _CONTROL_Z)
    return len(data) - (int(other[-1]) + 1 if len(other) else 0)


@dataclass
class _Writer:
    """``owed`` is the end of a line that came without one: it is written if another line follows."""

    frame: Lines
    owed: bytes = field(default=b"")

    def put(self, records: Bytes, lengths: Ints, leads: Pieces, tails: Pieces) -> bytes:
        if not len(lengths):
            return b""
        frame = self.frame
        fill = bytes([frame.blank])
        leads = leads.where(~leads.known | (leads.lengths != frame.before), fill * frame.before)
        end = ENDS[frame.end]
        open_ended = tails.known & (tails.lengths == frame.behind)
        last = np.arange(len(lengths)) == len(lengths) - 1
        tails = tails.where(~tails.known | (open_ended & ~last), fill * frame.behind + end)
        out, _ = joined(leads, records, lengths, tails)
        made = self.owed + out.tobytes()
        self.owed = end if open_ended[-1] else b""
        return made

    def end(self) -> bytes:
        return b""
