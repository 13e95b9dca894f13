"""What import-linter cannot look at: the scheduler, which is a single module; and what ``make`` offers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path


def imported(file: Path) -> Iterator[str]:
    """Yield the name of every module that ``file`` imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_scheduler_knows_the_hub_and_none_of_its_adapters(root: Path) -> None:
    found = {name for name in imported(root / "scheduler.py") if name.partition(".")[0] in ("hrbus", "adapters")}
    rooms = ("app", "clock", "diary", "errors", "registry", "settings", "settings.trigger", "site", "values")
    assert set() == found - {"hrbus", *(f"hrbus.{room}" for room in rooms)}


def test_nobody_imports_the_scheduler(root: Path) -> None:
    files = [file for folder in ("hrbus", "adapters") for file in (root / folder).rglob("*.py")]
    assert [] == [file for file in files if "scheduler" in imported(file)]


def test_every_target_of_make_that_people_type_is_explained(root: Path) -> None:
    text = (root / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony is not None
    explained = set(re.findall(r"^(\w+):.*?## ", text, re.MULTILINE))
    assert set(phony[1].split()) == explained


def test_every_requirement_is_pinned(root: Path) -> None:
    """A name of setup.cfg without a pin would be another version for everybody who installs."""
    cfg = (root / "setup.cfg").read_text("utf-8")
    wanted = cfg.partition("install_requires =")[2].partition("[options.entry_points]")[0]
    names = re.findall(r"^    ([A-Za-z0-9._-]+)(?:[<>=].*)?$", wanted, re.MULTILINE)
    pinned = {normal(line.partition("==")[0]) for line in (root / "constraints.txt").read_text().splitlines()}
    assert len(names) > 30
    assert set() == {normal(name) for name in names} - pinned - {"setuptools"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
