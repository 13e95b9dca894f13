"""The layout file of a flat codec: the one that the json codec reads, without lists.

layout = flat_layout("layouts/staff.yaml", context)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adapters.flat.lines import Encoding
from adapters.json.layouts import read_layout
from adapters.pages.script import PageScript, PythonScript
from hrbus.spi import ConfigError, Context, Fault, Field, Layout, Script, Type


def flat_layout(name: str, context: Context) -> Layout:
    """Return the layout in the file ``name`` below mappings/; ConfigError where it is at fault or has lists."""
    path = context.resolve(name, "mappings")
    layout = read_layout(path, shown=str(path.relative_to(context.site)))
    lists = [
        Fault("a list, and a flat record has none", field.place, column, hint="give each item a field of its own")
        for column, field in layout.columns().items()
        if field.many
    ]
    if lists:
        raise ConfigError(lists)
    return layout


def script_of(encoding: Encoding, *, characters: bool, without: frozenset[str] = frozenset()) -> Script:
    """Return how text stands in an encoding, counted in bytes or in ``characters``."""
    if encoding.page:
        return PageScript(encoding.page, without=without)
    return PythonScript(encoding.name, characters, without)


def told(layout: Layout, script: Script, unit: str, widths: Mapping[str, int]) -> Layout:
    """Return the layout with what a file can hold: the ``script`` of text, and widths in ``unit``, of numbers too."""

    def field(each: Field) -> Field:
        if each.children:
            return replace(each, children=tuple(map(field, each.children)))
        sizes = [size for size in (each.size, widths.get(each.column)) if size is not None]
        text = each.type is Type.TEXT
        return replace(each, size=min(sizes, default=None), unit=unit, script=script if text else None)

    return replace(layout, fields=tuple(map(field, layout.fields)))


def known(layout: Layout, columns: object, path: str) -> None:
    """Raise ConfigError where ``columns``, the names that the setting ``path`` holds, are not all in ``layout``."""
    names = [str(name) for name in columns] if isinstance(columns, (dict, tuple, list)) else []
    strange = [name for name in names if name not in layout.columns()]
    if strange:
        raise ConfigError(
            [
                Fault(f"{path}: the layout {layout.name} has no field {name}", hint=_near(layout, name))
                for name in strange
            ]
        )


def _near(layout: Layout, name: str) -> str:
    near = layout.near(name)
    return f"did you mean {near[0]}?" if near else f"it has {', '.join(layout.columns())}"
