"""Turns the text of a copybook into tokens that know their line and column.

>>> from adapters.cobol.source import Source
>>> [t.text for t in tokens(Source.of("       05  A  PIC X(3).", "a.cpy"))]
['05', 'A', 'PIC', 'X(3)', '.']
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from adapters.cobol.source import Line, Source
from hrbus.spi import ConfigError, Fault, Place

_ESCAPED = ('\\"', "\\'")
"""Quotes that passed through another language on their way."""
_WORD = re.compile(r"[^\s,;.()'\"=]+(?:\.(?=[^\s])[^\s,;.()'\"=]+)*")
_COMMA_NUMBER = re.compile(r"[+-]?\d*,\d+(?![\w,])", re.ASCII)
_PICTURE = re.compile(r"\S+(?:\s+\(\s*\d+\s*\)\S*)*")
_LITERAL = re.compile(
    r"(?P<prefix>[XxNnGgZz]{0,2})(?P<quote>['\"])(?P<body>(?:(?!(?P=quote)).|(?P=quote){2})*)(?P=quote)"
)


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    LITERAL = "literal"
    PICTURE = "picture"
    PSEUDO = "pseudo-text"
    PERIOD = "period"
    BRACKET = "bracket"
    MISSING = "a member that is not there"


@dataclass(frozen=True)
class Token:
    """A word of the source. ``text`` of a literal is its content without quotes; ``prefix`` is its X, N or G.

    ``fault`` says that a member is not there, in the place of its words.
    """

    kind: Kind
    text: str
    place: Place
    prefix: str = ""
    fault: Fault | None = None

    def __bool__(self) -> bool:
        return True

    @property
    def upper(self) -> str:
        """The text as the language compares it; a literal never equals a word."""
        return "" if self.kind in (Kind.LITERAL, Kind.MISSING) else self.text.upper()


def tokens(source: Source) -> list[Token]:
    """Return the tokens of a copybook; ConfigError names the place of a literal that has no end."""
    found: list[Token] = []
    faults: list[Fault] = []
    pseudo: _Pseudo = None
    for line in source.lines:
        pseudo = _scan(line, source, found, faults, pseudo)
    if pseudo is not None:
        faults.append(Fault("the pseudo-text that begins here has no end", pseudo[0], hint="close it with =="))
    if faults:
        raise ConfigError([source.explained(fault) for fault in faults])
    return found


_Pseudo = tuple[Place, list[str]] | None


def _scan(line: Line, source: Source, found: list[Token], faults: list[Fault], pseudo: _Pseudo) -> _Pseudo:
    text, at = line.text, 0
    while at < len(text):
        place = Place(source.file, line.number, line.column + at)
        if pseudo is not None:
            end = text.find("==", at)
            pseudo[1].append(text[at:] if end < 0 else text[at:end])
            if end < 0:
                return pseudo
            found.append(Token(Kind.PSEUDO, " ".join(" ".join(pseudo[1]).split()), pseudo[0]))
            pseudo, at = None, end + 2
        elif text.startswith("*>", at):
            break
        elif text.startswith("==", at):
            pseudo, at = (place, []), at + 2
        else:
            at = _one(text, at, place, source.language.comma, found, faults)
    return pseudo


def _one(text: str, at: int, place: Place, comma: bool, found: list[Token], faults: list[Fault]) -> int:
    """Take the token at ``at`` and return where the next may begin."""
    char = text[at]
    if comma and (number := _COMMA_NUMBER.match(text, at)) and not _picture_next(found):
        found.append(Token(Kind.WORD, number[0].replace(",", "."), place))
        return number.end()
    if char.isspace() or char in ",;=" or text.startswith(_ESCAPED, at):
        return at + 1
    if literal := _LITERAL.match(text, at):
        body = literal["body"].replace(literal["quote"] * 2, literal["quote"])
        found.append(Token(Kind.LITERAL, body, place, literal["prefix"].upper()))
        return literal.end()
    if char in "'\"":
        faults.append(Fault("the literal that begins here has no end", place, hint=f"close it with {char}"))
        return len(text)
    if (
        (char != "." or text[at + 1 : at + 2].strip())
        and _picture_next(found)
        and (picture := _PICTURE.match(text, at))
    ):
        if picture[0].upper() == "IS":
            found.append(Token(Kind.WORD, picture[0], place))
            return picture.end()
        symbols = picture[0].rstrip(",;")
        bare = symbols.removesuffix(".")
        found.append(Token(Kind.PICTURE, "".join(bare.split()), place))
        if bare != symbols:
            found.append(Token(Kind.PERIOD, ".", Place(place.file, place.line, place.column + len(bare))))
        return picture.end()
    if char in "()":
        found.append(Token(Kind.BRACKET, char, place))
        return at + 1
    if char == ".":
        found.append(Token(Kind.PERIOD, ".", place))
        return at + 1
    word = _WORD.match(text, at)
    if word is None:
        faults.append(Fault(f"{char!r} cannot stand here", place))
        return at + 1
    found.append(Token(Kind.WORD, word[0], place))
    return word.end()


def _picture_next(found: list[Token]) -> bool:
    """Say whether the next thing is a picture string, which obeys rules of its own."""
    if not found:
        return False
    last = found[-1].upper
    if last == "IS" and len(found) > 1:
        last = found[-2].upper
    return last in ("PIC", "PICTURE")
