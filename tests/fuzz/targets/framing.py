"""Files in every frame: the records come out, or an error of hrbus says where the file is no such file."""

from __future__ import annotations

import contextlib
import io

from pydantic import ValidationError

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import HrbusError, Origin

_RECORD = "01 R. 05 N PIC 9. 05 A OCCURS 0 TO 5 DEPENDING ON N. 10 B PIC X(3). 05 D PIC X(4)."
_FRAMES = ("fixed", "lines", "rdw", "bdw", "mf", "gnucobol", "length-field=N")


def _codecs() -> list[CobolCodec]:
    made = []
    for frame in _FRAMES:
        for encoding in ("cp037", "ascii"):
            settings = {
                "copybook": "fuzz.cpy",
                "frame": frame,
                "encoding": encoding,
                "keep_raw": True,
                "batch_records": 4,
            }
            with contextlib.suppress(ValidationError):
                made.append(CobolCodec(CobolSettings.model_validate(settings), parse(_RECORD, "fuzz.cpy").record()))
    return made


_CODECS = _codecs()


def run(data: bytes) -> None:
    """Take the first byte as a frame and page; what was read and is written must be read as the same again."""
    codec = _CODECS[(data[:1] or b"\0")[0] % len(_CODECS)]
    with contextlib.suppress(HrbusError):
        read = list(codec.decode(io.BytesIO(data[1:]), Origin("fuzz")))
        out = io.BytesIO()
        written = list(codec.encode(read, out))
        assert sum(map(len, read)) == sum(map(len, written))
        if codec.settings.frame == "lines" and b"\r" in out.getvalue():
            return  # a carriage return before the end of a line belongs to the end
        again = list(codec.decode(io.BytesIO(out.getvalue()), Origin("again")))
        assert [] == [reject.reason for batch in again for reject in batch.rejects]
        for name in ("N", "A", "D"):
            before = [value for batch in read for value in batch.frame[name].to_list()]
            assert before == [value for batch in again for value in batch.frame[name].to_list()]


def seeds() -> list[bytes]:
    """Return small files in each of the frames."""
    words = (b"\0\x0c\0\0", b"\0\x08", b"")
    made = []
    for number in range(len(_CODECS)):
        page = _CODECS[number].plan.options.page
        for word in words:
            made.append(bytes([number]) + (word + page.encode("1abcDDDD")) * 2)
        made.append(bytes([number]) + page.encode("0DDDD") + b"\n" + page.encode("1abcDDDD") + b"\r\n")
    return made
