"""Sizes and offsets of a record's items, as each dialect lays them.

    >>> from adapters.cobol.copybook import parse
    >>> record = parse("01 A. 05 B PIC X. 05 C PIC S9(9) COMP SYNC.", "a.cpy").record()
    >>> [(item.offset, item.size) for item in record.children], record.size
    ([(0, 1), (4, 4)], 8)

A table with DEPENDING ON counts with its greatest number of occurrences.
"""

from __future__ import annotations

from adapters.cobol.declaration import Usage
from adapters.cobol.dialect import Dialect, fewest_bytes
from adapters.cobol.item import Item
from adapters.cobol.picture import Category
from hrbus.spi import Fault

_LARGEST = 1 << 28
_LONGEST_CHARACTER = 4
_UNPICTURED = {
    Usage.SHORT_FLOAT: 4,
    Usage.LONG_FLOAT: 8,
    Usage.INDEX: 4,
    Usage.HANDLE: 4,
    Usage.PROCEDURE_POINTER: 8,
}
_ADDRESSES = (Usage.POINTER, Usage.FUNCTION_POINTER, Usage.OBJECT)
UNPICTURED = (*_UNPICTURED, *_ADDRESSES)
"""The usages that take no picture."""


def measure(record: Item, dialect: Dialect, faults: list[Fault]) -> None:
    """Set sizes and offsets of a record and everything in it."""
    record.dialect = dialect
    _Ruler(dialect, faults).measure(record, 0)


class _Ruler:
    def __init__(self, dialect: Dialect, faults: list[Fault]) -> None:
        self.dialect = dialect
        self.faults = faults

    def measure(self, item: Item, start: int) -> int:
        """Measure an item that starts ``start`` bytes into its record; return its widest boundary.

        Slack bytes stand before a SYNC field: IBM puts them before the groups that begin with it, GnuCOBOL into
        them. An element of a table is filled up so that the next one lies as it does; GnuCOBOL looks at its own
        fields only, not at those of groups in it.
        """
        widest = self.boundary(item)
        if item.is_group:
            end = start
            for child in item.children:
                base = child.redefines
                at = start + base.offset if base else _aligned(end, self.first_boundary(child))
                child.offset = at - start
                widest = max(widest, self.measure(child, at))
                end = max(end, at + child.size * child.most)
            item.size = _aligned(end - start, widest) if item.entry.occurs else end - start
        else:
            item.size = self.size(item)
        if item.size * item.most > _LARGEST:
            size = item.size * item.most
            self.faults.append(Fault(f"{item.name}: {size} bytes are more than a record can have", item.place))
            item.size = 0
        return widest if not item.is_group or self.dialect.slack_before_groups else 1

    def first_boundary(self, item: Item) -> int:
        """Return the boundary on which an item must start: at IBM that of its first elementary item."""
        if item.is_group:
            return self.first_boundary(item.children[0]) if self.dialect.slack_before_groups else 1
        return self.boundary(item)

    def boundary(self, item: Item) -> int:
        """Return the boundary that SYNC asks for."""
        if item.is_group or not item.entry.sync or item.entry.width or self.dialect.largest_boundary == 1:
            return 1
        if item.usage in (Usage.BINARY, Usage.NATIVE) and item.picture and item.picture.category is Category.NUMERIC:
            return min(self.size(item), self.dialect.largest_boundary)
        if item.usage in (Usage.SHORT_FLOAT, Usage.LONG_FLOAT, Usage.INDEX, *_ADDRESSES):
            return self.size(item)
        return self.dialect.pointer if item.usage is Usage.PROCEDURE_POINTER else 1

    def size(self, item: Item) -> int:
        """Return the bytes of a field."""
        picture = item.picture
        if item.entry.width:
            return item.entry.width
        if item.usage in _ADDRESSES:
            return self.dialect.pointer
        if picture is None:
            return _UNPICTURED.get(item.usage, 0)
        if picture.category is Category.UTF8:
            return picture.length * _LONGEST_CHARACTER
        wide = picture.category in (Category.NATIONAL, Category.DBCS) or item.usage in (Usage.NATIONAL, Usage.DBCS)
        if picture.category is not Category.NUMERIC:
            return picture.length * (2 if wide else 1)
        sizes = {
            Usage.BINARY: self.dialect.binary(picture.digits, picture.signed),
            Usage.NATIVE: self.dialect.binary(picture.digits, picture.signed),
            Usage.LITTLE: self.dialect.binary(picture.digits, picture.signed),
            Usage.BYTES: fewest_bytes(picture.digits, signed=False),
            Usage.NATIVE_BYTES: fewest_bytes(picture.digits, signed=False),
            Usage.PACKED: picture.digits // 2 + 1,
            Usage.UNSIGNED_PACKED: (picture.digits + 1) // 2,
        }
        return sizes.get(item.usage, (picture.length + item.sign_separate) * (2 if wide else 1))


def _aligned(at: int, boundary: int) -> int:
    return -(-at // boundary) * boundary
