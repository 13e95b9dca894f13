"""The settings of a source and a target of files; every transport has the same.

>>> SourceSettings(folder="out", files="APPL*.DAT").ready
'stable'
"""

from __future__ import annotations

import string
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from hrbus.spi import Settings

EXAMPLE_DATE = datetime(2026, 1, 5)


class SourceSettings(Settings):
    """Which files are taken, when a file is complete, and what becomes of it when the ledger has it."""

    folder: str = ""
    """Folder of the files, below the connection's folder."""

    files: str = "*"
    """Names to take, as a pattern: `*` any characters, `?` one, `[AB]` one of these. Case counts. Names that begin
    with a dot are never taken."""

    ignore: tuple[str, ...] = ("*.part", "*.filepart", "*.tmp")
    """Patterns of names to leave alone: what senders call a file that they are still writing."""

    ready: Literal["stable", "trigger", "now"] = "stable"
    """When a file is complete: `stable`, it stopped changing; `trigger`, its trigger file is there; `now`, at once
    (only where the sender renames a finished file into place)."""

    minimum_age: float = Field(default=60, ge=0)
    """With `stable`: seconds for which a file must not have changed, by the clock of hrbus."""

    second_look: float = Field(default=1, ge=0)
    """With `stable`: seconds between the two looks of one run at a file whose own time lies back an hour or more."""

    trigger: str = "{name}.ok"
    """With `trigger`: name of the trigger file, beside the file. `{name}` is the file's name, `{stem}` the part
    before its last dot."""

    settled: Literal["archive", "delete", "keep"] = "archive"
    """What becomes of a file when the ledger has all of it. Files that are kept are read again in every run, to be
    known by their content."""

    archive: str = ""
    """With `archive`: the folder, below the connection's folder and on the same file system; empty for `archive`
    below `folder`."""

    @field_validator("trigger")
    @classmethod
    def _known_parts(cls, pattern: str) -> str:
        return checked(pattern, {"name": "A.DAT", "stem": "A"})


class TargetSettings(Settings):
    """Where a file is written, what it is called, and how its reader knows that it is complete."""

    folder: str = ""
    """Folder of the files, below the connection's folder. It must exist."""

    name: str
    """Name of the file. `{sequence:06}` is the number of the delivery (1, 2, 3 … of the route), `{route}` the
    route's name, `{date:%Y%m%d}` the day. A name with `{record:08}`, the ledger's number of a record, makes a file of
    each record. A name without `{sequence}` and `{record}` is used again and again: a delivery then waits until the
    reader has taken the one before."""

    trigger: str = ""
    """Name of an extra file that is written after the file, such as `{name}.ok`; empty for none. Takes what `name`
    takes, and `{name}` and `{stem}`."""

    trigger_text: str = ""
    """What the trigger file holds. Takes what `trigger` takes, and `{records}`, the number of records in the file.
    A line end is added unless it is empty."""

    when_empty: Literal["skip", "send"] = "skip"
    """Whether a file without records is sent. Where it is skipped its number goes to the next
    file."""

    time_zone: str = "UTC"
    """Time zone of `{date}`, such as `Asia/Shanghai`."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"there is no time zone {name}; expected a name such as Asia/Shanghai") from error
        return name

    @model_validator(mode="after")
    def _known_parts(self) -> TargetSettings:
        parts: dict[str, object] = {"sequence": 1, "route": "r", "date": EXAMPLE_DATE, "record": 1}
        checked(self.name, parts)
        if not self.by_record:
            del parts["record"]
        parts |= {"name": "A.DAT", "stem": "A"}
        checked(self.trigger or "-", parts)
        checked(self.trigger_text, parts | {"records": 1}, plain=False)
        return self

    @property
    def numbered(self) -> bool:
        """Say whether no two deliveries share a name."""
        return self.by_record or _names(self.name, "sequence")

    @property
    def by_record(self) -> bool:
        """Say whether each record is a file."""
        return _names(self.name, "record")


def _names(pattern: str, wanted: str) -> bool:
    return any(part == wanted for _, part, _, _ in string.Formatter().parse(pattern))


def checked(pattern: str, parts: dict[str, object], *, plain: bool = True) -> str:
    """Return ``pattern`` where it can be filled from ``parts`` and, if ``plain``, makes a name; or ValueError."""
    for _, part, _, conversion in string.Formatter().parse(pattern):
        if conversion or (part is not None and part not in parts):
            known = ", ".join(f"{{{name}}}" for name in sorted(parts))
            raise ValueError(f"{{{part}}} is not known here; expected one of {known}")
    try:
        filled = filled_in(pattern, parts)
    except (LookupError, TypeError) as error:
        raise ValueError(f"{pattern} cannot be filled in: {error}") from error
    if plain and ("/" in filled or "\\" in filled or "\n" in filled or filled in {"", ".", ".."}):
        raise ValueError(f"{pattern} does not make a plain name; folders belong into the setting folder")
    return pattern


def filled_in(pattern: str, parts: dict[str, object]) -> str:
    """Return ``pattern`` with every ``{part}`` replaced."""
    return string.Formatter().vformat(pattern, (), parts)
