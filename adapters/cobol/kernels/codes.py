"""What kernels say of a field that they could not read or write, and where signs stand."""

from __future__ import annotations

from typing import Final

OK: Final = 0
BAD_DIGIT: Final = 1
BAD_SIGN: Final = 2
BAD_BYTE: Final = 3
BLANK: Final = 4
LOW: Final = 5
TOO_BIG: Final = 6
NEGATIVE: Final = 7
TOO_LONG: Final = 8
FOREIGN: Final = 9
BAD_COUNT: Final = 10
NOTHING: Final = 11
TOO_FINE: Final = 12
NO_NUMBER: Final = 13

UNSIGNED: Final = 0
TRAILING: Final = 1
LEADING: Final = 2
TRAILING_SEPARATE: Final = 3
LEADING_SEPARATE: Final = 4
"""Where the sign of a zoned field stands."""

NO_VALUE: Final = 0xFF
"""What a table says of a byte that is no digit and no sign."""
MINUS: Final = 0x10
"""Set in a sign's value where it is negative."""
