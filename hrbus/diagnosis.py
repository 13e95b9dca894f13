"""What a codec thinks that a file of data is: guesses, best first, each with what speaks for it.

>>> Guess({"frame": "rdw", "rdw_counts_itself": False}, 0.9, 10, 10, 9).options
('frame=rdw', 'rdw_counts_itself=no')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """A field that holds no value of its kind in some of the records that were tried.

    ``byte`` is one byte in hexadecimal, the first that is wrong; no more of the data is told.
    """

    field: str
    note: str
    count: int
    byte: str


@dataclass(frozen=True)
class Guess:
    """Settings under which a file may be read, beyond those that were given.

    ``score`` is from 0 to 1. ``records`` were found in the part that was looked at, ``tried`` of them were decoded,
    ``good`` of these without a reject. ``text`` is how much of their text is made of expected characters, from 0 to
    1, None where there is none. ``failures`` are the fields that failed, in the order of the layout.
    """

    settings: Mapping[str, str | int | bool]
    score: float
    records: int
    tried: int
    good: int
    text: float | None = None
    failures: tuple[Failure, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        """The settings as ``KEY=VALUE``."""
        words = {True: "yes", False: "no"}
        return tuple(
            f"{key}={words[value] if isinstance(value, bool) else value}" for key, value in self.settings.items()
        )


@dataclass(frozen=True)
class Diagnosis:
    """What was found: ``looked`` bytes of ``size`` were read. ``fits`` says that the first guess is one to trust.

    ``notes`` are sentences about the file as a whole: what remains behind the last record, what does not fit.
    """

    size: int
    looked: int
    guesses: tuple[Guess, ...]
    fits: bool
    notes: tuple[str, ...] = ()
