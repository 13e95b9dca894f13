"""Reference inputs of a route: proving that they fit, and making them ready.

    for fault in names(route, into, out): ...
    for fault in fits(route, reference, other, mapping, layout): ...
    lookup = ready(reference, other, into, mapping)

``other`` is the route that keeps a reference's records, ``mapping`` the one by which it does: what the ledger keeps
are documents, so a field can be read where that mapping gives it back.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from hrbus.errors import Fault
from hrbus.flow.lookup import Lookup
from hrbus.mapping import Mapping
from hrbus.mapping.fields import Way, fed, used
from hrbus.mapping.kinds import column_dtype
from hrbus.mapping.out import feeds
from hrbus.mapping.references import Reference
from hrbus.settings import Route
from hrbus.spi import Layout


def names(route: Route, into: Mapping | None, out: Mapping | None) -> Iterator[Fault]:
    """Yield a fault for each reference that the mappings read and the route does not name, or the other way round."""
    path = f"routes.{route.name}.reference"
    wanted: dict[str, str | None] = dict.fromkeys(into.references if into else (), route.into)
    wanted |= dict.fromkeys(out.join if out else (), route.out)
    for name in sorted(set(wanted) - set(route.reference)):
        message = f"{wanted[name]} also reads {name}"
        yield Fault(message, route.place, path, f"write reference: and below it {name}: ROUTE")
    if into is None or (out is None and route.out):
        return  # what is at fault may be the one that reads it
    readers = " and ".join(filter(None, (route.into, route.out)))
    for name in sorted(set(route.reference) - set(wanted)):
        hint = "take it out, or join it in the mapping"
        yield Fault(f"{readers} read{'s' * (route.out is None)} no {name}", route.place, f"{path}.{name}", hint)


def fits(
    route: Route, into: Mapping, reference: Reference, other: Route, mapping: Mapping, layout: Layout
) -> Iterator[Fault]:
    """Yield what keeps a reference's records from being read; ``layout`` is that of the other route's codec."""
    path = f"routes.{route.name}.reference.{reference.name}"
    there = layout.columns()
    for name, field in reference.layout.columns().items():
        if name not in there or there[name].type != field.type:
            message = f"{reference.name} is written for {reference.layout.name}, but {other.name} reads {layout.name}"
            yield Fault(message, reference.place, path, f"they differ in {name}: name the same layout in both")
            return
    keys = [theirs.column for theirs, _ in reference.on]
    if set(keys) != set(other.key[: len(keys)]):
        said = ", ".join(other.key)
        hint = f"join on the first of its key: {said}; or let it begin with {', '.join(keys)}"
        yield Fault(f"the key of {other.name} does not begin with what {reference.name} is joined on",
                    reference.place, path, hint)  # fmt: skip
    given = fed({mapping.root: mapping.trees[mapping.root]})
    for way in sorted(_wanted(into, reference) - given):
        message = f"{'.'.join((reference.name, *way))} is not kept by {other.name}"
        hint = f"let {other.into} map it by a field and converters that have a way back"
        yield Fault(message, reference.place, path, hint)
    top = {way[0] for way in _wanted(into, reference)}
    for field, feed in feeds((mapping.trees[mapping.root],)).items():
        if field.column in top and feed.leaf.lossy:
            message = f"{reference.name}.{field.name} is read as {other.name} keeps it: {feed.leaf.lossy}"
            yield Fault(message, reference.place, path, warning=True)


def _wanted(into: Mapping, reference: Reference) -> set[Way]:
    """Return the ways in a reference's layout that a mapping reads."""
    every = used((into.trees[into.root],))
    return {way[1:] for way in every if way[0] == reference.name and len(way) > 1}


def ready(reference: Reference, other: Route, into: Mapping, mapping: Mapping) -> Lookup:
    """Return the lookup of a reference that fits."""
    ours = {theirs.column: mine.column for theirs, mine in reference.on}
    keys = tuple(ours[column] for column in other.key[: len(ours)])
    columns = tuple(sorted({way[0] for way in _wanted(into, reference)}))
    dtype = pl.Struct({name: column_dtype(field) for name, field in reference.layout.columns().items()})
    return Lookup(reference.name, other.name, keys, len(other.key), reference.most, columns, dtype, mapping)
