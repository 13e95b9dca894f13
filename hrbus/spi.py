"""The contract for adapters: all that an adapter author reads, and all that ``adapters`` may import of hrbus.

An adapter is a value, found through an entry point of the group ``hrbus.adapters``; a codec likewise, in the group
``hrbus.codecs``. Both carry a frozen pydantic model of their settings: its types, defaults and docstrings give
validation, ``hrbus adapters NAME``, the reference page and the JSON Schema that editors complete from.

    Source ─bytes→ Codec ─Batch→ (mapping, check, ledger, mapping) ─Batch→ Target (with a Codec)

Everything an adapter must remember between runs goes into ``Context.memory``; time comes from ``Context.clock``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from pydantic import BaseModel, ConfigDict

from hrbus.clock import Clock, SystemClock
from hrbus.errors import (
    BatchError,
    ConfigError,
    Fault,
    HrbusError,
    Place,
    RecordError,
    TransientError,
)
from hrbus.layouts import Condition, Field, Layout, Outline, Row, Script, Times, Type
from hrbus.values import (
    FORM,
    ID,
    KEY,
    LEAD,
    LEFT_OUT,
    OFFSET,
    OUTCOME_SCHEMA,
    OWN_COLUMNS,
    RAW,
    RECORD,
    TAIL,
    Batch,
    Origin,
    Outcomes,
    Reject,
    Stage,
    Status,
    Summary,
)

__all__ = [
    "FORM",
    "ID",
    "KEY",
    "LEAD",
    "LEFT_OUT",
    "OFFSET",
    "OUTCOME_SCHEMA",
    "OWN_COLUMNS",
    "RAW",
    "RECORD",
    "TAIL",
    "Adapter",
    "Artifact",
    "Batch",
    "BatchError",
    "Clock",
    "Codec",
    "CodecKind",
    "Condition",
    "ConfigError",
    "Context",
    "Delivery",
    "Fault",
    "Field",
    "HrbusError",
    "Kind",
    "Layout",
    "Memory",
    "NoMemory",
    "Origin",
    "Outcomes",
    "Outline",
    "Place",
    "Probe",
    "RecordError",
    "Reject",
    "Row",
    "Script",
    "Settings",
    "Source",
    "Stage",
    "Status",
    "Summary",
    "SystemClock",
    "Target",
    "Times",
    "TransientError",
    "Type",
]  # fmt: skip


class Settings(BaseModel):
    """Base of every settings model: frozen, closed, with docstrings under the fields as their documentation.

    What was given is not repeated in an error's text: it may hold a secret beside the fault.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


# --- what hrbus hands to an adapter ---------------------------------------------------------------------------------


class Memory(Protocol):
    """What a source or target wants to know again in its next run; kept in the ledger, one space per route.

    Values are short texts without personal data (a size and a time, a cursor). A write is durable at once, so a
    source moves its watermark in ``settle``, never in ``poll``.
    """

    def get(self, key: str) -> str | None:
        """Return what was kept under ``key``."""

    def set(self, key: str, value: str) -> None:
        """Keep ``value`` under ``key``."""

    def forget(self, key: str) -> None:
        """Drop what was kept under ``key``; nothing happens where there was nothing."""


class NoMemory:
    """A ``Memory`` that keeps nothing: for looking at parts that will not run."""

    def get(self, key: str) -> str | None:
        """Return None."""

    def set(self, key: str, value: str) -> None:
        """Keep nothing."""

    def forget(self, key: str) -> None:
        """Have nothing to forget."""


@dataclass(frozen=True)
class Context:
    """What every adapter and codec may use.

    ``site`` is the folder that relative paths of the settings are below (``resolve`` refuses to leave it);
    ``note`` takes a line for people about something that is not an error (*not yet: still growing*).
    """

    site: Path
    clock: Clock
    memory: Memory
    note: Callable[[str], None] = lambda line: None

    def resolve(self, path: str, below: str = "") -> Path:
        """Return ``path`` below the site (or its folder ``below``); refuse one that leads out of it."""
        base = Path(os.path.normpath(self.site / below))
        full = Path(os.path.normpath(base / path))
        if not full.is_relative_to(Path(os.path.normpath(self.site))):
            raise ConfigError(Fault(f"the path {path} leads out of the site {self.site}", hint="keep it inside"))
        return full


