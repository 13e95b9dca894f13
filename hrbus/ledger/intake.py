"""Taking artifacts in: their records, batch by batch, and the moment in which an artifact becomes true.

Nothing of an artifact can be delivered before all of it was read and found good. Until then its records stand in
the ledger, but behind the artifact's state; where it fails they are removed, as if it had never been there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from hrbus.ledger.bulk import insert_many, take_numbers
from hrbus.ledger.change import Change, judge
from hrbus.ledger.compare import BUSINESS_KEY, DIGEST, PAYLOAD, compare, known_of
from hrbus.ledger.run import Run, UnbalancedError, Write
from hrbus.ledger.schema import (
    IS_OPEN,
    ArtifactState,
    RecordState,
    artifacts,
    links,
    payloads,
    records,
    rejects,
)
from hrbus.values import OFFSET, RECORD, OnChange, Reject, Summary

_SLICE = 10_000
_NOT_TAKEN = "the route does not take this record"
_RECORD_COLUMNS = ("id", "route", "artifact", "number", "offset", "key", "digest", "revision", "state", "reason")
_REJECT_COLUMNS = ("run", "route", "artifact", "number", "offset", "stage", "field", "reason", "raw")


@dataclass(frozen=True)
class Taken:
    """An artifact that the ledger knows. ``position`` counts the batches that are committed; a restart skips them."""

    id: int
    name: str
    sha256: str
    size: int
    state: ArtifactState
    position: int

    @property
    def is_known(self) -> bool:
        """Say whether all of it was taken in before."""
        return self.state in (ArtifactState.COMPLETE, ArtifactState.SETTLED)


@dataclass(frozen=True)
class PassedOver:
    """The records of a batch that a route does not take: how many, and of each key the last one where it is that."""

    count: int = 0
    last: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)


@dataclass(frozen=True)
class Link:
    """Where the documents of a frame name their partners: the column holding the partner's business key.

    ``root`` is the partner's document (``PositionOpening``), ``route`` the number of the route that keeps it.
    """

    root: str
    route: int
    column: str


def begin(run: Run, name: str, sha256: str, size: int, version: str, mapping: str = "") -> Taken:
    """Take up an artifact and say how far the ledger has it.

    One that failed before is begun anew. One that was left in the middle goes on after its last batch, unless
    ``version`` (what reads and maps it) is another now: then it is begun anew as well. One that is known is read
    again where some of its records were rejected and ``version`` is another now: somebody has mended what reads it.
    ``mapping`` is the version of the mapping alone, which all records of the artifact are made by.
    """
    start = _from_the_start(run, name, version, mapping)
    with run.write() as work:
        mine = (artifacts.c.route == run.route) & (artifacts.c.sha256 == sha256)
        newest = select(artifacts).where(mine).order_by(artifacts.c.id.desc()).limit(1)
        row = work.connection.execute(newest).one_or_none()
        if row is None or _is_worth_another_look(work.connection, row, version):
            values = {"route": run.route, "sha256": sha256, "size": size}
            fresh = insert(artifacts).values(**values, **start).returning(*artifacts.c)
            return _taken(work.connection.execute(fresh).one())
        found = _taken(row)
        if found.is_known or (found.state is ArtifactState.READING and row.version == version):
            return found
        _discard(work, row.id)
        work.connection.execute(delete(rejects).where(rejects.c.artifact == row.id))
        again = update(artifacts).where(artifacts.c.id == row.id).values(**start).returning(*artifacts.c)
        return _taken(work.connection.execute(again).one())


def _is_worth_another_look(connection: Connection, row: Row[Any], version: str) -> bool:
    """Say whether a known artifact has rejects that what reads it now may let pass."""
    if not _taken(row).is_known or row.version == version:
        return False
    return bool(counts_of(connection, row.id).rejected)


def unfinished(run: Run) -> list[Taken]:
    """Return the artifacts that a run left in the middle, oldest first."""
    query = select(artifacts).where(artifacts.c.route == run.route, artifacts.c.state == str(ArtifactState.READING))
    with run.database.read() as connection:
        return [_taken(row) for row in connection.execute(query.order_by(artifacts.c.id))]


def stage(
    run: Run,
    taken: Taken,
    number: int,
    frame: pl.DataFrame,
    refused: Sequence[Reject],
    references: Iterable[Link] = (),
    passed_over: PassedOver | None = None,
) -> None:
    """Keep batch ``number`` of an artifact: its good records, compared with what is known, and its rejects.

    ``frame`` has ``_record``, ``_offset``, ``STAGED_COLUMNS`` and the columns that ``references`` name;
    ``passed_over`` are the records that the route does not take.
    """
    over = passed_over or PassedOver()
    with run.write() as work:
        noted = _note_withdrawals(work.connection, run.route, taken.id, over.last) if over.count else 0
        known = known_of(work.connection, run.route, frame[BUSINESS_KEY])
        seen = compare(frame, known, taken.id)
        _insert(work.connection, run.route, taken.id, seen.news, references)
        _supersede(work, seen.replaced)
        insert_many(
            work.connection,
            rejects,
            _REJECT_COLUMNS,
            [
                (run.id, run.route, taken.id, r.record, r.offset, str(r.stage), r.field, r.reason, r.raw)
                for r in refused
            ],
        )
        read = frame.height + len(refused) + over.count
        work.count(
            read=read,
            unchanged=seen.unchanged,
            rejected=len(refused),
            skipped=seen.news.filter(~_is_pending()).height + over.count,
        )
        work.connection.execute(
            update(artifacts)
            .where(artifacts.c.id == taken.id)
            .values(
                position=number,
                read=artifacts.c.read + read,
                unchanged=artifacts.c.unchanged + seen.unchanged,
                changed=artifacts.c.changed + seen.changed,
                rejected=artifacts.c.rejected + len(refused),
                skipped=artifacts.c.skipped + over.count - noted,
            )
        )


def complete(run: Run, taken: Taken, on_change: OnChange, *, keep: bool = False) -> Summary:
    """Make an artifact true, now that all of it was read; return its counts.

    Records whose key was known before are judged by ``on_change``; what waits for a key that is withdrawn now is
    skipped. With ``keep`` (a route without target) the newest record of a key is what counts, and nothing is left
    to send. All of this becomes true at once: an artifact that fails later must not have overtaken anybody.
    """
    with run.write() as work:
        _withdraw(work, run.route, taken.id)
        if not keep:
            _judge_changes(work, taken, on_change)
        if keep:
            pending = (records.c.artifact == taken.id) & (records.c.state == str(RecordState.PENDING))
            kept = work.connection.execute(update(records).where(pending).values(state=str(RecordState.SENT)))
            work.count(sent=kept.rowcount)
        work.connection.execute(
            update(artifacts).where(artifacts.c.id == taken.id).values(state=str(ArtifactState.COMPLETE))
        )
        return _balanced(work.connection, taken)


def fail(run: Run, taken: Taken, error: str) -> None:
    """Give an artifact up: its records are removed, its rejects stay for people to look at."""
    with run.write() as work:
        _discard(work, taken.id)
        work.connection.execute(
            update(artifacts)
            .where(artifacts.c.id == taken.id)
            .values(
                state=str(ArtifactState.FAILED),
                error=error,
                skipped=artifacts.c.read - artifacts.c.unchanged - artifacts.c.rejected,
            )
        )


def settled(run: Run, taken: Taken) -> None:
    """Note that the source was told to archive an artifact."""
    with run.write() as work:
        work.connection.execute(
            update(artifacts)
            .where(artifacts.c.id == taken.id)
            .values(state=str(ArtifactState.SETTLED), settled=run.now())
        )


def counts_of(connection: Connection, artifact: int) -> Summary:
    """Return the counts of an artifact as they are now, its records' states included."""
    row = connection.execute(select(artifacts).where(artifacts.c.id == artifact)).one()
    by_state: Mapping[str, int] = dict(
        connection.execute(
            select(records.c.state, func.count()).where(records.c.artifact == artifact).group_by(records.c.state)
        ).all()
    )
    return Summary(
        read=row.read,
        sent=by_state.get(RecordState.SENT, 0),
        unchanged=row.unchanged,
        rejected=row.rejected + by_state.get(RecordState.REFUSED, 0),
        held=by_state.get(RecordState.HELD, 0),
        skipped=row.skipped + by_state.get(RecordState.SKIPPED, 0),
        pending=by_state.get(RecordState.PENDING, 0),
    )


