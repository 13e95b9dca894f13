"""What the settings look like: the models of the files, and the checked whole that they become.

A model here knows the fixed part of a file; what belongs to an adapter or codec is validated by its own model, which
the registry finds. ``Config`` holds only what passed.

    config.routes["applicants"].source.make(context)    # a hrbus.spi.Source
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, cast
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from hrbus.errors import Place
from hrbus.settings.privacy import Privacy
from hrbus.settings.trigger import Cron, Every, Trigger, duration
from hrbus.site import Site
from hrbus.spi import Adapter, Codec, CodecKind, Context, Kind, Settings, Source, Target
from hrbus.values import PROVEN, VALIDATION, OnChange, Validation

FILES = {"connections": "connections.yaml", "routes": "routes.yaml", "jobs": "jobs.yaml"}
"""The files below config/, by the one key that each begins with."""

PRIVACY = "privacy.yaml"
"""The file that says which data may go where; a site without it proves nothing of that."""

NAME = r"[a-z][a-z0-9_-]*"
"""What a connection, a route or a job may be called: it becomes part of file names, log lines and commands."""


def _zone(text: object) -> ZoneInfo:
    if isinstance(text, ZoneInfo):
        return text
    try:
        return ZoneInfo(str(text))
    except (OSError, ValueError, LookupError):
        raise ValueError("is no time zone: write one such as UTC, Europe/Berlin or Asia/Shanghai") from None


_SPAN_SCHEMA = {"type": "string", "pattern": r"^(\d+d)?(\d+h)?(\d+m)?(\d+s)?$", "examples": ["15m", "1h30m"]}
_ZONE_SCHEMA = {"type": "string", "examples": ["UTC", "Europe/Berlin", "Asia/Shanghai"]}
_CRON_SCHEMA = {"type": "string", "examples": ["15 2 * * *", "0 6 * * mon-fri"]}

_VALIDATION_SCHEMA = {"type": "string", "pattern": f"^({VALIDATION})$", "examples": ["proven", "sample(100)"]}


def _validation(text: object) -> Validation:
    return text if isinstance(text, Validation) else Validation.of(str(text))


Span = Annotated[timedelta, BeforeValidator(duration), WithJsonSchema(_SPAN_SCHEMA)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone), WithJsonSchema(_ZONE_SCHEMA)]
Judging = Annotated[Validation, BeforeValidator(_validation), WithJsonSchema(_VALIDATION_SCHEMA)]
CronLine = Annotated[Cron, BeforeValidator(lambda text: Cron.parse(str(text))), WithJsonSchema(_CRON_SCHEMA)]


class ConnectionModel(Settings):
    """The fixed part of a connection; the rest belongs to its adapter."""

    adapter: str
    """The adapter that speaks to it: `hrbus adapters` lists them."""


class CodecModel(Settings):
    """The fixed part of a codec; the rest belongs to the codec itself."""

    type: str
    """The codec: `hrbus adapters` lists them."""


class EndModel(Settings):
    """The fixed part of `from` and `to`; the rest belongs to the adapter of the connection."""

    connection: str
    """A connection of connections.yaml."""
    codec: dict[str, Any]
    """How bytes become records: `type` and the codec's own settings."""


class RouteModel(Settings):
    """A route: where records come from, what they become, and where they go."""

    from_: dict[str, Any] = Field(alias="from")
    """The source: a connection, the adapter's own settings, and a codec."""
    key: tuple[str, ...] = Field(min_length=1)
    """The fields that name a record for the business: one record with this key is sent once."""
    ignore: tuple[str, ...] = ()
    """Fields whose change does not count as a change of the record."""
    take: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Which records are taken: fields, each with the values that it may have. The others are counted as skipped.
    Without it all are taken."""
    into: str
    """The mapping from the source's records to HR-XML, below mappings/."""
    reference: dict[str, str] = Field(default_factory=dict)
    """For each second root that `out` names, the route that keeps its documents: `PositionOpening: vacancies`."""
    out: str | None = None
    """The mapping from HR-XML to the target's records, below mappings/."""
    on_change: OnChange = OnChange.IGNORE
    """What happens to a record that was sent before and comes again with other content."""
    validate_: Judging = Field(default=PROVEN, alias="validate")
    """Which documents an XML parser judges: `every` one; with `proven` those that are not certainly valid by their
    columns; with `sample(N)` also each N-th record of the others, where a difference stops the run."""
    to: dict[str, Any] | None = None
    """The target: a connection, the adapter's own settings, and a codec. Without it the documents are kept for
    other routes to refer to."""

    @model_validator(mode="after")
    def _both_or_none(self) -> RouteModel:
        if self.to is not None and self.out is None:
            raise ValueError("has a target (to) but no mapping towards it (out): write out: NAME.yaml")
        if self.out is not None and self.to is None:
            raise ValueError("has a mapping out but no target: write to: …, or take out away")
        return self


