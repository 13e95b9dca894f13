"""The settings of the dbf codec.

>>> DbfSettings(layout="layouts/staff.yaml", encoding="gbk").deleted
'skip'
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hrbus.spi import Settings


class DbfSettings(Settings):
    """Tables of dBase and FoxPro."""

    layout: str
    """Layout file, below `mappings/`. Writing needs the bytes of a text field: its `width`, or its size."""
    encoding: str = ""
    """How text stands as bytes, such as gbk; what the file itself says, if nothing is said here."""
    titles: dict[str, str] = Field(default_factory=dict)
    """What a field is called in the file, where that is not its name in capitals: `{birth_date: BIRTHDAY}`."""
    dates: tuple[str, ...] = ()
    """Text fields that are written as dates; they hold 2026-01-05. When read, every date becomes such text."""
    deleted: Literal["skip", "reject"] = "skip"
    """What becomes of records that are marked as deleted."""
    keep_raw: bool = False
    """Whether each record keeps its bytes in the column `_raw`."""
