"""What a data description entry says, as data.

>>> Entry(5, "APPL-NO", Place("a.cpy", 1, 8)).level
5
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from adapters.cobol.picture import Picture
from hrbus.spi import Fault, Place


class Usage(Enum):
    """How a field stands in storage."""

    DISPLAY = "DISPLAY"
    BINARY = "COMP"
    PACKED = "COMP-3"
    NATIVE = "COMP-5"
    UNSIGNED_PACKED = "COMP-6"
    BYTES = "COMP-X"
    NATIVE_BYTES = "COMP-N"
    LITTLE = "COMP-9"
    SHORT_FLOAT = "COMP-1"
    LONG_FLOAT = "COMP-2"
    NATIONAL = "NATIONAL"
    DBCS = "DISPLAY-1"
    UTF8 = "UTF-8"
    POINTER = "POINTER"
    PROCEDURE_POINTER = "PROCEDURE-POINTER"
    FUNCTION_POINTER = "FUNCTION-POINTER"
    OBJECT = "OBJECT REFERENCE"
    HANDLE = "HANDLE"
    INDEX = "INDEX"


@dataclass(frozen=True)
class Literal:
    """A literal of a VALUE clause. ``kind`` is text, number, hex or the name of a figurative constant.

    ``all`` says that the text is repeated to fill the field; ``through`` ends a range of a level 88.
    """

    kind: str
    text: str
    all: bool = False
    through: Literal | None = None


@dataclass(frozen=True)
class Occurs:
    """An OCCURS clause; ``depending`` names the field that holds the count, with its qualifiers.

    ``unbounded`` says that the copybook gives no greatest number; ``most`` is 1 then.
    """

    least: int
    most: int
    depending: tuple[str, ...] = ()
    place: Place | None = None
    unbounded: bool = False


@dataclass(frozen=True)
class Renames:
    """A RENAMES clause: the first and the last field of the range, each with its qualifiers."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    place: Place


@dataclass
class Entry:
    """One data description entry as it was written.

    ``name`` is in capitals, which mean nothing in COBOL; ``spelling`` is the name as it was written.
    ``integer`` is the word of a native integer that has no picture (BINARY-LONG) and ``width`` its bytes.
    ``constant`` says that it names a number and no field (CONSTANT AS).
    ``missing`` is what is wrong where COPY names a member that is not there: the entry stands for its fields.
    """

    level: int
    name: str
    place: Place
    picture: Picture | None = None
    usage: Usage | None = None
    sign_leading: bool | None = None
    sign_separate: bool = False
    occurs: Occurs | None = None
    redefines: str = ""
    renames: Renames | None = None
    value: Literal | None = None
    values: tuple[Literal, ...] = ()
    sync: bool = False
    justified: bool = False
    blank_when_zero: bool = False
    false_value: Literal | None = None
    integer: str = ""
    width: int = 0
    spelling: str = ""
    constant: bool = False
    missing: Fault | None = None
    redefines_place: Place | None = field(default=None, repr=False)
