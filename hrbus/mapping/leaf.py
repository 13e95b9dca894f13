"""The grammar of a leaf: where one value of a document comes from, and what happens to it on the way.

    leaf  = atom { "|" call }
    atom  = FIELD | const(TEXT) | join(SEPARATOR, FIELD, FIELD …) | run(WHAT [, FORMAT])
    call  = NAME [ "(" argument { "," argument } ")" ]

A field that holds other signs than letters, digits and ``-_.#$@`` stands in double quotes; so does an argument that
holds a comma, a bracket or a blank at its edge. A doubled quote inside quotes is one.

    >>> [call.text for call in parse('APPL-NO | digits(8)').pipes]
    ['digits(8)']
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

_WORD = re.compile(r"[\w$#@][\w$#@.\-]*")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"|\'((?:[^\']|\'\')*)\'')
_BARE = re.compile(r"[^,()\"'|]*(?:\([^,()\"']*\))?[^,()\"'|]*")


class LeafError(Exception):
    """A leaf that does not follow the grammar: what, and at which character (from 0)."""

    def __init__(self, message: str, column: int) -> None:
        self.message = message
        self.column = column
        super().__init__(message)


@dataclass(frozen=True)
class Call:
    """A name, with arguments where brackets followed it (None where they did not), and where it stands."""

    name: str
    arguments: tuple[str, ...] | None
    column: int

    @property
    def text(self) -> str:
        """The call in one spelling, for keys and messages: read again, it is the same call and no other."""
        if self.arguments is None:
            return self.name
        return f"{self.name}({', '.join(_spelled(argument) for argument in self.arguments)})"


@dataclass(frozen=True)
class Leaf:
    """What a leaf says: its head (a field, when it has no arguments) and its converters in order."""

    head: Call
    pipes: tuple[Call, ...] = ()

    @property
    def field(self) -> str | None:
        """The field that the leaf names, or None where its head is const, join or run."""
        return self.head.name if self.head.arguments is None else None


def parse(text: str) -> Leaf:
    """Return what ``text`` says; LeafError where it does not follow the grammar."""
    reader = _Reader(text)
    leaf = Leaf(reader.call(quoted=True), tuple(reader.pipes()))
    reader.end()
    return leaf


def pipes(text: str) -> tuple[Call, ...]:
    """Return the converters of a text without a head (``trim | upper``)."""
    reader = _Reader("|" + text)
    found = tuple(Call(call.name, call.arguments, call.column - 1) for call in reader.pipes())
    reader.end()
    return found


def _spelled(argument: str) -> str:
    """Return an argument as it is read again: in quotes where it would not be taken for one as it stands."""
    if argument and argument == argument.strip() and _BARE.fullmatch(argument):
        return argument
    return '"' + argument.replace('"', '""') + '"'


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def next(self, sign: str) -> bool:
        self.blanks()
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def pipes(self) -> list[Call]:
        found = []
        while self.next("|"):
            found.append(self.call())
        return found

    def call(self, *, quoted: bool = False) -> Call:
        self.blanks()
        start = self.at
        if quoted and self.text[start : start + 1] == '"':
            return Call(self.quoted(), None, start)
        match = _WORD.match(self.text, start)
        if match is None:
            self.fail("a field or converter should stand here", start)
        self.at = match.end()
        if not self.next("("):
            return Call(match.group(), None, start)
        return Call(match.group(), tuple(self.arguments()), start)

    def arguments(self) -> list[str]:
        found: list[str] = []
        if self.next(")"):
            return found
        while True:
            found.append(self.argument())
            if self.next(")"):
                return found
            if not self.next(","):
                self.fail("a comma or ) should stand here", self.at)

    def argument(self) -> str:
        self.blanks()
        if self.text[self.at : self.at + 1] in ('"', "'"):
            return self.quoted()
        match = _BARE.match(self.text, self.at)
        bare = match.group() if match else ""
        self.at += len(bare)
        return bare.strip()

    def quoted(self) -> str:
        match = _QUOTED.match(self.text, self.at)
        if match is None:
            self.fail("a quote is opened and not closed", self.at)
        self.at = match.end()
        double, single = match.groups()
        return double.replace('""', '"') if double is not None else single.replace("''", "'")

    def end(self) -> None:
        self.blanks()
        if self.at < len(self.text):
            self.fail("| or the end of the leaf should stand here", self.at)

    def fail(self, message: str, column: int) -> NoReturn:
        raise LeafError(message, column)
