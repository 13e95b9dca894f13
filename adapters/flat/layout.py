"""The layout file of a flat codec: the one that the json codec reads, without lists.

layout = flat_layout("layouts/staff.yaml", context)
"""

from __future__ import annotations

from hrbus.spi import ConfigError, Context, Fault, Layout


def flat_layout(name: str, context: Context) -> Layout:
    """Return the layout in the file ``name`` below mappings/; ConfigError where it is at fault or has lists."""
    from adapters.json.layouts import read_layout

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
