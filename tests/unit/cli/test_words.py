"""The command line in Chinese: complete, and chosen as people expect."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrbus.cli import words
from hrbus.cli.app import COMMANDS
from hrbus.cli.show import _STAGES, ADDENDS

CATALOGUE = words.read((Path(words.__file__).with_name("zh.po")).read_text("utf-8"))


def texts(file: Path) -> Iterator[str]:
    """Yield every text that ``file`` marks for translation, and the help of its command."""
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            if isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)
        elif isinstance(node, ast.FunctionDef) and node.name == "command" and file.stem in COMMANDS:
            yield (ast.get_docstring(node) or "").partition("\n")[0]


def marked(root: Path) -> set[str]:
    files = [*(root / "hrbus" / "cli").glob("*.py"), *(root / "hrbus" / "demo").glob("*.py")]
    found = {text for file in files for text in texts(file)}
    return found | {"read", *ADDENDS, *_STAGES.values()}


def test_every_text_has_its_chinese_and_no_chinese_is_left_over(root: Path) -> None:
    assert marked(root) == set(CATALOGUE)


@pytest.mark.parametrize("text", sorted(CATALOGUE))
def test_a_translation_has_the_same_blanks_to_fill(text: str) -> None:
    blanks = re.compile(r"\{\w*\}")
    assert sorted(blanks.findall(text)) == sorted(blanks.findall(CATALOGUE[text]))


@pytest.mark.parametrize(
    ("arguments", "environ", "expected"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ([], {"LC_ALL": "C", "HRBUS_LANG": "zh"}, "zh"),
        (["--lang", "zh", "status"], {"LANG": "en_GB.UTF-8"}, "zh"),
        (["--lang=en", "status"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["--lang"], {}, "en"),
    ],
)
def test_the_option_goes_before_the_environment(arguments: list[str], environ: dict[str, str], expected: str) -> None:
    assert expected == words.language(arguments, environ)


def test_help_is_chinese_where_that_is_asked_for() -> None:
    command = [sys.executable, "-c", "from hrbus.cli import main; main()", "--lang", "zh", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "列出被拒绝的记录及原因。" in done.stdout


def test_a_catalogue_may_break_a_text_over_lines() -> None:
    catalogue = '# a note\nmsgid ""\n"one "\n"two"\nmsgstr "一"\n"二"\n\nmsgid "open"\nmsgstr ""\n'
    assert {"one two": "一二"} == words.read(catalogue)
