"""An OpenSSH server of the test's own: fresh keys, a free port of the loopback interface, gone afterwards.

    with OpenSshServer.start(program="/usr/sbin/sshd", folder=tmp_path) as server:
        print(server.port, server.user, server.key_file, server.known_hosts)

It runs as the user of the test and lets only that user in, with the key that was made for it.
"""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

CONFIG = """\
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PubkeyAuthentication yes
PermitRootLogin prohibit-password
MaxStartups 100
Subsystem sftp internal-sftp
"""


@dataclass(frozen=True)
class OpenSshServer:
    """A running sshd. ``key_file`` opens it for ``user``; ``known_hosts`` holds its public key."""

    host: str
    port: int
    user: str
    key_file: Path
    known_hosts: Path

    @classmethod
    @contextmanager
    def start(cls, program: str, folder: Path) -> Iterator[OpenSshServer]:
        """Start ``program`` with its keys and its log in ``folder``; RuntimeError where it does not come up."""
        port = _free_port()
        (folder / "authorized_keys").write_text(f"{new_key(folder / 'user_key')}\n", "ascii")
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {new_key(folder / 'host_key')}\n", "ascii")
        (folder / "sshd_config").write_text(CONFIG.format(folder=folder), "utf-8")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        command = [program, "-D", "-e", "-p", str(port), "-f", str(folder / "sshd_config")]
        with (folder / "sshd.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - the test names the program
            try:
                _wait_for(port, process, folder / "sshd.log")
                yield cls("127.0.0.1", port, getpass.getuser(), folder / "user_key", folder / "known_hosts")
            finally:
                process.terminate()
                process.wait(10)


def new_key(path: Path, passphrase: bytes | None = None) -> str:
    """Make a private key in ``path``, in the format of OpenSSH, and return the line of its public half."""
    key = Ed25519PrivateKey.generate()
    lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, lock))
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"sshd does not answer at port {port}: {log.read_text('utf-8', 'replace')[-500:]}")
