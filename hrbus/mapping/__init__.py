"""Mappings: YAML rules that take a legacy record into an HR-XML document and back, by column.

    leaf → rules (what was written) → binding (held against the layout) → check → plan (into, out)

``load`` reads and proves a mapping; ``Mapping.into`` and ``Mapping.out`` use it.
"""

from __future__ import annotations

from hrbus.mapping.check import Direction, Terms
from hrbus.mapping.fill import Run
from hrbus.mapping.mapping import Mapping, load
from hrbus.mapping.ranges import Range

__all__ = ["Direction", "Mapping", "Range", "Run", "Terms", "load"]
