"""The lines of a copybook that carry source, out of either reference format.

Reads the fixed reference format (columns 1–6 sequence, 7 indicator, 8–72 text, continued literals) and the free one
(IBM Enterprise COBOL Language Reference, *Reference format*; GnuCOBOL Programmer's Guide, *Free format*).

    >>> [line.text for line in Source.of("000100 01  A.    *> a record", "a.cpy").lines]
    ['01  A.    *> a record']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from adapters.cobol.dialect import Dialect, Language
from hrbus.spi import ConfigError, Fault, Place

TEXT_END = 72
_CARD = 80
_EBCDIC_BLANK = b"\x40"
_FREE = re.compile(r"\s{0,6}(?:(?:0?[1-9]|[1-4]\d|66|77|78|88)\s+[A-Za-z:]|\*>)")
_DIRECTIVE = re.compile(
    r"\s*(?:>>\s*|\$\s*SET\s+)SOURCE\s*(?:FORMAT)?\s*(?:IS)?\s*[\"'(]?\s*(FREE|FIXED)", re.IGNORECASE
)
_PASSED_OVER = re.compile(r"\s*(?:>>|\$\s*SET\b)", re.IGNORECASE)
_CONDITIONAL = re.compile(r"[\d ]{0,6}\s*(?:>>\s*|\$\s*)(?:IF|ELSE|ELIF|END-?IF|EVALUATE|WHEN)\b", re.IGNORECASE)
_LISTING = re.compile(r"\s*(?:EJECT|SKIP[123]|TITLE\b.*)\s*\.?\s*$", re.IGNORECASE)
_INCLUDE = re.compile(r"[\d ]{0,6}\s*(?:\+\+INCLUDE|-INC)\s+([A-Z0-9@#$-]+)", re.IGNORECASE)
_FIXED = re.compile(r"(?:\d{6}[ */-]|[ \d]{6}[*/])")


@dataclass(frozen=True)
class Line:
    """A line's text with its number and the column (from 1) of its first character."""

    text: str
    number: int
    column: int


@dataclass(frozen=True)
class Source:
    """A text's lines that declare data. ``beyond`` is what stands after the last column that is read, by line."""

    file: str
    lines: tuple[Line, ...]
    language: Language
    beyond: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, file: str, language: Language | None = None) -> Source:
        """Return the source in ``text``; ConfigError where a directive asks for what is not done here."""
        known = language or Language()
        free = is_free(text) if known.free is None else known.free
        beyond: dict[int, str] = {}
        faults: list[Fault] = []
        written = list(_lines(text, file, free, known.dialect, beyond, faults))
        if faults:
            raise ConfigError(faults)
        return cls(file, tuple(declarations(written)), _special_names(written, known), beyond)

    def explained(self, fault: Fault) -> Fault:
        """Return a fault with a hint where text after the last column may be the reason."""
        place = fault.place
        if place is None or place.file != self.file:
            return fault
        before = [line.number for line in self.lines if line.number < place.line]
        for number in (place.line, *before[-1:]):
            if number in self.beyond:
                rest = self.beyond[number]
                return replace(
                    fault, hint=f"line {number} goes past column {TEXT_END}, the last that is read: {rest}"
                )
        return fault


def decoded(data: bytes) -> str:
    """Return the text of a copybook file: UTF-8, Latin-1 where it is not, or EBCDIC where its blanks are.

    A file without ends of lines, as it lies on a mainframe, has 80 characters a line.
    """
    if b" " not in data and _EBCDIC_BLANK in data:
        text = data.decode("cp037").replace("\x85", "\n")
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    if len(text) > _CARD and "\n" not in text and "\r" not in text and len(text) % _CARD == 0:
        return "\n".join(text[at : at + _CARD] for at in range(0, len(text), _CARD))
    return text


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


def _lines(
    text: str, file: str, free: bool, dialect: Dialect, beyond: dict[int, str], faults: list[Fault]
) -> Iterator[Line]:
    """Yield the lines that carry source, continued literals joined, comments left out."""
    held: Line | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.replace("\x1a", "").replace("\ufeff", "").expandtabs(8)
        if _CONDITIONAL.match(line):
            hint = "keep the lines that hold, and take the directives out"
            faults.append(Fault("conditional compilation is not done here", Place(file, number, 1), hint=hint))
            continue
        if not line.strip() or _PASSED_OVER.match(line if free else line[6:]) or _DIRECTIVE.match(line):
            continue
        found = _included(line, number) or (_free(line, number) if free else _fixed(line, number, dialect))
        if found is None:
            continue
        if not free and line[TEXT_END:].strip():
            beyond[number] = line[TEXT_END:].strip()
        if held is not None and not free and _continues(line, held):
            held = Line(_continued(held.text, found.text.lstrip().removeprefix("-")), held.number, held.column)
            continue
        if held is not None:
            yield held
        held = found
    if held is not None:
        yield held


