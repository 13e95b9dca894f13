"""The profile beside the official HR-XML 2.5 schemas: a subset in names, order, number and values."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hrbus.errors import ConfigError
from hrbus.hrxml import Node, PathError, Vocabulary, add_official, load, validate_file
from hrbus.hrxml.files import official_validator
from hrbus.hrxml.schema import read
from tests.conftest import ROOT, shared

PROFILE = load("2.5", ROOT / "hrxml_schemas")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = shared("hrxml/2.5")
    site = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "hrxml_schemas", site / "hrxml_schemas", ignore=shutil.ignore_patterns("official"))
    assert site / "hrxml_schemas" / "official" / "2.5" == add_official(site, source)
    return site


@pytest.fixture(scope="module")
def official(site: Path) -> Vocabulary:
    entry = site / "hrxml_schemas" / "official" / "2.5" / "hrxml.xsd"
    return Vocabulary("2.5", entry, read(entry))


@pytest.mark.parametrize("root", PROFILE.roots)
def test_every_path_of_the_profile_is_in_the_release_and_no_wider(official: Vocabulary, root: str) -> None:
    wider = []
    for node in PROFILE.root(root).walk():
        if "UserArea/" in node.path:
            continue
        there = _find(official, root, node.path)
        if there is None or there.namespace != node.namespace:
            wider.append(f"{node.path} is not in the release")
        elif node.many and not there.many:
            wider.append(f"{node.path} repeats")
    assert [] == wider


@pytest.mark.parametrize("root", PROFILE.roots)
def test_what_the_release_requires_the_profile_requires_in_the_same_order(official: Vocabulary, root: str) -> None:
    wrong = []
    for node in PROFILE.root(root).walk():
        there = _find(official, root, node.path)
        if there is None or there.item.content.open:
            continue
        required = {name for name, child in there.fields.items() if child.required} - {"$text"}
        wrong += [
            f"{node.path}: {name}" for name in required if name not in node.fields or not node.fields[name].required
        ]
        order = [name for name in _names(there) if name in node.fields]
        if order != _names(node):
            wrong.append(f"{node.path}: {_names(node)} instead of {order}")
    assert [] == wrong


def test_every_published_example_is_valid_under_both(site: Path) -> None:
    files = sorted(shared("hrxml/examples").glob("25_*.xml"))
    assert 6 == len(files)
    judges = (PROFILE.validator, official_validator(PROFILE, site / "hrxml_schemas"))
    assert [[]] * 12 == [judge.faults(path.read_bytes()) for path in files for judge in judges]


def test_an_element_that_hrbus_added_must_be_declared_to_the_release(site: Path, tmp_path: Path) -> None:
    area = '<UserArea><hb:{0} xmlns:hb="urn:hrbus:extension:1"/></UserArea>'
    known, unknown = tmp_path / "known.xml", tmp_path / "unknown.xml"
    for path, name in ((known, "Consent"), (unknown, "Nonsense")):
        path.write_text(f'<Candidate xmlns="{PROFILE.namespace}">{area.format(name)}</Candidate>')
    schemas = site / "hrxml_schemas"
    assert [] == validate_file(known, "2.5", schemas, official=True)
    assert 1 == len(validate_file(unknown, "2.5", schemas, official=True))


def test_a_second_copy_takes_the_place_of_the_first_only_when_it_is_whole(site: Path, tmp_path: Path) -> None:
    broken = tmp_path / "release"
    shutil.copytree(shared("hrxml/2.5"), broken, copy_function=shutil.copyfile)
    for path in [broken, *broken.rglob("*")]:
        path.chmod(0o755)
    next(broken.rglob("PersonName.xsd")).unlink()
    entry = site / "hrxml_schemas" / "official" / "2.5" / "hrxml.xsd"
    before = entry.stat().st_ino
    with pytest.raises(ConfigError, match="do not hold together"):
        add_official(site, broken)
    assert before == entry.stat().st_ino
    assert ["2.5"] == [path.name for path in entry.parent.parent.iterdir()]
    assert entry.parent == add_official(site, shared("hrxml/2.5"))
    assert before != entry.stat().st_ino


def _find(vocabulary: Vocabulary, root: str, path: str) -> Node | None:
    try:
        return vocabulary.root(root).find(path)
    except PathError as error:
        leaf = path.endswith("$text") and error.name == "$text" and error.parent.is_leaf
        return error.parent if leaf else None


def _names(node: Node) -> list[str]:
    return [child.name for child in node.children]
