"""What the README and every other page point to is there, and both READMEs say the same."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from hrbus.cli.app import COMMANDS
from tests.conftest import ROOT
from tests.docs.documents import Command, steps

READMES = ("README.md", "README.zh-CN.md")
PAGES = sorted(
    str(page.relative_to(ROOT))
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "hrxml_schemas").glob("*.md")]
)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def prose(text: str) -> str:
    """Return a page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def links(page: Path) -> list[str]:
    """Return where a page points to below this repository, anchors included."""
    return [link for link in _LINK.findall(prose(page.read_text("utf-8"))) if "://" not in link]


def anchors(page: Path) -> set[str]:
    """Return the anchors that headings of a page have where Markdown is shown as on GitHub."""
    titles = re.findall(r"^#+ (.+)$", prose(page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands(page: Path) -> list[str]:
    """Return the commands of a page, as they are typed."""
    return [step.text for step in steps(page.read_text("utf-8")) if isinstance(step, Command)]


def shape(page: str) -> list[object]:
    """Return what two languages of a page have in common: links, with their language taken off, and commands."""
    return [[link.replace(".zh-CN", "") for link in links(ROOT / page)][1:], commands(ROOT / page)]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    missing = []
    for link in links(ROOT / page):
        path, _, anchor = link.partition("#")
        target = ((ROOT / page).parent / path).resolve() if path else ROOT / page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            missing.append(link)
    assert [] == missing


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_exists(page: str) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    text = (ROOT / page).read_text("utf-8")
    asked = set(re.findall(r"(?:^\$ |&& |`)(hrbus|make) ([a-z]+)\b", text, re.MULTILINE))
    known = {("hrbus", name) for name in COMMANDS} | {("make", name) for name in targets}
    assert set() == asked - known


def test_both_readmes_have_the_same_links_and_commands() -> None:
    english, chinese = map(shape, READMES)
    assert english == chinese


def test_the_readme_names_the_two_commands_first() -> None:
    assert ["make demo", "make test"] == [line.partition("#")[0].strip() for line in commands(ROOT / "README.md")[:2]]


def test_a_newcomer_is_told_the_python_that_is_needed(root: Path) -> None:
    settings = configparser.ConfigParser()
    settings.read(root / "setup.cfg", "utf-8")
    version = settings["options"]["python_requires"].removeprefix(">=")
    assert all(f"Python {version}" in (root / page).read_text("utf-8") for page in READMES)


def test_the_index_names_every_page(root: Path) -> None:
    docs = root / "docs"
    there = {page for page in docs.rglob("*.md") if page.parent.name != "adr" and page.name != "README.md"}
    named = {(docs / link).resolve() for link in links(docs / "README.md")}
    assert set() == {str(page.relative_to(docs)) for page in there - named}
