"""A target that keeps what it was given.

>>> import polars as pl
>>> from hrbus.spi import ID, KEY, Batch
>>> from hrbus.testing import RecordingDelivery
>>> target = KeepingTarget()
>>> batch = Batch(pl.DataFrame({ID: [1], KEY: ["k-1"], "name": ["ADA"]}))
>>> [outcomes.frame["status"].to_list() for outcomes in target.deliver([batch], RecordingDelivery())]
[['sent']]
>>> target.frame["name"].to_list()
['ADA']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import polars as pl

from hrbus.spi import ID, KEY, Batch, Delivery, HrbusError, Outcomes, Status


class KeepingTarget:
    """A ``Target`` that behaves like a good service: a batch at a time, and one effect for one ``_key``.

    A key that comes again is answered as the first time and kept once. ``refuse`` gives a Boolean series, true
    where a record of the frame is refused for good. ``fail_next`` plays a far side that goes away.
    """

    def __init__(self, refuse: Callable[[pl.DataFrame], pl.Series] | None = None) -> None:
        self.received: list[pl.DataFrame] = []
        self.deliveries: list[str] = []
        self._refuse = refuse
        self._far_ids: dict[str, str] = {}
        self._failure: tuple[HrbusError, int, bool] | None = None

    @property
    def frame(self) -> pl.DataFrame:
        """Return every record that was kept, in order of arrival."""
        return pl.concat(self.received, how="diagonal_relaxed") if self.received else pl.DataFrame()

    @property
    def keys(self) -> list[str]:
        """Return the key of every record that was kept, in order of arrival; none stands twice."""
        return list(self._far_ids)

    def fail_next(self, error: HrbusError, *, after: int = 0, stored: bool = False) -> None:
        """Raise ``error`` once, at the batch after the next ``after`` ones.

        With ``stored`` that batch is kept first: the far side did it, and the answer was lost on the way.
        """
        self._failure = (error, after, stored)

    def deliver(self, batches: Iterable[Batch], delivery: Delivery) -> Iterator[Outcomes]:
        """Keep the records and yield an outcome for each, a batch at a time."""
        self.deliveries.append(delivery.id)
        for number, batch in enumerate(batches):
            failure = self._failure if self._failure and self._failure[1] == number else None
            if failure and not failure[2]:
                self._failure = None
                raise failure[0]
            outcomes = self._keep(batch.frame)
            if failure:
                self._failure = None
                raise failure[0]
            yield outcomes

    def _keep(self, frame: pl.DataFrame) -> Outcomes:
        refused = self._refuse(frame) if self._refuse else pl.repeat(False, frame.height, eager=True)
        good = frame.filter(~refused).unique(KEY, keep="first", maintain_order=True)
        fresh = good.filter(~good[KEY].is_in(list(self._far_ids)))
        for key in fresh[KEY]:
            self._far_ids[key] = f"far-{len(self._far_ids) + 1}"
        if fresh.height:
            self.received.append(fresh)
        status = [str(Status.REFUSED if no else Status.SENT) for no in refused]
        far_ids = [None if no else self._far_ids[key] for key, no in zip(frame[KEY], refused, strict=True)]
        answers = ["refused by the test" if no else "" for no in refused]
        rows = {ID: frame[ID], "status": status, "far_id": far_ids, "answer": answers}
        return Outcomes(pl.DataFrame(rows, schema_overrides=Outcomes.schema()))
