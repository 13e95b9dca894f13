"""What happens to a record whose business key is known already, with another content than before.

Nothing of the key was sent yet: the new record takes the old one's place. Something was sent: the route's
``on_change`` decides. An earlier send is still under way and may have arrived: the new record is held until its
answer is known, for only then can one say which of the two it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from hrbus.ledger.schema import HeldFor, RecordState, records
from hrbus.values import OnChange


@dataclass(frozen=True)
class Change:
    """What was decided on one record; ``superseded`` are the older open records whose place it takes."""

    record: int
    state: RecordState
    held_for: HeldFor | None = None
    reason: str = ""
    superseded: Sequence[int] = ()


def judge(connection: Connection, which: ColumnElement[bool], on_change: OnChange, limit: int) -> list[Change]:
    """Decide on the first ``limit`` records that ``which`` selects, in order of their ids."""
    older = records.alias("older")
    is_open = older.c.state.in_([str(RecordState.PENDING), str(RecordState.HELD)])
    tried = or_(older.c.attempts > 0, older.c.delivery.is_not(None))
    chosen = select(records.c.id, records.c.route, records.c.key).where(which).order_by(records.c.id).limit(limit)
    new = chosen.subquery("new")
    before = and_(older.c.route == new.c.route, older.c.key == new.c.key, older.c.id < new.c.id)
    query = (
        select(
            new.c.id,
            func.coalesce(func.max(case((older.c.state == str(RecordState.SENT), 1), else_=0)), 0),
            func.coalesce(func.max(case((and_(is_open, tried), 1), else_=0)), 0),
            func.max(case((and_(is_open, ~tried), older.c.id))),
        )
        .select_from(new.outerjoin(older, before))
        .group_by(new.c.id)
        .order_by(new.c.id)
    )
    return [_decide(*row, on_change) for row in connection.execute(query)]


def _decide(record: int, sent: int, under_way: int, waiting: int | None, on_change: OnChange) -> Change:
    # Of a key at most one record waits without having been tried: each new one takes the place of the last.
    older = [] if waiting is None else [waiting]
    if under_way:
        reason = "an earlier record of the same key is being sent; its answer comes first"
        return Change(record, RecordState.HELD, HeldFor.FOLLOWS, reason, older)
    if not sent or on_change is OnChange.UPDATE:
        return Change(record, RecordState.PENDING, superseded=older)
    if on_change is OnChange.IGNORE:
        return Change(record, RecordState.SKIPPED, reason="changed after it was sent; the route ignores changes")
    reason = "changed after it was sent; a person must decide"
    return Change(record, RecordState.HELD, HeldFor.CHANGE, reason, older)
