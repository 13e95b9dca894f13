"""How files are written: whole, once, and over nothing; on the disk, with crashes where a process might die."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
import pytest

from adapters.files import FileTarget, TargetSettings
from adapters.folder import LocalFiles
from hrbus.spi import ID, KEY, Batch, BatchError, ConfigError, Status, TransientError
from hrbus.testing import Crash, ManualClock, Notes, RecordingDelivery, TextCodec, a_context

TOO_LONG = "x" * 11


class Place:
    """A folder that files are written to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = ManualClock()
        self.notes = Notes()
        self.files: LocalFiles = LocalFiles(root)

    def target(self, **settings: Any) -> FileTarget:
        context = a_context(self.root, clock=self.clock, note=self.notes)
        own = TargetSettings.model_validate({"name": "R{sequence:03}.TXT"} | settings)
        return FileTarget(self.files, own, TextCodec(["name"], size=10), context)

    def deliver(
        self, names: Iterable[Iterable[str]], delivery: RecordingDelivery | None = None, **settings: Any
    ) -> dict[int, str]:
        """Return the status of every record, by its number from 1."""
        told: dict[int, str] = {}
        for outcomes in self.target(**settings).deliver(batches(names), delivery or RecordingDelivery()):
            fresh = dict(zip(outcomes.frame[ID], outcomes.frame["status"], strict=True))
            assert not told.keys() & fresh.keys()
            told |= fresh
        return told

    def there(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in sorted(self.root.iterdir())}


def batches(names: Iterable[Iterable[str]]) -> list[Batch]:
    made, number = [], 1
    for some in (list(each) for each in names):
        ids = list(range(number, number + len(some)))
        columns = {ID: ids, KEY: [f"k{n}" for n in ids], "name": some}
        made.append(Batch(pl.DataFrame(columns, {ID: pl.Int64, KEY: pl.String, "name": pl.String})))
        number += len(some)
    return made


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_file_has_its_name_number_and_records(place: Place) -> None:
    told = place.deliver([["ADA", "BOB"], ["EVE"]], RecordingDelivery(sequence=7))
    assert {1: "sent", 2: "sent", 3: "sent"} == told
    assert {"R007.TXT": "ADA\nBOB\nEVE\n"} == place.there()


def test_nothing_is_told_before_the_file_has_its_name(place: Place) -> None:
    for outcomes in place.target().deliver(batches([["ADA"], ["BOB"]]), RecordingDelivery()):
        assert 1 == outcomes.frame.height
        assert ["R001.TXT"] == list(place.there())


def test_a_trigger_file_tells_the_number_of_records(place: Place) -> None:
    place.deliver([["ADA", "BOB"]], trigger="{stem}.CTL", trigger_text="{name};{records};{sequence:03}")
    assert {"R001.CTL": "R001.TXT;2;001\n", "R001.TXT": "ADA\nBOB\n"} == place.there()


def test_a_trigger_file_may_be_empty(place: Place) -> None:
    place.deliver([["ADA"]], trigger="{name}.ok")
    assert {"R001.TXT": "ADA\n", "R001.TXT.ok": ""} == place.there()


def test_a_record_that_does_not_fit_is_refused_with_its_reason_and_the_rest_is_sent(place: Place) -> None:
    [sent, refused] = place.target().deliver(batches([["ADA", TOO_LONG, "EVE"]]), RecordingDelivery())
    assert [1, 3] == sent.frame[ID].to_list()
    assert [(2, str(Status.REFUSED))] == refused.frame.select(ID, "status").rows()
    assert "too long" in refused.frame["answer"][0]
    assert {"R001.TXT": "ADA\nEVE\n"} == place.there()


@pytest.mark.parametrize("names", [[[TOO_LONG]], []])
def test_a_file_without_records_is_skipped(place: Place, names: list[list[str]]) -> None:
    delivery = RecordingDelivery()
    assert set() == set(place.deliver(names, delivery).values()) - {"refused"}
    assert {} == place.there()
    assert [] == delivery.marks


@pytest.mark.parametrize("names", [[[TOO_LONG]], []])
def test_a_file_without_records_is_sent_where_the_reader_wants_one(place: Place, names: list[list[str]]) -> None:
    place.deliver(names, when_empty="send")
    assert {"R001.TXT": ""} == place.there()


