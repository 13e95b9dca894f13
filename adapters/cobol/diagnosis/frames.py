"""The ways in which records may lie in a sample; those that its bytes rule out are not named."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from adapters.cobol import decode
from adapters.cobol.diagnosis import pages
from adapters.cobol.diagnosis.trial import Trials, Value
from adapters.cobol.frames.fixed import Fixed
from adapters.cobol.plan import Plan, Storage
from adapters.cobol.settings import CobolSettings

Changes = dict[str, Value]

_ORDERS = ("big", "little")
_LENGTH_FIELDS = 8
_LONGEST_SEARCH = 4096
_SEARCH_ROWS = 8
_POOR = 0.9
_MOST_EDGES = 3
"""How many records at an end of the file may be none."""
_DISTANCES = 24
_SPLITS = 64
"""The longest remainder of which every split into header and trailer is tried."""
_BREAKS = (b"\n", b"\x15", b"\x25")


def all_of(trials: Trials) -> Iterator[Changes]:
    """Yield settings to try, with the code page of each family that the bytes may be of."""
    for family in pages.families(trials):
        if not trials.free("frame"):
            yield family
            if trials.given.frame == "fixed":
                yield from _fixed(trials, family)
            continue
        yield {**family, "frame": "fixed"}
        yield from _fixed(trials, {**family, "frame": "fixed"})
        yield from ({**family, **changes} for changes in _framed(trials, family))


def _framed(trials: Trials, family: Changes) -> Iterator[Changes]:
    """Yield frames that tell how long each record is."""
    if any(end in trials.sample.data for end in _BREAKS):
        yield {"frame": "lines"}
    for order, itself in product(_ORDERS, (True, False)):
        yield {"frame": "rdw", **_word("rdw", order, itself)}
    for order, itself, block in product(_ORDERS, (True, False), (True, False)):
        yield {"frame": "bdw", **_word("rdw", order, itself), **_word("bdw", order, block)}
    yield {"frame": "mf"}
    plan = trials.codec(family).plan
    for number in range(1 if plan.options.page.ebcdic else 0, 4):  # format 0 is an RDW, which mainframes write
        yield {"frame": "gnucobol", **({"varseq_format": number} if number else {})}
    if plan.trailing:
        yield {"frame": "variable"}
    for name in _length_fields(plan):
        yield {"frame": f"length-field={name}"}


def _word(name: str, order: str, itself: bool) -> Changes:
    """Return what is to be said of a descriptor word: nothing of what goes without saying."""
    fields = CobolSettings.model_fields
    made: Changes = {} if order == fields[name].default else {name: order}
    return made if itself else {**made, f"{name}_counts_itself": False}


def _length_fields(plan: Plan) -> list[str]:
    """Return whole numbers that stand in the same place in every record, those at its beginning first."""
    numbers = (Storage.ZONED, Storage.PACKED, Storage.BINARY)
    found = [
        leaf.item.name
        for leaf in plan.stored
        if leaf.storage in numbers and leaf.item.name and leaf.home is None and not leaf.shifts and not leaf.scale
        and leaf.factor == 1
    ]  # fmt: skip
    return found[:_LENGTH_FIELDS]


def _fixed(trials: Trials, family: Changes) -> Iterator[Changes]:
    """Yield records of one length, with something before, behind or between them."""
    codec, size = trials.codec(family), trials.sample.size
    plan, frame = codec.plan, codec.framing.frame
    if not isinstance(frame, Fixed) or frame.stride > size:
        return
    stride = frame.stride
    rest = size % stride
    yield from _around(family, trials, 0, rest, stride)
    base = trials.run(family)
    if base is None or (base.fit >= _POOR and not rest):
        return
    for before in _phases(trials, plan, stride, min(stride, _LONGEST_SEARCH)):
        yield from _around(family, trials, before, (size - before) % stride, stride)
    for longer in _repeats(trials, stride):
        places = _phases(trials, plan, longer, longer - plan.size + 1)
        for before in places:
            behind = longer - plan.size - before
            around = {"record_start": before, "record_end": behind} if before else {"record_length": longer}
            yield {**family, **{name: value for name, value in around.items() if value}}
        if places:
            return


def _around(family: Changes, trials: Trials, header: int, trailer: int, stride: int) -> Iterator[Changes]:
    """Yield header and trailer of these lengths, and longer by the records at the ends that are none."""
    sizes = [(header, trailer)]
    if not header and 2 < trailer <= _SPLITS:
        sizes.extend((before, trailer - before) for before in range(1, trailer + 1))
    elif not header and trailer > _SPLITS:
        sizes.append((trailer, 0))
    for before, behind in sizes:
        plain = {**family, **_edges(before, behind)}
        yield plain
        found = trials.run(plain)
        if found and 0 < max(found.early, found.late) <= _MOST_EDGES:
            yield {**family, **_edges(before + found.early * stride, behind + found.late * stride)}


def _edges(header: int, trailer: int) -> Changes:
    return {name: value for name, value in (("header", header), ("trailer", trailer)) if value}


def _phases(trials: Trials, plan: Plan, stride: int, most: int) -> list[int]:
    """Return the places, of the first ``most``, at which all records are good, or all but one.

    None are told where that is everywhere: nothing in the layout tells places apart.
    """
    data = np.frombuffer(trials.sample.data, dtype=np.uint8)
    rows = min(_SEARCH_ROWS, (len(data) - most - plan.size) // stride)
    if rows < 1 or most < 1:
        return []
    starts = (np.arange(most)[:, None] + stride * np.arange(1, rows + 1)[None, :] - stride * (rows < 2)).ravel()
    good = rows - decode.failing(plan, data, starts).reshape(most, rows).sum(axis=1)
    best = np.flatnonzero(good == good.max())
    return [] if len(best) == most or good.max() < max(1, rows - 1) else best[:_SPLITS].tolist()


def _repeats(trials: Trials, stride: int) -> list[int]:
    """Return distances, more than ``stride``, at which the bytes repeat better than at that one; the shortest first.

    What is a multiple of the true distance may repeat even better, where values come again.
    """
    data = np.frombuffer(trials.sample.data[: 1 << 16], dtype=np.uint8)
    most = min(4 * stride + 256, len(data) // 2, _LONGEST_SEARCH)
    lags = [lag for lag in range(stride + 1, most + 1) if trials.sample.size % lag == 0]
    usual = float((data[:-stride] == data[stride:]).mean()) if len(data) > stride else 0.0
    return [lag for lag in lags if float((data[:-lag] == data[lag:]).mean()) > usual][:_DISTANCES]
