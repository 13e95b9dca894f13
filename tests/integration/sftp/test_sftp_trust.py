"""Who may speak to whom: strict host keys, logins, and what people are told. With a real OpenSSH server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest

from adapters.files import FileSource
from adapters.sftp import SFTP
from hrbus.sandbox.sftp import SftpServer, serve
from hrbus.spi import ConfigError, TransientError
from hrbus.testing import a_context
from hrbus.testing.sshd import OpenSshServer, new_key

PASSWORD = "correct horse"


def source(site: Path, connection: dict[str, Any]) -> FileSource:
    assert SFTP.source
    made = SFTP.source.make(
        SFTP.connection.model_validate(connection),
        SFTP.source.settings.model_validate({"ready": "now"}),
        a_context(site),
    )
    assert isinstance(made, FileSource)
    return made


def failure(site: Path, connection: dict[str, Any]) -> str:
    """Return what a person is told, who must mend a file."""
    with pytest.raises(ConfigError) as caught:
        source(site, connection).probe()
    return str(caught.value)


@pytest.fixture
def by_key(sshd: OpenSshServer, tmp_path: Path) -> dict[str, Any]:
    return {
        "host": sshd.host,
        "port": sshd.port,
        "user": sshd.user,
        "key_file": str(sshd.key_file),
        "known_hosts": str(sshd.known_hosts),
        "path": str(tmp_path),
    }


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    folder = tmp_path / "far"
    folder.mkdir()
    with serve(folder, user="hr", password=PASSWORD) as running:
        (tmp_path / "known_hosts").write_text(running.host_key_line + "\n")
        yield running


@pytest.fixture
def by_password(server: SftpServer) -> dict[str, Any]:
    return {
        "host": server.host,
        "port": server.port,
        "user": "hr",
        "password": PASSWORD,
        "known_hosts": "known_hosts",
    }


def test_a_key_opens_the_server_without_a_password(tmp_path: Path, by_key: dict[str, Any]) -> None:
    (tmp_path / "A.TXT").touch()
    address = f"sftp://{by_key['host']}:{by_key['port']}{tmp_path}"
    assert f"{address}: 1 of 1 files match *" == source(tmp_path, by_key).probe()


def test_a_password_opens_the_server(tmp_path: Path, by_password: dict[str, Any]) -> None:
    address = f"sftp://127.0.0.1:{by_password['port']}"
    assert f"{address}: 0 of 0 files match *" == source(tmp_path, by_password).probe()


def test_a_server_that_nobody_vouches_for_is_refused_with_the_line_to_add(
    tmp_path: Path, by_key: dict[str, Any], sshd: OpenSshServer
) -> None:
    (tmp_path / "empty").touch()
    message = failure(tmp_path, by_key | {"known_hosts": "empty"})
    assert "the server [127.0.0.1]:" in message
    assert "is not in empty; it shows the key ssh-ed25519 SHA256:" in message
    assert f"add the line: {sshd.known_hosts.read_text().strip()}" in message
    assert b"" == (tmp_path / "empty").read_bytes(), "hrbus added a key by itself"


def test_the_line_that_is_shown_is_the_line_that_is_needed(tmp_path: Path, by_key: dict[str, Any]) -> None:
    (tmp_path / "hosts").touch()
    line = failure(tmp_path, by_key | {"known_hosts": "hosts"}).rpartition("add the line: ")[2]
    (tmp_path / "hosts").write_text(line + "\n")
    assert source(tmp_path, by_key | {"known_hosts": "hosts"}).probe()


def test_a_hashed_name_vouches_for_its_server(tmp_path: Path, by_key: dict[str, Any], sshd: OpenSshServer) -> None:
    name, rest = sshd.known_hosts.read_text().split(" ", 1)
    (tmp_path / "hosts").write_text(f"{paramiko.HostKeys.hash_host(name)} {rest}")
    assert name not in (tmp_path / "hosts").read_text()
    assert source(tmp_path, by_key | {"known_hosts": "hosts"}).probe()


def test_a_server_with_another_key_is_refused_and_gets_no_login(tmp_path: Path, by_password: dict[str, Any]) -> None:
    other = new_key(tmp_path / "other")
    (tmp_path / "hosts").write_text(f"[127.0.0.1]:{by_password['port']} {other}\n")
    message = failure(tmp_path, by_password | {"known_hosts": "hosts"})
    assert "shows the key ecdsa-sha2-nistp256 SHA256:" in message
    assert "but hosts says ssh-ed25519 SHA256:" in message
    assert "nothing was sent" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@revoked * ssh-ed25519 AAAA\n", "hosts:1: lines with @revoked are not understood"),
        ("@cert-authority *.hr.example ssh-ed25519 AAAA\n", "hosts:1: lines with @cert-authority are not understood"),
        ("127.0.0.1 ssh-ed25519 A\n", "cannot be read; each line is: name, type of the key, key"),
        (None, "hosts is not there; make it with the line that whoever runs the server gives you"),
    ],
)
def test_a_file_of_hosts_that_is_not_understood_is_refused(
    tmp_path: Path, by_key: dict[str, Any], text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / "hosts").write_text(text)
    assert message in failure(tmp_path, by_key | {"known_hosts": "hosts"})


def test_a_key_that_is_not_registered_is_for_a_person_to_mend(tmp_path: Path, by_key: dict[str, Any]) -> None:
    new_key(tmp_path / "stranger")
    message = failure(tmp_path, by_key | {"key_file": "stranger"})
    assert f"refuses the key stranger of the user {by_key['user']}; ask whoever runs the server" in message


def test_a_wrong_password_is_for_a_person_to_mend_and_is_not_shown(
    tmp_path: Path, by_password: dict[str, Any]
) -> None:
    message = failure(tmp_path, by_password | {"password": "not this one"})
    assert "refuses the password of the user hr" in message
    assert "not this one" not in message


def test_a_server_that_takes_no_passwords_says_so_as_a_refusal(tmp_path: Path, by_key: dict[str, Any]) -> None:
    message = failure(tmp_path, by_key | {"key_file": None, "password": "pw"})
    assert "refuses the password of the user" in message


def test_a_key_with_a_passphrase_opens_the_server(tmp_path: Path) -> None:
    new_key(tmp_path / "locked", b"open sesame")
    (tmp_path / "far").mkdir()
    key = paramiko.PKey.from_path(tmp_path / "locked", b"open sesame")  # type: ignore[arg-type]  # takes bytes
    with serve(tmp_path / "far", user="hr", keys=[key]) as running:
        (tmp_path / "hosts").write_text(running.host_key_line)
        connection = {
            "host": running.host,
            "port": running.port,
            "user": "hr",
            "known_hosts": "hosts",
            "key_file": "locked",
        }
        assert source(tmp_path, connection | {"passphrase": "open sesame"}).probe()
        for wrong in ({"passphrase": "open barley"}, {}):
            message = failure(tmp_path, connection | wrong)
            assert "locked cannot be read; check its passphrase" in message
            assert "barley" not in message


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "the key {site}/key is not there"), ("no key", "the key {site}/key cannot be read")],
)
def test_a_key_file_that_is_no_key_is_for_a_person_to_mend(
    tmp_path: Path, by_key: dict[str, Any], content: str | None, message: str
) -> None:
    if content:
        (tmp_path / "key").write_text(content)
    assert message.format(site=tmp_path) in failure(tmp_path, by_key | {"key_file": "key"})


def test_a_server_that_does_not_answer_can_wait(tmp_path: Path, by_key: dict[str, Any]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(TransientError, match=r"127\.0\.0\.1"):
            source(tmp_path, by_key | {"port": taken.getsockname()[1]}).probe()


def test_what_speaks_another_language_is_told_in_one_sentence(
    tmp_path: Path, by_key: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    def speak(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line:
            line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        speaker = threading.Thread(target=speak, args=(listener,))
        speaker.start()
        with pytest.raises(TransientError, match=r"no connection \(.*\); does the server run, at this port\?"):
            source(tmp_path, by_key | {"port": listener.getsockname()[1]}).probe()
        speaker.join()
    assert [] == caplog.records


def test_a_visitor_who_speaks_another_language_does_not_disturb_the_small_server(
    tmp_path: Path, by_password: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_connection(("127.0.0.1", by_password["port"])) as visitor:
        visitor.sendall(b"GET / HTTP/1.0\r\n\r\n")
        visitor.shutdown(socket.SHUT_WR)
        while visitor.recv(1024):
            pass
    assert source(tmp_path, by_password).probe()
    assert [] == caplog.records


def test_a_server_that_says_nothing_is_given_up_in_time(tmp_path: Path, by_key: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connection = by_key | {"port": silent.getsockname()[1], "connect_timeout": 0.2}
        with pytest.raises(TransientError):
            source(tmp_path, connection).probe()
