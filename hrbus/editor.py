"""What editors ask of a site: the schema of its mappings, with the fields that they may name.

mapping_schema(site, Registry.installed())                        # of every mapping: fields of all their layouts
mapping_schema(site, Registry.installed(), "applicants.yaml")     # of one
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hrbus import hrxml, yaml
from hrbus.errors import ConfigError, Fault
from hrbus.mapping.fragments import Fragments
from hrbus.mapping.schema import json_schema
from hrbus.registry import Registry
from hrbus.site import Site
from hrbus.spi import Layout


def mapping_schema(site: Site, registry: Registry, name: str = "") -> dict[str, Any]:
    """Return the JSON Schema of the mapping ``name``, or of all the mappings of a site.

    ConfigError where the one that is named, or its layout, cannot be read; of all, those that can be read count.
    """
    vocabulary = hrxml.load(folder=site.schemas)
    if name:
        return json_schema(vocabulary, [_layout(site, registry, _file(site, name))])
    layouts = []
    for file in sorted(site.mappings.glob("*.yaml")):
        try:
            layouts.append(_layout(site, registry, file))
        except ConfigError:  # hrbus check says what is wrong with it; an editor helps to write it
            continue
    return json_schema(vocabulary, layouts)


def _file(site: Site, name: str) -> Path:
    """Return the mapping that a person names: below mappings/, or by its path."""
    found = site.below_mappings(name)
    for file in (found, Path(name)):
        if file and file.is_file():
            return file
    near = sorted(file.name for file in site.mappings.glob("*.yaml"))
    raise ConfigError(Fault(f"there is no mapping {name}", hint=f"there are {', '.join(near) or 'none'}"))


def _layout(site: Site, registry: Registry, file: Path) -> Layout:
    shown = site.shown(file.absolute())
    fragments = Fragments(site.mappings)
    node = fragments.expanded(yaml.load(file, shown))
    named = node.get("layout") if isinstance(node, yaml.Entries) else None
    if not isinstance(named, yaml.Text) or not named.value.strip():
        raise ConfigError(Fault("layout is missing", node.place, "layout", "write layout: copybooks/NAME.cpy"))
    path = site.below_mappings(named.value.strip())
    if path is None:
        raise ConfigError(Fault(f"{named.value} leads out of mappings/", named.place, "layout"))
    return registry.layout(path)
