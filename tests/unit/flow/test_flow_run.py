"""One run of a route, over doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hrbus.errors import BatchError, ConfigError, TransientError
from hrbus.flow import Route
from hrbus.spi import Batch, Delivery, Outcomes, Status, Summary
from hrbus.testing import KeepingTarget, ListSource, TextArtifact, TextCodec
from hrbus.testing.flat import FlatMapping, FlatVocabulary
from hrbus.values import OnChange
from tests.unit.flow.conftest import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.unit.flow.conftest import World


def test_records_are_read_sent_and_their_file_is_settled(world: World) -> None:
    world.give("1;ADA;v1", "2;BOB;v1", "3;CY;v2")
    summary = world.go()
    assert Summary(read=3, sent=3) == summary
    assert ["ADA", "BOB", "CY"] == world.names
    assert {"A.TXT": Summary(read=3, sent=3)} == world.source.settled


def test_a_second_run_sends_nothing_again(world: World) -> None:
    world.give("1;ADA;v1")
    world.go()
    assert Summary() == world.go()
    assert ["ADA"] == world.names


def test_the_same_content_under_a_new_name_is_known_and_settled(world: World) -> None:
    world.give("1;ADA;v1")
    world.go()
    world.give("1;ADA;v1", name="AGAIN.TXT")
    assert Summary() == world.go()
    assert ["A.TXT", "AGAIN.TXT"] == list(world.source.settled)
    assert ["ADA"] == world.names


def test_everyone_again_every_night_is_unchanged(world: World) -> None:
    world.give("1;ADA;v1", "2;BOB;v1")
    world.go()
    world.give("2;BOB;v1", "1;ADA;v1", "3;CY;v1", name="B.TXT")
    assert Summary(read=3, sent=1, unchanged=2) == world.go()
    assert ["ADA", "BOB", "CY"] == world.names


def test_a_field_that_does_not_count_changes_nobody(world: World) -> None:
    world.change(ignore=("vacancy",), on_change=OnChange.UPDATE)
    world.give("1;ADA;v1")
    world.go()
    world.give("1;ADA;v2", name="B.TXT")
    assert Summary(read=1, unchanged=1) == world.go()


def test_records_that_the_route_does_not_take_are_counted_as_skipped(world: World) -> None:
    world.change(take={"vacancy": ("v1",)})
    world.give("1;ADA;v1", "2;BOB;v2", "3;CY;v1")
    assert Summary(read=3, sent=2, skipped=1) == world.go()
    assert ["ADA", "CY"] == world.names


def test_a_route_cannot_choose_by_a_field_that_is_not_there(world: World) -> None:
    with pytest.raises(ConfigError, match="no column vacancies; did you mean vacancy"):
        world.change(take={"vacancies": ("v1",)})


def test_a_mended_mapping_alone_sends_nothing(world: World) -> None:
    world.give("1;ADA;v1")
    world.go()
    world.change(into=FlatMapping("Candidate", ["no", "name"], version="2"))
    world.change(out=FlatMapping("Candidate", ["no", "name"], version="2"))
    world.give("1;ADA;v1", "", name="B.TXT")
    assert Summary(read=2, unchanged=1, rejected=1) == world.go()


@pytest.mark.parametrize(
    ("on_change", "expected", "names"),
    [
        (OnChange.IGNORE, Summary(read=1, skipped=1), ["ADA"]),
        (OnChange.UPDATE, Summary(read=1, sent=1), ["ADA", "ADA L"]),
        (OnChange.HOLD, Summary(read=1, held=1), ["ADA"]),
    ],
)
def test_a_change_after_a_send_does_what_the_route_says(
    world: World, on_change: OnChange, expected: Summary, names: list[str]
) -> None:
    world.change(on_change=on_change)
    world.give("1;ADA;v1")
    world.go()
    world.give("1;ADA L;v1", name="B.TXT")
    assert expected == world.go()
    assert names == world.names


def test_a_change_that_was_ignored_is_unchanged_the_next_night(world: World) -> None:
    for number, line in enumerate(["1;ADA;v1", "1;ADA L;v1"]):
        world.give(line, name=f"{number}.TXT")
        world.go()
    world.give("1;ADA L;v1", "2;BOB;v1", name="C.TXT")
    assert Summary(read=2, sent=1, unchanged=1) == world.go()
    world.give("1;ADA LOVELACE;v1", name="D.TXT")
    assert Summary(read=1, skipped=1) == world.go()


def test_of_a_key_that_comes_twice_in_a_file_only_the_last_is_sent(world: World) -> None:
    world.give("1;ADA;v1", "1;ADA;v1", "1;ADA L;v1", "2;BOB;v1", "1;ADA LOVE;v1")
    assert Summary(read=5, sent=2, unchanged=1, skipped=2) == world.go()
    assert ["BOB", "ADA LOVE"] == world.names


def test_a_change_before_anything_was_sent_takes_the_old_ones_place(world: World) -> None:
    world.target.fail_next(TransientError("the far side is down"))
    world.give("1;ADA;v1")
    with pytest.raises(TransientError):
        world.go()
    world.target.fail_next(TransientError("still down"))
    world.give("2;BOB;v1", name="B.TXT")
    with pytest.raises(TransientError):
        world.go()
    world.target.fail_next(TransientError("still down"))
    world.give("2;BOBBY;v1", name="C.TXT")
    with pytest.raises(TransientError):
        world.go()
    assert Summary(read=2, carried=2, sent=2) == world.go()
    assert ["ADA", "BOBBY"] == world.names


def test_a_change_of_what_may_be_on_its_way_waits_for_the_answer(world: World) -> None:
    world.change(on_change=OnChange.UPDATE)
    world.target.fail_next(TransientError("the line broke"), stored=True)
    world.give("1;ADA;v1")
    with pytest.raises(TransientError):
        world.go()
    world.target.fail_next(TransientError("down"))
    world.give("1;ADA L;v1", name="B.TXT")
    with pytest.raises(TransientError):
        world.go()
    assert ["follows"] == [row.held_for for row in world.report.held()]
    assert Summary(read=2, carried=2, sent=2) == world.go()
    assert ["ADA", "ADA L"] == world.names


def test_a_bad_record_is_one_reject_and_the_others_go_on(world: World) -> None:
    world.give(
        "1;ADA;v1", "broken", "2;unmappable;v1", "3;not-valid;v1", " ;NOBODY;v1", "4;unsendable;v1", "5;EVE;v1"
    )
    assert Summary(read=7, sent=2, rejected=5) == world.go()
    found = [(row.stage, row.number, row.offset, row.field) for row in world.report.rejects()]
    expected = [
        ("decode", 2, 9, ""),
        ("map", 3, 16, ""),
        ("check", 4, 32, "/"),
        ("map", 5, 47, "no"),
        ("map", 6, 59, ""),
    ]
    assert expected == sorted(found, key=lambda row: row[1])
    assert ["ADA", "EVE"] == world.names


def test_what_the_far_side_refuses_is_a_dead_letter_with_its_answer(world: World) -> None:
    world.change(target=KeepingTarget(refuse=lambda frame: frame["name"] == "BOB"))
    world.give("1;ADA;v1", "2;BOB;v1")
    assert Summary(read=2, sent=1, rejected=1) == world.go()
    [reject] = world.report.rejects()
    assert ("deliver", 2, 9, "refused by the test") == (reject.stage, reject.number, reject.offset, reject.reason)
    assert Summary() == world.go()


def test_what_was_refused_is_sent_when_it_comes_mended(world: World) -> None:
    target = KeepingTarget(refuse=lambda frame: frame["name"] == "B0B")
    world.change(target=target)
    world.give("2;B0B;v1")
    world.go()
    world.give("2;BOB;v1", name="B.TXT")
    assert Summary(read=1, sent=1) == world.go()
    assert ["BOB"] == target.frame["name"].to_list()


def test_a_truncated_file_is_refused_as_a_whole(world: World) -> None:
    world.change(codec=TextCodec(["no", "name", "vacancy"], batch=2, end="END"))
    world.give("1;ADA;v1", "2;BOB;v1", "3;CY;v1", "broken")
    world.give("4;DI;v1", "END", name="B.TXT")
    with pytest.raises(BatchError, match="truncated"):
        world.go()
    assert ["DI"] == world.names
    assert ["B.TXT"] == list(world.source.settled)
    last = world.report.runs(1)[0]
    assert ("failed", Summary(read=5, sent=1, rejected=1, skipped=3)) == (last.state, last.summary)
    failed = next(row for row in world.report.artifacts() if row.name == "A.TXT")
    assert ("failed", Summary(read=4, rejected=1, skipped=3)) == (failed.state, failed.summary)
    assert [b"broken\n"] == [row.raw for row in world.report.rejects()]
    assert [] == world.report.trace("1")


def test_a_file_that_failed_is_read_again_in_the_next_run_and_its_people_are_new(world: World) -> None:
    lines = ["1;ADA;v1", "2;BOB;v1", "bad"]
    world.change(codec=TextCodec(["no", "name", "vacancy"], batch=2, end="END"))
    world.give(*lines)
    with pytest.raises(BatchError):
        world.go()
    with pytest.raises(BatchError):
        world.go()
    assert 1 == len(list(world.report.rejects()))
    world.change(codec=TextCodec(["no", "name", "vacancy"], batch=2))
    assert Summary(read=3, sent=2, rejected=1) == world.go()
    assert ["ADA", "BOB"] == world.names


def test_an_empty_file_is_fine(world: World) -> None:
    world.give()
    assert Summary() == world.go()
    assert ["A.TXT"] == list(world.source.settled)


def test_a_file_of_bad_records_only_is_complete(world: World) -> None:
    world.give("bad", "worse", "worst")
    assert Summary(read=3, rejected=3) == world.go()
    assert ["A.TXT"] == list(world.source.settled)


def test_a_partner_is_joined_to_the_document(world: World) -> None:
    world.refer_to_vacancies()
    world.give_vacancies("v1;Developer")
    world.give("1;ADA;v1")
    world.go()
    assert ["Developer"] == world.target.frame["Vacancy.title"].to_list()


def test_a_record_whose_partner_is_missing_is_held_until_it_comes(world: World) -> None:
    world.refer_to_vacancies()
    world.give_vacancies("v1;Developer")
    world.give("1;ADA;v1", "2;BOB;v9")
    assert Summary(read=2, sent=1, held=1) == world.go()
    assert Summary(read=1, carried=1, held=1) == world.go()
    world.give_vacancies("v9;Operator")
    assert Summary(read=1, carried=1, sent=1) == world.go()
    assert ["Developer", "Operator"] == world.target.frame["Vacancy.title"].to_list()


def test_the_newest_partner_counts(world: World) -> None:
    world.refer_to_vacancies()
    world.give_vacancies("v1;Developer")
    world.give_vacancies("v1;Senior developer")
    world.give("1;ADA;v1")
    world.go()
    assert ["Senior developer"] == world.target.frame["Vacancy.title"].to_list()


def test_a_repeated_send_says_what_the_first_said_though_its_partner_changed(world: World) -> None:
    world.refer_to_vacancies()
    world.give_vacancies("v1;Developer")
    world.target.fail_next(TransientError("down"))
    world.give("1;ADA;v1")
    with pytest.raises(TransientError):
        world.go()
    world.give_vacancies("v1;Senior developer")
    world.go()
    assert ["Developer"] == world.target.frame["Vacancy.title"].to_list()


def test_an_open_delivery_is_finished_with_the_same_name_and_number(world: World) -> None:
    world.target.fail_next(TransientError("down"), after=1)
    world.change(page=1)
    world.give("1;ADA;v1", "2;BOB;v1")
    with pytest.raises(TransientError):
        world.go()
    assert Summary(read=2, sent=1, pending=1, failed=1) == world.report.runs(1)[0].summary
    world.give("3;CY;v1", name="B.TXT")
    assert Summary(read=2, carried=1, sent=2) == world.go()
    assert world.target.deliveries[0] == world.target.deliveries[1] != world.target.deliveries[2]
    assert [2, 1] == [row.sequence for row in world.report.deliveries()]
    assert ["ADA", "BOB", "CY"] == world.names


def test_a_record_remembers_the_mappings_that_made_its_document_and_its_order(world: World) -> None:
    world.change(into=FlatMapping("Candidate", COLUMNS, version="in-1"))
    world.change(out=FlatMapping("Candidate", COLUMNS, version="out-1"))
    world.give("1;ADA;v1")
    world.go()
    world.change(into=FlatMapping("Candidate", COLUMNS, version="in-2"))
    world.give("2;BOB;v1", name="B.TXT")
    world.go()
    rows = [world.report.trace(key)[0] for key in ("1", "2")]
    assert [("in-1", "out-1"), ("in-2", "out-1")] == [(row.mapping, row.order_mapping) for row in rows]
    assert world.report.runs(1)[0] == world.report.run(rows[1].run)


def test_a_delivery_that_is_repeated_after_its_mapping_changed_tells_both_versions(world: World) -> None:
    world.change(out=FlatMapping("Candidate", COLUMNS, version="out-1"))
    world.target.fail_next(TransientError("down"))
    world.give("1;ADA;v1")
    with pytest.raises(TransientError):
        world.go()
    world.change(out=FlatMapping("Candidate", COLUMNS, version="out-2"))
    world.go()
    (row,) = world.report.trace("1")
    assert {"out-1", "out-2"} == set(row.order_mapping.split(","))


def test_a_record_is_found_by_its_key_with_zeros_and_by_the_far_sides_id(world: World) -> None:
    world.give("1;ADA;v1")
    world.go()
    (row,) = world.report.trace("1")
    assert row.far_id
    assert [[row]] * 3 == [world.report.find(name) for name in ("1", "0001", row.far_id)]
    assert [] == world.report.find("9")


def test_the_source_settles_although_the_far_side_is_down(world: World) -> None:
    world.target.fail_next(TransientError("down"))
    world.give("1;ADA;v1")
    with pytest.raises(TransientError):
        world.go()
    assert {"A.TXT": Summary(read=1, pending=1)} == world.source.settled


def test_a_stopped_run_goes_on_where_it_was(world: World) -> None:
    asked = iter([False, False, True, True])
    world.give("1;ADA;v1", "2;BOB;v1", "3;CY;v1", "4;DI;v1", "5;EVE;v1")
    assert Summary(read=4, pending=4) == world.go(stop=lambda: next(asked))
    assert "stopped" == world.report.runs(1)[0].state
    assert Summary(read=5, carried=4, sent=5) == world.go()
    assert ["ADA", "BOB", "CY", "DI", "EVE"] == world.names


def test_a_run_may_be_stopped_between_two_pages_of_a_delivery(world: World) -> None:
    asked = iter([False, False, True, True])
    world.change(page=1)
    world.give("1;ADA;v1", "2;BOB;v1")
    assert Summary(read=2, sent=1, pending=1) == world.go(stop=lambda: next(asked))
    assert Summary(read=1, carried=1, sent=1) == world.go()
    assert ["ADA", "BOB"] == world.names


def test_a_half_read_file_is_begun_anew_when_its_mapping_has_changed(world: World) -> None:
    asked = iter([False, True, True])
    world.give("1;ADA;v1", "2;BOB;v1", "3;CY;v1")
    world.go(stop=lambda: next(asked))
    world.change(into=FlatMapping("Candidate", ["no", "name", "vacancy"], version="2"))
    assert Summary(read=5, carried=2, sent=3, skipped=2) == world.go()
    assert ["ADA", "BOB", "CY"] == world.names


def test_what_a_target_puts_off_stays_pending_and_counts_as_tried(world: World) -> None:
    world.change(target=PuttingOff())
    world.give("1;ADA;v1")
    assert Summary(read=1, pending=1, failed=1) == world.go()
    assert [(1, "not yet")] == [(row.attempts, row.answer) for row in world.report.trace("1")]
    world.change(target=world.target)
    assert Summary(read=1, carried=1, sent=1) == world.go()
    assert [None, 1] == sorted((row.sequence for row in world.report.deliveries()), key=lambda n: n or 0)


def test_a_route_must_fit_together() -> None:
    with pytest.raises(ConfigError) as caught:
        Route(
            name="candidates",
            source=ListSource(),
            codec=TextCodec(["NO", "NAME"]),
            into=FlatMapping("Candidate", ["NO"]),
            vocabulary=FlatVocabulary(),
            key=("NOO",),
            out=FlatMapping("Candidate", ["NO"], join={"Vacancy": "x"}),
        )
    paths = {fault.path: fault.hint for fault in caught.value.faults}
    assert {"routes.candidates.key", "routes.candidates.out", "routes.candidates.reference.Vacancy"} == set(paths)
    assert "NO" in paths["routes.candidates.key"]


def test_progress_is_told_in_bytes_read_and_records_sent(world: World) -> None:
    told: list[tuple[str, int, int]] = []
    world.give("1;ADA;v1", "2;BOB;v1", "3;CY;v1")
    world.go(progress=lambda *step: told.append(step))
    assert [("read", 9, 26), ("read", 18, 26), ("read", 26, 26), ("send", 3, 3)] == told


def test_a_source_that_cannot_be_reached_does_not_keep_what_waits_from_being_sent(world: World) -> None:
    world.target.fail_next(TransientError("down"))
    world.give("1;ADA;v1")
    with pytest.raises(TransientError):
        world.go()
    world.change(source=Unreachable())
    with pytest.raises(TransientError, match="no route to host"):
        world.go()
    assert ["ADA"] == world.names


class PuttingOff:
    """A target that wants to be asked later."""

    def deliver(self, batches: Iterable[Batch], delivery: Delivery) -> Iterator[Outcomes]:
        for batch in batches:
            yield Outcomes.of(batch.frame["_id"], Status.RETRY, "not yet")


class Unreachable:
    """A source that is not there."""

    def poll(self) -> Iterator[TextArtifact]:
        raise TransientError("no route to host")

    def settle(self, artifact: object, summary: Summary) -> None:
        raise AssertionError("nothing was polled")
