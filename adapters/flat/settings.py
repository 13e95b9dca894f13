"""What the codecs of flat records have in common in their settings.

>>> CellSettings(decimal="comma").sign
'leading'
"""

from __future__ import annotations

from typing import Literal

from hrbus.spi import Settings


class CellSettings(Settings):
    """What a cell of text means."""

    null: tuple[str, ...] = ("",)
    """Words for nothing, the empty one by default; the first is written. A blank number is always nothing."""
    true: tuple[str, ...] = ("true",)
    """Words for yes; the first is written."""
    false: tuple[str, ...] = ("false",)
    """Words for no; the first is written."""
    decimal: Literal["point", "comma", "implied"] = "point"
    """Decimal point, comma, or none: `implied` takes the last digits as the layout's places (1250 is 12.50)."""
    sign: Literal["leading", "trailing"] = "leading"
    """Where the minus stands: -12.50, or 12.50- as some systems write it."""
