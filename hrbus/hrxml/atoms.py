r"""Whether a regular expression leaves no choice: whether a character always says which atom takes it.

    >>> atoms = Atoms()
    >>> word = atoms.repeat(atoms.one("[a-z]"), "+", optional=False, repeats=True)
    >>> atoms.clear(atoms.then(word, atoms.one("-"))), atoms.clear(atoms.then(word, atoms.one("x")))
    (True, False)

The atoms of an expression are its positions; which may follow which is reckoned while it is put together, as
Glushkov did. An expression is clear where the atoms that may come next never share a character. That is looked at for
every character of the basic plane.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import combinations

import numpy as np
import numpy.typing as npt
import polars as pl


@dataclass(frozen=True)
class Piece:
    """A part of an expression: its text, the atoms that may begin and end it, whether it may take nothing."""

    regex: str
    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()
    nullable: bool = True


@dataclass
class Atoms:
    """The atoms of one expression in Rust's language, and which may follow each."""

    classes: list[str] = field(default_factory=list)
    follow: list[frozenset[int]] = field(default_factory=list)

    def one(self, regex: str) -> Piece:
        """Return an atom: a character or a class."""
        self.classes.append(regex)
        self.follow.append(frozenset())
        here = frozenset({len(self.classes) - 1})
        return Piece(regex, here, here, nullable=False)

    def then(self, left: Piece, right: Piece) -> Piece:
        """Return one piece after the other."""
        self._link(left.last, right.first)
        return Piece(
            left.regex + right.regex,
            left.first | right.first if left.nullable else left.first,
            left.last | right.last if right.nullable else right.last,
            left.nullable and right.nullable,
        )

    def either(self, left: Piece, right: Piece) -> Piece:
        """Return one of two pieces."""
        return Piece(
            f"{left.regex}|{right.regex}",
            left.first | right.first,
            left.last | right.last,
            left.nullable or right.nullable,
        )

    def repeat(self, piece: Piece, quantity: str, *, optional: bool, repeats: bool) -> Piece:
        """Return a piece as often as ``quantity`` says."""
        if repeats:
            self._link(piece.last, piece.first)
        return Piece(piece.regex + quantity, piece.first, piece.last, piece.nullable or optional)

    def clear(self, whole: Piece) -> bool:
        """Say whether there is never a choice."""
        return all(self._apart(atoms) for atoms in {whole.first, *self.follow})

    def _link(self, before: frozenset[int], after: frozenset[int]) -> None:
        for atom in before:
            self.follow[atom] |= after

    def _apart(self, atoms: frozenset[int]) -> bool:
        pairs = combinations([self.classes[atom] for atom in atoms], 2)
        return not any((_taken(one) & _taken(other)).any() for one, other in pairs)


@cache
def _taken(regex: str) -> npt.NDArray[np.bool_]:
    """Return which characters of the basic plane an atom takes."""
    return _plane().str.contains(f"^{regex}$").to_numpy()


@cache
def _plane() -> pl.Series:
    return pl.Series([chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000])
