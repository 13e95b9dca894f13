"""Families of any number, and of any size, pass through in constant memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("form", ["families", "monster"])
def test_four_times_the_records_take_no_more_memory(form: str) -> None:
    """Held as a whole, the 600,000 records more would be 48 MB of bytes alone; one parent has them all, or many."""
    program = Path(__file__).with_name("endless_families.py")
    command = [sys.executable, str(program), form, "800000"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 20_000 > int(done.stdout)
