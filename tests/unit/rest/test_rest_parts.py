"""The small parts of the rest adapter, each by itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from adapters.rest.answers import Answer, reason_of
from adapters.rest.orders import safe_key
from adapters.rest.parallel import in_order
from adapters.rest.results import Mark, spliced
from adapters.rest.retry import wait
from adapters.rest.settings import Bearer, ClientCredentials, NoAuth, Retry
from adapters.rest.tokens import Fetched, tokens_of
from hrbus.spi import ConfigError, TransientError
from hrbus.testing import ManualClock

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


# --- answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("Mon, 05 Jan 2026 08:01:00 GMT", 60.0),
        ("Mon, 05 Jan 2026 07:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("Mon, 05 Jan 2026 08:01:00 +99999999999999", None),
        ("Mon, 05 Jan 99999999999999 08:01:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert seconds == Answer(503, {"retry-after": text}, b"").retry_after(NOW)


def test_a_reason_names_fields_and_no_values() -> None:
    problem = {
        "type": "urn:hrbus:problem:order-invalid",
        "title": "The order is not valid",
        "detail": "ada.mueller@example.com is no address",
        "errors": [
            {"pointer": "/candidate/email", "detail": "ada.mueller"},
            "odd",
            {"pointer": 7},
            {"pointer": "/Ada Müller"},
        ],
    }
    assert "422 The order is not valid: /candidate/email" == reason_of(422, problem)


@pytest.mark.parametrize("kind", ["about:blank", "https://vendor.example/problems/known", 7, None])
def test_a_title_of_a_kind_that_is_not_known_may_name_a_person_and_is_left_out(kind: object) -> None:
    assert "409 Conflict" == reason_of(409, {"type": kind, "title": "Ada Müller is interviewed already"})


@pytest.mark.parametrize("title", ["ada@example.com is unknown", "call 07700900123", 7, None, ""])
def test_a_title_that_may_be_about_a_person_is_left_out(title: object) -> None:
    assert "409 Conflict" == reason_of(409, {"type": "urn:hrbus:problem:x", "title": title})


def test_a_title_cannot_forge_a_line_of_a_log() -> None:
    assert "400 a ERROR b" == reason_of(400, {"type": "urn:hrbus:problem:x", "title": "a\nERROR b"})


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_a_body_that_is_not_utf_8_is_no_answer(encoding: str) -> None:
    assert Answer(200, {}, '{"a": 1}'.encode(encoding)).json is None


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"a": NaN}', b"\xff", b"[" * 100_000])
def test_a_body_without_an_object_is_none(body: bytes) -> None:
    assert Answer(200, {}, body).json is None


def test_the_body_is_not_shown_by_repr() -> None:
    assert "Ada" not in repr(Answer(200, {}, b'{"name": "Ada"}'))


# --- waits ----------------------------------------------------------------------------------------------------------


def test_waits_grow_to_the_cap_and_are_a_random_part_of_it() -> None:
    retry = Retry(base=1, cap=5)
    assert [1, 2, 4, 5, 5] == [wait(retry, attempt=n, asked=None, part=1.0) for n in range(1, 6)]
    assert 0 == wait(retry, attempt=3, asked=None, part=0.0)


def test_what_the_far_side_asks_for_is_kept_in_full() -> None:
    assert 10 == wait(Retry(base=1, cap=5), attempt=1, asked=10, part=0.0)


# --- tokens ---------------------------------------------------------------------------------------------------------


class Desk:
    """A token endpoint: counts what it gives."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        self.requests.append((url, headers, body))
        number = len(self.requests)
        return self.answers.pop(0) if self.answers else granted(f"t{number}", 3600)


def granted(token: str, life: object) -> Answer:
    body = {"access_token": token, "token_type": "bearer", "expires_in": life}
    return Answer(200, {}, json.dumps(body).encode())


def credentials(**changes: Any) -> ClientCredentials:
    given = {
        "type": "oauth2_client_credentials",
        "token_url": "https://a.example/token",
        "client_id": "a:b",
        "client_secret": SecretStr("s&/ä"),
    }
    return ClientCredentials.model_validate(given | changes)


def test_a_token_is_kept_and_renewed_a_minute_before_its_end() -> None:
    clock, desk = ManualClock(), Desk()
    tokens = Fetched(credentials(), clock, desk)
    assert ["Bearer t1", "Bearer t1"] == [tokens.header(), tokens.header()]
    clock.advance(3539)
    assert "Bearer t1" == tokens.header()
    clock.advance(1)
    assert "Bearer t2" == tokens.header()


@pytest.mark.parametrize("life", [None, 0, -1, "3600", True])
def test_a_token_without_a_usable_term_is_kept_until_it_is_refused(life: object) -> None:
    clock, desk = ManualClock(), Desk(granted("first", life))
    tokens = Fetched(credentials(), clock, desk)
    tokens.header()
    clock.advance(10**6)
    assert "Bearer first" == tokens.header()
    tokens.stale("Bearer first")
    assert "Bearer t2" == tokens.header()


def test_a_refusal_of_an_older_token_does_not_drop_the_newer() -> None:
    desk = Desk()
    tokens = Fetched(credentials(), ManualClock(), desk)
    old = tokens.header()
    tokens.stale(old)
    new = tokens.header()
    tokens.stale(old)
    assert (new, 2) == (tokens.header(), len(desk.requests))


def test_one_of_many_threads_fetches_the_token() -> None:
    desk = Desk()
    tokens = Fetched(credentials(), ManualClock(), desk)
    barrier = threading.Barrier(8)

    def ask(_: int) -> str | None:
        barrier.wait()
        return tokens.header()

    with ThreadPoolExecutor(8) as pool:
        assert {"Bearer t1"} == set(pool.map(ask, range(8)))
    assert 1 == len(desk.requests)


