"""Code tables: what a sender's code is called in a document.

A table stands in the mapping itself, or in a file below ``mappings/`` that the mapping names:

    tables:
      status: {A: Active, W: Withdrawn}
      skills: tables/skills.yaml

Backwards the first code with a word is taken; the others are ``doubles``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hrbus import yaml
from hrbus.errors import ConfigError, Fault


@dataclass(frozen=True)
class Table:
    """Codes and their words: ``forward`` gives the word of each code, in the order in which they are written."""

    forward: Mapping[str, str]

    @property
    def backward(self) -> dict[str, str]:
        """Return the first code of each word."""
        found: dict[str, str] = {}
        for code, word in self.forward.items():
            found.setdefault(word, code)
        return found

    @property
    def doubles(self) -> tuple[str, ...]:
        """Return the codes that do not come back, because an earlier one has the same word."""
        back = self.backward
        return tuple(code for code, word in self.forward.items() if back[word] != code)


def read(node: yaml.Node, folder: Path) -> Table:
    """Return the table that ``node`` holds, or that the file named by it holds; ConfigError with every fault."""
    if isinstance(node, yaml.Text):
        node = _load(node, folder)
    if not isinstance(node, yaml.Entries):
        raise ConfigError(Fault("a table is codes and words", node.place, hint="write CODE: word, one a line"))
    if not node.entries:
        raise ConfigError(Fault("the table is empty", node.place, hint="write CODE: word, one a line"))
    faults = [
        Fault("a word must be text", word.place)
        for word in node.entries.values()
        if not isinstance(word, yaml.Text) or word.secret
    ]
    if faults:
        raise ConfigError(faults)
    return Table({code: word.value for code, word in node.entries.items() if isinstance(word, yaml.Text)})


def _load(name: yaml.Text, folder: Path) -> yaml.Node:
    path = Path(os.path.normpath(folder / name.value))
    if name.secret or not path.is_relative_to(Path(os.path.normpath(folder))):
        raise ConfigError(Fault(f"the table {name.value} must be a file below mappings/", name.place))
    try:
        return yaml.load(path, name.value)
    except ConfigError as error:
        if path.exists():
            raise
        raise ConfigError(Fault(f"there is no table file {name.value}", name.place)) from error
