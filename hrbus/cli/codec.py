"""The codec that ``hrbus decode`` and ``encode`` work with: chosen and set on the command line, outside any site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_args, get_origin

import typer

from hrbus.cli.words import _

if TYPE_CHECKING:
    from pydantic import BaseModel

    from hrbus.errors import Place
    from hrbus.site import Site
    from hrbus.spi import Codec, CodecKind, Context, Settings
    from hrbus.yaml import Node

CopybookOption = Annotated[
    Path,
    typer.Option("--copybook", "-c", metavar="FILE", help=_("The layout: a COBOL copybook, or another codec's.")),
]
CodecOption = Annotated[
    str,
    typer.Option(
        "--codec",
        metavar="NAME",
        help=_("The codec, where the layout's ending does not tell: fixed, delimited, xlsx …"),
        show_default=False,
    ),
]
EncodingOption = Annotated[
    str, typer.Option("--encoding", "-e", help=_("The code page of text: cp037, gb18030 …"), show_default=False)
]
FrameOption = Annotated[
    str, typer.Option("--frame", "-f", help=_("How records follow each other: fixed, lines …"), show_default=False)
]
FillerOption = Annotated[bool, typer.Option("--filler", help=_("With FILLER, as FILLER-1, FILLER-2 …"))]
OptionsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        "-o",
        metavar="KEY=VALUE",
        help=_("Any other setting of the codec, with dots for those inside others: header.copybook=HEAD.cpy"),
    ),
]


def make(
    copybook: Path, encoding: str, frame: str, options: list[str] | None, *, codec: str = "", filler: bool = False
) -> Codec:
    """Return the codec that reads such layouts, with these settings; ConfigError naming every option at fault."""
    kind, settings, context = chosen(copybook, encoding, frame, options, codec=codec, filler=filler)
    return kind.make(settings, context)


Chosen: TypeAlias = tuple[str, str, list[str] | None, str]
"""What was chosen on a command line: encoding, frame, options, codec."""


def of_mapping(site: Site, name: str, layout: str, chosen: Chosen | None = None) -> Codec:
    """Return what reads the records that the mapping ``name`` is written for.

    That is ``layout`` with what was ``chosen``; else as the route that uses the mapping reads or writes them; else
    ``layout`` alone.
    """
    from hrbus.cli.common import settings
    from hrbus.clock import SystemClock
    from hrbus.errors import ConfigError, Fault
    from hrbus.spi import Context, NoMemory
    from hrbus.trial import codec_of

    part = None if chosen else codec_of(settings(site, secrets=False), name)
    if part:
        return part.make(Context(site.root, SystemClock(), NoMemory()))
    file = site.below_mappings(layout)
    if file is None:
        raise ConfigError(Fault(f"{layout} leads out of mappings/", hint="keep layouts below mappings/"))
    encoding, frame, options, codec = chosen or ("", "", None, "")
    return make(file, encoding, frame, options, codec=codec)


def chosen(
    copybook: Path, encoding: str, frame: str, options: list[str] | None, *, codec: str = "", filler: bool = False
) -> tuple[CodecKind, Settings, Context]:
    """Return the kind of codec that reads such layouts, its settings and what it may use."""
    from pydantic import ValidationError

    from hrbus import site
    from hrbus.cli.common import say
    from hrbus.clock import SystemClock
    from hrbus.errors import ConfigError, Place
    from hrbus.spi import Context, NoMemory
    from hrbus.yaml import faults_of

    site.guard()
    kind = _kind(codec, copybook)
    layout = "copybook" if "copybook" in kind.settings.model_fields else "layout"
    entries: dict[str, Any] = {layout: str(copybook.absolute())}
    entries |= {"encoding": encoding} if encoding else {}
    entries |= {"frame": frame} if frame else {}
    entries |= {"filler": "true"} if filler else {}
    for option in options or []:
        _put(entries, option, kind.settings)
    try:
        settings = kind.settings.model_validate(entries)
    except ValidationError as error:
        raise ConfigError(faults_of(error, _node(entries, Place(_("the options"))), kind.settings)) from None
    # Paths on a command line may be anywhere: the site is the whole machine here.
    return kind, settings, Context(Path("/"), SystemClock(), NoMemory(), say)


def _kind(codec: str, layout: Path) -> CodecKind:
    from hrbus.registry import Registry

    registry = Registry.installed()
    return registry.codec(codec, path="--codec") if codec else registry.codec_for(layout)


def _node(value: Any, place: Place) -> Node:
    """Return settings from a command line as if they stood in a file, so that faults name them."""
    from hrbus.yaml import Entries, Items, Text

    if isinstance(value, dict):
        return Entries({key: _node(child, place) for key, child in value.items()}, place, dict.fromkeys(value, place))
    if isinstance(value, list):
        return Items(tuple(_node(child, place) for child in value), place)
    return Text(str(value), place)


def _put(entries: dict[str, Any], option: str, model: type[BaseModel]) -> None:
    """Add a setting; in its name, a hyphen stands for an underscore."""
    from hrbus.yaml import loads

    path, equals, value = option.partition("=")
    names = path.split(".")
    if not equals or not all(names):
        raise typer.BadParameter(_("write KEY=VALUE, not {option}").format(option=option), param_hint="--option")
    *outer, last = _settings_of(model, names)
    for name in outer:
        entries = entries.setdefault(name, {})
        if not isinstance(entries, dict):
            raise typer.BadParameter(_("{path} is set twice").format(path=path), param_hint="--option")
    plain = loads(f"value: {value}", "--option").plain()["value"]
    entries[last] = str(Path(plain).absolute()) if last == "copybook" else plain


def _settings_of(model: type[BaseModel] | None, names: list[str]) -> list[str]:
    """Return the names as the settings spell them; those of fields (``blanks.HIRE-DATE``) stay as they are."""
    if model is None or not names:
        return names
    first = names[0].replace("-", "_")
    if first not in model.model_fields:
        return names
    return [first, *_settings_of(_model_in(model.model_fields[first].annotation), names[1:])]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the settings that a value of this type may be, alone or among others."""
    from pydantic import BaseModel

    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is dict:  # its keys are names of fields
        return None
    found = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)
