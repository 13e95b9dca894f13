"""How a run asks for a verdict, and what becomes of it where two judges differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from hrbus.errors import HrbusError
from hrbus.hrxml import ProofError
from hrbus.spi import Summary
from hrbus.testing.flat import FlatVocabulary, FlatWritten
from hrbus.values import Validation

if TYPE_CHECKING:
    from hrbus.values import Documents
    from tests.unit.flow.conftest import World


@dataclass
class Strict(FlatVocabulary):
    """A vocabulary that remembers how it was asked, and whose judges differ over ``ADA``."""

    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def written(self, documents: Documents) -> FlatWritten:
        return _Strict(documents, "ADA", self.asked)


@dataclass(frozen=True)
class _Strict(FlatWritten):
    asked: list[str]

    def judge(self, validation: Validation) -> list[tuple[int, str, str]]:
        self.asked.append(str(validation))
        if validation.sample and super().judge(validation):
            raise ProofError(1, "expected something else", "Candidate/name")
        return []


def test_a_route_is_proven_unless_it_says_otherwise(world: World) -> None:
    world.change(vocabulary=Strict())
    world.give("1;ADA;v1", "2;BOB;v1", "3;CY;v2")
    world.go()
    assert ["proven", "proven"] == world.route.vocabulary.asked  # type: ignore[attr-defined]


def test_where_two_judges_differ_the_run_stops_and_can_be_gone_on_with(world: World) -> None:
    world.change(vocabulary=Strict(), validation=Validation.of("sample(1)"))
    world.give("1;ADA;v1", "2;BOB;v1")
    with pytest.raises(HrbusError, match="a defect of hrbus"):
        world.go()
    assert [] == world.names
    assert {} == world.source.settled
    world.change(validation=Validation.of("every"))
    assert Summary(read=2, sent=2) == world.go()
    assert ["ADA", "BOB"] == world.names
