"""The bytes that records came with: kept where a route asks, given back with the record, in pages of bounded size."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest
from alembic import command
from alembic.config import Config

from hrbus.ledger import Ledger, intake, outbox
from hrbus.ledger.compare import BUSINESS_KEY, DIGEST, PAYLOAD
from hrbus.ledger.database import Database
from hrbus.ledger.outbox import PAGE_BYTES
from hrbus.ledger.run import Run
from hrbus.testing import ManualClock
from hrbus.values import OFFSET, RAW, RECORD, OnChange


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with Ledger(f"sqlite:///{tmp_path}/ledger.db", ManualClock()) as ledger, ledger.run("out") as opened:
        yield opened


def take(run: Run, name: str, raws: dict[str, bytes | None]) -> None:
    """Take an artifact in whose records have these keys and bytes."""
    rows = {
        RECORD: range(1, len(raws) + 1),
        OFFSET: range(len(raws)),
        BUSINESS_KEY: list(raws),
        DIGEST: [name.encode()] * len(raws),
        PAYLOAD: ["{}"] * len(raws),
        RAW: list(raws.values()),
    }
    taken = intake.begin(run, name, name.rjust(64), 1, "1")
    frame = pl.DataFrame(rows, schema_overrides={DIGEST: pl.Binary, RAW: pl.Binary})
    intake.stage(run, taken, 1, frame, [])
    intake.complete(run, taken, OnChange.UPDATE)


def pages(run: Run, *, raw: bool = True) -> list[pl.DataFrame]:
    delivery = outbox.gather(run, {}, OnChange.UPDATE)
    assert delivery
    return list(delivery.pages(100, raw=raw))


def test_a_record_comes_back_with_its_bytes(run: Run) -> None:
    take(run, "a", {"ada": b"\x00A\xff", "bob": None, "eve": b""})
    [page] = pages(run)
    assert [b"\x00A\xff", None, b""] == page[RAW].to_list()


def test_bytes_that_nobody_asks_for_stay_where_they_are(run: Run) -> None:
    take(run, "a", {"ada": b"A"})
    [page] = pages(run, raw=False)
    assert RAW not in page.columns


def test_the_newest_bytes_of_a_key_are_those_that_are_sent_and_the_older_are_not_kept(run: Run) -> None:
    take(run, "a", {"ada": b"old"})
    take(run, "b", {"ada": b"new"})
    [page] = pages(run)
    assert [b"new"] == page[RAW].to_list()
    with run.database.read() as connection:
        assert [(b"new",)] == connection.exec_driver_sql("SELECT raw FROM payloads").all()


def test_a_page_ends_where_its_bytes_would_take_too_much_room(run: Run) -> None:
    half = b"x" * (PAGE_BYTES // 2)
    take(run, "a", dict.fromkeys("abc", half))
    assert [2, 1] == [page.height for page in pages(run)]


def test_a_ledger_from_before_has_records_without_bytes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    database = Database(url)
    config = Config()
    config.set_main_option("script_location", str(files("hrbus.ledger") / "migrations"))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    database.close()
    with sqlite3.connect(tmp_path / "ledger.db") as old:
        old.execute("PRAGMA foreign_keys=OFF")
        old.execute("INSERT INTO payloads (record, body) VALUES (1, '{}')")
    old.close()
    with Ledger(url, ManualClock()) as ledger, ledger.database.read() as connection:
        assert [(1, "{}", None)] == connection.exec_driver_sql("SELECT record, body, raw FROM payloads").all()
