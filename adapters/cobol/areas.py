"""Which records of which copybooks a file has: one, or several that share one record area.

>>> from adapters.cobol.copybook import parse
>>> book = parse("01 A. 05 T PIC X. 05 B PIC X(3). 01 C. 05 T PIC X. 05 D PIC 9(5).", "a.cpy")
>>> [item.name for item in area([book], segment="T").children]
['A', 'C']
>>> area([book]).name
'A'
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from adapters.cobol.copybook import Copybook, Item, separated, shared
from hrbus.spi import ConfigError, Fault


def area(books: Sequence[Copybook], record: str = "", segment: str = "", types: Collection[str] = ()) -> Item:
    """Return the record that the settings mean.

    ``record`` names one. Otherwise, where there are several copybooks, they all share the area; where types are told
    apart, the records that are types do; where there is neither, the first has it, with those that redefine it.
    """
    if record:
        return _named(books, record)
    several = len(books) > 1
    if not (several or segment or types):
        return _first(books[0])
    wanted = {name.upper() for name in types}
    records = [item for book in books for item in _records(book, segment.upper(), wanted)]
    chosen = records if several else _types(records, segment.upper(), wanted)
    doubled = sorted({item.name for item in chosen if sum(item.name == other.name for other in chosen) > 1})
    if doubled:
        raise ConfigError(Fault(f"two records are named {doubled[0]}", path="copybook", hint="name one differently"))
    return chosen[0] if len(chosen) == 1 else shared(chosen)


def _named(books: Sequence[Copybook], record: str) -> Item:
    for book in books[:-1]:
        if any(item.name == record.upper() for item in book.records):
            return book.record(record)
    return books[-1].record(record)


def _first(book: Copybook) -> Item:
    """Return the first record, and what is written to redefine it."""
    names: set[str] = set()
    chosen: list[Item] = []
    for item in book.records:
        if not chosen or item.entry.redefines in names:
            chosen.append(item)
            names.add(item.name)
    return chosen[0] if len(chosen) == 1 else shared(chosen)


def _records(book: Copybook, segment: str, types: set[str]) -> list[Item]:
    """Return the records of a copybook; groups without a level 01 are records where they are types."""
    made: list[Item] = []
    for record in book.records:
        groups = record.children
        apart = record.entry.level == 0 and len(groups) > 1 and all(item.children for item in groups)
        plain = apart and not any(item.redefines for item in groups)
        if plain and (any(item.name in types for item in groups) or _all_have(groups, segment)):
            made += separated(record)
        elif record.entry.level != 77 or len(book.records) == 1:
            made.append(record)
    return made


def _all_have(records: Sequence[Item], field: str) -> bool:
    return all(any(item.name == field for item in record.walk()) for record in records)


def _types(records: list[Item], segment: str, types: set[str]) -> list[Item]:
    """Return the records that are types themselves, or the one in which the types stand."""
    if types:
        chosen = [item for item in records if item.name in types]
        inside = [item for item in records if any(below.name in types for below in item.walk())]
        return chosen or inside[:1] or records[:1]
    return [item for item in records if _all_have([item], segment)] or records[:1]
