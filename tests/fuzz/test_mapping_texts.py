"""Whatever text stands in a user's file, what comes out is a mapping or a ConfigError."""

from __future__ import annotations

import contextlib
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrbus import hrxml, mapping, yaml
from hrbus.errors import ConfigError
from tests.unit.mapping.samples import LAYOUT

WORDS = st.sampled_from(
    [
        *[
            "NO",
            "GIVEN",
            "SKILL",
            "CODE",
            "|",
            "(",
            ")",
            ",",
            "const",
            "join",
            "trim",
            "table(x)",
            "date(%Y)",
            "$each",
            "$when",
            "$sql",
            "$text",
            "@name",
        ],
        *[
            "Candidate",
            "Id",
            "IdValue",
            "CandidateRecordInfo",
            "drop",
            "fill",
            "tables",
            "examples",
            "record",
            "document",
        ],
        *[
            ":",
            "-",
            "#",
            '"',
            "'",
            "&",
            "*",
            "!",
            "!env",
            "<<",
            "{",
            "}",
            "[",
            "]",
            ">",
            "\\",
            "é",
            "名",
            "CASE",
            "WHEN",
            "END",
            "SELECT",
            "NULL",
            "1",
            "0.5",
            "/",
            "ROUND",
        ],
        "\n",
        "\t",
    ]
)
SOUP = st.lists(WORDS | st.text(max_size=3), max_size=40).map(" ".join)
few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@cache
def vocabulary(root: Path) -> hrxml.Vocabulary:
    return hrxml.load("2.5", root / "hrxml_schemas")


def loaded(root: Path, folder: Path, text: str) -> None:
    file = folder / "m.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with contextlib.suppress(ConfigError):
        made = mapping.load(file, layout_of=lambda name: LAYOUT, vocabulary=vocabulary(root), tables=folder)
        for way in ("into", "out"):
            made.check(way)
            made.check_examples(way)


@few
@given(st.text() | SOUP)
def test_any_text_is_yaml_or_a_config_error(text: str) -> None:
    with contextlib.suppress(ConfigError):
        yaml.loads(text).plain()


@few
@given(SOUP)
def test_any_text_is_a_mapping_or_a_config_error(root: Path, tmp_path: Path, text: str) -> None:
    loaded(root, tmp_path, text)
    loaded(root, tmp_path, f"mapping: x\nlayout: y\n{text}")


@few
@given(SOUP)
def test_any_leaf_is_a_rule_or_a_config_error(root: Path, tmp_path: Path, leaf: str) -> None:
    body = leaf.replace("\n", " ").replace("'", "''")
    head = "mapping: x\nlayout: y\ndocument:\n  Candidate:\n    CandidateRecordInfo:\n      Id:\n"
    loaded(root, tmp_path, f"{head}        IdValue: '{body}'\n")
    loaded(root, tmp_path, f"{head}        IdValue:\n          $sql: '{body}'\n")
