"""Streams that stop before they fill a disk: counted, and refused in time."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, cast

from hrbus.spi import BatchError

FREE = 16 << 20
_DAMAGED = (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)


@dataclass(frozen=True)
class Bounds:
    """How much a layer may hold: ``largest`` bytes, and ``ratio`` times what it was packed in (above 16 MiB)."""

    largest: int
    ratio: int

    def check(self, unpacked: int, packed: int, artifact: str, layer: str) -> None:
        """Raise BatchError where ``unpacked`` is more than that."""
        if unpacked > self.largest:
            raise BatchError(
                f"{artifact}: the {layer} layer holds more than {self.largest} bytes;"
                " raise largest if that is what the sender means"
            )
        if unpacked > FREE and unpacked > self.ratio * max(packed, 1):
            raise BatchError(
                f"{artifact}: the {layer} layer unpacks to more than {self.ratio} times its size;"
                " raise ratio if that is what the sender means"
            )


class Counted(io.RawIOBase):
    """A stream that counts the bytes which were taken from it."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self.count = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer`` with the next bytes."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


class Unpacked(io.RawIOBase):
    """What comes out of a layer. ``packed`` says how many bytes went in so far."""

    def __init__(
        self, stream: BinaryIO, packed: Callable[[], int], bounds: Bounds, artifact: str, layer: str
    ) -> None:
        super().__init__()
        self._stream = stream
        self._packed = packed
        self._bounds = bounds
        self._artifact = artifact
        self._layer = layer
        self._count = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer`` with the next bytes; BatchError where the layer is damaged, or holds too much."""
        try:
            data = self._stream.read(len(buffer))
        except _DAMAGED as error:
            raise damaged(self._artifact, self._layer, error) from None
        buffer[: len(data)] = data
        self._count += len(data)
        self._bounds.check(self._count, self._packed(), self._artifact, self._layer)
        return len(data)


def buffered(raw: io.RawIOBase) -> BinaryIO:
    """Return the stream with a buffer, so that lines can be read from it."""
    return cast("BinaryIO", io.BufferedReader(raw, 1 << 16))


def damaged(artifact: str, layer: str, error: Exception) -> BatchError:
    """Return the error to raise where a layer cannot be taken off."""
    if "password required" in str(error) or "encrypted" in str(error):
        return BatchError(f"{artifact}: the zip member is encrypted, which protects little; ask for OpenPGP")
    return BatchError(f"{artifact}: the {layer} layer is damaged, cut, or none; fetch the file again")
