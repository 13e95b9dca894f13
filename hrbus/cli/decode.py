"""``hrbus decode DATA --copybook C``: the records of a file as JSON lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from hrbus.cli.codec import CopybookOption, EncodingOption, FrameOption, OptionsOption, make, tell_reject
from hrbus.cli.common import readable, say
from hrbus.cli.words import _
from hrbus.errors import RecordError


def command(
    data: Annotated[Path, typer.Argument(metavar="DATA", help=_("The file of records; - is standard input."))],
    copybook: CopybookOption,
    encoding: EncodingOption = "",
    frame: FrameOption = "",
    option: OptionsOption = None,
    trim: Annotated[bool, typer.Option(help=_("Take blanks off the end of text."))] = True,
) -> None:
    """Print the records of a file as JSON lines."""
    from hrbus.cli.jsonlines import lines
    from hrbus.spi import Origin

    codec = make(copybook, encoding, frame, [*([] if trim else ["trim=false"]), *(option or [])])
    out, rejected = sys.stdout.buffer, 0
    try:
        with opened(data) as stream:
            for batch in codec.decode(stream, Origin(str(data))):
                if len(batch):
                    out.write(("\n".join(lines(batch.frame, codec.layout)) + "\n").encode())
                for reject in batch.rejects:
                    tell_reject(reject)
                rejected += len(batch.rejects)
    finally:
        out.flush()
    if rejected:
        say(_("{count} records were rejected.").format(count=rejected))
        raise typer.Exit(RecordError.exit_code)


def opened(data: Path) -> BinaryIO:
    """Return the bytes of a file that somebody named; - is standard input."""
    if str(data) == "-":
        return sys.stdin.buffer
    with readable(data):
        return data.open("rb")
