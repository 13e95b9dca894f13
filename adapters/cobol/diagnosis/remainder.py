"""Says in sentences what does not fit: bytes that are left, fields that fail, records that repeat otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.cobol.diagnosis.trial import Trial, Trials
from adapters.cobol.frames.fixed import Fixed

_ENDS = {b"\x1a": "the end mark X'1A' of a PC", b"\n": "a line end", b"\x15": "an EBCDIC line end"}


def notes(trials: Trials, best: Trial | None, *, fits: bool) -> tuple[str, ...]:
    """Return what there is to say of the file beside the guesses."""
    return tuple(_notes(trials, best, fits))


def _notes(trials: Trials, best: Trial | None, fits: bool) -> Iterator[str]:
    plan = trials.codec({}).plan
    size = trials.sample.size
    if best is None:
        yield f"no record of the copybook ({plan.size} bytes) is found in the {size:,} bytes of the file"
        return
    if not fits:
        yield "nothing fits well: see whether the copybook is that of the file"
    if not fits and best.failures:
        first = best.failures[0]
        yield (
            f"the first field that fails is {first.field} ({first.note}), with the byte {first.byte}, in"
            f" {first.count} of {best.tried} records"
        )
    if best.changes.get("frame", trials.given.frame) == "fixed":
        yield from _divided(trials, best)
    elif best.cut:
        yield best.cut


def _divided(trials: Trials, best: Trial) -> Iterator[str]:
    frame, size = trials.codec(best.changes).framing.frame, trials.sample.size
    if not isinstance(frame, Fixed) or not size % frame.stride:
        return
    length = frame.stride
    rest = size % length
    yield (
        f"the file has {rest:,} {'byte' if rest == 1 else 'bytes'} more than {size // length:,} records of {length}"
        f" bytes: header={rest} or trailer={rest}, or both together?"
    )
    if end := _ENDS.get(trials.sample.last[-1:]):
        yield f"the last byte of the file is {end}: it may belong to no record"
