"""The lease of a route: one run of it at a time, over all processes and hosts that share a ledger.

A lease names its owner's host, process and the moment that process began, so that a successor on the same host sees
that the owner is dead and takes over at once; from another host it waits until the lease is over. Each owner gets a
new *fence*, a number that only grows; every transaction of a run renews the lease under its own fence, so an owner
that slept too long and lost its lease can write nothing more.
"""

from __future__ import annotations

import contextlib
import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from hrbus.errors import TransientError
from hrbus.ledger.moments import later, moment
from hrbus.ledger.schema import leases

LENGTH = timedelta(minutes=15)
"""How long a lease holds without being renewed: longer than any single wait for a far side."""


class RouteBusyError(TransientError):
    """The route is being run by another process."""


class LeaseLostError(TransientError):
    """Another process has taken the route over while this one stood still; what it did not commit is left to it."""


@dataclass(frozen=True)
class Owner:
    """A process, so named that another process with the same number is not taken for it."""

    host: str
    pid: int
    started: str

    @classmethod
    def me(cls) -> Owner:
        """Return the process that asks."""
        return cls(_host(), os.getpid(), _start_of(os.getpid()))

    @property
    def is_dead(self) -> bool:
        """Say whether that process has ended for certain; of another host nothing is certain."""
        if self.host != _host():
            return False
        if not _exists(self.pid):
            return True
        return bool(self.started) and _start_of(self.pid) != self.started


def take(connection: Connection, route: int, name: str, owner: Owner, now: datetime) -> int:
    """Take the lease of ``route`` and return its fence; raises RouteBusyError where a living owner holds it."""
    held = connection.execute(select(leases).where(leases.c.route == route)).one_or_none()
    values = {"host": owner.host, "pid": owner.pid, "started": owner.started, "until": later(now, LENGTH)}
    if held is None:
        connection.execute(insert(leases).values(route=route, fence=1, **values))
        return 1
    holder = Owner(held.host, held.pid, held.started)
    if held.until > moment(now) and not holder.is_dead:
        raise RouteBusyError(
            f"the route {name} is being run by process {held.pid} on {held.host.partition(' ')[0]}; "
            f"wait for it to end (its lease holds until {held.until})",
        )
    connection.execute(update(leases).where(leases.c.route == route).values(fence=held.fence + 1, **values))
    return int(held.fence) + 1


def renew(connection: Connection, route: int, fence: int, now: datetime) -> None:
    """Hold the lease for another while; raises LeaseLostError where it has passed to another owner."""
    mine = (leases.c.route == route) & (leases.c.fence == fence)
    if connection.execute(update(leases).where(mine).values(until=later(now, LENGTH))).rowcount != 1:
        raise LeaseLostError("another process has taken this route over; nothing more is written here")


def give_back(connection: Connection, route: int, fence: int) -> None:
    """Let the next run take the lease at once; nothing happens where it was lost before."""
    mine = (leases.c.route == route) & (leases.c.fence == fence)
    connection.execute(update(leases).where(mine).values(until="", pid=0))


def _host() -> str:
    """Return the host's name with its process namespace: a container has process numbers of its own."""
    with contextlib.suppress(OSError):
        return f"{socket.gethostname()} {os.readlink('/proc/self/ns/pid')}"  # noqa: PTH115 - it is no path
    return socket.gethostname()


def _exists(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _start_of(pid: int) -> str:
    """Return when a process began, in ticks since the machine started (Linux: field 22 of stat), or ""."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # The second field is the program's name in brackets, and may hold anything.
    return stat.rpartition(")")[2].split()[19]
