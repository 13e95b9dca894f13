"""The contract for targets, kept by the rest adapter against the reference service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hrbus.sandbox.app import create
from hrbus.sandbox.server import serve
from hrbus.spi import Batch, Target
from hrbus.testing.contracts import TargetContract, TargetFarSide
from tests.integration.rest.conftest import ORDER, Service, orders


@dataclass
class _Far:
    service: Service
    bulk: int

    def target(self) -> Target:
        return self.service.target(bulk=self.bulk)

    def batches(self) -> list[Batch]:
        return [orders(5), orders(4, 6), orders(1, 10)]

    def received(self) -> int:
        count: int = self.service.counts()["orders"]
        return count


class _RestTarget(TargetContract):
    bulk = 500

    @pytest.fixture
    def far(self, tmp_path: Path) -> Iterator[TargetFarSide]:
        (tmp_path / "mappings").mkdir()
        (tmp_path / "mappings" / "order.yaml").write_text(ORDER)
        with serve(create(tmp_path / "sandbox")) as server:
            yield _Far(Service(server, tmp_path), self.bulk)


class TestBulkOrders(_RestTarget):
    bulk = 3


class TestSingleOrders(_RestTarget):
    bulk = 0
