"""Puts the text of COPY members in place, with what REPLACING says.

    >>> from adapters.cobol.tokens import tokens
    >>> [t.text for t in expanded(tokens("01 A. 05 B PIC X.", "a.cpy"), None)]
    ['01', 'A', '.', '05', 'B', 'PIC', 'X', '.']

Members are looked for beside the copybook that names them: NAME, NAME.cpy, NAME.cbl or NAME.cob, in either case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from adapters.cobol.tokens import Kind, Token, tokens
from hrbus.spi import ConfigError, Fault

_SUFFIXES = ("", ".cpy", ".CPY", ".cbl", ".CBL", ".cob", ".COB")
_DEEPEST = 16


def expanded(found: Sequence[Token], folder: Path | None, depth: int = 0) -> list[Token]:
    """Return the tokens with every COPY statement replaced by the member's tokens."""
    made: list[Token] = []
    at = 0
    while at < len(found):
        if found[at].kind is Kind.WORD and found[at].upper == "COPY" and _begins(found, at):
            end = next((i for i in range(at, len(found)) if found[i].kind is Kind.PERIOD), len(found))
            made += _member(found[at:end], folder, depth)
            at = end + 1
        else:
            made.append(found[at])
            at += 1
    return made


def _begins(found: Sequence[Token], at: int) -> bool:
    return at == 0 or found[at - 1].kind is Kind.PERIOD


def _member(statement: Sequence[Token], folder: Path | None, depth: int) -> list[Token]:
    place = statement[0].place
    if len(statement) < 2 or statement[1].kind not in (Kind.WORD, Kind.LITERAL):
        raise ConfigError(Fault("COPY names no member", place, hint="write COPY NAME."))
    if depth >= _DEEPEST:
        raise ConfigError(
            Fault(f"COPY is nested more than {_DEEPEST} deep", place, hint="does a member copy itself?")
        )
    name = statement[1].text
    path = _find(name, folder)
    if path is None:
        raise ConfigError(Fault(f"the COPY member {name} is not there", place, hint="put it beside this copybook"))
    text = path.read_bytes().decode("utf-8", errors="replace")
    inner = _replaced(tokens(text, str(path)), _replacements(statement))
    return expanded(inner, folder, depth + 1)


def _find(name: str, folder: Path | None) -> Path | None:
    if folder is None or not re.fullmatch(r"[A-Za-z0-9_@#$.-]+", name) or name.startswith("."):
        return None
    for stem in (name, name.upper(), name.lower()):
        for suffix in _SUFFIXES:
            if (path := folder / (stem + suffix)).is_file():
                return path
    return None


def _replacements(statement: Sequence[Token]) -> list[tuple[str, list[Token], str]]:
    """Return (LEADING, TRAILING or nothing; tokens to find; text to put) for each pair of REPLACING."""
    words = [token.upper for token in statement]
    if "REPLACING" not in words:
        return []
    made: list[tuple[str, list[Token], str]] = []
    at = words.index("REPLACING") + 1
    while at < len(statement):
        mode = words[at] if words[at] in ("LEADING", "TRAILING") else ""
        at += bool(mode)
        if at + 2 >= len(statement) or words[at + 1] != "BY":
            place = statement[min(at, len(statement) - 1)].place
            raise ConfigError(Fault("REPLACING needs pairs: ==old== BY ==new==", place))
        old, new = statement[at], statement[at + 2]
        sought = tokens(old.text, old.place.file, free=True) if old.kind is Kind.PSEUDO else [old]
        made.append((mode, sought, new.text))
        at += 3
    return made


def _replaced(found: list[Token], pairs: list[tuple[str, list[Token], str]]) -> list[Token]:
    made: list[Token] = []
    at = 0
    while at < len(found):
        for mode, sought, text in pairs:
            if not sought:
                continue
            if not mode and [t.upper for t in found[at : at + len(sought)]] == [t.upper for t in sought]:
                new = tokens(text, found[at].place.file, free=True)
                made += [replace(token, place=found[at].place) for token in new]
                at += len(sought)
                break
            if changed := _partly(found[at], mode, sought[0].text, text):
                made.append(changed)
                at += 1
                break
        else:
            made.append(found[at])
            at += 1
    return made


def _partly(token: Token, mode: str, old: str, new: str) -> Token | None:
    """Replace a part of a word: its beginning, its end, or a tag such as :TAG: inside it."""
    text = token.text
    if token.kind is not Kind.WORD:
        return None
    if mode == "LEADING" and token.upper.startswith(old.upper()):
        return replace(token, text=new + text[len(old) :])
    if mode == "TRAILING" and token.upper.endswith(old.upper()):
        return replace(token, text=text[: -len(old)] + new)
    if not mode and re.fullmatch(r"[:(]\w+[:)]", old) and old.upper() in token.upper:
        return replace(token, text=re.sub(re.escape(old), new, text, flags=re.IGNORECASE))
    return None
