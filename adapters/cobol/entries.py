"""Parses the tokens of a copybook into data description entries, one a level number.

A fault does not stop the reading: it goes on after the next period, so that every fault is told at once.

    >>> from adapters.cobol.tokens import tokens
    >>> [(e.level, e.name) for e in entries(tokens("01 A. 05 B PIC X.", "a.cpy"))]
    [(1, 'A'), (5, 'B')]
"""

from __future__ import annotations

from adapters.cobol.clauses import CLAUSES, is_usage, usage
from adapters.cobol.cursor import Cursor, WrongError
from adapters.cobol.declaration import Entry
from adapters.cobol.tokens import Kind, Token
from hrbus.spi import ConfigError, Fault


def entries(found: list[Token]) -> list[Entry]:
    """Return every entry of the copybook in order; ConfigError with all the faults."""
    cursor = Cursor(found)
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
    token = cursor.take("a level number")
    if token.kind is Kind.PERIOD:
        return None
    if token.kind is not Kind.WORD or not token.text.isascii() or not token.text.isdigit() or len(token.text) > 2:
        raise WrongError(
            f"expected a level number, found {token.text}", token.place, "is a period missing before it?"
        )
    level = int(token.text)
    if not 1 <= level <= 49 and level not in (66, 77, 88):
        raise WrongError(f"{level} is no level number", token.place, "use 01 to 49, 66, 77 or 88")
    made = Entry(level, "", token.place)
    if cursor.word() not in CLAUSES and cursor.word() not in (".", "("):
        named = cursor.name("a name, FILLER or a clause")
        made.name = "" if named.upper == "FILLER" else named.text.upper()
        made.place = named.place
    while cursor.word() != ".":
        clause = cursor.take("a clause or the period that ends the entry")
        read = CLAUSES.get(clause.upper)
        if read is None and is_usage(clause.upper):
            cursor.at -= 1
            read = usage
        if read is None:
            raise WrongError(f"expected a clause, found {clause.text}", clause.place, _hint(clause))
        read(cursor, made)
    cursor.at += 1
    return made


def _hint(clause: Token) -> str:
    if clause.kind is Kind.WORD and clause.text.isdigit():
        return "is the period of the entry before it missing?"
    return ""
