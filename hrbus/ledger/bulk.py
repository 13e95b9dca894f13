"""Many rows at once: the statements that a database's driver must see as they are, to be quick.

    >>> insert_many(connection, links, ("record", "root"), [(1, "PositionOpening")])     # doctest: +SKIP

SQLAlchemy takes a dict a row, and is half as fast; here a row is a tuple, and the driver gets the whole list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, FromClause, Integer, Table, func, select, type_coerce, update
from sqlalchemy.types import TypeEngine

from hrbus.ledger.schema import counters


def insert_many(connection: Connection, into: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert ``rows``, each with a value for every one of ``columns`` in that order."""
    if rows:
        marks = ", ".join("?" * len(columns))
        names = ", ".join(f'"{into.c[name].name}"' for name in columns)
        connection.exec_driver_sql(f"INSERT INTO {into.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608


def listed(values: Iterable[Any], kind: TypeEngine[Any] | None = None) -> FromClause:
    """Return ``values`` as a table with the one column ``value``, sent as one parameter however many they are."""
    rows = func.json_each(json.dumps(list(values), ensure_ascii=False)).table_valued("value", name="listed")
    return select(type_coerce(rows.c.value, kind or Integer()).label("value")).subquery("wanted")


def take_numbers(connection: Connection, name: str, count: int) -> int:
    """Reserve ``count`` numbers of the counter ``name`` and return the first; none is ever given out twice."""
    taken = connection.scalar(
        update(counters)
        .where(counters.c.name == name)
        .values(value=counters.c.value + count)
        .returning(counters.c.value)
    )
    if taken is None:
        raise LookupError(f"the ledger has no counter {name}")
    return int(taken) - count + 1
