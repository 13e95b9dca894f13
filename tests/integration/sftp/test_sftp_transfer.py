"""Files over the wire: speed without loss, lines that are cut, and names as they come. With a real OpenSSH server."""

from __future__ import annotations

import gc
import hashlib
import io
import os
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paramiko
import polars as pl
import pytest

from adapters.files import FileSource, FileTarget, SourceSettings, TargetSettings
from adapters.folder import FOLDER
from adapters.sftp import SFTP, SftpConnection
from adapters.sftp.files import SftpFiles
from adapters.sftp.session import Session
from hrbus.sandbox.sftp import SftpServer, serve
from hrbus.spi import ID, KEY, Batch, ConfigError, Summary, TransientError
from hrbus.testing import Crash, ManualClock, Notes, RecordingDelivery, TextCodec, a_context
from hrbus.testing.sshd import OpenSshServer

SIZE = 9 * 1024 * 1024 + 17


@pytest.fixture
def content() -> bytes:
    return random.Random(7).randbytes(SIZE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "far"
    path.mkdir()
    return path


@pytest.fixture
def openssh(sshd: OpenSshServer, tmp_path: Path, folder: Path) -> Iterator[SftpFiles]:
    connection = SftpConnection(
        host=sshd.host,
        port=sshd.port,
        user=sshd.user,
        key_file=str(sshd.key_file),
        known_hosts=str(sshd.known_hosts),
        path=str(folder),
    )
    files = SftpFiles(Session(connection, a_context(tmp_path)))
    yield files
    files.close()


@pytest.fixture
def server(folder: Path) -> Iterator[SftpServer]:
    with serve(folder, user="hr", password="secret") as running:
        yield running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def small(server: SftpServer, tmp_path: Path, clock: ManualClock) -> Iterator[SftpFiles]:
    """Return the transport over hrbus's own small server, which can be made to hang up."""
    (tmp_path / "known_hosts").write_text(server.host_key_line)
    connection = SftpConnection.model_validate(
        {"host": server.host, "port": server.port, "user": "hr", "password": "secret", "known_hosts": "known_hosts"}
    )
    files = SftpFiles(Session(connection, a_context(tmp_path, clock=clock)))
    yield files
    files.close()


@pytest.fixture(params=["openssh", "small"])
def files(request: pytest.FixtureRequest) -> SftpFiles:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, SftpFiles)
    return found


# --- the transport --------------------------------------------------------------------------------------------------


def test_every_byte_arrives_both_ways(files: SftpFiles, folder: Path, content: bytes) -> None:
    files.put("A.DAT", io.BytesIO(content))
    assert hashlib.sha256(content).digest() == hashlib.sha256((folder / "A.DAT").read_bytes()).digest()
    digest = hashlib.sha256()
    with files.open("A.DAT") as stream:
        while piece := stream.read(100_000):
            digest.update(piece)
    assert hashlib.sha256(content).digest() == digest.digest()


def test_a_reader_that_leaves_early_does_not_wait_for_the_rest(
    files: SftpFiles, folder: Path, content: bytes
) -> None:
    (folder / "A.DAT").write_bytes(content)
    with files.open("A.DAT") as stream:
        assert content[:5] == stream.read(5)
    assert [("A.DAT", SIZE)] == [(entry.name, entry.size) for entry in files.list("")]


def test_a_shorter_file_written_over_a_longer_one_leaves_nothing_of_it(files: SftpFiles, folder: Path) -> None:
    files.put("A.DAT", io.BytesIO(b"long content"))
    files.put("A.DAT", io.BytesIO(b"short"))
    assert b"short" == (folder / "A.DAT").read_bytes()


def test_rename_refuses_a_name_that_is_taken(files: SftpFiles, folder: Path) -> None:
    (folder / "A.DAT").write_text("new")
    (folder / "B.DAT").write_text("old")
    assert not files.rename("A.DAT", "B.DAT")
    assert {"A.DAT": "new", "B.DAT": "old"} == {path.name: path.read_text() for path in folder.iterdir()}
    (folder / "B.DAT").unlink()
    assert files.rename("A.DAT", "B.DAT")
    assert {"B.DAT": "new"} == {path.name: path.read_text() for path in folder.iterdir()}


