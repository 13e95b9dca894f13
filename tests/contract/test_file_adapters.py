"""The contract, kept by folder and sftp: on a disk, with an OpenSSH server, and with the small server of hrbus."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from adapters.folder import FOLDER
from adapters.sftp import SFTP
from hrbus.sandbox.sftp import serve
from hrbus.spi import ID, KEY, Adapter, Batch, Context, Origin, Source, Target
from hrbus.testing import TextCodec, a_context
from hrbus.testing.contracts import SourceContract, SourceFarSide, TargetContract, TargetFarSide
from hrbus.testing.sshd import OpenSshServer

LONG_AGO = 1_767_000_000


class Disk:
    """The far side as the disk beneath it: what the adapter sees through its connection."""

    def __init__(self, adapter: Adapter, connection: dict[str, Any], folder: Path, context: Context) -> None:
        self._adapter = adapter
        self._connection = adapter.connection.model_validate(connection)
        self._folder = folder
        self._context = context
        self._files = 0
        self._codec = TextCodec(["name"], end="END")
        folder.joinpath("out").mkdir()
        folder.joinpath("in").mkdir()

    def source(self) -> Source:
        assert self._adapter.source
        own = self._adapter.source.settings.model_validate({"folder": "out", "files": "*.TXT"})
        source: Source = self._adapter.source.make(self._connection, own, self._context)
        return source

    def put(self, name: str, content: bytes) -> None:
        path = self._folder / "out" / name
        path.write_bytes(content)
        self._files += 1
        os.utime(path, (LONG_AGO + self._files, LONG_AGO + self._files))

    def target(self) -> Target:
        assert self._adapter.target
        own = self._adapter.target.settings.model_validate(
            {"folder": "in", "name": "R{sequence:06}.TXT", "trigger": "{stem}.OK", "trigger_text": "{records}"}
        )
        target: Target = self._adapter.target.make(self._connection, own, self._codec, self._context)
        return target

    def batches(self) -> list[Batch]:
        ids = [[1, 2, 3], [4, 5]]
        return [Batch(pl.DataFrame({ID: some, KEY: [f"k{n}" for n in some], "name": "ADA"})) for some in ids]

    def received(self) -> int:
        count = 0
        for path in sorted((self._folder / "in").iterdir()):
            if path.suffix == ".TXT":
                batches = list(self._codec.decode(io.BytesIO(path.read_bytes()), Origin(path.name)))
                count += sum(map(len, batches))
                assert f"{sum(map(len, batches))}\n" == path.with_suffix(".OK").read_text()
        assert not list((self._folder / "in").glob(".*")), "a temporary file was left behind"
        return count

    def listing(self) -> object:
        files = (path for path in self._folder.rglob("*") if path.is_file())
        return sorted((str(path), path.stat().st_mtime, path.read_bytes()) for path in files)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "far"
    path.mkdir()
    return path


@pytest.fixture
def on_disk(tmp_path: Path, folder: Path) -> Disk:
    return Disk(FOLDER, {"path": "far"}, folder, a_context(tmp_path))


@pytest.fixture
def on_openssh(tmp_path: Path, folder: Path, sshd: OpenSshServer) -> Disk:
    connection = {
        "host": sshd.host,
        "port": sshd.port,
        "user": sshd.user,
        "key_file": str(sshd.key_file),
        "known_hosts": str(sshd.known_hosts),
        "path": str(folder),
    }
    return Disk(SFTP, connection, folder, a_context(tmp_path))


@pytest.fixture
def on_sandbox(tmp_path: Path, folder: Path) -> Iterator[Disk]:
    with serve(folder, user="hr", password="secret") as server:
        tmp_path.joinpath("known_hosts").write_text(server.host_key_line + "\n")
        connection = {
            "host": server.host,
            "port": server.port,
            "user": "hr",
            "password": "secret",
            "known_hosts": "known_hosts",
        }
        yield Disk(SFTP, connection, folder, a_context(tmp_path))


class TestFolderSource(SourceContract):
    @pytest.fixture
    def far(self, on_disk: Disk) -> SourceFarSide:
        return on_disk


class TestFolderTarget(TargetContract):
    @pytest.fixture
    def far(self, on_disk: Disk) -> TargetFarSide:
        return on_disk


class TestSftpSourceOnOpenSsh(SourceContract):
    @pytest.fixture
    def far(self, on_openssh: Disk) -> SourceFarSide:
        return on_openssh


class TestSftpTargetOnOpenSsh(TargetContract):
    @pytest.fixture
    def far(self, on_openssh: Disk) -> TargetFarSide:
        return on_openssh


class TestSftpSourceOnSandbox(SourceContract):
    @pytest.fixture
    def far(self, on_sandbox: Disk) -> SourceFarSide:
        return on_sandbox


class TestSftpTargetOnSandbox(TargetContract):
    @pytest.fixture
    def far(self, on_sandbox: Disk) -> TargetFarSide:
        return on_sandbox
