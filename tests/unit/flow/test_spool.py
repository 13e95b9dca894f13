"""The spool: files by their content, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import stat
from pathlib import Path

import pytest

from hrbus.errors import ConfigError, TransientError
from hrbus.spool import Kept, Spool

DATA = b"x" * 3_000_000
NAME = hashlib.sha256(DATA).hexdigest()


class Breaking(io.BytesIO):
    """A stream whose line breaks after the first piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise TransientError("the line broke")
        return super().read(size)


def test_a_file_is_named_by_its_content_and_can_be_read_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    assert Kept(NAME, len(DATA)) == spool.take(io.BytesIO(DATA))
    with spool.open(NAME) as stream:
        assert DATA == stream.read()


def test_the_same_content_twice_is_kept_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    assert spool.take(io.BytesIO(DATA)) == spool.take(io.BytesIO(DATA))
    assert [NAME] == [path.name for path in tmp_path.iterdir()]


def test_of_a_file_that_did_not_come_whole_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(TransientError):
        Spool(tmp_path).take(Breaking(DATA))
    assert [] == list(tmp_path.iterdir())


def test_a_stream_is_closed_whatever_comes(tmp_path: Path) -> None:
    for stream in (io.BytesIO(DATA), Breaking(DATA)):
        with pytest.raises(TransientError) if isinstance(stream, Breaking) else pytest.MonkeyPatch.context():
            Spool(tmp_path).take(stream)
        assert stream.closed


def test_what_a_killed_taking_left_is_swept_up_and_nobody_elses(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.take(io.BytesIO(DATA), "1")
    for name in ("1-killed.part", "2-at-work.part", "11-at-work.part"):
        (tmp_path / name).write_text("half")
    spool.sweep("1")
    assert {"11-at-work.part", "2-at-work.part", NAME} == {path.name for path in tmp_path.iterdir()}


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.take(io.BytesIO(b"ADA"))
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (spool.folder, *spool.folder.iterdir())]
    assert [0o700, 0o600] == modes


def test_a_file_can_be_dropped_also_twice(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.take(io.BytesIO(DATA))
    for _ in range(2):
        spool.drop(NAME)
    assert not spool.path(NAME).exists()


def test_a_spool_that_cannot_be_made_is_a_fault_to_mend(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("")
    with pytest.raises(ConfigError, match="cannot be made"):
        Spool(tmp_path / "spool")
