"""From the ledger to the target: read back, join partners, map, deliver, write down what became of each record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from hrbus.errors import ConfigError, Fault, HrbusError
from hrbus.flow.identity import send_keys
from hrbus.flow.progress import Progress
from hrbus.flow.route import Route
from hrbus.ledger.moments import when
from hrbus.ledger.outbox import BUSINESS_KEY, PAYLOAD, REVISION, OpenDelivery, Refusal
from hrbus.mapping import Run
from hrbus.spi import ID, KEY, OFFSET, RECORD, Batch, Reject, Stage
from hrbus.values import Documents


class Sending:
    """One delivery on its way."""

    def __init__(self, route: Route, delivery: OpenDelivery, progress: Progress) -> None:
        if route.target is None or route.out is None:
            raise ConfigError(
                Fault(
                    f"the route {route.name} has records to send, but no target any more", hint="give it its target"
                )
            )
        self._route = route
        self._target = route.target
        self._out = route.out
        self._delivery = delivery
        self._progress = progress
        self._fed = 0

    def go(self, stop: Callable[[], bool]) -> None:
        """Deliver; raises what the target raises, with the delivery left open.

        Where ``stop`` asks for it no more records are fed, and what was not fed waits for the next run; but not of a
        delivery that was marked before, for all of its records may be at the far side already.
        """
        delivery = self._delivery
        may_stop = not delivery.marked
        answered = 0
        try:
            for outcomes in self._target.deliver(self._batches(stop if may_stop else _never), delivery):
                delivery.record(outcomes)
                answered += outcomes.frame.height
                self._progress("send", answered, delivery.records)
        except HrbusError as error:
            delivery.failed(str(error))
            raise
        delivery.close(self._fed)

    def _batches(self, stop: Callable[[], bool]) -> Iterator[Batch]:
        size = min(self._route.page, self._route.at_once or self._route.page)
        for page in self._delivery.pages(size, list(self._route.references)):
            self._fed = int(page[ID][-1])
            batch = self._mapped(page)
            if len(batch):
                yield batch
            if stop():
                self._delivery.leave_out(self._fed)
                return

    def _mapped(self, page: pl.DataFrame) -> Batch:
        """Return a page in the target's layout; what cannot be mapped is refused at once."""
        out, vocabulary = self._out, self._route.vocabulary
        keys = send_keys(self._route.name, page[BUSINESS_KEY], page[REVISION])
        columns = [page[ID], page[RECORD], page[OFFSET], keys.alias(KEY)]
        columns.append(vocabulary.read_payloads(page[PAYLOAD], out.root, out.paths[out.root]).alias(out.root))
        for root in self._route.references:
            # Many records share a partner: each is read once.
            partners = page[root].unique(maintain_order=True)
            read = vocabulary.read_payloads(partners, root, out.paths[root])
            columns.append(read.gather(page[root].replace_strict(partners, range(len(partners)))).alias(root))
        documents = Documents(pl.DataFrame(columns), root=out.root)
        batch = out.out(documents, Run(when(self._delivery.created), self._delivery.sequence))
        lost = page.join(batch.frame, on=ID, how="anti").select(ID, RECORD, OFFSET).rows()
        if lost:
            self._delivery.refuse(_refusals(lost, batch.rejects))
        return Batch(batch.frame)


def _refusals(lost: Sequence[tuple[int, int, int]], rejects: Sequence[Reject]) -> list[Refusal]:
    """Return why records fell out of a mapping: a reject knows its id, or the place that its record came from."""
    by_id = {reject.id: reject for reject in rejects if reject.id is not None}
    by_place = {(reject.record, reject.offset): reject for reject in rejects}
    found = []
    for number, record, offset in lost:
        reject = by_id.get(number) or by_place.get((record, offset))
        reason = reject.reason if reject else "the mapping gave nothing for this record"
        found.append(Refusal(number, Stage.MAP, reason, reject.field if reject else ""))
    return found


def _never() -> bool:
    return False
