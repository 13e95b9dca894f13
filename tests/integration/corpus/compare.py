"""Compares records with what others found in the same bytes: every value of every record.

What is evened out, and nothing else: ``-`` in names is ``_`` there, and capitals do not count; a field without a
value is left out there; a group as text is called ``NAME_NT`` there; they number records in columns of their own
(``Record_Id``); control characters are blanks there, and then count as such where blanks are taken off.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

GENERATED = {"FILE_ID", "RECORD_ID", "RECORD_BYTE_LENGTH", "SEG_ID0", "SEG_ID1", "SEG_ID2"}

Strip = Callable[[str], str]
STRIPS: dict[str, Strip] = {
    "both": lambda text: text.strip(" "),
    "left": lambda text: text.lstrip(" "),
    "right": lambda text: text.rstrip(" "),
    "none": lambda text: text,
}


def loads(text: str) -> Any:
    """Return JSON with numbers as they stand."""
    return json.loads(text, parse_float=Decimal)


def folded(value: Any, strip: Strip, *, empty: bool = True) -> Any:
    """Return a value evened out; empty text is no value unless ``empty``."""
    if isinstance(value, dict):
        parts = {_name(name): folded(part, strip, empty=empty) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part is not None and name not in GENERATED}
    if isinstance(value, list):
        return [folded(part, strip, empty=empty) for part in value]
    if isinstance(value, str):
        text = strip("".join(" " if unicodedata.category(char) == "Cc" else char for char in value))
        return text if text or empty else None
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def common(value: Any) -> Any:
    """Return a value with blanks for what Cobrix's page ``common`` does not have: all that is not ASCII."""
    if isinstance(value, dict):
        return {name: common(part) for name, part in value.items()}
    if isinstance(value, list):
        return [common(part) for part in value]
    if not isinstance(value, str):
        return value
    return "".join(char if char.isascii() else " " for char in value.replace("\u00ad", "-"))


def _name(name: str) -> str:
    return re.sub(r"_TEXT$", "_NT", name.replace("-", "_").upper())


def differences(theirs: Any, ours: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield where two records differ: the place, what they have and what we have."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name in dict.fromkeys([*theirs, *ours]):
            yield from differences(theirs.get(name), ours.get(name), f"{path}/{name}")
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for number, (left, right) in enumerate(zip(theirs, ours, strict=True)):
            yield from differences(left, right, f"{path}[{number}]")
    elif theirs != ours:
        yield path, theirs, ours
