"""The first and last record of a file of fixed width: what they must say, and what is written into them."""

from __future__ import annotations

import re

import polars as pl

from adapters.fixed.places import Places
from adapters.fixed.settings import EdgeSettings, FixedSettings, TrailerSettings
from adapters.flat.layout import known
from hrbus.spi import BatchError, Clock, ConfigError, Delivery, Fault, Layout, Type

_RUN = re.compile(r"run\(\s*(\w+)\s*\)")
_RUNS = ("date", "sequence")


class Edge:
    """A header or trailer. The constants that ``set`` gives are what it is known by."""

    def __init__(
        self, layout: Layout, edge: EdgeSettings, settings: FixedSettings, clock: Clock, path: str = "header"
    ) -> None:
        known(layout, edge.set, f"{path}.set")
        count = edge.count if isinstance(edge, TrailerSettings) else ""
        known(layout, [count] if count else [], f"{path}.count")
        for name, value in edge.set.items():
            if (run := _RUN.fullmatch(value)) and run[1] not in _RUNS:
                raise ConfigError(Fault(f"{path}.set.{name}: unknown {value}", hint="use run(date) or run(sequence)"))
        if count and layout.columns()[count].type is not Type.INTEGER:
            raise ConfigError(Fault(f"{path}.count: {count} is no whole number, so it holds no count"))
        self.places = Places(layout, settings.model_copy(update={"align": {}, "pad": {}, "record_length": None}))
        self.path = path
        self.count = count
        self._set = edge.set
        self._clock = clock
        self._zone = settings.time_zone

    def check(self, body: bytes, artifact: str) -> int | None:
        """Return the count that the record holds; BatchError where it is not this edge."""
        frame, failures, strange = self.places.read([body])
        for field, reason in [*failures.values(), *strange.values()]:
            raise BatchError(f"{artifact}: the {self.path} record: {field}: {reason}")
        for field, value in self._set.items():
            if _RUN.fullmatch(value):
                continue
            wanted = self.places.value(field, value)
            if frame[field][0] != wanted:
                raise BatchError(
                    f"{artifact} has no {self.path}: {field} is not {value};"
                    " the file is cut, or its records have another length"
                )
        return int(frame[self.count][0] or 0) if self.count else None

    def record(self, delivery: Delivery | None, count: int) -> bytes:
        """Return the record as it is written, without line end."""
        values = {name: self._value(said, delivery) for name, said in self._set.items()}
        if self.count:
            values[self.count] = str(count)
        frame = pl.DataFrame({name: [value] for name, value in values.items()} or {"": [None]})
        bodies, failures = self.places.write(frame)
        for field, reason in failures.values():
            raise BatchError(f"the {self.path} record: {field}: {reason}")
        return bodies[0]

    def _value(self, said: str, delivery: Delivery | None) -> str:
        run = _RUN.fullmatch(said)
        if run and run[1] == "date":
            return self._clock.now().astimezone(self._zone).strftime("%Y%m%d")
        if run:
            return str(delivery.sequence if delivery else 1)
        return said
