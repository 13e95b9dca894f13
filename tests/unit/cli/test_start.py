"""How quickly the command line answers, and how it leaves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from hrbus import __version__
from hrbus.cli.app import COMMANDS
from hrbus.registry import ADAPTERS, CODECS

Hrbus = Callable[..., Any]

HEAVY = frozenset({
    "alembic", "apscheduler", "cryptography", "fastapi", "llvmlite", "lxml", "numba", "numpy", "orjson", "paramiko",
    "polars", "pysequoia", "python_calamine", "requests", "sqlalchemy", "sqlglot", "urllib3", "uvicorn", "xlsxwriter",
    "xmlschema",
})  # fmt: skip
"""What costs a tenth of a second or more to import, or leads to something that does."""
WORDS = HEAVY | {"rich", "yaml"}
"""What no help needs. (Below the top typer itself imports pydantic, to read options.)"""


def offenders(code: str, forbidden: frozenset[str]) -> list[str]:
    """Return which of the packages that ``code`` may not import a fresh interpreter has imported after it."""
    said = (
        "import sys\n"
        f"try:\n    {code}\n"
        "finally:\n    print('loaded:', *sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    loaded = done.stdout.splitlines()[-1].split()
    assert "loaded:" == loaded[0]
    return sorted(forbidden.intersection(loaded))


def running(*arguments: str) -> str:
    """Return the code that runs a command."""
    return f"import hrbus.cli; hrbus.cli.main({list(arguments)!r})"


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_first_answers_import_nothing_heavy(option: str) -> None:
    assert [] == offenders(running(option), WORDS | {"pydantic"})


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_imports_nothing_heavy(name: str) -> None:
    assert [] == offenders(running(name, "--help"), WORDS)


@pytest.mark.parametrize(
    "name", ["", *sorted(point.name for group in (ADAPTERS, CODECS) for point in entry_points(group=group))]
)
def test_showing_what_is_plugged_in_imports_nothing_that_moves_data(name: str) -> None:
    assert [] == offenders(running("adapters", *filter(None, [name])), HEAVY)


@pytest.mark.parametrize(
    "arguments", [("routes",), ("connections",), ("jobs",), ("adapter", "sftp"), ("codec", "cobol")]
)
def test_a_schema_imports_nothing_that_moves_data(arguments: tuple[str, ...]) -> None:
    assert [] == offenders(running("schema", *arguments), HEAVY)


@pytest.mark.parametrize("file", ["copybooks/APPLREC.cpy", "layouts/order.yaml"])
def test_reading_a_layout_imports_nothing_that_moves_data(file: str, root: Path) -> None:
    path = str(root / "mappings" / file)
    code = f"import pathlib, hrbus.registry as r; r.Registry.installed().layout(pathlib.Path({path!r}))"
    assert [] == offenders(code, HEAVY)


def test_the_version_is_told(hrbus: Hrbus) -> None:
    assert (0, f"hrbus {__version__}\n", "") == hrbus("--version")


def test_every_fault_stands_on_a_line_of_its_own_on_stderr(hrbus: Hrbus, tmp_path: Path) -> None:
    answer = hrbus("check", "--site", tmp_path)
    assert 2 == answer.code
    assert "" == answer.out
    assert (
        f"error: {tmp_path} (--site) is no site: it has no config/; make one: hrbus init {tmp_path}\n" == answer.err
    )


def test_a_wrong_command_leaves_with_two_and_says_what_is_near(hrbus: Hrbus) -> None:
    answer = hrbus("chekc")
    assert 2 == answer.code
    assert "check" in answer.err
