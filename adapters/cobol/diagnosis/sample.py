"""The part of a file that is looked at: its beginning, its last bytes and its size."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

MOST = 1 << 20
"""How much of a file is read, from its first byte."""
LAST = 4


@dataclass(frozen=True)
class Sample:
    """``data`` are the first bytes of a file of ``size``, ``last`` its last few."""

    data: bytes
    size: int
    last: bytes

    @classmethod
    def of(cls, file: Path) -> Sample:
        """Read no more than is needed, however long the file is."""
        with file.open("rb") as stream:
            data = stream.read(MOST)
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - LAST))
            return cls(data, size, stream.read(LAST))

    @property
    def whole(self) -> bool:
        """Whether that is all of the file."""
        return len(self.data) == self.size
