"""Proving a site before any data moves: settings, layouts, mappings, vocabulary, and how they fit each other.

    for fault in check(config, Registry.installed(), SystemClock()): print(fault)

Everything is looked at, whatever else is wrong. Nothing is connected: that is ``probe``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from hrbus import lookups, privacy
from hrbus.clock import Clock
from hrbus.errors import ConfigError, Fault, HrbusError
from hrbus.hrxml import Vocabulary
from hrbus.hrxml import load as load_vocabulary
from hrbus.mapping import Direction, Mapping
from hrbus.mapping import load as load_mapping
from hrbus.registry import Registry
from hrbus.settings import CodecPart, Config, Route, TargetPart
from hrbus.site import Site
from hrbus.spi import Codec, Context, Layout, NoMemory, Target

T = TypeVar("T")


def layout_of(config: Config, registry: Registry) -> Callable[[str], Layout]:
    """Return the function that reads a layout file below mappings/; ConfigError where none can or may."""
    return lambda name: registry.layout(_below_mappings(config.site, name, "layouts"))


def read_mapping(
    site: Site,
    name: str,
    layouts: Callable[[str], Layout],
    vocabulary: Vocabulary,
    clock: Clock,
    reference_of: Callable[[str], Layout] | None = None,
    *,
    writes: bool = False,
) -> Mapping:
    """Return the mapping in the file ``name`` below mappings/; ConfigError with every fault of it.

    ``layouts`` gets the name of the layout that it is written for; ``reference_of``, where it is another function,
    those of its references; ``writes`` lets it write attachments.
    """
    path = _below_mappings(site, name, "mappings")
    shown = site.shown(path)
    return load_mapping(
        path, layout_of=layouts, vocabulary=vocabulary, tables=site.mappings, name=shown, clock=clock,
        reference_of=reference_of, site=site.root, writes=writes,
    )  # fmt: skip


def _below_mappings(site: Site, name: str, what: str) -> Path:
    file = site.below_mappings(name)
    if file is None:
        raise ConfigError(Fault(f"{name} leads out of mappings/", hint=f"keep {what} below mappings/"))
    return file


def check(config: Config, registry: Registry, clock: Clock) -> tuple[Fault, ...]:
    """Return every fault and warning of the routes and mappings; the settings themselves have passed already."""
    try:
        vocabulary = load_vocabulary(folder=config.site.schemas)
    except ConfigError as error:
        return error.faults
    checkup = _Checkup(config, registry, Context(config.site.root, clock, NoMemory()), vocabulary)
    for route in config.routes.values():
        checkup.route(route)
    checkup.spare_mappings()
    checkup.faults += privacy.check(config, checkup.mappings)
    return tuple(dict.fromkeys(checkup.faults))


def mappings_of(config: Config, registry: Registry, clock: Clock) -> dict[str, Mapping | None]:
    """Return the mappings that the routes use, by file; None for one that is at fault."""
    vocabulary = load_vocabulary(folder=config.site.schemas)
    checkup = _Checkup(config, registry, Context(config.site.root, clock, NoMemory()), vocabulary)
    for route in config.routes.values():
        for name in filter(None, (route.into, route.out)):
            checkup.mapping(name)
    return checkup.mappings


def probe(config: Config, clock: Clock) -> Iterator[tuple[str, str | HrbusError]]:
    """Yield each end of each route that can be asked whether it can be reached, with what it said or why not."""
    context = Context(config.site.root, clock, NoMemory())
    for route in config.routes.values():
        yield from _asked(f"{route.name} from {route.source.connection.name}", partial(route.source.make, context))
        if route.target:
            target = partial(_target, route.target, context)
            yield from _asked(f"{route.name} to {route.target.connection.name}", target)


def _target(part: TargetPart, context: Context) -> Target:
    return part.make(part.codec.make(context), context)


def _asked(name: str, make: Callable[[], object]) -> Iterator[tuple[str, str | HrbusError]]:
    try:
        ask = getattr(make(), "probe", None)
        if ask is not None:
            yield name, ask()
    except HrbusError as error:
        yield name, error


@dataclass
class _Checkup:
    """Collects faults; a part that is at fault is left out of what is looked at after it."""

    config: Config
    registry: Registry
    context: Context
    vocabulary: Vocabulary
    faults: list[Fault] = field(default_factory=list)
    mappings: dict[str, Mapping | None] = field(default_factory=dict)

    def route(self, route: Route) -> None:
        path = f"routes.{route.name}"
        codec = self.codec(route, f"{path}.from.codec", route.source.codec)
        self.made(route, f"{path}.from", lambda: route.source.make(self.context))
        if codec:
            self.columns(route, f"{path}.key", codec.layout, route.key)
            self.columns(route, f"{path}.ignore", codec.layout, route.ignore)
            self.columns(route, f"{path}.take", codec.layout, tuple(route.take))
        into = self.mapping(route.into)
        if into:
            self.faults += self.used(into, Direction.INTO)
            self.fits(route, f"{path}.into", into, codec)
        if route.target and route.out:
            self.way_out(route, route.target, route.out)
        self.references(route, into, self.mapping(route.out) if route.out else None)

    def references(self, route: Route, into: Mapping | None, out: Mapping | None) -> None:
        """Look at what the route's mappings read of other routes."""
        self.faults += lookups.names(route, into, out)
        for name, reference in into.references.items() if into else ():
            other = self.config.routes.get(route.reference.get(name, ""))
            mapping = self.mapping(other.into) if other else None
            codec = self.tried(other.source.codec.make, self.context) if other else None
            if into and other and mapping and codec:
                self.faults += lookups.fits(route, into, reference, other, mapping, codec.layout)

    def way_out(self, route: Route, target: TargetPart, name: str) -> None:
        path = f"routes.{route.name}"
        codec = self.codec(route, f"{path}.to.codec", target.codec)
        if codec:
            self.made(route, f"{path}.to", lambda: target.make(codec, self.context))
        out = self.mapping(name)
        if not out:
            return
        self.faults += self.used(out, Direction.OUT)
        self.fits(route, f"{path}.out", out, codec)
        into = self.mapping(route.into)
        if into and into.root != out.root:
            message = f"{route.into} makes {into.root}, but {name} reads {out.root}"
            self.faults.append(Fault(message, route.place, f"{path}.out"))

    def used(self, mapping: Mapping, way: Direction) -> tuple[Fault, ...]:
        return (*mapping.check(way), *mapping.check_examples(way))

    def mapping(self, name: str) -> Mapping | None:
        """Return the mapping, read once; None where it is at fault."""
        if name not in self.mappings:
            layouts = layout_of(self.config, self.registry)
            site, clock = self.config.site, self.context.clock
            self.mappings[name] = self.tried(lambda: read_mapping(site, name, layouts, self.vocabulary, clock))
        return self.mappings[name]

    def spare_mappings(self) -> None:
        """Look at the mappings that no route uses yet: whoever writes one wants to know before its route is there."""
        for file in sorted(self.config.site.mappings.glob("*.yaml")):
            if file.name not in self.mappings:
                spare = self.mapping(file.name)
                self.faults += spare.check_examples(Direction.INTO) if spare else ()

    def codec(self, route: Route, path: str, part: CodecPart) -> Codec | None:
        return self.made(route, path, lambda: part.make(self.context))

    def columns(self, route: Route, path: str, layout: Layout, names: tuple[str, ...]) -> None:
        for name in names:
            if name not in layout.columns():
                near = layout.near(name)
                hint = f"did you mean {near[0]}?" if near else ""
                self.faults.append(Fault(f"the layout {layout.name} has no field {name}", route.place, path, hint))

    def fits(self, route: Route, path: str, mapping: Mapping, codec: Codec | None) -> None:
        """Add a fault where the mapping was written for other records than the codec's."""
        if codec is None:
            return
        there, wanted = codec.layout.columns(), mapping.layout.columns()
        other = next((name for name in wanted if name not in there or there[name].type != wanted[name].type), None)
        if other:
            records = f"{mapping.layout.name}, but the codec reads and writes {codec.layout.name}"
            message = f"{Path(mapping.path).name} is written for {records}"
            hint = f"they differ in {other}: name the same layout in both"
            self.faults.append(Fault(message, route.place, path, hint))

    def made(self, route: Route, path: str, make: Callable[[], T]) -> T | None:
        """Return what ``make`` gives; a fault without a line is told with the path of the route that meant it."""
        try:
            return make()
        except ConfigError as error:
            for fault in error.faults:
                whole = fault.place is None or not fault.place.line  # of a file, say who named it
                placed = Fault(fault.message, fault.place or route.place, fault.path or path, fault.hint)
                self.faults.append(placed if whole else fault)
            return None

    def tried(self, make: Callable[..., T], *given: object) -> T | None:
        try:
            return make(*given)
        except ConfigError as error:
            self.faults += error.faults
            return None
