"""The contract for codecs, kept where a file has records of several types."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.cobol.areas import area
from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Codec
from hrbus.testing.contracts import CodecContract

COPYBOOK = """
       01  R.
           05  T       PIC X.
           05  NO      PIC 9(5).
           05  A.
               10  X   PIC X(4).
               10  N   PIC S9(3) COMP-3.
           05  B REDEFINES A.
               10  Y   OCCURS 3 PIC 9(2).
           05  C REDEFINES A.
               10  X   PIC X(6).
           05  Z       PIC X.
"""
TYPES: dict[str, Any] = {"A": "a", "B": "b", "C": ["c", "C"]}


class TestTypes(CodecContract):
    @pytest.fixture
    def codec(self) -> Codec:
        settings = CobolSettings(copybook="r.cpy", encoding="ascii", segment="T", segments=TYPES)
        return CobolCodec(settings, area([parse(COPYBOOK, "r.cpy")], "", settings.segment, settings.segments))

    @pytest.fixture
    def sample(self) -> bytes:
        bodies = {"a": b"Ada \x12\x3d", "b": b"010203", "c": b"abcdef", "C": b"ABCDEF"}
        return b"".join(f"{'abcCb'[n % 5]}{n:05}".encode() + bodies["abcCb"[n % 5]] + b"z" for n in range(1, 10_050))
