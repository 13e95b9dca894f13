"""Gives groups a reading as text beside their fields, as if the copybook had a REDEFINES for each.

    >>> from adapters.cobol.copybook import parse
    >>> record = parse("01 A. 05 B. 10 C PIC X(2). 10 D PIC 9(3). 05 E PIC X.", "a.cpy").record()
    >>> add(record, ["B"])
    >>> [(item.name, item.offset, item.size) for item in record.children]
    [('B', 0, 5), ('B-TEXT', 0, 5), ('E', 5, 1)]

A group is alphanumeric in COBOL, whatever its fields are, and programs compare and move it as such (Enterprise COBOL
Language Reference, *Classes and categories of group items*).
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.cobol import picture
from adapters.cobol.copybook import Item
from adapters.cobol.declaration import Entry
from hrbus.spi import ConfigError, Fault

ENDING = "-TEXT"


def add(record: Item, names: Iterable[str]) -> None:
    """Put a text ``NAME-TEXT`` beside every group that is named; ConfigError where there is no such group."""
    faults = []
    for name in names:
        found = [item for item in record.walk() if item.name == name.upper()]
        problem = _problem(name, found, record)
        if problem:
            faults.append(Fault(problem, path="group_text"))
        else:
            _add_one(found[0])
    if faults:
        raise ConfigError(faults)


def _problem(name: str, found: list[Item], record: Item) -> str:
    if len(found) != 1:
        return f"{record.name} has {len(found) or 'no'} items of the name {name}; one is expected"
    (item,) = found
    if not item.is_group or item.parent is None:
        return f"{name} is no group inside of a record"
    if any(below.entry.occurs and (below is item or below.depending) for below in item.walk()):
        return f"{name} has no fixed length, or repeats"
    return ""


def _add_one(group: Item) -> None:
    assert group.parent is not None  # noqa: S101 - looked at before
    base = group.redefines or group
    text = picture.parse(f"X({group.size})")
    entry = Entry(group.entry.level, f"{group.name}{ENDING}", group.place, text, redefines=base.name)
    made = Item(entry, group.parent, offset=group.offset, size=group.size, redefines=base)
    siblings = group.parent.children
    last = max(number for number, other in enumerate(siblings) if other is base or other.redefines is base)
    siblings.insert(last + 1, made)