def test_a_name_has_the_date_of_its_time_zone(place: Place) -> None:
    place.clock = ManualClock(datetime(2026, 1, 5, 20, 0, tzinfo=UTC))
    place.deliver([["ADA"]], name="R{date:%Y%m%d}-{route}-{sequence}.TXT", time_zone="Asia/Shanghai")
    assert ["R20260106-test-1.TXT"] == list(place.there())


def test_a_repetition_on_another_day_keeps_the_names_of_the_first_try(place: Place) -> None:
    settings = {"name": "R{date:%d}-{sequence}.TXT", "trigger": "{date:%d}-{sequence}.ok"}
    delivery = RecordingDelivery(crash_at=1)
    with pytest.raises(Crash):
        place.deliver([["ADA"]], delivery, **settings)
    place.clock.advance(24 * 3600)
    assert {1: "sent"} == place.deliver([["ADA"]], delivery.again(), **settings)
    assert ["05-1.ok", "R05-1.TXT"] == list(place.there())


def test_a_route_with_a_strange_name_makes_a_plain_file_name(place: Place) -> None:
    place.deliver([["ADA"]], RecordingDelivery(route="../out/a b"), name="{route}{sequence}.TXT")
    assert [".._out_a_b1.TXT"] == list(place.there())


# --- what lies there already ----------------------------------------------------------------------------------------


def test_another_file_is_never_written_over(place: Place) -> None:
    (place.root / "R001.TXT").write_text("not ours")
    with pytest.raises(BatchError, match="exists already and is another file; hrbus overwrites nothing"):
        place.deliver([["ADA"]])
    assert "not ours" == place.there()["R001.TXT"]


def test_a_name_without_a_number_waits_until_the_reader_has_taken_the_last_file(place: Place) -> None:
    place.deliver([["ADA"]], RecordingDelivery("d-1"), name="RESULT.TXT")
    second = RecordingDelivery("d-2", sequence=2)
    with pytest.raises(TransientError, match="still waits for its reader"):
        place.deliver([["BOB"]], second, name="RESULT.TXT")
    assert "ADA\n" == place.there()["RESULT.TXT"]
    (place.root / "RESULT.TXT").unlink()
    assert {1: "sent"} == place.deliver([["BOB"]], second.again(), name="RESULT.TXT")
    assert {"RESULT.TXT": "BOB\n"} == place.there()


# --- crashes --------------------------------------------------------------------------------------------------------


def test_before_the_mark_nothing_can_be_seen(place: Place) -> None:
    with pytest.raises(Crash):
        place.deliver([["ADA"]], RecordingDelivery(crash_at=1, lost=True), trigger="{name}.ok")
    assert all(name.startswith(".hrbus-") for name in place.there())


def test_a_file_that_its_reader_has_taken_since_is_not_laid_there_again(place: Place) -> None:
    delivery = RecordingDelivery()
    abandoned = place.target(trigger="{name}.ok").deliver(batches([["ADA"]]), delivery)
    next(abandoned)
    for name in place.there():
        (place.root / name).unlink()
    assert {1: "sent"} == place.deliver([["ADA"]], delivery.again(), trigger="{name}.ok")
    assert {} == place.there()
    assert f"{place.root}/R001.TXT was written before, and its reader has taken it since" == place.notes[0]


def test_a_crash_between_file_and_trigger_is_made_good(place: Place) -> None:
    class DyingFiles(LocalFiles):
        def rename(self, old: str, new: str) -> bool:
            if new.endswith(".ok"):
                raise TransientError("the line was cut")
            return super().rename(old, new)

    place.files = DyingFiles(place.root)
    delivery = RecordingDelivery()
    with pytest.raises(TransientError):
        place.deliver([["ADA"]], delivery, trigger="{name}.ok")
    assert "R001.TXT" in place.there()
    assert "R001.TXT.ok" not in place.there()

    place.files = LocalFiles(place.root)
    (place.root / "R001.TXT").unlink()
    assert {1: "sent"} == place.deliver([["ADA"]], delivery.again(), trigger="{name}.ok")
    assert ["R001.TXT.ok"] == list(place.there())


def test_a_rename_that_was_cut_between_link_and_unlink_is_finished(place: Place) -> None:
    delivery = RecordingDelivery(crash_at=1)
    with pytest.raises(Crash):
        place.deliver([["ADA"]], delivery)
    [part] = place.root.iterdir()
    os.link(part, place.root / "R001.TXT")
    assert {1: "sent"} == place.deliver([["ADA"]], delivery.again())
    assert {"R001.TXT": "ADA\n"} == place.there()


