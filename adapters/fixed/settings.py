"""The settings of the fixed codec.

>>> FixedSettings(layout="layouts/payroll.yaml").frame
'lines'
"""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, PositiveInt, field_validator, model_validator

from adapters.flat.settings import CellSettings
from hrbus.spi import Settings


class EdgeSettings(Settings):
    """The first record of a file, which has a layout of its own."""

    layout: str
    """Its layout file, below `mappings/`."""
    set: dict[str, str] = Field(default_factory=dict)
    """What stands in its fields: a constant, which is checked when a file is read, run(date) or run(sequence)."""


class TrailerSettings(EdgeSettings):
    """The last record of a file, which has a layout of its own."""

    count: str = ""
    """The field that holds the number of records between header and trailer. It is checked when a file is read."""


class FixedSettings(CellSettings):
    """Records of fixed width."""

    null: tuple[str, ...] = ()
    """Words for nothing; blank text is empty text, a blank number is always nothing."""
    layout: str
    """Layout file, below `mappings/`; each field has its `width`, and `at` unless it follows the one before."""
    encoding: str = "utf-8"
    """How text stands as bytes: utf-8, gb18030, latin-1; with `frame: fixed` also EBCDIC: cp037, cp935 …"""
    frame: Literal["lines", "fixed"] = "lines"
    """How records follow each other: one a line, or all of one length without line ends."""
    unit: Literal["bytes", "characters"] = "bytes"
    """What widths count. Characters are for lines only."""
    record_length: PositiveInt | None = None
    """Places of a record; where the last field ends, if nothing is said."""
    line_end: Literal["lf", "crlf"] = "lf"
    """What ends a line when a file is written; both are read."""
    numbers: Literal["zeros", "blanks"] = "zeros"
    """What stands in front of a number when a file is written; both are read."""
    align: dict[str, Literal["left", "right"]] = Field(default_factory=dict)
    """Where text stands in its field, by field; left where nothing is said."""
    pad: dict[str, str] = Field(default_factory=dict)
    """What fills a text field up, by field: one ASCII character, a blank where nothing is said."""
    trim: bool = True
    """Take the filling off text."""
    header: EdgeSettings | None = None
    """The first record, where it has a layout of its own."""
    trailer: TrailerSettings | None = None
    """The last record, where it has a layout of its own."""
    time_zone: ZoneInfo = ZoneInfo("UTC")
    """Whose calendar run(date) follows, such as Asia/Shanghai."""
    keep_raw: bool = False
    """Whether each record keeps its bytes in the column `_raw`."""

    @field_validator("pad")
    @classmethod
    def _one(cls, value: dict[str, str]) -> dict[str, str]:
        if any(len(fill) != 1 or not fill.isascii() or not fill.isprintable() for fill in value.values()):
            raise ValueError("one ASCII character for each field")
        return value

    @model_validator(mode="after")
    def _countable(self) -> FixedSettings:
        if self.unit == "characters" and self.frame == "fixed":
            raise ValueError("records without line ends are counted in bytes: take unit: bytes")
        return self
