"""The settings of the json codec.

>>> JsonSettings(layout="layouts/order.yaml").unknown
'ignore'
"""

from __future__ import annotations

from typing import Literal

from hrbus.spi import Settings


class JsonSettings(Settings):
    """JSON, one object a line."""

    layout: str
    """Layout file, below `mappings/`."""
    unknown: Literal["ignore", "reject"] = "ignore"
    """What becomes of a record with a key that the layout does not name."""
    keep_raw: bool = False
    """Whether each record keeps its bytes in the column `_raw`."""
