"""The small server by itself: nothing outside its folder can be reached through it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from hrbus.sandbox.sftp import SftpServer, serve


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "far"
    path.mkdir()
    (tmp_path / "outside.txt").write_text("secret")
    return path


@pytest.fixture
def server(folder: Path) -> Iterator[SftpServer]:
    with serve(folder, user="hr", password="secret") as running:
        yield running


@pytest.fixture
def client(server: SftpServer) -> Iterator[paramiko.SFTPClient]:
    with paramiko.SSHClient() as ssh:
        _, kind, key = server.host_key_line.split()
        host_key = paramiko.PKey.from_type_string(kind, b64decode(key))
        ssh.get_host_keys().add(f"[{server.host}]:{server.port}", kind, host_key)
        ssh.connect(server.host, server.port, "hr", password="secret", allow_agent=False, look_for_keys=False)
        with ssh.open_sftp() as sftp:
            yield sftp


@pytest.mark.parametrize("path", ["../outside.txt", "/../outside.txt", "a/../../outside.txt"])
def test_dots_end_at_the_root(client: paramiko.SFTPClient, path: str) -> None:
    with pytest.raises(FileNotFoundError):
        client.open(path)


def test_a_link_out_is_denied(client: paramiko.SFTPClient, folder: Path) -> None:
    (folder / "link.txt").symlink_to("../outside.txt")
    (folder / "up").symlink_to("..")
    for act in (
        lambda: client.open("link.txt"),
        lambda: client.open("link.txt", "w"),
        lambda: client.open("up/outside.txt"),
        lambda: client.stat("link.txt"),
        lambda: client.listdir("up"),
        lambda: client.remove("up/outside.txt"),
        lambda: client.rename("up/outside.txt", "mine.txt"),
        lambda: client.posix_rename("up/outside.txt", "mine.txt"),
        lambda: client.mkdir("up/new"),
        lambda: client.chmod("link.txt", 0o777),
    ):
        with pytest.raises(PermissionError):
            act()
    assert ["link.txt", "up"] == sorted(path.name for path in folder.iterdir())


def test_a_visitor_cannot_make_links(client: paramiko.SFTPClient) -> None:
    with pytest.raises(OSError, match="unsupported"):
        client.symlink("../outside.txt", "mine.txt")


def test_rename_refuses_and_posix_rename_overwrites(client: paramiko.SFTPClient, folder: Path) -> None:
    (folder / "A").write_text("new")
    (folder / "B").write_text("old")
    with pytest.raises(OSError, match="Failure"):
        client.rename("A", "B")
    assert "old" == (folder / "B").read_text()
    client.posix_rename("A", "B")
    assert "new" == (folder / "B").read_text()


def test_folders_are_made_renamed_and_removed(client: paramiko.SFTPClient, folder: Path) -> None:
    client.mkdir("a")
    client.mkdir("b")
    with pytest.raises(OSError, match="Failure"):
        client.rename("a", "b")
    client.rename("a", "c")
    client.rmdir("b")
    assert ["c"] == client.listdir("/")


def test_times_can_be_set(client: paramiko.SFTPClient, folder: Path) -> None:
    (folder / "A").touch()
    client.utime("A", (1_700_000_000, 1_700_000_000))
    assert 1_700_000_000 == client.stat("A").st_mtime


def test_a_file_can_be_extended_and_read_back(client: paramiko.SFTPClient, folder: Path) -> None:
    with client.open("A", "w") as stream:
        stream.write(b"one")
    with client.open("A", "a") as stream:
        stream.write(b"two")
    with client.open("A", "r+") as stream:
        assert 6 == stream.stat().st_size
        stream.seek(3)
        stream.write(b"TWO")
    assert b"oneTWO" == (folder / "A").read_bytes()


@pytest.mark.parametrize("channel", ["x11", "direct-tcpip"])
def test_nothing_but_sftp_is_served(server: SftpServer, client: paramiko.SFTPClient, channel: str) -> None:
    line = client.get_channel()
    assert line
    with pytest.raises(paramiko.ChannelException):
        line.get_transport().open_channel(channel, ("127.0.0.1", 22), ("127.0.0.1", 22))


def test_a_command_is_not_run(client: paramiko.SFTPClient) -> None:
    line = client.get_channel()
    assert line
    with line.get_transport().open_session() as session, pytest.raises(paramiko.SSHException):
        session.exec_command("id")


def test_a_server_keeps_its_key_over_a_restart(tmp_path: Path, folder: Path) -> None:
    lines = []
    for _ in range(2):
        with serve(folder, password="x", host_key=tmp_path / "keys" / "host") as running:
            lines.append(running.host_key_line.split()[2])
    assert lines[0] == lines[1]
    assert 0o600 == (tmp_path / "keys" / "host").stat().st_mode & 0o777


def test_closing_twice_is_closing_once(folder: Path) -> None:
    running = serve(folder, password="x")
    running.close()
    running.close()
