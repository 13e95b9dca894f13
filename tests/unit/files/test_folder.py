"""The border of the folder adapter, and what it tells about a disk that refuses."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.folder import FOLDER, FolderConnection, LocalFiles
from hrbus.spi import ConfigError, TransientError
from hrbus.testing import Notes, a_context


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    (tmp_path / "outside.txt").write_text("secret")
    return folder


def test_a_link_that_leads_out_is_left_alone_and_said(root: Path) -> None:
    (root / "A.TXT").symlink_to("../outside.txt")
    (root / "B.TXT").write_text("1")
    notes = Notes()
    assert ["B.TXT"] == [entry.name for entry in LocalFiles(root, notes).list("")]
    [note] = notes
    assert note.startswith(f"left alone: {root}/A.TXT is a link that leads out")


def test_a_link_that_leads_out_cannot_be_read_or_written(root: Path) -> None:
    (root / "A.TXT").symlink_to("../outside.txt")
    files = LocalFiles(root)
    with pytest.raises(ConfigError, match="leads out"):
        files.open("A.TXT")
    with (root / "B.TXT").open("wb+") as content, pytest.raises(ConfigError, match="leads out"):
        files.put("A.TXT", content)


def test_a_folder_that_is_a_link_out_is_refused(root: Path) -> None:
    (root / "in").symlink_to("..")
    with pytest.raises(ConfigError, match="leads out"):
        LocalFiles(root).list("in")
    with pytest.raises(ConfigError, match="leads out"):
        LocalFiles(root).rename("A.TXT", "in/A.TXT")


def test_a_link_inside_counts_as_its_file(root: Path) -> None:
    (root / "A.TXT").write_text("123")
    (root / "B.TXT").symlink_to("A.TXT")
    assert {("A.TXT", 3), ("B.TXT", 3)} == {(entry.name, entry.size) for entry in LocalFiles(root).list("")}


def test_moving_a_link_moves_the_link(root: Path) -> None:
    (root / "A.TXT").write_text("123")
    (root / "B.TXT").symlink_to("A.TXT")
    assert LocalFiles(root).rename("B.TXT", "C.TXT")
    assert (root / "C.TXT").is_symlink()
    assert ["A.TXT", "C.TXT"] == sorted(path.name for path in root.iterdir())


def test_a_link_to_nowhere_is_no_file(root: Path) -> None:
    (root / "A.TXT").symlink_to("B.TXT")
    assert [] == LocalFiles(root).list("")


def test_folders_and_pipes_are_no_files(root: Path) -> None:
    (root / "in").mkdir()
    os.mkfifo(root / "pipe")
    assert [] == LocalFiles(root).list("")


def test_a_file_that_is_gone_since_it_was_found_can_wait(root: Path) -> None:
    with pytest.raises(TransientError, match=r"A\.TXT is gone"):
        LocalFiles(root).open("A.TXT")


def test_rename_refuses_a_name_that_is_taken(root: Path) -> None:
    (root / "A.TXT").write_text("new")
    (root / "B.TXT").write_text("old")
    assert not LocalFiles(root).rename("A.TXT", "B.TXT")
    assert "old" == (root / "B.TXT").read_text()
    assert "new" == (root / "A.TXT").read_text()


def test_a_name_that_appears_between_look_and_rename_is_not_overwritten(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("link", "rename", "replace"):
        true = getattr(os, name)

        def late(*paths: Any, true: Callable[..., None] = true, **options: Any) -> None:
            (root / "B.TXT").write_text("another's")
            true(*paths, **options)

        monkeypatch.setattr(os, name, late)
    (root / "A.TXT").write_text("new")
    assert not LocalFiles(root).rename("A.TXT", "B.TXT")
    assert {"A.TXT": "new", "B.TXT": "another's"} == {name: (root / name).read_text() for name in ("A.TXT", "B.TXT")}


@pytest.mark.parametrize("taken", [False, True])
def test_a_drive_without_links_gets_a_look_and_a_rename(
    root: Path, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    def no_links(*paths: object, **options: object) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(os, "link", no_links)
    (root / "A.TXT").write_text("new")
    if taken:
        (root / "B.TXT").write_text("old")
    assert taken is not LocalFiles(root).rename("A.TXT", "B.TXT")
    assert ("old" if taken else "new") == (root / "B.TXT").read_text()


@pytest.mark.parametrize(
    ("number", "kind", "message"),
    [
        (errno.EXDEV, ConfigError, "cannot be moved to another disk; choose an archive on the same file system"),
        (errno.EACCES, ConfigError, "permission denied; give the user that runs hrbus the right"),
        (errno.ENOSPC, TransientError, "No space left on device"),
        (errno.EIO, TransientError, "Input/output error"),
    ],
)
def test_what_a_disk_refuses_is_told_by_what_to_do(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception], message: str
) -> None:
    def refuse(*paths: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(kind, match=message):
        LocalFiles(root).rename("A.TXT", "B.TXT")


def test_a_relative_path_is_below_the_site_and_cannot_leave_it(root: Path) -> None:
    (root / "var").mkdir()
    (root / "var" / "A.TXT").touch()
    context = a_context(root)
    assert FOLDER.source
    own = FOLDER.source.settings.model_validate({"ready": "now"})
    source = FOLDER.source.make(FolderConnection(path="var"), own, context)
    assert ["A.TXT"] == [artifact.name for artifact in source.poll()]
    with pytest.raises(ConfigError, match="leads out of the site"):
        FOLDER.source.make(FolderConnection(path="../elsewhere"), own, context)


def test_an_absolute_path_is_taken_as_it_is(root: Path, tmp_path: Path) -> None:
    assert FOLDER.source
    own = FOLDER.source.settings.model_validate({"ready": "now"})
    source = FOLDER.source.make(FolderConnection(path=str(tmp_path)), own, a_context(root))
    assert ["outside.txt"] == [artifact.name for artifact in source.poll()]
