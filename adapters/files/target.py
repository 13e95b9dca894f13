"""A target of files, over any transport: a reader sees a file only when it is whole, and sees it once.

    encode to a local file → upload under a name of the delivery's own → sizes agree → mark → rename → trigger file

The mark is the point of no return. Before it nothing of the delivery can be seen, so a repetition begins anew. After
it everything has arrived under temporary names: a repetition renames what is left of them, and a temporary name that
is gone means that its rename was done, even where a reader has taken the file since.
"""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast
from zoneinfo import ZoneInfo

from adapters.files.settings import TargetSettings, filled_in
from adapters.files.transport import Files, below
from hrbus.spi import (
    ID,
    Batch,
    BatchError,
    Codec,
    ConfigError,
    Context,
    Delivery,
    Fault,
    Outcomes,
    Reject,
    Stage,
    Status,
    TransientError,
)

if TYPE_CHECKING:
    import polars as pl

UPLOADED = "uploaded"
"""First word of the mark that is set when all of a delivery has arrived; the names follow, a line each, because a
repetition on another day must not make others of ``{date}``."""

EACH = "uploaded-each"
"""The same where each record is a file; the moment that ``{date}`` is made of follows."""

AT_ONCE = 1000
"""Files of single records that get their names before the ledger is told."""

IN_MEMORY = 8 * 1024 * 1024
"""Bytes of an encoded file that are held in memory before it goes to a local temporary file."""


@dataclass(frozen=True)
class _Names:
    """What a file and its trigger file are called, at last and until then; ``trigger`` is "" for none.

    ``parts`` are what the names were made of.
    """

    final: str
    part: str
    trigger: str
    trigger_part: str
    parts: Mapping[str, object] = field(default_factory=dict)


