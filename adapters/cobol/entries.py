"""Parses the tokens of a copybook into data description entries, one a level number.

A fault does not stop the reading: it goes on after the next period, so that every fault is told at once.

    >>> from adapters.cobol.tokens import tokens
    >>> [(e.level, e.name) for e in entries(tokens("01 A. 05 B PIC X.", "a.cpy"))]
    [(1, 'A'), (5, 'B')]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from adapters.cobol.picture import Picture, PictureError, parse
from adapters.cobol.tokens import Kind, Token
from hrbus.spi import ConfigError, Fault, Place


class Usage(Enum):
    """How a field stands in storage."""

    DISPLAY = "DISPLAY"
    BINARY = "COMP"
    PACKED = "COMP-3"
    NATIVE = "COMP-5"
    UNSIGNED_PACKED = "COMP-6"
    BYTES = "COMP-X"
    SHORT_FLOAT = "COMP-1"
    LONG_FLOAT = "COMP-2"
    NATIONAL = "NATIONAL"
    DBCS = "DISPLAY-1"
    POINTER = "POINTER"
    INDEX = "INDEX"


_USAGES = {
    "DISPLAY": Usage.DISPLAY,
    **dict.fromkeys(("COMP", "COMP-4", "BINARY"), Usage.BINARY),
    **dict.fromkeys(("COMP-3", "PACKED-DECIMAL"), Usage.PACKED),
    **dict.fromkeys(("COMP-5", "COMP-N"), Usage.NATIVE),
    "COMP-6": Usage.UNSIGNED_PACKED,
    "COMP-X": Usage.BYTES,
    **dict.fromkeys(("COMP-1", "FLOAT-SHORT"), Usage.SHORT_FLOAT),
    **dict.fromkeys(("COMP-2", "FLOAT-LONG"), Usage.LONG_FLOAT),
    "NATIONAL": Usage.NATIONAL,
    "DISPLAY-1": Usage.DBCS,
    **dict.fromkeys(("POINTER", "FUNCTION-POINTER", "PROCEDURE-POINTER", "OBJECT"), Usage.POINTER),
    "INDEX": Usage.INDEX,
}
_FIGURATIVE = {
    **dict.fromkeys(("SPACE", "SPACES"), "SPACE"),
    **dict.fromkeys(("ZERO", "ZEROS", "ZEROES"), "ZERO"),
    **dict.fromkeys(("LOW-VALUE", "LOW-VALUES", "NULL", "NULLS"), "LOW-VALUE"),
    **dict.fromkeys(("HIGH-VALUE", "HIGH-VALUES"), "HIGH-VALUE"),
    **dict.fromkeys(("QUOTE", "QUOTES"), "QUOTE"),
}


@dataclass(frozen=True)
class Literal:
    """A literal of a VALUE clause. ``kind`` is text, number, hex or the name of a figurative constant.

    ``all`` says that the text is repeated to fill the field; ``through`` ends a range of a level 88.
    """

    kind: str
    text: str
    all: bool = False
    through: str | None = None


@dataclass(frozen=True)
class Occurs:
    """An OCCURS clause; ``depending`` names the field that holds the count, with its qualifiers."""

    least: int
    most: int
    depending: tuple[str, ...] = ()
    place: Place | None = None


@dataclass
class Entry:
    """One data description entry as it was written."""

    level: int
    name: str
    place: Place
    picture: Picture | None = None
    usage: Usage | None = None
    sign_leading: bool | None = None
    sign_separate: bool = False
    occurs: Occurs | None = None
    redefines: str = ""
    renames: tuple[str, str] | None = None
    value: Literal | None = None
    values: tuple[Literal, ...] = ()
    sync: bool = False
    justified: bool = False
    blank_when_zero: bool = False
    redefines_place: Place | None = field(default=None, repr=False)


class _Wrong(Exception):
    """A clause that cannot be read; caught where the entry is."""

    def __init__(self, message: str, place: Place, hint: str = "") -> None:
        self.fault = Fault(message, place, hint=hint)
        super().__init__(message)


def entries(found: list[Token]) -> list[Entry]:
    """Return every entry of the copybook in order; ConfigError with all the faults."""
    parser = _Parser(found)
    made: list[Entry] = []
    faults: list[Fault] = []
    while not parser.done:
        try:
            if (entry := parser.entry()) is not None:
                made.append(entry)
        except _Wrong as wrong:
            faults.append(wrong.fault)
            parser.to_period()
    if faults:
        raise ConfigError(faults)
    return made


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
        self.at = 0

    @property
    def done(self) -> bool:
        return self.at >= len(self.tokens)

    def peek(self) -> Token | None:
        return None if self.done else self.tokens[self.at]

    def word(self) -> str:
        """Return the next word in capitals without taking it; nothing at the end or before a literal."""
        token = self.peek()
        return token.upper if token and token.kind in (Kind.WORD, Kind.PERIOD, Kind.BRACKET) else ""

    def take(self, expected: str) -> Token:
        token = self.peek()
        if token is None:
            last = self.tokens[-1].place
            raise _Wrong(f"the copybook ends where {expected} was expected", last)
        self.at += 1
        return token

    def skip(self, *words: str) -> bool:
        """Take the next word if it is one of ``words``."""
        if self.word() in words:
            self.at += 1
            return True
        return False

    def to_period(self) -> None:
        while not self.done and self.tokens[self.at].kind is not Kind.PERIOD:
            self.at += 1
        self.at += 1

    def number(self, what: str) -> int:
        token = self.take(what)
        if token.kind is not Kind.WORD or not token.text.isascii() or not token.text.isdigit() or len(token.text) > 9:
            raise _Wrong(f"expected {what}, found {token.text}", token.place)
        return int(token.text)

    def name(self, what: str) -> Token:
        token = self.take(what)
        if token.kind is not Kind.WORD:
            raise _Wrong(f"expected {what}, found {token.text}", token.place)
        return token

    def entry(self) -> Entry | None:
        token = self.take("a level number")
        if token.kind is Kind.PERIOD:
            return None
        if token.kind is not Kind.WORD or not token.text.isascii() or not token.text.isdigit() or len(token.text) > 2:
            raise _Wrong(
                f"expected a level number, found {token.text}", token.place, "is a period missing before it?"
            )
        level = int(token.text)
        if not 1 <= level <= 49 and level not in (66, 77, 88):
            raise _Wrong(f"{level} is no level number", token.place, "use 01 to 49, 66, 77 or 88")
        made = Entry(level, "", token.place)
        if self.word() not in _CLAUSES and self.word() not in (".", "("):
            named = self.name("a name, FILLER or a clause")
            made.name = "" if named.upper == "FILLER" else named.text.upper()
            made.place = named.place
        while self.word() != ".":
            clause = self.take("a clause or the period that ends the entry")
            read = _CLAUSES.get(clause.upper)
            if read is None and clause.upper in _USAGES | _OTHER_USAGES:
                self.at -= 1
                read = _usage
            if read is None:
                raise _Wrong(f"expected a clause, found {clause.text}", clause.place, _hint(clause))
            read(self, made)
        self.at += 1
        return made


def _hint(clause: Token) -> str:
    if clause.kind is Kind.WORD and clause.text.isdigit():
        return "is the period of the entry before it missing?"
    return ""


def _picture(parser: _Parser, entry: Entry) -> None:
    parser.skip("IS")
    token = parser.take("a picture string")
    if token.kind is not Kind.PICTURE:
        raise _Wrong(f"expected a picture string, found {token.text}", token.place)
    try:
        entry.picture = parse(token.text)
    except PictureError as wrong:
        raise _Wrong(f"PIC {token.text}: {wrong}", token.place) from None


_OTHER_USAGES = {
    "BINARY-CHAR": 2,
    "BINARY-SHORT": 4,
    "BINARY-INT": 9,
    "BINARY-LONG": 9,
    "BINARY-DOUBLE": 18,
}
"""Native integers that bring their own size: the number of digits that stand for it."""


def _usage(parser: _Parser, entry: Entry) -> None:
    parser.skip("IS")
    token = parser.name("a usage")
    word = token.upper.replace("COMPUTATIONAL", "COMP")
    if word in _OTHER_USAGES:
        unsigned = parser.skip("UNSIGNED")
        parser.skip("SIGNED")
        entry.usage = Usage.NATIVE
        entry.picture = parse(("" if unsigned else "S") + f"9({_OTHER_USAGES[word]})")
    elif word in _USAGES:
        entry.usage = _USAGES[word]
        parser.skip("NATIVE")
    else:
        raise _Wrong(f"{token.text} is no usage", token.place, "use DISPLAY, COMP, COMP-3, …")


def _sign(parser: _Parser, entry: Entry) -> None:
    parser.skip("IS")
    token = parser.name("LEADING or TRAILING")
    if token.upper not in ("LEADING", "TRAILING"):
        raise _Wrong(f"expected LEADING or TRAILING, found {token.text}", token.place)
    entry.sign_leading = token.upper == "LEADING"
    if parser.skip("SEPARATE"):
        entry.sign_separate = True
        parser.skip("CHARACTER")


def _side(leading: bool) -> Callable[[_Parser, Entry], None]:
    """Return the reader of a SIGN clause that leaves the word SIGN out."""

    def read(parser: _Parser, entry: Entry) -> None:
        entry.sign_leading = leading
        if parser.skip("SEPARATE"):
            entry.sign_separate = True
            parser.skip("CHARACTER")

    return read


def _occurs(parser: _Parser, entry: Entry) -> None:
    place = parser.tokens[parser.at - 1].place
    least = most = parser.number("how often it occurs")
    if parser.skip("TO"):
        most = parser.number("how often it occurs at most")
    parser.skip("TIMES")
    depending: tuple[str, ...] = ()
    while True:
        if parser.skip("DEPENDING"):
            parser.skip("ON")
            names = [parser.name("the name of the count").upper]
            while parser.skip("OF", "IN"):
                names.append(parser.name("the group of the count").upper)
            depending = tuple(names)
        elif parser.skip("ASCENDING", "DESCENDING"):
            parser.skip("KEY")
            parser.skip("IS")
            _names(parser)
        elif parser.skip("INDEXED"):
            parser.skip("BY")
            _names(parser)
        else:
            break
    if least > most or not most:
        raise _Wrong(f"OCCURS {least} TO {most} TIMES holds nothing", place)
    if least != most and not depending:
        raise _Wrong("OCCURS n TO m needs DEPENDING ON", place, "name the field that holds the count")
    entry.occurs = Occurs(
        least if depending and least != most else (0 if depending else most), most, depending, place
    )


def _names(parser: _Parser) -> None:
    """Take the names of keys or indexes up to the next clause."""
    parser.name("a name")
    while parser.word() not in _CLAUSES | {".": None, "DEPENDING": None, "INDEXED": None} and parser.word() not in (
        "ASCENDING",
        "DESCENDING",
        *_USAGES,
    ):
        parser.name("a name")


def _redefines(parser: _Parser, entry: Entry) -> None:
    token = parser.name("the name of the field that is redefined")
    entry.redefines, entry.redefines_place = token.upper, token.place


def _renames(parser: _Parser, entry: Entry) -> None:
    first = last = parser.name("the name of a field").upper
    while parser.skip("OF", "IN"):
        parser.name("a group")
    if parser.skip("THRU", "THROUGH"):
        last = parser.name("the name of a field").upper
        while parser.skip("OF", "IN"):
            parser.name("a group")
    entry.renames = (first, last)


def _value(parser: _Parser, entry: Entry) -> None:
    parser.skip("IS", "ARE")
    found: list[Literal] = []
    while not found or parser.word() not in (".", "") or _literal_next(parser):
        if found and not _literal_next(parser):
            break
        literal = _literal(parser)
        if parser.skip("THRU", "THROUGH"):
            literal = Literal(literal.kind, literal.text, through=_literal(parser).text)
        found.append(literal)
    if parser.skip("WHEN"):  # VALUE … WHEN SET TO FALSE …
        while parser.skip("SET", "TO", "FALSE", "IS"):
            pass
        _literal(parser)
    entry.value, entry.values = found[0], tuple(found)


def _literal_next(parser: _Parser) -> bool:
    token = parser.peek()
    if token is None or token.kind is Kind.LITERAL:
        return token is not None
    return token.upper in _FIGURATIVE or token.upper == "ALL" or _is_number(token.text)


def _is_number(text: str) -> bool:
    body = text[1:] if text[:1] in "+-" else text
    return body.replace(".", "", 1).isdecimal() and body.isascii()


def _literal(parser: _Parser) -> Literal:
    everywhere = parser.skip("ALL")
    token = parser.take("a literal")
    if token.kind is Kind.LITERAL:
        if token.prefix in ("X", "NX"):
            try:
                bytes.fromhex(token.text)
            except ValueError:
                raise _Wrong(f"X'{token.text}' is no hexadecimal literal", token.place) from None
            return Literal("hex", token.text, everywhere)
        return Literal("text", token.text, everywhere)
    if figurative := _FIGURATIVE.get(token.upper):
        return Literal(figurative, token.upper, everywhere)
    text = token.text
    if text in "+-" and (after := parser.peek()) is not None and _is_number(after.text):
        text += parser.take("a number").text
    if token.kind is Kind.PERIOD and (after := parser.peek()) is not None and _is_number(after.text):
        text = "0." + parser.take("a number").text
    if _is_number(text):
        return Literal("number", text)
    raise _Wrong(f"expected a literal, found {token.text}", token.place, "text stands in quotes")


def _blank(parser: _Parser, entry: Entry) -> None:
    parser.skip("WHEN")
    token = parser.name("ZERO")
    if token.upper not in ("ZERO", "ZEROS", "ZEROES"):
        raise _Wrong(f"expected ZERO, found {token.text}", token.place)
    entry.blank_when_zero = True


def _justified(parser: _Parser, entry: Entry) -> None:
    parser.skip("RIGHT")
    entry.justified = True


def _sync(parser: _Parser, entry: Entry) -> None:
    parser.skip("LEFT", "RIGHT")
    entry.sync = True


def _ignored(parser: _Parser, entry: Entry) -> None:
    """Read a clause that changes nothing about the bytes."""


_CLAUSES: dict[str, Callable[[_Parser, Entry], None] | None] = {
    **dict.fromkeys(("PIC", "PICTURE"), _picture),
    "USAGE": _usage,
    "SIGN": _sign,
    "LEADING": _side(True),
    "TRAILING": _side(False),
    "OCCURS": _occurs,
    "REDEFINES": _redefines,
    "RENAMES": _renames,
    **dict.fromkeys(("VALUE", "VALUES"), _value),
    "BLANK": _blank,
    **dict.fromkeys(("JUST", "JUSTIFIED"), _justified),
    **dict.fromkeys(("SYNC", "SYNCHRONIZED"), _sync),
    **dict.fromkeys(("GLOBAL", "EXTERNAL"), _ignored),
}
