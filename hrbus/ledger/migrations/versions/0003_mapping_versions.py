"""Which version of a mapping made the documents of an artifact, and the orders of each attempt to deliver."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    """Make room for the versions; of what is there already nobody knows them."""
    for table in ("artifacts", "attempts"):
        op.add_column(table, sa.Column("mapping", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    """Drop the versions."""
    for table in ("artifacts", "attempts"):
        op.drop_column(table, "mapping")
