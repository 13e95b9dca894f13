"""Records of a delimited file: one or more lines each, told apart by the rules of quoting.

    for record in Records(lines, settings):
        record.offset, record.raw, record.cells         # cells is None, and reason says why, where it is broken

Python's csv module reads the cells. Where it fails, or a quote stays open, the record's first line alone is broken
and reading goes on with the next: a stray quote must not take the rest of the file with it.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from adapters.delimited.settings import DelimitedSettings
from adapters.flat.lines import Line


class Record(NamedTuple):
    """A record; ``whole`` is false for one that breaks off at the end of the file."""

    offset: int
    raw: bytes
    cells: list[str] | None
    reason: str = ""
    whole: bool = True


class _TooLongError(Exception):
    """The record has more bytes than a record may have."""


class Records:
    """Iterates over the records of ``lines``; empty lines are passed over."""

    def __init__(self, lines: Iterable[Line], settings: DelimitedSettings) -> None:
        self._feed = _Feed(iter(lines), settings.longest)
        self._reader = csv.reader(
            self._feed,
            strict=True,
            delimiter=settings.delimiter,
            quotechar=settings.quote or None,
            escapechar=settings.escape or None,
            doublequote=not settings.escape,
            quoting=csv.QUOTE_MINIMAL if settings.quote else csv.QUOTE_NONE,
        )

    def __iter__(self) -> Iterator[Record]:
        feed, reader = self._feed, self._reader
        while True:
            feed.taken.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except _TooLongError:
                yield self._broken("is longer than a record may be, or a quote is opened and not closed")
                continue
            except csv.Error as error:
                yield self._broken(_sentence(str(error)))
                continue
            if not cells:
                continue
            taken = feed.taken
            first = taken[0]
            raw = first.raw if len(taken) == 1 else b"".join(line.raw for line in taken)
            if first.text is None or (len(taken) > 1 and any(line.text is None for line in taken)):
                yield Record(first.offset, raw, None, "holds bytes that the encoding does not have")
            else:
                yield Record(first.offset, raw, cells, whole=raw.rstrip(b"\0").endswith((b"\n", b"\r")))

    def _broken(self, reason: str) -> Record:
        """Return the first line of the record as broken, and give the others back."""
        first, *others = self._feed.taken
        last = others[-1] if others else first
        open_end = reason.startswith(_OPEN) and not last.raw.rstrip(b"\0").endswith(b"\n")
        self._feed.again.extendleft(reversed(others))
        return Record(first.offset, first.raw, None, reason, whole=not open_end)


_OPEN = "a quote is opened and not closed"


def _sentence(said: str) -> str:
    if "unexpected end" in said:
        return _OPEN
    if "field larger" in said:
        return f"a cell is longer than {csv.field_size_limit()} characters"
    if "new-line" in said:
        return "a carriage return stands inside of an unquoted cell"
    if "expected after" in said:
        return "text stands behind a closing quote; a quote inside of a cell is to be doubled"
    return "cannot be told apart into cells"


class _Feed:
    """Hands lines to the csv reader, and remembers which ones the current record took."""

    def __init__(self, lines: Iterator[Line], longest: int) -> None:
        self._lines = lines
        self._longest = longest
        self.again: deque[Line] = deque()
        self.taken: list[Line] = []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else next(self._lines)
        self.taken.append(line)
        if len(line.raw) > self._longest or (
            len(self.taken) > 1 and sum(len(each.raw) for each in self.taken) > self._longest
        ):
            raise _TooLongError
        return line.text if line.text is not None else line.raw.decode("ascii", "replace")
