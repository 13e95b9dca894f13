r"""The settings of the delimited codec.

>>> DelimitedSettings(layout="layouts/staff.yaml", delimiter="tab").delimiter
'\t'
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveInt, field_validator, model_validator

from adapters.flat.settings import CellSettings


class DelimitedSettings(CellSettings):
    """Delimited text."""

    layout: str
    """Layout file, below `mappings/`."""
    encoding: str = "utf-8"
    """How text stands as bytes: utf-8, utf-8-sig (with a byte order mark), utf-16, gb18030, latin-1 …"""
    delimiter: str = ","
    """The character between two cells, or `tab`."""
    quote: str = '"'
    """The character around a cell that holds a delimiter, a quote or a line end; empty for none."""
    escape: str = ""
    """The character that takes the meaning from the one behind it; empty where a quote in a cell is doubled."""
    quoting: Literal["needed", "all"] = "needed"
    """Which cells are quoted when a file is written."""
    header: Literal["names", "skip", "none"] = "names"
    """The first line: `names` of the columns, by which fields are found in any order; one to `skip`; or a record."""
    titles: dict[str, str] = Field(default_factory=dict)
    """What a column is called in the header line, where that is not the field's name: `{name: 姓名}`."""
    unknown: Literal["ignore", "reject"] = "ignore"
    """What becomes of a file with a column that the layout does not name."""
    line_end: Literal["lf", "crlf"] = "crlf"
    """What ends a line when a file is written (RFC 4180 has crlf); both are read."""
    longest: PositiveInt = 1 << 20
    """Bytes of the longest record; a quote that is not closed by then was a mistake."""
    keep_raw: bool = False
    """Whether each record keeps its bytes in the column `_raw`."""

    @field_validator("delimiter")
    @classmethod
    def _tab(cls, value: str) -> str:
        return "\t" if value == "tab" else value

    @field_validator("delimiter", "quote", "escape")
    @classmethod
    def _one(cls, value: str) -> str:
        if len(value) > 1 or (value and (not value.isascii() or value in "\r\n\0")):
            raise ValueError("one ASCII character")
        return value

    @model_validator(mode="after")
    def _different(self) -> DelimitedSettings:
        marks = [mark for mark in (self.delimiter, self.quote, self.escape) if mark]
        if not self.delimiter or len(set(marks)) < len(marks):
            raise ValueError("delimiter, quote and escape must be three different characters")
        if self.quoting == "all" and not self.quote:
            raise ValueError("quoting: all needs a quote")
        return self
