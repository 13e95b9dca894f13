"""The settings of the json codec.

>>> JsonSettings(layout="layouts/order.yaml").unknown
'ignore'
"""

from __future__ import annotations

from typing import Literal

from hrbus.spi import Settings


class JsonSettings(Settings):
    """JSON objects, one a line or in an array."""

    layout: str
    """Layout file, below `mappings/`."""
    form: Literal["lines", "array"] = "lines"
    """How objects follow each other: one a line, or as the items of one array, over any number of lines. A file of
    one object alone is read as an array of it."""
    unknown: Literal["ignore", "reject"] = "ignore"
    """What becomes of a record with a key that the layout does not name."""
    keep_raw: bool = False
    """Whether each record keeps its bytes in the column `_raw`."""
