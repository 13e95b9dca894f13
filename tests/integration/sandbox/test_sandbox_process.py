"""The reference service as a process: what it answered survives its sudden end."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from hrbus.sandbox.app import create
from hrbus.sandbox.server import serve
from tests.integration.sandbox.conftest import Caller, order, token_of


@contextmanager
def process(folder: Path, root: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the service as its users do, and give its address."""
    command = [sys.executable, "-m", "hrbus.sandbox", "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as running:
        try:
            assert running.stdout is not None
            match = re.fullmatch(r"sandbox: (http://127\.0\.0\.1:\d+)/v1\n", running.stdout.readline())
            assert match
            yield running, match[1]
        finally:
            running.kill()


def test_an_order_that_was_answered_survives_a_kill(folder: Path, root: Path) -> None:
    credentials = ("hrbus", "sandbox-secret")
    grant = {"grant_type": "client_credentials"}
    answers = []
    for _ in range(2):
        with process(folder, root) as (running, origin):
            token = requests.post(f"{origin}/oauth2/token", data=grant, auth=credentials, timeout=10).json()
            headers = {"Authorization": f"Bearer {token['access_token']}", "Idempotency-Key": "k"}
            answers.append(requests.post(f"{origin}/v1/interviews", json=order(), headers=headers, timeout=10).json())
            counts = requests.get(f"{origin}/v1/_sandbox/counts", timeout=10).json()
            running.kill()
            running.wait(10)
    assert answers[0] == answers[1]
    assert 1 == counts["orders"]


def test_the_clock_stays_advanced_after_a_restart(folder: Path) -> None:
    with serve(create(folder)) as server:
        call = Caller(server, token_of(server).json()["access_token"])
        identity = call.ordered()
        call.advance(1800)
    with serve(create(folder)) as server:
        call = Caller(server, call.token)
        assert "completed" == call("GET", f"/interviews/{identity}").json()["status"]


def test_a_reset_forgets_everything(folder: Path) -> None:
    with serve(create(folder)) as server:
        call = Caller(server, token_of(server).json()["access_token"])
        call.ordered()
        call("POST", "/_sandbox/faults", {"kind": "slow"})
        assert 0 == call("POST", "/_sandbox/reset").json()["orders"]
        assert [] == call("GET", "/_sandbox/faults").json()["faults"]
        assert 401 == call("GET", "/interviews").status_code


def test_a_quota_that_is_used_up_is_a_problem_with_a_time(folder: Path) -> None:
    with serve(create(folder, quota=3)) as server:
        call = Caller(server, token_of(server).json()["access_token"])
        statuses = [call("GET", "/interviews").status_code for _ in range(3)]
        last = call("GET", "/interviews")
    assert [200, 200, 429] == statuses
    assert (429, "urn:hrbus:problem:quota-exceeded") == (last.status_code, last.json()["type"])
    assert 1 <= int(last.headers["Retry-After"]) <= 60
