"""Finds what the clauses of a record name: REDEFINES, DEPENDING ON and RENAMES."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from adapters.cobol.declaration import Entry
from adapters.cobol.item import Item
from adapters.cobol.picture import Category, parse
from hrbus.spi import Fault, Place


def link(record: Item, others: Iterable[Item], faults: list[Fault]) -> None:
    """Link the items of a record; ``others`` are the records beside it, where a count may stand in a program."""
    elsewhere = {item.name for other in others if other is not record for item in other.walk()}
    by_name: dict[str, list[Item]] = {}
    for item in record.walk():
        if item.entry.redefines and item is not record:
            _redefinition(item, faults)
        if item.entry.occurs and item.entry.occurs.depending:
            _count(record, item, by_name, elsewhere, faults)
        if item.name:
            by_name.setdefault(item.name, []).append(item)


def rename(record: Item, entries: Iterable[Entry], faults: list[Fault]) -> None:
    """Link the entries of level 66 that stand after a record, once its sizes are known."""
    for entry in entries:
        renames = entry.renames
        if renames is None:
            faults.append(Fault(f"{entry.name} renames nothing", entry.place, hint="expected 66 NAME RENAMES FIELD."))
            continue
        first = _named(record, renames.first, entry, renames.place, faults)
        last = first if renames.last == renames.first else _named(record, renames.last, entry, renames.place, faults)
        if first is None or last is None:
            continue
        size = last.start() + last.size * last.most - first.start()
        if size <= 0 or last.start() < first.start():
            message = f"{entry.name} renames {first.name} THRU {last.name}, which does not come after it"
            faults.append(Fault(message, renames.place))
        elif table := next((at.name for end in (first, last) for at in _above(end) if at.entry.occurs), ""):
            faults.append(Fault(f"{entry.name} renames a part of {table}, which repeats", renames.place))
        elif table := next((at.name for at in _within(record, first.start(), size) if at.depending), ""):
            faults.append(Fault(f"{entry.name} renames {table}, whose length changes", renames.place))
        else:
            record.renames.append(_renaming(record, entry, first, last, size))


def _renaming(record: Item, entry: Entry, first: Item, last: Item, size: int) -> Item:
    """Return the item of a level 66: as the one field that it renames, or the text of a range or group."""
    made = Item(entry, record, offset=first.start(), size=size, renamed=(first, last))
    if first is last and first.picture:
        entry.picture, entry.width = first.picture, first.entry.width
        made.usage, made.sign_leading, made.sign_separate = first.usage, first.sign_leading, first.sign_separate
    else:
        entry.picture = parse(f"X({size})")
    return made


def _within(record: Item, start: int, size: int) -> list[Item]:
    return [item for item in record.walk() if start <= item.start() < start + size]


def _above(item: Item) -> list[Item]:
    return [item, *_above(item.parent)] if item.parent else [item]


def _named(record: Item, words: tuple[str, ...], entry: Entry, place: Place, faults: list[Fault]) -> Item | None:
    name, *groups = words
    found = [item for item in record.walk() if item.name == name and set(groups) <= set(item.path())]
    if found:
        return found[0]
    near = get_close_matches(name, [item.name for item in record.walk()], 1)
    hint = f"did you mean {near[0]}?" if near else "it must stand before, in the same record"
    faults.append(Fault(f"{entry.name} renames {name}, which is not there", place, hint=hint))
    return None


def _redefinition(item: Item, faults: list[Fault]) -> None:
    siblings = item.parent.children if item.parent else []
    for other in reversed(siblings[: siblings.index(item)]):
        if other.name == item.entry.redefines:
            item.redefines = other.redefines or other
            return
        if not other.entry.redefines:
            break
    before = [other.name for other in siblings[: siblings.index(item)]]
    near = get_close_matches(item.entry.redefines, before, 1)
    hint = f"did you mean {near[0]}?" if near else "it must stand right before, at the same level"
    place = item.entry.redefines_place
    faults.append(
        Fault(f"{item.name or 'FILLER'} redefines {item.entry.redefines}, which is not there", place, hint=hint)
    )


def _count(
    record: Item, item: Item, by_name: dict[str, list[Item]], elsewhere: set[str], faults: list[Fault]
) -> None:
    occurs = item.entry.occurs
    assert occurs is not None  # noqa: S101 - the caller looked
    name, *groups = occurs.depending
    found = [other for other in by_name.get(name, []) if set(groups) <= set(other.path())]
    if not found:
        near = get_close_matches(name, list(by_name), 1)
        hint = f"did you mean {near[0]}?" if near else "the count must stand before the table, in the same record"
        if name in elsewhere:
            message = f"{item.name or 'FILLER'} depends on {name}, which is no field of the record"
            record.unfit.append(Fault(message, occurs.place, hint=hint))
        else:
            message = f"{item.name or 'FILLER'} depends on {name}, which is not there"
            faults.append(Fault(message, occurs.place, hint=hint))
        return
    item.depending = found[-1]
    picture = item.depending.picture
    countable = (Category.NUMERIC, Category.TEXT)  # what a text counts, the setting ``occurs`` says
    if item.depending.entry.width or (picture and picture.category in countable and not picture.scale):
        return
    record.unfit.append(Fault(f"{item.name or 'FILLER'} depends on {name}, which is no integer", occurs.place))
