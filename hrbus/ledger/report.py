"""What people ask of the ledger: how things stand, which runs there were, what was refused, where a record is.

    report = Report(ledger.database)
    for row in report.rejects(run=12): print(row.artifact, row.number, row.field, row.reason)

Reads only, and never waits for a run that writes. Business keys and raw bytes are personal data: they are in the
rows, but not in their ``repr``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from hrbus.ledger.database import Database
from hrbus.ledger.intake import counts_of
from hrbus.ledger.lease import Owner
from hrbus.ledger.run import open_records, summary_of
from hrbus.ledger.schema import (
    IS_OPEN,
    ArtifactState,
    DeliveryState,
    RunState,
    artifacts,
    attempts,
    deliveries,
    leases,
    payloads,
    records,
    rejects,
    routes,
    runs,
)
from hrbus.values import Summary


@dataclass(frozen=True)
class RunRow:
    """A run: ``started`` and ``ended`` are moments as text (``ended`` empty where it has not, or was killed)."""

    id: int
    route: str
    started: str
    ended: str
    state: str
    error: str
    summary: Summary


@dataclass(frozen=True)
class RouteRow:
    """How a route stands now. ``running`` names the process that holds its lease, or is empty."""

    route: str
    pending: int
    held: int
    failed_artifacts: int
    unfinished_artifacts: int
    open_deliveries: int
    running: str
    last: RunRow | None


@dataclass(frozen=True)
class ArtifactRow:
    """An artifact, with its counts as its records stand now."""

    id: int
    run: int
    route: str
    name: str
    sha256: str
    size: int
    state: str
    taken: str
    settled: str
    error: str
    summary: Summary


@dataclass(frozen=True)
class RejectRow:
    """A record that was refused, at whatever stage, with its place in its artifact down to the byte."""

    id: int
    run: int
    route: str
    artifact: str
    sha256: str
    number: int
    offset: int
    stage: str
    field: str
    reason: str
    raw: bytes = dataclasses.field(repr=False)
    record: int | None = None


@dataclass(frozen=True)
class RecordRow:
    """A record with its origin and its fate. ``key`` is the business key.

    ``run`` is the run that took its artifact. ``mapping`` is the version of the mapping that made its document,
    ``order_mapping`` that which made what was sent of it: several, with commas, where a delivery was repeated after
    the mapping had changed. Both are empty where nobody noted them.
    """

    id: int
    route: str
    artifact: str
    sha256: str
    number: int
    offset: int
    key: str = dataclasses.field(repr=False)
    revision: int
    state: str
    held_for: str
    reason: str
    attempts: int
    far_id: str
    answer: str
    delivery: str
    sequence: int | None
    delivered: str
    run: int
    mapping: str
    order_mapping: str


@dataclass(frozen=True)
class DeliveryRow:
    """A delivery; ``sequence`` is None where it had no effect and gave its number back."""

    id: str
    route: str
    sequence: int | None
    state: str
    created: str
    closed: str
    marked: str
    records: int
    sent: int
    refused: int


class Report:
    """Answers from a ledger's database, each from one consistent view of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def status(self) -> list[RouteRow]:
        """Return how every route stands, by name."""
        with self._database.read() as connection:
            names = connection.execute(select(routes).order_by(routes.c.name)).all()
            found = []
            for row in names:
                waiting = open_records(connection, row.id)
                by_state = _by_state(connection, artifacts, row.id)
                lease = connection.execute(select(leases).where(leases.c.route == row.id)).one_or_none()
                last = connection.execute(_runs().where(runs.c.route == row.id).limit(1)).one_or_none()
                found.append(
                    RouteRow(
                        row.name,
                        **waiting,
                        failed_artifacts=by_state.get(ArtifactState.FAILED, 0),
                        unfinished_artifacts=by_state.get(ArtifactState.READING, 0),
                        open_deliveries=_by_state(connection, deliveries, row.id).get(DeliveryState.OPEN, 0),
                        running=_running(lease),
                        last=_run(last) if last else None,
                    )
                )
            return found

    def runs(self, limit: int = 20, route: str = "") -> list[RunRow]:
        """Return the last runs, newest first."""
        query = _runs().limit(limit)
        with self._database.read() as connection:
            return [_run(row) for row in connection.execute(query.where(*_named(route)))]

    def artifacts(self, run: int | None = None, route: str = "", limit: int = 100) -> list[ArtifactRow]:
        """Return the artifacts that a run took, or a route has, newest first."""
        query = select(artifacts, routes.c.name.label("route_name")).join(routes).where(*_named(route))
        if run is not None:
            query = query.where(artifacts.c.run == run)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(artifacts.c.id.desc()).limit(limit)).all()
            return [
                ArtifactRow(
                    row.id,
                    row.run,
                    row.route_name,
                    row.name,
                    row.sha256,
                    row.size,
                    row.state,
                    row.taken,
                    row.settled or "",
                    row.error,
                    counts_of(connection, row.id),
                )
                for row in rows
            ]

    def rejects(self, run: int | None = None, route: str = "") -> Iterator[RejectRow]:
        """Yield what was refused in a run, or on a route, or ever, oldest first."""
        query = (
            select(rejects, routes.c.name.label("route_name"), artifacts.c.name, artifacts.c.sha256)
            .join(routes, routes.c.id == rejects.c.route)
            .join(artifacts, artifacts.c.id == rejects.c.artifact)
            .where(*_named(route))
            .order_by(rejects.c.id)
        )
        if run is not None:
            query = query.where(rejects.c.run == run)
        with self._database.read() as connection:
            for row in connection.execute(query).yield_per(1000):
                yield RejectRow(
                    row.id,
                    row.run,
                    row.route_name,
                    row.name,
                    row.sha256,
                    row.number,
                    row.offset,
                    row.stage,
                    row.field,
                    row.reason,
                    row.raw,
                    row.record,
                )

    def held(self, route: str = "") -> Iterator[RecordRow]:
        """Yield the records that wait for a partner, for an answer, or for a person."""
        yield from self._records(IS_OPEN, records.c.state == "held", *_named(route))

    def trace(self, key: str, route: str = "") -> list[RecordRow]:
        """Return everything that became of a business key, oldest first."""
        return list(self._records(records.c.key == key, records.c.route.in_(_numbers(route))))

    def find(self, name: str) -> list[RecordRow]:
        """Return everything that became of what a person calls ``name``, oldest first.

        That is a business key, for a number also as it stands in its file, with leading zeros; or the far side's id.
        """
        plain = name.lstrip("0") or "0" if name.isdecimal() else name
        return self.trace(name) or self.trace(plain) or list(self._records(records.c.far_id == name))

    def run(self, number: int) -> RunRow | None:
        """Return one run."""
        with self._database.read() as connection:
            row = connection.execute(_runs().where(runs.c.id == number)).one_or_none()
            return _run(row) if row else None

    def deliveries(self, route: str = "", limit: int = 20) -> list[DeliveryRow]:
        """Return the last deliveries, newest first."""
        query = select(deliveries, routes.c.name.label("route_name")).join(routes).where(*_named(route))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(deliveries.c.id.desc()).limit(limit)).all()
            return [
                DeliveryRow(
                    row.name,
                    row.route_name,
                    row.sequence,
                    row.state,
                    row.created,
                    row.closed or "",
                    row.marked,
                    row.records,
                    row.sent,
                    row.refused,
                )
                for row in rows
            ]

    def payload(self, record: int) -> str | None:
        """Return the canonical JSON of a record's document, None where it is not kept."""
        with self._database.read() as connection:
            body: str | None = connection.scalar(select(payloads.c.body).where(payloads.c.record == record))
            return body

    def _records(self, *which: ColumnElement[bool] | Any) -> Iterator[RecordRow]:
        query = (
            select(
                records,
                routes.c.name.label("route_name"),
                artifacts.c.name.label("artifact_name"),
                artifacts.c.sha256,
                artifacts.c.run,
                artifacts.c.mapping,
                _versions().label("order_mapping"),
                deliveries.c.name.label("delivery_name"),
                deliveries.c.sequence,
                deliveries.c.created,
            )
            .join(routes, routes.c.id == records.c.route)
            .join(artifacts, artifacts.c.id == records.c.artifact)
            .outerjoin(deliveries, deliveries.c.id == records.c.delivery)
            .where(*which)
            .order_by(records.c.id)
        )
        with self._database.read() as connection:
            for row in connection.execute(query).yield_per(1000):
                yield RecordRow(
                    row.id,
                    row.route_name,
                    row.artifact_name,
                    row.sha256,
                    row.number,
                    row.offset,
                    row.key,
                    row.revision,
                    row.state,
                    row.held_for or "",
                    row.reason or "",
                    row.attempts,
                    row.far_id or "",
                    row.answer or "",
                    row.delivery_name or "",
                    row.sequence,
                    row.created or "",
                    row.run,
                    row.mapping,
                    row.order_mapping or "",
                )


