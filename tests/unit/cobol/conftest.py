"""Short ways to a codec and its records."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from adapters.cobol.areas import area
from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, Origin, Reject


class Records:
    """A codec with both directions as functions of bytes and frames."""

    def __init__(self, copybook: str, **settings: Any) -> None:
        made = CobolSettings(copybook="test.cpy", **{"encoding": "ascii", **settings})
        book = parse(copybook, "test.cpy", language=made.language)
        self.notes: list[str] = []
        record = area([book], made.record, made.segment, made.segments)
        self.codec = CobolCodec(made, record, note=self.notes.append)

    def read(self, data: bytes) -> tuple[pl.DataFrame, list[Reject]]:
        """Return all records of ``data``, without hrbus's own columns, and the rejects."""
        batches = list(self.codec.decode(io.BytesIO(data), Origin("test.dat")))
        rejects = [reject for batch in batches for reject in batch.rejects]
        if not batches:
            return pl.DataFrame(), rejects
        return pl.concat([batch.frame for batch in batches]).drop("_record", "_offset"), rejects

    def values(self, data: bytes) -> list[dict[str, Any]]:
        """Return all records of ``data``, of which none may be rejected."""
        frame, rejects = self.read(data)
        assert [] == rejects
        return frame.to_dicts()

    def write(self, **columns: Any) -> tuple[bytes, list[Reject]]:
        """Return the bytes of some columns, and the rejects."""
        out = io.BytesIO()
        written = list(
            self.codec.encode([Batch(pl.DataFrame({k.replace("_", "-"): v for k, v in columns.items()}))], out)
        )
        return out.getvalue(), [reject for batch in written for reject in batch.rejects]

    def again(self, data: bytes) -> bytes:
        """Return what becomes of ``data`` when it is read and written."""
        out = io.BytesIO()
        list(self.codec.encode(self.codec.decode(io.BytesIO(data), Origin("test.dat")), out))
        return out.getvalue()


@pytest.fixture
def records() -> Callable[..., Records]:
    """Return the way to make ``Records`` of a copybook and settings."""
    return Records
