"""``hrbus schema KIND``: the JSON Schema of a settings file or of mappings, for editors."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from hrbus.cli.common import SiteOption, answer, here
from hrbus.cli.words import _


class SchemaKind(StrEnum):
    """What has a schema."""

    CONNECTIONS = "connections"
    ROUTES = "routes"
    JOBS = "jobs"
    PRIVACY = "privacy"
    ADAPTER = "adapter"
    CODEC = "codec"
    MAPPING = "mapping"


def command(
    kind: Annotated[SchemaKind, typer.Argument(help=_("A file below config/, an adapter or codec, or a mapping."))],
    name: Annotated[
        str,
        typer.Argument(
            help=_("The name of the adapter or codec; of a mapping, whose layout then counts alone."),
            show_default=False,
        ),
    ] = "",
    site: SiteOption = None,
) -> None:
    """Print the JSON Schema of settings or mappings, for editors."""
    named = kind in (SchemaKind.ADAPTER, SchemaKind.CODEC)
    if kind is not SchemaKind.MAPPING and bool(name) != named:
        needed = _("{kind} needs a name: hrbus adapters lists them") if not name else _("{kind} takes no name")
        raise typer.BadParameter(needed.format(kind=kind.value), param_hint="NAME")
    from hrbus.registry import Registry

    if kind is SchemaKind.MAPPING:
        from hrbus.editor import mapping_schema

        answer(mapping_schema(here(site), Registry.installed(), name))
        return
    from hrbus import site as sites
    from hrbus.settings import json_schema

    sites.guard()
    answer(json_schema(kind.value, Registry.installed(), name))
