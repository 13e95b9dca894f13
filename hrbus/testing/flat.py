"""A mapping and a vocabulary that need no file: every field of a record is a child of one root.

>>> import polars as pl
>>> from hrbus.spi import OFFSET, RECORD, Batch
>>> batch = Batch(pl.DataFrame({RECORD: [1], OFFSET: [0], "no": ["1"], "name": ["ADA"]}))
>>> documents = FlatMapping("Person", ["no", "name"]).into(batch)
>>> FlatVocabulary().payload(documents).to_list()
['{"no":"1","name":"ADA"}']
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from hrbus.mapping import Run
from hrbus.spi import ID, OFFSET, OWN_COLUMNS, RECORD, Batch, Reject, Stage
from hrbus.values import Documents, Validation


class FlatMapping:
    """A mapping both ways between columns and the children of ``root``, which have the same names.

    A value ``poison`` does not convert, in either direction. ``join`` names further roots; the columns that their
    children have in common with ``columns`` are filled from them.
    """

    def __init__(
        self,
        root: str,
        columns: Sequence[str],
        *,
        poison: str = "",
        version: str = "1",
        join: Mapping[str, str] | None = None,
        joined: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.root = root
        self.version = version
        self.join = dict(join or {})
        self._joined = {name: list(fields) for name, fields in (joined or {}).items()}
        self._columns = list(columns)
        self._poison = poison

    @property
    def paths(self) -> dict[str, Sequence[str]]:
        """Every child of every root."""
        return {self.root: self._columns, **self._joined}

    def into(self, batch: Batch) -> Documents:
        """Return the documents; a record with a poisoned value is a reject."""
        own = [name for name in OWN_COLUMNS if name in batch.frame.columns]
        tree = pl.struct(pl.col(name).cast(pl.String) for name in self._columns).alias(self.root)
        good, rejects = self._split(batch.frame, batch.frame, self._columns)
        return Documents(good.select(*own, tree), rejects, self.root)

    def out(self, documents: Documents, run: Run) -> Batch:
        """Return the columns; a column of a joined root has that root's name and a dot before its own."""
        frame = documents.frame
        own = [name for name in OWN_COLUMNS if name in frame.columns]
        columns = [pl.col(self.root).struct.field(name) for name in self._columns]
        for root, names in self._joined.items():
            columns += [pl.col(root).struct.field(name).alias(f"{root}.{name}") for name in names]
        batch = frame.select(*own, *columns)
        return Batch(*self._split(batch, batch, self._columns))

    def _split(
        self, frame: pl.DataFrame, checked: pl.DataFrame, columns: Sequence[str]
    ) -> tuple[pl.DataFrame, tuple[Reject, ...]]:
        if not self._poison:
            return frame, ()
        bad = pl.any_horizontal(pl.col(name).eq(self._poison).fill_null(False) for name in columns)
        rows = checked.filter(bad).iter_rows(named=True)
        reason = "the value does not convert"
        rejects = tuple(Reject(row[RECORD], row[OFFSET], Stage.MAP, reason, id=row.get(ID)) for row in rows)
        return frame.filter(~bad), rejects


class FlatVocabulary:
    """A vocabulary that takes every document, unless one of its children holds the text ``invalid``."""

    release = "flat"

    def __init__(self, invalid: str = "") -> None:
        self._invalid = invalid

    def written(self, documents: Documents) -> FlatWritten:
        """Return the documents on their way to text."""
        return FlatWritten(documents, self._invalid)

    def read_payloads(self, payloads: pl.Series, root: str, paths: Iterable[str]) -> pl.Series:
        """Return JSON as a struct of the children that ``paths`` name."""
        return payloads.str.json_decode(pl.Struct(dict.fromkeys(paths, pl.String))).alias(root)


@dataclass(frozen=True)
class FlatWritten:
    """Flat documents on their way to text; one that holds the text ``invalid`` is not valid."""

    documents: Documents
    invalid: str

    def judge(self, validation: Validation) -> list[tuple[int, str, str]]:
        """Return a failure for each document that holds what is invalid, however it is to be judged."""
        if not self.invalid:
            return []
        return [(row, "is not valid", "/") for row, text in enumerate(self.payload()) if self.invalid in text]

    def payload(self) -> pl.Series:
        """Return the documents as JSON without what is null."""
        trees = self.documents.frame[self.documents.root].to_list()
        texts = [_json({name: value for name, value in tree.items() if value is not None}) for tree in trees]
        return pl.Series(texts, dtype=pl.String)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
