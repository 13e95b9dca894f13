"""A delivery that remembers in memory, and can die where a process might.

>>> delivery = RecordingDelivery(sequence=7)
>>> delivery.mark("uploaded")
>>> delivery.again().marked
'uploaded'
"""

from __future__ import annotations


class Crash(BaseException):
    """The process has died here. Not an ``Exception``: nothing that handles errors may survive it."""


class RecordingDelivery:
    """A ``Delivery`` whose marks are in ``marks``, oldest first.

    ``crash_at`` plays a crash at that mark (counted from 1): with ``lost`` the process dies before the mark is
    remembered, otherwise just after. ``again`` gives the same delivery as the next run would find it.
    """

    def __init__(
        self,
        id: str = "delivery-1",  # noqa: A002 - the contract's name
        *,
        route: str = "test",
        sequence: int = 1,
        records: int = 0,
        marked: str = "",
        crash_at: int | None = None,
        lost: bool = False,
    ) -> None:
        self.id = id
        self.route = route
        self.sequence = sequence
        self.records = records
        self.marked = marked
        self.marks: list[str] = []
        self._crash_at = crash_at
        self._lost = lost
        self._count = 0

    def mark(self, state: str) -> None:
        """Remember ``state``, or die."""
        self._count += 1
        dying = self._count == self._crash_at
        if dying and self._lost:
            raise Crash(f"before mark {self._count} was remembered")
        self.marked = state
        self.marks.append(state)
        if dying:
            raise Crash(f"after mark {self._count}")

    def again(self, *, crash_at: int | None = None, lost: bool = False) -> RecordingDelivery:
        """Return this delivery as it is found after a restart: same identity, same last mark."""
        return RecordingDelivery(
            self.id,
            route=self.route,
            sequence=self.sequence,
            records=self.records,
            marked=self.marked,
            crash_at=crash_at,
            lost=lost,
        )
