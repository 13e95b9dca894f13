"""What is fuzzed: a target is a module with ``run(data)``, which takes any bytes, and ``seeds()`` to begin with.

``run`` comes back whatever the bytes are; an error of hrbus is an answer, everything else that is raised is a defect.
``python -m tests.fuzz`` lets atheris look for bytes that make one go wrong.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast


class Target(Protocol):
    """What a module of this package has."""

    def run(self, data: bytes) -> None:
        """Use the bytes; called millions of times, in one process."""

    def seeds(self) -> list[bytes]:
        """Return bytes that lead into the code."""


NAMES = ("copybook", "picture", "record", "framing")


def target(name: str) -> Target:
    """Return the target of that name."""
    return cast("Target", import_module(f"{__name__}.{name}"))
