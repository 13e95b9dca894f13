"""Parts that several mappings share: ``$include`` puts the keys of another file in its place.

    PersonName:
      $include: fragments/person-name.yaml
      $with:
        GIVEN: APPL-GIVEN-NAME
        FAMILY: APPL-FAMILY-NAME

    # fragments/person-name.yaml
    GivenName: "{{GIVEN}} | trim"
    FamilyName: "{{FAMILY}} | trim"

The text of ``$with`` stands wherever the fragment has its name in double braces. Places remain those of the
fragment's file, so a fault in it is told there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from hrbus import yaml
from hrbus.errors import ConfigError, Fault, Place

INCLUDE, WITH = "$include", "$with"
MOST = 20
"""How many fragments may stand in one another."""
_MARK = re.compile(r"\{\{\s*([\w-]+)\s*\}\}")


@dataclass
class Fragments:
    """Puts fragments in their places; ``folder`` is what their files are below. ``faults`` keeps what is wrong."""

    folder: Path
    faults: list[Fault] = field(default_factory=list)

    def expanded(self, node: yaml.Node) -> yaml.Node:
        """Return ``node`` with the keys of every fragment in it."""
        return self._node(node, ())

    def _node(self, node: yaml.Node, above: tuple[Path, ...]) -> yaml.Node:
        if isinstance(node, yaml.Text):
            return node
        if isinstance(node, yaml.Items):
            return replace(node, items=tuple(self._node(item, above) for item in node.items))
        if INCLUDE not in node.entries:
            return replace(node, entries={key: self._node(child, above) for key, child in node.entries.items()})
        return self._included(node, above)

    def _included(self, node: yaml.Entries, above: tuple[Path, ...]) -> yaml.Entries:
        entries: dict[str, yaml.Node] = {}
        keys: dict[str, Place] = {}
        words = dict(self._words(node))
        used: set[str] = set()
        for name in self._names(node):
            for part in self._read(name, words, used, above):
                self._add(part, entries, keys)
        for word, text in words.items():
            if word not in used:
                self.faults.append(Fault(f"no fragment here has {{{{{word}}}}}", text.place, f"{WITH}.{word}"))
        own = {key: child for key, child in node.entries.items() if key not in (INCLUDE, WITH)}
        self._add(replace(node, entries={k: self._node(child, above) for k, child in own.items()}), entries, keys)
        return yaml.Entries(entries, node.place, keys, node.flow)

    def _add(self, part: yaml.Entries, entries: dict[str, yaml.Node], keys: dict[str, Place]) -> None:
        for key, child in part.entries.items():
            if key in entries:
                hint = f"it stands at {keys[key]} too: leave one of them out"
                self.faults.append(Fault(f"{key} stands twice", part.keys[key], key, hint))
            else:
                entries[key], keys[key] = child, part.keys[key]

    def _names(self, node: yaml.Entries) -> Iterator[yaml.Text]:
        found = node.entries[INCLUDE]
        for name in found.items if isinstance(found, yaml.Items) else (found,):
            if isinstance(name, yaml.Text) and not name.secret and name.value.strip():
                yield name
            else:
                hint = "write fragments/NAME.yaml, or a list of such, one a line"
                self.faults.append(Fault("must name a file", name.place, INCLUDE, hint))

    def _words(self, node: yaml.Entries) -> Iterator[tuple[str, yaml.Text]]:
        found = node.entries.get(WITH, yaml.Entries({}, node.place))
        if not isinstance(found, yaml.Entries):
            self.faults.append(Fault("must hold names and texts", found.place, WITH, "write NAME: text below it"))
            return
        for word, text in found.entries.items():
            if isinstance(text, yaml.Text) and not text.secret:
                yield word, text
            else:
                self.faults.append(Fault("must be text", text.place, f"{WITH}.{word}"))

    def _read(
        self, name: yaml.Text, words: Mapping[str, yaml.Text], used: set[str], above: tuple[Path, ...]
    ) -> Iterator[yaml.Entries]:
        base = Path(os.path.normpath(self.folder))
        path = Path(os.path.normpath(base / name.value.strip()))
        if not path.is_relative_to(base):
            self.faults.append(Fault(f"{name.value} must be a file below mappings/", name.place, INCLUDE))
        elif path in above or len(above) >= MOST:
            self.faults.append(Fault(f"{name.value} includes itself", name.place, INCLUDE))
        elif not path.is_file():
            self.faults.append(Fault(f"there is no fragment {name.value}", name.place, INCLUDE, _near(base, name)))
        else:
            try:
                node = yaml.load(path, name.value.strip())
            except ConfigError as error:
                self.faults += error.faults
                return
            if not isinstance(node, yaml.Entries):
                self.faults.append(Fault("a fragment must hold keys", node.place))
                return
            filled = self._node(_filled(node, self._filler(words, used)), (*above, path))
            if isinstance(filled, yaml.Entries):
                yield filled

    def _filler(self, words: Mapping[str, yaml.Text], used: set[str]) -> Callable[[yaml.Text], yaml.Text]:
        def fill(text: yaml.Text) -> yaml.Text:
            def word(match: re.Match[str]) -> str:
                found = words.get(match[1])
                if found is None:
                    near = get_close_matches(match[1], words, 1)
                    hint = f"did you mean {near[0]}?" if near else f"write {WITH}: and below it {match[1]}: …"
                    self.faults.append(Fault(f"nothing is given for {match[0]}", text.place, hint=hint))
                    return match[0]
                used.add(match[1])
                return found.value

            return replace(text, value=_MARK.sub(word, text.value)) if "{{" in text.value else text

        return fill


def _filled(node: yaml.Node, fill: Callable[[yaml.Text], yaml.Text]) -> yaml.Node:
    if isinstance(node, yaml.Text):
        return fill(node)
    if isinstance(node, yaml.Items):
        return replace(node, items=tuple(_filled(item, fill) for item in node.items))
    return replace(node, entries={key: _filled(child, fill) for key, child in node.entries.items()})


def _near(folder: Path, name: yaml.Text) -> str:
    there = [path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")]
    near = get_close_matches(name.value.strip(), there, 1)
    return f"did you mean {near[0]}?" if near else ""
