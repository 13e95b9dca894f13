"""The settings of the cobol codec.

>>> CobolSettings(copybook="copybooks/APPLREC.cpy").encoding
'cp037'
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt, StringConstraints, field_validator

from adapters.cobol.dialect import Dialect, Language
from hrbus.spi import Settings

Instead = Literal["reject", "null", "zero"]
"""What a field means that holds no number: its record is rejected, or something stands for it."""


class Rule(Settings):
    """When a REDEFINES view holds: another field has one of these values."""

    field: str
    """The field that is looked at (APPL-REC-TYPE)."""
    is_: tuple[str, ...] = Field(alias="is", min_length=1)
    """The values that choose the view: one, or a list."""

    @field_validator("is_", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str | int) else value


class Segment(Settings):
    """One type of records: which values of the segment field it has, and below which other type it stands."""

    is_: tuple[str, ...] = Field(default=(), alias="is")
    """The values of the segment field: one, or a list. What the copybook says, where nothing is said."""
    below: str = ""
    """The type of records that these belong to: each hangs below the last such record before it."""
    field: str = ""
    """The field to look at, where this type of records has another than ``segment``."""

    @field_validator("is_", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str | int) else value


class Header(Settings):
    """The first record of a file, which has a layout of its own."""

    copybook: str
    """Its copybook, below mappings/."""
    record: str = ""
    """The level-01 name in that copybook; the first where nothing is said."""
    set: dict[str, str] = Field(default_factory=dict)
    """What to write into its fields: a constant, run(date) or run(sequence). The others keep their VALUE."""


class Trailer(Header):
    """The last record of a file, which has a layout of its own."""

    count: str = ""
    """The field that holds the number of records between header and trailer. It is checked when a file is read."""


class WordSettings(Settings):
    """The word before each record of frame ``word``."""

    bytes: Annotated[int, Field(ge=1, le=64)] = 4
    """How many bytes it has."""
    length_at: Annotated[int, Field(ge=1, le=64)] = 1
    """At which of them, counted from 1, the length begins."""
    length_bytes: Annotated[int, Field(ge=1, le=4)] = 2
    """How many bytes the length has."""
    order: Literal["big", "little"] = "big"
    """Which byte of the length comes first: the high one (big), or the low one (little)."""
    counts_itself: bool = False
    """Whether the length counts the word too."""


Frame = Literal["fixed", "lines", "rdw", "bdw", "word", "variable", "mf", "gnucobol"]


class CobolSettings(Settings):
    """Records that a COBOL copybook describes."""

    copybook: str | Annotated[tuple[str, ...], Field(min_length=1)]
    """The copybook, below mappings/; or several, whose records are types of records of one file."""
    record: str = ""
    """The level-01 name in the copybook; the first where nothing is said."""
    dialect: Literal["ibm", "gnucobol", "mf"] = "ibm"
    """Whose compiler lays the fields: IBM, GnuCOBOL or Micro Focus. Sizes of COMP, SYNC and addresses follow."""
    decimal_comma: bool = False
    """DECIMAL-POINT IS COMMA; a whole program says it itself."""
    currency: str = Field(default="$", min_length=1, max_length=1)
    """The currency sign of edited pictures; a whole program says it itself."""
    source_format: Literal["auto", "fixed", "free"] = "auto"
    """How the copybook is written: in columns 7 to 72, free, or see for yourself."""
    encoding: str = "cp037"
    """The code page of text: cp037, cp1140, cp935, cp1388 and the other EBCDIC pages; ascii, latin-1, utf-8, gb18030
    and the other pages of Python."""
    replace: dict[str, str] = Field(default_factory=dict)
    """What to write for characters that the page does not have, by agreement: {镕: 熔, U+5586: 哲}."""
    national: Literal["utf-16-be", "utf-16-le", "page"] = "utf-16-be"
    """How PIC N stands: in UTF-16, or in the double bytes of the code page, as PIC G does."""
    frame: Frame | Annotated[str, StringConstraints(pattern="^length-field=.+$")] = "fixed"
    """How records follow each other: all of one length, one a line, each after a word with its length (rdw, word, mf,
    gnucobol), in blocks of such (bdw), each as long as its counts say (variable) or as its field says
    (length-field=NAME).
    """
    rdw: Literal["big", "little"] = "big"
    """Where the length stands in a record descriptor word: in its first two bytes, high byte first (big), or in its
    last two, low byte first (little)."""
    rdw_counts_itself: bool = True
    """Whether that length counts the four bytes of the word too."""
    bdw: Literal["big", "little"] = "big"
    """The same for block descriptor words."""
    bdw_counts_itself: bool = True
    """Whether a block's length counts the four bytes of its word too."""
    block_size: Annotated[int, Field(ge=8, le=32760)] = 27_998
    """Bytes of a block, its word included, when a file of frame bdw is written."""
    word: WordSettings | None = None
    """The word before each record of frame word."""
    length_adds: int = 0
    """Bytes that the length of frame word or length-field leaves out; below zero, those that it counts too much."""
    varseq_format: Annotated[int, Field(ge=0, le=3)] = 0
    """What COB_VARSEQ_FORMAT was for the program that writes or reads a file of frame gnucobol."""
    record_start: NonNegativeInt = 0
    """Bytes before each record, inside its frame, that the copybook does not describe."""
    record_end: NonNegativeInt = 0
    """Bytes behind each record, inside its frame, that the copybook does not describe."""
    record_length: PositiveInt | None = None
    """Bytes of a fixed record; the layout's greatest length where nothing is said."""
    line_end: Literal["lf", "crlf", "nl"] | None = None
    """What ends a line when a file is written; lf and crlf are both read. nl (X'15', and X'25' is read) on EBCDIC
    pages, lf on others, where nothing is said."""
    header: NonNegativeInt | Header | None = None
    """The first record, where it has a layout of its own; or the number of bytes before the first record."""
    trailer: NonNegativeInt | Trailer | None = None
    """The last record, where it has a layout of its own; or the number of bytes behind the last record."""
    time_zone: str = "UTC"
    """Whose calendar run(date) follows, such as Asia/Shanghai."""
    select: dict[str, Rule] = Field(default_factory=dict)
    """Which REDEFINES view holds: {VIEW: {field: FIELD, is: [VALUE]}}. Fields of the others are null."""
    occurs: dict[str, dict[str, NonNegativeInt]] = Field(default_factory=dict)
    """How often a table occurs where it depends on a text: {TABLE: {TEXT: TIMES}}."""
    segment: str = ""
    """The field that says of which type a record is. Each type is a REDEFINES view, or a record of level 01."""
    segments: dict[str, Segment] = Field(default_factory=dict)
    """The types by name: {VIEW: VALUE}, {VIEW: [VALUE, VALUE]} or {VIEW: {is: VALUE, below: PARENT}}."""
    unknown: Literal["reject", "skip"] = "reject"
    """What becomes of a record of none of the types: a reject, or nothing (a trailer counts it all the same)."""
    most_children: PositiveInt = 100_000
    """How many records may stand below one; with more, the record and all below it are one reject."""
    trim: bool = True
    """Take blanks and low-values off the end of text."""
    keep_raw: bool = False
    """Carry every record's bytes along and write onto them, so that FILLER and unused views come back unchanged. For
    a whole route, say so in the codecs of both ends."""
    batch_records: PositiveInt = 10_000
    """Records in one batch."""
    sign: Literal["ebcdic", "ascii"] | None = None
    """How a sign shares a zoned digit's byte: ebcdic ({, A–I, }, J–R) or ascii (0–9, p–y). By the code page."""
    blank_numeric: Instead = "reject"
    """What blanks or low-values in a numeric field mean."""
    blanks: dict[str, Instead] = Field(default_factory=dict)
    """The same for single fields: {FIELD: null}."""
    invalid_numeric: Instead = "reject"
    """What a numeric field means whose bytes are no number of its kind."""
    invalid: dict[str, Instead] = Field(default_factory=dict)
    """The same for single fields: {FIELD: zero}."""
    left_digits: bool = False
    """Take digits with blanks or low-values behind them for a number, in zoned fields: 12 in four bytes is 12."""
    short: Literal["reject", "pad"] = "reject"
    """What a record is that ends before its layout, in frames that tell its length; pad: blanks were left off it."""
    group_text: tuple[str, ...] = ()
    """Groups that are read as text as well, in a column NAME-TEXT."""
    filler: bool = False
    """Give FILLER columns too, named FILLER-1, FILLER-2 … in the order of the copybook."""
    native: Literal["little", "big"] | None = None
    """Byte order of COMP-5: big on EBCDIC pages in the IBM dialect, where mainframes write, and little elsewhere."""
    binary: Literal["big", "little"] = "big"
    """Byte order of COMP, COMP-4 and BINARY."""
    binary_full: bool = False
    """Write COMP values that need more digits than their picture (a sender compiled with TRUNC(BIN) does)."""
    float: Literal["ibm", "ieee", "ieee-little"] | None = None
    """How COMP-1 and COMP-2 stand: IBM hexadecimal, or IEEE 754 with the high or low byte first. By the dialect."""
    threads: PositiveInt = 1
    """Batches decoded at the same time."""

    @field_validator("group_text", mode="before", json_schema_input_type=str | list[str])
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("segments", mode="before", json_schema_input_type=dict[str, str | list[str] | Segment])
    @classmethod
    def _short_forms(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {name: {"is": said} if isinstance(said, str | list | tuple) else said for name, said in value.items()}

    @property
    def copybooks(self) -> tuple[str, ...]:
        """The copybook or copybooks."""
        return (self.copybook,) if isinstance(self.copybook, str) else self.copybook

    @property
    def language(self) -> Language:
        """How the text of copybooks is to be understood."""
        free = {"auto": None, "fixed": False, "free": True}[self.source_format]
        return Language(Dialect(self.dialect), free, self.decimal_comma, self.currency)
