"""The database behind the ledger: opening it, bringing its tables up to date, transactions.

    >>> database = Database("sqlite:///var/ledger.db")           # doctest: +SKIP
    >>> with database.write() as connection: ...                 # doctest: +SKIP

SQLite runs in WAL mode with ``synchronous=FULL``: a commit that returned is on the disk, also when the power goes.
The hub commits once for ten thousand records, so it costs nothing that one would feel (``benchmarks/bench_ledger.py``
shows it), while a lost commit after a send would be a candidate invited twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, create_engine, event, inspect, make_url, select, table
from sqlalchemy import column as column_of
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError

from hrbus.errors import ConfigError, Fault, TransientError
from hrbus.ledger.schema import VERSION

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-65536",
    "PRAGMA wal_autocheckpoint=16384",  # 64 MiB: pages that several batches touch are copied back once
)
BUSY_SECONDS = 30.0
"""How long a transaction waits for another process that writes."""
READ_ONLY = "hrbus_read"
"""The execution option that a transaction which only reads carries."""


class Database:
    """A database whose tables are up to date.

    Raises ConfigError where it cannot be opened, is not a ledger, or was written by a newer program.
    """

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        if self.url.get_backend_name() != "sqlite" or not self.url.database:
            raise ConfigError(
                Fault(
                    f"a ledger cannot be kept in {self.url.render_as_string(hide_password=True)}",
                    hint="give a file: sqlite:///var/ledger.db",
                )
            )
        self.name = self.url.database
        _make_private(Path(self.name))
        self.engine = _engine(self.url)
        self._reader = self.engine.execution_options(**{READ_ONLY: True})
        try:
            if self.version() != VERSION:
                self._upgrade()
        except DatabaseError as error:
            self.close()
            raise ConfigError(
                Fault(
                    f"the ledger {self.name} cannot be opened ({error.orig})",
                    hint="give a ledger that hrbus made, in a folder that it may write, or an empty place",
                )
            ) from error
        except ConfigError:
            self.close()
            raise

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that may write: all of it becomes true, or nothing.

        Raises TransientError where another process has kept the database locked for half a minute.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except OperationalError as error:
            raise self._told(error) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads, and never waits for one that writes."""
        try:
            with self._reader.begin() as connection:
                yield connection
        except OperationalError as error:
            raise self._told(error) from error

    def _told(self, error: OperationalError) -> Exception:
        """Return what a person can act on, or the error itself where that is a defect."""
        said = str(error.orig)
        if "locked" in said:
            return TransientError(f"the ledger {self.name} is locked by another process; try again")
        if any(word in said for word in ("full", "disk I/O", "readonly", "unable to open")):
            hint = "make room on its disk, or mend the rights of its folder; then run again, nothing is lost"
            return ConfigError(Fault(f"the ledger {self.name} cannot be used ({said})", hint=hint))
        return error

    def version(self) -> str:
        """Return the migration that the tables stand at, empty for a database without any."""
        with self.read() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return ""
            number: Select[tuple[str]] = select(column_of("version_num")).select_from(table("alembic_version"))
            return str(connection.scalar(number) or "")

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    def _upgrade(self) -> None:
        """Bring the tables up to date in one transaction, whose lock keeps a second program from doing the same."""
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", str(files("hrbus.ledger") / "migrations").replace("%", "%%"))
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        with self.write() as connection:
            standing = self.version()
            if standing and standing not in known:
                raise ConfigError(
                    Fault(
                        f"the ledger {self.name} was written by a newer hrbus: its tables stand at {standing}, "
                        f"this program knows them up to {VERSION}",
                        hint="start the newer program, or restore the copy made before it was installed",
                    )
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _engine(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver's own idea of when a transaction begins is switched off: ``begin`` below says it.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Taking the write lock at once: a transaction that read first and writes later could fail in the middle.
        only_reads = connection.get_execution_options().get(READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")

    return engine


def _make_private(path: Path) -> None:
    """Make sure that the file is there and is nobody else's to read: it holds personal data."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise ConfigError(
            Fault(f"the ledger {path} cannot be written ({error.strerror})", hint="mend the folder's rights")
        ) from error
