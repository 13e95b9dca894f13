"""The objects of the reference service, as pydantic models: what is taken, what is answered.

What comes in is closed (an unknown key is refused, so that a typing error is seen); what goes out is the shape that
``/openapi.json`` promises. Moments are RFC 3339 in UTC with milliseconds, so that their text sorts as time does.

    >>> Order(external_id="4711", template_id="ai-interview-standard", candidate={"external_id": "P1"}).mode
    'video'
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

Short = Annotated[str, Field(min_length=1, max_length=200)]
Key = Annotated[str, Field(min_length=1, max_length=255)]
Hundred = Annotated[
    Decimal,
    Field(ge=0, le=100, max_digits=7, decimal_places=4),
    PlainSerializer(float, return_type=float, when_used="json"),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.0001}),
]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class Incoming(BaseModel):
    """Base of what a client sends: closed."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Outgoing(BaseModel):
    """Base of what the service answers."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class State(StrEnum):
    """Where an interview stands. It moves forward only; sideways ends, ``revised`` and ``erased`` excepted."""

    CREATED = "created"
    QUEUED = "queued"
    INVITED = "invited"
    OPENED = "opened"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    SCORING = "scoring"
    COMPLETED = "completed"
    REVISED = "revised"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DECLINED = "declined"
    FAILED = "failed"
    REJECTED_BY_VENDOR = "rejected_by_vendor"
    ERASED = "erased"


# --- what comes in --------------------------------------------------------------------------------------------------


class Name(Incoming):
    """A person's name, in parts or whole."""

    family: str | None = Field(default=None, max_length=200)
    given: str | None = Field(default=None, max_length=200)
    full: str | None = Field(default=None, max_length=400)


class Resume(Incoming):
    """A curriculum vitae: a link, or the text itself."""

    url: str | None = Field(default=None, max_length=2000)
    inline: str | None = Field(default=None, max_length=200_000)
    media_type: str | None = Field(default=None, max_length=100)
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")


class Candidate(Incoming):
    """Who is interviewed."""

    external_id: Short
    name: Name | None = None
    email: str | None = Field(default=None, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")
    phone: str | None = Field(default=None, max_length=30, pattern=r"^\+?[0-9][0-9 ()./-]{3,28}$")
    """E.164 is asked for (``+447700900123``); national writing is taken."""
    locale: str | None = Field(default=None, max_length=35)
    resume: Resume | None = None


class Requirement(Incoming):
    """One thing that the vacancy asks for."""

    dimension: Short
    weight: Hundred | None = None
    minimum: Hundred | None = None
    text: str | None = Field(default=None, max_length=2000)


class Job(Incoming):
    """What the interview is for."""

    external_id: Short
    title: str | None = Field(default=None, max_length=400)
    department: str | None = Field(default=None, max_length=200)
    requirements: list[Requirement] = Field(default=[], max_length=50)
    language: str | None = Field(default=None, max_length=35)


class Application(Incoming):
    """Which application the interview belongs to."""

    external_id: Short | None = None
    stage: str | None = Field(default=None, max_length=100)
    applied_at: str | None = Field(default=None, max_length=40)


class Invite(Incoming):
    """How and until when the candidate is to be invited."""

    send_by: AwareDatetime | None = None
    channels: list[Literal["email", "sms", "none"]] = []


class Consent(Incoming):
    """What the candidate agreed to, under which notice."""

    notice_version: str | None = Field(default=None, max_length=100)
    ai_analysis: bool | None = None
    recording: bool | None = None
    cross_border: bool | None = None
    granted_at: str | None = Field(default=None, max_length=40)


class Order(Incoming):
    """An interview that is asked for."""

    external_id: Short
    """The client's business key: it comes back with the interview."""
    template_id: Short
    candidate: Candidate
    job: Job | None = None
    application: Application | None = None
    mode: Literal["video", "voice", "text"] = "video"
    language: str | None = Field(default=None, max_length=35)
    expires_at: AwareDatetime | None = None
    invite: Invite | None = None
    redirect_url: str | None = Field(default=None, max_length=2000)
    callback_url: str | None = Field(default=None, max_length=2000)
    consent: Consent | None = None
    metadata: dict[str, str] = Field(default={}, max_length=50)


class BatchItem(Incoming):
    """One order of a batch, under its own key."""

    idempotency_key: Key
    order: Annotated[dict[str, Any], WithJsonSchema({"type": "object", "title": "Order"})]


class BatchRequest(Incoming):
    """Up to 500 orders."""

    items: list[BatchItem] = Field(min_length=1, max_length=500)


class Change(Incoming):
    """What may be changed about an interview that is not finished."""

    expires_at: AwareDatetime


# --- what goes out --------------------------------------------------------------------------------------------------


class FieldError(Outgoing):
    """One value that is wrong."""

    pointer: str
    """JSON Pointer (RFC 6901) into the body, or the name of the parameter."""
    detail: str


class Problem(Outgoing):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldError] | None = None


