"""Reading many records of a route by the beginning of their business keys: what belongs to the records of another.

kept = Kept(positions, parts=2, given=1)
kept.rows(connection, keys)                  # what belongs to each of these keys
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, FromClause, String, and_, distinct, func, select

from hrbus.ledger.bulk import listed
from hrbus.ledger.compare import BETWEEN, BUSINESS_KEY, PAYLOAD
from hrbus.ledger.schema import RecordState, payloads, records
from hrbus.values import ID

_BEHIND = chr(ord(BETWEEN) + 1)
"""The first sign behind the one that stands between the parts of a key: the end of a range of keys."""
_SCHEMA = pl.Schema({BUSINESS_KEY: pl.String, ID: pl.Int64, PAYLOAD: pl.String})


@dataclass(frozen=True)
class Kept:
    """The records of ``route`` whose business keys of ``parts`` parts begin with the first ``given`` of them."""

    route: int
    parts: int
    given: int

    def _mine(self, wanted: FromClause) -> ColumnElement[bool]:
        key, value = records.c.key, wanted.c.value
        held = and_(records.c.route == self.route, records.c.state == str(RecordState.SENT))
        if self.given == self.parts:
            return and_(held, key == value)
        marks = func.length(key) - func.length(func.replace(key, BETWEEN, ""))
        return and_(held, key >= value + BETWEEN, key < value + _BEHIND, marks == self.parts - 1)

    def crowded(self, connection: Connection, keys: Sequence[str], most: int) -> set[str]:
        """Return those of ``keys`` that more than ``most`` records belong to."""
        wanted = listed(keys, String())
        query = select(wanted.c.value).join(records, self._mine(wanted)).group_by(wanted.c.value)
        return set(connection.scalars(query.having(func.count(distinct(records.c.key)) > most)))

    def rows(self, connection: Connection, keys: Sequence[str]) -> pl.DataFrame:
        """Return the newest record of each business key that belongs to one of ``keys``, in order of these.

        Columns: what of ``keys`` it belongs to as ``_business_key``, ``_id``, ``_payload``.
        """
        wanted = listed(keys, String())
        newest = (
            select(wanted.c.value, records.c.key, func.max(records.c.id).label("id"))
            .join(records, self._mine(wanted))
            .group_by(wanted.c.value, records.c.key)
            .subquery("newest")
        )
        query = select(newest.c.value, newest.c.id, payloads.c.body).join(payloads, payloads.c.record == newest.c.id)
        found: list[Any] = [tuple(row) for row in connection.execute(query.order_by(newest.c.value, newest.c.key))]
        return pl.DataFrame(found, schema=_SCHEMA, orient="row")