def test_a_name_that_appears_between_look_and_rename_is_not_overwritten(
    files: SftpFiles, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("rename", "posix_rename"):
        true = getattr(paramiko.SFTPClient, name)

        def late(*paths: Any, true: Callable[..., None] = true) -> None:
            (folder / "B.DAT").write_text("another's")
            true(*paths)

        monkeypatch.setattr(paramiko.SFTPClient, name, late)
    (folder / "A.DAT").write_text("new")
    assert not files.rename("A.DAT", "B.DAT")
    assert {"A.DAT": "new", "B.DAT": "another's"} == {path.name: path.read_text() for path in folder.iterdir()}


def test_links_and_folders_are_no_files(files: SftpFiles, folder: Path) -> None:
    (folder / "A.DAT").write_text("123")
    (folder / "B.DAT").symlink_to("A.DAT")
    (folder / "in").mkdir()
    assert [("A.DAT", 3)] == [(entry.name, entry.size) for entry in files.list("")]
    assert files.stat("B.DAT") is None
    assert files.stat("in") is None
    assert files.stat("C.DAT") is None


def test_folders_are_made_with_those_above_and_twice_is_once(files: SftpFiles, folder: Path) -> None:
    files.make_folder("a/b/c")
    files.make_folder("a/b/c")
    assert (folder / "a/b/c").is_dir()


def test_removing_twice_is_removing_once(files: SftpFiles, folder: Path) -> None:
    (folder / "A.DAT").touch()
    files.remove("A.DAT")
    files.remove("A.DAT")
    assert [] == list(folder.iterdir())


def test_names_in_chinese_are_taken_as_they_are(files: SftpFiles, folder: Path) -> None:
    (folder / "面试结果.DAT").write_text("1")
    assert ["面试结果.DAT"] == [entry.name for entry in files.list("")]


def test_a_name_that_is_no_utf8_is_told_in_words(openssh: SftpFiles, folder: Path) -> None:
    os.close(os.open(os.fsencode(folder) + b"/" + "结果".encode("gbk"), os.O_CREAT))
    with pytest.raises(ConfigError, match="holds a file whose name is not UTF-8; have the file renamed"):
        openssh.list("")


@pytest.mark.parametrize(
    "act",
    [
        lambda files: files.list("no"),
        lambda files: files.rename("no", "A"),
        lambda files: files.put("no/A", io.BytesIO()),
    ],
)
def test_what_is_not_there_is_told_with_its_address(files: SftpFiles, act: Callable[[SftpFiles], object]) -> None:
    with pytest.raises(ConfigError, match=r"sftp://127\.0\.0\.1:\d+/\S*no\S* is not there"):
        act(files)


def test_a_file_that_is_gone_since_it_was_found_can_wait(files: SftpFiles) -> None:
    with pytest.raises(TransientError, match=r"A\.DAT is gone"):
        files.open("A.DAT")


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd"])
def test_a_path_that_leads_out_is_refused_before_it_is_sent(files: SftpFiles, path: str) -> None:
    with pytest.raises(ConfigError, match="leads out"):
        files.open(path)


# --- lines that are cut ---------------------------------------------------------------------------------------------


def test_a_line_that_was_cut_while_idle_is_made_anew(
    small: SftpFiles, server: SftpServer, folder: Path, clock: ManualClock
) -> None:
    (folder / "A.DAT").touch()
    assert small.stat("A.DAT")
    server.hang_up()
    clock.advance(60)
    assert small.stat("A.DAT")


def test_a_line_that_is_cut_in_use_can_wait_and_the_next_use_connects_again(
    small: SftpFiles, server: SftpServer, folder: Path
) -> None:
    (folder / "A.DAT").touch()
    assert small.stat("A.DAT")
    server.hang_up()
    with pytest.raises(TransientError, match=r"sftp://127\.0\.0\.1:\d+/A\.DAT"):
        small.stat("A.DAT")
    assert small.stat("A.DAT")


def test_a_download_that_is_cut_never_looks_like_a_whole_file(
    small: SftpFiles, server: SftpServer, folder: Path, content: bytes
) -> None:
    (folder / "A.DAT").write_bytes(content)
    with small.open("A.DAT") as stream:
        assert stream.read(100_000)
        server.hang_up()
        with pytest.raises(TransientError):
            stream.read()


def test_a_file_that_shrinks_in_the_reading_never_looks_whole(files: SftpFiles, folder: Path, tmp_path: Path) -> None:
    (folder / "A.DAT").write_bytes(bytes(40 * 1024 * 1024))
    [artifact] = FileSource(files, SourceSettings(ready="now"), a_context(tmp_path)).poll()
    with artifact.open() as stream:
        assert stream.read(1024)
        os.truncate(folder / "A.DAT", 30 * 1024 * 1024)
        with pytest.raises(TransientError, match="changed while it was read"):
            stream.read()


def test_a_server_that_is_gone_can_wait(small: SftpFiles, server: SftpServer) -> None:
    small.list("")
    server.close()
    for _ in range(2):
        with pytest.raises(TransientError):
            small.list("")


def test_a_connection_is_closed_with_its_owner(server: SftpServer, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text(server.host_key_line)
    connection = SFTP.connection.model_validate(
        {"host": server.host, "port": server.port, "user": "hr", "password": "secret", "known_hosts": "known_hosts"}
    )
    assert SFTP.source
    before = threading.active_count()
    source = SFTP.source.make(connection, SFTP.source.settings(), a_context(tmp_path))
    source.probe()
    assert before < threading.active_count()
    lines = [thread for thread in threading.enumerate() if type(thread).__name__ == "Transport"]
    del source
    gc.collect()
    for line in lines:
        line.join(5)
        assert not line.is_alive()


# --- source and target ----------------------------------------------------------------------------------------------


def test_a_file_that_grows_between_two_looks_is_not_taken(openssh: SftpFiles, folder: Path, tmp_path: Path) -> None:
    class GrowingClock(ManualClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            with (folder / "A.DAT").open("a") as stream:
                stream.write("more")
            os.utime(folder / "A.DAT", (1_700_000_000, 1_700_000_000))

    (folder / "A.DAT").write_text("some")
    (folder / "B.DAT").write_text("all")
    for name in ("A.DAT", "B.DAT"):
        os.utime(folder / name, (1_700_000_000, 1_700_000_000))
    notes = Notes()
    context = a_context(tmp_path, clock=GrowingClock(), note=notes)
    assert ["B.DAT"] == [each.name for each in FileSource(openssh, SourceSettings(), context).poll()]
    assert "A.DAT: it changed within 1 s" in notes[0]


def test_a_file_comes_with_its_trigger_and_goes_into_the_archive(
    openssh: SftpFiles, folder: Path, tmp_path: Path, content: bytes
) -> None:
    (folder / "out").mkdir()
    (folder / "out/A.DAT").write_bytes(content)
    (folder / "out/B.DAT").write_bytes(content)
    (folder / "out/A.DAT.ok").touch()
    source = FileSource(openssh, SourceSettings(folder="out", ready="trigger"), a_context(tmp_path))
    [artifact] = source.poll()
    with artifact.open() as stream:
        assert content == stream.read()
    source.settle(artifact, Summary())
    assert ["A.DAT", "A.DAT.ok"] == sorted(path.name for path in (folder / "out/archive").iterdir())
    assert ["B.DAT", "archive"] == sorted(path.name for path in (folder / "out").iterdir())


def deliver(files: SftpFiles, site: Path, delivery: RecordingDelivery) -> list[str]:
    frame = pl.DataFrame({ID: [1, 2], KEY: ["a", "b"], "name": ["ADA", "王"]})
    target = FileTarget(files, TargetSettings(name="R{sequence}.TXT"), TextCodec(["name"]), a_context(site))
    told = target.deliver([Batch(frame)], delivery)
    return [status for outcomes in told for status in outcomes.frame["status"]]


def test_a_crash_between_upload_and_rename_is_finished_by_the_next_try(
    openssh: SftpFiles, folder: Path, tmp_path: Path
) -> None:
    delivery = RecordingDelivery(crash_at=1)
    with pytest.raises(Crash):
        deliver(openssh, tmp_path, delivery)
    [part] = folder.iterdir()
    assert part.name.startswith(".hrbus-")
    assert ["sent", "sent"] == deliver(openssh, tmp_path, delivery.again())
    assert {"R1.TXT": "ADA\n王\n"} == {path.name: path.read_text() for path in folder.iterdir()}


def test_a_reader_that_deletes_does_not_get_the_file_twice(openssh: SftpFiles, folder: Path, tmp_path: Path) -> None:
    delivery = RecordingDelivery()
    assert ["sent", "sent"] == deliver(openssh, tmp_path, delivery)
    (folder / "R1.TXT").unlink()
    assert ["sent", "sent"] == deliver(openssh, tmp_path, delivery.again())
    assert [] == list(folder.iterdir())


def test_an_upload_over_a_line_that_is_cut_is_begun_anew(
    small: SftpFiles, server: SftpServer, folder: Path, tmp_path: Path
) -> None:
    small.list("")
    server.hang_up()
    delivery = RecordingDelivery()
    with pytest.raises(TransientError):
        deliver(small, tmp_path, delivery)
    assert ["sent", "sent"] == deliver(small, tmp_path, delivery.again())
    assert ["R1.TXT"] == [path.name for path in folder.iterdir()]


def test_folder_and_sftp_take_the_same_settings() -> None:
    assert FOLDER.source
    assert SFTP.source
    assert FOLDER.target
    assert SFTP.target
    assert FOLDER.source.settings is SFTP.source.settings
    assert FOLDER.target.settings is SFTP.target.settings
