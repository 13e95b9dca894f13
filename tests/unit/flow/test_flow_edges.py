"""What a run does where something is in the way: of one record, one artifact, one step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import polars as pl
import pytest

from hrbus.errors import BatchError, ConfigError, TransientError
from hrbus.spi import Artifact, Batch, Delivery, Outcomes, Status, Summary
from hrbus.testing import Crash, ListSource
from hrbus.testing.flat import FlatMapping
from hrbus.values import ID, OnChange

if TYPE_CHECKING:
    from tests.unit.flow.conftest import World

COLUMNS = ["no", "name", "vacancy"]


def test_whoever_withdraws_while_held_is_not_sent_when_the_partner_comes(world: World) -> None:
    world.refer_to_vacancies()
    world.change(take={"name": ("A",)})
    world.give("1;A;V1")
    assert Summary(read=1, held=1) == world.go()
    world.give("1;W;V1", name="B.TXT")
    world.go()
    world.give_vacancies("V1;Cook")
    world.go()
    assert [] == world.names
    assert ["skipped", "skipped"] == [row.state for row in world.report.trace("1")]


def test_whoever_withdraws_and_comes_back_is_sent(world: World) -> None:
    world.refer_to_vacancies()
    world.change(take={"name": ("A",)})
    for number, state in enumerate("AWA"):
        world.give(f"1;{state};V1", f"9;X;{number}", name=f"{number}.TXT")
        world.go()
    world.give_vacancies("V1;Cook")
    world.go()
    assert ["A"] == world.names


def test_of_one_file_the_last_record_of_a_key_says_whether_it_is_taken(world: World) -> None:
    world.change(take={"name": ("A",)})
    world.give("1;A;V1", "1;W;V1", "2;W;V1", "2;A;V1")
    assert Summary(read=4, sent=1, skipped=3) == world.go()
    assert ["2"] == world.target.frame["no"].to_list()


def test_an_artifact_that_fails_overtakes_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.refer_to_vacancies()
    world.give("1;ADA;V1")
    world.go()

    def die(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr("hrbus.ledger.intake._balanced", die)
        world.give("1;BOB;V1", name="B.TXT")
        with pytest.raises(Crash):
            world.go()
    for file in world.spool.folder.iterdir():
        file.unlink()
    world.source.artifacts.clear()
    world.go()
    world.give_vacancies("V1;Cook")
    world.go()
    assert ["ADA"] == world.names


def test_what_the_far_side_refused_is_sent_again_when_it_comes_again(world: World) -> None:
    world.give("1;unsendable;V1")
    assert Summary(read=1, rejected=1) == world.go()
    world.change(out=FlatMapping("Candidate", COLUMNS, version="2"))
    world.give("1;unsendable;V1", "2;BOB;V1", name="NEXT.TXT")
    assert Summary(read=2, sent=2) == world.go()


def test_what_was_held_for_a_change_goes_when_the_route_says_so(world: World) -> None:
    world.change(on_change=OnChange.HOLD)
    world.give("1;ADA;V1")
    world.go()
    world.give("1;BOB;V1", name="B.TXT")
    assert 1 == world.go().held
    world.change(on_change=OnChange.UPDATE)
    assert 0 == world.go().held
    assert ["ADA", "BOB"] == world.names


def test_a_poll_that_breaks_off_does_not_keep_what_came_before_from_being_sent(world: World) -> None:
    class BreakingOff(ListSource):
        def poll(self) -> Iterator[Artifact]:
            yield from super().poll()
            raise BatchError("an interview without id")

    source = BreakingOff()
    source.artifacts, world.source = world.source.artifacts, source
    world.change(source=source)
    world.give("1;ADA;V1")
    with pytest.raises(BatchError):
        world.go()
    assert ["ADA"] == world.names
    assert ["A.TXT"] == list(source.settled)


@pytest.mark.parametrize("error", [ConfigError("no right to read"), BatchError("broke off"), TransientError("away")])
def test_an_artifact_that_cannot_be_opened_does_not_keep_the_others(world: World, error: Exception) -> None:
    class Unreadable:
        name = "BAD.TXT"

        def open(self) -> None:
            raise error

    world.source.artifacts.append(Unreadable())  # type: ignore[arg-type]  # it never gives a stream
    world.give("1;ADA;V1")
    with pytest.raises(type(error)):
        world.go()
    assert ["ADA"] == world.names


def test_an_artifact_that_cannot_be_settled_does_not_keep_the_others(world: World) -> None:
    class Stubborn(ListSource):
        def settle(self, artifact: Artifact, summary: Summary) -> None:
            if artifact.name == "A.TXT":
                raise TransientError("cannot rename A.TXT")
            super().settle(artifact, summary)

    source = Stubborn()
    source.artifacts, world.source = world.source.artifacts, source
    world.change(source=source)
    world.give("1;ADA;V1")
    world.give("2;BOB;V1", name="B.TXT")
    with pytest.raises(TransientError):
        world.go()
    assert ["B.TXT"] == list(source.settled)


def test_nothing_stays_in_the_spool_when_the_ledger_has_it(world: World) -> None:
    world.give("1;ADA;V1")
    world.go()
    world.give("1;ADA;V1", name="AGAIN.TXT")
    world.go()
    assert [] == list(world.spool.folder.iterdir())


@pytest.mark.parametrize(("name", "mended"), [("unmappable", "into"), ("unsendable", "out")])
def test_a_file_with_rejects_is_read_again_when_a_mapping_is_mended(world: World, name: str, mended: str) -> None:
    lines = ("1;ADA;V1", f"2;{name};V1")
    world.give(*lines)
    assert Summary(read=2, sent=1, rejected=1) == world.go()
    world.give(*lines)
    assert Summary() == world.go()
    world.change(**{mended: FlatMapping("Candidate", COLUMNS, version="2")})
    world.give(*lines)
    assert Summary(read=2, sent=1, unchanged=1) == world.go()
    assert ["ADA", name] == world.names
    world.give(*lines)
    assert Summary() == world.go()


def test_a_file_without_rejects_is_not_read_again_when_the_mapping_changes(world: World) -> None:
    world.give("1;ADA;V1")
    world.go()
    world.change(into=FlatMapping("Candidate", COLUMNS, version="2"))
    world.give("1;ADA;V1")
    assert Summary() == world.go()


def test_a_file_without_records_is_said(world: World) -> None:
    world.give()
    said: list[str] = []
    world.go(note=said.append)
    assert ["A.TXT: holds no records"] == said


def test_known_content_under_another_name_is_said(world: World) -> None:
    world.give("1;ADA;V1")
    world.go()
    world.give("1;ADA;V1", name="AGAIN.TXT")
    said: list[str] = []
    world.go(note=said.append)
    assert "AGAIN.TXT: known already, its content came as A.TXT before; not read again" in said


def test_a_record_that_names_no_partner_is_held_like_one_whose_partner_is_missing(world: World) -> None:
    world.refer_to_vacancies()
    world.give_vacancies("V1;Cook")
    world.give("1;ADA;", "2;BOB;V1")
    assert Summary(read=2, sent=1, held=1) == world.go()
    assert ["the Vacancy that it refers to has not come yet"] == [row.reason for row in world.report.held()]


def test_a_key_with_a_character_that_no_database_keeps_is_refused(world: World) -> None:
    world.give("1\0A;ADA;V1", "2;BOB;V1")
    assert Summary(read=2, sent=1, rejected=1) == world.go()


def test_a_run_that_is_stopped_in_a_delivery_and_dies_says_sent_of_what_was_sent_only(world: World) -> None:
    target = _FileLike()
    world.change(target=target, page=1)
    world.give("1;ADA;V1", "2;BOB;V1", "3;CY;V1")
    asked: list[int] = []

    def after_the_first_page() -> bool:
        asked.append(1)
        return bool(target.written)

    with pytest.raises(Crash):
        world.go(stop=after_the_first_page)
    target.dies = False
    world.go()
    world.go()
    assert [["1"], ["2", "3"]] == target.files


class _FileLike:
    """A target that writes one file a delivery, marks it, and dies before it can say so."""

    def __init__(self) -> None:
        self.dies = True
        self.written: list[str] = []
        self.files: list[list[str]] = []

    def deliver(self, batches: Iterable[Batch], delivery: Delivery) -> Iterator[Outcomes]:
        ids: list[pl.Series] = []
        again = bool(delivery.marked)
        for batch in batches:
            ids.append(batch.frame[ID])
            self.written += batch.frame["no"].to_list() if not again else []
        if not again:
            delivery.mark("uploaded")
            self.files.append(self.written)
            self.written = []
            if self.dies:
                raise Crash
        for each in ids:
            yield Outcomes.of(each, Status.SENT)
