"""Doubles and contract suites: what the tests of hrbus use, and what the author of an adapter uses.

Nothing here is a mock. Each double keeps the contract of ``hrbus.spi`` in memory, so a test that passes with it says
something. The contract suites are in ``hrbus.testing.contracts``, apart because they need pytest.

    >>> clock = ManualClock()
    >>> clock.sleep(60)
    >>> clock.now().isoformat()
    '2026-01-05T08:01:00+00:00'
"""

from __future__ import annotations

from hrbus.testing.clock import ManualClock
from hrbus.testing.codec import TextCodec
from hrbus.testing.context import DictMemory, Notes, a_context
from hrbus.testing.delivery import Crash, RecordingDelivery
from hrbus.testing.source import ListSource, TextArtifact
from hrbus.testing.target import KeepingTarget

__all__ = [
    "Crash",
    "DictMemory",
    "KeepingTarget",
    "ListSource",
    "ManualClock",
    "Notes",
    "RecordingDelivery",
    "TextArtifact",
    "TextCodec",
    "a_context",
]