def _from_the_start(run: Run, name: str, version: str, mapping: str) -> dict[str, object]:
    zeros = dict.fromkeys(("position", "read", "unchanged", "changed", "rejected", "skipped"), 0)
    begun = {"taken": run.now(), "state": str(ArtifactState.READING), "error": ""}
    return {"run": run.id, "name": name, "version": version, "mapping": mapping, **begun, **zeros}


def _taken(row: Row[tuple[object, ...]]) -> Taken:
    return Taken(row.id, row.name, row.sha256, row.size, ArtifactState(row.state), row.position)


def _is_pending() -> pl.Expr:
    return pl.col("state") == str(RecordState.PENDING)


def _insert(
    connection: Connection, route: int, artifact: int, news: pl.DataFrame, references: Iterable[Link]
) -> None:
    first = take_numbers(connection, "record", news.height)
    ids = range(first, first + news.height)
    columns = [news[name].to_list() for name in (RECORD, OFFSET, BUSINESS_KEY, DIGEST, "revision", "state", "reason")]
    owners = ([route] * news.height, [artifact] * news.height)
    insert_many(connection, records, _RECORD_COLUMNS, list(zip(ids, *owners, *columns, strict=True)))
    wanted = news.with_columns(pl.int_range(first, first + pl.len()).alias("id")).filter(_is_pending())
    insert_many(connection, payloads, ("record", "body"), wanted.select("id", PAYLOAD).rows())
    for link in references:
        # A record that names no partner waits for one too: without it the order would be half of one.
        pairs = wanted.select("id", pl.col(link.column).fill_null("")).rows()
        rows = [(number, link.root, link.route, key) for number, key in pairs]
        insert_many(connection, links, ("record", "root", "route", "key"), rows)


