"""What travels through a route: batches of records, documents, and what became of them.

A ``Batch`` is a frame of some ten thousand records beside the rejects that fell out while it was made.
Columns whose names begin with an underscore belong to hrbus and travel untouched through every stage:

    _record   Int64    number of the record in its artifact, from 1 (header and trailer lines are not counted)
    _offset   Int64    offset in bytes of the record's first byte in its artifact
    _raw      Binary   the record's bytes, where a codec was asked to keep them
    _lead     Binary   the bytes of its artifact that stand before the record and belong to it (a descriptor word)
    _tail     Binary   those that stand behind it and belong to it (a line end)
    _form     String   whose bytes these are: a codec writes them again only where it reads them the same way
    _id       Int64    the ledger's number of the record: from the ledger on, never before
    _key      String   the key of this send (business identity, operation, revision): on its way to a target
    _left_out List     the columns that a record does not have though others have: to be written as if there were none

    >>> import polars as pl
    >>> batch = Batch(pl.DataFrame({RECORD: [1, 2], OFFSET: [0, 80], "APPL-NO": ["1", "2"]}))
    >>> len(batch)
    2
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import polars as pl

if TYPE_CHECKING:
    from typing import Self

RECORD = "_record"
OFFSET = "_offset"
RAW = "_raw"
LEAD = "_lead"
TAIL = "_tail"
FORM = "_form"
ID = "_id"
KEY = "_key"
LEFT_OUT = "_left_out"
OWN_COLUMNS = (RECORD, OFFSET, RAW, LEAD, TAIL, FORM, ID, KEY, LEFT_OUT)
"""Every column that is hrbus's own, in the order in which they stand first in a frame."""


class Stage(StrEnum):
    """Where in a route a record was refused."""

    DECODE = "decode"
    MAP = "map"
    CHECK = "check"
    ENCODE = "encode"
    DELIVER = "deliver"


@dataclass(frozen=True)
class Origin:
    """Which artifact bytes come from. ``sha256`` is the hex digest of the whole artifact, its identity."""

    artifact: str
    sha256: str = ""


@dataclass(frozen=True)
class Reject:
    """A record that failed. Another type than a record: no later stage can touch it by mistake.

    ``record`` and ``offset`` are those of ``_record`` and ``_offset`` (0 and -1 where the record never had an
    artifact); ``field`` is the layout's field or the document's path; ``reason`` is a sentence without personal
    data; ``raw`` holds the record's bytes (empty where it never had any), ``lead`` and ``tail`` those around it,
    where a codec was asked to keep them, ``form`` whose they are. ``id`` is the ledger's number of the record where
    it already has one.
    """

    record: int
    offset: int
    stage: Stage
    reason: str
    field: str = ""
    raw: bytes = dataclasses.field(default=b"", repr=False)
    id: int | None = None
    lead: bytes = dataclasses.field(default=b"", repr=False)
    tail: bytes = dataclasses.field(default=b"", repr=False)
    form: str = ""


@dataclass(frozen=True, repr=False)
class Batch:
    """Records as a frame (own columns first, then one column per field of the layout) beside their rejects.

    Its repr says how many there are, and nothing of what is in them: that is personal data.
    ``head`` and ``foot`` are bytes of the artifact before its first and behind its last record, which belong to none,
    where a codec was asked to keep them: the first and the last batch have them, in pieces that it understands.
    """

    frame: pl.DataFrame
    rejects: tuple[Reject, ...] = ()
    head: tuple[bytes, ...] = dataclasses.field(default=(), kw_only=True)
    foot: tuple[bytes, ...] = dataclasses.field(default=(), kw_only=True)

    def __len__(self) -> int:
        return self.frame.height

    def __repr__(self) -> str:
        return f"{type(self).__name__}(rows={len(self)}, rejects={len(self.rejects)})"

    def without(self, failed: pl.Series, rejects: Iterable[Reject]) -> Self:
        """Return the batch less the rows where the Boolean ``failed`` is true, with their rejects added."""
        return replace(self, frame=self.frame.filter(~failed), rejects=(*self.rejects, *rejects))


class Renderer(Protocol):
    """What a vocabulary must do for documents; ``hrbus.hrxml.Vocabulary`` does it."""

    @property
    def release(self) -> str:
        """The name of the HR-XML release."""

    def render(self, documents: Documents) -> pl.Series:
        """Return the HR-XML text of every document, as a String series."""