class JobModel(Settings):
    """A job: routes, and when they run. Without `cron` and `every` it runs by hand only."""

    routes: tuple[str, ...] = Field(min_length=1)
    """The routes that run, one after the other, in this order."""
    cron: CronLine | None = None
    """When it starts: minute, hour, day, month, weekday (0 or 7 is Sunday), as in crontab(5)."""
    every: Span | None = None
    """The time between two starts."""
    time_zone: Zone = ZoneInfo("UTC")
    """The time zone of `cron`."""
    misfire_grace: Span = timedelta(hours=1)
    """How late a start may be made up for, once; a start missed for longer is reported and left to a person."""
    go_on: bool = True
    """Whether the routes after one that failed still run."""

    @model_validator(mode="after")
    def _one_trigger(self) -> JobModel:
        if self.cron and self.every:
            raise ValueError("has both cron and every: write one of them")
        if self.every is not None and self.every < timedelta(seconds=1):
            raise ValueError("every must be at least 1s")
        return self


# --- the checked whole ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Connection:
    """A connection that passed: its adapter and that adapter's settings."""

    name: str
    adapter: Adapter
    settings: Settings


@dataclass(frozen=True)
class CodecPart:
    """A codec with its settings."""

    kind: CodecKind
    settings: Settings

    def make(self, context: Context) -> Codec:
        """Return the codec; ConfigError where a file that its settings name is at fault."""
        return self.kind.make(self.settings, context)


@dataclass(frozen=True)
class SourcePart:
    """Where a route's records come from."""

    connection: Connection
    settings: Settings
    codec: CodecPart

    def make(self, context: Context) -> Source:
        """Return the source; nothing is connected yet."""
        kind = cast("Kind", self.connection.adapter.source)
        return cast("Source", kind.make(self.connection.settings, self.settings, context))


@dataclass(frozen=True)
class TargetPart:
    """Where a route's records go."""

    connection: Connection
    settings: Settings
    codec: CodecPart

    def make(self, codec: Codec, context: Context) -> Target:
        """Return the target; nothing is connected yet."""
        kind = cast("Kind", self.connection.adapter.target)
        return cast("Target", kind.make(self.connection.settings, self.settings, codec, context))


@dataclass(frozen=True)
class Route:
    """A route that passed. ``into`` and ``out`` are paths below mappings/; ``place`` is where it is written."""

    name: str
    source: SourcePart
    key: tuple[str, ...]
    ignore: tuple[str, ...]
    take: Mapping[str, tuple[str, ...]]
    into: str
    reference: Mapping[str, str]
    out: str | None
    on_change: OnChange
    validation: Validation
    target: TargetPart | None
    place: Place


@dataclass(frozen=True)
class Job:
    """A job that passed."""

    name: str
    routes: tuple[str, ...]
    trigger: Trigger | None
    time_zone: ZoneInfo
    misfire_grace: timedelta
    go_on: bool
    place: Place

    @classmethod
    def of(cls, name: str, model: JobModel, place: Place) -> Job:
        """Return the job that ``model`` describes."""
        trigger = model.cron or (Every(model.every) if model.every else None)
        return cls(name, model.routes, trigger, model.time_zone, model.misfire_grace, model.go_on, place)


@dataclass(frozen=True)
class Config:
    """All settings of a site, checked."""

    site: Site
    connections: Mapping[str, Connection]
    routes: Mapping[str, Route]
    jobs: Mapping[str, Job]
    privacy: Privacy | None = None
