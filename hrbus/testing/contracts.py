"""Contract suites: subclass one in your tests, give it your adapter as a fixture, and pytest runs every rule.

    class TestMailbox(SourceContract):
        @pytest.fixture
        def far(self, tmp_path):
            return MailboxFarSide(tmp_path)

A rule that fails says which promise of ``hrbus.spi`` is broken and what hrbus relies on it for. The suites need
pytest and nothing else; each test gets a far side of its own.
"""

# ruff: noqa: S101 - asserting is what a suite of tests is for

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

import polars as pl
import pytest

from hrbus.spi import (
    ID,
    OFFSET,
    OWN_COLUMNS,
    RECORD,
    Artifact,
    Batch,
    BatchError,
    Codec,
    Origin,
    Outcomes,
    Source,
    Stage,
    Status,
    Summary,
    Target,
)
from hrbus.testing.delivery import Crash, RecordingDelivery

SUMMARY = Summary(read=1, sent=1)
ORIGIN = Origin("CONTRACT.DAT")


class SourceFarSide(Protocol):
    """What a test of a source needs of the far side."""

    def source(self) -> Source:
        """Return a new source, as the next run would make it: another object, the same memory."""

    def put(self, name: str, content: bytes) -> None:
        """Lay a complete artifact there, younger than those that were put before."""

    def listing(self) -> object:
        """Return all that can be seen there (names, contents, archive), as something that ``==`` compares."""


class SourceContract:
    """What every source promises. ``settled_is_gone`` is false for a source that leaves settled artifacts there."""

    settled_is_gone = True

    @pytest.fixture
    def far(self) -> SourceFarSide:
        """Return an empty far side; the subclass gives it."""
        raise NotImplementedError("give a fixture named far that returns your SourceFarSide")

    def test_an_empty_far_side_gives_nothing(self, far: SourceFarSide) -> None:
        """Finding nothing is no error."""
        assert [] == _names(far.source().poll())

    def test_an_artifact_is_given_with_its_bytes(self, far: SourceFarSide) -> None:
        """Every byte counts: line ends, zeros, and bytes that are no text."""
        content = b"1;ADA\r\n\x00\xff\x15" * 40_000
        far.put("A.TXT", content)
        assert [("A.TXT", content)] == [(each.name, _read(each)) for each in far.source().poll()]

    def test_an_empty_artifact_is_given(self, far: SourceFarSide) -> None:
        """Whether an empty file is right is for the codec to say."""
        far.put("A.TXT", b"")
        assert [("A.TXT", b"")] == [(each.name, _read(each)) for each in far.source().poll()]

    def test_the_oldest_is_given_first(self, far: SourceFarSide) -> None:
        """Later files correct earlier ones, so their order matters; names do not."""
        for name in ("C.TXT", "A.TXT", "B.TXT"):
            far.put(name, name.encode())
        assert ["C.TXT", "A.TXT", "B.TXT"] == _names(far.source().poll())

    def test_polling_and_reading_change_nothing(self, far: SourceFarSide) -> None:
        """A run that dies after poll must find everything as it was."""
        far.put("A.TXT", b"1;ADA\n")
        before = far.listing()
        for artifact in far.source().poll():
            _read(artifact)
        assert before == far.listing(), "poll or open changed the far side; do that in settle"

    def test_what_was_not_settled_is_given_again(self, far: SourceFarSide) -> None:
        """The run before may have died on it."""
        far.put("A.TXT", b"1;ADA\n")
        first = [(each.name, _read(each)) for each in far.source().poll()]
        assert first == [(each.name, _read(each)) for each in far.source().poll()]

    def test_settling_twice_is_settling_once(self, far: SourceFarSide) -> None:
        """A crash may come between the act and our note of it."""
        far.put("A.TXT", b"1;ADA\n")
        source = far.source()
        [artifact] = source.poll()
        _read(artifact)
        source.settle(artifact, SUMMARY)
        once = far.listing()
        source.settle(artifact, SUMMARY)
        assert once == far.listing(), "the second settle changed something"

    def test_settling_leaves_the_others_alone(self, far: SourceFarSide) -> None:
        """Each artifact is settled by itself."""
        far.put("A.TXT", b"1;ADA\n")
        far.put("B.TXT", b"2;BOB\n")
        source = far.source()
        first, _ = source.poll()
        source.settle(first, SUMMARY)
        assert "B.TXT" in _names(far.source().poll())

    def test_what_was_settled_is_not_given_again(self, far: SourceFarSide) -> None:
        """Otherwise each run reads all that there ever was."""
        far.put("A.TXT", b"1;ADA\n")
        source = far.source()
        for artifact in source.poll():
            source.settle(artifact, SUMMARY)
        assert ([] if self.settled_is_gone else ["A.TXT"]) == _names(far.source().poll())

    def test_a_name_that_comes_again_is_given_again(self, far: SourceFarSide) -> None:
        """Identity is content: a sender may use one name every night."""
        for content in (b"1;ADA\n", b"2;BOB\n"):
            far.put("A.TXT", content)
            source = far.source()
            [artifact] = source.poll()
            assert content == _read(artifact)
            source.settle(artifact, SUMMARY)


