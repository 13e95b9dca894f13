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
)
from hrbus.cli.common import readable, writable
from hrbus.cli.refused import Refused, RejectsOption
from hrbus.cli.words import _


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
    rejects: RejectsOption = None,
) -> None:
    """Write a file of records from JSON lines."""
    from hrbus.cli.jsonrecords import JsonLines
    from hrbus.cli.progress import Progress
    from hrbus.spi import Batch

    made = make(copybook, encoding, frame, option, codec=codec, filler=filler)
    reader = JsonLines(made.layout)
    with _input(source) as texts, written(output) as stream, Refused(rejects) as refused, Progress() as progress:
        batches = (Batch(records) for records in reader.frames(texts))
        for batch in made.encode(batches, stream):
            found = [*batch.rejects, *reader.taken()]
            if found:
                progress.clear()
                refused.take(sorted(found, key=lambda reject: reject.record))
            progress.add(len(batch) + len(found))
        refused.take(reader.taken())
    refused.leave()


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
def written(target: Path) -> Iterator[BinaryIO]:
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
