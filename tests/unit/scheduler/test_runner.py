"""What a job does when it starts, and what is noted of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hrbus.diary import Diary
from hrbus.errors import BatchError, ConfigError, Fault, HrbusError, Place, TransientError
from hrbus.settings import Cron, Job
from hrbus.testing import ManualClock
from hrbus.values import Summary
from scheduler import Runner, event

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


def test_a_stop_ends_a_job_between_routes_and_leaves_it_unfinished(tmp_path: Path) -> None:
    desk = Desk()
    here = runner(desk, tmp_path)
    desk.during = here.stop.set
    assert 0 == here.start(job("vacancies", "applicants"), NOW)
    assert ["vacancies"] == desk.asked
    assert here.diary.unfinished("nightly")
    assert "stopped before applicants" == here.diary.entries["nightly"]["said"]


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


def test_a_diary_that_cannot_be_read_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / "schedule.json").write_text("{")
    assert Diary(tmp_path / "schedule.json").last("nightly") is None


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
