"""Parses the tokens of a copybook into data description entries, one a level number.

A fault does not stop the reading: it goes on after the next period, so that every fault is told at once.

    >>> from adapters.cobol.source import Source
    >>> from adapters.cobol.tokens import tokens
    >>> [(e.level, e.name) for e in entries(tokens(Source.of("01 A. 05 B PIC X.", "a.cpy")), Language())]
    [(1, 'A'), (5, 'B')]
"""

from __future__ import annotations

from difflib import get_close_matches

from adapters.cobol.clauses import CLAUSES, ignored, is_usage, usage
from adapters.cobol.cursor import Cursor, WrongError
from adapters.cobol.declaration import Entry
from adapters.cobol.dialect import Language
from adapters.cobol.tokens import Kind, Token
from adapters.cobol.usages import USAGES
from hrbus.spi import ConfigError, Fault

_CONSTANT = 78


def entries(found: list[Token], language: Language) -> list[Entry]:
    """Return every entry of the copybook in order; ConfigError with all the faults."""
    cursor = Cursor(found, language)
    made: list[Entry] = []
    faults: list[Fault] = []
    while not cursor.done:
        try:
            if (entry := _entry(cursor)) is not None:
                made.append(entry)
        except WrongError as wrong:
            faults.append(wrong.fault)
            cursor.to_period()
    if faults:
        raise ConfigError(faults)
    return made


def _entry(cursor: Cursor) -> Entry | None:
    """Read one entry; None where nothing is declared: a lone period, or a constant, which the cursor keeps."""
    token = cursor.take("a level number")
    if token.kind is Kind.PERIOD:
        return None
    if token.fault:
        return Entry(0, "", token.place, missing=token.fault)
    level = _level(token)
    made = Entry(level, "", token.place)
    if _named(cursor.word()):
        named = cursor.name("a name, FILLER or a clause")
        made.name = "" if named.upper == "FILLER" else named.text.upper()
        made.spelling = named.text if made.name else ""
        made.place = named.place
    seen: set[object] = set()
    while cursor.word() != ".":
        _clause(cursor, made, seen)
    cursor.at += 1
    if level == _CONSTANT or made.constant:
        if made.value is None or made.value.kind != "number":
            return None  # a text: no clause of a layout can use it
        cursor.constants[made.name] = made.value.text
        return None
    return made


_NO_NAMES = {*CLAUSES, ".", "("} - {"BASED", "CONSTANT", "DATE", "EXTERNAL", "GLOBAL", "IS", "LEADING", "TRAILING"}
"""What cannot be a field's name; words that some compilers keep for clauses are names where no name stands before."""


def _named(word: str) -> bool:
    return word not in _NO_NAMES and not (word.startswith("COMP") and is_usage(word))


def _level(token: Token) -> int:
    if token.kind is not Kind.WORD or not token.text.isascii() or not token.text.isdigit() or len(token.text) > 2:
        raise WrongError(
            f"expected a level number, found {token.text}", token.place, "is a period missing before it?"
        )
    level = int(token.text)
    if not 1 <= level <= 49 and level not in (66, 77, _CONSTANT, 88):
        raise WrongError(f"{level} is no level number", token.place, "use 01 to 49, 66, 77, 78 or 88")
    return level


def _clause(cursor: Cursor, made: Entry, seen: set[object]) -> None:
    clause = cursor.take("a clause or the period that ends the entry")
    if clause.fault:
        raise WrongError(clause.fault.message, clause.place, clause.fault.hint)
    read = CLAUSES.get(clause.upper)
    if read is None and is_usage(clause.upper):
        cursor.at -= 1
        read = usage
    if read is None:
        raise WrongError(f"expected a clause, found {clause.text}", clause.place, _hint(clause))
    if read in seen:
        raise WrongError(f"{clause.text} stands where the entry has such a clause already", clause.place)
    if read is not ignored:
        seen.add(read)
    read(cursor, made)


def _hint(clause: Token) -> str:
    if clause.kind is Kind.WORD and clause.text.isdigit():
        return "is the period of the entry before it missing?"
    near = get_close_matches(clause.upper, [*CLAUSES, *USAGES], 1)
    return f"did you mean {near[0]}?" if near else ""
