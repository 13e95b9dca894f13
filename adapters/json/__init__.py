"""JSON, one object a line (NDJSON): files and pages of results in, orders and files out.

A layout file says which fields there are; a nested object's fields are columns with dots in their names, a list of
objects is a list of structs. Numbers are exact on both ways: no value passes through a float.

    codec:
      type: json
      layout: layouts/order.yaml
"""

from __future__ import annotations

from pathlib import Path

from adapters.json.settings import JsonSettings
from hrbus.spi import Codec, CodecKind, Context, Layout


def _make(settings: JsonSettings, context: Context) -> Codec:
    from adapters.json.codec import JsonCodec
    from adapters.json.layouts import read_layout

    path = context.resolve(settings.layout, "mappings")
    shown = Path(path).relative_to(context.site) if Path(path).is_relative_to(context.site) else path
    return JsonCodec(read_layout(path, shown=str(shown)), settings)


def _layout(path: Path) -> Layout:
    from adapters.json.layouts import read_layout

    return read_layout(path)


JSON = CodecKind(
    name="json",
    summary="JSON objects, one a line or in an array, with exact numbers.",
    settings=JsonSettings,
    make=_make,
    layout=_layout,
    suffixes=(".yaml", ".yml"),
)