class CodecContract:
    """What every codec promises. ``encodes`` is false for one that only reads.

    ``sample`` should have more records than one batch of the codec holds, if that can be set small.
    """

    encodes = True

    @pytest.fixture
    def codec(self) -> Codec:
        """Return the codec; the subclass gives it."""
        raise NotImplementedError("give a fixture named codec that returns your Codec")

    @pytest.fixture
    def sample(self) -> bytes:
        """Return an artifact in which every record can be read; the subclass gives it."""
        raise NotImplementedError("give a fixture named sample that returns the bytes of an artifact")

    def test_every_record_of_the_sample_is_read(self, codec: Codec, sample: bytes) -> None:
        """The sample is the base of the other rules."""
        batches = _decode(codec, io.BytesIO(sample))
        assert sum(map(len, batches)) > 0
        assert () == tuple(reject for batch in batches for reject in batch.rejects)

    def test_the_columns_are_those_of_the_layout(self, codec: Codec, sample: bytes) -> None:
        """Mappings are checked against the layout, then run against the frames."""
        for batch in _decode(codec, io.BytesIO(sample)):
            assert list(codec.layout.columns()) == [name for name in batch.frame.columns if name not in OWN_COLUMNS]
            assert [RECORD, OFFSET] == batch.frame.columns[:2], "own columns stand first"

    def test_records_are_numbered_from_one_and_offsets_rise(self, codec: Codec, sample: bytes) -> None:
        """A reject is found again by these two."""
        frame = pl.concat([batch.frame for batch in _decode(codec, io.BytesIO(sample))])
        assert list(range(1, frame.height + 1)) == frame[RECORD].to_list()
        assert frame[OFFSET].is_sorted()
        assert frame[OFFSET].is_unique().all()

    def test_the_same_bytes_are_cut_at_the_same_places(self, codec: Codec, sample: bytes) -> None:
        """A restart skips the batches that the ledger has, so they must be the same batches."""
        whole = _decode(codec, io.BytesIO(sample))
        dripped = _decode(codec, _Dripping(sample))
        assert [batch.frame.to_dict(as_series=False) for batch in whole] == [
            batch.frame.to_dict(as_series=False) for batch in dripped
        ], "batches depend on how the stream hands out its bytes"

    def test_what_was_written_reads_as_it_was(self, codec: Codec, sample: bytes) -> None:
        """Decode after encode gives back every field of every record."""
        if not self.encodes:
            return
        batches = _decode(codec, io.BytesIO(sample))
        again = _decode(codec, io.BytesIO(_encode(codec, batches)))
        names = list(codec.layout.columns())
        assert _rows(batches, names) == _rows(again, names)

    def test_each_batch_is_yielded_as_it_was_written(self, codec: Codec, sample: bytes) -> None:
        """What was not written must be a reject, or a record is lost without a word."""
        if not self.encodes:
            return
        batches = [_with_ids(batch) for batch in _decode(codec, io.BytesIO(sample))]
        written = list(codec.encode(batches, io.BytesIO()))
        for before, after in zip(batches, written, strict=True):
            told = {*after.frame[ID].to_list(), *(reject.id for reject in after.rejects)}
            assert set(before.frame[ID].to_list()) == told
            assert all(reject.stage is Stage.ENCODE for reject in after.rejects)

    def test_no_records_make_an_artifact_that_reads_as_none(self, codec: Codec) -> None:
        """An empty delivery has its header and trailer all the same."""
        if not self.encodes:
            return
        assert 0 == sum(map(len, _decode(codec, io.BytesIO(_encode(codec, [])))))


