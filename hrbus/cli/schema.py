"""``hrbus schema KIND``: the JSON Schema of a settings file, for editors."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from hrbus.cli.common import answer
from hrbus.cli.words import _


class SchemaKind(StrEnum):
    """What has a schema."""

    CONNECTIONS = "connections"
    ROUTES = "routes"
    JOBS = "jobs"
    PRIVACY = "privacy"
    ADAPTER = "adapter"
    CODEC = "codec"


def command(
    kind: Annotated[SchemaKind, typer.Argument(help=_("A file below config/, or an adapter or codec."))],
    name: Annotated[str, typer.Argument(help=_("The name of the adapter or codec."), show_default=False)] = "",
) -> None:
    """Print the JSON Schema of settings, for editors."""
    if bool(name) != (kind in (SchemaKind.ADAPTER, SchemaKind.CODEC)):
        needed = _("{kind} needs a name: hrbus adapters lists them") if not name else _("{kind} takes no name")
        raise typer.BadParameter(needed.format(kind=kind.value), param_hint="NAME")
    from hrbus import site
    from hrbus.registry import Registry
    from hrbus.settings import json_schema

    site.guard()
    answer(json_schema(kind.value, Registry.installed(), name))
