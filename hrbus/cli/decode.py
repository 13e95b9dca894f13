"""``hrbus decode DATA --copybook C``: the records of a file as JSON lines."""

from __future__ import annotations

import sys
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
from hrbus.cli.common import readable
from hrbus.cli.refused import Refused, RejectsOption
from hrbus.cli.words import _


def command(
    data: Annotated[Path, typer.Argument(metavar="DATA", help=_("The file of records; - is standard input."))],
    copybook: CopybookOption,
    encoding: EncodingOption = "",
    frame: FrameOption = "",
    codec: CodecOption = "",
    option: OptionsOption = None,
    trim: Annotated[bool, typer.Option(help=_("Take blanks off the end of text."))] = True,
    filler: FillerOption = False,
    rejects: RejectsOption = None,
) -> None:
    """Print the records of a file as JSON lines."""
    from hrbus.cli.jsonlines import lines
    from hrbus.cli.progress import Progress
    from hrbus.spi import Origin

    options = [*([] if trim else ["trim=false"]), *(option or [])]
    made = make(copybook, encoding, frame, options, codec=codec, filler=filler)
    layout = made.layout
    out = sys.stdout.buffer
    try:
        with opened(data) as stream, Refused(rejects) as refused, Progress() as progress:
            for batch in made.decode(stream, Origin(str(data))):
                if len(batch):
                    out.write(("\n".join(lines(batch.frame, layout)) + "\n").encode())
                if batch.rejects:
                    progress.clear()
                    refused.take(batch.rejects)
                progress.add(len(batch) + len(batch.rejects))
    finally:
        out.flush()
    refused.leave()


def opened(data: Path) -> BinaryIO:
    """Return the bytes of a file that somebody named; - is standard input."""
    if str(data) == "-":
        return sys.stdin.buffer
    with readable(data):
        return data.open("rb")
