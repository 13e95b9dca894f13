"""Orders sent to a true service: what became of each is told, and nothing is ordered twice."""

from __future__ import annotations

import json
from collections.abc import Iterator

import polars as pl
import pytest

from hrbus.clock import SystemClock
from hrbus.spi import ID, KEY, Batch, ConfigError, Outcomes, TransientError
from hrbus.testing import RecordingDelivery
from tests.integration.rest.conftest import Service, merged, orders

DELIVERY = RecordingDelivery()


def collect(outcomes: Iterator[Outcomes]) -> tuple[list[Outcomes], Exception | None]:
    """Return what was yielded, and what was raised then."""
    found = []
    try:
        for each in outcomes:
            found.append(each)
    except (ConfigError, TransientError) as error:
        return found, error
    return found, None


@pytest.mark.parametrize("bulk", [0, 7, 500])
def test_every_order_is_told_as_sent_with_the_services_id(service: Service, bulk: int) -> None:
    told = merged(list(service.target(bulk=bulk).deliver([orders(20), orders(5, 21)], DELIVERY)))
    assert list(range(1, 26)) == told[ID].to_list()
    assert {"sent"} == set(told["status"])
    assert 25 == told["far_id"].n_unique()
    assert {"orders": 25, "duplicates": 0} == {k: service.counts()[k] for k in ("orders", "duplicates")}


def test_the_answer_to_an_order_is_kept_without_the_person(service: Service) -> None:
    [told] = service.target().deliver([orders(1)], DELIVERY)
    answer = json.loads(told.frame["answer"][0])
    assert {"id", "external_id", "status", "interview_url", "created_at"} == set(answer)
    assert "created" == answer["status"]


@pytest.mark.parametrize("bulk", [0, 500])
def test_a_delivery_that_is_repeated_orders_nothing_twice(service: Service, bulk: int) -> None:
    first = merged(list(service.target(bulk=bulk).deliver([orders(9)], DELIVERY)))
    again = merged(list(service.target(bulk=bulk).deliver([orders(9)], DELIVERY.again())))
    assert first.equals(again)
    assert 9 == service.counts()["orders"]


@pytest.mark.parametrize("bulk", [0, 500])
def test_an_answer_that_is_lost_after_the_order_was_stored_makes_no_duplicate(service: Service, bulk: int) -> None:
    service.fault("hang_up_after_store", method="POST", path="/v1/interviews")
    told = merged(list(service.target(bulk=bulk).deliver([orders(3)], DELIVERY)))
    assert ["sent"] * 3 == told["status"].to_list()
    assert (3, 0) == (service.counts()["orders"], service.counts()["duplicates"])
    assert 1 == len(service.clock.slept)


@pytest.mark.parametrize("kind", ["hang_up", "cut", "garbage"])
def test_a_broken_answer_is_asked_for_again(service: Service, kind: str) -> None:
    service.fault(kind, method="POST", path="/v1/interviews", times=2)
    told = merged(list(service.target().deliver([orders(3)], DELIVERY)))
    assert ["sent"] * 3 == told["status"].to_list()
    assert 3 == service.counts()["orders"]


def test_orders_that_the_service_refuses_are_told_one_by_one(service: Service) -> None:
    batch = orders(3)
    mails = pl.Series("candidate.email", ["a@example.com", "not an address", "b@example.com"])
    told = merged(list(service.target().deliver([Batch(batch.frame.with_columns(mails))], DELIVERY)))
    assert ["sent", "refused", "sent"] == told["status"].to_list()
    assert "422 The order is not valid: /candidate/email" == told["answer"][1]
    assert told["far_id"][1] is None


def test_a_single_order_that_is_refused_is_told_like_one_of_a_bulk(service: Service) -> None:
    batch = Batch(orders(1).frame.with_columns(pl.lit("no-such").alias("template_id")))
    told = merged(list(service.target(bulk=0).deliver([batch], DELIVERY)))
    assert [("refused", "422 The order is not valid: /template_id")] == list(
        told.select("status", "answer").iter_rows()
    )


def test_a_key_that_comes_again_with_another_order_is_refused(service: Service) -> None:
    service.order(1)
    changed = Batch(orders(1).frame.with_columns(pl.lit("Grace").alias("candidate.name.full")))
    told = merged(list(service.target().deliver([changed], DELIVERY)))
    assert ["refused"] == told["status"].to_list()
    assert "422 The key was used before with another payload" == told["answer"][0]


def test_an_order_that_does_not_fit_its_layout_is_refused_before_it_is_sent(service: Service) -> None:
    batch = Batch(orders(2).frame.with_columns(pl.Series("external_id", [None, "00000002"], dtype=pl.String)))
    told = merged(list(service.target().deliver([batch], DELIVERY)))
    assert ["refused", "sent"] == told["status"].to_list()
    assert "external_id: is required, and absent" == told["answer"][0]
    assert 1 == service.counts()["orders"]


