"""The text of a copybook: it declares records that can be read and written, or a ConfigError says what is wrong."""

from __future__ import annotations

import contextlib
import io

import polars as pl

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.layout import describe
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, HrbusError, Origin

_LARGEST = 4096


def run(data: bytes) -> None:
    """Parse a text; read and write a record of what it declares."""
    with contextlib.suppress(HrbusError):
        record = parse(data.decode("utf-8", errors="replace"), "fuzz.cpy").record()
        describe(record)
        if record.size > _LARGEST:
            return
        codec = CobolCodec(CobolSettings(copybook="fuzz.cpy", encoding="ascii", keep_raw=True), record)
        for batch in codec.decode(io.BytesIO(b"1" * record.size), Origin("fuzz")):
            out = io.BytesIO()
            list(codec.encode([batch], out))
            assert b"1" * record.size * len(batch) == out.getvalue()
        list(codec.encode([Batch(pl.DataFrame(height=1))], io.BytesIO()))


def seeds() -> list[bytes]:
    """Return copybooks that use every clause."""
    return [text.encode() for text in _SEEDS]


_SEEDS = (
    "01 A. 05 B PIC X(3). 05 C PIC S9(5)V99 COMP-3. 05 D PIC 9(4) COMP SYNC.",
    "01 A. 05 N PIC 99. 05 T OCCURS 0 TO 5 TIMES DEPENDING ON N INDEXED BY I. 10 X PIC XX. 05 Z PIC X.",
    "01 A. 05 B PIC X(4). 05 C REDEFINES B PIC S9(4) SIGN LEADING SEPARATE. 05 D REDEFINES B. 10 E PIC 9(4).",
    "01 A. 05 B PIC X. 88 YES VALUE 'Y' 'J'. 88 NO VALUE 'A' THRU 'M'. 66 R RENAMES B. 77 W PIC 9.",
    "       01  A.\n      * comment\n           05  B  PIC X(40) VALUE 'abc\n      -    'def'.\n",
    "01 A. 05 B PIC $$,$$9.99CR BLANK WHEN ZERO. 05 C PIC -(4)9. 05 D PIC **9B/0. 05 E PIC 9(3)PP. 05 F PIC VPP99.",
    "01 A. 05 B COMP-1. 05 C COMP-2 SYNC. 05 D POINTER. 05 E INDEX. 05 F PIC N(2). 05 G PIC G(2) DISPLAY-1.",
    "01 A. 05 B PIC X(2) VALUE ALL 'x'. 05 C PIC 9 VALUE ZERO. 05 D PIC X VALUE X'00'. 05 E PIC X JUST RIGHT.",
    "01 A. 05 G OCCURS 3 TIMES. 10 H OCCURS 2. 15 I PIC S9(18) COMP-5. 10 J PIC 9(20) COMP-6. 10 K PIC 9 COMP-X.",
    "01 A. COPY B REPLACING ==:T:== BY ==X==. 05 C PIC X(3) USAGE IS DISPLAY. REPLACE OFF. 05 FILLER PIC A.",
)
