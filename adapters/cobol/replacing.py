"""What REPLACING and REPLACE put in the place of words.

>>> from adapters.cobol.source import Source
>>> from adapters.cobol.tokens import tokens
>>> pairs = replacements(tokens(Source.of("       REPLACE ==:T:== BY ==HOME==", "a.cpy")), "REPLACE")
>>> [t.text for t in replaced(tokens(Source.of("05 :T:-CITY PIC X.", "a.cpy")), pairs)]
['05', 'HOME-CITY', 'PIC', 'X', '.']
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from adapters.cobol.dialect import Language
from adapters.cobol.source import Source
from adapters.cobol.tokens import Kind, Token, tokens
from hrbus.spi import ConfigError, Fault, Place

_FREE = Language(free=True)
_TAG = re.compile(r"[:(][\w-]+[:)]")


@dataclass(frozen=True)
class Replacement:
    """One pair. ``mode`` is LEADING, TRAILING or nothing; ``old`` the words to find, ``new`` the text to put."""

    mode: str
    old: tuple[Token, ...]
    new: str


def replacements(statement: Sequence[Token], verb: str) -> list[Replacement]:
    """Return the pairs after ``verb``; none where it does not stand there."""
    words = [token.upper for token in statement]
    if verb not in words or words[1:2] == ["OFF"]:
        return []
    made: list[Replacement] = []
    at = words.index(verb) + 1
    while at < len(statement):
        mode = words[at] if words[at] in ("LEADING", "TRAILING") else ""
        at += bool(mode)
        old, at = _operand(statement, at)
        if not old or at >= len(statement) or words[at] != "BY":
            place = statement[min(at, len(statement) - 1)].place
            raise ConfigError(Fault(f"{verb} needs pairs: ==old== BY ==new==", place))
        new, at = _operand(statement, at + 1)
        if not new:
            raise ConfigError(Fault(f"{verb} needs pairs: ==old== BY ==new==", statement[-1].place))
        made.append(Replacement(mode, tuple(_words(old)), " ".join(_written(token) for token in new)))
    return made


def _operand(statement: Sequence[Token], at: int) -> tuple[list[Token], int]:
    """Return pseudo-text, a literal, or a word with its qualifiers, and where the statement goes on."""
    found = list(statement[at : at + 1])
    at += 1
    while found and at + 1 < len(statement) and statement[at].upper in ("OF", "IN"):
        found += statement[at : at + 2]
        at += 2
    return found, at


def _words(operand: list[Token]) -> list[Token]:
    if operand[0].kind is Kind.PSEUDO:
        return tokens(Source.of(operand[0].text, operand[0].place.file, _FREE))
    return operand


def _written(token: Token) -> str:
    """Return a token as it stood in the source."""
    if token.kind is not Kind.LITERAL:
        return token.text
    quote = "'" if '"' in token.text else '"'
    return token.prefix + quote + token.text.replace(quote, quote * 2) + quote


_MOST_TOKENS = 200_000


def bounded(made: Sequence[Token]) -> None:
    """Refuse what COPY and REPLACING have blown up beyond any copybook."""
    if len(made) > _MOST_TOKENS:
        message = f"COPY and REPLACING make more than {_MOST_TOKENS} words of it"
        raise ConfigError(
            Fault(message, made[-1].place, hint="do members copy each other, or replace a word by many?")
        )


def replaced(found: Sequence[Token], pairs: Sequence[Replacement]) -> list[Token]:
    """Return the tokens with the first pair that fits put in at each place."""
    if not pairs:
        return list(found)
    made: list[Token] = []
    at = 0
    while at < len(found):
        bounded(made)
        for pair in pairs:
            if count := _same(found, at, pair):
                made += _put(found[at], pair)
                at += count
                if _grows(found, at, made):
                    made[-1] = replace(made[-1], text=made[-1].text + found[at].text)
                    at += 1
                break
            if changed := _partly(found[at], pair):
                made.append(changed)
                at += 1
                break
        else:
            made.append(found[at])
            at += 1
    return made


def _same(found: Sequence[Token], at: int, pair: Replacement) -> int:
    """Return how many tokens here are the old ones of a pair; a picture is one token, however it was split."""
    if pair.mode or not pair.old:
        return 0
    if found[at].kind is Kind.PICTURE:
        return int("".join(word.upper for word in pair.old) == found[at].upper)
    here = found[at : at + len(pair.old)]
    return len(here) if [_key(t) for t in here] == [_key(t) for t in pair.old] else 0


def _key(token: Token) -> str:
    return _written(token) if token.kind is Kind.LITERAL else token.upper


def _put(first: Token, pair: Replacement) -> list[Token]:
    """Return the new tokens of a pair, at the place of the first that they replace."""
    if first.kind is Kind.PICTURE:
        return [replace(first, text="".join(pair.new.split()))]
    return [replace(token, place=first.place) for token in tokens(Source.of(pair.new, first.place.file, _FREE))]


def _grows(found: Sequence[Token], at: int, made: list[Token]) -> bool:
    """Say whether the next word was written without a space after what was replaced: (TAG)-NAME."""
    if at >= len(found) or not made or made[-1].kind is not Kind.WORD or found[at].kind is not Kind.WORD:
        return False
    before, after = found[at - 1].place, found[at].place
    end = Place(before.file, before.line, before.column + len(found[at - 1].text))
    return end == after and found[at - 1].kind is Kind.BRACKET


def _partly(token: Token, pair: Replacement) -> Token | None:
    """Replace a part of a word: its beginning, its end, or a tag such as :TAG: inside it."""
    text, new = token.text, pair.new
    if token.kind not in (Kind.WORD, Kind.PICTURE) or not pair.old:
        return None
    old = "".join(word.text for word in pair.old)
    if pair.mode == "LEADING" and token.upper.startswith(old.upper()):
        return replace(token, text=new + text[len(old) :])
    if pair.mode == "TRAILING" and token.upper.endswith(old.upper()):
        return replace(token, text=text[: -len(old)] + new)
    if not pair.mode and _TAG.fullmatch(old) and old.upper() in token.upper:
        return replace(token, text=re.sub(re.escape(old), lambda _: new, text, flags=re.IGNORECASE))
    return None