class DamageContract:
    """What a codec promises about damaged artifacts; beside ``CodecContract``, where damage can be seen."""

    @pytest.fixture
    def codec(self) -> Codec:
        """Return the codec; the subclass gives it."""
        raise NotImplementedError("give a fixture named codec that returns your Codec")

    @pytest.fixture
    def damaged(self) -> tuple[bytes, set[int], int]:
        """Return an artifact, the numbers of its records that cannot be read, and how many it has in all."""
        raise NotImplementedError("give a fixture named damaged: (bytes, numbers of bad records, count of records)")

    @pytest.fixture
    def broken(self) -> bytes:
        """Return an artifact that cannot be trusted as a whole, such as a truncated one."""
        raise NotImplementedError("give a fixture named broken that returns the bytes of a truncated artifact")

    def test_a_bad_record_is_one_reject_and_the_rest_go_on(
        self, codec: Codec, damaged: tuple[bytes, set[int], int]
    ) -> None:
        """One bad record in ten thousand is one Reject."""
        content, bad, count = damaged
        batches = _decode(codec, io.BytesIO(content))
        rejects = [reject for batch in batches for reject in batch.rejects]
        read = {number for batch in batches for number in batch.frame[RECORD]}
        assert sorted(bad) == [reject.record for reject in rejects]
        assert set(range(1, count + 1)) - bad == read
        for reject in rejects:
            assert reject.stage is Stage.DECODE
            assert reject.reason
            assert content[reject.offset :].startswith(reject.raw), "raw bytes do not stand at the offset"

    def test_a_broken_artifact_is_refused_as_a_whole(self, codec: Codec, broken: bytes) -> None:
        """At the latest when the iterator is exhausted."""
        with pytest.raises(BatchError):
            _decode(codec, io.BytesIO(broken))


class TargetFarSide(Protocol):
    """What a test of a target needs of the far side."""

    def target(self) -> Target:
        """Return a new target, as the next run would make it."""

    def batches(self) -> list[Batch]:
        """Return good records for it, with ``_id`` and ``_key``, the same at each call; two batches or more."""

    def received(self) -> int:
        """Return how many records have an effect there now."""


