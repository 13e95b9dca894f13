"""A stream, seen through a window that slides: what was read and is not yet used."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

BLOCK = 4 << 20
"""How much is read at once; more, where one record is longer."""


class Window:
    """The bytes of a stream from ``origin`` on; the last ``back`` of the stream never come into ``data``.

    ``ending`` is asked at the end of the stream how many bytes more are held back there.
    """

    def __init__(self, stream: BinaryIO, back: int = 0, ending: Callable[[Bytes], int] = lambda data: 0) -> None:
        self.stream = stream
        self.back = back
        self.ending = ending
        self.origin = 0
        self.ended = False
        self._held: Bytes = np.empty(0, dtype=np.uint8)

    @property
    def data(self) -> Bytes:
        """What may be looked at now."""
        return self._held[: max(0, len(self._held) - self.back)]

    @property
    def rest(self) -> bytes:
        """What was held back; known once the stream has ended."""
        return self._held[len(self.data) :].tobytes()

    def more(self, wanted: int = 0) -> None:
        """Read on: at least as much as is held already, so that long records cost no more than they must."""
        data = exactly(self.stream, wanted or max(BLOCK, len(self._held)))
        if not data:
            self.ended = True
            self.back += self.ending(self.data)
            return
        fresh = np.frombuffer(data, dtype=np.uint8)
        self._held = np.concatenate([self._held, fresh]) if len(self._held) else fresh

    def want(self, size: int) -> None:
        """Read until ``data`` has ``size`` bytes, or the stream ends."""
        while not self.ended and len(self.data) < size:
            self.more(size - len(self.data))

    def take(self, size: int) -> Bytes:
        """Return the next bytes, fewer only at the end, and slide behind them."""
        taken = self.data[:size]
        self._held = self._held[len(taken) :]
        self.origin += len(taken)
        return taken


def exactly(stream: BinaryIO, size: int) -> bytes:
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
