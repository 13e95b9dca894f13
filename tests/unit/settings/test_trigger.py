"""Cron lines and spans of time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrbus.settings.trigger import Cron, duration, written


def test_sunday_is_zero_and_seven_as_crontab_says() -> None:
    assert (0,) == Cron.parse("0 0 * * 0").weekdays
    assert (0,) == Cron.parse("0 0 * * 7").weekdays
    assert (0, 5, 6) == Cron.parse("0 0 * * 5-7").weekdays
    assert (0,) == Cron.parse("0 0 * * sun").weekdays


def test_names_steps_lists_and_ranges_are_spelled_out() -> None:
    cron = Cron.parse("*/20 8-10,18 1,15 JAN-mar *")
    assert (0, 20, 40) == cron.minutes
    assert (8, 9, 10, 18) == cron.hours
    assert (1, 15) == cron.days
    assert (1, 2, 3) == cron.months


def test_a_step_after_a_single_value_runs_to_the_end() -> None:
    assert (10, 30, 50) == Cron.parse("10/20 * * * *").minutes


@pytest.mark.parametrize(
    ("line", "either"),
    [("0 0 1 * mon", True), ("0 0 * * mon", False), ("0 0 1 * *", False), ("0 0 */2 * mon", False)],
)
def test_two_limited_days_mean_either_of_them(line: str, either: bool) -> None:
    assert either == Cron.parse(line).either_day


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0 0 * *", "five fields"),
        ("60 0 * * *", "the minute 60 does not exist"),
        ("0 24 * * *", "the hour 24 does not exist"),
        ("0 0 0 * *", "the day of month 0 does not exist"),
        ("0 0 * 13 *", "the month 13 does not exist"),
        ("0 0 * * 8", "the day of week 8 does not exist: expected 0-7 or sun-sat"),
        ("0 0 * * moon", "the day of week moon does not exist"),
        ("5-1 0 * * *", "the minute 5-1 holds no value"),
        ("*/0 0 * * *", "the minute */0 holds no value"),
        ("0 0 30 feb *", "no such day ever comes"),
        ("@daily", "five fields"),
        ("² 0 * * *", "does not exist"),
        ("1,,2 0 * * *", "cannot be read"),
    ],
)
def test_a_wrong_cron_line_says_which_field_and_what_it_may_hold(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("*", r"\*")):
        Cron.parse(line)


def test_the_29th_of_february_comes() -> None:
    assert (29,) == Cron.parse("0 0 29 feb *").days


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("1h30m", 5400), ("2d", 172800), ("1d1h1m1s", 90061), ("0s", 0)]
)
def test_a_span_is_read_as_people_write_it(text: str, seconds: int) -> None:
    assert timedelta(seconds=seconds) == duration(text)


@pytest.mark.parametrize("text", ["", " ", "15", "15 m", "m", "1m1h", "-1s", "99999999999d", None, 15])
def test_anything_else_is_no_span(text: object) -> None:
    with pytest.raises(ValueError, match="span of time"):
        duration(text)


@given(st.integers(min_value=0, max_value=10**8))
def test_a_span_that_is_written_is_read_again(seconds: int) -> None:
    span = timedelta(seconds=seconds)
    assert span == duration(written(span))
