"""Which files are taken, and what becomes of them: over the disk, with a clock that the test moves."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.files import Entry, FileSource, SourceSettings
from adapters.folder import LocalFiles
from hrbus.spi import Summary, TransientError
from hrbus.testing import DictMemory, ManualClock, Notes, TextArtifact, a_context

DONE = Summary(read=1, sent=1)


class Place:
    """A folder with files, and what hrbus would hand to its source."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = ManualClock()
        self.memory = DictMemory()
        self.notes = Notes()
        self.files: LocalFiles = LocalFiles(root)

    def source(self, **settings: Any) -> FileSource:
        context = a_context(self.root, clock=self.clock, memory=self.memory, note=self.notes)
        return FileSource(self.files, SourceSettings.model_validate(settings), context)

    def names(self, **settings: Any) -> list[str]:
        return [artifact.name for artifact in self.source(**settings).poll()]

    def write(self, name: str, content: str = "1;ADA\n", *, age: float = 0) -> None:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        changed = self.clock.now().timestamp() - age
        os.utime(path, (changed, changed))

    def there(self) -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


class Between(LocalFiles):
    """A disk on which something happens before the second listing."""

    def __init__(self, root: Path, act: Callable[[], None]) -> None:
        super().__init__(root)
        self._act = act
        self._listed = 0

    def list(self, folder: str) -> list[Entry]:
        self._listed += 1
        if self._listed == 2:
            self._act()
        return super().list(folder)


# --- names ----------------------------------------------------------------------------------------------------------


def test_only_names_of_the_pattern_are_taken(place: Place) -> None:
    for name in ("APPL1.DAT", "appl2.dat", "VAC1.DAT", "APPL3.DAT.part", ".APPL4.DAT", "below/APPL5.DAT"):
        place.write(name)
    assert ["APPL1.DAT"] == place.names(files="APPL*", ready="now")


def test_the_oldest_is_given_first_and_equal_ages_by_name(place: Place) -> None:
    place.write("B.DAT", age=10)
    place.write("A.DAT", age=10)
    place.write("C.DAT", age=20)
    assert ["C.DAT", "A.DAT", "B.DAT"] == place.names(ready="now")


# --- stable ---------------------------------------------------------------------------------------------------------


def test_a_young_file_is_not_yet_taken_and_people_are_told_why(place: Place) -> None:
    place.write("A.DAT")
    assert [] == place.names()
    assert [f"not yet: {place.root}/A.DAT: it must not have changed for 60 s"] == place.notes


def test_a_file_that_did_not_change_since_an_earlier_run_is_taken(place: Place) -> None:
    place.write("A.DAT")
    place.names()
    place.clock.advance(61)
    assert ["A.DAT"] == place.names()
    assert [] == place.clock.slept


def test_a_growing_file_is_never_taken(place: Place) -> None:
    for size in range(5):
        place.write("A.DAT", "x" * size)
        assert [] == place.names()
        place.clock.advance(59)


def test_a_file_that_grew_within_one_tick_of_the_far_clock_waits_again(place: Place) -> None:
    place.write("A.DAT", "1")
    place.names()
    place.clock.advance(61)
    place.write("A.DAT", "12", age=4000)
    place.files = Between(place.root, lambda: place.write("A.DAT", "123", age=4001))
    assert [] == place.names()


@pytest.mark.parametrize(("age", "minimum_age"), [(90, 60), (3599, 60), (7199, 7200)])
def test_a_stalled_upload_on_a_server_whose_clock_is_slow_is_not_taken_half_written(
    place: Place, age: float, minimum_age: float
) -> None:
    place.write("A.DAT", "half", age=age)
    assert [] == place.names(minimum_age=minimum_age)
    assert [] == place.clock.slept


def test_an_old_file_is_taken_in_the_first_run_after_a_second_look(place: Place) -> None:
    place.write("A.DAT", age=3600)
    assert ["A.DAT"] == place.names(second_look=3)
    assert [3] == place.clock.slept


def test_one_pause_serves_all_old_files(place: Place) -> None:
    for name in ("A", "B", "C"):
        place.write(name, age=4000)
    assert ["A", "B", "C"] == place.names()
    assert [1] == place.clock.slept


def test_an_old_file_that_changes_between_the_two_looks_is_not_taken(place: Place) -> None:
    place.write("A.DAT", "1", age=4000)
    place.files = Between(place.root, lambda: place.write("A.DAT", "12", age=4000))
    assert [] == place.names()
    assert [f"not yet: {place.root}/A.DAT: it changed within 1 s"] == place.notes


def test_an_old_file_that_goes_away_between_the_two_looks_is_not_taken(place: Place) -> None:
    place.write("A.DAT", age=4000)
    place.files = Between(place.root, (place.root / "A.DAT").unlink)
    assert [] == place.names()


def test_a_far_clock_that_is_ahead_does_not_hold_a_file_for_ever(place: Place) -> None:
    place.write("A.DAT", age=-7200)
    assert [] == place.names()
    place.clock.advance(61)
    assert ["A.DAT"] == place.names()


def test_a_clock_that_was_set_back_begins_the_wait_anew(place: Place) -> None:
    place.write("A.DAT")
    place.names()
    place.clock.back(3600)
    assert [] == place.names()
    place.clock.advance(61)
    assert ["A.DAT"] == place.names()


def test_looks_at_files_that_are_gone_are_forgotten(place: Place) -> None:
    place.write("A.DAT")
    place.names()
    assert ["looks"] == list(place.memory.values)
    (place.root / "A.DAT").unlink()
    place.names()
    assert {} == place.memory.values


# --- trigger --------------------------------------------------------------------------------------------------------


