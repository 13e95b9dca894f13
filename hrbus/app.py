"""The hub of one site: its settings made into routes that run.

    with App.open(site) as app:
        app.check()                     # every fault of every file; moves nothing
        summary = app.run("applicants")

This is the one place where settings, plug-ins, mappings and the ledger meet.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from hrbus import flow, mapping, settings
from hrbus.clock import Clock, SystemClock
from hrbus.errors import ConfigError, Fault, HrbusError, Place
from hrbus.flow import Progress
from hrbus.flow.progress import quiet
from hrbus.flow.run import never
from hrbus.hrxml import Vocabulary
from hrbus.hrxml import load as load_vocabulary
from hrbus.ledger import Ledger, OnChange
from hrbus.mapping import Direction
from hrbus.registry import Registry
from hrbus.settings import Config
from hrbus.site import Site
from hrbus.spi import Batch, Codec, Context, Layout, Memory, Summary
from hrbus.spool import Spool
from hrbus.values import Documents

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
        self._layouts: dict[Path, Layout] = {}

    @classmethod
    def open(
        cls,
        site: Site,
        *,
        environ: Mapping[str, str] | None = None,
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
        return flow.run(self.route(route), self.ledger, spool=Spool(self.site.spool), progress=progress, stop=stop)

    def needed_by(self, route: str) -> tuple[str, ...]:
        """Return the routes that keep what ``route`` refers to, and then ``route`` itself."""
        return (*self._named(route).reference.values(), route)

    def route(self, name: str) -> flow.Route:
        """Return the route ``name`` with all its parts; ConfigError with every fault of its mappings."""
        found = self._named(name)
        context = self.context(self.ledger.memory(name))
        codec = found.source.codec.make(context)
        target_codec = found.target.codec.make(context) if found.target else None
        into, out, faults = self._mappings(found, codec, target_codec)
        if into is None or any(not fault.warning for fault in faults):
            raise ConfigError(faults)
        return flow.Route(
            name=name,
            source=found.source.make(context),
            codec=codec,
            into=into,
            vocabulary=self.vocabulary,
            key=found.key,
            ignore=found.ignore,
            target=found.target.make(target_codec, context) if found.target and target_codec else None,
            out=_Outward(out) if out else None,
            references=found.reference,
            on_change=OnChange(found.on_change.value),
        )

    def context(self, memory: Memory | None = None) -> Context:
        """Return what adapters and codecs of this site may use; without ``memory`` nothing is remembered."""
        return Context(self.site.root, self.clock, memory or _Forgetful(), self._note)

    def _named(self, name: str) -> settings.Route:
        if name in self.config.routes:
            return self.config.routes[name]
        known = ", ".join(self.config.routes) or "none"
        raise ConfigError(Fault(f"there is no route {name}", hint=f"config/routes.yaml has: {known}"))

    # --- checking ---------------------------------------------------------------------------------------------------

    def check(self) -> list[Fault]:
        """Return every fault and warning of every route's codecs and mappings; nothing is connected."""
        found: list[Fault] = []
        for route in self.config.routes.values():
            try:
                context = self.context()
                codec = route.source.codec.make(context)
                target_codec = route.target.codec.make(context) if route.target else None
                into, out, faults = self._mappings(route, codec, target_codec)
                found += faults
                found += into.check_examples(Direction.INTO) if into else ()
                found += out.check_examples(Direction.OUT) if out else ()
            except ConfigError as error:
                found += [_placed(fault, route.place, f"routes.{route.name}") for fault in error.faults]
        return list(dict.fromkeys(found))

    def probe(self) -> Iterator[tuple[str, str, HrbusError | None]]:
        """Reach out to every end of every route; yield its name, what was found, and what is wrong there."""
        for route in self.config.routes.values():
            context = self.context()
            codec = route.source.codec.make(context)
            ends = [("from", route.source.make(context))]
            if route.target:
                ends.append(("to", route.target.make(codec, context)))  # type: ignore[arg-type]
            for side, end in ends:
                if not hasattr(end, "probe"):
                    continue
                try:
                    yield f"{route.name} {side}", end.probe(), None
                except HrbusError as error:
                    yield f"{route.name} {side}", "", error

    def layout(self, name: str) -> Layout:
        """Return the layout in the file ``name`` below mappings/; the codec that knows its ending reads it."""
        path = self.context().resolve(name, "mappings")
        if path not in self._layouts:
            kind = self.registry.codec_for(path)
            if kind.layout is None:
                raise ConfigError(Fault(f"the codec {kind.name} reads no layouts such as {name}"))
            if not path.is_file():
                raise ConfigError(Fault(f"there is no layout {name} below mappings/"))
            self._layouts[path] = kind.layout(path)
        return self._layouts[path]

    def mapping(self, name: str, layout: Layout | None = None) -> mapping.Mapping:
        """Return the mapping in the file ``name`` below mappings/, held against ``layout`` where one is given."""
        path = self.context().resolve(name, "mappings")
        return mapping.load(
            path,
            layout_of=lambda named: layout or self.layout(named),
            vocabulary=self.vocabulary,
            tables=self.site.mappings,
            name=self.site.shown(path),
        )

    def _mappings(
        self, route: settings.Route, codec: Codec, target_codec: Codec | None
    ) -> tuple[mapping.Mapping | None, mapping.Mapping | None, list[Fault]]:
        """Return both mappings of a route, as far as they can be read, with every fault and warning of them."""
        faults: list[Fault] = []

        def read(name: str, layout: Layout, way: Direction) -> mapping.Mapping | None:
            try:
                found = self.mapping(name, layout)
            except ConfigError as error:
                faults.extend(error.faults)
                return None
            faults.extend(found.check(way))
            return found

        into = read(route.into, codec.layout, Direction.INTO)
        out = read(route.out, target_codec.layout, Direction.OUT) if route.out and target_codec else None
        if into and out and into.root != out.root:
            message = f"{route.into} makes {into.root}, but {route.out} begins with {out.root}"
            faults.append(Fault(message, route.place, f"routes.{route.name}", hint="both must meet in one document"))
        return into, out, faults


def _placed(fault: Fault, place: Place, path: str) -> Fault:
    return fault if fault.place else Fault(fault.message, place, path, fault.hint, fault.warning)


class _Forgetful:
    """A memory for what must leave no trace: checks and probes."""

    def get(self, key: str) -> str | None:
        """Know nothing."""
        return None

    def set(self, key: str, value: str) -> None:
        """Keep nothing."""

    def forget(self, key: str) -> None:
        """Drop nothing."""


class _Outward:
    """A mapping as the flow uses it on the way out."""

    def __init__(self, used: mapping.Mapping) -> None:
        self._used = used
        self.root = used.root
        self.paths = used.paths
        self.join = used.join

    def out(self, documents: Documents, *, at: datetime, sequence: int) -> Batch:
        """Return the batch that the documents stand for."""
        return self._used.out(documents, mapping.Run(at, sequence))
