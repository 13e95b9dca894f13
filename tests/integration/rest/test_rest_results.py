"""Results fetched from a true service: none is lost, whatever is late, equal or cut off."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from adapters.json import JSON
from hrbus.spi import Artifact, ConfigError, Origin, Source, TransientError
from tests.integration.rest.conftest import SUMMARY, Service

HALF_AN_HOUR = 1800


def read(artifact: Artifact) -> list[dict[str, Any]]:
    return [json.loads(line) for line in artifact.open().read().splitlines()]


def numbers(artifacts: list[Artifact]) -> list[str]:
    return sorted(line["external_id"] for artifact in artifacts for line in read(artifact))


def settle_all(source: Source) -> list[Artifact]:
    found = []
    for artifact in source.poll():
        found.append(artifact)
        source.settle(artifact, SUMMARY)
    return found


def expected(count: int, first: int = 1) -> list[str]:
    return [f"{number:08}" for number in range(first, first + count)]


def test_finished_interviews_come_as_lines_with_the_orders_own_id(service: Service) -> None:
    service.order(3)
    service.advance(HALF_AN_HOUR)
    [page] = service.source().poll()
    lines = read(page)
    assert expected(3) == sorted(line["external_id"] for line in lines)
    assert {"completed"} == {line["status"] for line in lines}
    assert all(1 <= line["overall"]["raw"] <= 10 for line in lines)


def test_unfinished_interviews_are_not_there_yet(service: Service) -> None:
    service.order(3)
    assert [] == list(service.source().poll())


def test_a_list_longer_than_a_page_comes_in_pages_oldest_first(service: Service) -> None:
    service.order(25)
    service.advance(HALF_AN_HOUR)
    pages = list(service.source(page=10).poll())
    assert [10, 10, 5] == [len(read(page)) for page in pages]
    assert expected(25) == numbers(pages)
    scored = [line["scored_at"] for page in pages for line in read(page)]
    assert sorted(scored) == scored


def test_what_was_settled_is_not_given_again(service: Service) -> None:
    service.order(7)
    service.advance(HALF_AN_HOUR)
    assert 2 == len(settle_all(service.source(page=5)))
    assert [] == list(service.source(page=5).poll())


def test_what_comes_after_the_watermark_is_given_in_the_next_run(service: Service) -> None:
    service.order(4)
    service.advance(HALF_AN_HOUR)
    settle_all(service.source())
    service.order(3, first=50)
    service.advance(HALF_AN_HOUR)
    assert set(expected(3, 50)) <= set(numbers(settle_all(service.source())))


def test_a_run_that_ends_before_settling_loses_nothing(service: Service) -> None:
    service.order(6)
    service.advance(HALF_AN_HOUR)
    first = [artifact.open().read() for artifact in service.source(page=4).poll()]
    assert first == [artifact.open().read() for artifact in service.source(page=4).poll()]


def test_a_page_that_was_not_settled_keeps_the_watermark_before_it(service: Service) -> None:
    service.order(9)
    service.advance(HALF_AN_HOUR)
    source = service.source(page=3)
    pages = list(source.poll())
    source.settle(pages[0], SUMMARY)
    source.settle(pages[2], SUMMARY)
    again = set(numbers(list(service.source(page=3).poll())))
    assert set(numbers(pages[1:])) <= again


def test_polling_does_not_move_the_watermark(service: Service) -> None:
    service.order(2)
    service.advance(HALF_AN_HOUR)
    list(service.source().poll())
    assert {} == service.memory.values


def test_settling_twice_is_settling_once(service: Service) -> None:
    service.order(2)
    service.advance(HALF_AN_HOUR)
    source = service.source()
    [page] = source.poll()
    source.settle(page, SUMMARY)
    once = dict(service.memory.values)
    source.settle(page, SUMMARY)
    assert once == service.memory.values


def test_results_of_one_moment_are_not_lost_at_a_page_that_ends_within_it(service: Service) -> None:
    service.order(6)
    with service.server.app.state.store.transaction() as db:
        db.execute("UPDATE interview SET status = 'completed', updated = created, next = NULL")
    source = service.source(page=4)
    pages = source.poll()
    first = next(iter(pages))
    source.settle(first, SUMMARY)
    found = set(numbers([first])) | set(numbers(list(service.source(page=4).poll())))
    assert set(expected(6)) == found


def test_a_result_that_joins_the_watermarks_moment_is_not_lost(service: Service) -> None:
    service.order(3)
    store = service.server.app.state.store
    moment = store.now_ms()
    with store.transaction() as db:
        db.execute("UPDATE interview SET updated = ?, next = NULL", (moment,))
        db.execute("UPDATE interview SET status = 'completed' WHERE external_id < '00000003'")
    assert expected(2) == numbers(settle_all(service.source()))
    assert [] == list(service.source().poll())
    with store.transaction() as db:
        db.execute("UPDATE interview SET status = 'completed'")
    assert expected(3) == numbers(settle_all(service.source()))
    assert [] == list(service.source().poll())


def test_a_result_that_is_not_ready_is_left_for_the_next_run_and_not_passed_over(service: Service) -> None:
    service.order(8)
    service.advance(HALF_AN_HOUR)
    service.fault("status", status=409, path="/v1/interviews/", method="GET")
    first = numbers(settle_all(service.source(page=3, connections=1)))
    assert 7 == len(first)
    assert ["1 results are not ready yet; they are left for the next run"] == service.notes
    assert set(expected(8)) == set(first) | set(numbers(settle_all(service.source(page=3))))
    assert [] == list(service.source(page=3).poll())


def test_a_result_that_was_erased_is_noted_and_passed_over(service: Service) -> None:
    service.order(3)
    service.advance(HALF_AN_HOUR)
    service.fault("status", status=410, path="/v1/interviews/", method="GET")
    assert 2 == len(numbers(settle_all(service.source(connections=1))))
    assert 1 == len(service.notes)
    assert "has no result any more (410)" in service.notes[0]
    assert [] == list(service.source().poll())


def test_a_page_is_the_same_bytes_however_often_it_is_read(service: Service) -> None:
    service.order(5)
    service.advance(HALF_AN_HOUR)
    [one] = service.source(connections=1).poll()
    [other] = service.source(connections=8).poll()
    assert one.open().read() == other.open().read()
    assert one.name == other.name


def test_the_codec_reads_every_field_of_a_page(service: Service, root: Any) -> None:
    service.order(2)
    service.advance(HALF_AN_HOUR)
    [page] = service.source().poll()
    (service.site / "mappings" / "result.yaml").write_text((root / "mappings/layouts/result.yaml").read_text())
    codec = JSON.make(JSON.settings.model_validate({"layout": "result.yaml"}), service.context())
    [batch] = codec.decode(io.BytesIO(page.open().read()), Origin(page.name))
    assert ((), 2) == (batch.rejects, len(batch))
    assert 0 == sum(batch.frame.null_count().row(0))


@pytest.mark.parametrize(
    ("kind", "details"),
    [("oversized", {"bytes": 200_000}), ("cut", {}), ("garbage", {}), ("status", {"status": 502})],
)
def test_an_answer_that_stays_unusable_is_left_for_the_next_run(
    service: Service, kind: str, details: dict[str, Any]
) -> None:
    service.order(1)
    service.advance(HALF_AN_HOUR)
    service.fault(kind, method="GET", path="/v1/interviews", times=100, **details)
    source = service.source(largest_answer=100_000, retry={"attempts": 3})
    with pytest.raises(TransientError, match="tried 3 times"):
        list(source.poll())
    assert 2 == len(service.clock.slept)
    service.control("DELETE", "faults")
    assert ["00000001"] == numbers(list(source.poll()))


def test_an_answer_that_drips_is_cut_off_after_the_total_time(service: Service) -> None:
    service.order(1)
    service.fault("trickle", method="GET", path="/v1/interviews", seconds=0.05)
    source = service.source(timeouts={"total": 0.3}, retry={"attempts": 1})
    with pytest.raises(TransientError, match=r"does not answer whole within 0\.3 s"):
        list(source.poll())


def test_a_service_that_says_nothing_is_not_waited_for_beyond_the_read_time(service: Service) -> None:
    service.fault("slow", method="GET", path="/v1/interviews", seconds=0.5)
    source = service.source(timeouts={"read": 0.1}, retry={"attempts": 1})
    with pytest.raises(TransientError, match="does not answer in time"):
        list(source.poll())


def test_a_service_that_is_not_there_is_left_for_the_next_run(service: Service) -> None:
    auth = {"type": "none"}
    source = service.source(base_url="http://127.0.0.1:9/v1", auth=auth, retry={"attempts": 2})
    with pytest.raises(TransientError, match="cannot be reached: connection refused; tried 2 times"):
        list(source.poll())


def test_a_parameter_that_the_service_refuses_is_a_fault_of_the_settings(service: Service) -> None:
    service.memory.set("watermark", json.dumps({"since": "yesterday", "seen": ""}))
    with pytest.raises(ConfigError, match="gives no list: 400 A parameter is not valid: /updated_since"):
        list(service.source().poll())


def test_settling_what_was_not_given_is_a_defect(service: Service) -> None:
    service.order(1)
    service.advance(HALF_AN_HOUR)
    [page] = service.source().poll()
    with pytest.raises(ValueError, match="was not given by the last poll"):
        service.source().settle(page, SUMMARY)
