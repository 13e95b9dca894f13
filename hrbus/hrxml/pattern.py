r"""Patterns of XML Schema as regular expressions of Rust, which polars runs over a column.

    >>> translate(r"x:\S.*").regex
    '^(?:x\\x{3A}[^\\x{20}\\t\\n\\r][^\\n\\r]*)$'

The two languages look alike and differ where it matters: here ``\d`` is every decimal digit of Unicode, ``\s`` is
exactly space, tab, line feed and carriage return, ``.`` leaves out line feed and carriage return only, ``^`` and
``$`` are plain characters, ``-[…]`` takes away, and a pattern always means the whole text. Source: XML Schema part 2,
second edition, appendix F; the names of blocks are those of its section F.1.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

import polars as pl

from hrbus.hrxml.atoms import Atoms, Piece
from hrbus.hrxml.blocks import BLOCKS


class PatternError(ValueError):
    """A pattern that is not one of XML Schema, or one that Rust cannot run."""


@dataclass(frozen=True)
class Pattern:
    """A pattern in Rust's language.

    ``aging``: what it takes beyond ASCII depends on the version of Unicode. ``plain``: it leaves no choice, as each
    character can be taken by one of its atoms only, and it holds nothing that judges are known to read differently.
    libxml2 goes astray in many of the others: it says that ``[^0-9]+[^x]`` does not take ``ab``.
    """

    regex: str
    aging: bool = False
    plain: bool = True


@cache
def translate(pattern: str) -> Pattern:
    """Return a pattern of XML Schema in Rust's language; raises PatternError."""
    reader = _Reader(pattern)
    whole = reader.alternatives()
    if reader.rest:
        raise reader.error("is not expected here")
    regex = f"^(?:{whole.regex})$"
    try:
        pl.select(pl.lit("").str.contains(regex))
    except pl.exceptions.ComputeError as error:  # such as a repetition that would grow too large
        raise PatternError(f"the pattern {pattern} cannot be run by column") from error
    return Pattern(regex, reader.aging, not reader.doubtful and reader.atoms.clear(whole))


_SPACE = r"\x{20}\t\n\r"
_START = (
    r"\x{3A}A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}"
    r"\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}"
)
_NAME = _START + r"\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}"
_CLASSES = {
    "d": r"\p{Nd}",
    "s": _SPACE,
    "i": _START,
    "c": _NAME,
    "w": r"\x{0}-\x{10FFFF}--\p{P}\p{Z}\p{C}",
}
"""What an escape of several characters means, as the inside of a class."""

_SINGLE = {"n": r"\n", "r": r"\r", "t": r"\t"} | {char: f"\\x{{{ord(char):X}}}" for char in r"\|.?*+(){}-[]^"}
_CATEGORY = re.compile("L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfon]?")
_QUANTIFIER = re.compile(r"[?*+]|\{(\d+)(,(\d*))?\}")
_PROPERTY = re.compile(r"\{(\w+|Is[\w-]+)\}", re.ASCII)
_SPECIAL = frozenset(r"\?*+{}()[]|")


