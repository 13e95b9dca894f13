"""One record on its way through a plan: every leaf with its fields, each converter, and what came out.

    for line in mapping.steps(batch): print(line.path, line.value)

Nothing is reckoned a second time in another way: the plan that makes documents is run on one row, and its columns are
read where its tracks say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from hrbus.errors import Place
from hrbus.mapping.example import plain, returned
from hrbus.mapping.out import feeds, repetitions
from hrbus.mapping.plan import Plan, Track, Value, failed, items_of
from hrbus.values import Documents

if TYPE_CHECKING:
    from hrbus.mapping.mapping import Mapping


@dataclass(frozen=True)
class Step:
    """What a converter (``digits(8)``), ``join`` or ``$sql`` made of the value before it; ``failed`` says why not."""

    call: str
    value: Any = field(repr=False)
    failed: str = ""


@dataclass(frozen=True)
class Line:
    """One leaf for one record: a ``path``, or a condition, whose path ends in ``$when``.

    ``fields`` are the columns it reads with their values as they were decoded; in a repetition they are named
    ``APPL-JOB[2].JOB-FROM``. ``value`` is what stands in the document; of a condition, whether it holds. What a
    condition leaves out is ``left_out``.
    """

    path: str
    place: Place
    fields: tuple[tuple[str, Any], ...] = field(repr=False)
    steps: tuple[Step, ...] = field(repr=False)
    value: Any = field(repr=False)
    left_out: bool = False

    @property
    def is_condition(self) -> bool:
        """Say whether it is a condition."""
        return self.path.endswith("/$when")


@dataclass(frozen=True)
class Return:
    """A field before and after the way there and back; ``why`` tells of a loss that its rule knows of."""

    column: str
    was: Any = field(repr=False)
    now: Any = field(repr=False)
    why: str = ""

    @property
    def same(self) -> bool:
        """Say whether it came back as it was; blank and absent are the same."""
        return bool(plain(self.was) == plain(self.now))


def trace(plan: Plan, frame: pl.DataFrame) -> tuple[Line, ...]:
    """Return the lines of the one row of ``frame``; none where polars refuses it as a whole."""
    try:
        return tuple(_lines(plan, plan.run(frame)[1], ""))
    except pl.exceptions.PolarsError:
        return ()


def _lines(plan: Plan, frame: pl.DataFrame, inside: str) -> Iterator[Line]:
    for track in plan.tracks:
        if isinstance(track, Track):
            yield _line(plan, track, frame, inside)
            continue
        holds = all(_value(frame, key) for key in track.conditions)
        inner = track.repeat.plan
        items = items_of(frame.get_column(track.repeat.source))
        for number in range(items.height):
            item = inner.run(items[number : number + 1])[1]
            for line in _lines(inner, item, f"{inside}{'.' if inside else ''}{track.repeat.field}[{number + 1}]"):
                yield line if holds else replace(line, left_out=True)


def _line(plan: Plan, track: Track, frame: pl.DataFrame, inside: str) -> Line:
    rule = track.leaf.rule
    fields = tuple((_named(inside, column), _value(frame, key)) for column, key in track.sources)
    steps = tuple(
        Step(call, _value(frame, key), _failed(plan, frame, key).removeprefix(f"{call}: "))
        for call, key in track.steps
    )
    left_out = not all(_value(frame, key) for key in track.conditions)
    return Line(rule.path, rule.place, fields, steps, _value(frame, track.key), left_out)


def _named(inside: str, column: str) -> str:
    """Return a field's name in a repetition; a repeated field without fields of its own is its own item."""
    item = inside.rpartition("[")[0].rpartition(".")[2]
    return inside if item == column else f"{inside}.{column}" if inside else column


def _value(frame: pl.DataFrame, key: str) -> Any:
    return frame.get_column(key).to_list()[0]


def _failed(plan: Plan, frame: pl.DataFrame, key: str) -> str:
    node = plan.nodes[key]
    return next((failure.reason for failure in failed(frame, node)), "") if isinstance(node, Value) else ""


def way_back(mapping: Mapping, frame: pl.DataFrame, documents: Documents) -> tuple[Return, ...]:
    """Return how the fields of one record come back from its document, those that any rule feeds.

    A record that is refused on the way back tells so in its one line.
    """
    batch = returned(mapping, documents)
    if batch.rejects:
        return (Return(batch.rejects[0].field, None, None, batch.rejects[0].reason),)
    before, after = frame.row(0, named=True), batch.frame.row(0, named=True)
    main = (mapping.trees[mapping.root],)
    lossy = {found.column: feed.leaf.lossy for found, feed in feeds(main).items()}
    lossy |= {found.column: "" for found in repetitions(main)}
    filled = {fill.field.column for fill in mapping.fills}
    return tuple(
        Return(column, _bare(before[column]), _bare(after[column]), lossy.get(column, ""))
        for column in mapping.layout.columns()
        if column in after and column in before and column not in filled
    )


def _bare(value: Any) -> Any:
    """Return a value to be compared: text without the blanks around it, which a field of fixed width adds."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, dict):
        return {name: _bare(item) for name, item in value.items()}
    return value.strip() if isinstance(value, str) else value
