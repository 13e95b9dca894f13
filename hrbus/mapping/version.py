"""The version of a mapping: a hash of all that decides what it makes.

    version(rules, layout, tables)      # "9c1e07d2b35a4f68"

Fragments are in the rules already, tables are taken by what they hold today, the layout by its fields. What only
people read does not count: comments, blanks between words, the names of files, reasons, examples.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from hrbus.mapping.rules import Node, Rule, Rules, Several
from hrbus.mapping.tables import Table
from hrbus.spi import Condition, Field, Layout


def version(rules: Rules, layout: Layout, tables: Mapping[str, Table]) -> str:
    """Return the version, sixteen digits long."""
    content = {
        "document": {name: _node(root) for name, root in rules.roots.items()},
        "join": {name: text.value.strip() for name, text in rules.join.items()},
        "drop": sorted(rules.drop),
        "fill": {name: _node(rule) for name, rule in rules.fill.items()},
        "tables": {name: dict(table.forward) for name, table in tables.items()},
        "layout": [_declared(field) for field in (*layout.fields, *layout.views)],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _node(node: Node) -> Any:
    """Return a node as values in one spelling.

    The order of children stays: of two that could feed a field, the first does.
    """
    if isinstance(node, Rule):
        calls = [call.text for call, _place in node.calls]
        return [node.name, node.leaf.head.text if node.leaf else node.text.value.strip(), calls]
    if isinstance(node, Several):
        return [node.name, [_node(item) for item in node.items]]
    each = node.each.value.strip() if node.each else ""
    return [node.name, each, _node(node.when) if node.when else "", [_node(child) for child in node.children]]


def _declared(part: Field | Condition) -> dict[str, Any]:
    """Return what a field or condition is, less the line that declares it."""
    found = {each.name: getattr(part, each.name) for each in fields(part) if each.name != "place"}
    if isinstance(part, Field):
        found["children"] = [_declared(child) for child in part.children]
        found["conditions"] = [_declared(condition) for condition in part.conditions]
    return found
