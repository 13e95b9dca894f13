"""What Alembic runs to bring a ledger up to date, on the connection that ``hrbus.ledger.database`` hands in."""

from __future__ import annotations

from alembic import context

from hrbus.ledger.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
# The transaction is the caller's: it holds the lock that keeps a second program from upgrading at the same time.
context.run_migrations()
