"""Waiting for somebody to save a file.

for _ in saves(site.mappings, data): ...     # at once, and again whenever something below mappings/ or data changed
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

PAUSE = 0.2
"""Seconds between two looks; what was saved is taken when it has been left alone for as long."""


def saves(*paths: Path, pause: float = PAUSE) -> Iterator[None]:
    """Yield at once, and then after each change of the files, and of any file below those that are folders."""
    while True:
        seen = _state(paths)
        yield
        while _state(paths) == seen:
            time.sleep(pause)
        now = None
        while now != (now := _state(paths)):
            time.sleep(pause)


def _state(paths: tuple[Path, ...]) -> dict[Path, tuple[int, int]]:
    """Return when every file was changed, and how large it is; one that is just being replaced is not there."""
    found = {}
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else (path,):
            try:
                stat = file.stat()
            except FileNotFoundError:
                continue
            found[file] = (stat.st_mtime_ns, stat.st_size)
    return found
