"""The page about proofs by column: its example happens, its setting is one."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from hrbus import site
from hrbus.hrxml import Facets
from hrbus.hrxml.certain import doubt
from hrbus.settings.model import RouteModel
from hrbus.values import Validation
from tests.conftest import need
from tests.docs.documents import Reader


def page(root: Path) -> Path:
    return root / "docs" / "explanation" / "valid-by-construction.md"


def test_the_warning_comes_as_the_page_shows_it(root: Path, tmp_path: Path) -> None:
    need("bash", "bash")
    with Reader(tmp_path, "en") as reader:
        site.init(tmp_path / "site")
        reader.folder = tmp_path / "site"
        reader.follow(page(root))


def test_the_page_tells_every_way_of_judging(root: Path) -> None:
    text = page(root).read_text("utf-8")
    (line,) = re.findall(r"^    validate: (.+)$", text, re.MULTILINE)
    assert Validation(proven=True, sample=1000) == Validation.of(line)
    words = re.findall(r"^\| `((?:every|proven|sample)[^`]*)` \|", text, re.MULTILINE)
    rows = [Validation.of(word.replace("N", "7")) for word in words]
    assert [Validation(), Validation(sample=7), Validation(proven=False)] == rows
    assert RouteModel.model_fields["validate_"].default == rows[0]


def test_the_pattern_that_the_page_calls_doubtful_is_refused_by_libxml2_and_left_to_it(root: Path) -> None:
    (pattern, text) = re.findall(r"it says that `([^`]+)` does not take `([^`]+)`", page(root).read_text("utf-8"))[0]
    assert re.fullmatch(pattern, text)
    assert doubt(Facets("a", "string", "string", patterns=(pattern,)))
    schema = etree.XMLSchema(etree.fromstring(SCHEMA.format(pattern)))
    assert not schema.validate(etree.fromstring(f"<e>{text}</e>"))


SCHEMA = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="e"><xs:simpleType>'
    '<xs:restriction base="xs:string"><xs:pattern value="{}"/></xs:restriction></xs:simpleType></xs:element>'
    "</xs:schema>"
)
