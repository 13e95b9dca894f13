"""Opening a ledger: made, brought up to date, refused."""

from __future__ import annotations

import sqlite3
import stat
from importlib.resources import files
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from hrbus.errors import ConfigError, TransientError
from hrbus.ledger import database as module
from hrbus.ledger.database import Database
from hrbus.ledger.schema import VERSION, metadata


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/ledger.db"


def test_a_new_ledger_has_the_tables_of_the_schema(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    with database.read() as connection:
        assert [] == compare_metadata(MigrationContext.configure(connection), metadata)
    database.close()


def test_the_schema_names_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(files("hrbus.ledger") / "migrations"))
    assert VERSION == ScriptDirectory.from_config(config).get_current_head()


def test_a_migration_goes_back_and_forth(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    config = Config()
    config.set_main_option("script_location", str(files("hrbus.ledger") / "migrations"))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    database.close()
    again = Database(url(tmp_path))
    assert VERSION == again.version()
    again.close()


def test_a_ledger_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    Database(url(tmp_path)).close()
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(ConfigError, match=r"newer hrbus: its tables stand at 9999") as caught:
        Database(url(tmp_path))
    assert "restore the copy" in str(caught.value)


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("name;salary\n" * 100)
    with pytest.raises(ConfigError, match="cannot be opened"):
        Database(url(tmp_path))


@pytest.mark.parametrize("address", ["sqlite://", "postgresql://hr:secret@localhost/ledger"])
def test_what_is_no_file_of_sqlite_is_refused_without_showing_a_password(address: str) -> None:
    with pytest.raises(ConfigError, match=r"sqlite:///var/ledger\.db") as caught:
        Database(address)
    assert "secret" not in str(caught.value)


def test_a_ledger_is_for_its_owner_only(tmp_path: Path) -> None:
    Database(url(tmp_path)).close()
    assert 0o600 == stat.S_IMODE((tmp_path / "ledger.db").stat().st_mode)


def test_a_folder_that_cannot_be_written_is_a_fault_to_mend(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")
    with pytest.raises(ConfigError, match="cannot be written"):
        Database(f"sqlite:///{tmp_path}/var/ledger.db")


def test_a_reader_sees_the_last_commit_while_another_writes(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    with database.write() as writer:
        writer.exec_driver_sql("INSERT INTO routes (name) VALUES ('one')")
        with database.read() as reader:
            assert [] == reader.exec_driver_sql("SELECT name FROM routes").all()
    database.close()


def test_a_ledger_that_stays_locked_is_to_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.1)
    database = Database(url(tmp_path))
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TransientError, match="locked by another process"), database.write():
        pass
    other.close()
    database.close()


def test_values_of_a_failing_statement_are_not_in_its_message(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    statement = "INSERT INTO records (id, key) VALUES (?, ?)"
    with pytest.raises(Exception, match="NOT NULL") as caught, database.write() as connection:
        connection.exec_driver_sql(statement, (1, "ADA-LOVELACE"))
    assert "LOVELACE" not in str(caught.value)
    database.close()
