"""The settings as JSON Schema 2020-12, so that editors complete and check them while they are typed.

json_schema("connections", Registry.installed())     # what connections.yaml may hold, with every adapter here
json_schema("adapter", registry, "sftp")             # the settings of one adapter

The fixed part of each entry comes from the models here, the rest from whatever is plugged in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from hrbus.registry import ADAPTERS, CODECS, Registry
from hrbus.settings.model import NAME, CodecModel, ConnectionModel, EndModel, JobModel, RouteModel
from hrbus.settings.privacy import PrivacyModel
from hrbus.settings.trigger import written
from hrbus.spi import Adapter
from hrbus.values import Validation

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: str, registry: Registry, name: str = "") -> dict[str, Any]:
    """Return the schema of a file below config/ (``connections`` …), or of the adapter or codec ``name``.

    ConfigError where there is no adapter or codec of that name; KeyError for another kind.
    """
    parts = _Parts()
    body = {
        "connections": lambda: _file("connections", _connection(parts, registry)),
        "routes": lambda: _file("routes", _route(parts, registry)),
        "jobs": lambda: _file("jobs", parts.of(JobModel)),
        "privacy": lambda: parts.of(PrivacyModel),
        "adapter": lambda: _adapter(parts, registry.adapter(name)),
        "codec": lambda: parts.of(registry.codec(name).settings),
    }[kind]()
    body = {"$schema": DIALECT, "title": f"hrbus {kind} {name}".strip(), **body}
    return {**body, "$defs": dict(sorted(parts.defs.items()))} if parts.defs else body


class _Parts:
    """Schemas of models, with what they share moved to one place under ``$defs``."""

    def __init__(self) -> None:
        self.defs: dict[str, Any] = {}

    def of(self, model: type[BaseModel]) -> dict[str, Any]:
        """Return the schema of ``model``; text is allowed wherever YAML is: every scalar arrives as text."""
        schema = model.model_json_schema(by_alias=True, ref_template=f"#/$defs/{model.__name__}.{{model}}")
        for name, part in schema.pop("$defs", {}).items():
            self.defs[f"{model.__name__}.{name}"] = _as_yaml(part)
        found: dict[str, Any] = _as_yaml(schema)
        found["additionalProperties"] = False
        for name, info in model.model_fields.items():
            if isinstance(info.default, timedelta):  # as a person writes it, not as ISO 8601 does
                found["properties"][info.alias or name]["default"] = written(info.default)
            if isinstance(info.default, Validation):
                found["properties"][info.alias or name]["default"] = str(info.default)
        return found

    def with_head(self, head: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
        """Return the schema of ``model`` with the properties of ``head`` before its own."""
        own = self.of(model)
        own["properties"] = {**head["properties"], **own.get("properties", {})}
        own["required"] = [*head.get("required", []), *own.get("required", [])]
        return own


def _file(key: str, entry: dict[str, Any]) -> dict[str, Any]:
    names = {"type": "object", "propertyNames": {"pattern": f"^{NAME}$"}, "additionalProperties": entry}
    return {"type": "object", "properties": {key: names}, "required": [key], "additionalProperties": False}


def _connection(parts: _Parts, registry: Registry) -> dict[str, Any]:
    choices = []
    for adapter in _adapters(registry):
        head = parts.of(ConnectionModel)
        head["properties"]["adapter"] = {"const": adapter.name, "description": adapter.summary}
        choices.append(parts.with_head(head, adapter.connection))
    return {"oneOf": choices}


def _route(parts: _Parts, registry: Registry) -> dict[str, Any]:
    route = parts.of(RouteModel)
    codecs = []
    for name in registry.names(CODECS):
        kind = registry.codec(name)
        head = parts.of(CodecModel)
        head["properties"]["type"] = {"const": kind.name, "description": kind.summary}
        codecs.append(parts.with_head(head, kind.settings))
    parts.defs["codec"] = {"oneOf": codecs}
    sources = [a.source.settings for a in _adapters(registry) if a.source]
    targets = [a.target.settings for a in _adapters(registry) if a.target]
    for key, models in (("from", sources), ("to", targets)):
        route["properties"][key] = _end(parts, models, route["properties"][key].get("description", ""))
    return route


def _end(parts: _Parts, models: Iterable[type[BaseModel]], description: str) -> dict[str, Any]:
    head = parts.of(EndModel)
    head["properties"]["codec"] = {"$ref": "#/$defs/codec"}
    return {"description": description, "anyOf": [parts.with_head(head, model) for model in models]}


def _adapter(parts: _Parts, adapter: Adapter) -> dict[str, Any]:
    ends = {"connection": adapter.connection}
    ends |= {"source": adapter.source.settings} if adapter.source else {}
    ends |= {"target": adapter.target.settings} if adapter.target else {}
    return {"description": adapter.summary, "properties": {end: parts.of(model) for end, model in ends.items()}}


def _adapters(registry: Registry) -> list[Adapter]:
    return [registry.adapter(name) for name in registry.names(ADAPTERS)]


def _as_yaml(schema: Any) -> Any:
    """Return ``schema`` without the marks that only make sense for JSON on a wire (``writeOnly`` of a secret)."""
    if isinstance(schema, dict):
        return {key: _as_yaml(value) for key, value in schema.items() if key not in ("writeOnly", "title")}
    if isinstance(schema, list):
        return [_as_yaml(item) for item in schema]
    return schema