def _note_withdrawals(connection: Connection, route: int, artifact: int, last: pl.DataFrame) -> int:
    """Keep a row of each record that is not taken although one of its key waits to be sent; return how many.

    They say nothing yet: ``_withdraw`` acts on them when the artifact is complete.
    """
    known = known_of(connection, route, last[BUSINESS_KEY])
    waiting = known.filter(pl.col("state").is_in([str(RecordState.PENDING), str(RecordState.HELD)]))
    rows = last.join(waiting, on=BUSINESS_KEY, maintain_order="left")
    noted = rows.with_columns(
        pl.col("revision") + 1, pl.lit(str(RecordState.SKIPPED)).alias("state"), pl.lit(_NOT_TAKEN).alias("reason")
    )
    _insert(connection, route, artifact, noted.with_columns(pl.lit(None, pl.String).alias(PAYLOAD)), ())
    return noted.height


def _withdraw(work: Write, route: int, artifact: int) -> None:
    """Skip what waits, and was not tried yet, for a key whose newest record the route does not take."""
    newer = records.alias("newer")
    query = (
        select(records.c.id)
        .join(newer, (newer.c.route == records.c.route) & (newer.c.key == records.c.key))
        .where(newer.c.artifact == artifact, newer.c.reason == _NOT_TAKEN, newer.c.id > records.c.id)
        .where(records.c.route == route, IS_OPEN, records.c.attempts == 0, records.c.delivery.is_(None))
    )
    _supersede(work, list(work.connection.scalars(query)), "withdrawn: the route does not take its newer record")


def _supersede(work: Write, ids: Sequence[int], reason: str = "superseded by a newer record") -> None:
    """Skip open records that a newer one of the same key has overtaken; what they would have sent is not kept."""
    for start in range(0, len(ids), _SLICE):
        part = [(number,) for number in ids[start : start + _SLICE]]
        skipped = work.connection.exec_driver_sql(
            "UPDATE records SET state = 'skipped', held_for = NULL, reason = ? "
            "WHERE id = ? AND state IN ('pending', 'held')",
            [(reason, *row) for row in part],
        ).rowcount
        for gone in (payloads, links):
            work.connection.exec_driver_sql(f"DELETE FROM {gone.name} WHERE record = ?", part)  # noqa: S608
        work.count(skipped=skipped)


def _judge_changes(work: Write, taken: Taken, on_change: OnChange) -> None:
    """Decide on every record whose key was known before, some thousands at a time."""
    if not work.connection.scalar(select(artifacts.c.changed).where(artifacts.c.id == taken.id)):
        return
    mine = (records.c.artifact == taken.id) & (records.c.state == str(RecordState.PENDING))
    judge_all(work, mine & (records.c.revision > 1), on_change)


def judge_all(work: Write, which: ColumnElement[bool], on_change: OnChange) -> None:
    """Decide anew on the records that ``which`` selects, and write down what was decided."""
    after = 0
    while True:
        changes = judge(work.connection, which & (records.c.id > after), on_change, _SLICE)
        _apply(work, changes)
        if len(changes) < _SLICE:
            return
        after = changes[-1].record


def _apply(work: Write, changes: Sequence[Change]) -> None:
    _supersede(work, [older for change in changes for older in change.superseded])
    rows = [(str(change.state), change.held_for, change.reason or None, change.record) for change in changes]
    if rows:
        work.connection.exec_driver_sql("UPDATE records SET state = ?, held_for = ?, reason = ? WHERE id = ?", rows)
    work.count(skipped=sum(change.state is RecordState.SKIPPED for change in changes))


def _discard(work: Write, artifact: int) -> None:
    """Remove the records of an artifact; those that were open count as skipped in the run."""
    mine = records.c.artifact == artifact
    is_open = records.c.state.in_([str(RecordState.PENDING), str(RecordState.HELD)])
    gone = work.connection.scalar(select(func.count()).select_from(records).where(mine, is_open)) or 0
    work.connection.execute(delete(records).where(mine))
    work.count(skipped=gone)


def _balanced(connection: Connection, taken: Taken) -> Summary:
    counts = counts_of(connection, taken.id)
    if not counts.balanced:
        raise UnbalancedError(f"the artifact {taken.name} does not add up: {counts}; please report this")
    return counts
