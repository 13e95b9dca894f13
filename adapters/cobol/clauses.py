"""Reads the clauses of a data description entry: one function each, named in ``CLAUSES``."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches

from adapters.cobol.cursor import Cursor, WrongError
from adapters.cobol.declaration import Entry, Literal, Occurs, Renames, Usage
from adapters.cobol.picture import Category, PictureError, parse
from adapters.cobol.tokens import Kind
from adapters.cobol.usages import INTEGERS, NOT_READ, USAGES

_FIGURATIVE = {
    **dict.fromkeys(("SPACE", "SPACES"), "SPACE"),
    **dict.fromkeys(("ZERO", "ZEROS", "ZEROES"), "ZERO"),
    **dict.fromkeys(("LOW-VALUE", "LOW-VALUES", "NULL", "NULLS"), "LOW-VALUE"),
    **dict.fromkeys(("HIGH-VALUE", "HIGH-VALUES"), "HIGH-VALUE"),
    **dict.fromkeys(("QUOTE", "QUOTES"), "QUOTE"),
}


_REPEATED = re.compile(r"\(([A-Z0-9-]*[A-Z][A-Z0-9-]*)\)", re.IGNORECASE)


def _picture(cursor: Cursor, entry: Entry) -> None:
    cursor.skip("IS")
    token = cursor.take("a picture string")
    if token.kind is not Kind.PICTURE:
        raise WrongError(f"expected a picture string, found {token.text}", token.place)
    text = _REPEATED.sub(lambda m: f"({cursor.constants.get(m[1].upper(), m[1])})", token.text)
    try:
        entry.picture = parse(text, cursor.language.comma, cursor.language.symbol or cursor.language.currency)
    except PictureError as wrong:
        raise WrongError(f"PIC {token.text}: {wrong}", token.place) from None
    if entry.picture.category is Category.UTF8 and cursor.skip("BYTE-LENGTH"):
        cursor.skip("IS")
        entry.width = cursor.number("how many bytes it has")


def is_usage(word: str) -> bool:
    """Say whether a word names a usage."""
    short = word.replace("COMPUTATIONAL", "COMP")
    return short in USAGES or short in INTEGERS or short in NOT_READ


def usage(cursor: Cursor, entry: Entry) -> None:
    """Read a usage; the word USAGE itself may be left out."""
    cursor.skip("IS")
    token = cursor.name("a usage")
    word = token.upper.replace("COMPUTATIONAL", "COMP")
    if word in INTEGERS:
        signed = not (cursor.skip("UNSIGNED") or word.startswith("UNSIGNED"))
        cursor.skip("SIGNED")
        entry.usage, entry.width = Usage.NATIVE, INTEGERS[word]
        entry.integer = word if signed or word.startswith("UNSIGNED") else f"{word} UNSIGNED"
        digits = len(str((1 << (8 * entry.width - signed)) - 1))
        entry.picture = parse(("S" if signed else "") + f"9({digits})")
    elif word in USAGES:
        entry.usage = USAGES[word]
        cursor.skip("NATIVE")
        if word == "OBJECT":
            cursor.skip("REFERENCE")
        if entry.usage in _REFERENCES and cursor.peek_name(*CLAUSES):
            cursor.skip("TO")
            cursor.name("the name of a class or type")
    elif word in NOT_READ:
        raise WrongError(f"the bytes of USAGE {word} are not known here", token.place)
    else:
        near = get_close_matches(word, [*USAGES, *INTEGERS], 1)
        hint = f"did you mean {near[0]}?" if near else "use DISPLAY, COMP, COMP-3, …"
        raise WrongError(f"{token.text} is no usage", token.place, hint)


_REFERENCES = (Usage.OBJECT, Usage.POINTER, Usage.PROCEDURE_POINTER, Usage.FUNCTION_POINTER)


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
    unbounded = cursor.skip("UNBOUNDED")
    least = most = 1 if unbounded else cursor.number("how often it occurs")
    if cursor.skip("TO"):
        unbounded = cursor.skip("UNBOUNDED")
        most = max(least, 1) if unbounded else cursor.number("how often it occurs at most")
    cursor.skip("TIMES")
    depending: tuple[str, ...] = ()
    while True:
        if cursor.skip("DEPENDING"):
            cursor.skip("ON")
            depending = cursor.names("the name of the count")
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
    if (least != most or unbounded) and not depending:
        raise WrongError("OCCURS n TO m needs DEPENDING ON", place, "name the field that holds the count")
    if depending and least == most:
        least = 0  # OCCURS m DEPENDING ON: the least is not said
    entry.occurs = Occurs(least, most, depending, place, unbounded)


_AFTER_NAMES = (".", "DEPENDING", "INDEXED", "ASCENDING", "DESCENDING")


def _names(cursor: Cursor) -> None:
    """Take the names of keys or indexes up to the next clause."""
    cursor.names("a name")
    while cursor.peek_name(*CLAUSES, *_AFTER_NAMES) and not is_usage(cursor.word()):
        cursor.names("a name")


def _redefines(cursor: Cursor, entry: Entry) -> None:
    token = cursor.name("the name of the field that is redefined")
    entry.redefines, entry.redefines_place = token.upper, token.place


def _renames(cursor: Cursor, entry: Entry) -> None:
    peek = cursor.peek()
    first = last = cursor.names("the name of a field")
    if cursor.skip("THRU", "THROUGH"):
        last = cursor.names("the name of a field")
    entry.renames = Renames(first, last, peek.place if peek else entry.place)


def _value(cursor: Cursor, entry: Entry) -> None:
    cursor.skip("IS", "ARE")
    found: list[Literal] = []
    while not found or _literal_next(cursor):
        literal = _literal(cursor)
        if cursor.skip("THRU", "THROUGH"):
            literal = Literal(literal.kind, literal.text, literal.all, through=_literal(cursor))
        found.append(literal)
    if cursor.word() in ("WHEN", "FALSE"):  # VALUE … WHEN SET TO FALSE …
        while cursor.skip("WHEN", "SET", "TO", "FALSE", "IS"):
            pass
        entry.false_value = _literal(cursor)
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
        text = token.text
        while cursor.skip("&"):
            text += _literal(cursor).text
        return Literal("text", text, everywhere)
    if figurative := _FIGURATIVE.get(token.upper):
        return Literal(figurative, token.upper, everywhere)
    text = token.text
    if text in "+-" and (after := cursor.peek()) is not None and _is_number(after.text):
        text += cursor.take("a number").text
    if token.kind is Kind.PERIOD and (after := cursor.peek()) is not None and _is_number(after.text):
        text = "0." + cursor.take("a number").text
    text = cursor.constants.get(token.upper, text)
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


def ignored(cursor: Cursor, entry: Entry) -> None:
    """Read a clause that changes nothing about the bytes."""


def _external(cursor: Cursor, entry: Entry) -> None:
    if cursor.skip("AS", "BY"):
        cursor.take("the outer name")


def _date_format(cursor: Cursor, entry: Entry) -> None:
    if not cursor.skip("FORMAT"):
        token = cursor.take("FORMAT")
        raise WrongError(f"expected FORMAT, found {token.text}", token.place)
    cursor.skip("IS")
    cursor.name("the format of the date")


def _group_usage(cursor: Cursor, entry: Entry) -> None:
    cursor.skip("IS")
    cursor.name("NATIONAL or UTF-8")


def _constant(cursor: Cursor, entry: Entry) -> None:
    cursor.skip("GLOBAL")
    cursor.skip("AS")
    entry.constant, entry.value = True, _literal(cursor)


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
    **dict.fromkeys(("SYNC", "SYNCHRONIZED", "SYNCHRONISED"), _sync),
    **dict.fromkeys(("GLOBAL", "BASED", "VOLATILE", "IS"), ignored),
    "EXTERNAL": _external,
    "DATE": _date_format,
    "GROUP-USAGE": _group_usage,
    "CONSTANT": _constant,
}
