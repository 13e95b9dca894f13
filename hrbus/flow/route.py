"""A route: the parts, ready to use, that a run puts together. It has no trigger in it; a job is a route plus one.

    Route(name="applicants", source=…, codec=…, into=…, vocabulary=…, key=("APPL-NO",), target=…, out=…)

The protocols here are what a run asks of a mapping and of a vocabulary; ``hrbus.mapping.Mapping`` and
``hrbus.hrxml.Vocabulary`` answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from hrbus.errors import ConfigError, Fault
from hrbus.mapping import Run
from hrbus.spi import Batch, Codec, Layout, Source, Target
from hrbus.values import PROVEN, Documents, OnChange, Validation


class Inward(Protocol):
    """A mapping from a layout to documents."""

    @property
    def version(self) -> str:
        """A text that is another one whenever the mapping converts otherwise."""

    def into(self, batch: Batch) -> Documents:
        """Return the documents of a batch, own columns untouched, with the records that do not convert as rejects."""


class Outward(Protocol):
    """A mapping used from documents to a layout."""

    @property
    def version(self) -> str:
        """A text that is another one whenever the mapping converts otherwise."""

    @property
    def root(self) -> str:
        """The document that it starts from."""

    @property
    def paths(self) -> Mapping[str, Sequence[str]]:
        """What it reads of each document, by root."""

    @property
    def join(self) -> Mapping[str, str]:
        """For each further root, the path in the first (its own name in front or not) that holds its key."""

    def out(self, documents: Documents, run: Run) -> Batch:
        """Return the batch of the target's layout; ``run`` is the delivery's moment and number."""


class Written(Protocol):
    """Documents on their way to text."""

    def judge(self, validation: Validation) -> Iterable[tuple[int, str, str]]:
        """Return row, reason and path of every document that is not valid; HrbusError where two judges differ."""

    def payload(self) -> pl.Series:
        """Return the canonical JSON of every document."""


class Vocabulary(Protocol):
    """An HR-XML release."""

    @property
    def release(self) -> str:
        """Its name."""

    def written(self, documents: Documents) -> Written:
        """Return documents on their way to text."""

    def read_payloads(self, payloads: pl.Series, root: str, paths: Iterable[str]) -> pl.Series:
        """Return canonical JSON as a Struct column, restricted to ``paths``."""


@dataclass(frozen=True)
class Route:
    """Where records come from, what they become, where they go.

    ``key`` are the layout's columns that identify a record's subject; ``ignore`` those that do not count as a
    change. ``take`` names columns and the values that a record must have there; others are counted as skipped.
    ``references`` names, for each further root that ``out`` reads, the route that keeps it. ``validation`` says which
    documents a parser judges. ``reading`` is how the codec is set: an artifact that was left in the middle is not
    gone on with under another setting. ``page`` is how many records go from the ledger to the target at a time.
    Raises ConfigError where the parts do not fit.
    """

    name: str
    source: Source
    codec: Codec
    into: Inward
    vocabulary: Vocabulary
    key: tuple[str, ...]
    ignore: tuple[str, ...] = ()
    take: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    target: Target | None = None
    out: Outward | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    on_change: OnChange = OnChange.IGNORE
    validation: Validation = PROVEN
    reading: str = ""
    page: int = 2_500

    def __post_init__(self) -> None:
        layout = self.codec.layout
        faults = [*_unknown(layout, "key", self.key), *_unknown(layout, "ignore", self.ignore)]
        faults += _unknown(layout, "take", tuple(self.take))
        if not self.key:
            faults.append(Fault("a route needs a key", path="key", hint="name the fields that identify a record"))
        if (self.target is None) != (self.out is None):
            faults.append(Fault("a target needs a mapping out to it, and the other way round", path="out"))
        joined = set(self.out.join) if self.out else set()
        for root in sorted(joined ^ set(self.references)):
            message = f"{root} must be named both by the join of the mapping out and by the route's references"
            faults.append(Fault(message, path=f"reference.{root}"))
        if faults:
            raise ConfigError(Fault(f.message, path=f"routes.{self.name}.{f.path}", hint=f.hint) for f in faults)

    def wanted(self) -> pl.Expr:
        """Return which records of a batch the route takes."""
        conditions = [
            pl.col(column).cast(pl.String).str.strip_chars().is_in(values) for column, values in self.take.items()
        ]
        return pl.all_horizontal(pl.lit(True), *(condition.fill_null(False) for condition in conditions))

    @property
    def version(self) -> str:
        """What reads and maps an artifact.

        Where it changes, one that was left in the middle is begun anew, and one with rejects is read again.
        """
        mappings = (self.into.version, self.out.version if self.out else "")
        parts = repr((self.codec.layout, self.reading, mappings, self.key, self.ignore, sorted(self.take.items())))
        return hashlib.sha256(parts.encode()).hexdigest()[:16]


def _unknown(layout: Layout, path: str, columns: Sequence[str]) -> list[Fault]:
    there = layout.columns()
    return [
        Fault(f"{layout.name} has no column {name}", path=path, hint=_meant(layout, name))
        for name in columns
        if name not in there
    ]


def _meant(layout: Layout, name: str) -> str:
    near = layout.near(name)
    return f"did you mean {' or '.join(near)}?" if near else ""
