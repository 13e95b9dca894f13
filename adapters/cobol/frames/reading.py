"""Cuts a stream into chunks of records, whatever their frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from adapters.cobol.frames.chunk import Chunk, Frame, Preface, Walk
from adapters.cobol.frames.window import Window
from hrbus.spi import BatchError

Ints = npt.NDArray[np.int64]

MOST_BYTES = 64 << 20
"""A chunk has fewer records where they are long: it begins no record behind so many bytes."""


@dataclass(frozen=True)
class Framing:
    """How records lie in a file: a frame, and what stands around it.

    ``header`` and ``trailer`` are bytes of the file; ``before`` and ``behind`` bytes around each record, inside its
    frame; ``widest`` the bytes of memory that a record may need. ``ending`` says how many bytes at the end of a file
    belong to no record.
    """

    frame: Frame
    header: int = 0
    trailer: int = 0
    before: int = 0
    behind: int = 0
    widest: int = 1
    preface: Preface | None = None
    ending: Callable[[npt.NDArray[np.uint8]], int] = lambda data: 0


def chunks(stream: BinaryIO, framing: Framing, records: int) -> Iterator[Chunk]:
    """Yield the records of a stream, ``records`` at a time; BatchError where the stream ends inside one.

    The same bytes are always cut at the same places. A file without records is one chunk, if it has other bytes.
    """
    window = Window(stream, framing.trailer, framing.ending)
    head = _head(window, framing)
    frame = framing.preface.frame(head[1]) if framing.preface else framing.frame
    most = max(1, min(records, MOST_BYTES // framing.widest))
    state = 0
    waiting: Chunk | None = None
    while True:
        chunk, state = _chunk(window, frame, framing, most, state)
        if not len(chunk):
            break
        if waiting is not None:
            yield waiting
        waiting = replace(chunk, head=head)
        head = ()
    foot = (window.data.tobytes(), window.rest)
    if waiting is not None:
        yield replace(waiting, foot=foot)
    elif any(head) or any(foot):
        yield Chunk.nothing(head, foot)


def _head(window: Window, framing: Framing) -> tuple[bytes, ...]:
    """Read what stands before the first record."""
    preface = framing.preface.size if framing.preface else 0
    window.want(framing.header + preface)
    there = len(window.data) + len(window.rest)
    wanted = framing.header + preface + framing.trailer
    if there < wanted:
        raise BatchError(
            f"the file is cut: it has {there} bytes, and what stands before and behind its records {wanted}; ask for"
            " the file again"
        )
    return window.take(framing.header).tobytes(), window.take(preface).tobytes()


def _chunk(window: Window, frame: Frame, framing: Framing, most: int, state: int) -> tuple[Chunk, int]:
    """Take the next records from a window."""
    walks: list[Walk] = []
    at = count = 0
    while count < most and at < MOST_BYTES:
        walk = frame.walk(window, at, state, most - count, MOST_BYTES)
        if walk.fault:
            raise BatchError(walk.fault)
        walks.append(walk)
        at, state = walk.next, walk.state
        count += len(walk.starts)
        if len(walk.starts):
            continue
        if window.ended:
            if cut := frame.cut(window, at, state):
                raise BatchError(cut)
            break
        window.more()
    begins, starts, lengths = (
        np.concatenate([getattr(walk, name) for walk in walks]) for name in ("begins", "starts", "lengths")
    )
    origin = window.origin
    buffer = window.take(at)
    starts, lengths = inside(starts, lengths, framing)
    return Chunk(buffer, begins, starts, lengths, np.append(begins[1:], at)[: len(begins)], origin), state


def inside(starts: Ints, lengths: Ints, framing: Framing) -> tuple[Ints, Ints]:
    """Return where records lie inside the bytes around them that no copybook describes."""
    if not framing.before and not framing.behind:
        return starts, lengths
    ends = starts + lengths
    first = np.minimum(starts + framing.before, ends)
    return first, np.maximum(ends - framing.behind - first, 0)
