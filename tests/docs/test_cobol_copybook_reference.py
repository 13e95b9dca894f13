"""Every copybook in the reference page is laid as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.cobol.clauses import CLAUSES
from adapters.cobol.usages import INTEGERS, NOT_READ, USAGES
from hrbus.cli import main
from tests.conftest import ROOT

PAGE = (ROOT / "docs/reference/cobol-copybook.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```cobol\n(.*?)^```\n```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(("copybook", "shown"), EXAMPLES)
def test_an_example_is_laid_as_the_page_shows(
    copybook: str,
    shown: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HRBUS_LANG", "en")
    Path("a.cpy").write_text(copybook, "utf-8")
    with pytest.raises(SystemExit):
        main(["layout", "a.cpy"])
    out, err = capsys.readouterr()
    assert words(shown) == words(out + err.replace(f"{tmp_path}/", ""))


def test_every_copybook_of_the_page_is_run() -> None:
    assert PAGE.count("```cobol") == len(EXAMPLES) > 10


@pytest.mark.parametrize("word", [*CLAUSES, *USAGES, *INTEGERS])
def test_every_clause_and_usage_is_on_the_page(word: str) -> None:
    if word in ("IS", "SYNCHRONISED", "VALUES", "PICTURE", "DATE"):
        return  # other spellings of what is there
    stem = word.partition("-")[0] if word in INTEGERS and word not in PAGE else word
    assert stem in PAGE


def test_what_is_refused_is_on_the_page() -> None:
    assert {"BIT", "FLOAT-EXTENDED", "FLOAT-DECIMAL-16"} <= {word for word in NOT_READ if word in PAGE}
