"""Layouts that other tools found in other people's copybooks (shared/corpus: cb2xml, legstar).

What differs is in docs/reference/cobol-copybook.md, with the evidence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from adapters.cobol.copybook import read
from adapters.cobol.outline import outlines
from adapters.cobol.picture import parse as picture
from hrbus.outline import record as for_programs
from tests.conftest import SHARED, shared

INDEX = SHARED / "corpus" / "index.json"
ALL = json.loads(INDEX.read_text()) if INDEX.exists() else []
CB2XML = [case for case in ALL if case["case"].startswith("cb2xml/")]
LEGSTAR = [case for case in ALL if case["case"].startswith("legstar/")]

Facts = dict[str, Any]


def rows(file: Path) -> list[Facts]:
    """Return what ``hrbus layout --json`` tells of every field of a copybook, in order."""
    return [row for each in outlines(read(file)) for row in for_programs(each)["fields"]]


def named(case: dict[str, Any]) -> str:
    return str(case["case"])


# --- cb2xml: a position and a length for everything


CB2XML_USAGES = {
    "computational": "COMP",
    "computational-1": "COMP-1",
    "computational-2": "COMP-2",
    "computational-3": "COMP-3",
    "computational-4": "COMP",
    "computational-5": "COMP-5",
}
UNCOUNTED = "PIC-TEST-7"
"""PIC $ZZZZ9999 has nine bytes; cb2xml does not count the currency sign, so all after it lie one byte earlier."""


def cb2xml(file: Path) -> Iterator[Facts]:
    data = file.read_bytes()
    text = data.decode("cp037" if data[:1] == b"\x4c" else "utf-8")
    for item in ElementTree.fromstring(text[text.index("?>") + 2 :]).iter("item"):
        if item.attrib["level"] not in ("66", "88"):
            yield _cb2xml_item(item.attrib, list(item))


def _spelled(name: str) -> str:
    return name if name.upper() not in ("", "FILLER") else "FILLER"


def _cb2xml_item(found: dict[str, str], below: list[ElementTree.Element]) -> Facts:
    occurs = None
    if "occurs" in found:
        most, depending = int(found["occurs"]), found.get("depending-on")
        least = int(found.get("occurs-min", most if depending is None else 0))
        occurs = {"min": least, "max": most, "depending": depending.upper() if depending else None}
    sign = found.get("sign-clause", "").replace("_", " ")
    return {
        "level": int(found["level"]),
        "name": _spelled(found["name"]),
        "offset": int(found["position"]) - 1,
        "length": int(found["storage-length"]),
        "picture": found["picture"].upper() if "picture" in found else None,
        "usage": CB2XML_USAGES[found["usage"]] if "usage" in found else None,
        "occurs": occurs,
        "redefines": found["redefines"].upper() if "redefines" in found else None,
        "sign": sign or None,
        "conditions": [_cb2xml_condition(each) for each in below if each.tag == "condition"],
    }


def _cb2xml_condition(found: ElementTree.Element) -> Facts:
    values = [{"value": each.attrib["value"].strip("\"'"), "through": each.attrib.get("through")} for each in found]
    return {"name": found.attrib["name"].upper(), "values": values}


def as_cb2xml(row: Facts) -> Facts:
    """Return a row with the words of cb2xml: it names a usage and a sign only where one is written."""
    told = {key: value for key, value in row.items() if key != "line"}
    if row["picture"]:
        told["picture"] = row["picture"].upper()
    if row["usage"] == "DISPLAY":
        told["usage"] = None
    if row["sign"] in ("signed", "trailing"):
        told["sign"] = None
    return told


@pytest.mark.parametrize("case", CB2XML, ids=named)
def test_every_item_lies_where_cb2xml_found_it(case: dict[str, list[str]]) -> None:
    ours = [as_cb2xml(row) for row in rows(shared("corpus") / case["copybook"][0])]
    theirs = list(cb2xml(shared("corpus") / case["expected"][0]))
    short = next((row for row in theirs if row["name"] == UNCOUNTED), None)
    if short:
        counted(theirs, short)
    assert theirs == ours


def counted(theirs: list[Facts], short: Facts) -> None:
    """Count the byte that cb2xml leaves out, for the field, all around it and all behind it in its record."""
    first = next(at for at, row in enumerate(theirs) if row is short)
    before = [at for at, row in enumerate(theirs) if row["level"] == 1 and at < first][-1]
    after = next(at for at, row in enumerate(theirs) if at > first and row["level"] == 1)
    start = short["offset"]
    for row in theirs[before:after]:
        if row["offset"] > start:
            row["offset"] += 1
        elif row["offset"] + row["length"] > start:
            row["length"] += 1


# --- legstar: an annotated schema, element by element


BINDING = "{http://www.legsem.com/legstar/xml/cobol-binding-1.0.1.xsd}cobolElement"
LEGSTAR_USAGES = {"BINARY": "COMP", "PACKED-DECIMAL": "COMP-3"}
LEGSTAR_TYPES = {
    "POINTER_ITEM": "POINTER",
    "PROC_POINTER_ITEM": "PROCEDURE-POINTER",
    "FUNC_POINTER_ITEM": "FUNCTION-POINTER",
    "NATIONAL_ITEM": "NATIONAL",
    "DBCS_ITEM": "DISPLAY-1",
    "GROUP_ITEM": None,
}
NOT_SAID = -1


def legstar(file: Path) -> Iterator[tuple[int, Facts]]:
    for found in ElementTree.parse(file).iter(BINDING):
        yield int(found.attrib["srceLine"]), _legstar_item(found.attrib)


def _legstar_item(found: dict[str, str]) -> Facts:
    usage = found.get("usage") or LEGSTAR_TYPES.get(found["type"], "DISPLAY")
    occurs = None
    if "maxOccurs" in found:
        least, depending = int(found["minOccurs"]), found.get("dependingOn")
        occurs = {"min": 0 if least == NOT_SAID else least, "max": int(found["maxOccurs"]), "depending": depending}
    sign = "signed" if found.get("signed") == "true" else None
    if sign and found["type"] == "ZONED_DECIMAL_ITEM":
        side = "leading" if "signLeading" in found else "trailing"
        sign = f"{side} separate" if "signSeparate" in found else side
    number = found["type"].endswith(("DECIMAL_ITEM", "BINARY_ITEM")) or "EDITED" in found["type"]
    return {
        "level": int(found["levelNumber"]),
        "name": found["cobolName"],
        "picture": found.get("picture"),
        "usage": LEGSTAR_USAGES.get(usage, usage) if usage else None,
        "occurs": occurs,
        "redefines": found.get("redefines"),
        "sign": None if "EDITED" in found["type"] else sign,
        "digits": int(found["totalDigits"]) if number and "totalDigits" in found else None,
        "scale": int(found.get("fractionDigits", 0)),
    }


def as_legstar(row: Facts) -> Facts:
    """Return a row with what legstar tells: digits, but no place; of an edited picture not whether it has a sign."""
    told = {key: row[key] for key in ("level", "name", "picture", "usage", "occurs", "redefines", "sign")}
    understood = picture(row["picture"]) if row["picture"] else None
    told["digits"] = (understood.digits or None) if understood else None
    told["scale"] = max(understood.scale, 0) if understood else 0
    if understood and understood.category.value == "numeric-edited":
        told["sign"] = None
        if "P" in understood.symbols:  # legstar does not count the places of P
            told["scale"] = 0
    return told


@pytest.mark.parametrize("case", LEGSTAR, ids=named)
def test_every_item_is_what_legstar_found_it_to_be(case: dict[str, list[str]]) -> None:
    ours = {row["line"]: as_legstar(row) for row in rows(shared("corpus") / case["copybook"][0])}
    theirs = dict(legstar(shared("corpus") / case["expected"][0]))
    assert theirs == {line: row for line, row in ours.items() if line in theirs}


def test_the_corpus_is_there() -> None:
    shared("corpus/index.json")
    assert (21, 23) == (len(CB2XML), len(LEGSTAR))
