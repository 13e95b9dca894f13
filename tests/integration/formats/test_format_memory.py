"""A file of any size passes through in constant memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("form", ["delimited", "fixed", "dbf", "xml"])
def test_four_times_the_records_take_no_more_memory(form: str, tmp_path: Path) -> None:
    """Held as a whole, the 90,000 records more would be 40 MB of cells at the least."""
    program = Path(__file__).with_name("endless.py")
    command = [sys.executable, str(program), form, str(tmp_path), "120000"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 20_000 > int(done.stdout)
