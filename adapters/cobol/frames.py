r"""How records follow each other in a stream: fixed lengths, lines, record descriptor words.

    >>> import io
    >>> [c.lengths.tolist() for c in chunks(io.BytesIO(b"one\nthree\n"), Frame("lines"), 10)]
    [[3, 5]]

A chunk holds as many records as it may, the last one what is left: the same bytes are always cut at the same places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from adapters.cobol import kernels
from hrbus.spi import BatchError

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

_WORDS = 16
"""More bytes than any descriptor words before a record have."""
_LONGEST = 1 << 24
_BLOCK = 1 << 20
_NEWLINE = 0x0A
_RETURN = 0x0D


@dataclass(frozen=True)
class Frame:
    """A way of framing. ``length`` is that of a fixed record."""

    kind: str
    length: int = 0
    line_end: bytes = b"\n"
    blank: int = 0x20


@dataclass(frozen=True)
class Chunk:
    """Some records: where they begin in ``buffer``, and their lengths; ``origin`` is the place of the buffer."""

    buffer: Bytes
    starts: Ints
    lengths: Ints
    origin: int

    def __len__(self) -> int:
        return len(self.starts)

    def part(self, start: int, stop: int) -> Chunk:
        """Return some of the records."""
        return Chunk(self.buffer, self.starts[start:stop], self.lengths[start:stop], self.origin)

    def take(self, rows: Ints) -> Chunk:
        """Return the records of some rows."""
        return Chunk(self.buffer, self.starts[rows], self.lengths[rows], self.origin)

    @classmethod
    def joined(cls, parts: Sequence[Chunk]) -> Chunk:
        """Return neighbours in a stream as one; what lies between them (words, line ends) keeps its place."""
        if len(parts) == 1:
            return parts[0]
        origin = parts[0].origin + int(parts[0].starts[0]) - _WORDS
        origin = max(origin, parts[0].origin)
        end = parts[-1].origin + len(parts[-1].buffer)
        buffer = np.zeros(end - origin, dtype=np.uint8)
        for part in parts:
            skipped = max(0, origin - part.origin)
            at = part.origin + skipped - origin
            buffer[at : at + len(part.buffer) - skipped] = part.buffer[skipped:]
        return cls(
            buffer,
            np.concatenate([part.starts + (part.origin - origin) for part in parts]),
            np.concatenate([part.lengths for part in parts]),
            origin,
        )

    def record(self, number: int) -> bytes:
        """Return the bytes of one record."""
        at = int(self.starts[number])
        return self.buffer[at : at + int(self.lengths[number])].tobytes()

    def padded(self, width: int, blank: int) -> tuple[Bytes, Ints]:
        """Return the records so that each has at least ``width`` bytes, and where they begin."""
        if not len(self) or int(self.lengths.min()) >= width:
            return self.buffer, self.starts
        out = np.empty(len(self) * width, dtype=np.uint8)
        kernels.copy_padded(self.buffer, self.starts, self.lengths, out, width, blank)
        return out, np.arange(len(self), dtype=np.int64) * width


def chunks(stream: BinaryIO, frame: Frame, records: int) -> Iterator[Chunk]:
    """Yield the records of a stream, ``records`` at a time; BatchError where the stream ends inside one."""
    readers = {"fixed": _fixed, "lines": _lines, "rdw": _rdw}
    return readers[frame.kind](stream, frame, records)


def _fixed(stream: BinaryIO, frame: Frame, records: int) -> Iterator[Chunk]:
    origin = 0
    while data := _exactly(stream, frame.length * records):
        rest = len(data) % frame.length
        if rest:
            raise BatchError(
                f"the file is cut: {rest} bytes are left at byte {origin + len(data) - rest} after the last whole"
                f" record of {frame.length} bytes; ask for the file again, or see whether the record length is right"
            )
        count = len(data) // frame.length
        starts = np.arange(count, dtype=np.int64) * frame.length
        yield Chunk(np.frombuffer(data, dtype=np.uint8), starts, np.full(count, frame.length, dtype=np.int64), origin)
        origin += len(data)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    """Read ``size`` bytes, fewer only at the end."""
    data = stream.read(size)
    if len(data) == size or not data:
        return data
    parts = [data]
    have = len(data)
    while have < size and (more := stream.read(size - have)):
        parts.append(more)
        have += len(more)
    return b"".join(parts)


def _lines(stream: BinaryIO, frame: Frame, records: int) -> Iterator[Chunk]:
    """Read lines; the last may lack its end, and a control-Z after it is what DOS programs leave."""
    held = b""
    origin = 0
    ends = np.empty(0, dtype=np.int64)
    done = False
    while not done or len(ends):
        while not done and len(ends) < records:
            block = stream.read(_BLOCK)
            found = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == _NEWLINE) + len(held)
            held += block
            ends = np.concatenate([ends, found])
            if not block:
                done, held = True, held.rstrip(b"\x1a")
                ends = np.append(ends, len(held)) if held and not held.endswith(b"\n") else ends
            elif len(held) - (int(ends[-1]) if len(ends) else 0) > _LONGEST:
                raise BatchError(f"no line ends within {_LONGEST} bytes after byte {origin}: is the frame lines?")
        taken = ends[:records]
        if not len(taken):
            return
        starts = np.concatenate([np.zeros(1, dtype=np.int64), taken[:-1] + 1])
        buffer = np.frombuffer(held[: int(taken[-1])], dtype=np.uint8)
        yield Chunk(buffer, starts, _without_return(buffer, starts, taken), origin)
        used = min(int(taken[-1]) + 1, len(held))
        held, ends, origin = held[used:], ends[records:] - used, origin + used


def _without_return(buffer: Bytes, starts: Ints, ends: Ints) -> Ints:
    """Return the lengths of lines, less a carriage return at the end."""
    lengths = ends - starts
    filled = np.flatnonzero(lengths > 0)
    returns = filled[buffer[ends[filled] - 1] == _RETURN]
    lengths[returns] -= 1
    return lengths


def _rdw(stream: BinaryIO, frame: Frame, records: int) -> Iterator[Chunk]:
    """Read records after big-endian record descriptor words that count themselves (z/OS, RECFM=V)."""
    origin = at = 0
    while True:
        parts: list[bytes] = []
        lengths: list[int] = []
        origin = at
        while len(parts) < records and (word := _exactly(stream, 4)):
            length = int.from_bytes(word[:2], "big")
            if len(word) < 4 or length < 4 or word[2:] != b"\0\0":
                raise BatchError(f"byte {at} begins no record descriptor word: X'{word.hex().upper()}'")
            data = _exactly(stream, length - 4)
            if len(data) < length - 4:
                raise BatchError(f"the file is cut: the record at byte {at} has {len(data)} of {length - 4} bytes")
            parts += [word + data]
            lengths.append(length - 4)
            at += length
        if not parts:
            return
        size = np.array(lengths, dtype=np.int64)
        starts = np.cumsum(size + 4) - size
        yield Chunk(np.frombuffer(b"".join(parts), dtype=np.uint8), starts, size, origin)


def framed(records: Bytes, lengths: Ints, frame: Frame) -> bytes:
    """Return rows of records as the stream has them."""
    if frame.kind == "fixed":
        return records.tobytes()
    data = records.tobytes()
    width = records.shape[1]
    if frame.kind == "rdw":
        return b"".join(
            (length + 4).to_bytes(2, "big") + b"\0\0" + data[row * width : row * width + length]
            for row, length in enumerate(lengths.tolist())
        )
    return b"".join(
        data[row * width : row * width + length] + frame.line_end for row, length in enumerate(lengths.tolist())
    )
