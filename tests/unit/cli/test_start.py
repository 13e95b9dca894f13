"""How quickly the command line answers, and how it leaves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hrbus import __version__

Hrbus = Callable[..., Any]

HEAVY = ("polars", "numpy", "numba", "sqlalchemy", "alembic", "lxml", "xmlschema", "fastapi", "paramiko",
         "requests", "apscheduler", "yaml", "rich.console")  # fmt: skip


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["decode", "--help"], ["status", "--help"], ["diff", "--help"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys, hrbus.cli\n"
        f"try: hrbus.cli.main({arguments!r})\n"
        f"finally: print('loaded:', *[name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "loaded:" == done.stdout.splitlines()[-1]


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
