"""``$sql``: a scalar SQL expression, read by sqlglot, held against an allow-list, compiled by us to polars."""

from __future__ import annotations

from hrbus.mapping.sql.formula import Formula, compile_formula, condition_formula
from hrbus.mapping.sql.named import Named

__all__ = ["Formula", "Named", "compile_formula", "condition_formula"]
