"""Interviews at the reference service: they go on by the clock, are listed in a stable order, and end in a result."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from hrbus.sandbox.app import create
from hrbus.sandbox.life import Life
from hrbus.sandbox.server import serve
from hrbus.testing import ManualClock
from tests.integration.sandbox.conftest import Caller, token_of


def many(call: Caller, count: int) -> list[str]:
    return [call.ordered(f"{number:05}") for number in range(count)]


def listed(call: Caller, query: str) -> list[str]:
    """Return the external ids of a list, over all its pages."""
    found: list[str] = []
    cursor = ""
    while True:
        page = call("GET", f"/interviews?{query}{cursor}").json()
        found += [item["external_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def test_an_interview_goes_through_its_states_and_updated_at_with_it(call: Caller) -> None:
    identity = call.ordered()
    seen = [call("GET", f"/interviews/{identity}").json()]
    for _ in range(60):
        call.advance(30)
        seen.append(call("GET", f"/interviews/{identity}").json())
    states = list(dict.fromkeys(each["status"] for each in seen))
    way = ["created", "queued", "invited", "opened", "in_progress", "submitted", "scoring", "completed"]
    assert [state for state in way if state in states] == states
    assert ("created", "completed") == (states[0], states[-1])
    for before, after in pairwise(seen):
        assert (before["status"] != after["status"]) == (before["updated_at"] < after["updated_at"])


def test_a_list_gives_every_interview_once_in_the_order_of_change(call: Caller) -> None:
    many(call, 23)
    call.advance(1800)
    assert 23 == len(set(listed(call, "limit=5"))) == len(listed(call, "limit=5"))
    moments = [item["updated_at"] for item in call("GET", "/interviews?limit=100").json()["items"]]
    assert sorted(moments) == moments


def test_an_interview_that_changes_while_pages_are_read_is_seen_again_and_none_is_missed(call: Caller) -> None:
    many(call, 10)
    page = call("GET", "/interviews?limit=4").json()
    first = [item["external_id"] for item in page["items"]]
    call.advance(1800)
    rest = listed(call, f"limit=4&cursor={page['next_cursor']}")
    assert {f"{n:05}" for n in range(10)} == set(rest)
    assert set(first) <= set(rest)


def test_a_list_can_be_narrowed(call: Caller) -> None:
    many(call, 3)
    call.advance(1800)
    call.ordered("late")
    assert ["late"] == listed(call, "status=created")
    assert 4 == len(listed(call, "status=created&status=completed"))
    assert ["00001"] == listed(call, "external_id=00001")
    last = call("GET", "/interviews?status=completed").json()["items"][-1]
    assert [last["external_id"], "late"] == listed(call, f"updated_since={last['updated_at']}")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=x",
        "status=done",
        "updated_since=2026-01-01T00:00:00",
        "cursor=abc",
        "cursor=W10",
    ],
)
def test_a_parameter_that_is_not_valid_is_a_problem(call: Caller, query: str) -> None:
    answer = call("GET", f"/interviews?{query}")
    assert (400, "application/problem+json") == (answer.status_code, answer.headers["Content-Type"])


def test_a_result_is_not_ready_until_the_time_that_was_told(call: Caller) -> None:
    identity = call.ordered()
    answer = call("GET", f"/interviews/{identity}/result")
    assert (409, "urn:hrbus:problem:result-not-ready") == (answer.status_code, answer.json()["type"])
    call.advance(int(answer.headers["Retry-After"]))
    assert 200 == call("GET", f"/interviews/{identity}/result").status_code


def test_a_result_is_scored_on_its_scales_and_in_what_was_asked_for(call: Caller) -> None:
    identity = call.ordered()
    call.advance(1800)
    answer = call("GET", f"/interviews/{identity}/result")
    result = answer.json()
    assert ["COBOL"] == [each["code"] for each in result["dimensions"]]
    assert all(1 <= each["raw"] <= 5 for each in result["dimensions"])
    assert (1, 10) == (result["overall"]["minimum"], result["overall"]["maximum"])
    assert 1 <= result["overall"]["raw"] <= 10
    assert result["media"][0]["expires_at"] > result["scored_at"]
    assert "Ada" not in answer.text


def test_a_result_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    texts = []
    for number in range(2):
        with serve(create(tmp_path / f"{number}", seed=7, clock=ManualClock())) as server:
            call = Caller(server, token_of(server).json()["access_token"])
            identity = call.ordered()
            call.advance(1800)
            texts.append(call("GET", f"/interviews/{identity}/result").text)
    assert texts[0] == texts[1]


def test_candidates_may_not_come_or_say_no(tmp_path: Path) -> None:
    life = Life(seed=3, expired=0.3, declined=0.3)
    with serve(create(tmp_path, life=life)) as server:
        call = Caller(server, token_of(server).json()["access_token"])
        identities = many(call, 40)
        call.advance(1800)
        states = call("GET", "/_sandbox/counts").json()["by_status"]
        assert {"completed", "declined", "expired"} == set(states)
        lost = call("GET", "/interviews?status=expired").json()["items"][0]["id"]
        assert lost in identities
        assert 410 == call("GET", f"/interviews/{lost}/result").status_code


def test_an_interview_can_be_cancelled_once_and_not_after_its_end(call: Caller) -> None:
    identity = call.ordered()
    for _ in range(2):
        assert "cancelled" == call("DELETE", f"/interviews/{identity}").json()["status"]
    call.advance(1800)
    assert "cancelled" == call("GET", f"/interviews/{identity}").json()["status"]
    assert 410 == call("GET", f"/interviews/{identity}/result").status_code
    other = call.ordered("4712")
    call.advance(1800)
    call.token = token_of(call.server).json()["access_token"]
    assert 409 == call("DELETE", f"/interviews/{other}").status_code


def test_a_term_can_be_changed_by_whoever_saw_the_state(call: Caller) -> None:
    identity = call.ordered()
    tag = call("GET", f"/interviews/{identity}").headers["ETag"]
    wish = {"expires_at": call("GET", "/_sandbox/clock").json()["now"]}
    assert 428 == call("PATCH", f"/interviews/{identity}", wish).status_code
    assert 412 == call("PATCH", f"/interviews/{identity}", wish, If_Match='"old"').status_code
    answer = call("PATCH", f"/interviews/{identity}", wish, If_Match=tag)
    assert (200, "expired") == (answer.status_code, answer.json()["status"])
    assert 409 == call("PATCH", f"/interviews/{identity}", wish, If_Match=answer.headers["ETag"]).status_code


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/result"), ("DELETE", "")])
def test_an_interview_that_nobody_ordered_is_unknown(call: Caller, method: str, path: str) -> None:
    answer = call(method, f"/interviews/nothing{path}")
    assert (404, "urn:hrbus:problem:interview-unknown") == (answer.status_code, answer.json()["type"])


def test_media_links_that_have_expired_are_given_anew(call: Caller) -> None:
    identity = call.ordered()
    call.advance(1800)
    [first] = call("GET", f"/interviews/{identity}/result").json()["media"]
    call.advance(8 * 86_400)
    call.token = token_of(call.server).json()["access_token"]
    [second] = call("GET", f"/interviews/{identity}/result").json()["media"]
    assert first["expires_at"] < call("GET", "/_sandbox/clock").json()["now"] < second["expires_at"]
    assert first["url"] != second["url"]


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "1969-12-31T23:59:59.999Z"]
)
def test_a_moment_at_the_end_of_all_calendars_is_taken(call: Caller, moment: str) -> None:
    call.ordered(expires_at=moment.replace("%2B", "+"))
    assert 200 == call("GET", f"/interviews?updated_since={moment}").status_code