def _included(line: str, number: int) -> Line | None:
    """Return the COPY statement that a library's include line stands for (Panvalet, Librarian)."""
    found = _INCLUDE.match(line)
    return Line(f"COPY {found[1]}.", number, found.start(1) - 4) if found else None


def _free(line: str, number: int) -> Line | None:
    """Return a line in free format; None for a comment, which may also begin as in fixed format."""
    return None if line.lstrip().startswith("*") else Line(line, number, 1)


def _fixed(line: str, number: int, dialect: Dialect) -> Line | None:
    """Return the text area of a line in fixed format; None where it carries no source.

    Text that begins in column 6 or 7 is read from there: a level number would lose a digit.
    """
    indicator = line[6:7]
    text_there = line[6:8].isalnum() and len(line) > 7
    if (indicator in "*/$Dd" and not text_there) or line[6:].lstrip().startswith("*"):
        return None
    if dialect is Dialect.MF and line.startswith("*"):
        return None
    column = 8
    if text_there or indicator.isdigit():
        column = 6 if not line[:5].strip() and line[5:6].isdigit() else 7
    body = line[column - 1 : TEXT_END]
    return None if _LISTING.match(body) or not body.strip() else Line(body, number, column)


def _continues(line: str, held: Line) -> bool:
    """Say whether a line goes on with the one before: a hyphen in column 7 (or 8, where a literal is open)."""
    return line[6:7] == "-" or (line[6:].lstrip().startswith("-") and _open_quote(held.text) != "")


def _continued(before: str, more: str) -> str:
    """Join a continuation line: an open literal goes on after the repeated quote, anything else at once."""
    open_quote = _open_quote(before)
    more = more.lstrip()
    if open_quote:
        return before.ljust(TEXT_END - 7) + more.removeprefix(open_quote)
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


# --- whole programs


_DATA = re.compile(r"\s*DATA\s+DIVISION\b", re.IGNORECASE)
_PROCEDURE = re.compile(r"\s*PROCEDURE\s+DIVISION\b", re.IGNORECASE)
_SECTION = re.compile(r"\s*([A-Z-]+)\s+SECTION\b", re.IGNORECASE)
_NO_ENTRY = re.compile(r"\s*(?:[A-Z-]+\s+SECTION\b|(?:DATA\s+DIVISION|FD|SD|CD)\b)", re.IGNORECASE)
_ENDED = re.compile(r"\.\s*(?:\*>.*)?$")
_NO_RECORDS = ("SCREEN", "REPORT", "COMMUNICATION")


def declarations(written: list[Line]) -> Iterator[Line]:
    """Yield the lines of a whole program that declare data; all lines, where it is no program but a copybook."""
    first = _data_division(written)
    if first is None:
        yield from written
        return
    ended, left_out = True, False
    for line in written[first:]:
        if _PROCEDURE.match(line.text):
            return
        if section := _SECTION.match(line.text):
            left_out = section[1].upper() in _NO_RECORDS
        if not ended or _NO_ENTRY.match(line.text):
            ended = _ENDED.search(line.text) is not None
        elif not left_out:
            yield line


def _data_division(written: Iterable[Line]) -> int | None:
    return next((at for at, line in enumerate(written) if _DATA.match(line.text)), None)


_COMMA = re.compile(r"\bDECIMAL-POINT\s+(?:IS\s+)?COMMA\b", re.IGNORECASE)
_CURRENCY = re.compile(
    r"\bCURRENCY\s+(?:SIGN\s+)?(?:IS\s+)?(['\"])([^'\"]+)\1"
    r"(?:\s+(?:WITH\s+)?PICTURE\s+SYMBOL\s+(['\"])(.)\3)?",
    re.IGNORECASE,
)


def _special_names(written: list[Line], language: Language) -> Language:
    """Return what a program's SPECIAL-NAMES change in the language of its pictures."""
    first = _data_division(written)
    if first is None:
        return language
    text = " ".join(line.text for line in written[:first])
    currency = _CURRENCY.search(text)
    return replace(
        language,
        comma=language.comma or _COMMA.search(text) is not None,
        currency=currency[2] if currency else language.currency,
        symbol=(currency[4] or "") if currency else language.symbol,
    )
