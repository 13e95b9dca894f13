"""What comes out of an interview: deterministic from the seed, the order's business key and what the job asks for.

Scores stand on their own scales (1 to 10 as a whole, 1 to 5 in a dimension), as those of real services do. Nothing
about the person is in a result.

    >>> [code for code, _, _ in asked({})]
    ['communication', 'problem-solving', 'motivation']
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any, Literal

from hrbus.sandbox.life import draw
from hrbus.sandbox.models import (
    Answer,
    Comment,
    Dimension,
    HumanReview,
    Integrity,
    Media,
    Model,
    Overall,
    Result,
    State,
    text_of,
)

_DEFAULTS = (("communication", "Communication"), ("problem-solving", "Problem solving"), ("motivation", "Motivation"))
_BANDS = ((8.0, "excellent"), (6.5, "good"), (5.0, "fair"), (0.0, "weak"))
_ADVICE: dict[str, Literal["advance", "hold", "reject"]] = {
    "excellent": "advance",
    "good": "advance",
    "fair": "hold",
    "weak": "reject",
}
_REMARKS = {
    "excellent": "Answers were precise and backed by examples.",
    "good": "Answers were clear; some lacked an example.",
    "fair": "Answers covered the question in part.",
    "weak": "Answers stayed general.",
}
_RECORDINGS: dict[str, tuple[Literal["video", "audio", "transcript"], str]] = {
    "video": ("video", "video/mp4"),
    "voice": ("audio", "audio/mp4"),
    "text": ("transcript", "text/plain"),
}
_LINK_DAYS = 7


def asked(order: Mapping[str, Any]) -> list[tuple[str, str, float]]:
    """Return code, label and weight (they add up to about 100) of every dimension that ``order`` is scored in."""
    wanted = (order.get("job") or {}).get("requirements") or []
    names = [(each["dimension"], each["dimension"], each.get("weight")) for each in wanted]
    names = names or [(code, label, None) for code, label in _DEFAULTS]
    even = round(100 / len(names), 2)
    return [(code, label, even if weight is None else float(weight)) for code, label, weight in names]


def result(
    seed: int, order: Mapping[str, Any], interview_id: str, story: list[tuple[int, State]], now: int
) -> Result:
    """Return the result of a completed interview as it is read at ``now`` (milliseconds since 1970)."""
    external_id = order["external_id"]
    begins = {state: at for at, state in story}
    scored = begins[State.COMPLETED]
    dimensions = [_dimension(seed, external_id, *each) for each in asked(order)]
    overall = _overall(seed, external_id, dimensions)
    return Result(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{interview_id}/1")),
        order_id=interview_id,
        version=1,
        model=Model(vendor="hrbus sandbox", name="deterministic", version="1"),
        overall=overall,
        dimensions=dimensions,
        recommendation=_ADVICE[overall.band],
        comments=[
            Comment(author_type="ai", author="deterministic 1", text=_REMARKS[overall.band], at=text_of(scored))
        ],
        integrity=Integrity(flags=[]),
        media=[_media(seed, interview_id, scored, now, order.get("mode", "video"))],
        answers=[
            Answer(question=f"Tell us about a task that needed {each.label}.", score=each.raw) for each in dimensions
        ],
        human_review=HumanReview(required=overall.band == "fair", status="pending"),
        started_at=text_of(begins[State.IN_PROGRESS]),
        submitted_at=text_of(begins[State.SUBMITTED]),
        scored_at=text_of(scored),
    )


def _dimension(seed: int, external_id: str, code: str, label: str, weight: float) -> Dimension:
    raw = round(1 + 4 * draw(seed, external_id, f"dimension {code}"), 1)
    band = _band(1 + (raw - 1) * 9 / 4)
    return Dimension(code=code, label=label, raw=raw, minimum=1, maximum=5, weight=weight, comment=_REMARKS[band])


def _overall(seed: int, external_id: str, dimensions: list[Dimension]) -> Overall:
    weights = (
        [each.weight for each in dimensions] if any(each.weight for each in dimensions) else [1.0] * len(dimensions)
    )
    mean = sum(each.raw * weight for each, weight in zip(dimensions, weights, strict=True)) / sum(weights)
    raw = round(1 + (mean - 1) * 9 / 4, 1)
    percentile = round(min(99.0, max(1.0, (raw - 1) * 11 + draw(seed, external_id, "percentile"))), 1)
    return Overall(raw=raw, minimum=1, maximum=10, band=_band(raw), percentile=percentile)


def _band(raw: float) -> str:
    return next(name for least, name in _BANDS if raw >= least)


def _media(seed: int, interview_id: str, scored: int, now: int, mode: str) -> Media:
    life = _LINK_DAYS * 86_400_000
    expires = scored + life * (1 + max(0, now - scored) // life)
    kind, media_type = _RECORDINGS[mode]
    signature = hashlib.sha256(f"{seed}/{interview_id}/{expires}".encode()).hexdigest()[:32]
    return Media(
        kind=kind,
        url=f"https://media.sandbox.example/{interview_id}/{kind}?expires={expires // 1000}&signature={signature}",
        expires_at=text_of(expires),
        sha256=hashlib.sha256(f"{seed}/{interview_id}/{kind}".encode()).hexdigest(),
        duration_s=600 + int(1200 * draw(seed, interview_id, "length")),
        media_type=media_type,
    )
