"""The command line in Chinese: complete, and chosen as people expect."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hrbus.cli import words
from hrbus.cli.app import COMMANDS, MODULES
from hrbus.cli.show import _STAGES, ADDENDS
from hrbus.ledger.schema import RecordState, RunState

Hrbus = Callable[..., Any]

FILES = {MODULES.get(name, name) for name in COMMANDS}
CATALOGUE = words.read((Path(words.__file__).with_name("zh.po")).read_text("utf-8"))


def texts(file: Path) -> Iterator[str]:
    """Yield every text that ``file`` marks for translation, and the help of its command."""
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            if isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)
        elif isinstance(node, ast.FunctionDef) and node.name == "command" and file.stem in FILES:
            yield (ast.get_docstring(node) or "").partition("\n")[0]


def marked(root: Path) -> set[str]:
    files = [*(root / "hrbus" / "cli").glob("*.py"), *(root / "hrbus" / "demo").glob("*.py")]
    found = {text for file in files for text in texts(file)}
    return found | {"read", *ADDENDS, *_STAGES.values(), *words.STATES, *words.FREQUENT}


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
        (["--lang", "zh-Hans"], {}, "zh"),
        (["--lang", "english"], {"LANG": "zh_CN.UTF-8"}, "en"),
    ],
)
def test_the_option_goes_before_the_environment(arguments: list[str], environ: dict[str, str], expected: str) -> None:
    assert expected == words.language(arguments, environ)


def test_help_is_chinese_where_that_is_asked_for() -> None:
    command = [sys.executable, "-c", "from hrbus.cli import main; main()", "--lang", "zh", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "列出被拒绝的记录及原因。" in done.stdout


@pytest.mark.parametrize("name", ["fr", "zhuang", "english"])
def test_a_language_that_is_not_spoken_is_refused_with_those_that_are(hrbus: Hrbus, name: str) -> None:
    answer = hrbus("--lang", name, "status")
    assert (2, "") == (answer.code, answer.out)
    assert f"{name} is not spoken here; the languages are: en, zh" in answer.err


@pytest.fixture
def chinese() -> Iterator[None]:
    words.speak("zh")
    yield
    words.speak("en")


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("there is no route applicant", "没有路由 applicant"),
        ("did you mean applicants?", "是否想写 applicants？"),
        ("/a (b) (--site) is no site: it has no config/", "/a (b)（--site）不是站点：其中没有 config/"),
        ("there is nothing like it", "there is nothing like it"),
    ],
)
def test_a_frequent_fault_is_said_in_chinese_with_what_it_names(sentence: str, expected: str) -> None:
    assert expected == words.translated(sentence)


def test_a_fault_is_said_in_the_language_that_is_asked_for(hrbus: Hrbus, tmp_path: Path) -> None:
    answer = hrbus("--lang", "zh", "status", "--site", tmp_path)
    assert f"错误: {tmp_path}（--site）不是站点：其中没有 config/; 新建一个：hrbus init {tmp_path}\n" == answer.err
    answer = hrbus("status", "--site", tmp_path)
    assert f"error: {tmp_path} (--site) is no site" in answer.err


def test_every_state_has_its_word() -> None:
    known = {*RunState, *RecordState, "missed"}
    assert {str(state) for state in known} == set(words.STATES)


def test_a_catalogue_may_break_a_text_over_lines() -> None:
    catalogue = '# a note\nmsgid ""\n"one "\n"two"\nmsgstr "一"\n"二"\n\nmsgid "open"\nmsgstr ""\n'
    assert {"one two": "一二"} == words.read(catalogue)
