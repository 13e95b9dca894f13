"""What a user has agreed to write for characters that a page does not have.

>>> from adapters.pages import find
>>> agreed(find("cp935"), {"镕": "熔", "U+5586": "哲"}).encode("镕") == find("cp935").encode("熔")
True
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from adapters.pages.page import Page
from hrbus.spi import ConfigError, Fault

_NAMED = re.compile(r"[Uu]\+([0-9A-Fa-f]{4,6})")
_LAST = 0x10FFFF


def agreed(page: Page, wanted: Mapping[str, str]) -> Page:
    """Return the page with replacements; ConfigError where a key is in the page, or a replacement is not."""
    made: dict[int, str] = {}
    faults: list[Fault] = []
    for key, value in wanted.items():
        char, text = _char(key), _char(value)
        path = f"replace.{key}"
        if len(char) != 1:
            faults.append(Fault(f"{key} is no single character", path=path, hint="write it, or U+ and its number"))
        elif page.holds(char):
            faults.append(Fault(f"{page.name} has {named(char)} itself", path=path, hint="leave the entry out"))
        elif not text:
            faults.append(Fault("nothing stands for the character", path=path, hint="name what to write instead"))
        elif missing := page.missing(text):
            faults.append(Fault(f"{page.name} has no {named(missing[0])} either", path=path))
        else:
            made[ord(char)] = text
    if faults:
        raise ConfigError(faults)
    return replace(page, agreed=made) if made else page


def _char(said: str) -> str:
    """Return a character that is written as itself or as U+9555; other text as it is."""
    found = _NAMED.fullmatch(said)
    return chr(int(found[1], 16)) if found and int(found[1], 16) <= _LAST else said


def named(char: str) -> str:
    """Return the name of a character for messages: U+9555."""
    return f"U+{ord(char):04X}"
