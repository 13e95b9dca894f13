"""What vendors answer, and what it means for an order or a result: the two ends over a service that is played."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import polars as pl
import pytest

from adapters.rest.answers import Answer
from adapters.rest.client import Client
from adapters.rest.operations import REFERENCE
from adapters.rest.orders import OrderTarget
from adapters.rest.results import ResultSource
from adapters.rest.settings import Connection, OrdersSettings, ResultsSettings
from hrbus.spi import ID, KEY, Batch, BatchError, Summary
from hrbus.testing import DictMemory, RecordingDelivery, TextCodec, a_context

Answering = Callable[[str, bytes], Answer]


class PlayedClient:
    """A client whose service is a function of path and body."""

    where = "https://vendor.example"

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.connection = Connection.model_validate({"base_url": self.where, "connections": 1})

    def call(self, method: str, path: str, *, body: bytes | None = None, **rest: object) -> Answer:
        return self.answering(path, body or b"")

    def close(self) -> None:
        """Nothing is open."""


def an_answer(status: int, body: Any) -> Answer:
    return Answer(status, {}, json.dumps(body).encode())


# --- orders ---------------------------------------------------------------------------------------------------------


def told(answering: Answering, tmp_path: Path, *, bulk: int = 500) -> dict[int, tuple[str, str | None]]:
    """Return status and the service's id of three orders, by their own ids 1, 2 and 3."""
    settings = OrdersSettings.model_validate({"bulk": bulk})
    client = cast("Client", PlayedClient(answering))
    target = OrderTarget(client, settings, TextCodec(["text"]), a_context(tmp_path), REFERENCE)
    frame = pl.DataFrame({ID: [1, 2, 3], KEY: ["a", "b", "c"], "text": ["{}", "{}", "{}"]})
    outcomes = list(target.deliver([Batch(frame)], RecordingDelivery()))
    rows = pl.concat([each.frame for each in outcomes]).rows(named=True)
    return {row["_id"]: (row["status"], row["far_id"]) for row in rows}


def made(key: str) -> dict[str, Any]:
    return {"idempotency_key": key, "status": 201, "interview": {"id": f"far-{key}"}}


def test_answers_in_another_order_go_to_their_own_orders(tmp_path: Path) -> None:
    def reversing(path: str, body: bytes) -> Answer:
        return an_answer(200, {"items": [made("c"), made("b"), made("a")]})

    wanted = {1: ("sent", "far-a"), 2: ("sent", "far-b"), 3: ("sent", "far-c")}
    assert wanted == told(reversing, tmp_path)


def test_a_missing_first_answer_does_not_shift_the_others(tmp_path: Path) -> None:
    def forgetting(path: str, body: bytes) -> Answer:
        return an_answer(200, {"items": [made("b"), made("c")]})

    wanted = {1: ("retry", None), 2: ("sent", "far-b"), 3: ("sent", "far-c")}
    assert wanted == told(forgetting, tmp_path)


def test_an_answer_to_an_order_that_was_not_sent_is_nobodys(tmp_path: Path) -> None:
    def strange(path: str, body: bytes) -> Answer:
        return an_answer(200, {"items": [made("z"), made("a"), made("b")]})

    assert ("retry", None) == told(strange, tmp_path)[3]


@pytest.mark.parametrize(
    ("status", "becomes"),
    [(400, "refused"), (404, "refused"), (422, "refused"), (429, "retry"), (401, "retry"), (403, "retry"),
     (409, "retry"), (302, "retry"), (500, "retry"), (501, "retry"), (507, "retry"), (520, "retry"), (529, "retry")],
)  # fmt: skip
def test_only_what_is_said_of_the_order_itself_refuses_it(status: int, becomes: str, tmp_path: Path) -> None:
    def answering(path: str, body: bytes) -> Answer:
        return an_answer(200, {"items": [{"idempotency_key": key, "status": status} for key in "abc"]})

    assert {(becomes, None)} == set(told(answering, tmp_path).values())


# --- lists ----------------------------------------------------------------------------------------------------------


def a_source(interviews: list[tuple[str, str]], memory: DictMemory, tmp_path: Path) -> ResultSource:
    def answering(path: str, body: bytes) -> Answer:
        if path.endswith("/result"):
            return an_answer(200, {"score": 7})
        items = [{"id": each, "external_id": each, "updated_at": moment} for each, moment in interviews]
        return an_answer(200, {"items": items})

    client = cast("Client", PlayedClient(answering))
    return ResultSource(client, ResultsSettings(), a_context(tmp_path, memory=memory), REFERENCE)


def taken(source: ResultSource) -> list[str]:
    found = []
    for artifact in source.poll():
        found += [json.loads(line)["external_id"] for line in artifact.open().read().splitlines()]
        source.settle(artifact, Summary())
    return found


EIGHT, NINE, TEN = (f"2026-01-05T{hour}:00:00Z" for hour in ("08", "09", "10"))


def test_a_list_whose_moments_fall_is_refused_before_a_watermark_passes_by_a_result(tmp_path: Path) -> None:
    memory = DictMemory()
    with pytest.raises(BatchError, match=r"interview b with updated_at .*T08:00:00Z comes after .*T10:00:00Z"):
        taken(a_source([("a", TEN), ("b", EIGHT)], memory, tmp_path))
    assert {} == memory.values


def test_moments_are_compared_as_moments_and_not_as_text(tmp_path: Path) -> None:
    written = [("a", "2026-01-05T08:00:00Z"), ("b", "2026-01-05T08:00:00.5Z"), ("c", "2026-01-05T10:00:00+01:00")]
    assert ["a", "b", "c"] == taken(a_source(written, DictMemory(), tmp_path))


def test_a_result_before_the_watermark_that_stands_first_is_not_dropped_for_a_known_one(tmp_path: Path) -> None:
    memory = DictMemory()
    assert ["a"] == taken(a_source([("a", NINE)], memory, tmp_path))
    assert ["late", "b"] == taken(a_source([("late", EIGHT), ("a", NINE), ("b", TEN)], memory, tmp_path))