def test_a_file_waits_for_its_trigger_file(place: Place) -> None:
    place.write("A.DAT")
    assert [] == place.names(ready="trigger")
    assert [f"not yet: {place.root}/A.DAT: its trigger file A.DAT.ok is not there"] == place.notes
    place.write("A.DAT.ok", "")
    assert ["A.DAT"] == place.names(ready="trigger")


def test_a_trigger_may_be_named_after_the_stem(place: Place) -> None:
    place.write("A.DAT")
    place.write("A.CTL")
    assert ["A.DAT"] == place.names(ready="trigger", trigger="{stem}.CTL")


def test_a_trigger_that_is_older_than_the_file_belongs_to_an_earlier_one(place: Place) -> None:
    place.write("A.DAT.ok", age=100)
    place.write("A.DAT")
    assert [] == place.names(ready="trigger")
    assert [f"not yet: {place.root}/A.DAT: its trigger file A.DAT.ok is older than the file itself"] == place.notes


def test_the_trigger_goes_along_into_the_archive(place: Place) -> None:
    place.write("out/A.DAT")
    place.write("out/A.DAT.ok")
    source = place.source(folder="out", ready="trigger")
    [artifact] = source.poll()
    source.settle(artifact, DONE)
    assert ["out/archive/A.DAT", "out/archive/A.DAT.ok"] == place.there()
    assert {} == place.memory.values


def test_a_crash_between_moving_the_trigger_and_the_file_is_made_good_by_the_next_run(place: Place) -> None:
    class DyingFiles(LocalFiles):
        def rename(self, old: str, new: str) -> bool:
            if old == "A.DAT":
                raise TransientError("the line was cut")
            return super().rename(old, new)

    place.write("A.DAT")
    place.write("A.DAT.ok")
    place.files = DyingFiles(place.root)
    source = place.source(ready="trigger")
    [artifact] = source.poll()
    with pytest.raises(TransientError):
        source.settle(artifact, DONE)
    assert ["A.DAT", "archive/A.DAT.ok"] == place.there()

    place.files = LocalFiles(place.root)
    source = place.source(ready="trigger")
    [artifact] = source.poll()
    source.settle(artifact, DONE)
    assert ["archive/A.DAT", "archive/A.DAT.ok"] == place.there()
    assert {} == place.memory.values


# --- settle ---------------------------------------------------------------------------------------------------------


def test_the_archive_may_lie_elsewhere(place: Place) -> None:
    place.write("out/A.DAT")
    source = place.source(folder="out", archive="done/2026", ready="now")
    for artifact in source.poll():
        source.settle(artifact, DONE)
    assert ["done/2026/A.DAT"] == place.there()


def test_an_archived_file_is_never_written_over(place: Place) -> None:
    for content in ("first", "second", "third", "fourth"):
        place.write("A.DAT", content)
        source = place.source(ready="now")
        for artifact in source.poll():
            source.settle(artifact, DONE)
    stamp = "A.DAT.20260105T080000Z"
    assert {"A.DAT": "first", stamp: "second", f"{stamp}-2": "third", f"{stamp}-3": "fourth"} == {
        path.name: path.read_text() for path in (place.root / "archive").iterdir()
    }


def test_settled_files_may_be_deleted(place: Place) -> None:
    place.write("A.DAT")
    place.write("A.DAT.ok")
    source = place.source(ready="trigger", settled="delete")
    for artifact in source.poll():
        source.settle(artifact, DONE)
    assert [] == place.there()


def test_settled_files_may_be_kept(place: Place) -> None:
    place.write("A.DAT")
    source = place.source(ready="now", settled="keep")
    for artifact in source.poll():
        source.settle(artifact, DONE)
    assert ["A.DAT"] == place.there()


def test_a_new_file_under_the_same_name_is_not_archived_unread(place: Place) -> None:
    place.write("A.DAT", "old", age=10)
    source = place.source(ready="now")
    [artifact] = source.poll()
    artifact.open().close()
    place.write("A.DAT", "new content")
    source.settle(artifact, DONE)
    assert ["A.DAT"] == place.there()
    assert [f"{place.root}/A.DAT is another file since it was read; the next run takes it"] == place.notes


def test_an_artifact_of_another_source_cannot_be_settled(place: Place) -> None:
    with pytest.raises(TypeError, match="was not given by poll"):
        place.source().settle(TextArtifact("A.DAT", ""), DONE)


# --- reading --------------------------------------------------------------------------------------------------------


def test_a_file_that_changes_while_it_is_read_is_refused_at_its_end(place: Place) -> None:
    place.write("A.DAT", "1;ADA\n")
    [artifact] = place.source(ready="now").poll()
    place.write("A.DAT", "1;ADA\n2;BOB\n")
    with artifact.open() as stream, pytest.raises(TransientError, match="changed while it was read: 6 bytes"):
        stream.read()


def test_a_file_that_goes_away_while_it_is_read_is_refused_at_its_end(place: Place) -> None:
    place.write("A.DAT", "1;ADA\n")
    [artifact] = place.source(ready="now").poll()
    with artifact.open() as stream:
        (place.root / "A.DAT").unlink()
        with pytest.raises(TransientError, match="changed while it was read"):
            stream.read()


def test_a_stream_may_be_left_before_its_end(place: Place) -> None:
    place.write("A.DAT", "1;ADA\n" * 100_000)
    [artifact] = place.source(ready="now").poll()
    with artifact.open() as stream:
        assert b"1;ADA" == stream.read(5)


def test_a_probe_counts_what_it_finds_and_changes_nothing(place: Place) -> None:
    place.write("A.DAT")
    place.write("B.TXT")
    assert f"{place.root}: 1 of 2 files match *.DAT" == place.source(files="*.DAT").probe()
    assert {} == place.memory.values
