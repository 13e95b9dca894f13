"""The words of the USAGE clause.

>>> USAGES["COMP-4"]
<Usage.BINARY: 'COMP'>
"""

from __future__ import annotations

from adapters.cobol.declaration import Usage

USAGES = {
    "DISPLAY": Usage.DISPLAY,
    **dict.fromkeys(("COMP", "COMP-0", "COMP-4", "BINARY"), Usage.BINARY),
    **dict.fromkeys(("COMP-3", "PACKED-DECIMAL"), Usage.PACKED),
    "COMP-5": Usage.NATIVE,
    "COMP-6": Usage.UNSIGNED_PACKED,
    "COMP-9": Usage.LITTLE,
    "COMP-X": Usage.BYTES,
    "COMP-N": Usage.NATIVE_BYTES,
    **dict.fromkeys(("COMP-1", "FLOAT-SHORT"), Usage.SHORT_FLOAT),
    **dict.fromkeys(("COMP-2", "FLOAT-LONG"), Usage.LONG_FLOAT),
    "NATIONAL": Usage.NATIONAL,
    "DISPLAY-1": Usage.DBCS,
    "UTF-8": Usage.UTF8,
    **dict.fromkeys(("POINTER", "PROGRAM-POINTER"), Usage.POINTER),
    "PROCEDURE-POINTER": Usage.PROCEDURE_POINTER,
    "FUNCTION-POINTER": Usage.FUNCTION_POINTER,
    "OBJECT": Usage.OBJECT,
    "HANDLE": Usage.HANDLE,
    "INDEX": Usage.INDEX,
}
INTEGERS = {
    "BINARY-CHAR": 1,
    "BINARY-SHORT": 2,
    "SIGNED-SHORT": 2,
    "UNSIGNED-SHORT": 2,
    "BINARY-INT": 4,
    "BINARY-LONG": 4,
    "SIGNED-INT": 4,
    "UNSIGNED-INT": 4,
    "BINARY-DOUBLE": 8,
    "BINARY-LONG-LONG": 8,
    "SIGNED-LONG": 8,
    "UNSIGNED-LONG": 8,
}
"""Native integers that have no picture: their bytes."""
NOT_READ = ("BIT", "FLOAT-EXTENDED", "FLOAT-DECIMAL-7", "FLOAT-DECIMAL-16", "FLOAT-DECIMAL-34", "FLOAT-BINARY-128")
"""Usages whose bytes hrbus does not know."""
