"""The settings of the xlsx codec.

>>> XlsxSettings(layout="layouts/staff.yaml").sheet
'1'
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from hrbus.spi import Settings


class XlsxSettings(Settings):
    """Sheets of Excel workbooks."""

    layout: str
    """Layout file, below `mappings/`."""
    sheet: str = "1"
    """The sheet: its name, or its number from 1. A name is that of the sheet which is written, too."""
    header: NonNegativeInt = 1
    """The row that holds the titles, from 1; records begin below. 0: none, and columns stand as in the layout."""
    titles: dict[str, str] = Field(default_factory=dict)
    """What a column is called in the sheet, where that is not the field's name: `{name: 姓名}`."""
    unknown: Literal["ignore", "reject"] = "ignore"
    """What becomes of a sheet with a column that the layout does not name."""
    dates: tuple[str, ...] = ()
    """Text fields that are written as dates; they hold 2026-01-05. When read, every date becomes such text."""
    null: tuple[str, ...] = ("",)
    """Words for nothing, the empty one by default; a cell without content is always nothing."""
    true: tuple[str, ...] = ("true",)
    """Words for yes, where it stands as text."""
    false: tuple[str, ...] = ("false",)
    """Words for no, where it stands as text."""
    largest: PositiveInt = 512 << 20
    """Bytes, unpacked, above which a workbook is refused."""
    cells: PositiveInt = 20_000_000
    """Cells, empty ones between others included, above which a sheet is refused: a sheet is held as a whole."""