class FileTarget:
    """The files of one folder of a transport, written by a codec; a ``Target`` and a ``Probe``."""

    def __init__(self, files: Files, settings: TargetSettings, codec: Codec, context: Context) -> None:
        self._files = files
        self._settings = settings
        self._codec = codec
        self._context = context
        self._folder = below("", settings.folder)
        if getattr(codec, "one_record", False) and not settings.by_record:
            message = "the codec writes one record a file, and the name is that of a file for all"
            raise ConfigError(Fault(message, hint="put {record} into name, as in CAND-{record:08}.xml"))

    def probe(self) -> str:
        """Say how many files lie there."""
        return f"{self._files.where(self._folder)}: {len(self._files.list(self._folder))} files"

    def deliver(self, batches: Iterable[Batch], delivery: Delivery) -> Iterator[Outcomes]:
        """Write one file of all records, or of each, and yield the outcomes once they have their final names."""
        if delivery.marked.startswith(f"{EACH} ") or (self._settings.by_record and not delivery.marked):
            yield from self._deliver_each(batches, delivery)
            return
        sent: list[pl.Series | range] = []
        refused: list[Reject] = []
        if delivery.marked.startswith(f"{UPLOADED} "):
            names = self._names(delivery, *delivery.marked.removeprefix(f"{UPLOADED} ").split("\n"))
            self._encode(batches, cast("BinaryIO", _Nowhere()), delivery, sent, refused)
            self._finish(names)
        else:
            names = self._names(delivery)
            with tempfile.SpooledTemporaryFile(IN_MEMORY) as local:
                self._encode(batches, cast("BinaryIO", local), delivery, sent, refused)
                if sent or self._settings.when_empty == "send":
                    self._upload(cast("BinaryIO", local), names, sum(map(len, sent)))
                    delivery.mark(f"{UPLOADED} {names.final}\n{names.trigger}")
                    self._finish(names)
        import polars as pl

        yield from (Outcomes.of(pl.Series(ID, ids, pl.Int64), Status.SENT, names.final) for ids in sent)
        if refused:
            yield _refusals(refused)

    def _deliver_each(self, batches: Iterable[Batch], delivery: Delivery) -> Iterator[Outcomes]:
        """Write a file of each record; none has its final name before all of them have arrived."""
        marked = delivery.marked.removeprefix(f"{EACH} ")
        moment = datetime.fromisoformat(marked) if marked else self._today()
        sent: list[pl.Series | range] = []
        refused: list[Reject] = []
        for batch in batches:
            for row in range(len(batch)):
                one = Batch(batch.frame[row])
                with tempfile.SpooledTemporaryFile(IN_MEMORY) as local:
                    stream = cast("BinaryIO", _Nowhere() if marked else local)
                    before = len(refused)
                    self._encode([one], stream, delivery, sent, refused)
                    if not marked and len(refused) == before:
                        self._upload(stream, self._names_of(delivery, int(one.frame[ID][0]), moment), 1)
        if sent and not marked:
            delivery.mark(f"{EACH} {moment.isoformat()}")
        ids = [number for some in sent for number in some]
        for first in range(0, len(ids), AT_ONCE):
            names = [self._names_of(delivery, number, moment) for number in ids[first : first + AT_ONCE]]
            for each in names:
                self._finish(each)
            yield _sent(ids[first : first + AT_ONCE], [each.final for each in names])
        if refused:
            yield _refusals(refused)

    def _names_of(self, delivery: Delivery, record: int, moment: datetime) -> _Names:
        """Return the names of the file of a record."""
        return self._filled(self._parts(delivery, moment) | {"record": record}, f"{_own_name(delivery)}-{record}")

    def _names(self, delivery: Delivery, final: str = "", trigger: str = "") -> _Names:
        own = _own_name(delivery)
        if final:
            return _Names(final, f".{own}.part", trigger, f".{own}.trigger.part")
        return self._filled(self._parts(delivery, self._today()), own)

    def _filled(self, parts: dict[str, object], own: str) -> _Names:
        final = filled_in(self._settings.name, parts)
        parts |= {"name": final, "stem": PurePosixPath(final).stem}
        trigger = filled_in(self._settings.trigger, parts)
        return _Names(final, f".{own}.part", trigger, f".{own}.trigger.part", parts)

    def _today(self) -> datetime:
        return self._context.clock.now().astimezone(ZoneInfo(self._settings.time_zone))

    def _parts(self, delivery: Delivery, moment: datetime) -> dict[str, object]:
        route = re.sub(r"[^\w.-]", "_", delivery.route)
        return {"sequence": delivery.sequence, "route": route, "date": moment}

    def _encode(
        self,
        batches: Iterable[Batch],
        stream: BinaryIO,
        delivery: Delivery,
        sent: list[pl.Series | range],
        refused: list[Reject],
    ) -> None:
        for batch in self._codec.encode(batches, stream, delivery):
            if len(batch):
                sent.append(_short(batch.frame[ID]))
            refused.extend(reject for reject in batch.rejects if reject.stage is Stage.ENCODE)

    def _upload(self, content: BinaryIO, names: _Names, records: int) -> None:
        self._put(names.part, content)
        if names.trigger:
            text = filled_in(self._settings.trigger_text, {**names.parts, "records": records})
            self._put(names.trigger_part, io.BytesIO(f"{text}\n".encode() if text else b""))

    def _put(self, name: str, content: BinaryIO) -> None:
        path = below(self._folder, name)
        size = content.seek(0, io.SEEK_END)
        content.seek(0)
        self._files.put(path, content)
        there = self._files.stat(path)
        if there is None or there.size != size:
            found = "nothing" if there is None else f"{there.size} bytes"
            raise TransientError(f"{self._files.where(path)}: {found} arrived of {size} bytes; it is written again")

    def _finish(self, names: _Names) -> None:
        self._publish(names.part, names.final)
        if names.trigger:
            self._publish(names.trigger_part, names.trigger)

    def _publish(self, part: str, final: str) -> None:
        old, new = below(self._folder, part), below(self._folder, final)
        if self._files.stat(old) is None:
            if self._files.stat(new) is None:
                self._context.note(f"{self._files.where(new)} was written before, and its reader has taken it since")
            return
        if self._files.rename(old, new):
            return
        if self._same(old, new):
            self._files.remove(old)
            return
        where = self._files.where(new)
        if self._settings.numbered:
            raise BatchError(
                f"{where} exists already and is another file; hrbus overwrites nothing: find out who wrote it, "
                "move it away, then run again"
            )
        raise TransientError(f"{where} still waits for its reader; the next file is laid there when it is gone")

    def _same(self, old: str, new: str) -> bool:
        """Say whether both hold the same bytes: a rename by link and unlink may have been cut between the two."""
        first, second = self._files.stat(old), self._files.stat(new)
        if first is None or second is None or first.size != second.size:
            return False
        return self._digest(old) == self._digest(new)

    def _digest(self, path: str) -> str:
        digest = hashlib.sha256()
        with self._files.open(path) as stream:
            while piece := stream.read(262_144):
                digest.update(piece)
        return digest.hexdigest()


class _Nowhere(io.RawIOBase):
    """A stream for a file that exists already: encoding again only tells which records are in it."""

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        return len(memoryview(data))  # type: ignore[arg-type]  # typeshed: any buffer


def _own_name(delivery: Delivery) -> str:
    """Return a name that only this delivery uses, and uses in every try."""
    if not delivery.id:
        raise ConfigError(Fault("a delivery without an id cannot be repeated safely"))
    return f"hrbus-{delivery.sequence:06}-{hashlib.sha256(delivery.id.encode()).hexdigest()[:16]}"


def _sent(ids: list[int], names: list[str]) -> Outcomes:
    import polars as pl

    status = [str(Status.SENT)] * len(ids)
    rows = {ID: ids, "status": status, "far_id": [None] * len(ids), "answer": names}
    return Outcomes(pl.DataFrame(rows, Outcomes.schema()))


def _refusals(refused: list[Reject]) -> Outcomes:
    rows = {
        ID: [reject.id for reject in refused],
        "status": [str(Status.REFUSED)] * len(refused),
        "far_id": [None] * len(refused),
        "answer": [f"{reject.field}: {reject.reason}" if reject.field else reject.reason for reject in refused],
    }
    import polars as pl

    return Outcomes(pl.DataFrame(rows, Outcomes.schema()))


def _short(ids: pl.Series) -> pl.Series | range:
    """Return ids that follow each other as a range: a file of ten million records must not be held in memory."""
    first, last = ids[0], ids[-1]
    return range(first, last + 1) if last - first + 1 == len(ids) and ids.is_sorted() else ids
