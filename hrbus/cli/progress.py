"""Says how far a long command is, to a person who waits at a terminal.

with Progress() as progress:
    for batch in batches:
        progress.add(len(batch))
"""

from __future__ import annotations

import sys
from time import monotonic
from types import TracebackType
from typing import Self

from hrbus.cli.words import _

PATIENCE = 1.0
"""Seconds before the first word, and between two."""


class Progress:
    """Counts records on stderr, in one line that goes away; silent where stderr is no terminal, or all is quick."""

    def __init__(self, size: int = 0) -> None:
        """``size`` in bytes, where the end is known."""
        self.records = 0
        self._size = size
        self._terminal = sys.stderr.isatty()
        self._next = monotonic() + PATIENCE
        self._width = 0

    def add(self, records: int) -> None:
        """Count some more."""
        self.at(self.records + records)

    def at(self, records: int, done: int = 0) -> None:
        """Say where it is: so many records, so many bytes of the size."""
        self.records = records
        if self._terminal and monotonic() >= self._next:
            self._next = monotonic() + PATIENCE
            told, share = f"{records:,}", done * 100 // self._size if self._size else 0
            line = _("{records} records, {share} %") if share else _("{records} records")
            self._tell(line.format(records=told, share=share))

    def clear(self) -> None:
        """Take the line away, so that another may be written."""
        if self._width:
            self._tell("")

    def _tell(self, line: str) -> None:
        sys.stderr.write(f"\r{line.ljust(self._width)}\r{line}")
        sys.stderr.flush()
        self._width = len(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()
