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


class XmlSettings(Settings):
    """Records of an XML file."""

    layout: str
    """Layout file, below `mappings/`."""
    record: str
    """The element that is a record, as the path from the root: `Export/Staff/Employee`. Where it is the root alone, a
    file is one record, and can be read only."""
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
    """The encoding of files that are written; files that are read say theirs."""
    keep_raw: bool = False
    """Whether each record keeps its bytes in the column `_raw`."""

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

    def tag(self, name: str) -> str:
        """Return the name as lxml writes it, ``{namespace}local``; ``{*}local`` where any namespace will do."""
        prefix, _, local = name.rpartition(":")
        uri = self.namespaces.get(prefix)
        return f"{{{uri if uri is not None else '*'}}}{local}"
