"""How fast the ledger is, beside the plain ways, in one run: python benchmarks/bench_ledger.py [--records N]

Rows: staging new records (compare, insert with payload, fsync), the same again (all unchanged), making a delivery and
reading it back, writing down its outcomes; then SQLAlchemy with a dict a row, and one row a
transaction, into the same tables. MB/s are of payload. Memory is the peak of the whole process so far.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from sqlalchemy import insert

from hrbus.clock import SystemClock
from hrbus.ledger import Ledger, intake, outbox
from hrbus.ledger.compare import BUSINESS_KEY, DIGEST, PAYLOAD
from hrbus.ledger.run import Run
from hrbus.ledger.schema import RunState, payloads, records
from hrbus.values import ID, OFFSET, RECORD, OnChange, Outcomes, Status

BATCH = 10_000


def batches(count: int, size: int) -> Iterator[pl.DataFrame]:
    """Yield batches of records with random-looking keys and a payload of about ``size`` bytes."""
    body = '{"CandidateProfile":{"PersonalData":{"PersonName":"' + "x" * (size - 60) + '"}}}'
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        keys = [hashlib.sha1(str(number).encode()).hexdigest()[:12] for number in numbers]
        digests = [hashlib.blake2b(key.encode(), digest_size=16).digest() for key in keys]
        yield pl.DataFrame(
            {
                RECORD: [number + 1 for number in numbers],
                OFFSET: [number * 200 for number in numbers],
                BUSINESS_KEY: keys,
                DIGEST: pl.Series(digests, dtype=pl.Binary),
                PAYLOAD: [body] * len(keys),
            }
        )


class Apart:
    """Counts the seconds that making the input takes, which are not the ledger's."""

    seconds = 0.0

    @classmethod
    def of(cls, source: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """Yield what ``source`` yields, and count how long it takes over it."""
        while True:
            start = time.perf_counter()
            item = next(source, None)
            cls.seconds += time.perf_counter() - start
            if item is None:
                return
            yield item


def stage(run: Run, name: str, count: int, size: int) -> None:
    """Take an artifact of ``count`` records in."""
    taken = intake.begin(run, name, hashlib.sha256(name.encode()).hexdigest(), count * 200, "bench")
    for number, frame in enumerate(Apart.of(batches(count, size)), 1):
        intake.stage(run, taken, number, frame, ())
    intake.complete(run, taken, OnChange.IGNORE)


def deliver(run: Run) -> outbox.OpenDelivery:
    """Make a delivery of all that waits, and read it."""
    delivery = outbox.gather(run, {}, OnChange.IGNORE)
    assert delivery is not None
    for _ in delivery.pages(BATCH):
        pass
    return delivery


def answer(run: Run, delivery: outbox.OpenDelivery) -> None:
    """Write down that all was sent."""
    for page in delivery.pages(BATCH):
        delivery.record(Outcomes.of(page[ID], Status.SENT, "stored", "far"))
    delivery.close(0)


def by_dicts(ledger: Ledger, run: Run, count: int, size: int) -> None:
    """Insert the plain SQLAlchemy way."""
    number = 10_000_000
    for frame in Apart.of(batches(count, size)):
        rows = []
        for row in frame.iter_rows(named=True):
            number += 1
            rows.append(_row(run, number, row))
        with ledger.database.write() as connection:
            connection.execute(insert(records), rows)
            connection.execute(insert(payloads), [{"record": r["id"], "body": r["body"]} for r in rows])


def one_by_one(ledger: Ledger, run: Run, count: int, size: int) -> None:
    """Insert one record a transaction."""
    number = 20_000_000
    for frame in Apart.of(batches(count, size)):
        for row in frame.iter_rows(named=True):
            number += 1
            values = _row(run, number, row)
            with ledger.database.write() as connection:
                connection.execute(insert(records), [values])
                connection.execute(insert(payloads), [{"record": number, "body": values["body"]}])


def _row(run: Run, number: int, row: dict[str, object]) -> dict[str, object]:
    return {
        "id": number,
        "route": run.route,
        "artifact": 1,
        "number": row[RECORD],
        "offset": row[OFFSET],
        "key": row[BUSINESS_KEY],
        "digest": row[DIGEST],
        "revision": 1,
        "state": "skipped",
        "body": row[PAYLOAD],
    }


def timed(title: str, count: int, size: int, act: Callable[[], object]) -> None:
    """Print a row of the table."""
    Apart.seconds, start = 0.0, time.perf_counter()
    act()
    seconds = time.perf_counter() - start - Apart.seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    megabytes = count * size / seconds / 1e6
    print(f"{title:44} {count:>10,} {count / seconds:>12,.0f} {megabytes:>8.1f} {peak:>8.0f}")


@contextmanager
def opened(folder: str) -> Iterator[tuple[Ledger, Run]]:
    """Open a new ledger with a run in it."""
    with Ledger(f"sqlite:///{folder}/ledger.db", SystemClock()) as ledger, ledger.run("bench") as run:
        yield ledger, run
        run.finish(RunState.DONE)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--payload", type=int, default=1200, help="bytes of a record's payload")
    parser.add_argument("--folder", type=Path, help="where the ledger lies while it is measured")
    options = parser.parse_args()
    count, size = options.records, options.payload
    print(f"{'':44} {'records':>10} {'records/s':>12} {'MB/s':>8} {'MiB peak':>8}")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, opened(folder) as (ledger, run):
        sent: list[outbox.OpenDelivery] = []
        timed("stage new records", count, size, lambda: stage(run, "first", count, size))
        timed("stage the same again (unchanged)", count, size, lambda: stage(run, "again", count, size))
        timed("make a delivery and read it", count, size, lambda: sent.append(deliver(run)))
        timed("read and write down the outcomes", count, size, lambda: answer(run, sent[0]))
        part, few = count // 4, min(count, 2_000)
        timed("plain: SQLAlchemy, a dict a row", part, size, lambda: by_dicts(ledger, run, part, size))
        timed("plain: a row a transaction", few, size, lambda: one_by_one(ledger, run, few, size))


if __name__ == "__main__":
    main()
