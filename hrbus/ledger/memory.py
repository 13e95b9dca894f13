"""What a route's source and target want to know again in their next run; a ``Memory`` of the adapters' contract."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, insert, select, update

from hrbus.ledger.database import Database
from hrbus.ledger.schema import memory


class RouteMemory:
    """Short texts under short names, one space a route; a write is on the disk when it returns."""

    def __init__(self, database: Database, route: int) -> None:
        self._database = database
        self._route = route

    def get(self, key: str) -> str | None:
        """Return what was kept under ``key``."""
        with self._database.read() as connection:
            found: str | None = connection.scalar(select(memory.c.value).where(*self._at(key)))
            return found

    def set(self, key: str, value: str) -> None:
        """Keep ``value`` under ``key``."""
        with self._database.write() as connection:
            if not connection.execute(update(memory).where(*self._at(key)).values(value=value)).rowcount:
                connection.execute(insert(memory).values(route=self._route, key=key, value=value))

    def forget(self, key: str) -> None:
        """Drop what was kept under ``key``; nothing happens where there was nothing."""
        with self._database.write() as connection:
            connection.execute(delete(memory).where(*self._at(key)))

    def _at(self, key: str) -> tuple[ColumnElement[bool], ...]:
        return (memory.c.route == self._route, memory.c.key == key)
