"""The types of records in one file: how each is known, what it has, and below which other it stands.

    segment: SEGMENT-ID
    segments: {COMPANY: C, CONTACT: {is: P, below: COMPANY}}

A type is a view: one of several groups that redefine each other, or one of several records of level 01. Each gets a
plan of its own, in which the views of the other types are left out, so that a record is read once and as what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt

from adapters.cobol.copybook import Item
from adapters.cobol.plan import Condition, Node, Options, Plan, paths, unique
from adapters.cobol.planning import compiled, located
from adapters.cobol.settings import CobolSettings, Segment
from hrbus.spi import ConfigError, Fault


@dataclass(frozen=True, eq=False)
class Kind:
    """A type of records.

    ``parent`` is the place of the type above it among all types, -1 for a root; ``column`` the name of the list in
    which it stands there. ``own`` are the fields and tables of its view, ``around`` those that all types have.
    ``told`` is the name of the field that its place in the tree tells, which is therefore no column of it.
    """

    item: Item
    condition: Condition
    plan: Plan
    parent: int
    column: str
    own: tuple[Node, ...]
    around: tuple[Node, ...]
    told: str

    @property
    def name(self) -> str:
        """The name of its view."""
        return self.item.name

    @property
    def inside(self) -> list[Item]:
        """What stands in its view, as it is shown below another type: without a level for the view itself."""
        return _inside(self.item)

    @property
    def columns(self) -> tuple[Node, ...]:
        """What a record of this type shows below another."""
        return tuple(node for node in (*self.around, *self.own) if node.column != self.told)


@dataclass(frozen=True, eq=False)
class Segments:
    """All types of records of a file, parents before their children; ``skip`` says that others are passed over."""

    record: Item
    kinds: tuple[Kind, ...]
    cluster: frozenset[Item]
    skip: bool = False

    def children(self, parent: int) -> list[int]:
        """Return the types that stand right below one."""
        return [number for number, kind in enumerate(self.kinds) if kind.parent == parent]

    @property
    def roots(self) -> list[int]:
        """The types whose records are rows."""
        return self.children(-1)

    @property
    def nested(self) -> bool:
        """Say whether records stand below others."""
        return any(kind.parent >= 0 for kind in self.kinds)

    @property
    def told(self) -> bool:
        """Say whether it is known which values mean which type."""
        return all(kind.condition.texts for kind in self.kinds)

    @property
    def tree(self) -> list[int]:
        """By type, the type above it, or -1."""
        return [kind.parent for kind in self.kinds]

    @property
    def is_root(self) -> npt.NDArray[np.bool_]:
        """By type, and last for a record of no type: whether it is a row of its own."""
        return np.array([kind.parent < 0 for kind in self.kinds] + [False])

    def ancestors(self, number: int) -> list[int]:
        """Return the types above one, the nearest first."""
        made: list[int] = []
        while (number := self.kinds[number].parent) >= 0:
            made.append(number)
        return made

    def path(self, number: int, field: str) -> str:
        """Return the column path of a field of one type."""
        above = [self.kinds[one].column for one in (number, *self.ancestors(number)) if self.kinds[one].column]
        return ".".join([*reversed(above), *filter(None, [field])])


def segments(record: Item, settings: CobolSettings, options: Options) -> Segments | None:
    """Return the types that the settings tell apart; None where they tell none, or the record has but one."""
    if not (settings.segment or settings.segments):
        return None
    builder = _Builder(record, settings, options)
    return builder.made() if builder.cluster else None


class _Builder:
    def __init__(self, record: Item, settings: CobolSettings, options: Options) -> None:
        self.record, self.settings, self.options = record, settings, options
        self.field = settings.segment.upper()
        given = {name.upper(): segment for name, segment in settings.segments.items()}
        if self.field and not any(item.name == self.field for item in record.walk()):
            near = get_close_matches(self.field, [item.name for item in record.walk()], 1)
            hint = f"did you mean {near[0]}?" if near else ""
            raise ConfigError(Fault(f"{settings.segment} is no field of the record", path="segment", hint=hint))
        self.cluster = self._cluster(list(given))
        self.given = given or {item.name: Segment() for item in self.cluster if item.name}
        self.items = {item.name: item for item in self.cluster if item.name in self.given}
        self._check()

    # --- what the settings say

    def _cluster(self, names: list[str]) -> list[Item]:
        """Return the views of which some are named; or, where none are, the outermost ones behind the field."""
        clusters = _clusters(self.record)
        if not names:
            groups = [cluster for cluster in clusters if all(item.is_group for item in cluster)]
            return min(groups, key=lambda cluster: len(cluster[0].path()), default=[])
        for cluster in clusters:
            if any(item.name in names for item in cluster):
                return cluster
        views = ", ".join(item.name for cluster in clusters for item in cluster) or "there are none"
        known = {item.name for item in self.record.walk()}
        what = "is no field of the record" if names[0] not in known else "neither redefines nor is redefined"
        raise ConfigError(Fault(f"{names[0]} {what}", path="segments", hint=f"views: {views}"))

    def _check(self) -> None:
        views = ", ".join(item.name or "FILLER" for item in self.cluster)
        faults = [
            Fault(f"{name} is no view beside the others", path="segments", hint=f"they are {views}")
            for name in self.given
            if name not in self.items
        ]
        for name, segment in self.given.items():
            above, seen = segment.below.upper(), [name]
            if above and above not in self.items:
                near = ", ".join(self.items)
                faults.append(Fault(f"{name} is below {segment.below}, which is no type", path="segments", hint=near))
            elif above and (not self.items[above].is_group or self.items[above].entry.occurs):
                faults.append(Fault(f"nothing stands below {above}: it is no group, or repeats", path="segments"))
            while above in self.given and above not in seen:
                seen.append(above)
                above = self.given[above].below.upper()
            if above == name:
                faults.append(Fault(f"{name} stands below itself: {' < '.join(seen)}", path="segments"))
        if faults:
            raise ConfigError(faults)

    # --- how a type is known

    def _condition(self, name: str) -> Condition:
        segment, view = self.given[name], self.items[name]
        field = segment.field.upper() or self.field
        if not field:
            raise ConfigError(Fault(f"{name}: which field says so?", path="segments", hint="say segment: FIELD"))
        inside = [item for item in view.walk() if item.name == field and not item.is_group]
        others = frozenset(self.cluster)
        outside = [item for item in _without(self.record, others) if item.name == field and not item.is_group]
        for item in (*inside, *outside):
            leaf = located(self.record, item, self.options)
            if leaf is not None:
                return Condition(leaf, segment.is_ or self._said(item, view))
        place = "its place differs from record to record" if inside or outside else f"{name} does not have it"
        raise ConfigError(Fault(f"{field} cannot tell {name}: {place}", path="segments"))

    def _said(self, field: Item, view: Item) -> tuple[str, ...]:
        """Return the values that the copybook gives: of the level 88 named for the view, or the field's VALUE."""
        named = [entry for entry in field.conditions if _speaks_of(entry.name, view.name)]
        inside = field in set(view.walk())
        if not named and inside and len(field.conditions) == 1:
            named = field.conditions
        literals = [literal for entry in named for literal in entry.values]
        if not literals and inside and field.entry.value is not None:
            literals = [field.entry.value]
        plain = [literal.text for literal in literals if literal.kind in ("text", "number") and not literal.through]
        return tuple(plain) if len(plain) == len(literals) else ()

    # --- what a type has

    def made(self) -> Segments:
        conditions = {name: self._condition(name) for name in self.given}
        silent = [name for name, condition in conditions.items() if not condition.texts]
        places = {(one.leaf.offset, one.leaf.width) for one in conditions.values()}
        if silent and (len(silent) < len(conditions) or len(places) > 1):
            example = f"segments: {{{silent[0]}: VALUE}}"
            what = f"nothing says which {conditions[silent[0]].leaf.item.name} means {', '.join(silent)}"
            raise ConfigError(Fault(what, path="segments", hint=f"write {example}, or a level 88 in the copybook"))
        order = self._parents_first()
        above = {name: self.given[name].below.upper() for name in order}
        rows = self._columns([name for name in order if not above[name]], melted=False)
        scopes = {name: self._columns([name], melted=True) if above[name] else rows for name in order}
        kinds: list[Kind] = []
        for name in order:
            view, condition, parent = self.items[name], conditions[name], above[name]
            plan = self._plan(view, scopes[name])
            inside = set(view.walk())
            own = tuple(node for node in plan.nodes if node.item in inside)
            around = tuple(node for node in plan.nodes if node.item not in inside)
            telling = [node.column for node in around if node.item is condition.leaf.item]
            told = telling[0] if parent and telling and len(condition.texts) == 1 else ""
            place = order.index(parent) if parent else -1
            column = scopes[parent][view] if parent else ""
            kinds.append(Kind(view, condition, plan, place, column, own, around, told))
        return Segments(self.record, tuple(kinds), frozenset(self.cluster), self.settings.unknown == "skip")

    def _parents_first(self) -> list[str]:
        made: list[str] = []
        while len(made) < len(self.given):
            made += [n for n, s in self.given.items() if n not in made and (not s.below or s.below.upper() in made)]
        return made

    def _columns(self, names: list[str], melted: bool) -> dict[Item, str]:
        """Return the columns of a scope: of the rows, or of one type below another, which loses its own level."""
        views = [self.items[name] for name in names]
        left_out = frozenset(self.cluster) - frozenset(views)
        found = list(self._paths(self.record.children, left_out | frozenset(views if melted else ())))
        for view in views:
            above = () if melted else view.path()[len(self.record.path()) :]
            if melted:
                found += self._paths(_inside(view))
            found += [
                (self.items[name], (*above, name))
                for name, segment in self.given.items()
                if segment.below.upper() == view.name
            ]
        return unique(found)

    def _paths(
        self, items: list[Item], left_out: frozenset[Item] = frozenset()
    ) -> Iterator[tuple[Item, tuple[str, ...]]]:
        return paths(items, left_out=left_out, filler=self.options.filler)

    def _plan(self, view: Item, columns: Mapping[Item, str]) -> Plan:
        plan = compiled(self.record, self.options, columns, frozenset(self.cluster) - {view})
        inside = set(view.walk())
        for leaf in plan.stored:
            if leaf.item not in inside and any(table.item in inside for table in leaf.shifts):
                what = f"{leaf.item.name or 'FILLER'} stands behind {view.name}, whose length differs"
                raise ConfigError(Fault(what, leaf.item.place, path="segments"))
        return plan


def _inside(view: Item) -> list[Item]:
    return view.children if view.is_group and not view.entry.occurs else [view]


def _clusters(record: Item) -> list[list[Item]]:
    """Return the places of a record that have several readings, tables left out."""
    made: list[list[Item]] = []
    for item in record.children:
        cluster = [item, *(other for other in record.children if other.redefines is item)]
        if len(cluster) > 1:
            made.append(cluster)
        if not item.entry.occurs:
            made += _clusters(item)
    return made


def _without(record: Item, left_out: frozenset[Item]) -> list[Item]:
    made = [record]
    for item in record.children:
        if item not in left_out:
            made += _without(item, left_out)
    return made


def _speaks_of(condition: str, view: str) -> bool:
    """Say whether a level 88 is named for a view: its words are among the other's."""
    ours, theirs = condition.split("-"), view.split("-")
    short, long = sorted((ours, theirs), key=len)
    return any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))