class Delivery(Protocol):
    """One act of delivering: named, so that it can be repeated after a crash and is still one act.

    ``id`` is the same when it is repeated; ``sequence`` counts the deliveries of a route from 1 without gaps;
    ``records`` is how many records it holds. ``marked`` is what ``mark`` said last, in this or an earlier try.
    """

    id: str
    route: str
    sequence: int
    records: int
    marked: str

    def mark(self, state: str) -> None:
        """Remember, durably, how far this delivery came: what a repetition must know (*written, not renamed*)."""


# --- what an adapter gives ------------------------------------------------------------------------------------------


class Artifact(Protocol):
    """A file, or a page of results, as the far side has it.

    ``name`` is for people and patterns; identity is the content's SHA-256, which the flow computes.
    """

    @property
    def name(self) -> str:
        """The name at the far side, without secrets and without personal data."""

    def open(self) -> BinaryIO:
        """Return the bytes, from the first. Called once a run, outside any transaction; may raise TransientError."""


class Source(Protocol):
    """Where artifacts come from."""

    def poll(self) -> Iterable[Artifact]:
        """Yield what is complete there now, oldest first; change nothing on the far side.

        Called once a run. May raise TransientError; ConfigError where the far side refuses the credentials.
        """

    def settle(self, artifact: Artifact, summary: Summary) -> None:
        """Archive, rename or acknowledge ``artifact``, which ``poll`` of this same object gave.

        Called last, when the ledger has all of it. Repeatable: a crash may come between the act and our note of it.
        """


class Codec(Protocol):
    """How bytes become batches, and back."""

    @property
    def layout(self) -> Layout:
        """The fields of the records: what mappings are checked against."""

    def decode(self, stream: BinaryIO, origin: Origin) -> Iterator[Batch]:
        """Yield the records in batches of some ten thousand, always cut at the same places for the same bytes.

        A record that cannot be read becomes a Reject of its batch. BatchError where the stream as a whole cannot be
        trusted: it may come after batches were yielded, so nothing is final before the iterator is exhausted.
        """

    def encode(self, batches: Iterable[Batch], stream: BinaryIO, delivery: Delivery | None = None) -> Iterator[Batch]:
        """Write the records, with header and trailer, and yield each batch as it was written.

        A yielded batch holds the records that were written and, as rejects, those that could not be (Stage.ENCODE,
        with ``id`` where the frame has ``_id``). The stream is complete once the iterator is exhausted.
        """


class Target(Protocol):
    """Where records go."""

    def deliver(self, batches: Iterable[Batch], delivery: Delivery) -> Iterator[Outcomes]:
        """Send the records and yield what became of each, as soon as it is true and not before.

        For a service that is after its answer; for a file, after the trailer is written and the file has its final
        name. Frames carry ``_id`` and ``_key``. May be repeated with the same ``delivery``: what was already done
        is then told, not done again. Raises TransientError where the rest must wait; what was yielded stays true.
        """


class Probe(Protocol):
    """Optional, on a source or target: says whether it can be reached with these credentials."""

    def probe(self) -> str:
        """Return a sentence about what was found; raise ConfigError or TransientError. Changes nothing there."""


# --- how an adapter says that it is there ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """One end of an adapter: its settings and how to make it.

    ``make`` of a source takes (connection settings, own settings, context); of a target (connection settings, own
    settings, codec, context).
    """

    settings: type[Settings]
    make: Callable[..., Any]


@dataclass(frozen=True)
class Adapter:
    """What an entry point of the group ``hrbus.adapters`` names. Its docstring line is ``summary``."""

    name: str
    summary: str
    connection: type[Settings]
    source: Kind | None = None
    target: Kind | None = None


@dataclass(frozen=True)
class CodecKind:
    """What an entry point of the group ``hrbus.codecs`` names.

    ``make`` takes (settings, context) and gives a Codec. ``layout`` reads a layout file on its own, for mappings
    that are checked without a route: it takes the path; ``suffixes`` says which files it reads (``.cpy``).
    ``outline`` takes (settings, context) and tells every record of a layout file for ``hrbus layout`` and
    ``hrbus diff``; without it they are told from ``layout``.
    """

    name: str
    summary: str
    settings: type[Settings]
    make: Callable[[Any, Context], Codec]
    layout: Callable[[Path], Layout] | None = None
    suffixes: tuple[str, ...] = field(default=())
    outline: Callable[[Any, Context], Sequence[Outline]] | None = None
