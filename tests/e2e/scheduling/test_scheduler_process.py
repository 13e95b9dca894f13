"""The daemon as a process of its own: signals, overlap, and two of them at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

DAEMON = Path(__file__).with_name("daemon.py")
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a daemon for the site in ``tmp_path``; what still runs at the end is killed."""
    processes: list[subprocess.Popen[str]] = []

    def run(**environ: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(DAEMON), str(tmp_path)]
        pipe = subprocess.PIPE
        made = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env={**os.environ, **environ})
        processes.append(made)
        return made

    yield run
    for process in processes:
        process.kill()
        process.communicate()


def notes(folder: Path) -> list[str]:
    file = folder / "var" / "notes"
    return file.read_text().splitlines() if file.exists() else []


def diary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "var" / "schedule.json").read_text())
    return found


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not what():
        assert time.monotonic() < end, "waited for too long"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_batch_in_hand_end_and_leaves_with_zero(
    tmp_path: Path, start: Start, number: signal.Signals
) -> None:
    process = start()
    wait_for(lambda: len(notes(tmp_path)) % 2 == 1)
    process.send_signal(number)
    _out, log = process.communicate(timeout=20)
    assert 0 == process.returncode, log
    begun = [line for line in notes(tmp_path) if line.startswith("begin")]
    ended = [line for line in notes(tmp_path) if line.startswith("end")]
    assert len(begun) == len(ended)
    assert "event=stopped" in log
    assert "stopped" == diary(tmp_path)["often"]["outcome"]


def test_a_start_during_a_run_is_skipped_said_and_noted(tmp_path: Path, start: Start) -> None:
    process = start(BATCHES="6")
    wait_for(lambda: "end 6" in notes(tmp_path))
    process.send_signal(signal.SIGTERM)
    _out, log = process.communicate(timeout=20)
    assert 'event="start skipped" job=often' in log
    assert diary(tmp_path)["often"]["skipped"]["times"] >= 1
    assert 1 == log.count('event="job started"')


def test_a_run_that_was_killed_is_taken_up_again(tmp_path: Path, start: Start) -> None:
    first = start()
    wait_for(lambda: "begin 1" in notes(tmp_path))
    first.kill()
    first.communicate()
    assert "running" == diary(tmp_path)["often"]["outcome"]
    second = start()
    wait_for(lambda: notes(tmp_path).count("begin 1") == 2)
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=20)
    assert 0 == second.returncode


def test_a_second_daemon_for_the_same_site_is_refused(tmp_path: Path, start: Start) -> None:
    first = start()
    wait_for(lambda: bool(notes(tmp_path)))
    second = start()
    out, _log = second.communicate(timeout=20)
    assert 2 == second.returncode
    assert f"a scheduler (process {first.pid}) runs for {tmp_path} already" in out
