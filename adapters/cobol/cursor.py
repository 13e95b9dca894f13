"""Walks over the tokens of a copybook.

>>> from adapters.cobol.source import Source
>>> from adapters.cobol.tokens import tokens
>>> cursor = Cursor(tokens(Source.of("01 A.", "a.cpy")))
>>> cursor.number("a level"), cursor.word()
(1, 'A')
"""

from __future__ import annotations

from adapters.cobol.dialect import Language
from adapters.cobol.tokens import Kind, Token
from hrbus.spi import Fault, Place


class WrongError(Exception):
    """A clause that cannot be read; caught where the entry is."""

    def __init__(self, message: str, place: Place, hint: str = "") -> None:
        self.fault = Fault(message, place, hint=hint)
        super().__init__(message)


class Cursor:
    """Where the reading of a copybook has come to. ``constants`` are the numbers of level 78, by name."""

    def __init__(self, found: list[Token], language: Language | None = None) -> None:
        self.tokens = found
        self.language = language or Language()
        self.constants: dict[str, str] = {}
        self.at = 0

    @property
    def done(self) -> bool:
        """Say whether every token is taken."""
        return self.at >= len(self.tokens)

    def peek(self) -> Token | None:
        """Return the next token without taking it; None at the end."""
        return None if self.done else self.tokens[self.at]

    def word(self) -> str:
        """Return the next word in capitals without taking it; nothing at the end or before a literal."""
        token = self.peek()
        return token.upper if token and token.kind in (Kind.WORD, Kind.PERIOD, Kind.BRACKET) else ""

    def peek_name(self, *others: str) -> bool:
        """Say whether the next token is a name: a word that is none of ``others``."""
        token = self.peek()
        if token is None or token.kind is not Kind.WORD or token.text.isdigit():
            return False
        return token.upper not in others

    def take(self, expected: str) -> Token:
        """Take the next token; ``expected`` says what should stand there, for the fault at the end."""
        token = self.peek()
        if token is None:
            last = self.tokens[-1].place
            raise WrongError(f"the copybook ends where {expected} was expected", last)
        self.at += 1
        return token

    def skip(self, *words: str) -> bool:
        """Take the next word if it is one of ``words``."""
        if self.word() in words:
            self.at += 1
            return True
        return False

    def to_period(self) -> None:
        """Skip what is left of an entry, unless its period was taken for something else."""
        if self.at and self.tokens[self.at - 1].kind is Kind.PERIOD:
            return
        while not self.done and self.tokens[self.at].kind is not Kind.PERIOD:
            self.at += 1
        self.at += 1

    def number(self, what: str) -> int:
        """Take a whole number, or the name of one."""
        token = self.take(what)
        text = self.constants.get(token.upper, token.text)
        if token.kind is not Kind.WORD or not text.isascii() or not text.isdigit() or len(text) > 9:
            raise WrongError(f"expected {what}, found {token.text}", token.place)
        return int(text)

    def names(self, what: str) -> tuple[str, ...]:
        """Take a name with its qualifiers, innermost first."""
        found = [self.name(what).upper]
        while self.skip("OF", "IN"):
            found.append(self.name("the name of its group").upper)
        return tuple(found)

    def name(self, what: str) -> Token:
        """Take a word."""
        token = self.take(what)
        if token.kind is not Kind.WORD:
            raise WrongError(f"expected {what}, found {token.text}", token.place)
        return token
