"""How a copybook's text is to be understood: the dialect that its compiler speaks, and how it is written.

    >>> [Dialect.IBM.binary(4, True), Dialect.GNUCOBOL.binary(2, True), Dialect.MF.binary(6, True)]
    [2, 1, 3]

Sizes and boundaries: IBM Enterprise COBOL Language Reference, *Computational items* and *SYNCHRONIZED clause*; for
GnuCOBOL and Micro Focus what ``cobc -std=default`` and ``cobc -std=mf`` compile (binary-size 1-2-4-8 and 1--8).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SUFFIXES = ("", ".cpy", ".cbl", ".cob", ".copy", ".copybook", ".cobol", ".inc", ".txt")
"""How files of COBOL text end; members of a mainframe library have no ending."""
FEW_DIGITS = 18
"""The digits of the largest binary that every compiler takes; longer ones have the fewest bytes that hold them."""


class Dialect(StrEnum):
    """A family of compilers that agree about sizes."""

    IBM = "ibm"
    GNUCOBOL = "gnucobol"
    MF = "mf"

    def binary(self, digits: int, signed: bool) -> int:
        """Return the bytes of a COMP, COMP-4, COMP-5 or BINARY field."""
        if digits > FEW_DIGITS:
            return fewest_bytes(digits, signed=True)
        if self is Dialect.MF:
            return fewest_bytes(digits, signed=signed)
        if digits <= 2 and self is Dialect.GNUCOBOL:
            return 1
        return 2 if digits <= 4 else 4 if digits <= 9 else 8

    @property
    def pointer(self) -> int:
        """The bytes of an address: 31 bits at IBM."""
        return 4 if self is Dialect.IBM else 8

    @property
    def largest_boundary(self) -> int:
        """The widest boundary that SYNC gives a binary field; 1 where SYNC does nothing."""
        return {Dialect.IBM: 4, Dialect.GNUCOBOL: 8, Dialect.MF: 1}[self]

    @property
    def slack_before_groups(self) -> bool:
        """Say whether slack bytes stand before the groups that begin with a SYNC field, not inside them."""
        return self is Dialect.IBM

    @property
    def float_format(self) -> str:
        """How COMP-1 and COMP-2 stand."""
        return "ibm" if self is Dialect.IBM else "ieee-little"


@dataclass(frozen=True)
class Language:
    """What the settings say about a copybook's text.

    ``free`` chooses the reference format (None: see for yourself), ``comma`` is DECIMAL-POINT IS COMMA, ``currency``
    the sign in the data and ``symbol`` what stands for it in a picture, where that is another; a whole program says
    these three itself.
    """

    dialect: Dialect = Dialect.IBM
    free: bool | None = None
    comma: bool = False
    currency: str = "$"
    symbol: str = ""


def fewest_bytes(digits: int, *, signed: bool) -> int:
    """Return the fewest bytes that hold every number of so many digits."""
    most: int = 10**digits - 1
    return (most.bit_length() + signed + 7) // 8
