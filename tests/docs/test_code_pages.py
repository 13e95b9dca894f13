"""The reference of code pages names every page, and its examples print what it shows."""

from __future__ import annotations

import re
from pathlib import Path

from adapters.pages import find
from adapters.pages.catalogue import DOUBLE, OTHER, SINGLE
from tests.conftest import need
from tests.docs.documents import Reader

PAGE = "docs/reference/code-pages.md"


def test_the_examples_print_what_the_page_shows(root: Path, tmp_path: Path) -> None:
    need("bash", "bash")
    with Reader(tmp_path) as reader:
        reader.follow(root / PAGE)


def test_the_tables_name_every_page_with_its_use_and_its_euro_sign(root: Path) -> None:
    text = (root / PAGE).read_text("utf-8")
    rows = re.findall(r"^\| `cp(\d+)` \| ([^|]*) \| ?(€?) \|", text, re.MULTILINE)
    known = {**SINGLE, **DOUBLE}
    assert [(number, use, "€" if find(number).holds("€") else "") for number, use in known.items()] == rows


def test_the_page_tells_the_numbers_of_the_double_byte_tables(root: Path) -> None:
    text = (root / PAGE).read_text("utf-8")
    told = dict(re.findall(r"^\| `cp(\d+)` \| [^|]* \| ?€? \| (\d+) \|$", text, re.MULTILINE))
    assert {number: str(int((find(number).double != -1).sum())) for number in DOUBLE} == told
    for name in ("cp937", "cp1371"):
        assert f"{_doubled(name)} double bytes of `{name}`" in text or f"{_doubled(name)} of `{name}`" in text


def test_other_numbers_are_told(root: Path) -> None:
    text = (root / PAGE).read_text("utf-8")
    assert [] == [name for name in OTHER if not OTHER[name].isalpha() and OTHER[name].isdigit() and name not in text]


def _doubled(name: str) -> int:
    """Return how many double bytes read as a character that another code is written for."""
    page = find(name)
    return sum(1 for code, point in enumerate(page.double.tolist()) if point >= 0 and page.codes[point] != code)
