"""The tutorial does what it says, step by step, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import need
from tests.docs.documents import Change, Command, Reader, Save, compared, steps

PAGES = {"en": "docs/tutorial/first-route.md", "zh": "docs/tutorial/first-route.zh-CN.md"}


@pytest.mark.parametrize("language", PAGES)
def test_every_step_of_the_tutorial_does_what_the_page_says(language: str, root: Path, tmp_path: Path) -> None:
    need("iconv", "libc-bin")
    need("bash", "bash")
    with Reader(tmp_path, language) as reader:
        reader.follow(root / PAGES[language])


def test_both_tutorials_ask_for_the_same_files_and_commands(root: Path) -> None:
    english, chinese = (
        [
            step if isinstance(step, Save | Change) else (step.text, step.code)
            for step in steps((root / page).read_text("utf-8"))
        ]
        for page in PAGES.values()
    )
    assert english == chinese


def test_a_page_that_shows_something_else_is_found_out(tmp_path: Path) -> None:
    with Reader(tmp_path) as reader:
        reader.run(Command(1, "echo 10 of 12; echo; echo done", ("10 of …", "done"), 0))
        with pytest.raises(AssertionError, match="printed\n10 of 12"):
            reader.run(Command(1, "echo 10 of 12", ("11 of …",), 0))
        with pytest.raises(AssertionError, match="left with 3, the page says 0"):
            reader.run(Command(1, "exit 3", (), 0))
        (tmp_path / "file").write_text("a a")
        with pytest.raises(AssertionError, match="does not stand once"):
            reader.write(Change("file", "a", "b"))


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        (("a", "…"), "a\nb\nc\n", True),
        (("a", "…"), "b\n", False),
        (("…", "c"), "a\nb\nc\n", True),
        (("a … c",), "a b c  \n\n", True),
        (("a",), "a\nb\n", False),
        (("a.c",), "abc\n", False),
    ],
)
def test_what_is_shown_is_all_that_is_printed(shown: tuple[str, ...], printed: str, expected: bool) -> None:
    assert expected == compared(shown, printed)
