"""How fast files come and go over SFTP, beside OpenSSH's own client and paramiko as most examples use it.

    python benchmarks/bench_sftp.py [--mib 256] [--rounds 3]

An OpenSSH server on loopback serves all three in turns, in one run; only the ratios say something about hrbus. The
best of the rounds counts. Needs sshd and sftp.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import paramiko

from adapters.sftp import SftpConnection
from adapters.sftp.files import SftpFiles
from adapters.sftp.session import Session
from hrbus.testing import a_context
from hrbus.testing.sshd import OpenSshServer

PIECE = 262_144


def program(name: str) -> str:
    """Return the path of a program that must be there."""
    found = shutil.which(name, path="/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin")
    if found is None:
        raise SystemExit(f"{name} is not installed; apt-get install openssh-server openssh-client")
    return found


class Bench:
    """One server, one file, three clients."""

    def __init__(self, server: OpenSshServer, folder: Path) -> None:
        self.server = server
        self.local, self.remote, self.copy = folder / "local", folder / "remote", folder / "copy"
        connection = SftpConnection(
            host=server.host,
            port=server.port,
            user=server.user,
            key_file=str(server.key_file),
            known_hosts=str(server.known_hosts),
            path=str(folder),
        )
        self.files = SftpFiles(Session(connection, a_context(folder)))

    def openssh(self, command: str) -> None:
        server = self.server
        options = [
            f"-oUserKnownHostsFile={server.known_hosts}",
            f"-oIdentityFile={server.key_file}",
            "-oBatchMode=yes",
        ]
        run = [program("sftp"), "-q", f"-P{server.port}", *options, "-b-", f"{server.user}@{server.host}"]
        subprocess.run(run, input=command, text=True, check=True, stdout=subprocess.DEVNULL)

    def paramiko(self, act: Callable[[paramiko.SFTPClient], object]) -> None:
        server = self.server
        with paramiko.SSHClient() as ssh:
            ssh.load_host_keys(str(server.known_hosts))
            ssh.connect(server.host, server.port, server.user, key_filename=str(server.key_file))
            with ssh.open_sftp() as sftp:
                act(sftp)

    def get(self) -> None:
        with self.files.open("remote") as source, self.copy.open("wb") as target:
            while piece := source.read(PIECE):
                target.write(piece)

    def put(self) -> None:
        with self.local.open("rb") as source:
            self.files.put("copy", source)

    def ways(self) -> dict[tuple[str, str], Callable[[], None]]:
        return {
            ("get", "OpenSSH sftp"): lambda: self.openssh(f"get {self.remote} {self.copy}\n"),
            ("get", "hrbus"): self.get,
            ("get", "paramiko get"): lambda: self.paramiko(lambda sftp: sftp.get(str(self.remote), str(self.copy))),
            ("put", "OpenSSH sftp"): lambda: self.openssh(f"put {self.local} {self.copy}\n"),
            ("put", "hrbus"): self.put,
            ("put", "paramiko put"): lambda: self.paramiko(lambda sftp: sftp.put(str(self.local), str(self.copy))),
        }


def measure(bench: Bench, rounds: int) -> dict[tuple[str, str], float]:
    """Return the seconds of the best round, by direction and client."""
    best: dict[tuple[str, str], float] = {}
    for _ in range(rounds):
        for way, act in bench.ways().items():
            bench.copy.unlink(missing_ok=True)
            start = time.perf_counter()
            act()
            best[way] = min(best.get(way, float("inf")), time.perf_counter() - start)
            if bench.copy.stat().st_size != bench.local.stat().st_size:
                raise SystemExit(f"{way}: the copy is not whole")
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in ("local", "remote"):
            with (folder / file).open("wb") as stream:
                stream.truncate(given.mib << 20)
        with OpenSshServer.start(program("sshd"), folder) as server:
            bench = Bench(server, folder)
            best = measure(bench, given.rounds)
            bench.files.close()
    print(f"{given.mib} MiB, best of {given.rounds}")
    for (direction, client), seconds in best.items():
        ratio = best[direction, "OpenSSH sftp"] / seconds
        print(f"{direction}  {client:14} {given.mib / seconds:7.0f} MiB/s  {ratio:5.2f} of OpenSSH's client")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")


if __name__ == "__main__":
    main()
