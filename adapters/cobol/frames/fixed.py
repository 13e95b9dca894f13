"""Records of one length, one behind the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adapters.cobol.frames.chunk import Walk, Writer
from adapters.cobol.frames.margins import Margins
from adapters.cobol.frames.pieces import Pieces
from adapters.cobol.frames.window import Window

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Fixed(Margins):
    """Records of ``length`` bytes, and what stands around each."""

    length: int
    exact: bool = False

    @property
    def stride(self) -> int:
        """The distance from record to record."""
        return self.before + self.length + self.behind

    def walk(self, window: Window, at: int, state: int, most: int, limit: int) -> Walk:
        """Count how many are there."""
        stride = self.stride
        wanted = max(1, min(most, -(-(limit - at) // stride)))
        window.want(at + wanted * stride)
        count = min(wanted, (len(window.data) - at) // stride)
        begins = at + np.arange(count, dtype=np.int64) * stride
        return Walk(begins, begins, np.full(count, stride, dtype=np.int64), at + count * stride)

    def cut(self, window: Window, at: int, state: int) -> str:
        """Say how many bytes are left."""
        rest = len(window.data) - at
        if not rest:
            return ""
        return (
            f"the file is cut: {rest} bytes are left at byte {window.origin + at} after the last whole record of"
            f" {self.stride} bytes; ask for the file again, or see whether record_length, header and trailer are"
            " right"
        )

    def settle(self, records: Bytes, lengths: Ints) -> Mapping[int, str]:
        """Make every record as long as it must be: what is behind its tables is filled already."""
        lengths[:] = self.length
        return {}

    def writer(self) -> Writer:
        """Return a way to write a file."""
        return _Writer(self)


@dataclass(frozen=True)
class _Writer:
    frame: Fixed

    def put(self, records: Bytes, lengths: Ints, leads: Pieces, tails: Pieces) -> bytes:
        frame = self.frame
        if not frame.leads and not frame.tails:
            return records[:, : frame.length].tobytes()
        return frame.surrounded(records, lengths, leads, tails)

    def end(self) -> bytes:
        return b""
