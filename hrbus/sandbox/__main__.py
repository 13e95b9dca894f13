"""The reference service as a process: ``python -m hrbus.sandbox --folder var/sandbox --port 8089``."""

from __future__ import annotations

import argparse
from pathlib import Path

from hrbus.sandbox.app import create
from hrbus.sandbox.life import Life
from hrbus.sandbox.server import LOOPBACK, Server, run


def main(arguments: list[str] | None = None) -> None:
    """Read the arguments and serve until told to stop. The first line of output names the address."""
    parser = argparse.ArgumentParser(prog="hrbus.sandbox", description="The reference interview service.")
    parser.add_argument("--folder", type=Path, required=True, help="where its SQLite file lies")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--seed", type=int, default=1, help="decides every score")
    parser.add_argument("--minutes", type=float, default=30.0, help="how long an interview takes at most")
    parser.add_argument("--expired", type=float, default=0.0, help="part of candidates who never open the link")
    parser.add_argument("--declined", type=float, default=0.0, help="part of candidates who say no")
    given = parser.parse_args(arguments)
    life = Life(given.seed, given.minutes, given.expired, given.declined)
    run(create(given.folder, life=life), port=given.port, host=given.host, ready=_announce)


def _announce(server: Server) -> None:
    print(f"sandbox: {server.url}", flush=True)


if __name__ == "__main__":
    main()
