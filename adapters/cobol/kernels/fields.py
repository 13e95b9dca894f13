"""What the kernels are told of every numeric field: a row of a table, whose first columns are these."""

from __future__ import annotations

from typing import Final

OFFSET: Final = 0
"""Where it begins, from the start of the record (or table element)."""
WIDTH: Final = 1
"""How many bytes it has."""
STEP: Final = 2
"""How many 64-bit lanes a value takes: 1, or 2 where 128 bits are wanted, the low ones first."""
PLACE: Final = 3
"""Where its values begin in what is filled."""
