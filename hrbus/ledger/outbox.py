"""What waits to be sent, and what became of it: deliveries, their records, their outcomes.

A delivery is one act with one name and one number, and a fixed set of records. After a crash it is found again as it
was, with what it had marked, and finished before another is made. An outcome is written down as soon as the target
says it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Row, func, insert, literal, select, update

from hrbus.ledger.intake import judge_all
from hrbus.ledger.run import Run, Write
from hrbus.ledger.schema import (
    IS_OPEN,
    ArtifactState,
    DeliveryState,
    HeldFor,
    RecordState,
    artifacts,
    attempts,
    deliveries,
    links,
    payloads,
    records,
)
from hrbus.values import ID, OFFSET, RECORD, OnChange, Outcomes, Stage, Status

BUSINESS_KEY = "_business_key"
REVISION = "_revision"
PAYLOAD = "_payload"


@dataclass(frozen=True)
class Refusal:
    """A record that a delivery could not carry: its id, and what its reject will say."""

    id: int
    stage: Stage
    reason: str
    field: str = ""


class OpenDelivery:
    """A delivery that is under way; the ``Delivery`` of the adapters' contract. Made by this module.

    ``created`` is the moment in which it was first made: what it writes of dates must not differ in a repetition.
    ``mapping`` is the version of the mapping that makes what this attempt sends.
    """

    def __init__(self, run: Run, row: Row[Any], mapping: str) -> None:
        self._run = run
        self.number: int = row.id
        self.id: str = row.name
        self.route = run.name
        self.sequence: int = row.sequence
        self.records: int = row.records
        self.marked: str = row.marked
        self.created: str = row.created
        with run.write() as work:
            begun = insert(attempts).values(delivery=self.number, run=run.id, mapping=mapping, started=run.now())
            self._attempt: int = work.connection.execute(begun.returning(attempts.c.id)).scalar_one()

    def mark(self, state: str) -> None:
        """Remember, durably, how far this delivery came."""
        with self._run.write() as work:
            work.connection.execute(update(deliveries).where(deliveries.c.id == self.number).values(marked=state))
        self.marked = state

    def pages(self, size: int, roots: Sequence[str] = ()) -> Iterator[pl.DataFrame]:
        """Yield the records that have no outcome yet, in order, ``size`` at a time.

        Columns: ``_id``, ``_record``, ``_offset``, ``_business_key``, ``_revision``, ``_payload``, and for each of
        ``roots`` the payload of the partner, in a column of that name. Each page is read in a transaction of its own.
        """
        after = 0
        while True:
            with self._run.database.read() as connection:
                rows = [tuple(row) for row in connection.execute(self._page(after, size, roots)).all()]
            if not rows:
                return
            after = rows[-1][0]
            yield pl.DataFrame(rows, schema=_page_schema(roots), orient="row")

    def _page(self, after: int, size: int, roots: Sequence[str]) -> Any:
        columns: list[Any] = [
            records.c.id,
            records.c.number,
            records.c.offset,
            records.c.key,
            records.c.revision,
            payloads.c.body,
        ]
        source: Any = records.join(payloads, payloads.c.record == records.c.id)
        for root in roots:
            link, partner = links.alias(), payloads.alias()
            source = source.outerjoin(link, (link.c.record == records.c.id) & (link.c.root == root))
            source = source.outerjoin(partner, partner.c.record == link.c.partner)
            columns.append(partner.c.body)
        mine = (records.c.delivery == self.number) & (records.c.state == str(RecordState.PENDING))
        query = select(*columns).select_from(source).where(mine, records.c.id > after)
        return query.order_by(records.c.id).limit(size)

    def record(self, outcomes: Outcomes) -> None:
        """Write down what a target said; what it says again of the same record changes nothing."""
        frame = outcomes.frame
        sent = frame.filter(pl.col("status") == str(Status.SENT))
        again = frame.filter(pl.col("status") == str(Status.RETRY))
        refused = frame.filter(pl.col("status") == str(Status.REFUSED))
        with self._run.write() as work:
            done = self._each(
                work, "state = 'sent', far_id = ?, answer = ?", sent.select("far_id", "answer", ID).rows()
            )
            self._each(work, "answer = ?", again.select("answer", ID).rows())
            rows = refused.select(ID, "answer").rows()
            self._refuse(work, [Refusal(number, Stage.DELIVER, answer or "") for number, answer in rows])
            self._count(work, sent=done)

    def refuse(self, refusals: Sequence[Refusal]) -> None:
        """Write down which records cannot be sent, and why; each becomes a dead letter with a reject."""
        with self._run.write() as work:
            self._refuse(work, refusals)

    def leave_out(self, after: int) -> None:
        """Set the records behind the id ``after`` free: this delivery ends before them.

        Said before the target finishes, so that a repetition holds just what this try has fed.
        """
        with self._run.write() as work:
            behind = (records.c.delivery == self.number) & (records.c.id > after)
            gone = update(records).where(behind, records.c.state == str(RecordState.PENDING)).values(delivery=None)
            count = work.connection.execute(gone).rowcount
            mine = deliveries.c.id == self.number
            work.connection.execute(update(deliveries).where(mine).values(records=deliveries.c.records - count))

    def failed(self, error: str) -> None:
        """Note that this attempt ended early; the delivery stays open and is repeated by the next run."""
        with self._run.write() as work:
            self._end_attempt(work, error)

    def close(self, fed: int) -> None:
        """End the delivery: the target has said all it had to say.

        Records without a final outcome are free for the next delivery; those up to the id ``fed`` were tried. A
        delivery without any effect gives its number back, so that the numbers that were used have no gaps.
        """
        with self._run.write() as work:
            rest = (records.c.delivery == self.number) & (records.c.state == str(RecordState.PENDING))
            tried = update(records).where(rest, records.c.id <= fed).values(attempts=records.c.attempts + 1)
            work.connection.execute(tried)
            work.connection.execute(update(records).where(rest).values(delivery=None))
            self._end_attempt(work, "")
            mine = deliveries.c.id == self.number
            sent = work.connection.scalar(select(deliveries.c.sent).where(mine))
            values: dict[str, object] = {"state": str(DeliveryState.CLOSED), "closed": self._run.now()}
            if not sent and not self.marked:
                values |= {"state": str(DeliveryState.VOID), "sequence": None}
            work.connection.execute(update(deliveries).where(mine).values(values))

    def _each(self, work: Write, change: str, rows: Sequence[tuple[Any, ...]]) -> int:
        """Change records one by one; ``rows`` end with the id. Return how many were still waiting."""
        if not rows:
            return 0
        statement = f"UPDATE records SET {change} WHERE id = ? AND delivery = ? AND state = 'pending'"  # noqa: S608
        return work.connection.exec_driver_sql(statement, [(*row, self.number) for row in rows]).rowcount

    def _refuse(self, work: Write, refusals: Sequence[Refusal]) -> None:
        if not refusals:
            return
        work.connection.exec_driver_sql(
            'INSERT INTO rejects (run, route, artifact, record, number, "offset", stage, field, reason, raw) '
            "SELECT ?, route, artifact, id, number, \"offset\", ?, ?, ?, x'' FROM records "
            "WHERE id = ? AND delivery = ? AND state = 'pending'",
            [(self._run.id, str(r.stage), r.field, r.reason, r.id, self.number) for r in refusals],
        )
        gone = self._each(work, "state = 'refused', answer = ?", [(r.reason, r.id) for r in refusals])
        self._count(work, refused=gone)

    def _count(self, work: Write, sent: int = 0, refused: int = 0) -> None:
        work.count(sent=sent, rejected=refused)
        work.connection.execute(
            update(deliveries)
            .where(deliveries.c.id == self.number)
            .values(sent=deliveries.c.sent + sent, refused=deliveries.c.refused + refused)
        )

    def _end_attempt(self, work: Write, error: str) -> None:
        ended = update(attempts).where(attempts.c.id == self._attempt)
        work.connection.execute(ended.values(ended=self._run.now(), error=error))


def left_open(run: Run, mapping: str = "") -> Iterator[OpenDelivery]:
    """Yield the deliveries that earlier runs could not finish, in order of their numbers."""
    query = select(deliveries).where(deliveries.c.route == run.route, deliveries.c.state == str(DeliveryState.OPEN))
    with run.database.read() as connection:
        rows = connection.execute(query.order_by(deliveries.c.sequence)).all()
    for row in rows:
        yield OpenDelivery(run, row, mapping)


def gather(run: Run, references: Mapping[str, int], on_change: OnChange, mapping: str = "") -> OpenDelivery | None:
    """Make a delivery of all that waits, or return None where nothing does; ``mapping`` is the version that makes it.

    ``references`` gives for each partner's root the number of the route that keeps it. A record whose partner has not
    come is held; one that was held for it and has it now goes along. Its partner is fixed from here on, so that a
    repetition sends what the first try sent. What was held for a change is judged anew where the route no longer
    says ``hold``.
    """
    again = [str(HeldFor.FOLLOWS)] + ([] if on_change is OnChange.HOLD else [str(HeldFor.CHANGE)])
    waits = (records.c.route == run.route) & IS_OPEN & records.c.held_for.in_(again)
    with run.write() as work:
        judge_all(work, waits & (records.c.state == str(RecordState.HELD)), on_change)
        if references:
            _find_partners(work, run.route)
        row = _make(work, run)
    return OpenDelivery(run, row, mapping) if row is not None else None


def _find_partners(work: Write, route: int) -> None:
    partner = records.alias("partner")
    newest = (
        select(func.max(partner.c.id))
        .where(partner.c.route == links.c.route, partner.c.key == links.c.key)
        .where(partner.c.state == str(RecordState.SENT))
        .scalar_subquery()
    )
    waiting = select(records.c.id).where(*_ready(route)).scalar_subquery()
    work.connection.execute(
        update(links).where(links.c.partner.is_(None), links.c.record.in_(waiting)).values(partner=newest)
    )
    alone = select(links.c.record).where(links.c.record == records.c.id, links.c.partner.is_(None)).exists()
    missing = select(func.min(links.c.root)).where(links.c.record == records.c.id, links.c.partner.is_(None))
    reason = literal("the ") + missing.scalar_subquery() + " that it refers to has not come yet"
    held = records.c.held_for == str(HeldFor.PARTNER)
    work.connection.execute(
        update(records)
        .where(*_ready(route), records.c.state == str(RecordState.HELD), held, ~alone)
        .values(state=str(RecordState.PENDING), held_for=None, reason=None)
    )
    work.connection.execute(
        update(records)
        .where(*_ready(route), records.c.state == str(RecordState.PENDING), records.c.delivery.is_(None), alone)
        .values(
            state=str(RecordState.HELD),
            held_for=str(HeldFor.PARTNER),
            reason=reason,
        )
    )


def _make(work: Write, run: Run) -> Row[Any] | None:
    last = select(func.max(deliveries.c.sequence)).where(deliveries.c.route == run.route)
    made = insert(deliveries).values(
        name=uuid.uuid4().hex,
        route=run.route,
        sequence=(work.connection.scalar(last) or 0) + 1,
        state=str(DeliveryState.OPEN),
        created=run.now(),
        records=0,
    )
    free = (*_ready(run.route), records.c.state == str(RecordState.PENDING), records.c.delivery.is_(None))
    if work.connection.scalar(select(records.c.id).where(*free).limit(1)) is None:
        return None
    number = work.connection.execute(made.returning(deliveries.c.id)).scalar_one()
    count = work.connection.execute(update(records).where(*free).values(delivery=number)).rowcount
    mine = deliveries.c.id == number
    return work.connection.execute(
        update(deliveries).where(mine).values(records=count).returning(*deliveries.c)
    ).one()


def _ready(route: int) -> tuple[Any, ...]:
    """Select the open records of a route whose artifact is complete (one that failed has none)."""
    reading = select(artifacts.c.id).where(
        artifacts.c.route == route, artifacts.c.state == str(ArtifactState.READING)
    )
    return (records.c.route == route, IS_OPEN, records.c.artifact.not_in(reading))


def _page_schema(roots: Sequence[str]) -> dict[str, Any]:
    fixed = {
        ID: pl.Int64,
        RECORD: pl.Int64,
        OFFSET: pl.Int64,
        BUSINESS_KEY: pl.String,
        REVISION: pl.Int64,
        PAYLOAD: pl.String,
    }
    return fixed | dict.fromkeys(roots, pl.String)
