"""Settings models told to people: one row a setting, from the model's own types, defaults and docstrings.

    described(registry.adapter("sftp"))["connection"][0]
    Row(name='host', type='text', default='(required)', meaning='The name or address of the server.')

``hrbus adapters NAME`` and the reference page are made of these rows, so that they cannot differ from what is
validated.
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from hrbus.settings.trigger import Cron, written
from hrbus.spi import Adapter, CodecKind
from hrbus.values import Validation

REQUIRED = "(required)"

_PLAIN = {
    str: "text",
    int: "number",
    float: "number",
    bool: "true or false",
    timedelta: "span of time",
    Cron: "cron line",
    ZoneInfo: "time zone",
    Validation: "`every` or `proven` or `sample(N)`",
}


class Row(NamedTuple):
    """One setting. A setting inside another stands as ``outer.inner``."""

    name: str
    type: str
    default: str
    meaning: str


def described(found: Adapter | CodecKind) -> dict[str, list[Row]]:
    """Return the rows of each part of an adapter (connection, source, target) or codec (settings)."""
    if isinstance(found, CodecKind):
        return {"settings": rows(found.settings)}
    parts = {"connection": rows(found.connection)}
    parts |= {"source": rows(found.source.settings)} if found.source else {}
    parts |= {"target": rows(found.target.settings)} if found.target else {}
    return parts


def rows(model: type[BaseModel], prefix: str = "") -> list[Row]:
    """Return a row for each setting of ``model``, and after each those of the models inside it."""
    found: list[Row] = []
    for name, info in model.model_fields.items():
        full = prefix + (info.alias or name)
        meaning = " ".join((info.description or "").split())
        found.append(Row(full, _type(info.annotation), _default(info), meaning))
        for inner in _models(info.annotation):
            found.extend(rows(inner, f"{full}."))
    return found


def _type(annotation: Any) -> str:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_type(arg) for arg in args if arg is not NoneType))
    if origin is Literal:
        return " or ".join(f"`{arg}`" for arg in args)
    if origin in (list, tuple, frozenset, set):
        return f"list of {_type(args[0])}"
    if origin is dict:
        return f"{_type(args[1])} by name" if args[1] is not Any else "settings"
    if hasattr(annotation, "__metadata__"):
        return _type(args[0])
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{member.value}`" for member in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "settings"
    return _PLAIN.get(annotation) or _words(getattr(annotation, "__name__", str(annotation)))


def _words(name: str) -> str:
    """Return the name of a class as words: ``SecretStr`` is ``secret``, ``ZoneInfo`` is ``zone info``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("Str")).lower()


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return REQUIRED
    value = info.get_default(call_default_factory=True) if not info.default_factory else info.default_factory()  # type: ignore[call-arg]
    if value is None or value == () or value == [] or value == {} or isinstance(value, BaseModel):
        return ""
    if isinstance(value, timedelta):
        return written(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(str(item) for item in value)}]"
    return str(value.value if isinstance(value, Enum) else value)


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for arg in get_args(annotation) for model in _models(arg)]
