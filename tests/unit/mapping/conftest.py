"""Ways to make mappings out of a few lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hrbus import hrxml, mapping
from hrbus.spi import Layout
from tests.unit.mapping.samples import LAYOUT

Make = Callable[..., mapping.Mapping]


@pytest.fixture(scope="session")
def vocabulary(root: Path) -> hrxml.Vocabulary:
    """Return our own profile of HR-XML 2.5."""
    return hrxml.load("2.5", root / "hrxml_schemas")


@pytest.fixture
def make(vocabulary: hrxml.Vocabulary, tmp_path: Path) -> Make:
    """Return what makes a mapping out of the text of its document, and other keys."""

    def made(document: str, rest: str = "", layout: Layout = LAYOUT) -> mapping.Mapping:
        body = "\n".join(f"  {line}" for line in document.strip("\n").split("\n"))
        file = tmp_path / "m.yaml"
        file.write_text(f"mapping: test\nlayout: appl\ndocument:\n{body}\n{rest}", "utf-8")
        return mapping.load(
            file, layout_of=lambda name: layout, vocabulary=vocabulary, tables=tmp_path, name="m.yaml"
        )

    return made