@dataclass(frozen=True, repr=False)
class Documents(Batch):
    """A batch whose one field column, named ``root``, holds a tree: a struct as the vocabulary nests it.

    An element with children is a struct; an attribute is a field ``@name``; the text of an element that also has
    attributes is a field ``$text``; a repeated element is a list, and a single one may stand without one. Leaves
    are String in the lexical form of XML Schema. Null means absent.
    """

    root: str = ""
    vocabulary: Renderer | None = None

    def xml(self) -> pl.Series:
        """Return the HR-XML text of every document."""
        if self.vocabulary is None:
            raise ValueError("documents without a vocabulary cannot be rendered")
        return self.vocabulary.render(self)


class Status(StrEnum):
    """What a target says of one record."""

    SENT = "sent"
    REFUSED = "refused"
    RETRY = "retry"


class OnChange(StrEnum):
    """What a route does with a record whose business key was sent before, with other content."""

    IGNORE = "ignore"  # it is counted as skipped
    UPDATE = "update"  # it is sent again, as the next revision
    HOLD = "hold"  # it waits for a person


@dataclass(frozen=True)
class Validation:
    """Which documents a parser judges before they are kept.

    ``every``: each one. ``proven``: those that are not certainly valid by their columns. ``sample(N)``: these, and of
    the others each N-th record, where the parser must agree.

    >>> Validation.of("sample(100)")
    Validation(proven=True, sample=100)
    """

    proven: bool = True
    sample: int = 0

    @classmethod
    def of(cls, text: str) -> Self:
        """Return what ``text`` means; raises ValueError."""
        found = re.fullmatch(VALIDATION, text)
        if found is None:
            raise ValueError(
                "must be every, proven, or sample(N): proven, and each N-th record by the parser as well"
            )
        return cls(text != "every", int(found.group(1) or 0))

    def __str__(self) -> str:
        if not self.proven:
            return "every"
        return f"sample({self.sample})" if self.sample else "proven"


PROVEN = Validation()
"""What is done where nothing else is asked for."""

VALIDATION = r"every|proven|sample\(([1-9][0-9]{0,8})\)"
"""How a ``Validation`` is written."""


OUTCOME_SCHEMA = pl.Schema({ID: pl.Int64, "status": pl.String, "far_id": pl.String, "answer": pl.String})


@dataclass(frozen=True)
class Outcomes:
    """What became of records at a target: one row a record.

    Columns: ``_id`` Int64; ``status`` String, a ``Status``; ``far_id`` String, the far side's own id, null where it
    has none; ``answer`` String, what it said (JSON or a sentence), free of personal data. ``retry_after`` is in
    seconds, where the far side asked for patience.
    """

    frame: pl.DataFrame
    retry_after: float | None = None

    @classmethod
    def of(cls, ids: pl.Series, status: Status, answer: str = "", far_id: str | None = None) -> Self:
        """Return the same outcome for all of ``ids``."""
        rows = pl.DataFrame({ID: ids}).with_columns(
            pl.lit(str(status)).alias("status"),
            pl.lit(far_id, dtype=pl.String).alias("far_id"),
            pl.lit(answer).alias("answer"),
        )
        return cls(rows.cast(OUTCOME_SCHEMA))


@dataclass(frozen=True)
class Summary:
    """The counts of a run or an artifact, in source records.

    The equation ``read = sent + unchanged + rejected + held + skipped + pending`` always holds. *Pending* drains to
    the others in later runs, which take it up again: ``carried`` says how many of a run's ``read`` earlier runs had
    left pending or held. ``failed`` counts records whose delivery was tried and will be tried again; they are
    pending.
    """

    read: int = 0
    sent: int = 0
    unchanged: int = 0
    rejected: int = 0
    held: int = 0
    skipped: int = 0
    pending: int = 0
    failed: int = 0
    carried: int = 0

    @property
    def balanced(self) -> bool:
        """Say whether the equation holds."""
        rest = self.sent + self.unchanged + self.rejected + self.held + self.skipped + self.pending
        return self.read == rest

    def __add__(self, other: Summary) -> Summary:
        return Summary(*(getattr(self, n) + getattr(other, n) for n in self.__dataclass_fields__))
