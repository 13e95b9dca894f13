"""The tables of the ledger: what was seen, sent, answered, refused.

One schema for every database. Moments are text in UTC (``2026-03-01T02:15:00.000000Z``), so that they sort and read
the same everywhere; states are words, so that a person with a database shell can read them. Changes are made by the
migrations beside this module; a test compares the two.

    runs ──< artifacts ──< records ──< links (to the records of reference routes)
      └──< attempts >── deliveries ──<┘ │
                 rejects >──────────────┘──── payloads
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

VERSION = "0003"
"""The newest migration: what this program reads and writes."""


class RunState(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    KILLED = "killed"


class ArtifactState(StrEnum):
    """How far an artifact came: only what is complete may be delivered, only what is complete may be settled."""

    READING = "reading"
    COMPLETE = "complete"
    SETTLED = "settled"
    FAILED = "failed"


class RecordState(StrEnum):
    """What became of a record. ``pending`` and ``held`` are open, the others are final."""

    PENDING = "pending"
    HELD = "held"
    SENT = "sent"
    REFUSED = "refused"
    SKIPPED = "skipped"


class HeldFor(StrEnum):
    """What a held record waits for: its partner, a person, or the answer to an earlier send of the same key."""

    PARTNER = "partner"
    CHANGE = "change"
    FOLLOWS = "follows"


class DeliveryState(StrEnum):
    """How a delivery stands. One that had no effect is void, and its number is given to the next."""

    OPEN = "open"
    CLOSED = "closed"
    VOID = "void"


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

Number = BigInteger().with_variant(Integer(), "sqlite")


def _count(name: str) -> Column[int]:
    return Column(name, Number, nullable=False, server_default="0")


counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Number, nullable=False),
)

routes = Table(
    "routes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
)

leases = Table(
    "leases",
    metadata,
    Column("route", ForeignKey("routes.id"), primary_key=True, autoincrement=False),
    Column("fence", Number, nullable=False),
    Column("host", String, nullable=False, server_default=""),
    Column("pid", Integer, nullable=False, server_default="0"),
    Column("started", String, nullable=False, server_default=""),
    Column("until", String, nullable=False, server_default=""),
)

memory = Table(
    "memory",
    metadata,
    Column("route", ForeignKey("routes.id"), primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("route", ForeignKey("routes.id"), nullable=False, index=True),
    Column("started", String, nullable=False),
    Column("ended", String),
    Column("state", String, nullable=False),
    Column("error", Text, nullable=False, server_default=""),
    _count("carried"),
    _count("read"),
    _count("sent"),
    _count("unchanged"),
    _count("rejected"),
    _count("held"),
    _count("skipped"),
    _count("pending"),
    _count("failed"),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("route", ForeignKey("routes.id"), nullable=False),
    Column("run", ForeignKey("runs.id"), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("name", String, nullable=False),
    Column("size", Number, nullable=False),
    Column("state", String, nullable=False),
    Column("version", String, nullable=False),
    Column("mapping", String, nullable=False, server_default=""),
    Column("taken", String, nullable=False),
    Column("settled", String),
    Column("error", Text, nullable=False, server_default=""),
    _count("position"),
    _count("read"),
    _count("unchanged"),
    _count("changed"),
    _count("rejected"),
    _count("skipped"),
    Index("ix_artifacts_sha256", "route", "sha256"),
    Index("ix_artifacts_route_state", "route", "state"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(32), nullable=False, unique=True),
    Column("route", ForeignKey("routes.id"), nullable=False),
    Column("sequence", Integer),
    Column("state", String, nullable=False),
    Column("created", String, nullable=False),
    Column("closed", String),
    Column("marked", Text, nullable=False, server_default=""),
    Column("records", Number, nullable=False),
    _count("sent"),
    _count("refused"),
    UniqueConstraint("route", "sequence"),
    Index("ix_deliveries_route_state", "route", "state"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("delivery", ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("run", ForeignKey("runs.id"), nullable=False, index=True),
    Column("mapping", String, nullable=False, server_default=""),
    Column("started", String, nullable=False),
    Column("ended", String),
    Column("error", Text, nullable=False, server_default=""),
)

records = Table(
    "records",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("route", ForeignKey("routes.id"), nullable=False),
    Column("artifact", ForeignKey("artifacts.id"), nullable=False),
    Column("number", Number, nullable=False),
    Column("offset", Number, nullable=False),
    Column("key", String, nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("held_for", String),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("delivery", ForeignKey("deliveries.id")),
    Column("far_id", String),
    Column("answer", Text),
)
Index("ix_records_route_key", records.c.route, records.c.key)
Index("ix_records_artifact_state", records.c.artifact, records.c.state)
_OPEN = text("state IN ('pending', 'held')")
Index("ix_records_open", records.c.route, records.c.state, sqlite_where=_OPEN, postgresql_where=_OPEN)
IS_OPEN = text("records.state IN ('pending', 'held')")
"""What a query for open records must say in these words: only then does the planner see the partial index."""
_GIVEN = text("delivery IS NOT NULL")
Index("ix_records_delivery", records.c.delivery, records.c.id, sqlite_where=_GIVEN, postgresql_where=_GIVEN)

payloads = Table(
    "payloads",
    metadata,
    Column("record", ForeignKey("records.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("record", ForeignKey("records.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("root", String, primary_key=True),
    Column("route", ForeignKey("routes.id"), nullable=False),
    Column("key", String, nullable=False),
    Column("partner", ForeignKey("records.id")),
)
_WANTED = text("partner IS NOT NULL")
Index("ix_links_partner", links.c.partner, sqlite_where=_WANTED, postgresql_where=_WANTED)

rejects = Table(
    "rejects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", ForeignKey("runs.id"), nullable=False, index=True),
    Column("route", ForeignKey("routes.id"), nullable=False, index=True),
    Column("artifact", ForeignKey("artifacts.id"), nullable=False, index=True),
    Column("record", ForeignKey("records.id", ondelete="CASCADE"), index=True),
    Column("number", Number, nullable=False),
    Column("offset", Number, nullable=False),
    Column("stage", String, nullable=False),
    Column("field", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)
