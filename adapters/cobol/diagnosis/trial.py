"""Decodes some records of a sample with the codec's own reader, under settings that are tried, and judges them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import arrow, decode
from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import Item
from adapters.cobol.diagnosis import failures, plausible
from adapters.cobol.diagnosis.sample import Sample
from adapters.cobol.frames import Chunk
from adapters.cobol.frames.chunk import Walk
from adapters.cobol.frames.fixed import Fixed
from adapters.cobol.frames.reading import inside
from adapters.cobol.frames.window import Window
from adapters.cobol.plan import Leaf, Node, Plan, Storage
from adapters.cobol.settings import CobolSettings
from hrbus.spi import BatchError, ConfigError, Failure, Type

Ints = npt.NDArray[np.int64]
Value = str | int | bool

ROWS = 300
"""How many records are decoded, from all over the sample."""
_LENIENT_COSTS = 0.03
"""What it takes off a score that blanks pass for numbers."""
_REST_COSTS = 0.01
"""What bytes that belong to no record take off a score."""
_ENDS = 8
"""How many records at each end of the sample are decoded in any case."""
_MOST_RECORDS = 100_000
_LETTERS = np.frombuffer(b"{ABCDEFGHI}JKLMNOPQR", dtype=np.uint8)
_CHAIN = 3
_CHAINS = {"lines": 0.5, "words": 0.9}
"""What a chain counts in a score: words that lead to each other prove more than line ends, which texts have too."""
_LONGEST = 32_768
_NEARLY = 0.95
_EAST = "\u2e80"
_OPTION_COSTS = 0.002
"""What an option more takes off a score: of two readings that are equally good, the plainer one is told first."""


@dataclass(frozen=True)
class Trial:
    """What came of some settings.

    ``records`` were found and ``tried`` of them decoded, ``good`` of these without a reject; ``early`` and ``late``
    are how many wrong ones stand before the first and behind the last good one. ``text``, ``binaries`` and ``floats``
    say how likely values are as they stand, ``wide`` how many characters are East Asian. ``covered`` is the part of
    the sample that records take, ``cut`` what the frame says of the rest, ``whole`` that nothing of the file remains.
    ``chained`` says that each of several records led to the next, up to the end of the sample: no chance does that,
    whatever the fields hold. ``overpunched`` says that signs stand as letters. ``places`` names where the records
    lie; ``codes`` are those of what was wrong.
    """

    changes: Mapping[str, Value]
    records: int
    tried: int
    good: int
    text: float | None
    binaries: float
    floats: float
    covered: float
    cut: str
    whole: bool
    early: int
    late: int
    places: bytes
    wide: int = 0
    chained: bool = False
    overpunched: bool = False
    failures: tuple[Failure, ...] = ()
    codes: frozenset[int] = field(default_factory=frozenset)

    @property
    def fit(self) -> float:
        """How many of the records that were tried are good, from 0 to 1."""
        return self.good / self.tried

    @property
    def judged(self) -> float:
        """How well the fields fit, from 0 to 1."""
        text = 1.0 if self.text is None else self.text
        return self.fit * (0.4 + 0.6 * text) * (0.9 + 0.05 * (self.binaries + self.floats)) * self.covered

    @property
    def score(self) -> float:
        """How well the settings fit, from 0 to 1; a chain of records counts beside what they hold."""
        chain = _CHAINS["lines" if self.changes.get("frame") == "lines" else "words"] if self.chained else 0.0
        return max(0.0, chain + (1 - chain) * self.judged - self._costs)

    @property
    def _costs(self) -> float:
        lenient = _LENIENT_COSTS if "blank_numeric" in self.changes else 0.0
        return _OPTION_COSTS * len(self.changes) + lenient + (0.0 if self.whole else _REST_COSTS)


class Trials:
    """Tries settings on a sample, beyond those that ``given`` has."""

    def __init__(self, given: CobolSettings, record: Item, sample: Sample) -> None:
        self.given = given
        self.record = record
        self.sample = sample
        self._known: dict[frozenset[tuple[str, Value]], Trial | None] = {}

    def free(self, name: str) -> bool:
        """Say whether a setting is to be guessed: nobody has given it."""
        return name not in self.given.model_fields_set

    def codec(self, changes: Mapping[str, Value]) -> CobolCodec:
        """Return the codec with these settings changed; ConfigError where they do not go together."""
        return CobolCodec(self.given.model_copy(update=dict(changes)), self.record)

    def run(self, changes: Mapping[str, Value]) -> Trial | None:
        """Return how the settings do; None where no record is found under them."""
        key = frozenset(changes.items())
        if key not in self._known:
            self._known[key] = self._run(changes) if all(map(self.free, changes)) else None
        return self._known[key]

    def _run(self, changes: Mapping[str, Value]) -> Trial | None:
        try:
            codec = self.codec(changes)
            found = self._walked(codec)
        except (ConfigError, BatchError):  # a guess that is none
            return None
        return None if found is None else self._judged(changes, codec, *found)

    def _walked(self, codec: CobolCodec) -> tuple[Chunk, float, str] | None:
        """Return the records of the sample, how much of it they cover, and what is wrong behind them."""
        framing, sample = codec.framing, self.sample
        window = Window(io.BytesIO(sample.data), framing.trailer if sample.whole else 0, framing.ending)
        window.want(len(sample.data) + 1)
        window.take(framing.header)
        preface = window.take(framing.preface.size).tobytes() if framing.preface else b""
        frame = framing.preface.frame(preface) if framing.preface else framing.frame
        limit = len(window.data)
        parts: list[Walk] = []
        at = state = count = 0
        while at < limit and count < _MOST_RECORDS:
            walk = frame.walk(window, at, state, _MOST_RECORDS, limit)
            if walk.fault:
                return None
            if not len(walk.starts) and walk.next == at:
                break
            parts.append(walk)
            at, state = walk.next, walk.state
            count += len(walk.starts)
        if not parts:
            return None
        begins, starts, lengths = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("begins", "starts", "lengths")
        )
        if not sample.whole and len(starts) > 1:  # the last one may go on behind the sample
            begins, starts, lengths = begins[:-1], starts[:-1], lengths[:-1]
        if not len(starts):
            return None
        cut = frame.cut(window, at, state) if sample.whole and at < limit else ""
        covered = at / limit if count < _MOST_RECORDS else 1.0
        starts, lengths = inside(starts, lengths, framing)
        chunk = Chunk(window.data, begins, starts, lengths, np.append(begins[1:], at), 0)
        return chunk, covered, cut

    def _remains(self, codec: CobolCodec) -> bool:
        """Say whether records of one length leave bytes of the file over."""
        framing = codec.framing
        around = framing.header + framing.trailer
        return isinstance(framing.frame, Fixed) and (self.sample.size - around) % framing.frame.stride > 0

    def _judged(
        self, changes: Mapping[str, Value], codec: CobolCodec, chunk: Chunk, covered: float, cut: str
    ) -> Trial:
        plan = codec.plan
        rows = _spread(len(chunk))
        some = chunk.take(rows)
        buffer, starts = some.padded(plan.size, plan.options.page.blank)
        reader = decode.Reader(plan, buffer)
        scope = decode.Scope(starts, None, np.arange(len(starts)), None)
        frame = arrow.frame(reader.scope(plan.nodes, scope), len(starts))
        needed = plan.size - reader.shortening(plan.trailing, scope)
        bad = _misfits(codec, some.lengths, needed)
        for _leaf, wrong, *_ in reader.faults:
            bad[wrong] = True
        good = np.flatnonzero(~bad)
        values = [
            (leaf, series)
            for leaf, series in _values(plan.nodes, frame.filter(~bad) if len(good) else frame)
            if not leaf.lenient and leaf.rivals is None  # bytes that may mean something else tell nothing
        ]
        where = np.append(chunk.starts[rows], chunk.lengths[rows])
        texts = "".join(text for leaf, series in values if leaf.type is Type.TEXT for text in series.to_list())
        return Trial(
            changes=changes,
            records=len(chunk),
            tried=len(rows),
            good=len(good),
            text=plausible.share(texts, plan.options.page.name),
            wide=sum(character >= _EAST for character in texts),
            chained=_chained(codec, chunk, covered),
            overpunched=_overpunched(plan, buffer, starts),
            binaries=_sense(values, Storage.BINARY),
            floats=_sense(values, Storage.FLOAT),
            covered=covered * _described(codec),
            cut=cut,
            whole=not cut and not self._remains(codec),
            early=int(good[0]) if len(good) else 0,
            late=len(rows) - 1 - int(good[-1]) if len(good) and self.sample.whole else 0,
            places=where.tobytes() + bytes(str(codec.framing.header), "ascii"),
            failures=failures.of(reader, buffer),
            codes=frozenset(code for _, _, _, codes, _ in reader.faults for code in codes.tolist()),
        )


def _described(codec: CobolCodec) -> float:
    """Return a factor that falls as more of each record lies outside the copybook."""
    frame = codec.framing.frame
    return 0.7 + 0.3 * codec.plan.size / frame.stride if isinstance(frame, Fixed) else 1.0


def _spread(count: int) -> Ints:
    """Return the numbers of the records to decode: from all over, and those at both ends."""
    ends = np.arange(min(_ENDS, count))
    return np.unique(np.concatenate([ends, np.linspace(0, count - 1, ROWS).astype(np.int64), count - 1 - ends]))


def _misfits(codec: CobolCodec, lengths: Ints, needed: Ints) -> npt.NDArray[np.bool_]:
    """Return which records are longer than the layout, or shorter than their counts say."""
    if codec.settings.frame == "fixed":
        return np.zeros(len(lengths), dtype=np.bool_)
    bad: npt.NDArray[np.bool_] = lengths > codec.plan.size
    return bad | (lengths < needed) if codec.framing.frame.exact else bad


def _values(nodes: Sequence[Node], frame: pl.DataFrame) -> Iterator[tuple[Leaf, pl.Series]]:
    """Yield what every field holds, tables laid out flat."""
    for node in nodes:
        series = frame[node.column]
        if isinstance(node, Leaf):
            yield node, series.drop_nulls()
            continue
        series = series.drop_nulls().explode().drop_nulls()
        if node.plain:
            yield from ((leaf, series) for leaf in node.nodes if isinstance(leaf, Leaf))
        elif len(series):
            yield from _values(node.nodes, series.struct.unnest())


def _overpunched(plan: Plan, buffer: npt.NDArray[np.uint8], starts: Ints) -> bool:
    """Say whether an ASCII file has the letters for digits with a sign that EBCDIC has: the codec reads both."""
    if plan.options.page.ebcdic:
        return False
    for leaf in plan.stored:
        item = leaf.item
        if (
            leaf.storage is Storage.ZONED
            and leaf.signed
            and not item.sign_separate
            and not leaf.home
            and not leaf.shifts
        ):
            at = starts + leaf.offset + (0 if item.sign_leading else leaf.width - 1)
            if np.isin(buffer[at], _LETTERS).any():
                return True
    return False


def _chained(codec: CobolCodec, chunk: Chunk, covered: float) -> bool:
    """Say whether a word or line end before each record, and nothing else, led through all of the sample."""
    if codec.settings.frame in ("fixed", "variable") or len(chunk) < _CHAIN or covered < _NEARLY:
        return False
    longest = codec.plan.size if codec.settings.frame == "lines" else _LONGEST
    return 0 < int(chunk.lengths.min()) and int(chunk.lengths.max()) <= longest


def _sense(values: list[tuple[Leaf, pl.Series]], storage: Storage) -> float:
    """Return how likely binary numbers or floats are as they stand: small ones, and those with few digits."""
    found = [_likely(leaf, series) for leaf, series in values if len(series) and leaf.storage is storage]
    judged = [value for value in found if value is not None]
    return sum(judged) / len(judged) if judged else 1.0


def _likely(leaf: Leaf, series: pl.Series) -> float | None:
    if leaf.storage is Storage.FLOAT:
        numbers = series.to_numpy().astype(np.float64)
        size = np.abs(numbers[np.isfinite(numbers)])
        sane = (size == 0) | ((size > 1e-6) & (size < 1e12))
        scaled = size[sane] * 1000
        short = np.isclose(scaled, np.round(scaled), rtol=1e-6, atol=0)
        return float(sane.sum() + short.sum()) / (2 * len(numbers))
    if leaf.storage is Storage.BINARY and leaf.width > 1:
        numbers = np.abs(series.cast(pl.Float64).to_numpy()) * 10.0**leaf.scale
        return float(1 - np.minimum(np.log2(numbers + 1) / (8 * leaf.width), 1).mean())
    return None
