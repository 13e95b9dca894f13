"""Reading the settings of a site: three files in, one ``Config`` or one ConfigError with every fault out.

    config = load(site, Registry.installed(), os.environ)

What is looked at: the YAML itself, the fixed part of each entry, the adapter's part by the adapter's own model, the
secrets, and every name that points from one file to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from re import fullmatch
from typing import Any, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from hrbus.errors import ConfigError, Fault, Place
from hrbus.registry import Registry
from hrbus.settings.model import (
    FILES,
    NAME,
    PRIVACY,
    CodecModel,
    CodecPart,
    Config,
    Connection,
    ConnectionModel,
    EndModel,
    Job,
    JobModel,
    Route,
    RouteModel,
    SourcePart,
    TargetPart,
)
from hrbus.settings.privacy import LEDGER, Privacy, PrivacyModel
from hrbus.site import Site
from hrbus.spi import Adapter, Kind, Settings
from hrbus.yaml import Entries, Node, Secret, Text, faults_of
from hrbus.yaml import load as load_yaml

_HEADS = (ConnectionModel, RouteModel, EndModel, CodecModel)

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


def load(site: Site, registry: Registry, environ: Mapping[str, str], *, secrets: bool = True) -> Config:
    """Return the checked settings of ``site``; ConfigError with every fault, in the order of the files.

    A secret that is not there is a fault at the line that names it, unless ``secrets`` is false: then nothing can be
    connected. jobs.yaml may be missing, so that nothing runs by itself; so may privacy.yaml. No mapping is read; that
    the mapping files exist is looked at.
    """
    reader = _Reader(site, registry, environ, secrets)
    connections = reader.connections()
    routes = reader.routes(connections)
    jobs = reader.jobs(routes)
    privacy = reader.privacy(connections, routes)
    if reader.faults:
        raise ConfigError(reader.faults)
    return Config(
        site,
        {name: found.whole for name, found in (connections or {}).items() if found.whole},
        {name: route for name, route in (routes or {}).items() if route},
        jobs,
        privacy,
    )


@dataclass
class _Found:
    """A connection as far as it could be read: its adapter is enough to check the routes that use it."""

    adapter: Adapter | None
    whole: Connection | None


@dataclass
class _Reader:
    """Collects faults while it reads. A part that is at fault comes back as None and is not complained of twice."""

    site: Site
    registry: Registry
    environ: Mapping[str, str]
    secrets: bool = True
    faults: list[Fault] = field(default_factory=list)

    # --- the three files -------------------------------------------------------------------------------------------

    def connections(self) -> dict[str, _Found] | None:
        """Return the connections by name; None where the file cannot be read."""
        entries = self.entries("connections")
        if entries is None:
            return None
        return {name: self.connection(name, node) for name, node in entries.items()}

    def routes(self, connections: Mapping[str, _Found] | None) -> dict[str, Route | None] | None:
        """Return the routes by name, None for one that is at fault; None where the file cannot be read."""
        entries = self.entries("routes")
        if entries is None:
            return None
        known = list(entries)
        return {name: self.route(name, node, connections, known) for name, node in entries.items()}

    def jobs(self, routes: Mapping[str, Route | None] | None) -> dict[str, Job]:
        """Return the jobs that are without fault, by name."""
        entries = self.entries("jobs") or {}
        jobs = {}
        for name, node in entries.items():
            path = f"jobs.{name}"
            model = self.model(JobModel, node, path)
            if model is None:
                continue
            if routes is not None:
                for number, route in enumerate(model.routes):
                    self.known(route, routes, "route", _place(node, "routes", number), f"{path}.routes")
            jobs[name] = Job.of(name, model, node.place)
        return jobs

    def privacy(
        self, connections: Mapping[str, _Found] | None, routes: Mapping[str, Route | None] | None
    ) -> Privacy | None:
        """Return what privacy.yaml says; None where there is none, or it is at fault."""
        file = self.site.config / PRIVACY
        if not file.exists():
            return None
        node = self.tried(lambda: load_yaml(file, self.site.shown(file)))
        if not isinstance(node, Entries):
            if node is not None:
                self.faults.append(Fault("must begin with classes:", node.place))
            return None
        model = self.model(PrivacyModel, node, "")
        if model is None:
            return None
        targets = None if connections is None else {LEDGER, *connections}
        odd = tuple(self.odd(node, model, routes, targets))
        return Privacy(model.classes, model.purposes, model.recipients, model.unnamed, node.place, odd)

    def odd(
        self, node: Entries, model: PrivacyModel, routes: Iterable[str] | None, targets: Iterable[str] | None
    ) -> Iterator[Fault]:
        """Keep what is wrong within the file, and yield a warning for each route or target that the site lacks."""
        served: dict[str, str] = {}
        for name, purpose in model.purposes.items():
            path = f"purposes.{name}"
            for number, route in enumerate(purpose.routes):
                place = _place(node, "purposes", name, "routes", number)
                if served.setdefault(route, name) != name:
                    self.faults.append(Fault(f"{route} serves {served[route]} already", place, f"{path}.routes"))
                yield from _lacking(route, routes, "route", place, f"{path}.routes")
            for target, classes in purpose.reach.items():
                place, where = _place(node, "purposes", name, "reach", target), f"{path}.reach"
                for each in classes:
                    self.known(each, model.classes, "class", place, f"{where}.{target}")
                yield from _lacking(target, targets, "target", place, where)
        for name in model.recipients:
            yield from _lacking(name, targets, "target", _place(node, "recipients", name), "recipients")

    # --- one entry -------------------------------------------------------------------------------------------------

    def connection(self, name: str, node: Entries) -> _Found:
        path = f"connections.{name}"
        head, rest = _split(node, ConnectionModel)
        model = self.model(ConnectionModel, head, path)
        if model is None:
            return _Found(None, None)
        adapter = self.tried(lambda: self.registry.adapter(model.adapter, _place(node, "adapter"), f"{path}.adapter"))
        if adapter is None:
            return _Found(None, None)
        settings = self.model(adapter.connection, rest, path)
        return _Found(adapter, Connection(name, adapter, settings) if settings else None)

    def route(
        self, name: str, node: Entries, connections: Mapping[str, _Found] | None, routes: Iterable[str]
    ) -> Route | None:
        path = f"routes.{name}"
        before = len(self.faults)
        model = self.model(RouteModel, node, path)
        source = self.end(node.get("from"), f"{path}.from", connections, SourcePart)
        target = self.end(node.get("to"), f"{path}.to", connections, TargetPart)
        if model is None:
            return None
        for key, mapping in (("into", model.into), ("out", model.out)):
            if mapping is not None:
                self.mapping(mapping, _place(node, key), f"{path}.{key}")
        for root, other in model.reference.items():
            place = _place(node, "reference", root)
            self.known(other, set(routes) - {name}, "other route", place, f"{path}.reference.{root}")
        if source is None or len(self.faults) > before:
            return None
        return Route(
            name, source, model.key, model.ignore, model.take, model.into, model.reference, model.out,
            model.on_change, model.validate_, target, node.place,
        )  # fmt: skip

    def end(
        self,
        node: Node | None,
        path: str,
        connections: Mapping[str, _Found] | None,
        part: type[SourcePart] | type[TargetPart],
    ) -> Any:
        """Return the source or target that ``node`` describes; None where it is missing or at fault."""
        if not isinstance(node, Entries):
            return None  # the model of the route says what is expected here
        head, rest = _split(node, EndModel)
        model = self.model(EndModel, head, path)
        codec = self.codec(node.get("codec"), f"{path}.codec")
        if model is None or connections is None:
            return None
        place, where = _place(node, "connection"), f"{path}.connection"
        if not self.known(model.connection, connections, "connection", place, where):
            return None
        found = connections[model.connection]
        if found.adapter is None:
            return None
        kind = self.kind(found.adapter, part, place, where)
        settings = self.model(kind.settings, rest, path) if kind else None
        if settings is None or codec is None or found.whole is None:
            return None
        return part(found.whole, settings, codec)

    def kind(self, adapter: Adapter, part: type[Any], place: Place, path: str) -> Kind | None:
        kind = adapter.source if part is SourcePart else adapter.target
        if kind is None:
            can = "be read from" if part is SourcePart else "be written to"
            self.faults.append(Fault(f"the adapter {adapter.name} cannot {can}", place, path))
        return kind

    def codec(self, node: Node | None, path: str) -> CodecPart | None:
        if not isinstance(node, Entries):
            return None
        head, rest = _split(node, CodecModel)
        model = self.model(CodecModel, head, path)
        if model is None:
            return None
        kind = self.tried(lambda: self.registry.codec(model.type, _place(node, "type"), f"{path}.type"))
        settings = self.model(kind.settings, rest, path) if kind else None
        return CodecPart(kind, settings) if kind and settings else None

    def mapping(self, name: str, place: Place, path: str) -> None:
        file = self.site.below_mappings(name)
        if file is None:
            self.faults.append(Fault("leads out of mappings/", place, path, hint="keep mappings below mappings/"))
        elif not file.is_file():
            there = [str(p.relative_to(self.site.mappings)) for p in self.site.mappings.rglob("*.yaml")]
            self.faults.append(Fault(f"there is no mapping mappings/{name}", place, path, hint=_meant(name, there)))

    # --- how faults are collected ----------------------------------------------------------------------------------

    def entries(self, kind: str) -> dict[str, Entries] | None:
        """Return what stands below the one key of the file ``kind``; None where the file is at fault."""
        file = self.site.config / FILES[kind]
        if kind == "jobs" and not file.exists():
            return {}
        node = self.tried(lambda: load_yaml(file, self.site.shown(file)))
        if node is None:
            return None
        found = node.get(kind) if isinstance(node, Entries) else None
        for key, place in node.keys.items() if isinstance(node, Entries) else ():
            if key != kind:
                self.faults.append(Fault("unknown key", place, key, hint=f"this file begins with {kind}:"))
        if not isinstance(found, Entries):
            if isinstance(found, Text) and not found.value and not found.secret:
                return {}  # the key alone: nothing is declared yet
            self.faults.append(
                Fault(f"must begin with {kind}: and hold a name for each", Place(self.site.shown(file)))
            )
            return None
        named = {name: self.named(kind, name, child, found) for name, child in found.entries.items()}
        return {name: child for name, child in named.items() if child is not None}

    def named(self, kind: str, name: str, node: Node, parent: Entries) -> Entries | None:
        place, path = parent.keys[name], f"{kind}.{name}"
        if not fullmatch(NAME, name):
            hint = "begin with a small letter; then small letters, digits, - and _"
            self.faults.append(Fault("this name cannot be used", place, path, hint=hint))
        if not isinstance(node, Entries):
            self.faults.append(Fault("must hold settings, one a line", place, path))
            return None
        return node

    def model(self, model: type[M], node: Entries, path: str) -> M | None:
        """Return ``node`` as ``model``; None, with the faults kept, where it or one of its secrets is at fault."""
        lost: set[Place] = set()

        def resolve(secret: Secret) -> str:
            if model in _HEADS:
                return str(secret)  # what is below belongs to an adapter or codec, whose model asks for it
            try:
                return secret.resolve(self.environ, self.site.root)
            except ConfigError as error:
                if self.secrets:
                    self.faults.extend(Fault(f.message, f.place, path, f.hint) for f in error.faults)
                    lost.add(secret.place)
                return "?"

        plain = node.plain(resolve)
        try:
            made = model.model_validate(plain)
            self.faults.extend(_in_clear(made, node, path))
        except ValidationError as error:
            self.faults.extend(f for f in faults_of(error, node, model, path) if f.place not in lost)
            return None
        except ConfigError as error:
            self.faults.extend(error.faults)
            return None
        return None if lost else made

    def tried(self, work: Callable[[], T]) -> T | None:
        """Return what ``work`` gives; None, with its faults kept, where it raises ConfigError."""
        try:
            return work()
        except ConfigError as error:
            self.faults.extend(error.faults)
            return None

    def known(self, name: str, names: Iterable[str], word: str, place: Place, path: str) -> bool:
        if name in names:
            return True
        self.faults.append(Fault(f"there is no {word} {name}", place, path, hint=_meant(name, names)))
        return False


def _split(node: Entries, head: type[Settings]) -> tuple[Entries, Entries]:
    """Return ``node`` as two: the keys that ``head`` knows, and those that belong to an adapter or codec."""
    names = {f.alias or name for name, f in head.model_fields.items()}
    first = {key: child for key, child in node.entries.items() if key in names}
    rest = {key: child for key, child in node.entries.items() if key not in names}
    return Entries(first, node.place, node.keys, node.flow), Entries(rest, node.place, node.keys, node.flow)


def _place(node: Node, *steps: str | int) -> Place:
    """Return where the value at ``steps`` below ``node`` stands, or the nearest thing above it that is there."""
    for step in steps:
        if isinstance(node, Entries):
            child = node.get(str(step))
        else:
            child = None if isinstance(node, Text) else node.items[int(step)]
        if child is None:
            return node.place
        node = child
    return node.place


def _lacking(name: str, names: Iterable[str] | None, word: str, place: Place, path: str) -> Iterator[Fault]:
    if names is not None and name not in names:
        yield Fault(f"there is no {word} {name}", place, path, _meant(name, names), warning=True)


def _meant(name: str, names: Iterable[str]) -> str:
    known = sorted(names)
    near = get_close_matches(name, known, 1)
    if near:
        return f"did you mean {near[0]}?"
    return f"known here: {', '.join(known)}" if known else "none is declared yet"


def _in_clear(made: BaseModel, node: Node, path: str) -> Iterator[Fault]:
    """Yield a fault for every secret that is written into the file itself, where copies and backups show it."""
    if not isinstance(node, Entries):
        return
    for name, declared in type(made).model_fields.items():
        key = declared.alias or name
        below, value = node.entries.get(key), getattr(made, name)
        if isinstance(value, BaseModel) and below is not None:
            yield from _in_clear(value, below, f"{path}.{key}")
        elif isinstance(value, SecretStr) and isinstance(below, Text) and below.secret is None:
            hint = "write !env NAME, or !file PATH with the secret in that file"
            yield Fault("a secret does not stand in a file of settings", below.place, f"{path}.{key}", hint)
