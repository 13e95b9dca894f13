"""Layouts that other tools found in other people's copybooks (shared/corpus/cb2xml)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from adapters.cobol.copybook import Item, read
from tests.conftest import SHARED, shared

INDEX = SHARED / "corpus" / "index.json"
CASES = (
    [case for case in json.loads(INDEX.read_text()) if case["case"].startswith("cb2xml/")] if INDEX.exists() else []
)
DIFFERENT = {"cb2xml/cpyBitOfEverything": "it has a group without fields, which no compiler takes"}

Row = tuple[int, str, int, int, int]


def ours(item: Item, at: int = 0) -> Iterator[Row]:
    if item.entry.level:
        yield item.entry.level, item.name, at + 1, item.size, item.most
    for child in item.children:
        yield from ours(child, at + child.offset)


def theirs(data: bytes) -> Iterator[Row]:
    text = data.decode("cp037" if data[:1] == b"\x4c" else "utf-8")
    for item in ElementTree.fromstring(text[text.index("?>") + 2 :]).iter("item"):
        if item.attrib["level"] not in ("66", "88"):
            name = item.attrib["name"].upper()
            position, size, level = (int(item.attrib[key]) for key in ("position", "storage-length", "level"))
            yield level, "" if name == "FILLER" else name, position, size, int(item.attrib.get("occurs", 1))


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["case"] not in DIFFERENT], ids=lambda case: case["case"]
)
def test_every_item_lies_where_others_found_it(case: dict[str, list[str]]) -> None:
    book = read(shared("corpus") / case["copybook"][0])
    expected = list(theirs((shared("corpus") / case["expected"][0]).read_bytes()))
    assert expected == [row for record in book.records for row in ours(record)]


def test_the_corpus_is_there() -> None:
    shared("corpus/index.json")
    assert len(CASES) > len(DIFFERENT)