class Template(Outgoing):
    """A kind of interview that can be ordered."""

    id: str
    title: str
    mode: Literal["video", "voice", "text"]
    minutes: int


class Templates(Outgoing):
    """Every kind of interview."""

    items: list[Template]


class Interview(Outgoing):
    """An interview as it stands. It says nothing about the person."""

    id: str
    external_id: str
    status: State
    template_id: str
    mode: Literal["video", "voice", "text"]
    language: str | None = None
    interview_url: str
    created_at: Moment
    updated_at: Moment
    expires_at: Moment | None = None


class Interviews(Outgoing):
    """A page of interviews, oldest change first."""

    items: list[Interview]
    next_cursor: str | None = None
    """What to send as ``cursor`` for the next page; null on the last."""


class BatchAnswer(Outgoing):
    """What became of one order of a batch: what the single call would have answered."""

    idempotency_key: str
    status: int
    interview: Interview | None = None
    problem: Problem | None = None


class BatchAnswers(Outgoing):
    """An answer for every item, in the order of the items."""

    items: list[BatchAnswer]


class Score(Outgoing):
    """A value on its own scale."""

    raw: float
    minimum: float
    maximum: float


class Overall(Score):
    """The score as a whole."""

    band: str
    percentile: float


class Dimension(Score):
    """The score in one dimension."""

    code: str
    label: str
    weight: float
    comment: str


class Model(Outgoing):
    """What scored."""

    vendor: str
    name: str
    version: str


class Comment(Outgoing):
    """A remark, with who made it."""

    author_type: Literal["ai", "human"]
    author: str
    text: str
    at: Moment


class Integrity(Outgoing):
    """What was conspicuous during the interview."""

    flags: list[str]


class Media(Outgoing):
    """A recording behind a link that expires; each read of the result gives a link that is still good."""

    kind: Literal["video", "audio", "transcript"]
    url: str
    expires_at: Moment
    sha256: str
    duration_s: int
    media_type: str


class Answer(Outgoing):
    """One question and how it was answered."""

    question: str
    score: float


class HumanReview(Outgoing):
    """Whether a person must look at the result, and what they decided."""

    required: bool
    status: Literal["pending", "done"]
    reviewer: str | None = None
    decision: str | None = None
    reason: str | None = None
    at: Moment | None = None


class Result(Outgoing):
    """What came out of an interview."""

    id: str
    order_id: str
    version: int
    model: Model
    overall: Overall
    dimensions: list[Dimension]
    recommendation: Literal["advance", "hold", "reject", "none"]
    comments: list[Comment]
    integrity: Integrity
    media: list[Media]
    answers: list[Answer]
    human_review: HumanReview
    started_at: Moment
    submitted_at: Moment
    scored_at: Moment


class Token(Outgoing):
    """An access token (RFC 6749, section 5.1)."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme, not a secret
    expires_in: int
    scope: str


class TokenError(Outgoing):
    """Why there is no token (RFC 6749, section 5.2)."""

    error: str
    error_description: str | None = None


def text_of(moment_ms: int) -> str:
    """Return milliseconds since 1970 as RFC 3339 text."""
    return (_EPOCH + timedelta(milliseconds=moment_ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(moment: datetime) -> int:
    """Return an aware moment as whole milliseconds since 1970, within the years that ``text_of`` can write."""
    since = (moment - _EPOCH) // timedelta(milliseconds=1)
    return max(_FIRST_MS, min(_LAST_MS, since))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MS = (datetime(1, 1, 2, tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
_LAST_MS = (datetime(9999, 12, 30, tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
