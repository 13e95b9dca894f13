"""A program for the kill test: the far side, an SFTP server and the interview service, in a process of its own.

It prints the two ports, and serves until its standard input is closed. Interviews are over within a moment.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hrbus.sandbox.life import Life
from hrbus.sandbox.world import open_world


def main() -> None:
    """Serve."""
    with open_world(Path(sys.argv[1]), life=Life(minutes=0.0005)) as world:
        print(world.service.port, world.files.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
