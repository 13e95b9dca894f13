"""When jobs start: across changes of the clocks, and after a time without a daemon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrbus.errors import Place
from hrbus.settings import Cron, Every, Job
from scheduler import Calendar, first_start, missed_start, next_start

BERLIN = ZoneInfo("Europe/Berlin")


def job(trigger: str | timedelta | None, zone: str = "UTC", grace: timedelta = timedelta(hours=1)) -> Job:
    rule = Cron.parse(trigger) if isinstance(trigger, str) else Every(trigger) if trigger else None
    return Job("nightly", ("applicants",), rule, ZoneInfo(zone), grace, True, Place("jobs.yaml"))


def at(text: str, zone: ZoneInfo | None = None) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone or UTC)


def starts(line: str, after: datetime, zone: ZoneInfo = BERLIN) -> Iterator[str]:
    """Yield the starts after ``after``, in UTC."""
    cron = Cron.parse(line)
    while True:
        after = cron.after(after, zone)
        yield f"{after:%d %H:%M}"


def test_a_daily_job_follows_the_clocks_of_its_zone() -> None:
    found = islice(starts("15 2 * * *", at("2026-06-01"), ZoneInfo("Asia/Shanghai")), 2)
    assert ["01 18:15", "02 18:15"] == list(found)


def test_a_start_in_the_hour_that_is_left_out_comes_right_after_it() -> None:
    assert ["28 01:15", "29 01:15", "30 00:15"] == list(islice(starts("15 2 * * *", at("2026-03-28")), 3))


def test_a_start_in_the_hour_that_comes_twice_comes_once() -> None:
    assert ["24 00:15", "25 00:15", "26 01:15"] == list(islice(starts("15 2 * * *", at("2026-10-24")), 3))


def test_a_job_of_every_hour_runs_in_both_hours() -> None:
    found = islice(starts("0,30 * * * *", at("2026-10-24T23:45")), 5)
    assert ["25 00:00", "25 00:30", "25 01:00", "25 01:30", "25 02:00"] == list(found)


def test_a_job_of_every_hour_has_no_gap_when_the_clocks_go_forward() -> None:
    found = islice(starts("0,30 * * * *", at("2026-03-29T00:15")), 4)
    assert ["29 00:30", "29 01:00", "29 01:30", "29 02:00"] == list(found)


def test_either_day_is_enough_where_both_are_limited() -> None:
    found = islice(starts("0 12 1 * mon", at("2026-06-01T13:00"), ZoneInfo("UTC")), 5)
    assert ["08 12:00", "15 12:00", "22 12:00", "29 12:00", "01 12:00"] == list(found)


def test_a_29th_of_february_is_waited_for() -> None:
    assert at("2028-02-29") == Cron.parse("0 0 29 2 *").after(at("2026-01-01"), ZoneInfo("UTC"))


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
    st.sampled_from(["* * * * *", "15 2 * * *", "*/7 1-3 * * *", "0 0 1,15 * 3", "59 23 31 12 *"]),
    st.sampled_from(
        ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Shanghai", "Pacific/Apia", "Australia/Lord_Howe"]
    ),
)
def test_the_next_start_lies_ahead_and_starts_never_go_back(moment: datetime, line: str, zone: str) -> None:
    cron = Cron.parse(line)
    first = cron.after(moment, ZoneInfo(zone))
    second = cron.after(first, ZoneInfo(zone))
    assert moment < first < second
    assert first == cron.after(first - timedelta(seconds=1), ZoneInfo(zone))


def test_an_interval_keeps_its_beat() -> None:
    rule = Every(timedelta(minutes=30))
    assert at("2026-06-01T10:10") == rule.after(at("2026-06-01T09:50"), at("2026-06-01T08:10"))
    assert at("2026-06-01T10:40") == rule.after(at("2026-06-01T10:10"), at("2026-06-01T08:10"))


def test_a_job_that_never_ran_has_missed_nothing() -> None:
    assert missed_start(job("15 2 * * *"), None, at("2026-06-02T12:00")) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-06-02T02:14", None),
        ("2026-06-02T02:15", "2026-06-02T02:15"),
        ("2026-06-02T03:00", "2026-06-02T02:15"),
        ("2026-06-04T03:00", "2026-06-04T02:15"),  # the latest of three, within the grace
        ("2026-06-04T12:00", "2026-06-02T02:15"),  # none within the grace: the first stands for all
    ],
)
def test_the_latest_start_within_the_grace_is_made_up_for(now: str, expected: str | None) -> None:
    found = missed_start(job("15 2 * * *"), at("2026-06-01T02:15"), at(now))
    assert (at(expected) if expected else None) == found


def test_missed_starts_of_a_quick_interval_count_as_one() -> None:
    found = missed_start(job(timedelta(minutes=1)), at("2026-06-01T00:00"), at("2026-06-01T00:10:30"))
    assert at("2026-06-01T00:10") == found


def test_a_daemon_begins_with_what_was_missed_or_cut_short() -> None:
    now = at("2026-06-02T03:00")
    nightly, often = job("15 2 * * *"), job(timedelta(minutes=30))
    assert at("2026-06-02T02:15") == first_start(nightly, at("2026-06-01T02:15"), now, unfinished=False)
    assert now == first_start(nightly, at("2026-06-02T02:15"), now, unfinished=True)
    assert at("2026-06-03T02:15") == first_start(nightly, at("2026-06-02T02:15"), now, unfinished=False)
    assert at("2026-06-03T02:15") == first_start(nightly, None, now, unfinished=False)
    assert now == first_start(often, None, now, unfinished=False)


def test_a_job_by_hand_has_no_next_start() -> None:
    assert next_start(job(None), at("2026-06-01"), None) is None


def test_a_first_start_may_be_this_very_moment() -> None:
    calendar = Calendar(job("15 2 * * *"), None)
    assert at("2026-06-01T02:15") == calendar.get_next_fire_time(None, at("2026-06-01T02:15"))
    assert at("2026-06-02T02:15") == calendar.get_next_fire_time(at("2026-06-01T02:15"), at("2026-06-09"))
