"""The page of frames shows what the commands print, byte for byte."""

from __future__ import annotations

from pathlib import Path

from adapters.cobol.settings import CobolSettings
from tests.conftest import need
from tests.docs.documents import Reader


def test_every_example_of_the_page_prints_what_it_says(root: Path, tmp_path: Path) -> None:
    need("od", "coreutils")
    with Reader(tmp_path) as reader:
        reader.follow(root / "docs" / "reference" / "cobol-frames.md")


def test_the_page_names_every_setting_of_frames(root: Path) -> None:
    page = (root / "docs" / "reference" / "cobol-frames.md").read_text("utf-8")
    settings = (
        "frame", "record_length", "rdw", "rdw_counts_itself", "bdw", "bdw_counts_itself", "block_size", "word",
        "length_adds", "varseq_format", "record_start", "record_end", "line_end", "header", "trailer", "keep_raw",
    )  # fmt: skip
    assert set(settings) <= CobolSettings.model_fields.keys()
    assert [] == [name for name in settings if f"`{name}" not in page]
