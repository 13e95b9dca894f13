"""``hrbus twin COPYBOOK|DATA --count N``: synthetic records with the same shapes and no real person in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hrbus.cli.codec import CodecOption, EncodingOption, FrameOption, OptionsOption, make
from hrbus.cli.decode import opened
from hrbus.cli.encode import written
from hrbus.cli.refused import Refused
from hrbus.cli.words import _

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
        list[Path] | None,
        typer.Option("--copybook", "-c", metavar="FILE", help=_("The layout of the file to learn from.")),
    ] = None,
    encoding: EncodingOption = "",
    frame: FrameOption = "",
    codec: CodecOption = "",
    option: OptionsOption = None,
    seed: Annotated[int, typer.Option("--seed", help=_("Another number makes other records."))] = 1,
) -> None:
    """Write synthetic records: the same shapes, and no real person."""
    from hrbus.spi import Batch
    from hrbus.twin import of_layout, twins

    made = make(copybook or [source], encoding, frame, option, codec=codec)
    shapes = learnt(made, source) if copybook else of_layout(made.layout)
    with written(output) as stream, Refused(None) as refused:
        batches = (Batch(records) for records in twins(made.layout, shapes, count, seed))
        for batch in made.encode(batches, stream):
            refused.take(batch.rejects)
    refused.leave()


def learnt(codec: Codec, source: Path) -> Mapping[str, Shape]:
    """Return the shapes of what a file holds."""
    from hrbus.spi import Origin
    from hrbus.twin import Learner

    learner = Learner(codec.layout)
    with opened(source) as stream:
        for batch in codec.decode(stream, Origin(str(source))):
            learner.take(batch.frame)
    return learner.shapes()
