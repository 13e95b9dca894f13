"""Orders at the reference service: taken once for each key, refused with problems that say nothing of persons."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.integration.sandbox.conftest import Caller, order


def slug(answer: Any) -> tuple[int, str]:
    assert "application/problem+json" == answer.headers["Content-Type"]
    problem = answer.json()
    assert answer.status_code == problem["status"]
    return answer.status_code, problem["type"].removeprefix("urn:hrbus:problem:")


def test_an_order_becomes_an_interview_that_says_nothing_of_the_person(call: Caller) -> None:
    answer = call("POST", "/interviews", order(), key="k")
    assert 201 == answer.status_code
    assert ("4711", "created") == (answer.json()["external_id"], answer.json()["status"])
    assert "Ada" not in answer.text
    assert "ada@" not in answer.text


def test_the_same_key_gets_the_same_answer_and_no_second_interview(call: Caller) -> None:
    first = call("POST", "/interviews", order(), key="k")
    call.advance(1800)
    again = call("POST", "/interviews", dict(reversed(order().items())), key='"k"')
    assert (201, first.json()) == (again.status_code, again.json())
    assert 1 == call("GET", "/_sandbox/counts").json()["orders"]


def test_the_same_key_with_another_order_is_refused(call: Caller) -> None:
    call("POST", "/interviews", order(), key="k")
    assert (422, "idempotency-key-reused") == slug(call("POST", "/interviews", order("4712"), key="k"))


def test_an_order_without_a_key_is_refused(call: Caller) -> None:
    assert (400, "idempotency-key-missing") == slug(call("POST", "/interviews", order()))


def test_a_key_whose_first_order_was_refused_can_be_used_again(call: Caller) -> None:
    assert 422 == call("POST", "/interviews", order() | {"template_id": "none"}, key="k").status_code
    assert 201 == call("POST", "/interviews", order(), key="k").status_code


def test_a_key_that_is_at_work_is_in_flight(call: Caller) -> None:
    call("POST", "/_sandbox/faults", {"kind": "slow_store", "seconds": 0.4})
    first: list[Any] = []
    thread = threading.Thread(target=lambda: first.append(call("POST", "/interviews", order(), key="k")))
    thread.start()
    while call("GET", "/_sandbox/faults").json()["faults"]:
        pass
    second = call("POST", "/interviews", order(), key="k")
    many = call("POST", "/interviews/batch", {"items": [{"idempotency_key": "k", "order": order()}]}).json()
    thread.join()
    assert (409, "idempotency-in-flight") == slug(second)
    assert "1" == second.headers["Retry-After"]
    assert [409] == [item["status"] for item in many["items"]]
    assert 201 == first[0].status_code
    assert 1 == call("GET", "/_sandbox/counts").json()["orders"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"external_id": ""}, "/external_id"),
        ({"template_id": "none"}, "/template_id"),
        ({"candidate": {"external_id": "P", "email": "Ada at home"}}, "/candidate/email"),
        ({"candidate": {}}, "/candidate/external_id"),
        (
            {"job": {"external_id": "J", "requirements": [{"dimension": "x", "weight": 101}]}},
            "/job/requirements/0/weight",
        ),
        ({"mode": "letter"}, "/mode"),
        ({"expires_at": "tomorrow"}, "/expires_at"),
        ({"Ada": "Müller"}, "/Ada"),
    ],
)
def test_an_order_that_is_not_valid_is_refused_with_its_fields(
    call: Caller, changes: dict[str, Any], pointer: str
) -> None:
    answer = call("POST", "/interviews", order() | changes, key="k")
    assert (422, "order-invalid") == slug(answer)
    assert [pointer] == [each["pointer"] for each in answer.json()["errors"]]
    assert "at home" not in answer.text
    many = call("POST", "/interviews/batch", {"items": [{"idempotency_key": "k", "order": order() | changes}]})
    assert answer.json() == {k: v for k, v in many.json()["items"][0]["problem"].items() if v is not None}


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b""])
def test_a_body_that_is_not_json_is_a_problem(call: Caller, body: bytes) -> None:
    assert slug(call("POST", "/interviews", body, key="k"))[0] in (400, 422)


def test_five_hundred_orders_go_at_once_and_each_has_its_answer(call: Caller) -> None:
    items = [{"idempotency_key": f"k{n}", "order": order(f"{n}")} for n in range(500)]
    items[7]["order"] = {"external_id": "7"}
    answers = call("POST", "/interviews/batch", {"items": items}).json()["items"]
    assert [f"k{n}" for n in range(500)] == [each["idempotency_key"] for each in answers]
    assert [7] == [n for n, each in enumerate(answers) if each["status"] != 201]
    assert 499 == call("GET", "/_sandbox/counts").json()["orders"]


@pytest.mark.parametrize("count", [0, 501])
def test_a_batch_of_another_size_is_refused(call: Caller, count: int) -> None:
    items = [{"idempotency_key": f"k{n}", "order": order()} for n in range(count)]
    assert 422 == call("POST", "/interviews/batch", {"items": items}).status_code


def test_a_key_that_stands_twice_in_a_batch_orders_once(call: Caller) -> None:
    items = [{"idempotency_key": "k", "order": order()}] * 2
    first, second = call("POST", "/interviews/batch", {"items": items}).json()["items"]
    assert first == second
    assert 1 == call("GET", "/_sandbox/counts").json()["orders"]


def test_a_business_key_that_is_ordered_twice_is_counted(call: Caller) -> None:
    for key in ("a", "b"):
        call("POST", "/interviews", order(), key=key)
    counts = call("GET", "/_sandbox/counts").json()
    assert (2, 1, {"4711": 2}) == (counts["orders"], counts["duplicates"], counts["ordered_twice"])


def test_a_body_beyond_all_measure_is_refused(call: Caller) -> None:
    answer = call("POST", "/interviews", b" " * 33_600_000, key="k")
    assert (413, "body-too-long") == slug(answer)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("PUT", "/interviews", 405)])
def test_a_path_that_is_not_there_is_a_problem_too(call: Caller, method: str, path: str, status: int) -> None:
    assert status == slug(call(method, path))[0]