class _Reader:
    """Reads a pattern from left to right; each method returns what it read in Rust's language."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.aging = False
        self.doubtful = any(char > "\uffff" for char in pattern)
        self.atoms = Atoms()

    @property
    def rest(self) -> str:
        return self.pattern[self.at :]

    @property
    def next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def error(self, what: str) -> PatternError:
        return PatternError(f"the pattern {self.pattern}: {self.next or 'its end'} {what} (character {self.at + 1})")

    def take(self) -> str:
        char = self.next
        if not char:
            raise self.error("is not expected here")
        self.at += 1
        return char

    def alternatives(self) -> Piece:
        """Read branches between ``|``, up to an end or a closing bracket."""
        found = self.branch()
        while self.next == "|":
            self.at += 1
            found = self.atoms.either(found, self.branch())
        return found

    def branch(self) -> Piece:
        found = Piece("")
        while self.next and self.next not in "|)":
            found = self.atoms.then(found, self.quantified(self.atom()))
        return found

    def quantified(self, piece: Piece) -> Piece:
        found = _QUANTIFIER.match(self.pattern, self.at)
        if found is None:
            return piece
        least, comma, most = found.groups()
        if most and int(least) > int(most):
            raise self.error("begins a quantity whose end is less than its beginning")
        self.at = found.end()
        if _QUANTIFIER.match(self.pattern, self.at):  # to Rust it would mean: as few as possible
            raise self.error("cannot follow a quantity")
        counted = found.group()[0] == "{"
        self.doubtful = self.doubtful or (counted and (least == "0" or piece.nullable or len(piece.first) > 1))
        optional = found.group() in "?*" or least == "0"
        repeats = found.group() in "*+" or (counted and (most or (comma and "2") or least) not in ("0", "1"))
        return self.atoms.repeat(piece, found.group(), optional=optional, repeats=repeats)

    def atom(self) -> Piece:
        char = self.take()
        if char == "(":
            inner = self.alternatives()
            if self.next != ")":
                raise self.error("stands where ) is expected")
            self.at += 1
            return replace(inner, regex=f"(?:{inner.regex})")
        if char == "[":
            return self.atoms.one(self.set())
        if char == ".":
            return self.atoms.one(r"[^\n\r]")
        if char == "\\":
            inside, single = self.escape()
            return self.atoms.one(inside if single or inside.startswith("[") else f"[{inside}]")
        if char in _SPECIAL:
            self.at -= 1
            raise self.error("must be written with a \\ before it")
        return self.atoms.one(_literal(char))

    def escape(self) -> tuple[str, bool]:
        """Read what stands after a backslash; return it as the inside of a class, and whether it is one character."""
        char = self.take()
        if char in _SINGLE:
            return _SINGLE[char], True
        if char in "pP":
            self.doubtful = self.doubtful or char == "P"
            return self.property(negated=char == "P"), False
        if char.lower() in _CLASSES:
            self.aging = self.aging or char.lower() != "s"
            inside = _CLASSES[char.lower()]
            return (inside if char == char.lower() and "--" not in inside else _class(inside, char.isupper())), False
        self.at -= 1
        raise self.error("means nothing after a \\")

    def property(self, *, negated: bool) -> str:
        r"""Read the braces of ``\p{…}``: a category of Unicode, or ``Is`` and the name of a block."""
        found = _PROPERTY.match(self.pattern, self.at)
        name = found.group(1) if found else ""
        if _CATEGORY.fullmatch(name):
            self.aging = True
            inside = f"\\p{{{name}}}"
        elif name.removeprefix("Is") in BLOCKS and name.startswith("Is"):
            inside = "".join(f"\\x{{{first:X}}}-\\x{{{last:X}}}" for first, last in BLOCKS[name.removeprefix("Is")])
        else:
            raise self.error("begins no category or block that is known")
        self.at += len(name) + 2
        return _class(inside, negated)

    def set(self) -> str:
        """Read a class after its opening bracket, with what is taken away from it."""
        negated = self.next == "^"
        self.at += negated
        members: list[str] = []
        while self.next != "]":
            if self.next == "-" and self.pattern[self.at + 1 : self.at + 2] == "[" and members:
                self.at += 2
                self.doubtful = True
                less = self.set()
                if self.next != "]":
                    raise self.error("stands where ] is expected")
                self.at += 1
                return f"[{_class(''.join(members), negated)}--{less}]"
            members.append(self.member(first=not members))
        if not members:
            raise self.error("closes a class that holds nothing")
        self.at += 1
        return _class("".join(members), negated)

    def member(self, *, first: bool) -> str:
        """Read a character, a range or an escape inside a class."""
        low, single = self.one(first=first)
        if self.next != "-" or not single or self.pattern[self.at + 1 : self.at + 2] in ("[", "]"):
            return low
        self.at += 1
        high, single = self.one(first=False)
        if not single or _code(low) > _code(high):
            raise self.error("comes after a range that ends before it begins")
        return f"{low}-{high}"

    def one(self, *, first: bool) -> tuple[str, bool]:
        char = self.take()
        if char == "\\":
            return self.escape()
        edge = first or self.next == "]"
        if char == "[" or (char == "-" and not edge):
            self.at -= 1
            raise self.error("must be written with a \\ before it")
        return _literal(char), True


def _class(inside: str, negated: bool) -> str:
    return f"[^{inside}]" if negated else f"[{inside}]"


def _literal(char: str) -> str:
    """Return one character so that it means itself, inside a class and outside."""
    return char if char.isalnum() or char == "_" else f"\\x{{{ord(char):X}}}"


def _code(literal: str) -> int:
    if literal.startswith("\\x{"):
        return int(literal[3:-1], 16)
    return ord({r"\n": "\n", r"\r": "\r", r"\t": "\t"}.get(literal, literal))
