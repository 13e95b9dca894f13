"""The bytes that a record came with, for routes that write onto them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make room for the bytes; records that are there already have none."""
    op.add_column("payloads", sa.Column("raw", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Drop the bytes."""
    op.drop_column("payloads", "raw")
