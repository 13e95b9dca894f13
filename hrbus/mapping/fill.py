"""What no document carries and a layout wants all the same, going backward: constants, and facts of the run.

    fill:
      RES-REC-TYPE: const(D)
      RES-WRITTEN-ON: run(date)
      RES-FILE-NO: run(sequence)

``run(date)``, ``run(time)`` and ``run(moment)`` take a form of strftime as second argument; ``run(sequence)`` counts
the deliveries of a route.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from hrbus.errors import ConfigError, Fault
from hrbus.mapping.fields import Way, locate, near
from hrbus.mapping.kinds import Kind, from_text
from hrbus.mapping.ranges import NOTHING, Range
from hrbus.mapping.rules import Rules
from hrbus.spi import Field, Layout

FACTS = {
    "date": ("%Y%m%d", "%Y-%m-%d"),
    "time": ("%H%M%S", "%H:%M:%S"),
    "moment": ("%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S%:z"),
}


_LAST = datetime(2029, 12, 31, 23, 59, 59, tzinfo=UTC)
"""A moment that is as long as any when it is written in numbers."""


@dataclass(frozen=True)
class Run:
    """What a mapping may know of the run it is part of: its moment, in the zone that counts, and its number."""

    moment: datetime
    sequence: int


@dataclass(frozen=True)
class Fill:
    """A field and what it is filled with: a constant ``text``, or a ``fact`` of the run in a form."""

    field: Field
    text: str = ""
    fact: str = ""
    form: str = ""

    def value(self, run: Run | None) -> pl.Expr:
        """Return the value for every record; ValueError where the run is needed and not told."""
        kind, text = Kind.of(self.field), self.text
        if self.fact:
            if run is None:
                raise ValueError(f"{self.field.name} is filled with run({self.fact}), and no run was given")
            text = str(run.sequence) if self.fact == "sequence" else _moment(run.moment, self.form)
        value = from_text(pl.lit(text), kind)
        if pl.select(value.alias("value")).item() is None:
            message = f"{self.field.name} is to be filled with {text}, which it cannot hold"
            raise ConfigError(
                Fault(message, self.field.place, hint="widen the field, or fill it with something else")
            )
        return value.cast(kind.dtype).alias(self.field.column)

    @property
    def range(self) -> Range:
        """What the field may be filled with. A number of a run grows; ``value`` refuses one that does not fit."""
        if not self.fact:
            return Range.of_texts([self.text])
        if self.fact == "sequence":
            return NOTHING
        shown = _moment(_LAST, self.form)
        return Range(None, len(shown), frozenset(string.printable) | frozenset(self.form))


def _moment(moment: datetime, form: str) -> str:
    zone = moment.strftime("%z")  # "%:z" is not known to every platform
    return moment.strftime(form.replace("%:z", f"{zone[:3]}:{zone[3:]}" if zone else ""))


def bind_fill(rules: Rules, layout: Layout, known: Iterable[Way]) -> tuple[list[Fill], list[Fault]]:
    """Return what ``fill:`` says, held against the layout, and its faults."""
    found: list[Fill] = []
    faults: list[Fault] = []
    every = list(known)
    for name, rule in rules.fill.items():
        place, path = rules.fill_places[name], f"fill.{name}"
        ways = locate(name, every)
        field = layout.find(name) if len(ways) == 1 and len(ways[0]) == 1 else None
        if not ways:
            faults.append(Fault(f"{layout.name} has no field {name}", place, path, near(name, every)))
        elif field is None or field.many:
            faults.append(Fault("only a field that stands once in a record can be filled", place, path))
        elif rule.leaf is not None:
            fill = _bind(field, rule.leaf.head.name, rule.leaf.head.arguments)
            if isinstance(fill, Fill) and not rule.leaf.pipes:
                found.append(fill)
            else:
                message = fill if isinstance(fill, str) else "converters have no place here"
                faults.append(Fault(message, rule.place, path, "write const(text), run(date) or run(sequence)"))
    return found, faults


def _bind(field: Field, head: str, arguments: tuple[str, ...] | None) -> Fill | str:
    arguments = arguments or ()
    if head == "const" and len(arguments) == 1:
        fits = pl.select(from_text(pl.lit(arguments[0]), Kind.of(field)).alias("value")).item() is not None
        return Fill(field, text=arguments[0]) if fits else f"{arguments[0]!r} is not a value of {field.name}"
    if head == "run" and arguments == ("sequence",):
        return Fill(field, fact="sequence")
    if head == "run" and arguments and arguments[0] in FACTS and len(arguments) <= 2:
        digits, text = FACTS[arguments[0]]
        form = arguments[1] if len(arguments) == 2 else digits if Kind.of(field).number else text
        return Fill(field, fact=arguments[0], form=form)
    return "is not something that a field can be filled with"
