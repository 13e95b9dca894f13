"""``hrbus encode LINES --copybook C --output DATA``: a file of records from JSON lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from hrbus.cli.codec import (
    CodecOption,
    CopybookOption,
    EncodingOption,
    FillerOption,
    FrameOption,
    OptionsOption,
    make,
    tell_reject,
)
from hrbus.cli.common import readable, say, writable
from hrbus.cli.words import _
from hrbus.errors import RecordError


def command(
    source: Annotated[Path, typer.Argument(metavar="LINES", help=_("A file of JSON lines; - is standard input."))],
    copybook: CopybookOption,
    output: Annotated[
        Path, typer.Option("--output", metavar="DATA", help=_("The file to write; - is standard output."))
    ],
    encoding: EncodingOption = "",
    frame: FrameOption = "",
    codec: CodecOption = "",
    option: OptionsOption = None,
    filler: FillerOption = False,
) -> None:
    """Write a file of records from JSON lines."""
    from hrbus.cli.jsonlines import JsonLines
    from hrbus.spi import Batch

    made = make(copybook, codec, encoding, frame, filler, option)
    reader = JsonLines(made.layout)
    rejected = 0
    with _input(source) as texts, _output(output) as stream:
        for batch in made.encode((Batch(records) for records in reader.frames(texts)), stream):
            for reject in batch.rejects:
                tell_reject(reject)
            rejected += len(batch.rejects)
    for reject in reader.rejects:
        tell_reject(reject)
    rejected += len(reader.rejects)
    if rejected:
        say(_("{count} records were rejected.").format(count=rejected))
        raise typer.Exit(RecordError.exit_code)


@contextmanager
def _input(source: Path) -> Iterator[BinaryIO]:
    if str(source) == "-":
        yield sys.stdin.buffer
        return
    with readable(source):
        stream = source.open("rb")
    with stream:
        yield stream


@contextmanager
def _output(target: Path) -> Iterator[BinaryIO]:
    """Give the stream to write to; a file gets its name only when it is whole."""
    if str(target) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = target.with_name(f".{target.name}.part")
    with writable(target):
        made = part.open("wb")
    try:
        with made as stream:
            yield stream
        with writable(target):
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
