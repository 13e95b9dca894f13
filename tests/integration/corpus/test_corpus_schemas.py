"""What Cobrix says of its copybooks (shared/corpus): where each field lies, and of which type its values are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.cobol.copybook import Item, read
from adapters.cobol.layout import describe
from hrbus.spi import Field, Type
from tests.conftest import shared
from tests.integration.corpus.cases import COBRIX
from tests.integration.corpus.compare import GENERATED

LAYOUTS = {
    "test11_expected/test11_layout.txt": "test11_copybook.cob",
    "test13_expected/test13a_layout.txt": "test13a_file_header_footer.cob",
    "test17_expected/test17a_layout.txt": "test17_hierarchical.cob",
    "test24_expected/test24_layout.txt": "test24_copybook.cob",
    "test24_expected/test24b_layout.txt": "test24_copybook.cob",
    "test40_expected/test40_layout.txt": "test40_copybook.cob",
}
SCHEMAS = {
    "test1_expected/test1_schema.json": "test1_copybook.cob",
    "test1b_expected/test1b_schema.json": "test1_copybook.cob",
    "test1a_expected/test1a_schema.json": "test1a_copybook.cob",
    "test3_expected/test3_schema.json": "test3_copybook.cob",
    "test9_expected/test9_schema.json": "test9_copybook.cob",
    "test10_expected/test10_schema.json": "test10_copybook.cob",
    "test11_expected/test11_schema.json": "test11_copybook.cob",
    "test13_expected/test13a_schema.json": "test13a_file_header_footer.cob",
    "test14_expected/test14_schema.json": "test14_copybook.cob",
    "test17_expected/test17a_schema.json": "test17_hierarchical.cob",
    "test17_expected/test17b_schema.json": "test17_hierarchical.cob",
    "test21_expected/test21_schema.json": "test21_copybook.cob",
    "test24_expected/test24_schema.json": "test24_copybook.cob",
    "test24_expected/test24b_schema.json": "test24_copybook.cob",
    "test40_expected/test40_schema.json": "test40_copybook.cob",
}

_ROW = re.compile(r"^ *(?P<level>\d+) (?P<name>\S+?)(?:\[\])? .*?(?P<start>\d+) +(?P<end>\d+) +(?P<length>\d+)$")


def named(name: str) -> str:
    return name.replace("-", "_").upper()


def theirs(text: str) -> list[tuple[int, str, int]]:
    rows = [found.groupdict() for line in text.split("\n") if (found := _ROW.match(line))]
    return [
        (int(row["level"]), named(row["name"]), int(row["start"]))
        for row in rows
        if not row["name"].endswith("_debug")
    ]


def ours(item: Item, at: int = 0) -> Iterator[tuple[int, str, int]]:
    if item.entry.level and item.name:
        yield item.entry.level, named(item.name), at + 1
    for child in item.children:
        yield from ours(child, at + child.offset)


def book(name: str) -> Path:
    return shared("corpus") / COBRIX / name


@pytest.mark.parametrize("expected", LAYOUTS)
def test_every_field_begins_where_they_say(expected: str) -> None:
    found = theirs(book(expected).read_text())
    assert len(found) > 5
    assert found == list(ours(read(book(LAYOUTS[expected])).record()))


def schema(expected: str) -> Any:
    """Return their schema; of some, the corpus holds no bounds of the arrays."""
    return json.loads(re.sub(r"\[redacted\],?", "", book(expected).read_text()))


def types(fields: list[Any]) -> dict[str, Any]:
    """Return their types by name, those of groups nested; what they have added is left out."""
    kept = [field for field in fields if not field["name"].endswith(("_debug", "_NT"))]
    return {named(field["name"]): type_of(field) for field in kept if named(field["name"]) not in GENERATED}


def type_of(field: dict[str, Any]) -> Any:
    kind = field["type"]
    if isinstance(kind, dict) and kind["type"] == "array":
        return [
            types(kind["elementType"]["fields"]) if isinstance(kind["elementType"], dict) else kind["elementType"]
        ]
    if isinstance(kind, dict):
        return types(kind["fields"])
    return (kind, field["metadata"].get("maxLength")) if kind == "string" else kind


def fits(theirs: Any, field: Field) -> Any:
    """Return our type as they would call it; a whole number may have room to spare there, but not lack it."""
    digits = field.digits or 0
    found = re.fullmatch(r"(integer)|(long)|decimal\((\d+),0\)", str(theirs))
    room = found and (9 if found[1] else 18 if found[2] else int(found[3]))
    return theirs if room and digits <= room <= digits + 9 else f"a whole number of {digits} digits"


def our_types(theirs: Any, fields: tuple[Field, ...]) -> dict[str, Any]:
    names = {named(field.name): field for field in fields}
    return {name: our_type(theirs.get(name), field) for name, field in names.items()}


def our_type(theirs: Any, field: Field) -> Any:
    inner = theirs[0] if field.many and isinstance(theirs, list) else theirs
    made: Any
    if field.type is Type.GROUP:
        made = our_types(inner if isinstance(inner, dict) else {}, field.children)
    elif field.type is Type.TEXT:
        made = ("string", field.size)
    elif field.type is Type.FLOAT:
        made = "float" if field.length == 4 else "double"
    elif field.type is Type.DECIMAL:
        made = f"decimal({field.digits},{field.scale})"
    else:
        made = fits(inner, field)
    return [made] if field.many else made


@pytest.mark.parametrize("expected", SCHEMAS)
def test_every_field_has_the_type_that_they_say(expected: str) -> None:
    record = read(book(SCHEMAS[expected])).record()
    found = types(schema(expected)["fields"])
    found = found.get(named(record.name), found)
    assert found == our_types(found, describe(record).fields)
