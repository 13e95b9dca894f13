"""The main job's two ends and its hub, as real processes: what the end-to-end tests share."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from hrbus import site as sites
from hrbus.demo.extract import encoded
from hrbus.demo.people import vacancies
from hrbus.site import Site
from hrbus.testing import a_context
from hrbus.testing.sshd import OpenSshServer

Program = Callable[..., Path]


@dataclass(frozen=True)
class MainJob:
    """A site, the folder that the SFTP server shows, and the address of the interview service."""

    site: Site
    files: Path
    service: str

    def hrbus(self, *arguments: str, code: int = 0) -> str:
        """Run a command in the site and return what it printed; fail where its exit code is not ``code``."""
        command = [sys.executable, "-c", "from hrbus.cli import main; main()", *arguments]
        done = subprocess.run(
            command, cwd=self.site.root, env=environment(), capture_output=True, text=True, timeout=120
        )
        assert code == done.returncode, done.stdout + done.stderr
        return done.stdout

    def run(self, *routes: str, code: int = 0) -> dict[str, dict[str, int]]:
        """Run routes and return the counts of each."""
        found: dict[str, dict[str, int]] = json.loads(self.hrbus("run", *routes, "--json", code=code))
        return found

    def arrive(self, name: str, content: bytes) -> None:
        """Lay a file where the legacy system would, with its trigger file."""
        (self.files / "outgoing" / name).write_bytes(content)
        (self.files / "outgoing" / f"{name}.ok").touch()

    def vacancies(self) -> bytes:
        """Return a file of the vacancies that the COBOL programs' applicants ask for."""
        numbers = pl.Series("VAC-NO", [f"VAC-{number}" for number in range(1, 6)])
        return encoded(a_context(self.site.root), "VACREC", vacancies().with_columns(numbers), 1)

    def wait(self, seconds: int) -> None:
        """Let time pass at the interview service."""
        self.ask("/_sandbox/clock", {"seconds": seconds})

    def counts(self) -> dict[str, Any]:
        """Return what the interview service counts."""
        return self.ask("/_sandbox/counts")

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask the service's own paths, which want no token."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.service + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def ask_service(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        """Ask the service as one of its clients would, past hrbus."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        request = urllib.request.Request(f"{self.service}{path}?{urllib.parse.urlencode(query)}", headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def order(self, external_id: str) -> dict[str, Any]:
        """Return an order as the service has stored it."""
        file = self.files.parent / "service" / "sandbox.sqlite"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT body FROM interview WHERE external_id = ?", (external_id,)).fetchall()
        assert 1 == len(rows)
        found: dict[str, Any] = json.loads(rows[0][0])
        return found

    def _token(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": "hrbus", "client_secret": "sandbox-secret"}
        address = self.service.removesuffix("/v1") + "/oauth2/token"
        with urllib.request.urlopen(address, urllib.parse.urlencode(form).encode(), timeout=10) as answer:
            return str(json.load(answer)["access_token"])


@contextmanager
def main_job(folder: Path, sshd: OpenSshServer) -> Iterator[MainJob]:
    """Make a site in ``folder`` that points to ``sshd`` and to an interview service of its own process."""
    files = folder / "files"
    for name in ("outgoing", "incoming"):
        (files / name).mkdir(parents=True)
    site = Site(folder / "site")
    sites.init(site.root)
    with interview_service(folder / "service") as service:
        (site.config / "connections.yaml").write_text(_connections(sshd, files, service))
        (site.root / "secret").write_text("sandbox-secret")
        yield MainJob(site, files, service)


@contextmanager
def interview_service(folder: Path) -> Iterator[str]:
    """Run the interview service as a process of its own; yield its address."""
    command = [sys.executable, "-m", "hrbus.sandbox", "--folder", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
    try:
        assert process.stdout
        found = re.match(r"sandbox: (\S+)", process.stdout.readline())
        assert found, "the interview service did not start"
        yield found[1]
    finally:
        process.terminate()
        process.communicate(timeout=10)


def environment() -> dict[str, str]:
    """Return the environment for a process that finds this checkout's packages."""
    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "PYTHONPATH": root, "HRBUS_LANG": "en", "COLUMNS": "200"}


def _connections(sshd: OpenSshServer, files: Path, service: str) -> str:
    return CONNECTIONS.format(s=sshd, files=files, service=service, origin=service.removesuffix("/v1"))


CONNECTIONS = """\
connections:
  legacy:
    adapter: sftp
    host: {s.host}
    port: {s.port}
    user: {s.user}
    key_file: {s.key_file}
    known_hosts: {s.known_hosts}
    path: {files}
  interviews:
    adapter: rest
    base_url: {service}
    auth:
      type: oauth2_client_credentials
      token_url: {origin}/oauth2/token
      client_id: hrbus
      client_secret: !file secret
"""
