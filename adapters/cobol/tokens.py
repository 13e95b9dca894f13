"""Turns the text of a copybook into tokens that know their line and column.

Reads the fixed reference format (columns 1–6 sequence, 7 indicator, 8–72 text, continued literals) and the free one
(IBM Enterprise COBOL Language Reference, *Reference format*; GnuCOBOL Programmer's Guide, *Free format*).

    >>> [t.text for t in tokens("       05  A  PIC X(3).", "a.cpy")]
    ['05', 'A', 'PIC', 'X(3)', '.']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from hrbus.spi import ConfigError, Fault, Place

_FREE = re.compile(r"\s{0,6}(?:(?:0?[1-9]|[1-4]\d|66|77|88)\s+[A-Za-z:]|\*>)")
_DIRECTIVE = re.compile(
    r"\s*(?:>>\s*|\$\s*SET\s+)SOURCE\s*(?:FORMAT)?\s*(?:IS)?\s*[\"'(]?\s*(FREE|FIXED)", re.IGNORECASE
)
_SKIPPED = re.compile(r"\s*(?:EJECT|SKIP[123]|TITLE\b.*)\s*\.?\s*$", re.IGNORECASE)
_TEXT_END = 72
_ESCAPED = ('\\"', "\\'")
"""Quotes that passed through another language on their way."""
_WORD = re.compile(r"[^\s,;.()'\"=]+(?:\.(?=[^\s])[^\s,;.()'\"=]+)*")
_PICTURE = re.compile(r"\S+(?:\s+\(\s*\d+\s*\)\S*)*")
_FIXED = re.compile(r"(?:\d{6}[ */-]|[ \d]{6}[*/])")
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


@dataclass(frozen=True)
class Token:
    """A word of the source. ``text`` of a literal is its content without quotes; ``prefix`` is its X, N or G."""

    kind: Kind
    text: str
    place: Place
    prefix: str = ""

    def __bool__(self) -> bool:
        return True

    @property
    def upper(self) -> str:
        """The text as the language compares it; a literal never equals a word."""
        return self.text.upper() if self.kind is not Kind.LITERAL else ""


@dataclass(frozen=True)
class Line:
    """A line's text with its number and the column (from 1) of its first character."""

    text: str
    number: int
    column: int


def is_free(text: str) -> bool:
    """Say whether the source looks like free format.

    A directive decides; otherwise sequence numbers, or comments in column 7, make it fixed, and an entry that begins
    before column 8 makes it free.
    """
    written = [line.expandtabs(8) for line in text.splitlines()]
    for line in written:
        if directive := _DIRECTIVE.match(line):
            return directive[1].upper() == "FREE"
    fixed = any(_FIXED.match(line) and line[6:8] != "*>" for line in written)
    return not fixed and any(_FREE.match(line) for line in written)


def lines(text: str, *, free: bool) -> Iterator[Line]:
    """Yield the lines that carry source, continued literals joined, comments left out."""
    held: Line | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.replace("\x1a", "").replace("\ufeff", "").expandtabs(8)
        if not line.strip() or _DIRECTIVE.match(line):
            continue
        if free:
            yield Line(line, number, 1)
            continue
        if line[6:7] in ("*", "/", "$", "D", "d") or line[6:].lstrip().startswith("*"):
            continue
        column = 7 if line[6:7].isdigit() else 8
        body = line[column - 1 : _TEXT_END]
        if _SKIPPED.match(body) or not body.strip():
            continue
        if held is not None and _continues(line, held):
            held = Line(_continued(held.text, body.lstrip().removeprefix("-")), held.number, held.column)
            continue
        if held is not None:
            yield held
        held = Line(body, number, column)
    if held is not None:
        yield held


_DATA = re.compile(r"\s*DATA\s+DIVISION\b", re.IGNORECASE)
_PROCEDURE = re.compile(r"\s*PROCEDURE\s+DIVISION\b", re.IGNORECASE)
_NO_ENTRY = re.compile(r"\s*(?:[A-Z-]+\s+SECTION\b|(?:DATA\s+DIVISION|FD|SD|CD)\b)", re.IGNORECASE)


def declarations(source: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines of a whole program that declare data; all lines, where it is no program but a copybook."""
    written = list(source)
    first = next((at for at, line in enumerate(written) if _DATA.match(line.text)), None)
    if first is None:
        yield from written
        return
    ended = True
    for line in written[first:]:
        if _PROCEDURE.match(line.text):
            return
        passed_over = not ended or bool(_NO_ENTRY.match(line.text))
        if passed_over:
            ended = "." in line.text
        else:
            yield line


def _continues(line: str, held: Line) -> bool:
    """Say whether a line goes on with the one before: a hyphen in column 7 (or 8, where a literal is open)."""
    return line[6:7] == "-" or (line[6:].lstrip().startswith("-") and _open_quote(held.text) != "")


def _continued(before: str, more: str) -> str:
    """Join a continuation line: an open literal goes on after the repeated quote, anything else at once."""
    open_quote = _open_quote(before)
    more = more.lstrip()
    if open_quote:
        return before.ljust(_TEXT_END - 7) + more.removeprefix(open_quote)
    return before.rstrip() + more


def _open_quote(text: str) -> str:
    """Return the quote of the literal that is still open at the end of ``text``, or nothing."""
    quote = ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
    return quote


def tokens(text: str, file: str, *, free: bool | None = None) -> list[Token]:
    """Return the tokens of a copybook; ConfigError names the place of a literal that has no end."""
    if free is None:
        free = is_free(text)
    found: list[Token] = []
    faults: list[Fault] = []
    pseudo: tuple[Place, list[str]] | None = None
    for line in declarations(lines(text, free=free)):
        pseudo = _scan(line, file, found, faults, pseudo)
    if pseudo is not None:
        faults.append(Fault("the pseudo-text that begins here has no end", pseudo[0], hint="close it with =="))
    if faults:
        raise ConfigError(faults)
    return found


_Pseudo = tuple[Place, list[str]] | None


def _scan(line: Line, file: str, found: list[Token], faults: list[Fault], pseudo: _Pseudo) -> _Pseudo:
    text, at = line.text, 0
    while at < len(text):
        place = Place(file, line.number, line.column + at)
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
            at = _one(text, at, place, found, faults)
    return pseudo


def _one(text: str, at: int, place: Place, found: list[Token], faults: list[Fault]) -> int:
    """Take the token at ``at`` and return where the next may begin."""
    char = text[at]
    if char.isspace() or char in ",;=" or text.startswith(_ESCAPED, at):
        return at + 1
    if literal := _LITERAL.match(text, at):
        body = literal["body"].replace(literal["quote"] * 2, literal["quote"])
        found.append(Token(Kind.LITERAL, body, place, literal["prefix"].upper()))
        return literal.end()
    if char in "'\"":
        faults.append(Fault("the literal that begins here has no end", place, hint=f"close it with {char}"))
        return len(text)
    if _picture_next(found) and (picture := _PICTURE.match(text, at)):
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