def test_credentials_are_encoded_before_they_are_joined() -> None:
    desk = Desk()
    Fetched(credentials(), ManualClock(), desk).header()
    # a%3Ab:s%26%2F%C3%A4, as RFC 6749 section 2.3.1 asks
    assert "Basic YSUzQWI6cyUyNiUyRiVDMyVBNA==" == desk.requests[0][1]["Authorization"]
    assert b"s" not in desk.requests[0][2].replace(b"grant_type=client_credentials", b"")


def test_credentials_can_stand_in_the_form() -> None:
    desk = Desk()
    Fetched(credentials(credentials_in="body", scope="a b"), ManualClock(), desk).header()
    _, headers, body = desk.requests[0]
    assert "Authorization" not in headers
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    wanted = {"grant_type": "client_credentials", "client_id": "a:b", "client_secret": "s&/ä", "scope": "a b"}
    assert wanted == form


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"access_token": 7},
        {"access_token": "a\r\nX: y"},
        {"access_token": "a", "token_type": "mac"},
        {"access_token": ""},
    ],
)
def test_an_answer_without_a_usable_token_is_no_token(body: dict[str, Any]) -> None:
    tokens = Fetched(credentials(), ManualClock(), Desk(Answer(200, {}, json.dumps(body).encode())))
    with pytest.raises(TransientError, match="without a bearer token"):
        tokens.header()


def test_a_refusal_names_the_client_and_not_the_secret() -> None:
    refused = Answer(401, {}, b'{"error": "invalid_client", "error_description": "s&/\xc3\xa4 is wrong"}')
    with pytest.raises(ConfigError) as caught:
        Fetched(credentials(), ManualClock(), Desk(refused)).header()
    assert "gives no token to client a:b: 401 invalid_client" in str(caught.value)
    assert "s&" not in str(caught.value)


def test_fixed_tokens_and_none_need_no_desk() -> None:
    desk, clock = Desk(), ManualClock()
    bearer = Bearer.model_validate({"type": "bearer", "token": "abc"})
    assert ["Bearer abc", None] == [tokens_of(auth, clock, desk).header() for auth in (bearer, NoAuth())]
    assert [] == desk.requests


# --- results and orders ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b'{"a":1.10}', b'{"external_id":"7","status":"completed","a":1.10}\n'),
        (b'\xef\xbb\xbf {\n "a":\r\n 1.0e5 } \n', b'{"external_id":"7","status":"completed",  "a":   1.0e5 }\n'),
        (b"{}", b'{"external_id":"7","status":"completed"}\n'),
        (b'{"status":"own"}', b'{"external_id":"7","status":"own"}\n'),
        (b'{"status":"own","external_id":"8"}', b'{"status":"own","external_id":"8"}\n'),
        (b'{"external_id":null}', b'{"status":"completed","external_id":null,"external_id":"7"}\n'),
    ],
)
def test_a_result_keeps_its_text_and_gets_the_orders_id_in_front(body: bytes, line: bytes) -> None:
    known = json.loads(body.decode("utf-8-sig"))
    assert line == spliced({"external_id": "7", "status": "completed"}, body, known)
    own = {key: value for key, value in known.items() if value is not None}
    assert {"external_id": "7", "status": "completed"} | own == json.loads(line)


def test_a_watermark_reads_as_it_was_kept() -> None:
    mark = Mark("2026-01-05T08:00:00.000Z", "abc")
    assert mark == Mark.read(mark.text(), "")
    assert Mark("2020-01-01") == Mark.read(None, "2020-01-01")
    assert Mark.read(None, "") is None


def test_a_key_that_a_header_can_carry_stays_as_it_is() -> None:
    assert '00004711/create/"1"' == safe_key('00004711/create/"1"')


@pytest.mark.parametrize("key", ["岗位", "a\nb", "", "x" * 256])
def test_any_other_key_is_replaced_by_one_that_stands_for_it(key: str) -> None:
    assert safe_key(key) == safe_key(key)
    assert safe_key(key) != safe_key(key + "x")
    assert safe_key(key).isascii()
    assert len(safe_key(key)) < 100


# --- several at once ------------------------------------------------------------------------------------------------


def double(number: int) -> int:
    if number < 0:
        raise TransientError(f"{number}")
    return 2 * number


def test_a_defect_in_one_call_does_not_hide_what_the_others_did() -> None:
    def send(number: int) -> int:
        return 60 // number

    told: list[int] = []
    with ThreadPoolExecutor(2) as pool, pytest.raises(ZeroDivisionError):
        told.extend(in_order(pool, send, iter((0, 2, 3)), ahead=3))
    assert [30, 20] == told


def drain(numbers: Iterator[int]) -> tuple[list[int], str]:
    with ThreadPoolExecutor(2) as pool:
        found: list[int] = []
        try:
            found.extend(in_order(pool, double, numbers, ahead=3))
        except TransientError as error:
            return found, str(error)
        return found, ""


def test_answers_come_in_order() -> None:
    assert ([2 * n for n in range(50)], "") == drain(iter(range(50)))


def test_what_was_begun_before_a_failure_is_told_and_nothing_new_is_begun() -> None:
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for number in (1, 2, -3, 4, 5, 6, 7, 8, 9):
            taken.append(number)
            yield number

    assert ([2, 4, 8, 10], "-3") == drain(numbers())
    assert [1, 2, -3, 4, 5] == taken


def test_a_failure_of_the_items_is_raised_after_what_was_begun() -> None:
    def numbers() -> Iterator[int]:
        yield from (1, 2)
        raise TransientError("no more")

    assert ([2, 4], "no more") == drain(numbers())
