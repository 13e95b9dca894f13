"""Errors, grouped by what happens next, not by what went wrong.

    HrbusError
    ├── ConfigError     a file must be mended      nothing starts; every fault at once           exit 2
    ├── RecordError     a record must be mended    it becomes a Reject; the batch goes on        exit 3
    ├── BatchError      a file must be looked at   this artifact stops; nothing of it is settled exit 4
    └── TransientError  wait                       retried by policy, then left for the next run exit 5

Adapters translate the errors of their libraries into these at the border and nowhere else. Messages never carry
personal data or secrets: they name the file, the record, the byte, the field, what was expected and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, order=True)
class Place:
    """Where in a text file something stands. Lines and columns count from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a user's file: where, what, and what to write instead.

    ``path`` names the setting, rule or field (``routes.applicants.from.codec``); ``hint`` is a sentence that says
    what to do (``did you mean APPL-NO?``). A warning does not stop a start.
    """

    message: str
    place: Place | None = None
    path: str = ""
    hint: str = ""
    warning: bool = False

    def __str__(self) -> str:
        parts = [str(self.place) if self.place else "", self.path, self.message]
        text = ": ".join(part for part in parts if part)
        return f"{text}; {self.hint}" if self.hint else text


class HrbusError(Exception):
    """Something that hrbus can explain. Anything else that escapes is a defect."""

    exit_code: ClassVar[int] = 1


class ConfigError(HrbusError):
    """One or more of the user's files must be mended before anything can start; holds every fault found."""

    exit_code = 2

    def __init__(self, faults: Iterable[Fault] | Fault | str) -> None:
        if isinstance(faults, str):
            faults = [Fault(faults)]
        elif isinstance(faults, Fault):
            faults = [faults]
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class RecordError(HrbusError):
    """One record cannot be read or written. ``field`` and ``reason`` go into its Reject."""

    exit_code = 3

    def __init__(self, reason: str, *, field: str = "") -> None:
        self.reason = reason
        self.field = field
        super().__init__(f"{field}: {reason}" if field else reason)


class BatchError(HrbusError):
    """An artifact as a whole cannot be trusted (truncated, wrong totals, unreadable); a person must look at it."""

    exit_code = 4


class TransientError(HrbusError):
    """The far side cannot answer now. ``retry_after`` is in seconds, where the far side said so."""

    exit_code = 5

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)
