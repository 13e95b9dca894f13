"""Puts the text of COPY members in place, with what REPLACING says; REPLACE and EXEC SQL INCLUDE likewise.

    >>> from adapters.cobol.source import Source
    >>> [t.text for t in expanded(Source.of("01 A. 05 B PIC X.", "a.cpy"), None)]
    ['01', 'A', '.', '05', 'B', 'PIC', 'X', '.']

Members are looked for beside the copybook that names them (``OF LIBRARY``: in a folder of that name there first) with
the endings of ``dialect.SUFFIXES``, in any case. One that is not there is told where its record is read: those beside
it can be read without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from adapters.cobol.dialect import SUFFIXES
from adapters.cobol.replacing import Replacement, bounded, replaced, replacements
from adapters.cobol.source import Source, decoded
from adapters.cobol.tokens import Kind, Token, tokens
from hrbus.spi import ConfigError, Fault

_DEEPEST = 16
_MOST_MEMBERS = 5_000


def expanded(source: Source, folder: Path | None) -> list[Token]:
    """Return the tokens of a source with every COPY statement replaced by the member's tokens."""
    return _Copier(source, folder, 0, count(1)).copied(tokens(source))


@dataclass
class _Copier:
    source: Source
    folder: Path | None
    depth: int
    members: Iterator[int]
    """How many members were put in so far, in all depths."""

    def copied(self, found: Sequence[Token]) -> list[Token]:
        made: list[Token] = []
        pairs: list[Replacement] = []
        at = 0
        while at < len(found):
            word = found[at].upper if found[at].kind is Kind.WORD else ""
            begins = at == 0 or found[at - 1].kind is Kind.PERIOD
            if word == "COPY" and not (begins is False and found[at - 1].text.isdigit()):
                end = _period(found, at)
                made += replaced(self.member(found[at:end]), pairs)
                at = end + 1
            elif word == "REPLACE" and begins:
                end = _period(found, at)
                pairs = replacements(found[at:end], "REPLACE")
                at = end + 1
            elif word == "EXEC" and begins:
                end = _end_exec(found, at)
                made += replaced(self.included(found[at:end]), pairs)
                at = end
            else:
                end = at + 1
                while end < len(found) and not _statement(found, end):
                    end += 1
                made += replaced(found[at:end], pairs)
                at = end
            bounded(made)
        return made

    def included(self, statement: Sequence[Token]) -> list[Token]:
        """Return the member of EXEC SQL INCLUDE; other embedded statements declare no data."""
        words = [token.upper for token in statement[:3]]
        if words == ["EXEC", "SQL", "INCLUDE"] and len(statement) > 3:
            return self.member([statement[0], statement[3]])
        return []

    def member(self, statement: Sequence[Token]) -> list[Token]:
        place = statement[0].place
        if len(statement) < 2 or statement[1].kind not in (Kind.WORD, Kind.LITERAL):
            raise ConfigError(Fault("COPY names no member", place, hint="write COPY NAME."))
        if self.depth >= _DEEPEST:
            raise ConfigError(
                Fault(f"COPY is nested more than {_DEEPEST} deep", place, hint="does a member copy itself?")
            )
        if next(self.members) > _MOST_MEMBERS:
            raise ConfigError(Fault(f"more than {_MOST_MEMBERS} members are copied in all", place))
        name = statement[1].text
        library = statement[3].text if len(statement) > 3 and statement[2].upper in ("OF", "IN") else ""
        path = _find(name, library, self.folder)
        if path is None:
            where = " in a folder " + library if library else " beside this copybook"
            fault = Fault(f"the COPY member {name} is not there", place, hint="put it" + where)
            return [Token(Kind.MISSING, name, place, fault=fault)]
        source = Source.of(decoded(path.read_bytes()), str(path), self.source.language)
        inner = _Copier(source, self.folder, self.depth + 1, self.members).copied(tokens(source))
        return replaced(inner, replacements(statement, "REPLACING"))


def _statement(found: Sequence[Token], at: int) -> bool:
    """Say whether a statement of the text itself may begin here."""
    return found[at].kind is Kind.WORD and found[at].upper in ("COPY", "REPLACE", "EXEC")


def _period(found: Sequence[Token], at: int) -> int:
    return next((i for i in range(at, len(found)) if found[i].kind is Kind.PERIOD), len(found))


def _end_exec(found: Sequence[Token], at: int) -> int:
    """Return where the source goes on after END-EXEC and the period that may follow."""
    end = next((i for i in range(at, len(found)) if found[i].upper == "END-EXEC"), len(found))
    if end == len(found):
        raise ConfigError(Fault("EXEC has no END-EXEC", found[at].place))
    return end + 2 if end + 1 < len(found) and found[end + 1].kind is Kind.PERIOD else end + 1


def _find(name: str, library: str, folder: Path | None) -> Path | None:
    if folder is None or not _plain(name) or (library and not _plain(library)):
        return None
    for place in _folders(folder, library):
        files = {path.name.lower(): path for path in sorted(place.iterdir(), reverse=True) if path.is_file()}
        for suffix in SUFFIXES:
            if path := files.get(name.lower() + suffix):
                exact = place / (name + suffix)
                return exact if exact.is_file() else path
    return None


def _plain(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_@#$.-]+", name) is not None and not name.startswith(".")


def _folders(folder: Path, library: str) -> list[Path]:
    inside = [path for path in folder.iterdir() if library and path.name.lower() == library.lower() and path.is_dir()]
    return [*inside, folder]
