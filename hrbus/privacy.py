"""Proving that data go only where they may: each field is followed through the mappings of a route to its targets.

    for passage in passages(route, mappings, privacy): print(passage)
    for fault in check(config, mappings): print(fault)

A route reaches its ledger, which keeps the document, and the connection that it writes to. Documents of other routes
that the mapping out joins are followed back to their own fields, and so are the reference inputs of the mapping in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hrbus.errors import Fault, Place
from hrbus.mapping import Mapping as Rules
from hrbus.mapping import flows
from hrbus.settings import Config, Route
from hrbus.settings.privacy import LEDGER, Privacy


@dataclass(frozen=True)
class Passage:
    """One field's way to one target.

    ``kind`` is its class, None where no class fits; ``allowed`` says whether the route's purpose lets it through.
    ``field`` is the source's, ``path`` the place in the document, ``written`` the target's (empty: the ledger).
    """

    route: str
    purpose: str | None
    kind: str | None
    sensitive: bool
    field: str
    path: str
    target: str
    written: str
    allowed: bool
    place: Place


@dataclass(frozen=True)
class _Held:
    """What a place in a document holds: a field and its class."""

    field: str
    kind: str | None
    place: Place


def passages(config: Config, route: Route, mappings: Mapping[str, Rules | None]) -> Iterator[Passage]:
    """Yield every way that data take in a route; a mapping that is at fault is left out."""
    privacy = config.privacy
    if privacy is None:
        return
    held = _documents(config, route, mappings, privacy)
    for path, holds in held.items():
        for each in holds:
            yield _passage(privacy, route, each, path, LEDGER, "", each.place)
    rules = mappings.get(route.out) if route.out else None
    if rules is None or route.target is None:
        return
    for other in route.reference.values():
        if other in config.routes:
            held = {**_documents(config, config.routes[other], mappings, privacy), **held}
    for flow in flows.out(tuple(rules.trees.values())):
        own = privacy.of_field(flow.way) or privacy.of_path(flow.path)
        for each in held.get(flow.path) or [_Held("", own, flow.place)]:
            kind = _first(privacy, own, each.kind)
            through = _Held(each.field, kind, flow.place)
            target = route.target.connection.name
            yield _passage(privacy, route, through, flow.path, target, ".".join(flow.way), flow.place)


def _documents(
    config: Config, route: Route, mappings: Mapping[str, Rules | None], privacy: Privacy, above: tuple[str, ...] = ()
) -> dict[str, list[_Held]]:
    """Return what each place of a route's documents holds; ``above`` are the routes that refer to it."""
    rules = mappings.get(route.into)
    held: dict[str, list[_Held]] = {}
    kept = _kept(config, route, rules, mappings, privacy, (*above, route.name)) if rules else {}
    for flow in flows.into(rules.trees[rules.root]) if rules else ():
        way = ".".join(flow.way)
        kind = _first(privacy, privacy.of_field(flow.way), privacy.of_path(flow.path), *kept.get(way, ()))
        held.setdefault(flow.path, []).append(_Held(way, kind, flow.place))
    return held


def _kept(
    config: Config,
    route: Route,
    rules: Rules,
    mappings: Mapping[str, Rules | None],
    privacy: Privacy,
    above: tuple[str, ...],
) -> dict[str, list[str | None]]:
    """Return the classes that the fields of a route's reference inputs have in the routes that keep them."""
    found: dict[str, list[str | None]] = {}
    for name in rules.references:
        other = config.routes.get(route.reference.get(name, ""))
        if other is None or other.name in above:
            continue
        for holds in _documents(config, other, mappings, privacy, above).values():
            for each in holds:
                found.setdefault(f"{name}.{each.field}", []).append(each.kind)
    return found


def _first(privacy: Privacy, *kinds: str | None) -> str | None:
    """Return the class that stands first in the file."""
    return min((kind for kind in kinds if kind), key=privacy.rank, default=None)


def _passage(
    privacy: Privacy, route: Route, held: _Held, path: str, target: str, written: str, place: Place
) -> Passage:
    purpose = privacy.purpose_of(route.name)
    allowed = purpose is not None and held.kind in privacy.purposes[purpose].reach.get(target, ())
    sensitive = held.kind is not None and privacy.classes[held.kind].sensitive
    return Passage(route.name, purpose, held.kind, sensitive, held.field, path, target, written, allowed, place)


def check(config: Config, mappings: Mapping[str, Rules | None]) -> Iterator[Fault]:
    """Yield a fault for every field that reaches what it may not, and a warning where nothing is proven."""
    if config.privacy is None:
        message = "nothing says which data may go where, so nothing is proven about that"
        yield Fault(message, Place("config/privacy.yaml"), hint="write it; hrbus init brings a sample", warning=True)
        return
    yield from config.privacy.odd
    for route in config.routes.values():
        yield from of_route(config, route, mappings)


def of_route(config: Config, route: Route, mappings: Mapping[str, Rules | None]) -> Iterator[Fault]:
    """Yield a fault for every field that reaches what it may not in one route."""
    privacy = config.privacy
    if privacy is None:
        return
    if privacy.purpose_of(route.name) is None:
        message, hint = (
            "serves no purpose of config/privacy.yaml, so nothing is proven about its data",
            "name it in one",
        )
        yield Fault(message, route.place, f"routes.{route.name}", hint, warning=privacy.unnamed == "warn")
        return
    told: set[tuple[str, str]] = set()
    for passage in passages(config, route, mappings):
        subject = passage.field or passage.written
        if not passage.allowed and (subject, passage.target) not in told:
            told.add((subject, passage.target))
            yield _refused(passage, subject)


def _refused(passage: Passage, subject: str) -> Fault:
    way = f"{passage.path} reaches {passage.target}" + (f" as {passage.written}" if passage.written else "")
    if passage.kind is None:
        message = f"{subject} has no class, and by {way}"
        hint = "give it a class in config/privacy.yaml, or drop it"
    else:
        message = f"{subject} is {passage.kind}, which {passage.purpose} does not let through: by {way}"
        hint = f"drop it, or add {passage.kind} to purposes.{passage.purpose}.reach.{passage.target}"
    return Fault(message, passage.place, f"routes.{passage.route}", hint)
