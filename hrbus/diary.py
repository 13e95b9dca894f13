"""What happened to each job last, in var/schedule.json, so that a restart knows which start it missed.

    diary = Diary.of(site)
    diary.note("nightly", due, "done")
    diary.entries["nightly"]["outcome"]

An entry holds ``due``, ``at`` (when it was noted), ``outcome`` and ``said``. A skipped start does not take the place
of the run that it would have overlapped: it stands beside, in ``skipped``, with how many ``times`` that happened.

A file that cannot be understood counts as empty, and that is logged. It is not written over: the next note puts it
aside as ``schedule.json.broken-1`` (2, 3 …), for a person to look at.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from hrbus.site import Site

log = logging.getLogger("scheduler.diary")

UNFINISHED = ("running", "stopped")
"""The outcomes that leave something to do: the process died, or was asked to stop between two batches."""


@dataclass
class Diary:
    """One entry a job. Threads and processes may note at the same time; each note is on the disk when it returns.

    ``told`` says that an unreadable file was logged already: once is enough.
    """

    file: Path
    lock: threading.Lock = field(default_factory=threading.Lock)
    told: bool = field(default=False, init=False)

    @classmethod
    def of(cls, site: Site) -> Diary:
        """Return the diary of ``site``."""
        return cls(site.var / "schedule.json")

    @property
    def entries(self) -> dict[str, dict[str, Any]]:
        """What is noted, by job; nothing where the file cannot be understood: then no start counts as missed."""
        try:
            return self._read()
        except (OSError, ValueError) as error:
            if not self.told:
                log.error('event="notes unreadable" file=%s said=%s', self.file, json.dumps(_words(error)))
                self.told = True
            return {}

    def _read(self) -> dict[str, dict[str, Any]]:
        """Return the entries; nothing where there is no file. OSError or ValueError where it cannot be understood."""
        try:
            found = json.loads(self.file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        if not isinstance(found, dict) or not all(_is_entry(entry) for entry in found.values()):
            raise ValueError("it holds something else than what became of each job")
        return found

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
            entries = self._entries_or_aside()
            before = entries.get(job, {})
            if outcome == "skipped":
                entry["times"] = before.get("skipped", {}).get("times", 0) + 1
                entries[job] = {**before, "skipped": entry}
            else:
                entries[job] = {**entry, **({"skipped": before["skipped"]} if "skipped" in before else {})}
            self._write(json.dumps(entries, indent=1, ensure_ascii=False))

    def _entries_or_aside(self) -> dict[str, dict[str, Any]]:
        """Return the entries; where the file cannot be understood, none, and it is put aside."""
        try:
            return self._read()
        except (OSError, ValueError) as error:
            aside = next(path for n in count(1) if not (path := Path(f"{self.file}.broken-{n}")).exists())
            self.file.rename(aside)
            log.error('event="notes put aside" file=%s said=%s', aside, json.dumps(_words(error)))
            return {}

    def _write(self, text: str) -> None:
        """Write the file as a whole: after a power cut it is the old one or the new one, and never half of one."""
        part = self.file.with_suffix(".part")
        with part.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(self.file)
        folder = os.open(self.file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _is_entry(entry: object) -> bool:
    """Say whether ``entry`` may be asked for when a job was due; ValueError where that is no moment."""
    if not isinstance(entry, dict) or not isinstance(entry.get("skipped", {}), dict):
        return False
    due = entry.get("due")
    return due is None or (isinstance(due, str) and datetime.fromisoformat(due).tzinfo is not None)


def _words(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def stamp(moment: datetime) -> str:
    """Return a moment in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
