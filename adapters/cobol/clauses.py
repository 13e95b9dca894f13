"""Reads the clauses of a data description entry: one function each, named in ``CLAUSES``."""

from __future__ import annotations

import re
from collections.abc import Callable

from adapters.cobol.cursor import Cursor, WrongError
from adapters.cobol.declaration import Entry, Literal, Occurs, Usage
from adapters.cobol.picture import PictureError, parse
from adapters.cobol.tokens import Kind

USAGES = {
    "DISPLAY": Usage.DISPLAY,
    **dict.fromkeys(("COMP", "COMP-0", "COMP-4", "BINARY"), Usage.BINARY),
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


def _picture(cursor: Cursor, entry: Entry) -> None:
    cursor.skip("IS")
    token = cursor.take("a picture string")
    if token.kind is not Kind.PICTURE:
        raise WrongError(f"expected a picture string, found {token.text}", token.place)
    try:
        entry.picture = parse(token.text)
    except PictureError as wrong:
        raise WrongError(f"PIC {token.text}: {wrong}", token.place) from None


OTHER_USAGES = {
    "BINARY-CHAR": 2,
    "BINARY-SHORT": 4,
    "BINARY-INT": 9,
    "BINARY-LONG": 9,
    "BINARY-DOUBLE": 18,
}
"""Native integers that bring their own size: the number of digits that stand for it."""


def is_usage(word: str) -> bool:
    """Say whether a word names a usage."""
    short = word.replace("COMPUTATIONAL", "COMP")
    return short in USAGES or short in OTHER_USAGES


def usage(cursor: Cursor, entry: Entry) -> None:
    """Read a usage; the word USAGE itself may be left out."""
    cursor.skip("IS")
    token = cursor.name("a usage")
    word = token.upper.replace("COMPUTATIONAL", "COMP")
    if word in OTHER_USAGES:
        unsigned = cursor.skip("UNSIGNED")
        cursor.skip("SIGNED")
        entry.usage = Usage.NATIVE
        entry.picture = parse(("" if unsigned else "S") + f"9({OTHER_USAGES[word]})")
    elif word in USAGES:
        entry.usage = USAGES[word]
        cursor.skip("NATIVE")
    else:
        raise WrongError(f"{token.text} is no usage", token.place, "use DISPLAY, COMP, COMP-3, …")


def _sign(cursor: Cursor, entry: Entry) -> None:
    cursor.skip("IS")
    token = cursor.name("LEADING or TRAILING")
    if token.upper not in ("LEADING", "TRAILING"):
        raise WrongError(f"expected LEADING or TRAILING, found {token.text}", token.place)
    entry.sign_leading = token.upper == "LEADING"
    if cursor.skip("SEPARATE"):
        entry.sign_separate = True
        cursor.skip("CHARACTER")


def _side(leading: bool) -> Callable[[Cursor, Entry], None]:
    """Return the reader of a SIGN clause that leaves the word SIGN out."""

    def read(cursor: Cursor, entry: Entry) -> None:
        entry.sign_leading = leading
        if cursor.skip("SEPARATE"):
            entry.sign_separate = True
            cursor.skip("CHARACTER")

    return read


def _occurs(cursor: Cursor, entry: Entry) -> None:
    place = cursor.tokens[cursor.at - 1].place
    least = most = cursor.number("how often it occurs")
    if cursor.skip("TO"):
        most = cursor.number("how often it occurs at most")
    cursor.skip("TIMES")
    depending: tuple[str, ...] = ()
    while True:
        if cursor.skip("DEPENDING"):
            cursor.skip("ON")
            names = [cursor.name("the name of the count").upper]
            while cursor.skip("OF", "IN"):
                names.append(cursor.name("the group of the count").upper)
            depending = tuple(names)
        elif cursor.skip("ASCENDING", "DESCENDING"):
            cursor.skip("KEY")
            cursor.skip("IS")
            _names(cursor)
        elif cursor.skip("INDEXED"):
            cursor.skip("BY")
            _names(cursor)
        else:
            break
    if least > most or not most:
        raise WrongError(f"OCCURS {least} TO {most} TIMES holds nothing", place)
    if least != most and not depending:
        raise WrongError("OCCURS n TO m needs DEPENDING ON", place, "name the field that holds the count")
    entry.occurs = Occurs(
        least if depending and least != most else (0 if depending else most), most, depending, place
    )


_AFTER_NAMES = (".", "DEPENDING", "INDEXED", "ASCENDING", "DESCENDING")


def _names(cursor: Cursor) -> None:
    """Take the names of keys or indexes up to the next clause."""
    cursor.name("a name")
    while not (cursor.word() in CLAUSES or cursor.word() in _AFTER_NAMES or is_usage(cursor.word())):
        cursor.name("a name")


def _redefines(cursor: Cursor, entry: Entry) -> None:
    token = cursor.name("the name of the field that is redefined")
    entry.redefines, entry.redefines_place = token.upper, token.place


def _renames(cursor: Cursor, entry: Entry) -> None:
    first = last = cursor.name("the name of a field").upper
    while cursor.skip("OF", "IN"):
        cursor.name("a group")
    if cursor.skip("THRU", "THROUGH"):
        last = cursor.name("the name of a field").upper
        while cursor.skip("OF", "IN"):
            cursor.name("a group")
    entry.renames = (first, last)


def _value(cursor: Cursor, entry: Entry) -> None:
    cursor.skip("IS", "ARE")
    found: list[Literal] = []
    while not found or cursor.word() not in (".", "") or _literal_next(cursor):
        if found and not _literal_next(cursor):
            break
        literal = _literal(cursor)
        if cursor.skip("THRU", "THROUGH"):
            literal = Literal(literal.kind, literal.text, through=_literal(cursor).text)
        found.append(literal)
    if cursor.skip("WHEN"):  # VALUE … WHEN SET TO FALSE …
        while cursor.skip("SET", "TO", "FALSE", "IS"):
            pass
        _literal(cursor)
    entry.value, entry.values = found[0], tuple(found)


def _literal_next(cursor: Cursor) -> bool:
    token = cursor.peek()
    if token is None or token.kind is Kind.LITERAL:
        return token is not None
    return token.upper in _FIGURATIVE or token.upper == "ALL" or _is_number(token.text)


_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _literal(cursor: Cursor) -> Literal:
    everywhere = cursor.skip("ALL")
    token = cursor.take("a literal")
    if token.kind is Kind.LITERAL:
        if token.prefix in ("X", "NX"):
            try:
                bytes.fromhex(token.text)
            except ValueError:
                raise WrongError(f"X'{token.text}' is no hexadecimal literal", token.place) from None
            return Literal("hex", token.text, everywhere)
        return Literal("text", token.text, everywhere)
    if figurative := _FIGURATIVE.get(token.upper):
        return Literal(figurative, token.upper, everywhere)
    text = token.text
    if text in "+-" and (after := cursor.peek()) is not None and _is_number(after.text):
        text += cursor.take("a number").text
    if token.kind is Kind.PERIOD and (after := cursor.peek()) is not None and _is_number(after.text):
        text = "0." + cursor.take("a number").text
    if _is_number(text):
        return Literal("number", text)
    raise WrongError(f"expected a literal, found {token.text}", token.place, "text stands in quotes")


def _blank(cursor: Cursor, entry: Entry) -> None:
    cursor.skip("WHEN")
    token = cursor.name("ZERO")
    if token.upper not in ("ZERO", "ZEROS", "ZEROES"):
        raise WrongError(f"expected ZERO, found {token.text}", token.place)
    entry.blank_when_zero = True


def _justified(cursor: Cursor, entry: Entry) -> None:
    cursor.skip("RIGHT")
    entry.justified = True


def _sync(cursor: Cursor, entry: Entry) -> None:
    cursor.skip("LEFT", "RIGHT")
    entry.sync = True


def _ignored(cursor: Cursor, entry: Entry) -> None:
    """Read a clause that changes nothing about the bytes."""


CLAUSES: dict[str, Callable[[Cursor, Entry], None] | None] = {
    **dict.fromkeys(("PIC", "PICTURE"), _picture),
    "USAGE": usage,
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
