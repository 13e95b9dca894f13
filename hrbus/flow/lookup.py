"""Giving each record of a batch what belongs to it in the ledger: the records that a reference route keeps.

    batch = Finder(lookup, number, database, vocabulary, run).joined(batch)

The ledger keeps documents; the reference route's own mapping, read backwards, makes records of them again. They stand
in a column of lists, which counts for the record's digest: where they change, the record has changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from hrbus.flow.identity import key_of
from hrbus.ledger.compare import BUSINESS_KEY, PAYLOAD
from hrbus.ledger.database import Database
from hrbus.ledger.lookup import Kept
from hrbus.mapping import Run
from hrbus.spi import ID, OFFSET, RAW, RECORD, Batch, Reject, Stage
from hrbus.values import Documents

_KEY = "_lookup"


class Rows(Protocol):
    """The mapping of a reference route, used backwards."""

    @property
    def version(self) -> str:
        """A text that is another one whenever the mapping converts otherwise."""

    @property
    def root(self) -> str:
        """The document that the route keeps."""

    @property
    def paths(self) -> Mapping[str, Sequence[str]]:
        """What it reads of a document, by root."""

    def out(self, documents: Documents, run: Run) -> Batch:
        """Return the records that documents stand for."""


class Payloads(Protocol):
    """What is asked of a vocabulary."""

    def read_payloads(self, payloads: pl.Series, root: str, paths: Sequence[str]) -> pl.Series:
        """Return canonical JSON as a Struct column, restricted to ``paths``."""


@dataclass(frozen=True)
class Lookup:
    """A reference input of a route.

    ``name`` is the column that its records get, of type ``dtype``; of its fields those in ``columns`` are filled, for
    nobody reads the others. ``keys`` are the columns of the record that give the first parts of the business keys of
    ``route``, which have ``parts`` in all. ``most`` records may belong to one.
    """

    name: str
    route: str
    keys: tuple[str, ...]
    parts: int
    most: int
    columns: tuple[str, ...]
    dtype: pl.Struct
    rows: Rows

    @property
    def version(self) -> str:
        """What the records are read by."""
        return repr((self.name, self.route, self.keys, self.most, self.columns, self.rows.version))


@dataclass(frozen=True)
class Finder:
    """A lookup at work: ``number`` is the ledger's of its route."""

    lookup: Lookup
    number: int
    database: Database
    vocabulary: Payloads
    run: Run

    def joined(self, batch: Batch) -> Batch:
        """Return the batch with the lookup's column; records to which too much belongs become rejects."""
        frame = batch.frame.with_columns(key_of(self.lookup.keys).alias(_KEY))
        keys = frame[_KEY].drop_nulls().unique(maintain_order=True).to_list()
        kept = Kept(self.number, self.lookup.parts, len(self.lookup.keys))
        with self.database.read() as connection:
            crowded = kept.crowded(connection, keys, self.lookup.most)
            found = kept.rows(connection, [key for key in keys if key not in crowded])
        lists, broken = self._lists(found)
        name = self.lookup.name
        why = dict.fromkeys(crowded, f"more than {self.lookup.most} records of {name} belong to it") | broken
        bad = frame[_KEY].is_in(list(why)).fill_null(False) if why else pl.repeat(False, frame.height, eager=True)
        rejects = [_reject(row, why[row[_KEY]], name) for row in frame.filter(bad).iter_rows(named=True)]
        empty = pl.lit([], dtype=pl.List(self.lookup.dtype))
        made = frame.filter(~bad).join(lists, on=_KEY, how="left", maintain_order="left")
        return Batch(made.with_columns(pl.col(name).fill_null(empty)).drop(_KEY), (*batch.rejects, *rejects))

    def _lists(self, found: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, str]]:
        """Return the records of each key as a list, and why those of some keys cannot be read."""
        rows, name = self.lookup.rows, self.lookup.name
        tree = self.vocabulary.read_payloads(found[PAYLOAD], rows.root, rows.paths[rows.root]).alias(rows.root)
        batch = rows.out(Documents(pl.DataFrame([found[ID], tree]), root=rows.root), self.run)
        lost = {reject.id: reject for reject in batch.rejects}
        broken = {
            key: f"a record of {name} cannot be read: {lost[number].field}: {lost[number].reason}"
            for key, number in found.filter(pl.col(ID).is_in(list(lost))).select(BUSINESS_KEY, ID).rows()
        }
        fields = [self._field(part.name, part.dtype, batch.frame) for part in self.lookup.dtype.fields]
        items = batch.frame.select(ID, pl.struct(fields).alias(name))
        joined = found.select(pl.col(BUSINESS_KEY).alias(_KEY), ID).join(items, on=ID, maintain_order="left")
        return joined.group_by(_KEY, maintain_order=True).agg(name), broken

    def _field(self, name: str, dtype: object, frame: pl.DataFrame) -> pl.Expr:
        if name in self.lookup.columns and name in frame.columns:
            return pl.col(name).cast(dtype)  # type: ignore[arg-type]  # polars types a field's dtype wider
        return pl.lit(None, dtype=dtype).alias(name)  # type: ignore[arg-type]


def _reject(row: Mapping[str, Any], reason: str, name: str) -> Reject:
    return Reject(row[RECORD], row[OFFSET], Stage.MAP, reason, name, row.get(RAW) or b"")
