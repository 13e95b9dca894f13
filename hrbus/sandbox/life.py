"""How an interview goes: a pure function of the seed, the order and the time.

Nothing runs in the background. When somebody asks, the service computes what has happened until now; the same seed,
orders and moments give the same story, so a test can know it beforehand.

    >>> story = Life(seed=1).story("4711", created=0)
    >>> [state.value for _, state in story][0], [state.value for _, state in story][-1]
    ('created', 'completed')
    >>> story[-1][0] <= 30 * 60 * 1000
    True
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from hrbus.sandbox.models import State

_WAY = (
    (0.00, State.CREATED),
    (0.02, State.QUEUED),
    (0.05, State.INVITED),
    (0.30, State.OPENED),
    (0.35, State.IN_PROGRESS),
    (0.80, State.SUBMITTED),
    (0.82, State.SCORING),
    (1.00, State.COMPLETED),
)
"""When, as a part of the whole time from order to score, a state begins."""


def draw(seed: int, external_id: str, what: str) -> float:
    """Return a number in [0, 1) that depends on the three only."""
    digest = hashlib.sha256(f"{seed}/{what}/{external_id}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


@dataclass(frozen=True)
class Life:
    """How long interviews take and how many never come about.

    An interview takes between half of ``minutes`` and all of it, counted from the order. ``expired`` and
    ``declined`` are parts of one: candidates who never open the link, and who open it and say no.
    """

    seed: int = 1
    minutes: float = 30.0
    expired: float = 0.0
    declined: float = 0.0

    def story(self, external_id: str, created: int, expires: int | None = None) -> list[tuple[int, State]]:
        """Return every state with the moment at which it begins; moments are milliseconds since 1970.

        ``expires`` ends whatever is not submitted by then.
        """
        whole = self.minutes * 60_000 * (0.5 + 0.5 * draw(self.seed, external_id, "pace"))
        story = [(created + int(part * whole), state) for part, state in _WAY]
        luck = draw(self.seed, external_id, "luck")
        if luck < self.expired:
            story = [*story[:3], (story[-1][0], State.EXPIRED)]
        elif luck < self.expired + self.declined:
            story = [*story[:4], (story[4][0], State.DECLINED)]
        submitted = next((at for at, state in story if state is State.SUBMITTED), None)
        if expires is not None and (submitted is None or submitted > expires):
            last = max(expires, created)
            story = [(at, state) for at, state in story if at < last or state is State.CREATED]
            story.append((last, State.EXPIRED))
        return story

    def at(self, story: list[tuple[int, State]], now: int) -> tuple[State, int, int | None]:
        """Return the state at ``now``, since when it stands, and when the next one begins (None: never)."""
        past = [step for step in story if step[0] <= now] or story[:1]
        ahead = [at for at, _ in story if at > now]
        return past[-1][1], past[-1][0], min(ahead, default=None)
