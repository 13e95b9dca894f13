"""Which records of a batch are news: compared by business key and digest with what the ledger knows.

    seen = compare(batch, known, artifact=7)
    seen.news.height, seen.unchanged

What a key was last is the digest of its newest record, be it from an earlier artifact or from this one. A record
with the same digest is unchanged and gets no row of its own, unless the far side refused that newest one. Where a
key changes more than once in an artifact, only its last record counts; those before it are skipped, so nobody is
ordered twice from one file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection, String, func, select

from hrbus.ledger.bulk import listed
from hrbus.ledger.schema import RecordState, records

DIGEST = "_digest"
BUSINESS_KEY = "_business_key"
PAYLOAD = "_payload"
BETWEEN = "\x1f"
"""What stands between the parts of a business key (ASCII: unit separator)."""
STAGED_COLUMNS = (BUSINESS_KEY, DIGEST, PAYLOAD)
"""What the flow adds to ``_record`` and ``_offset`` of a frame that the ledger is to keep."""

KNOWN_SCHEMA = pl.Schema(
    {
        BUSINESS_KEY: pl.String,
        "id": pl.Int64,
        "digest": pl.Binary,
        "revision": pl.Int64,
        "artifact": pl.Int64,
        "state": pl.String,
    }
)


@dataclass(frozen=True)
class Seen:
    """A batch after the comparison.

    ``news`` holds the records that get rows, with ``revision``, ``state`` and ``reason`` beside their columns;
    ``replaced`` are the ids of earlier rows of the same artifact that these supersede; ``unchanged`` counts the rest,
    ``changed`` those of ``news`` whose key was known before.
    """

    news: pl.DataFrame
    replaced: Sequence[int]
    unchanged: int
    changed: int


def known_of(connection: Connection, route: int, keys: pl.Series) -> pl.DataFrame:
    """Return the newest record of each of ``keys`` that a route has, in columns of ``KNOWN_SCHEMA``."""
    wanted = listed(keys.unique().to_list(), String())
    newest = (
        select(func.max(records.c.id))
        .where(records.c.route == route, records.c.key == wanted.c.value)
        .correlate(wanted)
        .scalar_subquery()
    )
    columns = (records.c.id, records.c.digest, records.c.revision, records.c.artifact, records.c.state)
    query = select(wanted.c.value, *columns).join_from(wanted, records, records.c.id == newest)
    rows: list[Any] = [tuple(row) for row in connection.execute(query).all()]
    return pl.DataFrame(rows, schema=KNOWN_SCHEMA, orient="row")


def compare(batch: pl.DataFrame, known: pl.DataFrame, artifact: int) -> Seen:
    """Return what is news in ``batch``, given the newest ``known`` record of each of its keys."""
    frame = batch.join(known, on=BUSINESS_KEY, how="left", maintain_order="left")
    before, place, is_last = pl.col("digest"), pl.lit(1), pl.lit(True)
    if frame[BUSINESS_KEY].is_duplicated().any():
        before = pl.coalesce(pl.col(DIGEST).shift(1).over(BUSINESS_KEY), before)
        place = pl.int_range(1, pl.len() + 1).over(BUSINESS_KEY)
        is_last = pl.col(BUSINESS_KEY).is_last_distinct()
    # What was refused is news again: the far side, or the mapping to it, may have been mended since.
    refused = (pl.col("state") == str(RecordState.REFUSED)).fill_null(False)
    frame = frame.filter((pl.col(DIGEST) != before).fill_null(True) | refused)
    own = (pl.col("artifact") == artifact) & (pl.col("state") == str(RecordState.PENDING))
    replaced = frame.filter(own)["id"].unique().to_list()
    superseded = pl.lit("superseded by a later record of the same artifact")
    news = frame.with_columns(
        (pl.col("revision").fill_null(0) + place).alias("revision"),
        pl.when(is_last)
        .then(pl.lit(str(RecordState.PENDING)))
        .otherwise(pl.lit(str(RecordState.SKIPPED)))
        .alias("state"),
        pl.when(~is_last).then(superseded).alias("reason"),
    ).drop("id", "digest", "artifact")
    pending = pl.col("state") == str(RecordState.PENDING)
    changed = news.filter(pending & (pl.col("revision") > 1)).height
    return Seen(news, replaced, batch.height - news.height, changed)
