"""The settings of the xml codec.

>>> XmlSettings(layout="layouts/staff.yaml", record="Export/Staff/Employee").steps
('Export', 'Staff', 'Employee')
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from hrbus.spi import Settings

NAME = re.compile(r"(?:(?P<prefix>[^\W\d][\w-]*):)?[^\W\d][\w-]*")


IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
IN_ATTRIBUTE = {**IN_TEXT, '"': "&quot;", "\t": "&#9;", "\n": "&#10;"}
"""How characters are written that would be markup, or that a parser would change."""


def plain(text: str) -> str:
    """Return ``text`` as it stands in an attribute."""
    for character, escaped in IN_ATTRIBUTE.items():
        text = text.replace(character, escaped)
    return text


class XmlSettings(Settings):
    """Records of an XML file."""

    layout: str
    """Layout file, below `mappings/`."""
    record: str
    """The element that is a record, as the path from the root: `Export/Staff/Employee`. Where it is the root alone, a
    file is one record: a target then needs a name with `{record}`, a file for each."""
    namespaces: dict[str, str] = Field(default_factory=dict)
    """The namespace of each prefix that names use; that of the prefix `""` is for names without one. Without it such
    names are found in any namespace, and written in none."""
    true: tuple[str, ...] = ("true", "1")
    """Words for yes; the first is written."""
    false: tuple[str, ...] = ("false", "0")
    """Words for no; the first is written."""
    trim: bool = False
    """Take white space off both ends of text."""
    unknown: Literal["ignore", "reject"] = "ignore"
    """What becomes of a record with an element or attribute that the layout does not name."""
    encoding: str = "utf-8"
    """The encoding of files that are written; files that are read say theirs. A file that is one record keeps its own
    where it is written onto its bytes."""
    keep_raw: bool = False
    """Carry every record's bytes along and write onto them, so that what the layout does not name comes back
    unchanged. For a whole route, say so in the codecs of both ends."""

    @field_validator("record")
    @classmethod
    def _path(cls, value: str) -> str:
        steps = value.split("/")
        if not all(NAME.fullmatch(step) for step in steps):
            raise ValueError("a path of names, such as Export/Employee")
        return value

    @model_validator(mode="after")
    def _declared(self) -> XmlSettings:
        for step in self.steps:
            prefix = step.rpartition(":")[0]
            if prefix and prefix not in self.namespaces:
                raise ValueError(f"namespaces does not say what the prefix {prefix} stands for")
        return self

    @property
    def steps(self) -> tuple[str, ...]:
        """The names on the way from the root to a record."""
        return tuple(self.record.split("/"))

    @property
    def alone(self) -> bool:
        """Say whether a file is one record: its root."""
        return len(self.steps) == 1

    @property
    def declarations(self) -> str:
        """The namespaces as a start tag declares them."""
        return "".join(
            f' xmlns{":" if prefix else ""}{prefix}="{plain(uri)}"' for prefix, uri in self.namespaces.items()
        )

    def tag(self, name: str) -> str:
        """Return the name as lxml writes it, ``{namespace}local``; ``{*}local`` where any namespace will do."""
        prefix, _, local = name.rpartition(":")
        uri = self.namespaces.get(prefix)
        return f"{{{uri if uri is not None else '*'}}}{local}"
