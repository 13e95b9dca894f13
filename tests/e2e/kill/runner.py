"""A program for the kill test: runs a site's routes in a child that kills itself at a given step.

It reads commands from standard input and answers each with a line:

    run N ROUTE ROUTE …     → "killed", or "done STEPS", or "failed ERROR"
    each N ROUTE ROUTE …    → the same, where every statement of the ledger is a step too
    open N FILE             → the same, for opening a new ledger in FILE

A step is the moment before something that outlives the process: a commit of the ledger, an fsync, a request to a
far side (HTTP, SFTP). Between two of these nothing lasting happens (what a transaction did goes with it), so a kill
just before the next is a kill anywhere since the last; the moment after an answer is the moment before the next
step. With `each` and `open` every statement is a step as well, so that this need not be believed. N = 0 kills
nobody. SIGKILL cannot be caught, so nothing tidies up.

Everything slow is loaded once, here; each child is a fork of this process and starts within milliseconds. That is
sound as long as no other thread of this process is at work, which it looks after.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401 - loaded before the fork
import paramiko
import requests
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

import adapters.cobol
import adapters.json
import adapters.rest
import adapters.sftp  # noqa: F401 - loaded before the fork
from hrbus.app import App
from hrbus.clock import SystemClock
from hrbus.errors import TransientError
from hrbus.ledger import Ledger
from hrbus.ledger.database import READ_ONLY
from hrbus.site import Site


class Steps:
    """Counts what happens, and ends the process at the step it was told."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self._last = last
        self._lock = threading.Lock()

    def step(self, *_: Any, **__: Any) -> None:
        """One more; perhaps the last."""
        with self._lock:
            self.count += 1
            if self.count == self._last:
                os.kill(os.getpid(), signal.SIGKILL)

    def before(self, owner: Any, name: str) -> None:
        """Count before every call of ``owner.name``."""
        inner: Callable[..., Any] = getattr(owner, name)

        @wraps(inner)
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.step()
            return inner(*args, **kwargs)

        setattr(owner, name, counted)

    def commit(self, connection: Connection) -> None:
        """One more, where the transaction may have written."""
        if not connection.get_execution_options().get(READ_ONLY):
            self.step()

    def watch(self, *, statements: bool) -> None:
        """Count everything that outlives this process, or every statement too."""
        if statements:
            event.listen(Engine, "before_cursor_execute", self.step)
        event.listen(Engine, "commit", self.commit)
        self.before(os, "fsync")
        self.before(requests.adapters.HTTPAdapter, "send")
        self.before(paramiko.SFTPClient, "_request")
        self.before(paramiko.SFTPClient, "_async_request")


def child(last: int, work: Callable[[], None], answer: int, *, statements: bool) -> None:
    """Do the work in this process, which is a fork; never returns."""
    steps = Steps(last)
    steps.watch(statements=statements)
    try:
        work()
        os.write(answer, f"done {steps.count}".encode())
    except BaseException as error:  # noqa: BLE001 - whatever it is, the test must hear of it
        os.write(answer, f"failed {error!r}".encode())
    finally:
        os._exit(0)


def threads() -> list[str]:
    """Return the names of the threads beside the main one, less those that polars starts and never needs."""
    tasks = [task for task in Path("/proc/self/task").iterdir() if task.name != str(os.getpid())]
    names = [(task / "comm").read_text().strip() for task in tasks]
    return [name for name in names if name not in ("jemalloc_bg_thd", "polars-ooc-clea")]


def fork(last: int, work: Callable[[], None], *, statements: bool) -> str:
    """Do the work in a child and say how it ended."""
    if working := threads():
        return f"failed a fork would be unsound beside the threads {working}"
    out, back = os.pipe()
    pid = os.fork()
    if not pid:
        child(last, work, back, statements=statements)
    os.close(back)
    with os.fdopen(out, "rb") as answers:
        said = answers.read().decode()
    _, status = os.waitpid(pid, 0)
    return "killed" if os.WIFSIGNALED(status) else said.replace("\n", " ")


def routes(app: App, names: list[str]) -> None:
    """Run the routes one after the other; a far side that the last kill left in the middle may ask for patience."""
    for name in names:
        for attempt in (1, 2, 3):
            try:
                app.run(name)
                break
            except TransientError:
                if attempt == 3:
                    raise


def open_ledger(file: str) -> None:
    """Open a ledger, which makes it where it is missing."""
    Ledger(f"sqlite:///{file}", SystemClock()).close()


def main() -> None:
    """Answer commands until there are no more."""
    site = Site(Path(sys.argv[1]))
    app = App.open(site)
    app.vocabulary.root("Candidate")
    print("ready", flush=True)
    for line in sys.stdin:
        command, number, *rest = line.split()
        opens = command == "open"
        work = partial(open_ledger, rest[0]) if opens else partial(routes, app, rest)
        print(fork(int(number), work, statements=command != "run"), flush=True)


if __name__ == "__main__":
    main()
