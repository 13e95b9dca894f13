"""The bytes of records: what is read is written back the same, what cannot be read is a reject."""

from __future__ import annotations

import io

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Origin

_COPYBOOKS = (
    "01 R. 05 A PIC X(4). 05 B PIC S9(5)V99 COMP-3. 05 C PIC 9(4) COMP. 05 D PIC S9(4). 05 E PIC 9(3) COMP-6.",
    "01 R. 05 N PIC 9. 05 T OCCURS 0 TO 3 DEPENDING ON N. 10 M PIC 9. 10 U PIC X OCCURS 0 TO 2 DEPENDING ON M."
    " 05 Z PIC ZZ9.9-.",
    "01 R. 05 K PIC X. 05 B PIC X(6). 05 C REDEFINES B PIC S9(9)V99 COMP-3. 05 D REDEFINES B. 10 E PIC 9(6).",
    "01 R. 05 A PIC S9(25)V9(6). 05 B PIC S9(25) COMP-3. 05 C PIC S9(30) COMP. 05 D PIC $$,$$9.99CR. 05 E PIC **9+.",
    "01 R. 05 A COMP-1. 05 B COMP-2. 05 C PIC S9(9) COMP-5. 05 D PIC N(3). 05 E PIC S9(3) SIGN LEADING SEPARATE.",
)
_SELECT = {"C": {"field": "K", "is": ["1", "2"]}, "D": {"field": "K", "is": "3"}}
_ENCODINGS = ("cp037", "ascii", "latin-1", "utf-8", "gb18030", "cp1140")
_POLICIES = ("reject", "null", "zero")


def _codec(number: int) -> CobolCodec:
    number, at = divmod(number, len(_COPYBOOKS))
    number, page = divmod(number, len(_ENCODINGS))
    settings = {
        "copybook": "fuzz.cpy",
        "encoding": _ENCODINGS[page],
        "blank_numeric": _POLICIES[number % len(_POLICIES)],
        "keep_raw": True,
        "batch_records": 3,
        "select": _SELECT if at == 2 else {},
    }
    record = parse(_COPYBOOKS[at], "fuzz.cpy").record()
    return CobolCodec(CobolSettings.model_validate(settings), record)


_CODECS = [_codec(number) for number in range(len(_COPYBOOKS) * len(_ENCODINGS) * len(_POLICIES))]


def run(data: bytes) -> None:
    """Take the first byte as a copybook, page and policy, and the others as a file of whole records."""
    codec = _CODECS[(data[:1] or b"\0")[0] % len(_CODECS)]
    size = codec.plan.size
    file = data[1 : 1 + (len(data) - 1) // size * size]
    out = io.BytesIO()
    read = list(codec.decode(io.BytesIO(file), Origin("fuzz")))
    written = list(codec.encode(read, out))
    assert len(file) == size * sum(len(batch) + len(batch.rejects) for batch in read)
    kept = [raw for batch in read for raw in batch.frame["_raw"].to_list()]
    assert b"".join(kept) == out.getvalue()
    assert sum(map(len, read)) == sum(map(len, written))


def seeds() -> list[bytes]:
    """Return records that each of the copybooks can read."""
    made = []
    for number, codec in enumerate(_CODECS):
        fresh = io.BytesIO()
        digits = ("1234567890" * 40)[: codec.plan.size].encode(codec.plan.options.page.name)
        made.append(bytes([number]) + fresh.getvalue() + digits * 2)
    return made
