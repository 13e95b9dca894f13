"""A source of files, over any transport.

A file is taken when it is complete (``SourceSettings.ready``) and moved out of the way once the ledger has all of it.
Nothing is moved that is not, byte for byte as far as size and time can say, what was read: where the sender has laid
a new file under the same name meanwhile, that one stays for the next run.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from adapters.files.settings import SourceSettings, filled_in
from adapters.files.transport import Entry, Files, below
from hrbus.spi import Artifact, Context, Summary, TransientError

LOOKS = "looks"
"""Key in the memory: files that were seen and not yet taken, by name, with size, time and moment of the look."""

OLD = 3600
"""Seconds by which a file's own time must lie back to say anything: it is the far side's, and clocks there go wrong
by minutes. An upload that has stalled for so long is given up."""

SETTLING = "settling"
"""Key in the memory: the file whose trigger is being moved, so that a crash in between leaves no file behind."""


@dataclass(frozen=True)
class FileArtifact:
    """A complete file as it was when ``poll`` saw it."""

    files: Files
    folder: str
    entry: Entry

    @property
    def name(self) -> str:
        """The file's name, without its folder."""
        return self.entry.name

    def open(self) -> BinaryIO:
        """Return the bytes. Reading the last of them raises TransientError where the file changed meanwhile."""
        stream = self.files.open(below(self.folder, self.name))
        return cast("BinaryIO", io.BufferedReader(_Watched(self, stream), 262_144))