def test_refused_records_are_told_again_by_a_repetition(place: Place) -> None:
    delivery = RecordingDelivery()
    first = place.deliver([["ADA", TOO_LONG]], delivery)
    assert first == place.deliver([["ADA", TOO_LONG]], delivery.again())
    assert {1: "sent", 2: "refused"} == first


def test_two_deliveries_do_not_share_a_temporary_name(place: Place) -> None:
    for name in ("d-1", "d-2"):
        with pytest.raises(Crash):
            place.deliver([["ADA"]], RecordingDelivery(name, crash_at=1))
    assert 2 == len(place.there())


def test_a_file_that_did_not_arrive_whole_is_not_published(place: Place) -> None:
    class LosingFiles(LocalFiles):
        def put(self, path: str, content: BinaryIO) -> None:
            content.seek(2)
            super().put(path, content)

    place.files = LosingFiles(place.root)
    delivery = RecordingDelivery()
    with pytest.raises(TransientError, match="2 bytes arrived of 4 bytes"):
        place.deliver([["ADA"]], delivery)
    assert [] == delivery.marks
    assert "R001.TXT" not in place.there()
    place.files = LocalFiles(place.root)
    assert {1: "sent"} == place.deliver([["ADA"]], delivery.again())
    assert {"R001.TXT": "ADA\n"} == place.there()


def test_a_folder_that_is_missing_is_for_a_person_to_make(place: Place) -> None:
    with pytest.raises(ConfigError, match="in is not there; make the folder"):
        place.target(folder="in").probe()


def test_a_probe_counts_what_it_finds(place: Place) -> None:
    place.deliver([["ADA"]])
    assert f"{place.root}: 1 files" == place.target().probe()


# --- a file of each record

EACH = {"name": "C{record:04}-{date:%d}.TXT"}


def test_a_name_with_the_number_of_a_record_makes_a_file_of_each(place: Place) -> None:
    delivery = RecordingDelivery()
    told = place.deliver([["ADA", TOO_LONG], ["EVE"]], delivery, trigger="{stem}.ok", trigger_text="{record}", **EACH)
    assert {1: "sent", 2: "refused", 3: "sent"} == told
    day = f"{place.clock.now():%d}"
    assert {
        f"C0001-{day}.TXT": "ADA\n", f"C0001-{day}.ok": "1\n",
        f"C0003-{day}.TXT": "EVE\n", f"C0003-{day}.ok": "3\n",
    } == place.there()  # fmt: skip
    assert 1 == len(delivery.marks)


def test_no_file_of_a_record_has_its_name_before_all_have_arrived(place: Place) -> None:
    with pytest.raises(Crash):
        place.deliver([["ADA"], ["EVE"]], RecordingDelivery(crash_at=1, lost=True), **EACH)
    assert all(name.startswith(".") for name in place.there())


def test_a_repetition_of_files_of_records_writes_none_twice_and_none_on_another_day(place: Place) -> None:
    delivery = RecordingDelivery(crash_at=1)
    with pytest.raises(Crash):
        place.deliver([["ADA"], [TOO_LONG, "EVE"]], delivery, **EACH)
    day = f"{place.clock.now():%d}"
    place.clock.advance(86_400)
    [first] = [name for name in place.there() if name.endswith("-1.part")]
    (place.root / first).rename(place.root / "taken-by-the-reader")
    told = place.deliver([["ADA"], [TOO_LONG, "EVE"]], delivery.again(), **EACH)
    assert {1: "sent", 2: "refused", 3: "sent"} == told
    assert {f"C0003-{day}.TXT": "EVE\n", "taken-by-the-reader": "ADA\n"} == place.there()


def test_a_codec_of_one_record_needs_a_name_for_each(place: Place) -> None:
    class Alone(TextCodec):
        one_record = True

    with pytest.raises(ConfigError, match=r"put \{record\} into name"):
        FileTarget(place.files, TargetSettings(name="ALL.TXT"), Alone(["name"]), a_context(place.root))
    FileTarget(place.files, TargetSettings(name="{record}.TXT"), Alone(["name"]), a_context(place.root))
