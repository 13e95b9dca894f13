"""Makes a plan of a record: what to read and write where.

>>> from adapters.cobol.copybook import parse
>>> from adapters.pages import find
>>> plan = compiled(parse("01 A. 05 B PIC X(3). 05 C PIC 9(4).", "a.cpy").record(), Options(find("cp037")))
>>> [(node.column, node.offset) for node in plan.nodes]
[('B', 0), ('C', 3)]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from adapters.cobol.copybook import Item
from adapters.cobol.declaration import Usage
from adapters.cobol.picture import Category
from adapters.cobol.plan import Condition, Leaf, Node, Options, Plan, Storage, Table, View, classify, names
from adapters.cobol.settings import Instead, Rule
from adapters.pages.replacement import named
from hrbus.spi import ConfigError, Fault, Type

_UTF8 = "utf-8"


def compiled(
    record: Item,
    options: Options,
    columns: Mapping[Item, str] | None = None,
    left_out: frozenset[Item] = frozenset(),
) -> Plan:
    """Return the plan of a record; ConfigError where the settings name fields that it does not have.

    ``left_out`` are readings that the record does not have: what redefines them, or is redefined by them, has the
    place to itself. ``columns`` are the names to give, where they are not those of the record alone.
    """
    builder = _Builder(record, options, left_out)
    items = record.children or [record]
    if columns is None:
        columns = names(record, filler=options.filler)
    nodes, trailing = builder.scope(items, _Where(columns))
    builder.check()
    stored = tuple(builder.leaves.values())
    renames = [] if left_out else [builder.renaming(item, columns) for item in record.renames]
    size = _extent(record, left_out) if left_out else record.size
    return Plan(record, options, tuple(nodes), size, trailing, stored, tuple(renames), left_out)


def _extent(item: Item, left_out: frozenset[Item]) -> int:
    """Return how many bytes of an item are used where some readings are left out."""
    kept = [child for child in item.children if child not in left_out]
    if not item.children or item.entry.occurs:
        return item.size * item.most
    return max((child.offset + _extent(child, left_out) for child in kept), default=0)


def located(record: Item, item: Item, options: Options) -> Leaf | None:
    """Return a field of a record as a leaf, or None where its place differs from record to record."""
    offset, at = 0, item
    while at.parent is not None and at is not record:
        around = at.parent.children
        before = [other for other in around[: around.index(at)] if (other.redefines or other) is not at.redefines]
        if at.entry.occurs or any(below.depending for sibling in before for below in sibling.walk()):
            return None
        offset, at = offset + at.offset, at.parent
    return _Builder(record, options, frozenset()).leaf(item, _Where({}, origin=offset))


@dataclass(frozen=True)
class _Where:
    """What is known of a place before the item that stands there is looked at."""

    columns: Mapping[Item, str]
    origin: int = 0
    shifts: tuple[Table, ...] = ()
    views: tuple[View, ...] = ()
    lenient: bool = False
    rivals: tuple[Item, int] | None = None


class _Builder:
    def __init__(self, record: Item, options: Options, left_out: frozenset[Item]) -> None:
        self.record = record
        self.left_out = left_out
        self.options = options
        self.leaves: dict[Item, Leaf] = {}
        self.views = {name.upper(): rule for name, rule in options.select.items()}
        self.used: set[str] = set()

    def check(self) -> None:
        """Refuse settings that name nothing."""
        known = {item.name for item in self.record.walk()}
        faults = [
            Fault(f"{name} is no field of {self.record.name}", path=path)
            for path, wanted in (
                ("blanks", self.options.blanks),
                ("invalid", self.options.invalid),
                ("select", self.options.select),
                ("occurs", self.options.occurs),
            )
            for name in wanted
            if name.upper() not in known
        ]
        faults += [
            Fault(f"{name} neither redefines nor is redefined", path="select", hint="name a view of a REDEFINES")
            for name in sorted(self.views.keys() - self.used)
            if name in known and not any(item.name == name for gone in self.left_out for item in gone.walk())
        ]
        if faults:
            raise ConfigError(faults)

    def scope(self, items: list[Item], where: _Where) -> tuple[list[Node], tuple[Table, ...]]:
        """Return the nodes of some siblings, and what shifts the item after them."""
        nodes: list[Node] = []
        starts: dict[Item, tuple[Table, ...]] = {}
        items = [item for item in items if item not in self.left_out]
        redefined = {item.redefines for item in items if item.redefines}
        shifts = where.shifts
        for item in items:
            base = item.redefines if item.redefines not in self.left_out else None
            before = starts[base] if base else starts.setdefault(item, shifts)
            here = replace(where, shifts=before)
            if base or item in redefined:
                here = self.alternative(item, items, here)
            after = self.node(item, here, nodes)
            if not base:
                shifts = after
        return nodes, shifts

    def node(self, item: Item, where: _Where, nodes: list[Node]) -> tuple[Table, ...]:
        """Add what an item makes to ``nodes``; return what shifts the item after it."""
        where = replace(where, origin=where.origin + item.offset)
        if item.entry.occurs:
            table = self.table(item, where)
            if table.column:
                nodes.append(table)
            return (*where.shifts, table) if table.count or table.ragged else where.shifts
        if item.is_group:
            made, after = self.scope(item.children, where)
            nodes += made
            return after
        leaf = self.leaves[item] = self.leaf(item, where)
        if leaf.column:
            nodes.append(leaf)
        return where.shifts

    def table(self, item: Item, where: _Where) -> Table:
        nodes: list[Node]
        inner: tuple[Table, ...] = ()
        column = where.columns.get(item, "")
        if item.is_group:
            columns = names(item, filler=self.options.filler)
            nodes, inner = self.scope(item.children, _Where(columns, lenient=where.lenient))
        else:
            self.leaves[item] = self.leaf(item, _Where({item: column or "item"}, lenient=where.lenient))
            nodes = [self.leaves[item]]
        return Table(
            item=item,
            column=column,
            offset=where.origin,
            stride=item.size,
            least=item.least,
            most=item.most,
            count=self.leaves[item.depending] if item.depending else None,
            nodes=tuple(nodes),
            plain=not item.is_group,
            inner=inner,
            shifts=where.shifts,
            views=where.views,
            lenient=where.lenient,
            rivals=where.rivals,
            words=self.words(item),
        )

    def words(self, item: Item) -> tuple[tuple[str, int], ...]:
        """Return how often a table occurs for each text of the field that it depends on, where that is no number."""
        told = {name.upper(): words for name, words in self.options.occurs.items()}.get(item.name)
        if item.depending is None or self.leaves[item.depending].type is not Type.TEXT:
            if told is None:
                return ()
            raise ConfigError(Fault(f"{item.name} does not depend on a text", path="occurs"))
        if not told:
            what = f"{item.name} depends on {item.depending.name} ({item.depending.describe()}), which is no number"
            hint = f"say how often for each text, as in occurs: {{{item.name}: {{A: 1}}}}"
            raise ConfigError(Fault(what, item.place, path="occurs", hint=hint))
        return tuple(told.items())

    def alternative(self, item: Item, items: list[Item], where: _Where) -> _Where:
        """Say when this reading of a redefined place holds, or that it must put up with nonsense."""
        base = item.redefines or item
        cluster = [other for other in items if other is base or other.redefines is base]
        ruled = [other for other in cluster if other.name in self.views]
        self.used |= {other.name for other in ruled}
        conditions = {other: self.condition(self.views[other.name], other) for other in ruled}
        if item in conditions:
            earlier = tuple(conditions[other] for other in ruled[: ruled.index(item)])
            return replace(where, views=(*where.views, View((conditions[item],), earlier)))
        if ruled and item is base:
            return replace(where, views=(*where.views, View((), tuple(conditions.values()))))
        return replace(where, lenient=where.lenient or item is not base, rivals=(base, cluster.index(item)))

    def condition(self, rule: Rule, item: Item) -> Condition:
        name = rule.field.upper()
        for other, leaf in self.leaves.items():
            if other.name == name:
                if leaf.type is Type.TEXT and (missing := leaf.page.missing("".join(rule.is_))):
                    message = f"{rule.field} never holds {named(missing[0])}: {leaf.page.name} has no such character"
                    raise ConfigError(Fault(message, path=f"select.{item.name}"))
                return Condition(leaf, rule.is_)
        hint = "it must stand before the view, outside of tables"
        raise ConfigError(Fault(f"{rule.field} cannot choose {item.name}: it is not there", path="select", hint=hint))

    def leaf(self, item: Item, where: _Where) -> Leaf:
        storage, kind = classify(item)
        picture = item.picture
        if picture and picture.category is Category.UTF8 and self.options.page.name != _UTF8:
            message = (
                f"{item.name or 'FILLER'}: PIC U is read only from files in {_UTF8}, not in {self.options.page.name}"
            )
            raise ConfigError(
                Fault(message, item.place, hint="set encoding: utf-8, or write PIC X to read its bytes")
            )
        digits, scale, signed = (picture.digits, picture.scale, picture.signed) if picture else (0, 0, True)
        signed = signed or (storage is Storage.ZONED and item.sign_separate)
        signed = signed and item.usage is not Usage.UNSIGNED_PACKED  # there is no place for it
        if storage is Storage.BINARY and (item.usage is Usage.NATIVE or not digits):
            digits = len(str((1 << (8 * item.size - signed)) - 1))
        return Leaf(
            item=item,
            column=where.columns.get(item, ""),
            storage=storage,
            offset=where.origin,
            width=item.size,
            shifts=where.shifts,
            views=where.views,
            lenient=where.lenient,
            rivals=where.rivals,
            type=kind,
            digits=digits,
            scale=max(scale, 0),
            factor=10 ** max(-scale, 0),
            signed=signed,
            page=self.options.text_page(storage),
            big=self.big(item.usage),
            blank="zero"
            if item.entry.blank_when_zero
            else _chosen(item.name, self.options.blanks, self.options.blank),
            invalid=_chosen(item.name, self.options.invalid, self.options.invalid_numeric),
        )

    def big(self, usage: Usage) -> bool:
        """Say whether the high byte of a binary number stands first."""
        if usage is Usage.LITTLE:
            return False
        return self.options.binary_big if usage in (Usage.BINARY, Usage.BYTES) else self.options.native_big

    def renaming(self, item: Item, columns: Mapping[Item, str]) -> Leaf:
        """Return the leaf of a level 66: it moves with the first field that it renames, and never makes a reject."""
        assert item.renamed is not None  # noqa: S101 - it is one by its level
        first = next(below for below in item.renamed[0].walk() if below in self.leaves)
        return self.leaf(item, _Where(columns, item.offset, self.leaves[first].shifts, lenient=True))


def _chosen(name: str, single: Mapping[str, Instead], otherwise: Instead) -> Instead:
    """Return what the settings say of the numeric field ``name``."""
    return {key.upper(): value for key, value in single.items()}.get(name, otherwise)
