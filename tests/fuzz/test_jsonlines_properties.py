"""What ``hrbus decode`` prints, ``hrbus encode`` writes again: the same file, whatever the copybook."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import given

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.layout import describe
from adapters.cobol.settings import CobolSettings
from hrbus.cli.jsonlines import lines
from hrbus.cli.jsonrecords import JsonLines
from hrbus.spi import Batch, Origin
from tests.fuzz.cobol_copybooks import copybooks
from tests.fuzz.test_cobol_properties import ENCODINGS, SLOW, frame


@SLOW
@given(made=copybooks(), encoding=ENCODINGS)
def test_a_file_goes_through_json_lines_unchanged(made: tuple[str, list[dict[str, Any]]], encoding: str) -> None:
    text, rows = made
    record = parse(text, "made.cpy").record()
    codec = CobolCodec(CobolSettings(copybook="made.cpy", encoding=encoding), record)
    file, again = io.BytesIO(), io.BytesIO()
    list(codec.encode([Batch(frame(describe(record), rows))], file))
    printed = [
        line.encode() + b"\n"
        for batch in codec.decode(io.BytesIO(file.getvalue()), Origin("made"))
        for line in lines(batch.frame, codec.layout)
    ]
    reader = JsonLines(codec.layout)
    (written,) = codec.encode((Batch(records) for records in reader.frames(printed)), again)
    assert ([], ()) == (reader.rejects, written.rejects)
    assert file.getvalue() == again.getvalue()
