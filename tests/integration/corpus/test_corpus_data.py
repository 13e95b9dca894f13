"""Files of other tools (shared/corpus), decoded as those tools decode them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hrbus.cli.codec import make
from tests.conftest import SHARED, shared
from tests.integration.corpus.cases import CASES, COBRIX, Case
from tests.integration.corpus.compare import STRIPS, common, differences, folded, loads

Hrbus = Callable[..., Any]

INDEX = SHARED / "corpus" / "index.json"

DIFFERENT = {
    "Test9_cp_custom": "a page that a test class of theirs defines",
    "Test9_cp273": "X'BC' is the overline in Python's page and IBM's own, the macron in Java's",
    "cobol2json/DTAR107_DataN.json": "they leave out a field with a name because its group has none",
    "cobol2json/DTAR107_DataY.json": "the same",
}
"""Cases where our answer is another one, and why: docs/reference/cobol-values.md has the evidence."""


def file_of(case: Case) -> Path:
    found = shared("corpus") / case.data
    return found if found.is_file() else min(path for path in found.iterdir() if path.is_file())


def expected(case: Case) -> list[Any]:
    text = (shared("corpus") / case.expected).read_text("utf-8")
    if case.expected.endswith(".json"):
        ((_, records),) = loads(text).items()
    else:
        records = [loads(line) for line in text.split("\n") if line]
    return [record[case.wrapped] if case.wrapped else record for record in records]


def books(case: Case) -> list[Any]:
    beside = ["-c", shared("corpus") / COBRIX / case.beside] if case.beside else []
    return ["-c", shared("corpus") / case.copybook, *beside]


def decoded(case: Case, hrbus: Hrbus) -> list[Any]:
    trim = [] if case.trim in ("both", "right") else ["--no-trim"]
    answer = hrbus("decode", file_of(case), *books(case), *case.arguments, *trim)
    assert 0 == answer.code, answer.err
    return [loads(line.replace(f'"{case.prefix}', '"') if case.prefix else line) for line in answer.out.splitlines()]


def found(case: Case, hrbus: Hrbus) -> list[tuple[str, Any, Any]]:
    """Return how our records differ from theirs; Cobrix wrote down only the first of many."""
    strip, empty = STRIPS[case.trim], case.expected.endswith(".txt")
    theirs = [folded(_plain(record), strip, empty=empty) for record in expected(case)]
    ours = [folded(record, strip, empty=empty) for record in decoded(case, hrbus)]
    if case.common:
        theirs, ours = ([folded(common(record), strip, empty=empty) for record in side] for side in (theirs, ours))
    if case.blank_left_out:
        ours = [record for record in ours if any(value for value in record.values() if isinstance(value, str))]
    ours = sorted(ours, key=lambda record: [record[name] for name in case.order])
    assert len(ours) >= len(theirs) if empty else len(ours) == len(theirs)
    return list(differences(theirs, ours[: len(theirs)]))


def _plain(record: Any) -> Any:
    """Return a record without the raw bytes that Cobrix shows beside each field (``NAME_debug``)."""
    return {name: value for name, value in record.items() if not name.endswith("_debug")}


@pytest.mark.parametrize("case", [case for case in CASES if case.name not in DIFFERENT], ids=lambda case: case.name)
def test_every_value_is_what_others_found(case: Case, hrbus: Hrbus) -> None:
    assert [] == found(case, hrbus)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_file_comes_out_as_it_went_in(case: Case, hrbus: Hrbus) -> None:
    answer = hrbus("roundtrip", file_of(case), *books(case), *case.arguments)
    assert 0 == answer.code, answer.err
    assert "identical" in answer.out


@pytest.mark.parametrize("case", [case for case in CASES if case.name in DIFFERENT], ids=lambda case: case.name)
def test_what_differs_differs_in_nothing_else(case: Case, hrbus: Hrbus) -> None:
    places = {path.rpartition("/")[2] for path, _theirs, _ours in found(case, hrbus)}
    text = {"CURRENCY", "SIGNATURE", "COMPANY_NAME_NP"}
    if case.name == "Test9_cp273":
        assert {(theirs.replace("¯", "‾"), ours) for _, theirs, ours in found(case, hrbus)} == {
            (ours, ours) for _, _, ours in found(case, hrbus)
        }
        return
    assert places == (text if "cp_custom" in case.name else {f"{_other(case.prefix)}STORE_NO_REDEF"})


def _other(prefix: str) -> str:
    return "" if prefix else "DTAR107_"


def test_no_case_with_data_is_left_out() -> None:
    shared("corpus/index.json")
    wanted = {
        path
        for case in json.loads(INDEX.read_text())
        if case["data"]
        for path in case["expected"]
        if not path.endswith(("_schema.json", "_layout.txt"))
    }
    assert wanted == {case.expected for case in CASES}


@pytest.mark.parametrize(
    ("expected_file", "bytes_of"), [("test24.txt", bytes.fromhex), ("test24b.txt", base64.b64decode)]
)
def test_every_field_has_the_bytes_that_others_found(expected_file: str, bytes_of: Callable[[str], bytes]) -> None:
    (case,) = [case for case in CASES if case.expected.endswith(f"/{expected_file}")]
    codec = make([shared("corpus") / case.copybook], "", "", None)
    data = file_of(case).read_bytes()
    fields = {column.replace("-", "_"): field for column, field in codec.layout.columns().items()}
    size = max((field.offset or 0) + (field.length or 0) for field in fields.values())
    for number, record in enumerate(expected(case)):
        raw = data[number * size : (number + 1) * size]
        for name, field in fields.items():
            assert field.offset is not None
            assert field.length is not None
            assert bytes_of(record[f"{name}_debug"]) == raw[field.offset : field.offset + field.length], name
