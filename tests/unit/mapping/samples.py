"""A small layout, records of it, and documents as plain values."""

from __future__ import annotations

from typing import Any

import polars as pl

from hrbus import mapping
from hrbus.mapping.kinds import column_dtype
from hrbus.spi import OFFSET, RECORD, Batch, Field, Layout, Type
from hrbus.values import Documents

SKILL = Field(
    "SKILL",
    "SKILL",
    Type.GROUP,
    many=True,
    children=(
        Field("CODE", "CODE", Type.TEXT, size=4),
        Field("LEVEL", "LEVEL", Type.INTEGER, digits=1, signed=False),
    ),
)
JOB = Field(
    "JOB",
    "JOB",
    Type.GROUP,
    many=True,
    children=(
        Field("EMPLOYER", "EMPLOYER", Type.TEXT),
        Field("FROM", "FROM", Type.INTEGER, digits=6, signed=False),
        Field("UNTIL", "UNTIL", Type.INTEGER, digits=6, signed=False),
    ),
)
LAYOUT = Layout(
    "APPL",
    (
        Field("NO", "NO", Type.INTEGER, digits=8, signed=False),
        Field("FAMILY", "FAMILY", Type.TEXT, size=30),
        Field("GIVEN", "GIVEN", Type.TEXT, size=30),
        Field("STATUS", "STATUS", Type.TEXT, size=1),
        Field("BORN", "BORN", Type.INTEGER, digits=8, signed=False),
        Field("PAY", "PAY", Type.DECIMAL, digits=9, scale=2),
        Field("MAIL", "MAIL", Type.TEXT, size=50),
        Field("OPEN", "OPEN", Type.BOOLEAN),
        Field("NICK", "NICK", Type.TEXT, many=True),
        SKILL,
        JOB,
    ),
)
BLANK: dict[str, Any] = {
    "NO": None,
    "FAMILY": "",
    "GIVEN": "",
    "STATUS": "",
    "BORN": None,
    "PAY": None,
    "MAIL": "",
    "OPEN": None,
    "NICK": [],
    "SKILL": [],
    "JOB": [],
}


def batch(*rows: dict[str, Any], layout: Layout = LAYOUT) -> Batch:
    """Return records; fields that are not named are blank."""
    schema = {RECORD: pl.Int64(), OFFSET: pl.Int64(), **{n: column_dtype(f) for n, f in layout.columns().items()}}
    return Batch(
        pl.DataFrame([{RECORD: n + 1, OFFSET: n * 80, **BLANK, **row} for n, row in enumerate(rows)], schema=schema)
    )


def trees(documents: Documents) -> list[Any]:
    """Return documents as plain values without what is absent."""
    return [pruned(tree) for tree in documents.frame.get_column(documents.root).to_list()]


def pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: below for key, item in value.items() if (below := pruned(item)) not in (None, {}, [])}
    return [pruned(item) for item in value] if isinstance(value, list) else value


def canonical(documents: Documents, made: mapping.Mapping) -> Documents:
    """Return documents as the ledger gives them back."""
    vocabulary = made.vocabulary
    column = vocabulary.read_payloads(vocabulary.payload(documents), made.root, made.paths[made.root])
    frame = documents.frame.select(RECORD, OFFSET).with_columns(column.alias(made.root))
    return Documents(frame, (), made.root)
