"""A daemon whose hub writes a line before and after each batch: ``daemon.py SITE``."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import scheduler
from hrbus.clock import SystemClock
from hrbus.diary import Diary
from hrbus.errors import HrbusError, Place
from hrbus.settings import Config, Every, Job
from hrbus.site import Site
from hrbus.values import Summary


class Slow:
    """A route of many batches of half a second each."""

    def __init__(self, notes: Path) -> None:
        self.notes = notes

    def run(self, route: str, *, stop: Callable[[], bool]) -> Summary:
        for batch in range(1, 100):
            self.write(f"begin {batch}")
            time.sleep(0.5)
            self.write(f"end {batch}")
            if stop() or os.environ.get("BATCHES") == str(batch):
                return Summary(read=batch, sent=batch)
        return Summary()

    def write(self, line: str) -> None:
        with self.notes.open("a") as stream:
            stream.write(line + "\n")


def main() -> int:
    site = Site(Path(sys.argv[1]))
    site.keep()
    rule, grace = Every(timedelta(seconds=1)), timedelta(hours=1)
    job = Job("often", ("slow",), rule, ZoneInfo("UTC"), grace, True, Place("jobs.yaml"))
    runner = scheduler.Runner(lambda: nullcontext(Slow(site.var / "notes")), Diary.of(site), SystemClock())
    scheduler._log_to_stderr()
    scheduler._stop_on_signals(runner.stop)
    try:
        with scheduler._only_one(site):
            scheduler.serve(Config(site, {}, {}, {"often": job}), runner)
    except HrbusError as error:
        print(error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
