"""What the reference service knows, in one SQLite file: orders, keys, tokens and the shift of its clock.

Every change is committed before the answer leaves (WAL): what a client was told survives the end of the process,
however sudden. One connection behind one lock; the service is a reference, not a race.

    store = Store(folder / "sandbox.sqlite", Life(), SystemClock())
    with store.transaction() as db:
        db.execute("SELECT count(*) FROM interview")
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hrbus.clock import Clock
from hrbus.sandbox.life import Life
from hrbus.sandbox.models import Interview, State, milliseconds, text_of

_TABLES = """
CREATE TABLE IF NOT EXISTS interview (
    id TEXT PRIMARY KEY, client TEXT NOT NULL, external_id TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL, next INTEGER, expires INTEGER, version INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS interview_order ON interview (updated, id);
CREATE INDEX IF NOT EXISTS interview_external ON interview (external_id);
CREATE INDEX IF NOT EXISTS interview_due ON interview (next) WHERE next IS NOT NULL;
CREATE TABLE IF NOT EXISTS key (
    client TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (client, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token (
    digest TEXT PRIMARY KEY, client TEXT NOT NULL, scope TEXT NOT NULL, expires INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Row:
    """An interview as it is stored. Moments are milliseconds since 1970; ``body`` is the order."""

    id: str
    client: str
    external_id: str
    body: dict[str, Any]
    status: State
    created: int
    updated: int
    expires: int | None
    version: int

    def shown(self) -> Interview:
        """Return what the service answers."""
        return Interview(
            id=self.id,
            external_id=self.external_id,
            status=self.status,
            template_id=self.body["template_id"],
            mode=self.body["mode"],
            language=self.body.get("language"),
            interview_url=f"https://sandbox.example/candidate/{self.id}",
            created_at=text_of(self.created),
            updated_at=text_of(self.updated),
            expires_at=None if self.expires is None else text_of(self.expires),
        )


class Store:
    """The service's memory, and its time: the given clock plus what was added by ``advance``."""

    COLUMNS = "id, client, external_id, body, status, created, updated, expires, version"

    def __init__(self, path: Path, life: Life, clock: Clock) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.life = life
        self._clock = clock
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_TABLES)
        found = self._db.execute("SELECT value FROM fact WHERE name = 'shift'").fetchone()
        self._shift = float(found[0]) if found else 0.0

    def close(self) -> None:
        """Close the file; nothing is lost, as nothing waits to be written."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection alone to the caller; commit at the end, or roll back on an error."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # --- time -------------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the service's own present moment."""
        return self._clock.now() + timedelta(seconds=self._shift)

    def now_ms(self) -> int:
        """Return the present moment in milliseconds since 1970."""
        return milliseconds(self.now())

    def advance(self, seconds: float) -> None:
        """Move the service's clock forward; it stays moved after a restart."""
        with self.transaction() as db:
            shift = self._shift + seconds
            db.execute("INSERT OR REPLACE INTO fact VALUES ('shift', ?)", (str(shift),))
            self._shift = shift

    def catch_up(self, db: sqlite3.Connection) -> None:
        """Let happen what is due until now. Called at the start of every transaction that looks at interviews."""
        now = self.now_ms()
        query = "SELECT id, external_id, created, expires FROM interview WHERE next <= ?"
        steps = []
        for each, external_id, created, expires in db.execute(query, (now,)).fetchall():
            state, since, ahead = self.life.at(self.life.story(external_id, created, expires), now)
            steps.append((state, since, ahead, each))
        if steps:
            change = "UPDATE interview SET status = ?, updated = ?, next = ?, version = version + 1 WHERE id = ?"
            db.executemany(change, steps)

    # --- interviews -------------------------------------------------------------------------------------------------

    def insert(self, db: sqlite3.Connection, row: Row) -> None:
        """Store a new interview."""
        story = self.life.story(row.external_id, row.created, row.expires)
        ahead = self.life.at(story, row.created)[2]
        values = (row.id, row.client, row.external_id, json.dumps(row.body), row.status, row.created, row.updated)
        db.execute("INSERT INTO interview VALUES (?,?,?,?,?,?,?,?,?,?)", (*values, ahead, row.expires, row.version))

    def get(self, db: sqlite3.Connection, client: str, interview_id: str) -> Row | None:
        """Return one interview of ``client`` as it stands now; another client's is none."""
        self.catch_up(db)
        query = f"SELECT {self.COLUMNS} FROM interview WHERE id = ? AND client = ?"  # noqa: S608 - constant
        found = db.execute(query, (interview_id, client)).fetchone()
        return _row(found) if found else None

    def find(
        self,
        client: str,
        *,
        status: Sequence[str] = (),
        external_id: str | None = None,
        since: int | None = None,
        after: tuple[int, str] | None = None,
        limit: int = 100,
    ) -> list[Row]:
        """Return up to ``limit`` interviews of ``client`` by their last change.

        They begin with ``since`` (milliseconds since 1970, inclusive) or behind ``after`` (last change and id).
        """
        where: list[str] = ["client = ?"]
        values: list[str | int] = [client]
        if status:
            where.append(f"status IN ({','.join('?' * len(status))})")
            values += status
        if external_id is not None:
            where.append("external_id = ?")
            values.append(external_id)
        if since is not None:
            where.append("updated >= ?")
            values.append(since)
        if after is not None:
            where.append("(updated, id) > (?, ?)")
            values += after
        query = f"SELECT {self.COLUMNS} FROM interview WHERE {' AND '.join(where)} ORDER BY updated, id LIMIT ?"  # noqa: S608 - own words only
        with self.transaction() as db:
            self.catch_up(db)
            return [_row(found) for found in db.execute(query, (*values, limit)).fetchall()]

    def alter(
        self, db: sqlite3.Connection, row: Row, *, status: State | None = None, expires: int | None = None
    ) -> Row:
        """End an interview with ``status``, or give it another end of term; return it as it is then."""
        now = self.now_ms()
        if status is not None:
            state, ahead, term = status, None, row.expires
        else:
            story = self.life.story(row.external_id, row.created, expires)
            state, _, ahead = self.life.at(story, now)
            term = expires
        db.execute(
            "UPDATE interview SET status = ?, updated = ?, next = ?, expires = ?, version = version + 1 WHERE id = ?",
            (state, now, ahead, term, row.id),
        )
        found = db.execute(f"SELECT {self.COLUMNS} FROM interview WHERE id = ?", (row.id,)).fetchone()  # noqa: S608 - constant
        return _row(found)

    def counts(self) -> dict[str, Any]:
        """Return how many orders there are, and which business keys were ordered more than once."""
        with self.transaction() as db:
            self.catch_up(db)
            orders, distinct = db.execute("SELECT count(*), count(DISTINCT external_id) FROM interview").fetchone()
            by_status = dict(db.execute("SELECT status, count(*) FROM interview GROUP BY status ORDER BY status"))
            query = "SELECT external_id, count(*) FROM interview GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 100"
            twice = dict(db.execute(query))
        return {"orders": orders, "duplicates": orders - distinct, "ordered_twice": twice, "by_status": by_status}

    def reset(self) -> None:
        """Forget everything."""
        with self.transaction() as db:
            for table in ("interview", "key", "token", "fact"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - own words only
            self._shift = 0.0


def _row(found: Sequence[Any]) -> Row:
    identity, client, external_id, body, status, created, updated, expires, version = found
    order = json.loads(body)
    return Row(identity, client, external_id, order, State(status), created, updated, expires, version)
