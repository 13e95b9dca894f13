"""What config/privacy.yaml says: which class of data a field holds, and for which purpose a class may go where.

    classes:
      identity: {about: who somebody is, fields: ["*-NAME", external_id]}
      marital: {about: marital status, sensitive: yes, fields: ["*MARITAL*"]}
    purposes:
      interview:
        about: to invite applicants to an interview
        routes: [applicants]
        reach: {ledger: [identity], interviews: [identity]}

The first class that fits a field, or the place in a document that it goes to, is the field's class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field

from hrbus.errors import Fault, Place
from hrbus.spi import Settings

LEDGER = "ledger"
"""The target that every route has: hrbus's own ledger keeps each document."""


class ClassModel(Settings):
    """A class of data: what it is, and how its fields are known. The first class that fits counts."""

    about: str = ""
    """What it is, for people and for the record of processing."""
    sensitive: bool = False
    """Whether it is sensitive personal information (个人信息保护法 art. 28, GDPR art. 9)."""
    fields: tuple[str, ...] = ()
    """Names of fields of layouts, as patterns: `*` any characters, `GROUP.FIELD` a field of a repeated group. Upper
    and lower case are the same."""
    paths: tuple[str, ...] = ()
    """Places in documents, as patterns: `*/PersonName/*`."""


class PurposeModel(Settings):
    """A purpose: what is done with data, on which ground, and which classes may reach which target for it."""

    about: str
    """What is done, for people and for the record of processing."""
    basis: str = ""
    """The ground on which it is lawful, such as consent or a contract."""
    keep: str = ""
    """How long the data are kept, in words, for the record of processing."""
    routes: tuple[str, ...] = Field(min_length=1)
    """The routes that serve it. A route serves one purpose."""
    reach: dict[str, tuple[str, ...]]
    """For each target (a connection, or `ledger`), the classes that may reach it. What is not named does not pass."""


class RecipientModel(Settings):
    """Who is behind a connection, for the record of processing."""

    name: str
    """The organisation."""
    country: str = ""
    """Where it keeps the data, as a country code."""
    role: str = ""
    """What it is to us: processor, controller, our own system."""


class PrivacyModel(Settings):
    """The file."""

    classes: dict[str, ClassModel] = Field(min_length=1)
    """The classes of data, by name, in the order in which they are tried."""
    purposes: dict[str, PurposeModel] = Field(default_factory=dict)
    """The purposes, by name."""
    recipients: dict[str, RecipientModel] = Field(default_factory=dict)
    """Who is behind each connection."""
    unnamed: Literal["warn", "refuse"] = "warn"
    """What becomes of a route that serves no purpose: nothing is proven about it."""


@dataclass(frozen=True)
class Privacy:
    """The checked file; ``place`` is where it begins, ``odd`` what it names and the site does not have."""

    classes: Mapping[str, ClassModel]
    purposes: Mapping[str, PurposeModel]
    recipients: Mapping[str, RecipientModel]
    unnamed: Literal["warn", "refuse"]
    place: Place
    odd: tuple[Fault, ...] = ()

    def of_field(self, way: tuple[str, ...]) -> str | None:
        """Return the class of a layout's field, given by its way through repeated groups; None where none fits."""
        full, last = ".".join(way).casefold(), way[-1].casefold()
        for name, each in self.classes.items():
            if any(fnmatchcase(full, p.casefold()) or fnmatchcase(last, p.casefold()) for p in each.fields):
                return name
        return None

    def of_path(self, path: str) -> str | None:
        """Return the class of a place in a document; None where none fits."""
        for name, each in self.classes.items():
            if any(fnmatchcase(path, pattern) for pattern in each.paths):
                return name
        return None

    def rank(self, name: str) -> int:
        """Return where a class stands in the file: of two, the first counts."""
        return list(self.classes).index(name)

    def purpose_of(self, route: str) -> str | None:
        """Return the purpose that a route serves."""
        return next((name for name, each in self.purposes.items() if route in each.routes), None)
