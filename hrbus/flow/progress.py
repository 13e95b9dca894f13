"""How a run tells how far it is, to whoever shows it: no terminal and no library in here."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called often, from the run's own thread; must be quick and must not raise."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say how far a stage came: ``read`` in bytes of one artifact, ``send`` in records of one delivery."""


def quiet(stage: str, done: int, total: int) -> None:
    """Tell nobody."""
