"""JSON, one object a line (NDJSON): files and pages of results in, orders and files out.

A layout file says which fields there are; a nested object's fields are columns with dots in their names, a list of
objects is a list of structs. Numbers are exact on both ways: no value passes through a float.

    codec:
      type: json
      layout: layouts/order.yaml
"""

from __future__ import annotations

from pathlib import Path

from adapters.json.codec import JsonCodec, JsonSettings
from adapters.json.layouts import read_layout
from adapters.json.writing import texts
from hrbus.spi import CodecKind, Context

__all__ = ["JSON", "JsonCodec", "JsonSettings", "read_layout", "texts"]


def _make(settings: JsonSettings, context: Context) -> JsonCodec:
    path = context.resolve(settings.layout, "mappings")
    shown = Path(path).relative_to(context.site) if Path(path).is_relative_to(context.site) else path
    return JsonCodec(read_layout(path, shown=str(shown)), settings)


JSON = CodecKind(
    name="json",
    summary="JSON objects, one a line or in an array, with exact numbers.",
    settings=JsonSettings,
    make=_make,
    layout=read_layout,
    suffixes=(".yaml", ".yml"),
)
