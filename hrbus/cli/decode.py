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
    tell_reject,
)
from hrbus.cli.common import readable, say
from hrbus.cli.words import _
from hrbus.errors import RecordError


def command(
    data: Annotated[Path, typer.Argument(metavar="DATA", help=_("The file of records; - is standard input."))],
    copybook: CopybookOption,
    encoding: EncodingOption = "",
    frame: FrameOption = "",
    codec: CodecOption = "",
    option: OptionsOption = None,
    trim: Annotated[bool, typer.Option(help=_("Take blanks off the end of text."))] = True,
    filler: FillerOption = False,
) -> None:
    """Print the records of a file as JSON lines."""
    from hrbus.cli.jsonlines import lines
    from hrbus.cli.progress import Progress
    from hrbus.spi import Origin

    options = [*([] if trim else ["trim=false"]), *(option or [])]
    made = make(copybook, codec, encoding, frame, filler, options)
    layout = made.layout
    out, rejected = sys.stdout.buffer, 0
    try:
        with _opened(data) as stream, Progress() as progress:
            for batch in made.decode(stream, Origin(str(data))):
                if len(batch):
                    out.write(("\n".join(lines(batch.frame, layout)) + "\n").encode())
                if batch.rejects:
                    progress.clear()
                for reject in batch.rejects:
                    tell_reject(reject)
                rejected += len(batch.rejects)
                progress.add(len(batch) + len(batch.rejects))
    finally:
        out.flush()
    if rejected:
        say(_("{count} records were rejected.").format(count=rejected))
        raise typer.Exit(RecordError.exit_code)


def _opened(data: Path) -> BinaryIO:
    if str(data) == "-":
        return sys.stdin.buffer
    with readable(data):
        return data.open("rb")
