"""The vocabulary, read once for all."""

from __future__ import annotations

import pytest

from hrbus.hrxml import Vocabulary, load
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """Return the profile of HR-XML 2.5."""
    return load("2.5", ROOT / "hrxml_schemas")
