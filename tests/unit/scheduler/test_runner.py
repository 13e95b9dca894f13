"""What a job does when it starts, and what is noted of it."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hrbus.clock import SystemClock
from hrbus.diary import Diary, stamp
from hrbus.errors import BatchError, ConfigError, Fault, HrbusError, Place, TransientError
from hrbus.settings import Config, Cron, Every, Job
from hrbus.site import Site
from hrbus.testing import ManualClock
from hrbus.values import Summary
from scheduler import Runner, event, serve

NOW = datetime(2026, 6, 2, 2, 15, tzinfo=UTC)


class Desk:
    """A hub that answers each route as it was told to, and keeps the routes it was asked for."""

    def __init__(self, answers: dict[str, Summary | Exception] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[str] = []
        self.during: Callable[[], None] = lambda: None

    def run(self, route: str, *, stop: Callable[[], bool]) -> Summary:
        self.asked.append(route)
        self.during()
        answer = self.answers.get(route, Summary(read=2, sent=2))
        if isinstance(answer, Exception):
            raise answer
        return answer


def job(*routes: str, go_on: bool = True) -> Job:
    rule = Cron.parse("15 2 * * *")
    return Job("nightly", routes, rule, ZoneInfo("UTC"), timedelta(hours=1), go_on, Place("jobs.yaml"))


def runner(desk: Desk, folder: Path, now: datetime = NOW) -> Runner:
    return Runner(lambda: nullcontext(desk), Diary(folder / "schedule.json"), ManualClock(now))


def test_routes_run_in_order_and_the_job_is_noted_as_done(tmp_path: Path) -> None:
    desk = Desk()
    here = runner(desk, tmp_path)
    assert 0 == here.start(job("vacancies", "applicants"), NOW)
    assert ["vacancies", "applicants"] == desk.asked
    assert {
        "due": "2026-06-02T02:15:00+00:00", "at": "2026-06-02T02:15:00+00:00", "outcome": "done", "said": ""
    } == here.diary.entries["nightly"]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("mend a file"), 2),
        (BatchError("look at a file"), 4),
        (TransientError("wait"), 5),
        (ZeroDivisionError("a defect"), 1),
    ],
)
def test_a_route_that_fails_gives_the_exit_code_and_the_others_go_on(
    tmp_path: Path, error: Exception, code: int
) -> None:
    desk = Desk({"vacancies": error})
    here = runner(desk, tmp_path)
    assert code == here.start(job("vacancies", "applicants"), NOW)
    assert ["vacancies", "applicants"] == desk.asked
    assert "failed" == here.diary.entries["nightly"]["outcome"]
    assert here.diary.entries["nightly"]["said"]


def test_a_job_may_end_with_the_route_that_failed(tmp_path: Path) -> None:
    desk = Desk({"vacancies": TransientError("the server is down")})
    here = runner(desk, tmp_path)
    assert 5 == here.start(job("vacancies", "applicants", go_on=False), NOW)
    assert ["vacancies"] == desk.asked
    assert "the server is down" == here.diary.entries["nightly"]["said"]


def test_rejected_records_are_an_exit_code_but_no_failure(tmp_path: Path) -> None:
    desk = Desk({"vacancies": Summary(read=2, sent=1, rejected=1)})
    here = runner(desk, tmp_path)
    assert 3 == here.start(job("vacancies", "applicants", go_on=False), NOW)
    assert ["vacancies", "applicants"] == desk.asked
    assert ("done", "vacancies: 1 rejected") == (
        here.diary.entries["nightly"]["outcome"],
        here.diary.entries["nightly"]["said"],
    )


def test_a_start_that_is_too_late_is_said_and_noted_and_not_made_up_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk()
    here = runner(desk, tmp_path, NOW + timedelta(hours=2))
    here.start(job("vacancies"), NOW)
    assert [] == desk.asked
    assert "missed" == here.diary.entries["nightly"]["outcome"]
    assert "more than 1h ago: run it with scheduler.py --once nightly" in caplog.text


def test_a_start_that_is_late_within_the_grace_runs_and_is_said_to_be_late(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk()
    runner(desk, tmp_path, NOW + timedelta(minutes=20)).start(job("vacancies"), NOW)
    assert ["vacancies"] == desk.asked
    assert 'event="job late" job=nightly due=2026-06-02T02:15:00+00:00 late=20m' in caplog.text


def test_a_stop_ends_a_job_between_routes_and_leaves_it_unfinished(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk()
    here = runner(desk, tmp_path)
    desk.during = here.stop.set
    assert 5 == here.start(job("vacancies", "applicants"), NOW)
    assert ["vacancies"] == desk.asked
    assert here.diary.unfinished("nightly")
    assert 'event="job stopped" job=nightly said="stopped before applicants; run it again to go on"' in caplog.text
    assert "stopped before applicants" == here.diary.entries["nightly"]["said"]


def test_a_stop_after_the_failure_of_a_route_leaves_with_what_failed(tmp_path: Path) -> None:
    desk = Desk({"vacancies": BatchError("look at a file")})
    here = runner(desk, tmp_path)
    desk.during = here.stop.set
    assert 4 == here.start(job("vacancies", "applicants"), NOW)


@pytest.mark.parametrize("rejected", [0, 1])
def test_a_stop_during_the_last_route_leaves_the_job_unfinished_too(tmp_path: Path, rejected: int) -> None:
    desk = Desk({"vacancies": Summary(read=2, sent=1, pending=1 - rejected, rejected=rejected)})
    here = runner(desk, tmp_path)
    desk.during = here.stop.set
    assert 5 == here.start(job("vacancies"), NOW)
    assert here.diary.unfinished("nightly")


def test_a_diary_that_cannot_be_written_is_said_and_the_job_runs_anyway(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk()
    here = runner(desk, tmp_path / "gone")
    assert 0 == here.start(job("vacancies", "applicants"), NOW)
    here.skipped(job("vacancies"), NOW)
    here.clock = ManualClock(NOW + timedelta(hours=2))
    here.start(job("vacancies"), NOW)
    assert ["vacancies", "applicants"] == desk.asked
    errors = [record.message for record in caplog.records if 'event="note failed"' in record.message]
    assert ["running", "done", "skipped", "missed"] == [
        next(word for word in ("running", "done", "skipped", "missed") if f"outcome={word}" in line)
        for line in errors
    ]
    assert "No such file or directory" in errors[0]


def test_what_escapes_a_start_is_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Torn(Runner):
        def start(self, job: Job, due: datetime) -> int:
            self.stop.set()
            raise ZeroDivisionError

    here = Torn(lambda: nullcontext(Desk()), Diary(tmp_path / "schedule.json"), SystemClock())
    often = Job(
        "often", (), Every(timedelta(seconds=1)), ZoneInfo("UTC"), timedelta(hours=1), True, Place("jobs.yaml")
    )
    serve(Config(Site(tmp_path), {}, {}, {"often": often}), here)
    assert "event=defect job=often error=ZeroDivisionError" in caplog.text


def test_a_process_that_died_leaves_its_job_unfinished(tmp_path: Path) -> None:
    desk = Desk()
    here = runner(desk, tmp_path)
    seen = []
    desk.during = lambda: seen.append(Diary(here.diary.file).unfinished("nightly"))
    here.start(job("vacancies"), NOW)
    assert [True] == seen
    assert not here.diary.unfinished("nightly")


def test_a_skipped_start_stands_beside_the_run_that_it_would_have_overlapped(tmp_path: Path) -> None:
    here = runner(Desk(), tmp_path)
    here.start(job("vacancies"), NOW)
    for day in (1, 2):
        here.skipped(job("vacancies"), NOW + timedelta(days=day))
    entry = here.diary.entries["nightly"]
    assert ("done", 2) == (entry["outcome"], entry["skipped"]["times"])
    assert "2026-06-04T02:15:00+00:00" == entry["skipped"]["due"]
    here.start(job("vacancies"), NOW)
    assert 2 == here.diary.entries["nightly"]["skipped"]["times"]


def noted(*jobs: str) -> str:
    """Return what a diary looks like in which these jobs are done."""
    return json.dumps({name: {"due": stamp(NOW), "at": stamp(NOW), "outcome": "done", "said": ""} for name in jobs})


BROKEN = {
    "torn": noted("nightly", "hourly").encode()[:-20],
    "empty": b"",
    "no UTF-8": b"\xff\xfe",
    "a list": b"[]",
    "no entry": b'{"nightly": 5}',
    "no moment": b'{"nightly": {"due": "soon"}}',
    "no zone": b'{"nightly": {"due": "2026-06-02T02:15:00"}}',
    "no number": b'{"nightly": {"due": 5}}',
    "no skipped": b'{"nightly": {"skipped": 5}}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_diary_that_cannot_be_understood_counts_as_empty_and_that_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (tmp_path / "schedule.json").write_bytes(content)
    diary = Diary(tmp_path / "schedule.json")
    assert diary.last("nightly") is None
    assert not diary.unfinished("nightly")
    assert 1 == caplog.text.count('event="notes unreadable"')
    assert content == (tmp_path / "schedule.json").read_bytes()


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_diary_that_cannot_be_understood_is_put_aside_and_not_written_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    diary = Diary(tmp_path / "schedule.json")
    for number in (1, 2):
        diary.file.write_bytes(content)
        diary.note("nightly", NOW, "done", at=NOW)
        assert content == (tmp_path / f"schedule.json.broken-{number}").read_bytes()
        assert f'event="notes put aside" file={diary.file}.broken-{number}' in caplog.text
        assert NOW == Diary(diary.file).last("nightly")


def test_a_diary_that_is_not_there_yet_is_nothing_to_speak_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    diary = Diary(tmp_path / "schedule.json")
    assert {} == diary.entries
    diary.note("nightly", NOW, "done", at=NOW)
    assert "" == caplog.text
    assert ["schedule.json", "schedule.lock"] == sorted(path.name for path in tmp_path.iterdir())


def test_a_note_is_on_the_disk_before_it_takes_its_name_and_so_is_its_name_after(tmp_path: Path) -> None:
    steps = []

    def watch(frame: object, happened: str, called: object) -> None:
        if happened == "c_call" and getattr(called, "__module__", "") == os.name:
            steps.append(called.__name__)  # type: ignore[attr-defined]

    diary = Diary(tmp_path / "schedule.json")
    sys.setprofile(watch)
    try:
        diary.note("nightly", NOW, "done", at=NOW)
    finally:
        sys.setprofile(None)
    assert ["fsync", "replace", "fsync"] == [step for step in steps if step in ("fsync", "replace", "rename")]


def test_notes_of_many_threads_are_all_kept(tmp_path: Path) -> None:
    names = [f"job-{number}" for number in range(8)]
    diaries = [Diary(tmp_path / "schedule.json") for _ in range(2)]

    def note(name: str) -> None:
        for diary in diaries:
            diary.note(name, NOW, "done", at=NOW)

    threads = [threading.Thread(target=note, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names == sorted(diaries[0].entries)


def test_a_log_line_can_be_taken_apart_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    event(logging.INFO, "route ended", route="applicants", said='a "b"\nc', name="张", empty="")
    assert 'event="route ended" route=applicants said="a \\"b\\"\\nc" name="张" empty=""' in caplog.text


def test_every_fault_of_a_refusal_is_in_what_is_noted(tmp_path: Path) -> None:
    error: HrbusError = ConfigError([Fault("one"), Fault("two")])
    here = runner(Desk({"vacancies": error}), tmp_path)
    here.start(job("vacancies"), NOW)
    assert "one; two" == here.diary.entries["nightly"]["said"]