class TargetContract:
    """What every target promises. A crash is tried at each of its first three marks."""

    @pytest.fixture
    def far(self) -> TargetFarSide:
        """Return an empty far side; the subclass gives it."""
        raise NotImplementedError("give a fixture named far that returns your TargetFarSide")

    def test_each_record_has_one_outcome(self, far: TargetFarSide) -> None:
        """A record without an outcome stays pending for ever; two would be counted twice."""
        batches = far.batches()
        frame = _outcomes(far.target(), batches, _delivery(batches))
        assert Outcomes.schema() == frame.schema
        assert _ids(batches) == sorted(frame[ID])
        assert {str(Status.SENT)} == set(frame["status"])
        assert len(_ids(batches)) == far.received()

    def test_nothing_to_deliver_has_no_outcome(self, far: TargetFarSide) -> None:
        """A delivery may turn out empty."""
        assert 0 == _outcomes(far.target(), [], RecordingDelivery()).height

    def test_a_repeated_delivery_is_told_and_not_done_again(self, far: TargetFarSide) -> None:
        """The process may have died before it noted the outcomes."""
        batches = far.batches()
        delivery = _delivery(batches)
        _outcomes(far.target(), batches, delivery)
        frame = _outcomes(far.target(), batches, delivery.again())
        assert _ids(batches) == sorted(frame[ID])
        assert {str(Status.SENT)} == set(frame["status"])
        assert len(_ids(batches)) == far.received(), "records have an effect twice"

    @pytest.mark.parametrize("lost", [False, True], ids=["mark kept", "mark lost"])
    @pytest.mark.parametrize("crash_at", [1, 2, 3])
    def test_a_crash_at_a_mark_is_made_good(self, far: TargetFarSide, crash_at: int, lost: bool) -> None:
        """Whatever was half done is finished by the next try, once."""
        batches = far.batches()
        delivery = _delivery(batches, crash_at=crash_at, lost=lost)
        target = far.target()
        pulled = target.deliver(iter(batches), delivery)
        try:
            list(pulled)
        except Crash:
            assert delivery.marks or lost
        frame = _outcomes(far.target(), batches, delivery.again())
        assert _ids(batches) == sorted(frame[ID])
        assert {str(Status.SENT)} == set(frame["status"])
        assert len(_ids(batches)) == far.received()

    def test_a_crash_after_the_first_outcomes_is_made_good(self, far: TargetFarSide) -> None:
        """The outcomes were true, but nobody noted them."""
        batches = far.batches()
        delivery = _delivery(batches)
        abandoned = iter(far.target().deliver(iter(batches), delivery))
        assert next(abandoned).frame.height
        frame = _outcomes(far.target(), batches, delivery.again())
        assert _ids(batches) == sorted(frame[ID])
        assert len(_ids(batches)) == far.received()

    def test_two_deliveries_are_two(self, far: TargetFarSide) -> None:
        """The second one does not write over the first."""
        first, second = far.batches()[:2]
        _outcomes(far.target(), [first], RecordingDelivery("delivery-1", sequence=1, records=len(first)))
        _outcomes(far.target(), [second], RecordingDelivery("delivery-2", sequence=2, records=len(second)))
        assert len(first) + len(second) == far.received()


class _Dripping(io.RawIOBase):
    """A stream that hands out at most seven bytes at a time, as a slow line does."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        return self._content.read() if size < 0 else self._content.read(min(size, 7))

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        piece = self._content.read(min(len(buffer), 7))
        buffer[: len(piece)] = piece
        return len(piece)


def _names(artifacts: Iterable[Artifact]) -> list[str]:
    return [artifact.name for artifact in artifacts]


def _read(artifact: Artifact) -> bytes:
    with artifact.open() as stream:
        pieces = iter(lambda: stream.read(65_536), b"")
        return b"".join(pieces)


def _decode(codec: Codec, stream: io.BytesIO | _Dripping) -> list[Batch]:
    return list(codec.decode(_binary(stream), ORIGIN))


def _binary(stream: io.BytesIO | _Dripping) -> BinaryIO:
    return stream  # type: ignore[return-value]  # RawIOBase has every method that BinaryIO asks a reader for


def _encode(codec: Codec, batches: Iterable[Batch]) -> bytes:
    stream = io.BytesIO()
    for _ in codec.encode(batches, stream):
        pass
    return stream.getvalue()


def _rows(batches: Iterable[Batch], names: list[str]) -> list[tuple[object, ...]]:
    return [row for batch in batches for row in batch.frame.select(names).rows()]


def _with_ids(batch: Batch) -> Batch:
    return Batch(batch.frame.with_columns(pl.col(RECORD).alias(ID)))


def _delivery(batches: list[Batch], *, crash_at: int | None = None, lost: bool = False) -> RecordingDelivery:
    return RecordingDelivery(records=sum(map(len, batches)), crash_at=crash_at, lost=lost)


def _outcomes(target: Target, batches: Iterable[Batch], delivery: RecordingDelivery) -> pl.DataFrame:
    def told() -> Iterator[pl.DataFrame]:
        for outcomes in target.deliver(batches, delivery):
            yield outcomes.frame

    return pl.concat([Outcomes.schema().to_frame(), *told()])


def _ids(batches: Iterable[Batch]) -> list[int]:
    return sorted(number for batch in batches for number in batch.frame[ID])
