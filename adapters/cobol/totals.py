"""The first and last record of a file: what they must say, and what is written into them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from adapters.cobol import decode, encode, faults, initial
from adapters.cobol.copybook import Item
from adapters.cobol.plan import Leaf, Options, Plan
from adapters.cobol.planning import compiled
from adapters.cobol.settings import Header, Trailer
from hrbus.spi import RAW, BatchError, Clock, ConfigError, Delivery, Fault, Type

_RUN = re.compile(r"run\(\s*(\w+)\s*\)")
_RUNS = ("date", "sequence")


@dataclass(frozen=True)
class Edge:
    """A header or trailer. ``type`` is its first field where that has a VALUE, by which it is known."""

    plan: Plan
    set: dict[str, str]
    count: str
    clock: Clock | None
    zone: ZoneInfo

    @classmethod
    def of(cls, item: Item, settings: Header, options: Options, clock: Clock | None, zone: ZoneInfo) -> Edge:
        """Return the edge that the settings describe; ConfigError where they name fields that it does not have."""
        plan = compiled(item, options)
        columns = {leaf.column.upper(): leaf for leaf in plan.nodes if isinstance(leaf, Leaf)}
        path = "trailer" if isinstance(settings, Trailer) else "header"
        count = settings.count.upper() if isinstance(settings, Trailer) else ""
        wanted = {name.upper(): value for name, value in settings.set.items()}
        known = ", ".join(columns)
        faults_found = [
            Fault(f"{name} is no field of {item.name}", path=path, hint=f"it has {known}")
            for name in (*wanted, *filter(None, [count]))
            if name not in columns
        ]
        for name, value in wanted.items():
            if (run := _RUN.fullmatch(value)) and run[1] not in _RUNS:
                faults_found.append(
                    Fault(f"{name}: unknown {value}", path=path, hint="use run(date) or run(sequence)")
                )
        if count in columns and columns[count].type is not Type.INTEGER:
            faults_found.append(Fault(f"{count} is no whole number, so it holds no count", path=path))
        if faults_found:
            raise ConfigError(faults_found)
        return cls(plan, wanted, count, clock, zone)

    @property
    def name(self) -> str:
        """The record's name."""
        return self.plan.record.name or "record"

    def check_header(self, record: bytes, artifact: str) -> None:
        """Raise BatchError unless ``record`` is the header."""
        self._read(record, artifact, "first")

    def check_trailer(self, record: bytes, artifact: str, details: int) -> None:
        """Raise BatchError unless ``record`` is the trailer and counts ``details`` records."""
        frame = self._read(record, artifact, "last")
        if not self.count:
            return
        said = frame[self.count][0]
        if said != details:
            raise BatchError(
                f"{artifact}: the trailer counts {said} records ({self.count}), but {details} are there;"
                " ask the sender for the file again"
            )

    def _read(self, record: bytes, artifact: str, place: str) -> pl.DataFrame:
        plan = self.plan
        blank = bytes([plan.options.page.blank])
        data = record.ljust(plan.size, blank)
        first = plan.stored[0]
        if first.item.entry.value is not None:
            wanted = initial.record(plan)[first.offset : first.offset + first.width].tobytes()
            if data[first.offset : first.offset + first.width] != wanted:
                raise BatchError(
                    f"{artifact}: the {place} record is no {self.name} ({first.item.name} is not"
                    f" X'{wanted.hex().upper()}'); the file is cut, or its frame or record length is another"
                )
        found = decode.read(plan, np.frombuffer(data, dtype=np.uint8), np.zeros(1, dtype=np.int64))
        for wrong in found.wrong:
            reason = faults.reading(wrong, data, plan.options.page)
            raise BatchError(f"{artifact}: the {place} record, {self.name}: {wrong.leaf.column}: {reason}")
        return found.frame

    def record(self, width: int, delivery: Delivery | None, count: int, old: bytes | None = None) -> encode.Written:
        """Return the record, in ``width`` bytes; ``old`` are the bytes that it had, if they are known."""
        values: dict[str, pl.Series] = {}
        for leaf in self.plan.nodes:
            if leaf.column.upper() == self.count:
                values[leaf.column] = pl.Series([count])
            elif leaf.column.upper() in self.set:
                values[leaf.column] = pl.Series([self._value(self.set[leaf.column.upper()], delivery)])
        if old is not None:
            values[RAW] = pl.Series([old], dtype=pl.Binary)
        frame = pl.DataFrame(values) if values else pl.DataFrame(height=1)
        made = encode.write(self.plan, frame, max(width, self.plan.size))
        for wrong in made.wrong:
            raise BatchError(f"{self.name}: {wrong.leaf.column}: {faults.writing(wrong, self.plan.options.page)}")
        return made

    def _value(self, said: str, delivery: Delivery | None) -> str:
        if said.replace(" ", "") == "run(date)":
            if self.clock is None:
                raise ValueError("run(date) needs a clock")
            return self.clock.now().astimezone(self.zone).strftime("%Y%m%d")
        if said.replace(" ", "") == "run(sequence)":
            return str(delivery.sequence if delivery else 1)
        return said
