"""Faults for the programs that show them to people: GitHub's annotations, and SARIF 2.1.0 (OASIS) for the others.

list(github(faults))      # ["::error file=mappings/a.yaml,line=3,col=9::APPL-NM is no field …"]
json.dumps(sarif(faults))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hrbus import __version__
from hrbus.errors import Fault

SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RULE = "check"


def _sentence(fault: Fault) -> str:
    """Return a fault without its place."""
    said = f"{fault.path}: {fault.message}" if fault.path else fault.message
    return f"{said}; {fault.hint}" if fault.hint else said


def github(faults: Iterable[Fault]) -> Iterator[str]:
    """Yield a workflow command for each fault."""
    for fault in faults:
        place = fault.place
        where = [f"file={_property(place.file)}"] if place else []
        where += [f"line={place.line}"] if place and place.line else []
        where += [f"col={place.column}"] if place and place.column else []
        level = "warning" if fault.warning else "error"
        yield f"::{level} {','.join(where)}::{_data(_sentence(fault))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(faults: Iterable[Fault]) -> dict[str, Any]:
    """Return one run of hrbus as a SARIF log."""
    rule = {"id": RULE, "shortDescription": {"text": "What a site's people wrote fits together."}}
    driver = {"name": "hrbus", "semanticVersion": __version__, "rules": [rule]}
    results = [_result(fault) for fault in faults]
    return {
        "$schema": SARIF,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _result(fault: Fault) -> dict[str, Any]:
    level = "warning" if fault.warning else "error"
    found: dict[str, Any] = {"ruleId": RULE, "level": level, "message": {"text": _sentence(fault)}}
    if fault.place:
        physical: dict[str, Any] = {"artifactLocation": {"uri": fault.place.file}}
        if fault.place.line:
            region = {"startLine": fault.place.line}
            region |= {"startColumn": fault.place.column} if fault.place.column else {}
            physical["region"] = region
        found["locations"] = [{"physicalLocation": physical}]
    return found