def _versions() -> Any:
    """Select the versions of the mapping by which the delivery of a record was tried."""
    mine = (attempts.c.delivery == records.c.delivery) & (attempts.c.mapping != "")
    return select(func.group_concat(attempts.c.mapping.distinct())).where(mine).scalar_subquery()


def _running(lease: Any) -> str:
    if lease is None or not lease.until or Owner(lease.host, lease.pid, lease.started).is_dead:
        return ""
    return f"{lease.host.partition(' ')[0]} {lease.pid}"


def _runs() -> Select[Any]:
    return select(runs, routes.c.name.label("route_name")).join(routes).order_by(runs.c.id.desc())


def _run(row: Any) -> RunRow:
    summary = summary_of(row)
    if row.state == RunState.RUNNING:
        # What waits is counted when a run ends; until then it is what is not accounted for yet.
        rest = summary.sent + summary.unchanged + summary.rejected + summary.skipped
        summary = replace(summary, held=0, pending=summary.read - rest)
    return RunRow(row.id, row.route_name, row.started, row.ended or "", row.state, row.error, summary)


def _by_state(connection: Any, table: Any, route: int) -> dict[str, int]:
    query = select(table.c.state, func.count()).where(table.c.route == route).group_by(table.c.state)
    return dict(connection.execute(query).all())


def _named(route: str) -> tuple[ColumnElement[bool], ...]:
    return (routes.c.name == route,) if route else ()


def _numbers(route: str) -> Any:
    """Select the numbers of the routes of that name, or all: with it the index on route and key is of use."""
    return select(routes.c.id).where(*_named(route)).scalar_subquery()