class FileSource:
    """The files of one folder of a transport; a ``Source`` and a ``Probe``."""

    def __init__(self, files: Files, settings: SourceSettings, context: Context) -> None:
        self._files = files
        self._settings = settings
        self._context = context
        self._folder = below("", settings.folder)
        self._archive = below("", settings.archive) if settings.archive else below(self._folder, "archive")

    def probe(self) -> str:
        """Say how many files lie there."""
        there = self._files.list(self._folder)
        wanted = sum(self._wanted(entry.name) for entry in there)
        return f"{self._files.where(self._folder)}: {wanted} of {len(there)} files match {self._settings.files}"

    def poll(self) -> Iterator[Artifact]:
        """Yield the files that are complete, oldest first; note why the others are not yet taken."""
        entries = self._files.list(self._folder)
        wanted = [entry for entry in entries if self._wanted(entry.name)]
        ready = {
            "now": lambda: wanted,
            "trigger": lambda: self._triggered(wanted, {entry.name: entry for entry in entries}),
            "stable": lambda: self._stable(wanted),
        }[self._settings.ready]()
        for entry in sorted(ready, key=lambda entry: (entry.changed, entry.name)):
            yield FileArtifact(self._files, self._folder, entry)

    def settle(self, artifact: Artifact, summary: Summary) -> None:
        """Archive or delete the file, its trigger first: no trigger may wait for the first half of a later file."""
        if not isinstance(artifact, FileArtifact):
            raise TypeError(f"{artifact.name} was not given by poll of this source")
        if self._settings.settled == "keep":
            return
        path = below(self._folder, artifact.name)
        now = self._files.stat(path)
        if now is None:
            return
        if not artifact.entry.same_as(now):
            self._context.note(f"{self._files.where(path)} is another file since it was read; the next run takes it")
            return
        if self._settings.ready == "trigger":
            self._context.memory.set(SETTLING, _signature(artifact.entry))
            trigger = below(self._folder, self._trigger_of(artifact.name))
            if self._files.stat(trigger) is not None:
                self._put_away(trigger)
        self._put_away(path)
        self._context.memory.forget(SETTLING)

    # --- which files ------------------------------------------------------------------------------------------------

    def _wanted(self, name: str) -> bool:
        if name.startswith(".") or "/" in name:
            return False
        ignored = any(fnmatchcase(name, pattern) for pattern in self._settings.ignore)
        return fnmatchcase(name, self._settings.files) and not ignored

    def _trigger_of(self, name: str) -> str:
        return filled_in(self._settings.trigger, {"name": name, "stem": PurePosixPath(name).stem})

    def _triggered(self, wanted: list[Entry], there: dict[str, Entry]) -> list[Entry]:
        triggers = {self._trigger_of(name) for name in there}
        ready = []
        for entry in wanted:
            if entry.name in triggers:
                continue
            trigger = there.get(self._trigger_of(entry.name))
            half_settled = self._context.memory.get(SETTLING) == _signature(entry)
            if half_settled or (trigger is not None and trigger.changed >= entry.changed):
                ready.append(entry)
            elif trigger is None:
                self._not_yet(entry, f"its trigger file {self._trigger_of(entry.name)} is not there")
            else:
                self._not_yet(entry, f"its trigger file {trigger.name} is older than the file itself")
        return ready

    def _stable(self, wanted: list[Entry]) -> list[Entry]:
        now = self._context.clock.now().timestamp()
        old_enough = max(OLD, self._settings.minimum_age)
        looks = self._looks()
        ready, old, waiting = [], [], {}
        for entry in wanted:
            size, changed, since = looks.get(entry.name, (-1, 0.0, now))
            unchanged = (size, changed) == (entry.size, entry.changed) and since <= now
            if unchanged and now - since >= self._settings.minimum_age:
                ready.append(entry)
            elif now - entry.changed >= old_enough:
                old.append(entry)
                continue
            else:
                self._not_yet(entry, f"it must not have changed for {self._settings.minimum_age:g} s")
            waiting[entry.name] = (entry.size, entry.changed, since if unchanged else now)
        ready += self._looked_at_again(old)
        self._remember(waiting, looks)
        return ready

    def _looked_at_again(self, old: list[Entry]) -> list[Entry]:
        if not old:
            return []
        self._context.clock.sleep(self._settings.second_look)
        again = {entry.name: entry for entry in self._files.list(self._folder)}
        for entry in old:
            if not entry.same_as(again.get(entry.name)):
                self._not_yet(entry, f"it changed within {self._settings.second_look:g} s")
        return [entry for entry in old if entry.same_as(again.get(entry.name))]

    def _not_yet(self, entry: Entry, why: str) -> None:
        self._context.note(f"not yet: {self._files.where(below(self._folder, entry.name))}: {why}")

    # --- what is remembered -----------------------------------------------------------------------------------------

    def _looks(self) -> dict[str, tuple[int, float, float]]:
        kept = json.loads(self._context.memory.get(LOOKS) or "{}")
        return {name: (int(size), float(changed), float(since)) for name, (size, changed, since) in kept.items()}

    def _remember(
        self, waiting: dict[str, tuple[int, float, float]], before: dict[str, tuple[int, float, float]]
    ) -> None:
        if waiting == before:
            return
        if waiting:
            self._context.memory.set(LOOKS, json.dumps(waiting, separators=(",", ":")))
        else:
            self._context.memory.forget(LOOKS)

    # --- afterwards -------------------------------------------------------------------------------------------------

    def _put_away(self, path: str) -> None:
        if self._settings.settled == "delete":
            self._files.remove(path)
            return
        self._files.make_folder(self._archive)
        for name in self._archive_names(PurePosixPath(path).name):
            if self._files.rename(path, below(self._archive, name)):
                return

    def _archive_names(self, name: str) -> Iterable[str]:
        """Yield names in the archive until one is free: its own, then with the time, then with a number too."""
        yield name
        stamped = f"{name}.{self._context.clock.now():%Y%m%dT%H%M%SZ}"
        yield stamped
        for number in range(2, 10_000):
            yield f"{stamped}-{number}"
        raise TransientError(f"{self._files.where(self._archive)} has no free name for {name}; empty the archive")


class _Watched(io.RawIOBase):
    """The bytes of a file, and at their end the check that the file did not change meanwhile."""

    def __init__(self, artifact: FileArtifact, stream: BinaryIO) -> None:
        super().__init__()
        self._artifact = artifact
        self._path = below(artifact.folder, artifact.name)
        self._stream = stream
        self._read = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed: any buffer
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        self._read += len(piece)
        if not piece and len(buffer) and not self._ended:
            self._ended = True
            self._check()
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()

    def _check(self) -> None:
        entry = self._artifact.entry
        now = self._artifact.files.stat(self._path)
        if self._read != entry.size or not entry.same_as(now):
            where = self._artifact.files.where(self._path)
            raise TransientError(
                f"{where} changed while it was read: {entry.size} bytes when it was found, {self._read} bytes read; "
                "it is taken again when it has stopped changing"
            )


def _signature(entry: Entry) -> str:
    return json.dumps([entry.name, entry.size, entry.changed])
