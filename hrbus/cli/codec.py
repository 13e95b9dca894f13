"""The codec that ``hrbus decode`` and ``encode`` work with: chosen and set on the command line, outside any site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.words import _

if TYPE_CHECKING:
    from hrbus.errors import Place
    from hrbus.spi import Codec, Reject
    from hrbus.yaml import Node

CopybookOption = Annotated[
    list[Path],
    typer.Option(
        "--copybook",
        "-c",
        metavar="FILE",
        help=_("The layout: a COBOL copybook, or another codec's. Several copybooks: several types of records."),
    ),
]
EncodingOption = Annotated[
    str, typer.Option("--encoding", "-e", help=_("The code page of text: cp037, gb18030 …"), show_default=False)
]
FrameOption = Annotated[
    str, typer.Option("--frame", "-f", help=_("How records follow each other: fixed, lines …"), show_default=False)
]
OptionsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        "-o",
        metavar="KEY=VALUE",
        help=_("Any other setting of the codec, with dots for those inside others: header.copybook=HEAD.cpy"),
    ),
]


def make(copybooks: list[Path], encoding: str, frame: str, options: list[str] | None) -> Codec:
    """Return the codec that reads such layouts, with these settings; ConfigError naming every option at fault."""
    from pydantic import ValidationError

    from hrbus import site
    from hrbus.cli.common import say
    from hrbus.clock import SystemClock
    from hrbus.errors import ConfigError, Place
    from hrbus.registry import Registry
    from hrbus.spi import Context, NoMemory
    from hrbus.yaml import faults_of

    site.guard()
    kind = Registry.installed().codec_for(copybooks[0])
    layout = "copybook" if "copybook" in kind.settings.model_fields else "layout"
    paths = [str(copybook.absolute()) for copybook in copybooks]
    entries: dict[str, Any] = {layout: paths[0] if len(paths) == 1 else paths}
    entries |= {"encoding": encoding} if encoding else {}
    entries |= {"frame": frame} if frame else {}
    for option in options or []:
        _put(entries, option)
    try:
        settings = kind.settings.model_validate(entries)
    except ValidationError as error:
        raise ConfigError(faults_of(error, _node(entries, Place(_("the options"))), kind.settings)) from None
    # Paths on a command line may be anywhere: the site is the whole machine here.
    return kind.make(settings, Context(Path("/"), SystemClock(), NoMemory(), say))


def tell_reject(reject: Reject) -> None:
    """Write a rejected record to stderr: where and why, never what was in it."""
    from hrbus.cli.common import say

    where = _("record {number}, byte {offset}").format(number=reject.record, offset=reject.offset)
    say(": ".join(part for part in (where, reject.field, reject.reason) if part))


def _node(value: Any, place: Place) -> Node:
    """Return settings from a command line as if they stood in a file, so that faults name them."""
    from hrbus.yaml import Entries, Items, Text

    if isinstance(value, dict):
        return Entries({key: _node(child, place) for key, child in value.items()}, place, dict.fromkeys(value, place))
    if isinstance(value, list):
        return Items(tuple(_node(child, place) for child in value), place)
    return Text(str(value), place)


def _put(entries: dict[str, Any], option: str) -> None:
    from hrbus.yaml import loads

    path, equals, value = option.partition("=")
    *outer, last = path.split(".")
    if not equals or not last or not all(outer):
        raise typer.BadParameter(_("write KEY=VALUE, not {option}").format(option=option), param_hint="--option")
    for name in outer:
        entries = entries.setdefault(name, {})
        if not isinstance(entries, dict):
            raise typer.BadParameter(_("{path} is set twice").format(path=path), param_hint="--option")
    plain = loads(f"value: {value}", "--option").plain()["value"]
    entries[last] = str(Path(plain).absolute()) if last == "copybook" else plain
