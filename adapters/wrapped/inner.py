"""The codec inside of a wrapped one: found through the entry points of all, its settings checked by its own model.

codec = made({"type": "json", "layout": "layouts/order.yaml"}, context)
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from pydantic import ValidationError

from hrbus.spi import Codec, CodecKind, Context, Settings

_GROUP = "hrbus.codecs"


def check(given: Mapping[str, Any]) -> tuple[CodecKind, Settings]:
    """Return the kind and settings that ``given`` means; ValueError with all that is wrong."""
    name = given.get("type")
    values = {entry.value for entry in entry_points(group=_GROUP, name=str(name))}
    if name == "wrapped":
        raise ValueError("a wrapped codec inside of another: write all layers in one list")
    if len(values) != 1:
        names = sorted({entry.name for entry in entry_points(group=_GROUP)} - {"wrapped"})
        raise ValueError(f"type: there is no codec {name}; installed: {', '.join(names)}")
    kind = next(iter(entry_points(group=_GROUP, name=str(name)))).load()
    if not isinstance(kind, CodecKind):
        raise ValueError(f"type: the codec {name} is none")
    try:
        return kind, kind.settings.model_validate({key: value for key, value in given.items() if key != "type"})
    except ValidationError as error:
        told = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_input=False)]
        raise ValueError("; ".join(told)) from None


def made(given: Mapping[str, Any], context: Context) -> Codec:
    """Return the codec; ConfigError where a file that its settings name is at fault."""
    kind, settings = check(given)
    return kind.make(settings, context)
