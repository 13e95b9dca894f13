"""What happened to each job last, in var/schedule.json, so that a restart knows which start it missed.

    diary = Diary.of(site)
    diary.note("nightly", due, "done")
    diary.entries["nightly"]["outcome"]

An entry holds ``due``, ``at`` (when it was noted), ``outcome`` and ``said``. A skipped start does not take the place
of the run that it would have overlapped: it stands beside, in ``skipped``, with how many ``times`` that happened.
"""

from __future__ import annotations

import fcntl
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hrbus.site import Site

UNFINISHED = ("running", "stopped")
"""The outcomes that leave something to do: the process died, or was asked to stop between two batches."""


@dataclass
class Diary:
    """One entry a job. Threads and processes may note at the same time; each note is on the disk when it returns."""

    file: Path
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, site: Site) -> Diary:
        """Return the diary of ``site``."""
        return cls(site.var / "schedule.json")

    @property
    def entries(self) -> dict[str, dict[str, Any]]:
        """What is noted, by job; nothing where the file cannot be read: then no start counts as missed."""
        try:
            found = json.loads(self.file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def last(self, job: str) -> datetime | None:
        """Return when ``job`` was due last, None where it never was."""
        due = self.entries.get(job, {}).get("due")
        return datetime.fromisoformat(due) if due else None

    def unfinished(self, job: str) -> bool:
        """Say whether the last run of ``job`` was cut short."""
        return self.entries.get(job, {}).get("outcome") in UNFINISHED

    def note(self, job: str, due: datetime, outcome: str, said: str = "", *, at: datetime) -> None:
        """Note what became of the start that was due at ``due``."""
        entry: dict[str, Any] = {"due": stamp(due), "at": stamp(at), "outcome": outcome, "said": said}
        with self.lock, self.file.with_suffix(".lock").open("w") as others:
            fcntl.flock(others, fcntl.LOCK_EX)
            entries = self.entries
            before = entries.get(job, {})
            if outcome == "skipped":
                entry["times"] = before.get("skipped", {}).get("times", 0) + 1
                entries[job] = {**before, "skipped": entry}
            else:
                entries[job] = {**entry, **({"skipped": before["skipped"]} if "skipped" in before else {})}
            part = self.file.with_suffix(".part")
            part.write_text(json.dumps(entries, indent=1, ensure_ascii=False), "utf-8")
            part.replace(self.file)


def stamp(moment: datetime) -> str:
    """Return a moment in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
