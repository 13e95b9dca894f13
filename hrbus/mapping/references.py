"""Reference inputs: records of another file that belong to a record by a key, read as if they were a group of it.

    references:
      POSITIONS:
        layout: copybooks/POSREC.cpy
        on: {POS-PERSON-NO: APPL-PERSON-NO}     # a field of theirs: a field of ours
        most: 100                               # of them belong to one record

In the document ``$each: POSITIONS`` repeats an element for each of them. They come from the route that a route names
by ``reference:``; none is no fault. Going out nothing writes them: they are another file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from hrbus import yaml
from hrbus.errors import ConfigError, Fault, Place
from hrbus.mapping.kinds import Kind
from hrbus.spi import Field, Layout, Type

KEYS = ("layout", "on", "most")
MOST = 100
"""How many records of a reference belong to one record, unless ``most`` says otherwise."""
BOUND = 10_000
"""The greatest ``most``: a batch with all that belongs to it must fit into memory."""


@dataclass(frozen=True)
class Reference:
    """A reference input. ``on`` pairs columns of its layout with columns of the main one."""

    name: str
    layout: Layout
    on: tuple[tuple[Field, Field], ...]
    most: int
    place: Place

    @property
    def group(self) -> Field:
        """The repeated group that stands for its records."""
        children = self.layout.fields
        return Field(self.name, self.name, Type.GROUP, True, children, at_most=self.most, place=self.place)


def widened(layout: Layout, references: Mapping[str, Reference]) -> Layout:
    """Return a layout with a group for each reference."""
    return replace(layout, fields=(*layout.fields, *(each.group for each in references.values())))


def read(
    nodes: Mapping[str, yaml.Node], layout: Layout, layout_of: Callable[[str], Layout], faults: list[Fault]
) -> dict[str, Reference]:
    """Return the references of a mapping whose main layout is ``layout``; what is wrong goes to ``faults``."""
    found = {}
    for name, node in nodes.items():
        reader = _Reader(name, layout, layout_of, faults)
        made = reader.reference(node)
        if made:
            found[name] = made
    return found


@dataclass
class _Reader:
    name: str
    main: Layout
    layout_of: Callable[[str], Layout]
    faults: list[Fault]

    def fault(self, message: str, place: Place, key: str = "", hint: str = "") -> None:
        self.faults.append(Fault(message, place, f"references.{self.name}" + (f".{key}" if key else ""), hint))

    def reference(self, node: yaml.Node) -> Reference | None:
        if not isinstance(node, yaml.Entries):
            self.fault("must hold layout and on", node.place)
            return None
        for key, place in node.keys.items():
            if key not in KEYS:
                near = get_close_matches(key, KEYS, 1)
                hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(KEYS)}"
                self.fault(f"unknown key {key}", place, hint=hint)
        if self.main.find(self.name):
            self.fault(f"{self.main.name} has a field of this name", node.place, hint="name it otherwise")
        layout = self.layout(node)
        on = self.on(node, layout) if layout else ()
        most = self.most(node)
        return Reference(self.name, layout, on, most, node.place) if layout and on else None

    def layout(self, node: yaml.Entries) -> Layout | None:
        written = node.get("layout")
        if not isinstance(written, yaml.Text) or written.secret or not written.value.strip():
            self.fault("is missing", node.place, "layout", "name the layout of the other file")
            return None
        try:
            return self.layout_of(written.value.strip())
        except ConfigError as error:
            self.faults += [f if f.place else Fault(str(f), written.place) for f in error.faults]
            return None

    def most(self, node: yaml.Entries) -> int:
        written = node.get("most")
        if written is None:
            return MOST
        text = written.value.strip() if isinstance(written, yaml.Text) else ""
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= BOUND):
            self.fault(f"must be a whole number from 1 to {BOUND}", written.place, "most")
            return MOST
        return int(text)

    def on(self, node: yaml.Entries, layout: Layout) -> tuple[tuple[Field, Field], ...]:
        written = node.get("on")
        if not isinstance(written, yaml.Entries) or not written.entries:
            self.fault("is missing", node.place, "on", "pair their field with ours: THEIR-FIELD: OUR-FIELD")
            return ()
        pairs = []
        for name, ours in written.entries.items():
            one = self.field(layout, name, written.keys[name])
            other = self.field(self.main, ours.value.strip() if isinstance(ours, yaml.Text) else "", ours.place)
            if one and other and _alike(one, other):
                pairs.append((one, other))
            elif one and other:
                kinds = f"{Kind.of(one).name} and {other.name} {Kind.of(other).name}"
                self.fault(f"{one.name} is {kinds}, which never match", ours.place, "on")
        return tuple(pairs) if len(pairs) == len(written.entries) else ()

    def field(self, layout: Layout, name: str, place: Place) -> Field | None:
        found = layout.find(name)
        if found is None:
            near = layout.near(name)
            self.fault(f"{layout.name} has no field {name}", place, "on", f"did you mean {near[0]}?" if near else "")
        elif found.many:
            self.fault(f"{found.name} repeats", place, "on")
            return None
        return found


def _alike(one: Field, other: Field) -> bool:
    """Say whether equal values of two fields are equal texts."""
    numbers = (Type.INTEGER, Type.DECIMAL)
    if one.type in numbers and other.type in numbers:
        return one.scale == other.scale
    return one.type == other.type and one.type is not Type.FLOAT
