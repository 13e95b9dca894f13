"""``hrbus scaffold COPYBOOK [--sample DATA] --to Candidate``: a first mapping, to be looked at by a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hrbus.cli.codec import CodecOption, EncodingOption, FrameOption, OptionsOption, make
from hrbus.cli.common import say
from hrbus.cli.twin import learnt
from hrbus.cli.words import _


def command(
    copybook: Annotated[Path, typer.Argument(metavar="COPYBOOK", help=_("The layout that is mapped."))],
    to: Annotated[str, typer.Option("--to", metavar="DOCUMENT", help=_("The document: Candidate."))] = "Candidate",
    sample: Annotated[
        Path | None, typer.Option("--sample", metavar="DATA", help=_("A file of such records, to learn from."))
    ] = None,
    encoding: EncodingOption = "",
    frame: FrameOption = "",
    codec: CodecOption = "",
    option: OptionsOption = None,
) -> None:
    """Print a first mapping of a layout, with questions where it is unsure."""
    from hrbus.scaffold import ROOTS, scaffold
    from hrbus.twin import of_layout

    if to not in ROOTS:
        known = ", ".join(ROOTS)
        raise typer.BadParameter(_("there are places for {known} only").format(known=known), param_hint="--to")
    made = make([copybook], encoding, frame, option, codec=codec)
    shapes = learnt(made, sample) if sample else of_layout(made.layout)
    where = copybook.parent.name
    layout = f"{where}/{copybook.name}" if where in ("copybooks", "layouts") else copybook.name
    text = scaffold(shapes, to, layout=layout, name=made.layout.name)
    print(text, end="")
    say(
        _("{count} questions are marked with # ?: answer them, then run hrbus check.").format(count=text.count("# ?"))
    )
