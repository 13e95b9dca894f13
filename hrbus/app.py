"""The hub of one site: its settings made into routes that run.

    with App.open(site) as app:
        summary = app.run("applicants")

This is where settings, plug-ins, mappings and the ledger meet. Proving all of them before anything runs is
``hrbus.checkup``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from collections.abc import Mapping as Map
from functools import cached_property
from types import TracebackType
from typing import Self

from hrbus import flow, lookups, privacy, settings
from hrbus.checkup import layout_of, read_mapping
from hrbus.clock import Clock, SystemClock
from hrbus.errors import ConfigError, Fault
from hrbus.flow import Progress
from hrbus.flow.lookup import Lookup
from hrbus.flow.progress import quiet
from hrbus.flow.run import never
from hrbus.hrxml import Vocabulary
from hrbus.hrxml import load as load_vocabulary
from hrbus.ledger import Ledger
from hrbus.mapping import Direction, Mapping
from hrbus.registry import Registry
from hrbus.settings import Config
from hrbus.site import Site
from hrbus.spi import Context, Layout, Memory, NoMemory, Summary
from hrbus.spool import Spool

RELEASE = "2.5"
"""The HR-XML release that documents are kept in."""


class App:
    """A site, open for work. Settings are read at once; the ledger is opened when it is first needed."""

    def __init__(self, config: Config, registry: Registry, clock: Clock, note: Callable[[str], None]) -> None:
        self.config = config
        self.site = config.site
        self.registry = registry
        self.clock = clock
        self._note = note

    @classmethod
    def open(
        cls,
        site: Site,
        *,
        environ: Map[str, str] | None = None,
        clock: Clock | None = None,
        note: Callable[[str], None] = lambda line: None,
    ) -> Self:
        """Read the settings of ``site``; ConfigError with every fault. ``note`` takes lines for people."""
        registry = Registry.installed()
        config = settings.load(site, registry, os.environ if environ is None else environ)
        return cls(config, registry, clock or SystemClock(), note)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the ledger, where it was opened."""
        if "ledger" in self.__dict__:
            self.ledger.close()

    @cached_property
    def ledger(self) -> Ledger:
        """The site's ledger, brought up to date."""
        self.site.keep()
        return Ledger(self.site.ledger_url, self.clock)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary that mappings are checked against and documents are judged by."""
        return load_vocabulary(RELEASE, self.site.schemas)

    # --- running ----------------------------------------------------------------------------------------------------

    def run(self, route: str, *, progress: Progress = quiet, stop: Callable[[], bool] = never) -> Summary:
        """Run ``route`` once and return its counts; errors as ``hrbus.flow.run`` raises them."""
        self.site.keep()
        return flow.run(
            self.route(route),
            self.ledger,
            spool=Spool(self.site.spool),
            progress=progress,
            stop=stop,
            note=self._note,
        )

    def needed_by(self, route: str) -> tuple[str, ...]:
        """Return the routes that keep what ``route`` refers to, and then ``route`` itself."""
        found: list[str] = []

        def add(name: str) -> None:
            if name not in found and name != route:
                for other in self._named(name).reference.values():
                    add(other)
                found.append(name)

        for name in self._named(route).reference.values():
            add(name)
        return (*found, route)

    def route(self, name: str) -> flow.Route:
        """Return the route ``name`` with all its parts; ConfigError with every fault of its mappings."""
        found = self._named(name)
        context = self.context(self.ledger.memory(name))
        codec = found.source.codec.make(context)
        target_codec = found.target.codec.make(context) if found.target else None
        into = self._proven(found.into, codec.layout, Direction.INTO)
        out = self._proven(found.out, target_codec.layout, Direction.OUT) if found.out and target_codec else None
        self._lawful(found, into, out)
        joined = out.join if out else {}
        return flow.Route(
            name=name,
            source=found.source.make(context),
            codec=codec,
            into=into,
            vocabulary=self.vocabulary,
            key=found.key,
            ignore=found.ignore,
            take=found.take,
            target=found.target.make(target_codec, context) if found.target and target_codec else None,
            out=out,
            references={root: other for root, other in found.reference.items() if root in joined},
            lookups=self._lookups(found, into, out),
            reading=repr(found.source.codec.settings),
            at_once=min(filter(None, (into.rows_at_once, out.rows_at_once if out else None)), default=None),
            on_change=found.on_change,
        )

    def _lookups(self, route: settings.Route, into: Mapping, out: Mapping | None) -> tuple[Lookup, ...]:
        """Return the reference inputs of a route; ConfigError with every fault of them."""
        found, faults = [], list(lookups.names(route, into, out))
        for name, reference in into.references.items() if not faults else ():
            other = self._named(route.reference[name])
            mapping, layout = self._kept_by(other)
            told = lookups.fits(route, into, reference, other, mapping, layout)
            faults += [fault for fault in told if not fault.warning]
            found.append((reference, other, mapping))
        if faults:
            raise ConfigError(faults)
        return tuple(lookups.ready(reference, other, into, mapping) for reference, other, mapping in found)

    def _kept_by(self, other: settings.Route) -> tuple[Mapping, Layout]:
        """Return the mapping by which a route keeps its documents, and the layout of its records."""
        layout = other.source.codec.make(self.context()).layout
        return self._proven(other.into, layout, Direction.INTO), layout

    def _lawful(self, route: settings.Route, into: Mapping, out: Mapping | None) -> None:
        """Refuse a route that lets data through where config/privacy.yaml does not."""
        mappings: dict[str, Mapping | None] = {route.into: into}
        if route.out:
            mappings[route.out] = out
        for name in self.needed_by(route.name)[:-1]:
            other = self._named(name)
            mappings.setdefault(other.into, self._kept_by(other)[0])
        faults = [fault for fault in privacy.of_route(self.config, route, mappings) if not fault.warning]
        if faults:
            raise ConfigError(faults)

    def context(self, memory: Memory | None = None) -> Context:
        """Return what adapters and codecs of this site may use; without ``memory`` nothing is remembered."""
        return Context(self.site.root, self.clock, memory or NoMemory(), self._note)

    def _named(self, name: str) -> settings.Route:
        if name in self.config.routes:
            return self.config.routes[name]
        known = ", ".join(self.config.routes) or "none"
        raise ConfigError(Fault(f"there is no route {name}", hint=f"config/routes.yaml has: {known}"))

    def layout(self, name: str) -> Layout:
        """Return the layout in the file ``name`` below mappings/; the codec that knows its ending reads it."""
        return layout_of(self.config, self.registry)(name)

    def _proven(self, name: str, layout: Layout, way: Direction) -> Mapping:
        """Return a mapping that may be used in one direction; ConfigError with every fault of it."""
        found = read_mapping(
            self.site, name, lambda named: layout, self.vocabulary, self.clock, self.layout, writes=True
        )
        faults = [fault for fault in found.check(way) if not fault.warning]
        if faults:
            raise ConfigError(faults)
        return found
