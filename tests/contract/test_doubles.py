"""The doubles that are handed to others keep the contract themselves."""

from __future__ import annotations

import polars as pl
import pytest

from hrbus.spi import ID, KEY, Batch, Codec, Source, Target
from hrbus.testing import KeepingTarget, ListSource, TextArtifact, TextCodec
from hrbus.testing.contracts import (
    CodecContract,
    DamageContract,
    SourceContract,
    SourceFarSide,
    TargetContract,
    TargetFarSide,
)


class AList:
    def __init__(self) -> None:
        self._source = ListSource()

    def source(self) -> Source:
        return self._source

    def put(self, name: str, content: bytes) -> None:
        self._source.artifacts.append(TextArtifact(name, content))

    def listing(self) -> object:
        return list(self._source.artifacts), dict(self._source.settled)


class TestListSource(SourceContract):
    @pytest.fixture
    def far(self) -> SourceFarSide:
        return AList()


class TestTextCodec(CodecContract, DamageContract):
    @pytest.fixture
    def codec(self) -> Codec:
        return TextCodec(["no", "name"], end="END", batch=3)

    @pytest.fixture
    def sample(self) -> bytes:
        return "".join(f"{number};王 {number}\n" for number in range(10)).encode() + b"END\n"

    @pytest.fixture
    def damaged(self) -> tuple[bytes, set[int], int]:
        return b"1;ADA\n2\n3;BOB\n4;a;b\nEND\n", {2, 4}, 4

    @pytest.fixture
    def broken(self) -> bytes:
        return b"1;ADA\n2;BO"


class AService:
    def __init__(self) -> None:
        self._target = KeepingTarget()

    def target(self) -> Target:
        return self._target

    def batches(self) -> list[Batch]:
        ids = [[1, 2, 3], [4, 5]]
        return [Batch(pl.DataFrame({ID: some, KEY: [f"k{n}" for n in some]})) for some in ids]

    def received(self) -> int:
        return self._target.frame.height


class TestKeepingTarget(TargetContract):
    @pytest.fixture
    def far(self) -> TargetFarSide:
        return AService()
