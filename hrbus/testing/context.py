"""What hrbus hands to an adapter, without a ledger.

>>> memory = DictMemory()
>>> memory.set("cursor", "42")
>>> memory.get("cursor")
'42'
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hrbus.spi import Clock, Context, Memory
from hrbus.testing.clock import ManualClock


class DictMemory:
    """A ``Memory`` in a dictionary, open to look at as ``values``.

    Hand the same one to two adapters to play two runs of one route.
    """

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = dict(values or {})

    def get(self, key: str) -> str | None:
        """Return what was kept under ``key``."""
        return self.values.get(key)

    def set(self, key: str, value: str) -> None:
        """Keep ``value``, which must be text: the ledger keeps nothing else."""
        if not isinstance(value, str):
            raise TypeError(f"memory keeps text, not {type(value).__name__}")
        self.values[key] = value

    def forget(self, key: str) -> None:
        """Drop what was kept under ``key``."""
        self.values.pop(key, None)


class Notes(list[str]):
    """A list that can be called: the lines that an adapter told people, in order."""

    def __call__(self, line: str) -> None:
        """Keep ``line``."""
        self.append(line)


def a_context(
    site: Path, *, clock: Clock | None = None, memory: Memory | None = None, note: Notes | None = None
) -> Context:
    """Return a ``Context`` over the folder ``site``, with a ``ManualClock`` and a ``DictMemory`` unless given."""
    return Context(
        site=site,
        clock=ManualClock() if clock is None else clock,
        memory=DictMemory() if memory is None else memory,
        note=Notes() if note is None else note,
    )
