"""``hrbus twin COPYBOOK|DATA --count N``: synthetic records with the same shapes and no real person in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hrbus.cli.codec import EncodingOption, FrameOption, OptionsOption, make, tell_reject
from hrbus.cli.common import say
from hrbus.cli.decode import opened
from hrbus.cli.encode import written
from hrbus.cli.words import _
from hrbus.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hrbus.spi import Codec
    from hrbus.twin import Shape


def command(
    source: Annotated[
        Path,
        typer.Argument(metavar="COPYBOOK|DATA", help=_("The layout; or, with --copybook, a file to learn from.")),
    ],
    output: Annotated[
        Path, typer.Option("--output", metavar="FILE", help=_("The file to write; - is standard output."))
    ],
    count: Annotated[int, typer.Option("--count", "-n", min=0, help=_("How many records."))] = 100,
    copybook: Annotated[
        Path | None,
        typer.Option("--copybook", "-c", metavar="FILE", help=_("The layout of the file to learn from.")),
    ] = None,
    encoding: EncodingOption = "",
    frame: FrameOption = "",
    option: OptionsOption = None,
    seed: Annotated[int, typer.Option("--seed", help=_("Another number makes other records."))] = 1,
) -> None:
    """Write synthetic records: the same shapes, and no real person."""
    from hrbus.spi import Batch
    from hrbus.twin import of_layout, twins

    codec = make(copybook or source, encoding, frame, option)
    shapes = learnt(codec, source) if copybook else of_layout(codec.layout)
    rejected = 0
    with written(output) as stream:
        batches = (Batch(made) for made in twins(codec.layout, shapes, count, seed))
        for batch in codec.encode(batches, stream):
            for reject in batch.rejects:
                tell_reject(reject)
            rejected += len(batch.rejects)
    if rejected:
        say(_("{count} records were rejected.").format(count=rejected))
        raise typer.Exit(RecordError.exit_code)


def learnt(codec: Codec, source: Path) -> Mapping[str, Shape]:
    """Return the shapes of what a file holds."""
    from hrbus.spi import Origin
    from hrbus.twin import Learner

    learner = Learner(codec.layout)
    with opened(source) as stream:
        for batch in codec.decode(stream, Origin(str(source))):
            learner.take(batch.frame)
    return learner.shapes()
