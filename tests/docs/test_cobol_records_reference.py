"""The page about records of several types shows what is so."""

from __future__ import annotations

from pathlib import Path

from adapters.cobol.settings import CobolSettings
from tests.conftest import need
from tests.docs.documents import Reader

PAGE = "docs/reference/cobol-records.md"


def test_every_example_prints_what_the_page_shows(root: Path, tmp_path: Path) -> None:
    need("bash", "bash")
    with Reader(tmp_path) as reader:
        reader.follow(root / PAGE)


def test_every_setting_of_types_is_told_with_its_default(root: Path) -> None:
    text = (root / PAGE).read_text("utf-8")
    for name in ("segment", "segments", "unknown", "most_children", "select"):
        assert f"`{name}`" in text
    assert f"| `unknown` | `{CobolSettings.model_fields['unknown'].default}` |" in text
    assert f"| `most_children` | `{CobolSettings.model_fields['most_children'].default}` |" in text
