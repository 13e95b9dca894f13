"""The daemon: it starts the jobs of config/jobs.yaml when they are due, and never lets a start go by in silence.

    python scheduler.py                  run until SIGTERM or SIGINT; the batch in hand is finished first
    python scheduler.py --once nightly   run one job now and leave with its exit code; 5 where it was stopped
    python scheduler.py --list           say what is planned and what became of the last start

A job does not overlap itself: a start that comes while it still runs is skipped, said and noted; the ledger's lease
keeps other processes off its routes. A start that was missed (the machine slept, the daemon was down) is made up for
once if it is not older than the job's ``misfire_grace``; otherwise that too is said and noted. What happened to each
job last is in var/schedule.json; a run that was cut short is taken up again when the daemon comes back.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, JobExecutionEvent, JobSubmissionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from hrbus import site as sites
from hrbus.clock import Clock, SystemClock
from hrbus.diary import Diary, stamp
from hrbus.errors import ConfigError, Fault, HrbusError, RecordError, TransientError
from hrbus.registry import Registry
from hrbus.settings import Config, Every, Job, load
from hrbus.settings.trigger import written
from hrbus.site import Site
from hrbus.values import Summary

log = logging.getLogger("scheduler")

BUSY_TOGETHER = 8
"""How many jobs may run at the same time."""


class Hub(Protocol):
    """What runs a route: ``hrbus.app.App``."""

    def run(self, route: str, *, stop: Callable[[], bool]) -> Summary:
        """Run ``route`` and return its counts; when ``stop`` says so, leave after the batch in hand."""


# --- when -----------------------------------------------------------------------------------------------------------


def next_start(job: Job, after: datetime, last: datetime | None) -> datetime | None:
    """Return the first start of ``job`` after ``after``, None where it runs by hand; ``last`` is its last one."""
    if job.trigger is None:
        return None
    if isinstance(job.trigger, Every):
        return job.trigger.after(after, last or after)
    return job.trigger.after(after, job.time_zone)


def missed_start(job: Job, last: datetime | None, now: datetime) -> datetime | None:
    """Return the latest start that was due after ``last`` and not later than ``now``; None where none was.

    A job without a last start has missed nothing. Where even the first missed start is older than the grace, and no
    later one lies within it, that first one is returned: it stands for all of them.
    """
    if last is None:
        return None
    found = next_start(job, last, last)
    if found is None or found > now:
        return None
    due = next_start(job, max(found, now - job.misfire_grace) - timedelta(microseconds=1), last)
    while due is not None and due <= now:
        found, due = due, next_start(job, due, last)
    return found


def first_start(job: Job, last: datetime | None, now: datetime, *, unfinished: bool) -> datetime:
    """Return when a daemon that begins at ``now`` starts ``job`` first; a moment that has passed means at once.

    At once is: a start that was missed, a run that was cut short, and a job by interval that never ran.
    """
    missed = missed_start(job, last, now)
    if missed:
        return missed
    if unfinished or (last is None and isinstance(job.trigger, Every)):
        return now
    return next_start(job, now, last) or now


class Calendar(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """A job's own rule, as APScheduler asks for it."""

    def __init__(self, job: Job, last: datetime | None) -> None:
        self.job = job
        self.last = last

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the start after the previous one, which may lie in the past; without one, the first from now on."""
        if previous_fire_time is None:
            return next_start(self.job, now - timedelta(microseconds=1), self.last)
        return next_start(self.job, previous_fire_time, previous_fire_time)


# --- running --------------------------------------------------------------------------------------------------------


@dataclass
class Runner:
    """Runs jobs, says what it does, and notes what became of them."""

    open_hub: Callable[[], AbstractContextManager[Hub]]
    diary: Diary
    clock: Clock
    stop: threading.Event = field(default_factory=threading.Event)

    def start(self, job: Job, due: datetime) -> int:
        """Run ``job``, which was due at ``due``, and return its exit code; nothing escapes but defects' traces.

        A job that was asked to stop while it ran leaves with 5, unless a route failed: it is to be run again.
        """
        late = self.clock.now() - due
        if late > job.misfire_grace:
            self.missed(job, due)
            return 0
        if late > timedelta(minutes=1):
            event(logging.WARNING, "job late", job=job.name, due=stamp(due), late=written(late))
        self.note(job, due, "running")
        event(logging.INFO, "job started", job=job.name, due=stamp(due))
        code, said = self.routes(job)
        failed = code not in (0, RecordError.exit_code)
        outcome = "stopped" if self.stop.is_set() else "failed" if failed else "done"
        if outcome == "stopped":
            words = said or "stopped in its last route"
            event(logging.WARNING, "job stopped", job=job.name, said=f"{words}; run it again to go on")
            code = code if failed else TransientError.exit_code
        self.note(job, due, outcome, said)
        event(logging.INFO, "job ended", job=job.name, outcome=outcome, exit_code=code)
        return code

    def routes(self, job: Job) -> tuple[int, str]:
        """Run the routes of ``job`` in order; return the exit code of the first that failed, and what it said."""
        worst, said = 0, ""
        for route in job.routes:
            if self.stop.is_set():
                return worst, said or f"stopped before {route}"
            code, words = self.route(job, route)
            worst, said = (worst, said) if worst else (code, words)
            if code and code != RecordError.exit_code and not job.go_on:
                break
        return worst, said

    def route(self, job: Job, route: str) -> tuple[int, str]:
        """Run one route; return its exit code and a sentence."""
        facts = {"job": job.name, "route": route}
        try:
            with self.open_hub() as hub:
                summary = hub.run(route, stop=self.stop.is_set)
        except HrbusError as error:
            said = "; ".join(str(error).splitlines())
            event(logging.ERROR, "route failed", **facts, error=type(error).__name__, said=said)
            return error.exit_code, said
        except Exception:
            log.exception("event=defect job=%s route=%s", job.name, route)
            return 1, f"{route}: a defect; its trace is in the log"
        counts = {name: getattr(summary, name) for name in summary.__dataclass_fields__}
        event(logging.INFO, "route ended", **facts, **counts)
        return (RecordError.exit_code, f"{route}: {summary.rejected} rejected") if summary.rejected else (0, "")

    def missed(self, job: Job, due: datetime) -> None:
        """Say and note that a start was missed for longer than the job allows to make up for."""
        when = f"due {stamp(due)}, more than {written(job.misfire_grace)} ago"
        said = f"{when}: run it with scheduler.py --once {job.name}"
        event(logging.ERROR, "start missed", job=job.name, said=said)
        self.note(job, due, "missed", said)

    def skipped(self, job: Job, due: datetime) -> None:
        """Say and note that a start was skipped because the one before it still runs."""
        event(logging.WARNING, "start skipped", job=job.name, due=stamp(due), said="the one before still runs")
        self.note(job, due, "skipped", "the one before still runs")

    def note(self, job: Job, due: datetime, outcome: str, said: str = "") -> None:
        """Note it in the diary. A disk that is full or read-only is said: it is no reason not to run the job."""
        try:
            self.diary.note(job.name, due, outcome, said, at=self.clock.now())
        except OSError as error:
            why = f"{self.diary.file}: {error.strerror or type(error).__name__}; until it can be written "
            why += "a restart does not know what it missed"
            event(logging.ERROR, "note failed", job=job.name, outcome=outcome, said=why)


class Threads(ThreadPoolExecutor):  # type: ignore[misc]  # APScheduler has no types
    """Threads that tell a job when it was due, which APScheduler itself keeps to itself."""

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        job.kwargs["due"] = run_times[-1]
        super()._do_submit_job(job, run_times)


def serve(config: Config, runner: Runner) -> None:
    """Start jobs when they are due until ``runner.stop`` is set; return when the batches in hand are finished."""
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": Threads(BUSY_TOGETHER)})
    jobs = {job.name: job for job in config.jobs.values() if job.trigger}

    def on_skip(skip: JobSubmissionEvent) -> None:
        runner.skipped(jobs[skip.job_id], skip.scheduled_run_times[-1])

    def on_error(failure: JobExecutionEvent) -> None:
        kind = type(failure.exception).__name__
        event(logging.ERROR, "defect", job=failure.job_id, error=kind, said=failure.traceback)

    scheduler.add_listener(on_skip, EVENT_JOB_MAX_INSTANCES)
    scheduler.add_listener(on_error, EVENT_JOB_ERROR)
    now = runner.clock.now()
    for job in jobs.values():
        last = runner.diary.last(job.name)
        first = first_start(job, last, now, unfinished=runner.diary.unfinished(job.name))
        scheduler.add_job(
            runner.start, Calendar(job, last), [job], {"due": first}, id=job.name, next_run_time=first,
            max_instances=1, coalesce=True, misfire_grace_time=None,
        )  # fmt: skip
        event(logging.INFO, "job planned", job=job.name, trigger=str(job.trigger), next=stamp(first))
    if not jobs:
        event(logging.WARNING, "nothing planned", said="no job of config/jobs.yaml has cron or every")
    scheduler.start()
    # Polars installs a handler of SIGINT below Python's that resumes system calls: a long wait would not be woken.
    while not runner.stop.wait(0.5):
        pass
    event(logging.INFO, "stopping", said="the batches in hand are finished first")
    scheduler.shutdown(wait=True)
    event(logging.INFO, "stopped")


# --- the command ----------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(prog="scheduler.py", description="Starts the jobs of config/jobs.yaml.")
    parser.add_argument("--site", type=Path, metavar="DIR", help="the folder with config/ and mappings/")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--once", metavar="JOB", help="run one job now and leave with its exit code")
    what.add_argument("--list", action="store_true", help="say what is planned and what became of the last start")
    parser.add_argument("--json", action="store_true", help="with --list: answer in JSON")
    asked = parser.parse_args(arguments)
    _log_to_stderr()
    try:
        sites.guard()
        site = sites.find(asked.site, os.environ)
        config = load(site, Registry.installed(), os.environ)
        if asked.list:
            _list(config, Diary.of(site), asked.json)
            return 0
        site.keep()
        runner = Runner(lambda: _open(site), Diary.of(site), SystemClock())
        _stop_on_signals(runner.stop)
        if asked.once:
            return runner.start(_job(config, asked.once), runner.clock.now())
        with _only_one(site):
            serve(config, runner)
    except HrbusError as error:
        for line in str(error).splitlines():
            event(logging.ERROR, "refused", said=line)
        return error.exit_code
    return 0


def _open(site: Site) -> AbstractContextManager[Hub]:
    from hrbus.app import App  # it takes a while to import, and --list needs none of it

    return App.open(site, note=lambda line: event(logging.INFO, "note", said=line))


def _job(config: Config, name: str) -> Job:
    if name in config.jobs:
        return config.jobs[name]
    known = ", ".join(config.jobs) or "none"
    raise ConfigError(Fault(f"there is no job {name}", hint=f"config/jobs.yaml has: {known}"))


def _list(config: Config, diary: Diary, as_json: bool) -> None:
    now = datetime.now(UTC)
    rows: list[dict[str, Any]] = []
    for job in config.jobs.values():
        planned = next_start(job, now, diary.last(job.name))
        rows.append(
            {
                "job": job.name,
                "routes": list(job.routes),
                "trigger": str(job.trigger or "by hand"),
                "time_zone": job.time_zone.key,
                "next": stamp(planned) if planned else None,
                "last": diary.entries.get(job.name),
            }
        )
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        last = row["last"] or {}
        became = f"{last.get('outcome', 'skipped')} {last.get('due', '')} {last.get('said', '')}" if last else "never"
        print(f"{row['job']}: {' → '.join(row['routes'])}")
        print(
            f"  {row['trigger']} ({row['time_zone']}); next {row['next'] or 'by hand only'}; last {became.rstrip()}"
        )


@contextmanager
def _only_one(site: Site) -> Iterator[None]:
    """Hold the site's scheduler lock; ConfigError where another scheduler runs. The lock goes with the process."""
    with (site.var / "scheduler.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip()
            hint = "stop that one first, or run one job with --once"
            raise ConfigError(
                Fault(f"a scheduler (process {owner}) runs for {site.root} already", hint=hint)
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _stop_on_signals(stop: threading.Event) -> None:
    """Let the first SIGTERM or SIGINT ask for an end after the batch in hand, and a second one end at once."""

    def ask(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)


# --- logging --------------------------------------------------------------------------------------------------------


def event(level: int, name: str, /, **facts: object) -> None:
    """Log one line, ``event=… key=value …``: for people, and for whatever collects logs."""
    log.log(level, " ".join([f"event={_quoted(name)}", *(f"{key}={_quoted(value)}" for key, value in facts.items())]))


def _quoted(value: object) -> str:
    text = str(value)
    return (
        text if text and text.isascii() and not set(text) & set(' "=\\\n') else json.dumps(text, ensure_ascii=False)
    )


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # what it would say is said here, with the job's name
    log.handlers[:] = [handler]
    log.setLevel(logging.INFO)


if __name__ == "__main__":
    sys.exit(main())
