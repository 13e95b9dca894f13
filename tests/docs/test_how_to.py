"""The how-to guides do what they say, in a new site."""

from __future__ import annotations

import configparser
import shlex
from pathlib import Path

import pytest

from hrbus import site
from scheduler import main as scheduler
from tests.conftest import need, shared
from tests.docs.documents import Command, Reader, Save, steps

NEEDS = {
    "bring-a-resume.md": (),
    "read-a-second-file.md": (),
    "code-tables.md": (),
    "conditions-and-formulas.md": (),
    "dates-and-times.md": (),
    "names-phones-and-numbers.md": (),
    "scores-and-money.md": (),
    "share-a-fragment.md": (),
    "make-a-twin.md": (),
    "chinese-names.md": (),
    "chinese-names.zh-CN.md": (),
    "map-a-copybook.md": (),
    "read-a-reject.md": (),
    "run-at-night.md": (),
    "validate-hrxml.md": ("RELEASE",),
    "write-results-to-cobol.md": ("CLONE",),
}
"""The guides that are followed, and the variables that they ask their reader to know."""


@pytest.mark.parametrize("page", NEEDS)
def test_every_step_of_a_guide_does_what_it_says(page: str, root: Path, tmp_path: Path) -> None:
    need("bash", "bash")
    known = {"CLONE": str(root)}
    if "CLONE" in NEEDS[page]:
        need("cobc", "gnucobol4")
    if "RELEASE" in NEEDS[page]:
        known["RELEASE"] = str(shared("hrxml/2.5"))
    with Reader(tmp_path, "zh" if ".zh-" in page else "en") as reader:
        site.init(tmp_path / "site")
        reader.folder = tmp_path / "site"
        reader.environ |= known
        reader.follow(root / "docs" / "how-to" / page)


def test_a_guide_in_two_languages_asks_for_the_same(root: Path) -> None:
    for chinese in (root / "docs" / "how-to").glob("*.zh-CN.md"):
        english = chinese.with_name(chinese.name.replace(".zh-CN", ""))
        asked = [
            [step if isinstance(step, Save) else (step.text, step.code) for step in steps(page.read_text("utf-8"))
             if isinstance(step, Save | Command)]
            for page in (english, chinese)
        ]  # fmt: skip
        assert asked[0] == asked[1]


def test_every_guide_with_commands_is_followed(root: Path) -> None:
    pages = (root / "docs" / "how-to").glob("*.md")
    assert sorted(NEEDS) == sorted(
        page.name for page in pages if any(isinstance(step, Command) for step in steps(page.read_text("utf-8")))
    )


def test_the_service_file_starts_a_scheduler_that_is_there(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (root / "docs" / "how-to" / "run-at-night.md").read_text("utf-8")
    (text,) = [step.text for step in steps(page) if isinstance(step, Save) and step.path == "hrbus.service"]
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # as typeshed's own documentation has it
    unit.read_string(text)
    _python, *module, option, folder = shlex.split(unit["Service"]["ExecStart"])
    assert (["-m", "scheduler"], "--site", unit["Service"]["WorkingDirectory"]) == (module, option, folder)
    with pytest.raises(SystemExit):
        scheduler(["--help"])
    assert option in capsys.readouterr().out
