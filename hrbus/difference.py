"""What changed between two versions of a layout, and which mappings name fields that are no longer what they were.

    [change.kinds for change in differences(old, new)]     # ("moved",), ("resized", "picture") …

A field is known by its names from the record down; what has no name (FILLER) shows only in what it moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hrbus import yaml
from hrbus.layouts import Outline, Row
from hrbus.mapping.rules import read
from hrbus.mapping.uses import Use, uses, uses_of_reference
from hrbus.outline import nested

_UNNAMED = "FILLER"
HARMLESS = frozenset({"added", "moved", "conditions"})
"""What changes nothing for a mapping that names the field: the layout says where it lies. A group may also grow."""


@dataclass(frozen=True)
class Change:
    """A field, or a whole record, that is not what it was.

    ``kinds`` are ``added``, ``removed``, ``moved``, ``resized``, ``picture`` (with usage and sign), ``occurs``,
    ``redefines`` and ``conditions``. ``names`` are the condition-names that are gone or stand for other values.
    """

    record: str
    field: str
    kinds: tuple[str, ...]
    old: Row | None
    new: Row | None
    names: tuple[str, ...] = ()

    @property
    def breaks(self) -> bool:
        """Say whether a mapping that names the field gets other values, or none."""
        harmless = HARMLESS if self.old and (self.old.picture or self.old.usage) else HARMLESS | {"resized"}
        return bool(set(self.kinds) - harmless)


@dataclass(frozen=True)
class Broken:
    """A name in a mapping whose field or condition has changed."""

    use: Use
    change: Change


def differences(old: Sequence[Outline], new: Sequence[Outline]) -> tuple[Change, ...]:
    """Return every change from the old records to the new; two files of one record each mean the same record."""
    if len(old) == len(new) == 1:
        return tuple(_record(old[0], new[0]))
    before, after = ({outline.name: outline for outline in outlines} for outlines in (old, new))
    found: list[Change] = []
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            found.append(Change(name, name, ("removed",), _first(before[name]), None))
        elif name not in before:
            found.append(Change(name, name, ("added",), None, _first(after[name])))
        else:
            found += _record(before[name], after[name])
    return tuple(found)


def _first(outline: Outline) -> Row | None:
    return outline.rows[0] if outline.rows else None


def _record(old: Outline, new: Outline) -> Iterator[Change]:
    before, after = _named(old), _named(new)
    for way in dict.fromkeys((*before, *after)):
        was, now = before.get(way), after.get(way)
        kinds = _kinds(was, now)
        if kinds:
            yield Change(new.name, ".".join(way), kinds, was, now, _conditions(was, now))


def _named(outline: Outline) -> dict[tuple[str, ...], Row]:
    """Return the rows that have a name, by the names below the record; the record itself by its own."""
    found: dict[tuple[str, ...], Row] = {}
    for row, above in nested(outline.rows):
        if not above and row.name == outline.name:
            found[(outline.name,)] = row
        elif row.name != _UNNAMED:
            inside = above[1:] if above and above[0].name == outline.name else above
            names = tuple(each.name for each in (*inside, row) if each.name != _UNNAMED)
            found.setdefault(names, row)
    return found


def _kinds(old: Row | None, new: Row | None) -> tuple[str, ...]:
    if old is None or new is None:
        return ("added",) if old is None else ("removed",)
    told = {
        "moved": old.offset != new.offset,
        "resized": old.length != new.length,
        "picture": (_plain(old), old.usage, old.sign) != (_plain(new), new.usage, new.sign),
        "occurs": old.occurs != new.occurs,
        "redefines": (old.redefines, old.renames) != (new.redefines, new.renames),
        "conditions": bool(_conditions(old, new)),
    }
    return tuple(kind for kind, holds in told.items() if holds)


def _plain(row: Row) -> str:
    return row.picture.upper()


def _conditions(old: Row | None, new: Row | None) -> tuple[str, ...]:
    """Return the condition-names that are gone, new, or stand for other values."""
    before, after = ({each.name: each.values for each in row.conditions} if row else {} for row in (old, new))
    return tuple(name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name))


def broken(changes: Iterable[Change], mappings: Path, files: Sequence[Path]) -> tuple[Broken, ...]:
    """Return where mappings below a folder, written for one of ``files``, name what has changed."""
    changed = list(changes)
    known = {file.resolve() for file in files}
    found: list[Broken] = []
    for file in sorted(mappings.rglob("*.yaml")):
        node = yaml.load(file, str(file))
        if not isinstance(node, yaml.Entries) or node.get("mapping") is None:
            continue
        rules = read(node)
        if rules.layout and _means(mappings, rules.layout.value.strip(), known):
            found += (Broken(use, change) for use in uses(rules) for change in changed if _concerns(use, change))
        for name, reference in rules.references.items():
            layout = reference.get("layout") if isinstance(reference, yaml.Entries) else None
            if isinstance(layout, yaml.Text) and _means(mappings, layout.value.strip(), known):
                here = tuple(uses_of_reference(rules, name))
                found += (Broken(use, change) for use in here for change in changed if _concerns(use, change))
    return tuple(found)


def _means(mappings: Path, name: str, files: set[Path]) -> bool:
    """Say whether a mapping's ``layout:`` is one of the files, or another version of one: a file of the same name."""
    return (mappings / name).resolve() in files or Path(name).name in {file.name for file in files}


def _concerns(use: Use, change: Change) -> bool:
    wanted = use.name.casefold()
    if wanted in (name.casefold() for name in change.names):
        return True
    field = change.field.casefold()
    return change.breaks and (wanted == field or wanted == field.rpartition(".")[2] or field.endswith("." + wanted))
