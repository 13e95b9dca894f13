"""The first tables: runs, artifacts, records, deliveries, rejects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "counters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "routes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routes")),
        sa.UniqueConstraint("name", name=op.f("uq_routes_name")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("route", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.Column("closed", sa.String(), nullable=True),
        sa.Column("marked", sa.Text(), server_default="", nullable=False),
        sa.Column("records", NUMBER, nullable=False),
        sa.Column("sent", NUMBER, server_default="0", nullable=False),
        sa.Column("refused", NUMBER, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["route"], ["routes.id"], name=op.f("fk_deliveries_route")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("name", name=op.f("uq_deliveries_name")),
        sa.UniqueConstraint("route", "sequence", name=op.f("uq_deliveries_route")),
    )
    op.create_index("ix_deliveries_route_state", "deliveries", ["route", "state"], unique=False)
    op.create_table(
        "leases",
        sa.Column("route", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fence", NUMBER, nullable=False),
        sa.Column("host", sa.String(), server_default="", nullable=False),
        sa.Column("pid", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started", sa.String(), server_default="", nullable=False),
        sa.Column("until", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["route"], ["routes.id"], name=op.f("fk_leases_route")),
        sa.PrimaryKeyConstraint("route", name=op.f("pk_leases")),
    )
    op.create_table(
        "memory",
        sa.Column("route", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["route"], ["routes.id"], name=op.f("fk_memory_route")),
        sa.PrimaryKeyConstraint("route", "key", name=op.f("pk_memory")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("route", sa.Integer(), nullable=False),
        sa.Column("started", sa.String(), nullable=False),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("carried", NUMBER, server_default="0", nullable=False),
        sa.Column("read", NUMBER, server_default="0", nullable=False),
        sa.Column("sent", NUMBER, server_default="0", nullable=False),
        sa.Column("unchanged", NUMBER, server_default="0", nullable=False),
        sa.Column("rejected", NUMBER, server_default="0", nullable=False),
        sa.Column("held", NUMBER, server_default="0", nullable=False),
        sa.Column("skipped", NUMBER, server_default="0", nullable=False),
        sa.Column("pending", NUMBER, server_default="0", nullable=False),
        sa.Column("failed", NUMBER, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["route"], ["routes.id"], name=op.f("fk_runs_route")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_route"), "runs", ["route"], unique=False)
    op.create_table(
        "artifacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("route", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("taken", sa.String(), nullable=False),
        sa.Column("settled", sa.String(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("position", NUMBER, server_default="0", nullable=False),
        sa.Column("read", NUMBER, server_default="0", nullable=False),
        sa.Column("unchanged", NUMBER, server_default="0", nullable=False),
        sa.Column("changed", NUMBER, server_default="0", nullable=False),
        sa.Column("rejected", NUMBER, server_default="0", nullable=False),
        sa.Column("skipped", NUMBER, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["route"], ["routes.id"], name=op.f("fk_artifacts_route")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_artifacts_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifacts")),
    )
    op.create_index("ix_artifacts_route_state", "artifacts", ["route", "state"], unique=False)
    op.create_index(op.f("ix_artifacts_run"), "artifacts", ["run"], unique=False)
    op.create_index("ix_artifacts_sha256", "artifacts", ["route", "sha256"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("started", sa.String(), nullable=False),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_attempts_delivery")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_attempts_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_delivery"), "attempts", ["delivery"], unique=False)
    op.create_index(op.f("ix_attempts_run"), "attempts", ["run"], unique=False)
    op.create_table(
        "records",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("route", sa.Integer(), nullable=False),
        sa.Column("artifact", sa.Integer(), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("offset", NUMBER, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("held_for", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("delivery", sa.Integer(), nullable=True),
        sa.Column("far_id", sa.String(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["artifact"], ["artifacts.id"], name=op.f("fk_records_artifact")),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_records_delivery")),
        sa.ForeignKeyConstraint(["route"], ["routes.id"], name=op.f("fk_records_route")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
    )
    op.create_index("ix_records_artifact_state", "records", ["artifact", "state"], unique=False)
    op.create_index(
        "ix_records_delivery",
        "records",
        ["delivery", "id"],
        unique=False,
        sqlite_where=sa.text("delivery IS NOT NULL"),
        postgresql_where=sa.text("delivery IS NOT NULL"),
    )
    op.create_index(
        "ix_records_open",
        "records",
        ["route", "state"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'held')"),
        postgresql_where=sa.text("state IN ('pending', 'held')"),
    )
    op.create_index("ix_records_route_key", "records", ["route", "key"], unique=False)
    op.create_table(
        "links",
        sa.Column("record", NUMBER, autoincrement=False, nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("route", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("partner", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["partner"], ["records.id"], name=op.f("fk_links_partner")),
        sa.ForeignKeyConstraint(["record"], ["records.id"], name=op.f("fk_links_record"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["route"], ["routes.id"], name=op.f("fk_links_route")),
        sa.PrimaryKeyConstraint("record", "root", name=op.f("pk_links")),
    )
    op.create_index(
        "ix_links_partner",
        "links",
        ["partner"],
        unique=False,
        sqlite_where=sa.text("partner IS NOT NULL"),
        postgresql_where=sa.text("partner IS NOT NULL"),
    )
    op.create_table(
        "payloads",
        sa.Column("record", NUMBER, autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["records.id"], name=op.f("fk_payloads_record"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record", name=op.f("pk_payloads")),
    )
    op.create_table(
        "rejects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("route", sa.Integer(), nullable=False),
        sa.Column("artifact", sa.Integer(), nullable=False),
        sa.Column("record", NUMBER, nullable=True),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("offset", NUMBER, nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["artifact"], ["artifacts.id"], name=op.f("fk_rejects_artifact")),
        sa.ForeignKeyConstraint(["record"], ["records.id"], name=op.f("fk_rejects_record"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["route"], ["routes.id"], name=op.f("fk_rejects_route")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_rejects_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejects")),
    )
    op.create_index(op.f("ix_rejects_artifact"), "rejects", ["artifact"], unique=False)
    op.create_index(op.f("ix_rejects_record"), "rejects", ["record"], unique=False)
    op.create_index(op.f("ix_rejects_route"), "rejects", ["route"], unique=False)
    op.create_index(op.f("ix_rejects_run"), "rejects", ["run"], unique=False)
    op.execute("INSERT INTO counters (name, value) VALUES ('record', 0)")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index(op.f("ix_rejects_run"), table_name="rejects")
    op.drop_index(op.f("ix_rejects_route"), table_name="rejects")
    op.drop_index(op.f("ix_rejects_record"), table_name="rejects")
    op.drop_index(op.f("ix_rejects_artifact"), table_name="rejects")
    op.drop_table("rejects")
    op.drop_table("payloads")
    op.drop_index(
        "ix_links_partner",
        table_name="links",
        sqlite_where=sa.text("partner IS NOT NULL"),
        postgresql_where=sa.text("partner IS NOT NULL"),
    )
    op.drop_table("links")
    op.drop_index("ix_records_route_key", table_name="records")
    op.drop_index(
        "ix_records_open",
        table_name="records",
        sqlite_where=sa.text("state IN ('pending', 'held')"),
        postgresql_where=sa.text("state IN ('pending', 'held')"),
    )
    op.drop_index(
        "ix_records_delivery",
        table_name="records",
        sqlite_where=sa.text("delivery IS NOT NULL"),
        postgresql_where=sa.text("delivery IS NOT NULL"),
    )
    op.drop_index("ix_records_artifact_state", table_name="records")
    op.drop_table("records")
    op.drop_index(op.f("ix_attempts_run"), table_name="attempts")
    op.drop_index(op.f("ix_attempts_delivery"), table_name="attempts")
    op.drop_table("attempts")
    op.drop_index(op.f("ix_artifacts_run"), table_name="artifacts")
    op.drop_index("ix_artifacts_sha256", table_name="artifacts")
    op.drop_index("ix_artifacts_route_state", table_name="artifacts")
    op.drop_table("artifacts")
    op.drop_index(op.f("ix_runs_route"), table_name="runs")
    op.drop_table("runs")
    op.drop_table("memory")
    op.drop_table("leases")
    op.drop_index("ix_deliveries_route_state", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_table("routes")
    op.drop_table("counters")