def test_a_key_that_no_header_can_carry_still_orders_once(service: Service) -> None:
    batch = Batch(orders(1).frame.with_columns(pl.lit("岗位/陈").alias(KEY)))
    for bulk in (0, 500):
        assert ["sent"] == merged(list(service.target(bulk=bulk).deliver([batch], DELIVERY)))["status"].to_list()
    assert 1 == service.counts()["orders"]


def test_a_busy_service_is_waited_for_as_long_as_it_asks(service: Service) -> None:
    service.fault("status", status=429, retry_after=7, method="POST", path="/v1/interviews", times=2)
    assert ["sent"] == merged(list(service.target().deliver([orders(1)], DELIVERY)))["status"].to_list()
    assert 2 == len(service.clock.slept)
    assert all(7 <= seconds <= 7 + bound for seconds, bound in zip(service.clock.slept, (0.5, 1.0), strict=True))


def test_a_service_that_asks_for_too_much_patience_is_left_for_the_next_run(service: Service) -> None:
    service.fault("status", status=503, retry_after=600, method="POST", path="/v1/interviews")
    told, error = collect(service.target().deliver([orders(1)], DELIVERY))
    assert [] == told
    assert isinstance(error, TransientError)
    assert 600 == error.retry_after
    assert [] == service.clock.slept


def test_what_was_done_before_the_service_failed_is_told(service: Service) -> None:
    service.fault("status", status=500, method="POST", path="/v1/interviews/batch", times=100)
    first = service.target(bulk=0)
    told, error = collect(first.deliver([orders(3)], DELIVERY))
    assert (3, None) == (len(told), error)
    told, error = collect(service.target(bulk=2, connections=1).deliver([orders(6, 10)], DELIVERY))
    assert isinstance(error, TransientError)
    assert "tried 5 times" in str(error)
    assert [] == told


def test_calls_that_succeeded_beside_a_failing_one_are_told_before_it_is_raised(service: Service) -> None:
    target = service.target(bulk=0, connections=2, retry={"attempts": 1})
    list(target.deliver([orders(1, 99)], DELIVERY))  # fetches the token
    service.fault("status", status=500, method="POST", path="/v1/interviews")
    told, error = collect(target.deliver([orders(2)], DELIVERY))
    assert isinstance(error, TransientError)
    assert 1 == len(told)
    assert 2 == service.counts()["orders"]


def test_an_order_in_flight_is_asked_for_again_until_it_is_done(service: Service) -> None:
    service.fault("slow_store", seconds=0.3)
    retry = {"attempts": 20, "base": 0.2, "cap": 0.2}
    target = service.target(clock=SystemClock(), bulk=0, timeouts={"read": 0.1}, retry=retry)
    assert ["sent"] == merged(list(target.deliver([orders(1)], DELIVERY)))["status"].to_list()
    assert 1 == service.counts()["orders"]


def test_a_token_that_is_refused_once_is_renewed(service: Service) -> None:
    target = service.target()
    list(target.deliver([orders(1)], DELIVERY))
    service.advance(7200)
    assert ["sent"] == merged(list(target.deliver([orders(1, 2)], DELIVERY)))["status"].to_list()


def test_a_token_that_is_refused_twice_is_a_fault_of_the_settings(service: Service) -> None:
    service.fault("status", status=401, path="/v1/interviews", times=2)
    _, error = collect(service.target().deliver([orders(1)], DELIVERY))
    assert isinstance(error, ConfigError)
    assert "refuses our credentials (401); check auth of the connection" in str(error)


def test_a_wrong_secret_is_a_fault_of_the_settings_and_stays_unsaid(service: Service) -> None:
    auth = {
        "type": "oauth2_client_credentials",
        "token_url": service.server.token_url,
        "client_id": "hrbus",
        "client_secret": "hunter2-wrong",
    }
    _, error = collect(service.target(auth=auth).deliver([orders(1)], DELIVERY))
    assert isinstance(error, ConfigError)
    assert "401 invalid_client; check client_id, client_secret and scope" in str(error)
    assert "hunter2" not in str(error) + repr(service.connection(auth=auth))


def test_a_wrong_path_is_a_fault_of_the_settings(service: Service) -> None:
    _, error = collect(service.target(base_url=service.server.url + "/elsewhere").deliver([orders(1)], DELIVERY))
    assert isinstance(error, ConfigError)
    assert "does not take orders: 404 Not Found" in str(error)


def test_a_probe_says_that_the_service_knows_us(service: Service) -> None:
    assert f"{service.server.url} answers and knows our client" == service.target().probe()  # type: ignore[attr-defined]
