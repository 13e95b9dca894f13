"""A copybook as a tree of items with sizes and offsets.

>>> record = parse("01 A. 05 B PIC X(3). 05 C PIC S9(5) COMP-3.", "a.cpy").record()
>>> [(item.name, item.offset, item.size) for item in record.children]
[('B', 0, 3), ('C', 3, 3)]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from adapters.cobol.copying import expanded
from adapters.cobol.declaration import Entry, Usage
from adapters.cobol.dialect import Language
from adapters.cobol.entries import entries
from adapters.cobol.item import Item
from adapters.cobol.linking import link, rename
from adapters.cobol.measuring import UNPICTURED, measure
from adapters.cobol.picture import Category
from adapters.cobol.source import Source, decoded
from hrbus.spi import ConfigError, Fault, Place

__all__ = ["Copybook", "Item", "parse", "read"]


@dataclass(frozen=True)
class Copybook:
    """Every record (level 01 or 77) of a copybook, in order."""

    name: str
    records: tuple[Item, ...]

    def record(self, name: str = "") -> Item:
        """Return the record of that name, or the first; ConfigError where its bytes cannot be read."""
        found = self.named(name) if name else self.records[0]
        if found.unfit:
            raise ConfigError(found.unfit)
        return found

    def named(self, name: str) -> Item:
        """Return the record of that name."""
        for item in self.records:
            if item.name == name.upper():
                return item
        near = get_close_matches(name.upper(), [item.name for item in self.records], 1)
        names = ", ".join(item.name or "FILLER" for item in self.records)
        hint = f"did you mean {near[0]}?" if near else f"it has {names}"
        raise ConfigError(Fault(f"no record {name} in the copybook", Place(self.name), hint=hint))


def read(path: Path, language: Language | None = None) -> Copybook:
    """Read a copybook file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(Fault(f"the copybook cannot be read: {error.strerror}", Place(str(path)))) from None
    return parse(decoded(data), str(path), folder=path.parent, language=language)


def parse(text: str, file: str, *, folder: Path | None = None, language: Language | None = None) -> Copybook:
    """Return the copybook that ``text`` writes; COPY members are looked for in ``folder``."""
    source = Source.of(text, file, language or Language())
    try:
        found = entries(expanded(source, folder), source.language)
    except ConfigError as error:
        raise ConfigError([source.explained(fault) for fault in error.faults]) from None
    if not found:
        raise ConfigError(
            Fault("the copybook declares nothing", Place(file), hint="expected 01 NAME. and its fields")
        )
    faults: list[Fault] = []
    records, renames = _trees(found, faults)
    if not records:
        faults.append(
            Fault("the copybook declares no record", found[0].place, hint="expected 01 NAME. and its fields")
        )
    for record in records:
        _inherit(record, record, Usage.DISPLAY, None, faults)
        link(record, records, faults)
    if not faults:
        for record in records:
            measure(record, source.language.dialect, faults)
            rename(record, renames.get(record, ()), faults)
    if all(record.missing for record in records):
        faults += [fault for record in records for fault in record.unfit]
    if faults:
        raise ConfigError(faults)
    return Copybook(file, tuple(records))


def separated(record: Item) -> list[Item]:
    """Return the groups of a record without a level 01 as records of their own."""
    for item in record.children:
        item.parent, item.offset = None, 0
        measure(item, record.dialect, item.unfit)
    return record.children


def shared(records: Sequence[Item]) -> Item:
    """Return one record area that several records share, as those of one FD do: each redefines the first."""
    first = records[0]
    size = max(item.size for item in records)
    whole = Item(Entry(0, "", first.place), children=list(records), size=size, dialect=first.dialect)
    for item in records:
        item.parent, item.redefines = whole, None if item is first else first
        whole.renames += item.renames
    return whole


