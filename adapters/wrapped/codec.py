"""The codec around another: takes layers off before it reads, and puts them on as it writes."""

from __future__ import annotations

import gzip
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from fnmatch import fnmatchcase
from typing import BinaryIO, cast

from adapters.wrapped.bounds import Bounds, Counted, Unpacked, buffered, damaged
from adapters.wrapped.openpgp import Keys, decrypted, encrypting
from adapters.wrapped.settings import WrappedSettings
from hrbus.spi import Batch, BatchError, Codec, Delivery, Layout, Origin

_OLDEST = (1980, 1, 1, 0, 0, 0)


class WrappedCodec:
    """Reads and writes what another codec does, inside of layers."""

    def __init__(self, inner: Codec, settings: WrappedSettings, keys: Keys | None) -> None:
        self._inner = inner
        self._settings = settings
        self._keys = keys
        self._bounds = Bounds(settings.largest, settings.ratio)

    @property
    def layout(self) -> Layout:
        """The fields of the codec inside."""
        return self._inner.layout

    @property
    def raw_form(self) -> str | None:
        """That of the codec inside, where it has one."""
        return getattr(self._inner, "raw_form", None)

    @property
    def one_record(self) -> bool:
        """Say whether the codec inside writes files of one record."""
        return getattr(self._inner, "one_record", False)

    def decode(self, stream: BinaryIO, origin: Origin) -> Iterator[Batch]:
        """Yield what the codec inside reads; offsets count unpacked bytes.

        BatchError where a layer is damaged or holds too much. Layers are read to their ends, where checksums stand.
        """
        with ExitStack() as stack:
            for layer in self._settings.layers:
                stream = self._taken_off(layer, stream, origin.artifact, stack)
            yield from self._inner.decode(stream, origin)
            while stream.read(1 << 16):
                pass

    def encode(self, batches: Iterable[Batch], stream: BinaryIO, delivery: Delivery | None = None) -> Iterator[Batch]:
        """Write what the codec inside writes, with the layers around it.

        The same records make the same bytes, except under OpenPGP, which takes a new key for each file.
        """
        with ExitStack() as stack:
            for layer in self._settings.layers:
                stream = self._put_on(layer, stream, stack)
            yield from self._inner.encode(batches, stream, delivery)

    def _taken_off(self, layer: str, stream: BinaryIO, artifact: str, stack: ExitStack) -> BinaryIO:
        if layer == "gzip":
            counted = Counted(stream)
            plain = stack.enter_context(gzip.GzipFile(fileobj=buffered(counted), mode="rb"))
            return buffered(Unpacked(cast("BinaryIO", plain), lambda: counted.count, self._bounds, artifact, layer))
        if layer == "zip":
            return self._member(self._seekable(stream, artifact, stack), artifact, stack)
        return decrypted(stream, self._key(), self._bounds, artifact, stack)

    def _member(self, stream: BinaryIO, artifact: str, stack: ExitStack) -> BinaryIO:
        pattern = self._settings.zip.member
        try:
            archive = stack.enter_context(zipfile.ZipFile(stream))
            files = [each for each in archive.infolist() if not each.is_dir()]
            fitting = [each for each in files if fnmatchcase(each.filename, pattern)]
            if len(fitting) != 1:
                raise BatchError(
                    f"{artifact}: {len(fitting)} of {len(files)} members fit {pattern}, and one must; set zip.member"
                )
            member = stack.enter_context(archive.open(fitting[0]))
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError) as error:
            raise damaged(artifact, "zip", error) from None
        size = fitting[0].compress_size
        return buffered(Unpacked(cast("BinaryIO", member), lambda: size, self._bounds, artifact, "zip"))

    def _seekable(self, stream: BinaryIO, artifact: str, stack: ExitStack) -> BinaryIO:
        """Return the stream, or a nameless copy that can be read from its end, where a zip file's list stands."""
        if stream.seekable():
            return stream
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - the stack closes it
        stack.enter_context(copy)
        while data := stream.read(1 << 16):
            copy.write(data)
            self._bounds.check(copy.tell(), copy.tell(), artifact, "zip")
        copy.seek(0)
        return cast("BinaryIO", copy)

    def _put_on(self, layer: str, stream: BinaryIO, stack: ExitStack) -> BinaryIO:
        if layer == "gzip":
            packing = stack.enter_context(gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=0))
            return cast("BinaryIO", packing)
        if layer == "zip":
            archive = stack.enter_context(zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED))
            info = zipfile.ZipInfo(self._settings.zip.name, _OLDEST)
            info.compress_type = zipfile.ZIP_DEFLATED
            return cast("BinaryIO", stack.enter_context(archive.open(info, "w", force_zip64=True)))
        return cast("BinaryIO", encrypting(stream, self._key(), stack))

    def _key(self) -> Keys:
        if self._keys is None:
            raise ValueError("the settings ask for keys where a layer needs them")
        return self._keys
