"""The doubles by themselves: what a test may rely on when it uses them."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest

from hrbus.spi import ID, KEY, Batch, BatchError, Memory, NoMemory, Origin, Summary, TransientError
from hrbus.testing import (
    Crash,
    DictMemory,
    KeepingTarget,
    ListSource,
    ManualClock,
    Notes,
    RecordingDelivery,
    TextArtifact,
    TextCodec,
    a_context,
)

# --- memory ---------------------------------------------------------------------------------------------------------


def test_no_memory_keeps_nothing() -> None:
    memory: Memory = NoMemory()
    memory.set("cursor", "42")
    memory.forget("cursor")
    memory.set("cursor", "43")
    assert memory.get("cursor") is None


# --- clock ----------------------------------------------------------------------------------------------------------


def test_a_clock_stands_still_until_it_is_moved() -> None:
    clock = ManualClock()
    assert clock.now() == clock.now()
    clock.advance(90)
    assert timedelta(seconds=90) == clock.now() - ManualClock().now()
    assert 90 == clock.monotonic()


def test_sleeping_moves_the_clock_and_is_remembered() -> None:
    clock = ManualClock()
    clock.sleep(1)
    clock.sleep(2)
    assert [1, 2] == clock.slept
    assert 3 == clock.monotonic()


def test_a_clock_set_back_leaves_durations_alone() -> None:
    clock = ManualClock()
    clock.back(3600)
    assert ManualClock().now() - timedelta(hours=1) == clock.now()
    assert 0 == clock.monotonic()


def test_a_clock_tells_utc_whatever_it_was_given() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert datetime(2026, 1, 5, 0, tzinfo=UTC) == ManualClock(datetime(2026, 1, 5, 8, tzinfo=shanghai)).now()
    assert UTC is ManualClock(datetime(2026, 1, 5, 8, tzinfo=shanghai)).now().tzinfo


def test_a_clock_needs_a_time_zone_and_does_not_advance_backwards() -> None:
    with pytest.raises(ValueError, match="time zone"):
        ManualClock(datetime(2026, 1, 5))
    with pytest.raises(ValueError, match="forward"):
        ManualClock().advance(-1)


# --- memory and context ---------------------------------------------------------------------------------------------


def test_memory_keeps_replaces_and_forgets() -> None:
    memory = DictMemory({"a": "1"})
    memory.set("a", "2")
    memory.set("b", "3")
    memory.forget("a")
    memory.forget("never there")
    assert (None, "3") == (memory.get("a"), memory.get("b"))


def test_memory_keeps_nothing_but_text() -> None:
    with pytest.raises(TypeError, match="text, not int"):
        DictMemory().set("a", 1)  # type: ignore[arg-type]


def test_a_context_hands_on_what_it_was_given(tmp_path: Path) -> None:
    clock, memory, notes = ManualClock(), DictMemory(), Notes()
    context = a_context(tmp_path, clock=clock, memory=memory, note=notes)
    context.note("not yet")
    assert (clock, memory, ["not yet"]) == (context.clock, context.memory, notes)
    assert tmp_path / "a/b" == context.resolve("a/b")


# --- source ---------------------------------------------------------------------------------------------------------


def test_an_artifact_is_its_text_in_its_encoding() -> None:
    assert "王".encode("gb18030") == TextArtifact("A", "王", "gb18030").open().read()
    assert b"\xff" == TextArtifact("A", b"\xff").open().read()


def test_a_source_remembers_with_which_summary_an_artifact_was_settled() -> None:
    source = ListSource([TextArtifact("A", ""), TextArtifact("B", "")])
    first, _ = source.poll()
    source.settle(first, Summary(read=1, sent=1))
    source.settle(first, Summary())
    assert {"A": Summary(read=1, sent=1)} == source.settled
    assert ["B"] == [artifact.name for artifact in source.poll()]


def test_a_source_settles_only_what_it_gave() -> None:
    artifact = TextArtifact("A", "")
    with pytest.raises(ValueError, match="was not given by poll"):
        ListSource([artifact]).settle(artifact, Summary())


# --- delivery -------------------------------------------------------------------------------------------------------


def test_a_delivery_keeps_its_marks_over_a_restart() -> None:
    delivery = RecordingDelivery("d-1", sequence=7, records=3)
    delivery.mark("one")
    delivery.mark("two")
    again = delivery.again()
    assert (["one", "two"], "two", "d-1", 7, 3) == (
        delivery.marks, again.marked, again.id, again.sequence, again.records,
    )  # fmt: skip
    assert [] == again.marks


@pytest.mark.parametrize(("lost", "marked"), [(False, "two"), (True, "one")])
def test_a_crash_falls_before_or_after_the_mark_is_kept(lost: bool, marked: str) -> None:
    delivery = RecordingDelivery(crash_at=2, lost=lost)
    delivery.mark("one")
    with pytest.raises(Crash):
        delivery.mark("two")
    assert marked == delivery.again().marked


def test_a_crash_is_not_caught_by_those_who_handle_errors() -> None:
    assert not issubclass(Crash, Exception)


# --- target ---------------------------------------------------------------------------------------------------------


def a_batch(*numbers: int) -> Batch:
    return Batch(pl.DataFrame({ID: numbers, KEY: [f"k{n}" for n in numbers]}, {ID: pl.Int64, KEY: pl.String}))


def statuses(target: KeepingTarget, *batches: Batch) -> list[str]:
    told = target.deliver(batches, RecordingDelivery())
    return [status for outcomes in told for status in outcomes.frame["status"]]


def test_a_target_keeps_a_key_once_and_answers_it_as_before() -> None:
    target = KeepingTarget()
    [first] = target.deliver([a_batch(1, 2)], RecordingDelivery())
    [second] = target.deliver([a_batch(2, 3)], RecordingDelivery())
    assert ["k1", "k2", "k3"] == target.keys
    assert [1, 2, 3] == target.frame[ID].to_list()
    assert first.frame["far_id"][1] == second.frame["far_id"][0]


def test_a_key_that_stands_twice_in_a_batch_is_kept_once() -> None:
    target = KeepingTarget()
    assert ["sent", "sent"] == statuses(target, a_batch(1, 1))
    assert ["k1"] == target.keys


def test_a_target_refuses_what_the_test_says() -> None:
    target = KeepingTarget(refuse=lambda frame: frame[ID] == 2)
    assert ["sent", "refused", "sent"] == statuses(target, a_batch(1, 2, 3))
    assert ["k1", "k3"] == target.keys


@pytest.mark.parametrize(("stored", "kept"), [(False, ["k1"]), (True, ["k1", "k2"])])
def test_a_target_fails_once_before_or_after_it_has_kept_the_batch(stored: bool, kept: list[str]) -> None:
    target = KeepingTarget()
    target.fail_next(TransientError("away"), after=1, stored=stored)
    told = target.deliver([a_batch(1), a_batch(2)], RecordingDelivery())
    assert 1 == next(told).frame.height
    with pytest.raises(TransientError, match="away"):
        next(told)
    assert kept == target.keys
    assert ["sent", "sent"] == statuses(target, a_batch(1), a_batch(2))
    assert ["k1", "k2"] == target.keys


# --- codec ----------------------------------------------------------------------------------------------------------


def test_a_codec_refuses_what_would_not_read_back() -> None:
    codec, stream = TextCodec(["no", "name"], size=5), io.BytesIO()
    names = ["ADA", "TOO LONG", "A;B", "A\nB"]
    frame = pl.DataFrame({ID: [1, 2, 3, 4], "no": ["1", "2", "3", "4"], "name": names})
    [written] = codec.encode([Batch(frame)], stream)
    assert b"1;ADA\n" == stream.getvalue()
    assert [2, 3, 4] == [reject.id for reject in written.rejects]


def test_a_codec_takes_a_column_that_is_missing_or_null_as_blank() -> None:
    codec, stream = TextCodec(["no", "name"]), io.BytesIO()
    frame = pl.DataFrame({"no": ["1", None]}, {"no": pl.String})
    list(codec.encode([Batch(frame)], stream))
    assert b"1;\n;\n" == stream.getvalue()


def test_a_codec_knows_a_truncated_file_by_its_missing_end() -> None:
    codec = TextCodec(["no"], end="END")
    batches = codec.decode(io.BytesIO(b"1\n2\nEN"), Origin("A.TXT"))
    assert 3 == len(next(batches))
    with pytest.raises(BatchError, match=r"A\.TXT: the last line 'END' is missing"):
        next(batches)
