"""Says so when people wait for the compiler: once after an installation, or where no folder can be written.

    watch(Patience(sys.stderr))

Only a terminal is told: nobody sits before a log.
"""

from __future__ import annotations

import threading
import time
from typing import TextIO

from numba.core import event

PATIENCE = 1.0
"""Seconds of compiling after which a word is due."""
WORDS = "compiling the COBOL codec for this machine: done once, in some seconds\n"


class Patience(event.Listener):
    """Watches the compiler; numba tells it of every function that is compiled, and of none that comes from disk."""

    def __init__(self, terminal: TextIO, seconds: float = PATIENCE) -> None:
        self._terminal = terminal
        self._left = seconds
        self._told = False
        self._begun: dict[int, tuple[float, threading.Timer, int]] = {}

    def on_start(self, event: object) -> None:
        """Begin to count, unless a function is compiled for the sake of another."""
        thread = threading.get_ident()
        begun, timer, depth = self._begun.get(thread) or (time.monotonic(), self._timer(), 0)
        self._begun[thread] = begun, timer, depth + 1

    def on_end(self, event: object) -> None:
        """Stop counting with the outermost function."""
        thread = threading.get_ident()
        begun, timer, depth = self._begun.pop(thread)
        if depth > 1:
            self._begun[thread] = begun, timer, depth - 1
            return
        timer.cancel()
        self._left -= time.monotonic() - begun

    def _timer(self) -> threading.Timer:
        timer = threading.Timer(max(self._left, 0), self._tell)
        timer.daemon = True
        timer.start()
        return timer

    def _tell(self) -> None:
        if not self._told and self._terminal.isatty():
            self._told = True
            self._terminal.write(WORDS)
            self._terminal.flush()


def watch(patience: Patience) -> None:
    """Let it be told of whatever is compiled from now on."""
    event.register("numba:compile", patience)  # type: ignore[no-untyped-call]
