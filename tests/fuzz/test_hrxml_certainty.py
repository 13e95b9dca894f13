"""Columns against a parser: no document that its columns prove valid is refused by libxml2.

make prove                                          # a million made-up documents
HRBUS_PROVE=5000 pytest tests/fuzz/test_hrxml_certainty.py
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrbus.hrxml import Failure, Vocabulary, add_official, load
from tests.conftest import ROOT, shared
from tests.fuzz.made_up import MadeUp

DOCUMENTS = int(os.environ.get("HRBUS_PROVE", "12000"))
"""How many documents are made up in all."""

SEED = os.environ.get("HRBUS_SEED", "1")
"""Another seed makes up other documents."""

AT_ONCE = 250
PROFILE = load("2.5", ROOT / "hrxml_schemas")


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    """Return the official release, read as a vocabulary of its own."""
    source = shared("hrxml/2.5")
    site = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "hrxml_schemas", site / "hrxml_schemas", ignore=shutil.ignore_patterns("official"))
    add_official(site, source)
    return load("official/2.5", site / "hrxml_schemas")


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    """Return a vocabulary of content models and types that no release has."""
    folder = tmp_path_factory.mktemp("schemas")
    (folder / "invented").mkdir()
    shutil.copyfile(Path(__file__).with_name("certainty.xsd"), folder / "invented" / "hrxml.xsd")
    return load("invented", folder)


class Tally:
    """What came of the documents: how many there were, how many of them good by column and by parser."""

    def __init__(self) -> None:
        self.made = self.proven = self.valid = 0
        self.refused: list[tuple[int, Failure]] = []

    def hold(self, vocabulary: Vocabulary, root: str, number: int) -> None:
        """Make documents of one shape up, and hold one verdict against the other."""
        made = MadeUp(random.Random(f"{SEED} {root} {number}"))
        shape = made.shape(vocabulary.root(root))
        if not shape.parts:
            return
        trees = made.column(shape, AT_ONCE)
        proven = vocabulary.written_column(root, trees).proven
        failures = vocabulary.check(vocabulary.written_column(root, trees).xml())
        self.made += trees.len()
        self.proven += int(proven.sum())
        self.valid += trees.len() - len({failure.row for failure in failures})
        self.refused += [(number, failure) for failure in failures if proven[failure.row]]


def tallied(vocabulary: Vocabulary, roots: tuple[str, ...], documents: int) -> Tally:
    tally = Tally()
    for root, number in _turns(roots, documents):
        tally.hold(vocabulary, root, number)
    print(f"\n{vocabulary.release}: {tally.made:,} made, {tally.proven:,} proven, {tally.valid:,} valid")
    return tally


def _turns(roots: tuple[str, ...], documents: int) -> Iterator[tuple[str, int]]:
    for number in range(-(-documents // AT_ONCE)):
        yield roots[number % len(roots)], number


def trees_of(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the roots that hold more than a text."""
    return tuple(root for root in vocabulary.roots if vocabulary.root(root).fields)


def test_the_parser_takes_every_document_of_the_profile_that_its_columns_prove() -> None:
    tally = tallied(PROFILE, PROFILE.roots, DOCUMENTS // 2)
    assert [] == tally.refused
    assert tally.valid < tally.made, "some must be wrong, or nothing was tried"
    assert tally.proven > 0.9 * tally.valid, "nearly all that are right should be proven"


def test_the_parser_takes_every_document_of_the_official_release_that_its_columns_prove(official: Vocabulary) -> None:
    tally = tallied(official, trees_of(official), DOCUMENTS // 4)
    assert [] == tally.refused
    assert 0 < tally.proven < tally.made


@pytest.mark.parametrize("root", ["Texts", "Builtins", "Models"])
def test_the_parser_takes_every_document_of_all_types_and_models_that_its_columns_prove(
    invented: Vocabulary, root: str
) -> None:
    tally = tallied(invented, (root,), DOCUMENTS // 12)
    assert [] == tally.refused
    assert 0 < tally.proven < tally.made
