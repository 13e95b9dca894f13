"""The adapter of the how-to is whole, and keeps the contract."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```python\n# (?P<name>\w+\.py)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def written(root: Path, tmp_path: Path) -> Path:
    """Lay the modules of the page into a folder of their own."""
    page = (root / "docs/how-to/write-an-adapter.md").read_text("utf-8")
    for block in BLOCK.finditer(page):
        (tmp_path / block["name"]).write_text(block["code"], "utf-8")
    return tmp_path


def test_the_page_has_an_adapter_and_its_test(written: Path) -> None:
    assert ["inbox.py", "test_inbox.py"] == sorted(path.name for path in written.glob("*.py"))


def test_the_adapter_of_the_page_keeps_the_contract(written: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_inbox.py"]
    run = subprocess.run(command, cwd=written, capture_output=True, text=True, timeout=120)
    assert 0 == run.returncode, run.stdout + run.stderr
    assert re.search(r"^\d+ passed in ", run.stdout, re.MULTILINE), run.stdout


def test_the_adapter_of_the_page_is_as_clean_as_the_rest(root: Path, written: Path) -> None:
    rules = ["--config", str(root / "ruff.toml"), "--ignore", "S101,D"]
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", *rules, str(written)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert 0 == run.returncode, run.stdout + run.stderr
