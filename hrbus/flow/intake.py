"""From artifacts to records in the ledger: fetch, decode, map, check, compare."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import polars as pl

from hrbus.errors import BatchError, HrbusError
from hrbus.flow.identity import identified
from hrbus.flow.progress import Progress
from hrbus.flow.references import column_of
from hrbus.flow.route import Route
from hrbus.ledger import intake
from hrbus.ledger.compare import BUSINESS_KEY, DIGEST, PAYLOAD
from hrbus.ledger.intake import Link, PassedOver, Taken
from hrbus.ledger.run import Run
from hrbus.spi import OFFSET, RAW, RECORD, Artifact, Batch, Origin, Reject, Stage
from hrbus.spool import Spool
from hrbus.values import Documents

log = logging.getLogger("hrbus.flow")


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """Somebody asked the run to end after the batch in hand."""


@dataclass
class Intake:
    """Takes in what a route's source has. ``errors`` collects why an artifact, or the rest, could not be taken.

    ``done`` lists the artifacts that are complete in the ledger, for the source to settle.
    """

    route: Route
    run: Run
    spool: Spool
    references: dict[str, int]
    progress: Progress
    stop: Callable[[], bool]
    note: Callable[[str], None]

    def __post_init__(self) -> None:
        self.errors: list[HrbusError] = []
        self.done: list[tuple[Artifact, Taken]] = []
        self._failed: set[str] = set()

    def go(self) -> None:
        """Finish what an earlier run left in the middle, then take what the source has now."""
        self.spool.sweep(str(self.run.route))
        for left in intake.unfinished(self.run):
            if self.spool.path(left.sha256).exists():
                self._read(intake.begin(self.run, left.name, left.sha256, left.size, self.route.version))
            else:
                lost = "its copy in the spool is gone; it is read again when the source gives it"
                intake.fail(self.run, left, lost)
        for artifact in self._polled():
            if self.stop():
                raise Stopped
            self._take(artifact)

    def _polled(self) -> Iterator[Artifact]:
        """Yield what the source has; where it fails, what came before is whole and is sent all the same."""
        artifacts = iter(self.route.source.poll())
        while True:
            try:
                yield next(artifacts)
            except StopIteration:
                return
            except HrbusError as error:
                self.errors.append(error)
                return

    def _take(self, artifact: Artifact) -> None:
        try:
            kept = self.spool.take(artifact.open(), str(self.run.route))
        except HrbusError as error:
            self.errors.append(error)
            return
        if kept.sha256 in self._failed:
            return
        taken = intake.begin(self.run, artifact.name, kept.sha256, kept.size, self.route.version)
        if taken.is_known:
            self.note(f"{artifact.name}: known already, its content came as {taken.name} before; not read again")
            self.spool.drop(kept.sha256)
            self.done.append((artifact, taken))
        elif self._read(taken):
            self.done.append((artifact, taken))

    def _read(self, taken: Taken) -> bool:
        """Read an artifact from the spool to its end; return whether it is good."""
        try:
            for number, batch in self._batches(taken):
                self._stage(taken, number, batch)
                if self.stop():
                    raise Stopped
        except BatchError as error:
            log.warning("route=%s artifact=%s failed: %s", self.route.name, taken.name, error)
            intake.fail(self.run, taken, str(error))
            self.spool.drop(taken.sha256)
            self._failed.add(taken.sha256)
            self.errors.append(error)
            return False
        counts = intake.complete(self.run, taken, self.route.on_change, keep=self.route.target is None)
        self.spool.drop(taken.sha256)
        log.info("route=%s artifact=%s complete %s", self.route.name, taken.name, counts)
        if not counts.read:
            self.note(f"{taken.name}: holds no records")
        return True

    def _batches(self, taken: Taken) -> Iterator[tuple[int, Batch]]:
        """Yield the batches that are not in the ledger yet, with their numbers."""
        with self.spool.open(taken.sha256) as stream:
            origin = Origin(taken.name, taken.sha256)
            for number, batch in enumerate(self.route.codec.decode(stream, origin), 1):
                if number > taken.position:
                    yield number, batch
                if len(batch):
                    self.progress("read", int(batch.frame[OFFSET][-1]), taken.size)
        self.progress("read", taken.size, taken.size)

    def _stage(self, taken: Taken, number: int, batch: Batch) -> None:
        route = self.route
        known, over = _taken_of(identified(batch.frame, route.key, route.ignore), route.wanted())
        named, nameless = _with_keys(known, route.key)
        documents = route.into.into(Batch(named.drop(BUSINESS_KEY, DIGEST)))
        documents, invalid = self._checked(documents)
        links, columns = self._links(documents)
        keys = named.select(RECORD, BUSINESS_KEY, DIGEST)
        frame = documents.frame.select(RECORD, OFFSET, PAYLOAD, *columns)
        frame = frame.join(keys, on=RECORD, how="left", maintain_order="left")
        refused = [*batch.rejects, *nameless, *documents.rejects, *invalid]
        intake.stage(self.run, taken, number, frame, refused, links, over)

    def _checked(self, documents: Documents) -> tuple[Documents, list[Reject]]:
        """Give the documents their payloads, and take those out that are not valid HR-XML."""
        written = self.route.vocabulary.written(documents)
        judged = written.judge(self.route.validation)
        failures = {row: (reason, path) for row, reason, path in reversed(list(judged))}
        frame = documents.frame.with_columns(written.payload().alias(PAYLOAD))
        if not failures:
            return replace(documents, frame=frame), []
        bad = pl.Series(sorted(failures))
        rejects = _rejects(frame[bad], Stage.CHECK, [failures[row] for row in bad])
        good = frame.with_row_index("_row").filter(~pl.col("_row").is_in(bad.implode())).drop("_row")
        return replace(documents, frame=good), rejects

    def _links(self, documents: Documents) -> tuple[list[Link], list[pl.Expr]]:
        """Return where the documents name their partners, and the columns that hold those names."""
        if self.route.out is None:
            return [], []
        links = [Link(root, number, f"_link_{root}") for root, number in self.references.items()]
        dtype = documents.frame.schema[documents.root]
        paths = self.route.out.join
        return links, [column_of(paths[each.root], documents.root, dtype).alias(each.column) for each in links]


def _taken_of(frame: pl.DataFrame, wanted: pl.Expr) -> tuple[pl.DataFrame, PassedOver]:
    """Take the records out that the route does not take; of a key the last record counts for all."""
    marked = frame.with_columns(wanted.alias("_wanted"))
    if marked["_wanted"].all():
        return frame, PassedOver()
    keyed = pl.col(BUSINESS_KEY).is_not_null()
    last = pl.col("_wanted").last().over(BUSINESS_KEY)
    stays = marked.filter(pl.col("_wanted") & (last | ~keyed)).drop("_wanted")
    gone = marked.filter(keyed & ~last).unique(BUSINESS_KEY, keep="last", maintain_order=True)
    return stays, PassedOver(frame.height - stays.height, gone.select(RECORD, OFFSET, BUSINESS_KEY, DIGEST))


def _with_keys(frame: pl.DataFrame, key: tuple[str, ...]) -> tuple[pl.DataFrame, list[Reject]]:
    """Take the records out that have no business key: nobody could say whether they were sent before."""
    nameless = frame.filter(pl.col(BUSINESS_KEY).is_null())
    if not nameless.height:
        return frame, []
    reason = ("the business key is blank, so the record cannot be told from others", ", ".join(key))
    rejects = _rejects(nameless, Stage.MAP, [reason] * nameless.height)
    return frame.filter(pl.col(BUSINESS_KEY).is_not_null()), rejects


def _rejects(frame: pl.DataFrame, stage: Stage, reasons: list[tuple[str, str]]) -> list[Reject]:
    raws = frame[RAW].to_list() if RAW in frame.columns else [b""] * frame.height
    rows = zip(frame[RECORD], frame[OFFSET], raws, reasons, strict=True)
    return [Reject(record, offset, stage, reason, field, raw or b"") for record, offset, raw, (reason, field) in rows]


def settle(route: Route, run: Run, artifact: Artifact, taken: Taken) -> None:
    """Tell the source that it may archive an artifact: it is whole in the ledger."""
    with run.database.read() as connection:
        counts = intake.counts_of(connection, taken.id)
    route.source.settle(artifact, counts)
    intake.settled(run, taken)