def _trees(found: list[Entry], faults: list[Fault]) -> tuple[list[Item], dict[Item, list[Entry]]]:
    """Nest the entries by level number; fields without an 01 above them make a record of their own.

    The second result are the entries of level 66 by record.
    """
    records: list[Item] = []
    renames: dict[Item, list[Entry]] = {}
    stack: list[Item] = []
    last: Item | None = None
    for entry in found:
        if entry.level == 88:
            _condition(entry, last, faults)
            continue
        if entry.level == 66:
            if records:
                renames.setdefault(records[-1], []).append(entry)
            else:
                faults.append(Fault("level 66 needs a record before it", entry.place))
            continue
        if entry.missing:
            _missing(entry, records, faults)
            continue
        if entry.level in (1, 77):
            stack = []
        while stack and stack[-1].entry.level >= entry.level:
            stack.pop()
        if not stack and entry.level not in (1, 77):
            if not records or records[-1].entry.level in (1, 77):
                records.append(Item(Entry(0, "", entry.place)))
            stack = [records[-1]]
        item = last = Item(entry, parent=stack[-1] if stack else None)
        (stack[-1].children if stack else records).append(item)
        stack.append(item)
    whole = [item for item in records if item.children or item.picture is not None or item.missing]
    return whole or records, renames


def _condition(entry: Entry, field: Item | None, faults: list[Fault]) -> None:
    if field is None:
        faults.append(Fault("level 88 needs a field before it", entry.place))
    elif not entry.values:
        faults.append(Fault(f"{entry.name} has no VALUE", entry.place, hint="a condition needs its values"))
    else:
        field.conditions.append(entry)


def _missing(entry: Entry, records: list[Item], faults: list[Fault]) -> None:
    """Remember that a member is not there: of a record, so that those beside it can be read."""
    if not records and entry.missing:
        faults.append(entry.missing)
    elif entry.missing:
        records[-1].missing = True
        records[-1].unfit.append(entry.missing)


def _inherit(record: Item, item: Item, usage: Usage, sign: tuple[bool, bool] | None, faults: list[Fault]) -> None:
    """Give every field the usage and sign clause of the groups around it, and check that they fit its picture."""
    entry = item.entry
    item.usage = entry.usage or usage
    if entry.usage is None and usage in _NUMBERS and item.picture and item.picture.category is not Category.NUMERIC:
        item.usage = Usage.DISPLAY  # a usage on a group is meant for its numbers
    if entry.sign_leading is not None:
        sign = (entry.sign_leading, entry.sign_separate)
    numeric = item.picture is not None and item.picture.category is Category.NUMERIC
    if sign and numeric and (entry.sign_leading is not None or (item.picture and item.picture.signed)):
        item.sign_leading, item.sign_separate = sign
    for child in item.children:
        _inherit(record, child, item.usage, sign, faults)
    if message := _mismatch(item):
        faults.append(Fault(f"{item.name or 'FILLER'}: {message}", item.place))
    if not item.is_group and item.picture is None and item.usage not in UNPICTURED and not record.missing:
        message = f"{item.name or 'FILLER'}: it has no PIC and no fields below it"
        record.unfit.append(Fault(message, item.place, hint="is a PIC or a level number wrong?"))
    if entry.occurs and entry.occurs.unbounded:
        message = f"{item.name or 'FILLER'}: the greatest number of occurrences is not known"
        record.unfit.append(Fault(message, entry.occurs.place, hint="write OCCURS n TO m instead of UNBOUNDED"))


_NUMBERS = {
    Usage.BINARY,
    Usage.PACKED,
    Usage.NATIVE,
    Usage.UNSIGNED_PACKED,
    Usage.LITTLE,
    Usage.BYTES,
    Usage.NATIVE_BYTES,
}
_BYTES = {Usage.BYTES, Usage.NATIVE_BYTES, Usage.NATIVE}
"""The usages that let a PIC X stand for bytes."""


def _mismatch(item: Item) -> str:
    """Return what is wrong with an item on its own, or nothing."""
    picture = item.picture
    if item.is_group:
        return "a group has no PIC; is a level number wrong?" if picture else ""
    if picture is None or item.entry.width:
        return ""
    if item.usage in UNPICTURED:
        return f"{item.usage.value} takes no PIC"
    if item.usage in _NUMBERS and picture.category is not Category.NUMERIC:
        if item.usage in _BYTES and picture.category is Category.TEXT:
            return ""
        return f"PIC {picture.text} is no number, as {item.usage.value} needs"
    if item.entry.sign_leading is not None and not picture.signed and not item.sign_separate:
        return f"SIGN needs an S in PIC {picture.text}"
    return ""
