"""What a data description entry says, as data.

>>> Entry(5, "APPL-NO", Place("a.cpy", 1, 8)).level
5
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from adapters.cobol.picture import Picture
from hrbus.spi import Place


class Usage(Enum):
    """How a field stands in storage."""

    DISPLAY = "DISPLAY"
    BINARY = "COMP"
    PACKED = "COMP-3"
    NATIVE = "COMP-5"
    UNSIGNED_PACKED = "COMP-6"
    BYTES = "COMP-X"
    SHORT_FLOAT = "COMP-1"
    LONG_FLOAT = "COMP-2"
    NATIONAL = "NATIONAL"
    DBCS = "DISPLAY-1"
    POINTER = "POINTER"
    INDEX = "INDEX"


@dataclass(frozen=True)
class Literal:
    """A literal of a VALUE clause. ``kind`` is text, number, hex or the name of a figurative constant.

    ``all`` says that the text is repeated to fill the field; ``through`` ends a range of a level 88.
    """

    kind: str
    text: str
    all: bool = False
    through: str | None = None


@dataclass(frozen=True)
class Occurs:
    """An OCCURS clause; ``depending`` names the field that holds the count, with its qualifiers."""

    least: int
    most: int
    depending: tuple[str, ...] = ()
    place: Place | None = None


@dataclass
class Entry:
    """One data description entry as it was written."""

    level: int
    name: str
    place: Place
    picture: Picture | None = None
    usage: Usage | None = None
    sign_leading: bool | None = None
    sign_separate: bool = False
    occurs: Occurs | None = None
    redefines: str = ""
    renames: tuple[str, str] | None = None
    value: Literal | None = None
    values: tuple[Literal, ...] = ()
    sync: bool = False
    justified: bool = False
    blank_when_zero: bool = False
    redefines_place: Place | None = field(default=None, repr=False)
