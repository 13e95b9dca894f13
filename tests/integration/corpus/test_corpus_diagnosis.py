"""Files of other tools (shared/corpus): the first guess reads them as the settings do with which they are read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import shared
from tests.integration.corpus.cases import CASES, Case
from tests.integration.corpus.test_corpus_data import file_of

Hrbus = Callable[..., Any]

GUESSED = {"float", "header", "trailer", "rdw", "rdw-counts-itself", "record-start", "record-end"}
"""The options that a guess is to find; what becomes of bad numbers, and segments, is for people to say."""
OTHERWISE = {
    "Test9_cp273": "every byte of a page stands once in each record: no page is more likely than another",
    "Test9_cp500": "the same",
    "Test9_cp1140": "the same",
    "Test9_cp1141": "the same",
    "Test9_cp1148": "the same",
    "Test11CustomRDWParser": "words of a form of their own are not tried",
    "Test25OccursMappings": "counts that are texts must be told first",
}
"""Cases whose first guess is another, and why."""


def told(case: Case) -> list[str]:
    """Return frame, page and the options of a case that a guess is to find."""
    made, arguments = [], iter(case.arguments)
    for flag in arguments:
        value = next(arguments)
        if flag in ("-f", "-e") or value.partition("=")[0] in GUESSED:
            made += [flag, value]
    return made


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name not in OTHERWISE and not case.beside], ids=lambda case: case.name
)
def test_the_first_guess_reads_the_same_records(case: Case, hrbus: Hrbus) -> None:
    copybook, data = shared("corpus") / case.copybook, file_of(case)
    found = json.loads(hrbus("layout", copybook, "--diagnose", data, "--json").out)["guesses"][0]["settings"]
    found.pop("blank_numeric", None)
    words = {True: "yes", False: "no"}
    guessed = [
        part
        for name, value in found.items()
        for part in ("-o", f"{name}={words[value] if isinstance(value, bool) else value}")
    ]
    theirs = hrbus("decode", data, "-c", copybook, *told(case))
    ours = hrbus("decode", data, "-c", copybook, *guessed)
    assert (theirs.code, theirs.out) == (ours.code, ours.out)
