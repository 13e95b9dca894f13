"""How the tests of the formats read and write: a layout in a folder, bytes in, batches out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from hrbus.spi import Batch, Codec, CodecKind, Origin
from hrbus.testing import RecordingDelivery, a_context

Make = Callable[..., Codec]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a function that makes a codec of a kind by a layout's text and settings."""

    def made(kind: CodecKind, layout: str, **settings: Any) -> Codec:
        folder = tmp_path / "mappings" / "layouts"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "l.yaml").write_text(f"layout: l\nfields:\n{layout}", encoding="utf-8")
        model = kind.settings.model_validate({"layout": "layouts/l.yaml", **settings})
        return kind.make(model, a_context(tmp_path))

    return made


@pytest.fixture(scope="session")
def decode() -> Callable[[Codec, bytes], list[Batch]]:
    """Return a function that reads bytes to the end."""
    return lambda codec, content: list(codec.decode(io.BytesIO(content), Origin("x")))


@pytest.fixture(scope="session")
def encode() -> Callable[[Codec, Iterable[Batch]], tuple[list[Batch], bytes]]:
    """Return a function that writes batches, and gives them as they were written, with the bytes."""

    def written(codec: Codec, batches: Iterable[Batch]) -> tuple[list[Batch], bytes]:
        stream = io.BytesIO()
        found = list(codec.encode(batches, stream, RecordingDelivery(sequence=7)))
        return found, stream.getvalue()

    return written
