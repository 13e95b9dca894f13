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
from adapters.cobol.frames.reading import inside
from adapters.cobol.frames.window import Window
from adapters.cobol.plan import Leaf, Node, Storage
from adapters.cobol.settings import CobolSettings
from hrbus.spi import BatchError, ConfigError, Failure, Type

Ints = npt.NDArray[np.int64]
Value = str | int | bool

ROWS = 300
"""How many records are decoded, from all over the sample."""
_MOST_RECORDS = 100_000
_CHAIN = 3
_NEARLY = 0.95
_EAST = "\u2e80"
_OPTION_COSTS = 0.002
"""What an option more takes off a score: of two readings that are equally good, the plainer one is told first."""


@dataclass(frozen=True)
class Trial:
    """What came of some settings. ``places`` names where the records lie; ``codes`` are those of what was wrong.
    ``wide`` counts East Asian characters. ``chained`` says that each of several records led to the next, up to the end
    of the sample: no chance does that, whatever the fields hold.

    ``rest`` are the bytes of the sample behind the last whole record, ``cut`` what the frame says of them.
    """

    changes: Mapping[str, Value]
    records: int
    tried: int
    good: int
    text: float | None
    sense: float
    covered: float
    cut: str
    rest: int
    first_bad: bool
    places: bytes
    wide: int = 0
    chained: bool = False
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
        return self.fit * (0.4 + 0.6 * text) * (0.9 + 0.1 * self.sense) * self.covered

    @property
    def score(self) -> float:
        """How well the settings fit, from 0 to 1; a chain of records counts as much as all that they hold."""
        judged = 0.5 + 0.5 * self.judged if self.chained else self.judged
        return max(0.0, judged - _OPTION_COSTS * len(self.changes))


class Trials:
    """Tries settings on a sample, beyond those that ``given`` has."""

    def __init__(self, given: CobolSettings, record: Item, sample: Sample) -> None:
        self.given = given
        self.record = record
        self.sample = sample

    def free(self, name: str) -> bool:
        """Say whether a setting is to be guessed: nobody has given it."""
        return name not in self.given.model_fields_set

    def codec(self, changes: Mapping[str, Value]) -> CobolCodec:
        """Return the codec with these settings changed; ConfigError where they do not go together."""
        return CobolCodec(self.given.model_copy(update=dict(changes)), self.record)

    def run(self, changes: Mapping[str, Value]) -> Trial | None:
        """Return how the settings do; None where no record is found under them."""
        if not all(self.free(name) for name in changes):
            return None
        try:
            codec = self.codec(changes)
            found = self._walked(codec)
        except (ConfigError, BatchError):  # a guess that is none
            return None
        return None if found is None else self._judged(changes, codec, *found)

    def _walked(self, codec: CobolCodec) -> tuple[Chunk, float, str, int] | None:
        """Return the records of the sample, how much of it they cover, and what is behind them."""
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
        chunk = Chunk(window.data, np.append(begins, at), starts, lengths, 0)
        return chunk, covered, cut, limit - at

    def _judged(
        self, changes: Mapping[str, Value], codec: CobolCodec, chunk: Chunk, covered: float, cut: str, rest: int
    ) -> Trial:
        plan = codec.plan
        rows = np.unique(np.linspace(0, len(chunk) - 1, ROWS).astype(np.int64))
        some = Chunk(chunk.buffer, np.append(rows, 0), chunk.starts[rows], chunk.lengths[rows], 0)
        buffer, starts = some.padded(plan.size, plan.options.page.blank)
        reader = decode.Reader(plan, buffer)
        scope = decode.Scope(starts, None, np.arange(len(starts)), None)
        frame = arrow.frame(reader.scope(plan.nodes, scope), len(starts))
        needed = plan.size - reader.shortening(plan.trailing, scope)
        bad = _misfits(codec, some.lengths, needed)
        for _leaf, wrong, *_ in reader.faults:
            bad[wrong] = True
        values = list(_values(plan.nodes, frame))
        where = np.append(chunk.starts[rows], chunk.lengths[rows])
        texts = "".join(text for leaf, series in values if _spoken(leaf) for text in series.to_list())
        return Trial(
            changes=changes,
            records=len(chunk),
            tried=len(rows),
            good=int((~bad).sum()),
            text=plausible.share(texts, plan.options.page.name),
            wide=sum(character >= _EAST for character in texts),
            chained=_chained(codec, chunk, covered),
            sense=_sense(values),
            covered=covered,
            cut=cut,
            rest=rest,
            first_bad=bool(bad[0]),
            places=where.tobytes() + bytes(str(codec.framing.header), "ascii"),
            failures=failures.of(reader, buffer),
            codes=frozenset(code for _, _, _, codes, _ in reader.faults for code in codes.tolist()),
        )


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


def _spoken(leaf: Leaf) -> bool:
    """Say whether a field holds text, and not bytes that may mean something else."""
    return leaf.type is Type.TEXT and not leaf.lenient and leaf.rivals is None


def _chained(codec: CobolCodec, chunk: Chunk, covered: float) -> bool:
    """Say whether a word or line end before each record, and nothing else, led through all of the sample."""
    if codec.settings.frame in ("fixed", "variable") or len(chunk) < _CHAIN or covered < _NEARLY:
        return False
    return 0 < int(chunk.lengths.min()) and int(chunk.lengths.max()) <= codec.plan.size


def _sense(values: list[tuple[Leaf, pl.Series]]) -> float:
    """Return how likely binary numbers and floats are as they stand: small ones, and those with few digits."""
    found = [_likely(leaf, series) for leaf, series in values if len(series)]
    judged = [value for value in found if value is not None]
    return sum(judged) / len(judged) if judged else 1.0


def _likely(leaf: Leaf, series: pl.Series) -> float | None:
    if leaf.storage is Storage.FLOAT:
        numbers = series.to_numpy().astype(np.float64)
        size = np.abs(numbers[np.isfinite(numbers)])
        sane = (size == 0) | ((size > 1e-6) & (size < 1e12))
        short = np.isclose(size * 1000, np.round(size * 1000), rtol=1e-6, atol=0)
        return float(sane.sum() + (sane & short).sum()) / (2 * len(numbers))
    if leaf.storage is Storage.BINARY and leaf.width > 1:
        numbers = np.abs(series.cast(pl.Float64).to_numpy()) * 10.0**leaf.scale
        return float(1 - np.minimum(np.log2(numbers + 1) / (8 * leaf.width), 1).mean())
    return None
