"""What records look like: the fields that mappings are checked against, and the rows that people look at.

>>> text = Field("T", "T", Type.TEXT)
>>> list(Layout("R", (Field("N", "N", Type.INTEGER), Field("G", "G", Type.GROUP, children=(text,)))).columns())
['N', 'T']
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Protocol

from hrbus.errors import Fault, Place


class Type(StrEnum):
    """What a field's column holds."""

    TEXT = "text"  # String
    INTEGER = "integer"  # Int64 up to 18 digits, Decimal(38, 0) beyond
    DECIMAL = "decimal"  # Decimal(digits, scale)
    FLOAT = "float"  # Float64: COMP-1, COMP-2 only
    BOOLEAN = "boolean"  # Boolean
    GROUP = "group"  # no column of its own unless it repeats


@dataclass(frozen=True)
class Condition:
    """A name for some values of a field: a level 88 of COBOL.

    Each of ``values`` is one value twice, or the ends of a range. They are written as the field's column holds them:
    text without the blanks at its end (the empty text is a blank field), a number in digits; None is a number that is
    blank. The ends of a range of text are of digits, of capitals or of small letters, since these lie together in
    every code page. ``unusable`` says why records cannot be asked for it, where that is so.
    """

    name: str
    values: tuple[tuple[str | None, str | None], ...]
    place: Place | None = None
    unusable: str = ""


class Script(Protocol):
    """How the text of a field stands in its file. ``hrbus check`` asks it before there is any text.

    A text of characters that ``writes`` has can be written where its ``room`` is not more than the field's size.
    """

    @property
    def name(self) -> str:
        """What people call it: the name of the code page or encoding."""

    @property
    def reads(self) -> frozenset[str] | None:
        """The characters that a text read from the field may have; None: any."""

    @property
    def writes(self) -> frozenset[str] | None:
        """The characters that can be written, each by itself; None: any."""

    def room(self, text: str) -> int:
        """Return how much of the field a text takes, in the unit of its size; the text has no other characters."""

    def most(self, length: int, signs: frozenset[str] | None) -> int:
        """Return the most that any text of ``length`` of these characters takes; of any, where there are None."""


@dataclass(frozen=True)
class Field:
    """One field of a layout.

    ``name`` is what the sender calls it (``APPL-NO``, ``family``); ``column`` is the name of its column in a frame,
    unique among its siblings: for COBOL the plain name where it is unique, otherwise the path with dots; for JSON
    always the path with dots (``candidate.name.family``). A field that ``many`` is a List of its type; a group that
    is ``many`` is a List of Struct, whose fields are the columns of ``children``. A group that does not repeat has
    no column: its children stand beside its neighbours.

    ``size`` is the greatest length of text (in ``unit``: characters or bytes), None where there is no bound;
    ``script`` says which characters it may have, and is None where a layout is read without its codec, or the format
    has them all. ``digits`` and ``scale`` bound numbers; of a float, ``digits`` are those that it surely keeps;
    ``signed`` says whether they may be negative, ``gaps`` that not every number of so many digits can be held (a P in
    a picture). ``conditions`` are names for some of its values. ``at_most`` bounds the occurrences;
    ``counted_by`` names the field that holds their number. ``offset`` and ``length`` say which bytes of the record
    (in a repeated group: of the occurrence) hold the field's first occurrence; None where that differs from record to
    record. ``note`` is shown to people (the picture, the usage); ``place`` is the line that declares the field.
    """

    name: str
    column: str
    type: Type
    many: bool = False
    children: tuple[Field, ...] = ()
    size: int | None = None
    unit: str = "characters"
    script: Script | None = None
    digits: int | None = None
    scale: int = 0
    signed: bool = True
    gaps: bool = False
    conditions: tuple[Condition, ...] = ()
    at_most: int | None = None
    counted_by: str = ""
    required: bool = False
    offset: int | None = None
    length: int | None = None
    note: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Layout:
    """What the records of a codec look like: mappings are checked against it.

    ``views`` are other names for bytes that ``fields`` hold (RENAMES): they are read where a mapping names them,
    never written, and nobody has to map or drop them.
    """

    name: str
    fields: tuple[Field, ...]
    views: tuple[Field, ...] = ()

    def columns(self) -> dict[str, Field]:
        """Return every field that has a column at the top of a frame, by column name, in order."""
        return _columns(self.fields)

    def readable(self) -> dict[str, Field]:
        """Return what ``columns`` gives, and the views: every column that a mapping may read."""
        return _columns((*self.fields, *self.views))

    def find(self, name: str, within: Field | None = None) -> Field | None:
        """Return the field that a user means by ``name`` (column name or unique plain name), or None.

        ``within`` is the repeated group whose occurrence is looked at; case does not matter.
        """
        columns = _columns(within.children) if within else self.readable()
        wanted = name.casefold()
        exact = [f for column, f in columns.items() if column.casefold() == wanted]
        plain = [f for f in columns.values() if f.name.casefold() == wanted]
        for found in (exact, plain):
            if len(found) == 1:
                return found[0]
        return None

    def conditions(self, name: str, within: Field | None = None) -> list[tuple[Field, Condition]]:
        """Return what a user may mean by the condition-name ``name``: each with the field that it asks."""
        wanted = name.casefold()
        asked = _conditions(within.children if within else (*self.fields, *self.views))
        return [(holder, condition) for holder, condition in asked if condition.name.casefold() == wanted]

    def near(self, name: str, within: Field | None = None) -> Sequence[str]:
        """Return the names of columns and conditions that look most like ``name``, best first."""
        fields = within.children if within else (*self.fields, *self.views)
        columns = [*_columns(fields), *(condition.name for _, condition in _conditions(fields))]
        return get_close_matches(name.upper(), columns, 3) or get_close_matches(name, columns, 3)


def _conditions(fields: Iterable[Field]) -> Iterator[tuple[Field, Condition]]:
    for item in fields:
        yield from ((item, condition) for condition in item.conditions)
        if item.type is Type.GROUP and not item.many:
            yield from _conditions(item.children)


def _columns(fields: Iterable[Field]) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for item in fields:
        if item.type is Type.GROUP and not item.many:
            found.update(_columns(item.children))
        else:
            found[item.column] = item
    return found


@dataclass(frozen=True)
class Times:
    """How often a row of an outline repeats: ``most`` is None without a bound, ``depending`` names a count."""

    least: int
    most: int | None
    depending: str = ""


@dataclass(frozen=True)
class Row:
    """One line of an outline: a record, a group or a field, as its declaration says.

    ``offset`` counts from the start of the record, for the first occurrence with every table at its greatest length;
    ``length`` is one occurrence. Both are None where the format has no fixed places. ``sign`` says where the sign of
    a number stands, and is empty where it has none; ``place`` is the line of the declaration.
    """

    level: int
    name: str
    offset: int | None = None
    length: int | None = None
    picture: str = ""
    usage: str = ""
    occurs: Times | None = None
    redefines: str = ""
    renames: tuple[str, str] | None = None
    sign: str = ""
    conditions: tuple[Condition, ...] = ()
    place: Place | None = None


@dataclass(frozen=True)
class Outline:
    """A record as people look at it, every row below the one before it with a lower level.

    ``length`` is its greatest; ``warnings`` are what keeps its bytes from being read. It has no rows where it is not
    known at all.
    """

    name: str
    rows: tuple[Row, ...]
    length: int | None = None
    warnings: tuple[Fault, ...] = ()
