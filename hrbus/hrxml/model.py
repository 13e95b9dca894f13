"""Content models: how often which children of an element may stand together, and whether they do, row by row.

    >>> import numpy as np
    >>> model = Group("sequence", (Particle("Id"), Particle("Skill", 0, None)))
    >>> model.fits({"Id": np.array([1, 1, 0]), "Skill": np.array([0, 9, 1])}, 3).tolist()
    [True, True, False]

The children are written in the order of the schema, each name together; what is asked here is only their number. A
model whose answer would not follow from that says so in ``beyond``. Source: XML Schema part 1, section 3.8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Counts = Mapping[str, npt.NDArray[Any]]
"""How many children of a name stand in each row; Boolean where there is at most one. A name without is in none."""

Rows = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Particle:
    """A child element that stands at least ``least`` and at most ``most`` times (None: as often as you like)."""

    name: str
    least: int = 1
    most: int | None = 1

    @property
    def beyond(self) -> str:
        """Nothing: its number says all."""
        return ""

    def names(self) -> Iterator[str]:
        """Yield its name."""
        yield self.name

    def fits(self, counts: Counts, height: int) -> Rows:
        """Return in which rows it stands as often as it may."""
        count = counts.get(self.name)
        if count is None:
            return np.full(height, self.least == 0)
        enough: Rows = np.greater_equal(count, self.least)
        return enough if self.most is None else enough & np.less_equal(count, self.most)


@dataclass(frozen=True)
class Group:
    """A ``sequence`` or ``all`` of parts, or a ``choice`` of one of them; ``wild`` are wildcards that must stand."""

    kind: str
    parts: tuple[Particle | Group, ...]
    least: int = 1
    most: int | None = 1
    wild: bool = False

    @property
    def beyond(self) -> str:
        """What the numbers of the children do not tell; empty where they tell all."""
        names = list(self.names())
        if self.wild:
            return "an element of some other namespace must stand here"
        if len(set(names)) < len(names):
            return f"{next(name for name in names if names.count(name) > 1)} may stand at more than one place"
        if (self.least, self.most) not in ((0, 1), (1, 1)) and self.parts:
            return "its children repeat as a group"
        return next((part.beyond for part in self.parts if part.beyond), "")

    def names(self) -> Iterator[str]:
        """Yield the names of all elements in it."""
        for part in self.parts:
            yield from part.names()

    def fits(self, counts: Counts, height: int) -> Rows:
        """Return in which rows its children stand as they may."""
        good = [part.fits(counts, height) for part in self.parts]
        fits: Rows = np.logical_and.reduce(good or [np.ones(height, bool)])
        if self.kind == "choice" and self.parts:
            fits = self._one(good, counts, height)
        if not self.least:
            fits = np.logical_or(fits, ~self._stands(self, counts, height))
        return fits

    def _one(self, good: list[Rows], counts: Counts, height: int) -> Rows:
        """Return where at most one part stands, and one is fine: that which stands, or any that may be absent."""
        stands = [self._stands(part, counts, height) for part in self.parts]
        number = np.sum(stands, axis=0)
        chosen = np.logical_or.reduce([there & fine for there, fine in zip(stands, good, strict=True)])
        fits: Rows = np.where(number == 0, np.logical_or.reduce(good), (number == 1) & chosen)
        return fits

    @staticmethod
    def _stands(part: Particle | Group, counts: Counts, height: int) -> Rows:
        found = [counts[name] > 0 for name in part.names() if name in counts]
        return np.logical_or.reduce(found) if found else np.zeros(height, bool)
