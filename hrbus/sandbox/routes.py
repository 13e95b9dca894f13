"""The paths of the reference service: what clients see below ``/v1``, and the token endpoint.

Each path has its scope, its answer model and its problems declared, so that ``/openapi.json`` is the contract.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response, Security
from fastapi.concurrency import run_in_threadpool
from pydantic import AwareDatetime

from hrbus.sandbox import cursor as cursors
from hrbus.sandbox.models import (
    BatchAnswers,
    BatchRequest,
    Change,
    Interview,
    Interviews,
    Order,
    Result,
    State,
    Templates,
    Token,
    milliseconds,
)
from hrbus.sandbox.openapi import FORM, problems
from hrbus.sandbox.orders import Orders
from hrbus.sandbox.problems import RefusalError
from hrbus.sandbox.scores import result as scored
from hrbus.sandbox.store import Row, Store
from hrbus.sandbox.templates import TEMPLATES
from hrbus.sandbox.tokens import READ, WRITE, Desk, NoTokenError, caller

Reader = Annotated[str, Security(caller, scopes=[READ])]
Writer = Annotated[str, Security(caller, scopes=[WRITE])]
IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=257)]
IfMatch = Annotated[str | None, Header(alias="If-Match")]
InterviewId = Annotated[str, Path(max_length=100)]
ENDED = (
    State.COMPLETED,
    State.REVISED,
    State.CANCELLED,
    State.EXPIRED,
    State.DECLINED,
    State.FAILED,
    State.REJECTED_BY_VENDOR,
    State.ERASED,
)

router = APIRouter()


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _orders(request: Request) -> Orders:
    orders: Orders = request.app.state.orders
    return orders


@router.post("/oauth2/token", operation_id="createToken", openapi_extra=FORM, tags=["access"])
async def token(request: Request, response: Response) -> Token:
    """Give an access token for client credentials, by HTTP Basic or in the form."""
    desk: Desk = request.app.state.desk
    try:
        granted = await run_in_threadpool(desk.grant, await request.body(), request.headers.get("authorization"))
    except NoTokenError as refusal:
        return refusal.response()  # type: ignore[return-value]  # a Response passes FastAPI as it is
    response.headers["Cache-Control"] = "no-store"
    return granted


@router.get(
    "/v1/interview-templates", operation_id="listTemplates", responses=problems(401, 403, 429), tags=["interviews"]
)
def templates(client: Reader) -> Templates:
    """List the kinds of interview that can be ordered."""
    return Templates(items=list(TEMPLATES.values()))


@router.post(
    "/v1/interviews",
    operation_id="createInterview",
    status_code=201,
    responses=problems(400, 401, 403, 409, 413, 422, 429),
    tags=["interviews"],
)
def create(request: Request, client: Writer, key: IdempotencyKey, order: Order) -> Interview:
    """Order an interview. The same key with the same order gets the same answer and makes no second interview."""
    return _orders(request).create(client, _unquoted(key), order)


@router.post(
    "/v1/interviews/batch",
    operation_id="createInterviews",
    responses=problems(400, 401, 403, 413, 422, 429),
    tags=["interviews"],
)
def create_many(request: Request, client: Writer, batch: BatchRequest) -> BatchAnswers:
    """Order up to 500 interviews; each has its own key and gets its own answer."""
    return BatchAnswers(items=_orders(request).create_many(client, batch.items))


@router.get(
    "/v1/interviews", operation_id="listInterviews", responses=problems(400, 401, 403, 429), tags=["interviews"]
)
def listing(
    request: Request,
    client: Reader,
    status: Annotated[list[State] | None, Query(max_length=20)] = None,
    external_id: Annotated[str | None, Query(max_length=200)] = None,
    updated_since: AwareDatetime | None = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Interviews:
    """List one's own interviews by their last change, oldest first; ``updated_since`` is inclusive.

    The order is stable: an interview that changes while pages are read moves to a later page and is seen there.
    """
    rows = _store(request).find(
        client,
        status=[state.value for state in status or ()],
        external_id=external_id,
        since=None if updated_since is None else milliseconds(updated_since),
        after=None if cursor is None else cursors.opened(cursor),
        limit=limit + 1,
    )
    page = rows[:limit]
    more = cursors.closed(page[-1].updated, page[-1].id) if len(rows) > limit else None
    return Interviews(items=[row.shown() for row in page], next_cursor=more)


@router.get(
    "/v1/interviews/{interview_id}",
    operation_id="getInterview",
    responses=problems(401, 403, 404, 429),
    tags=["interviews"],
)
def one(request: Request, response: Response, client: Reader, interview_id: InterviewId) -> Interview:
    """Return an interview as it stands; its ``ETag`` is what a change must name."""
    store = _store(request)
    with store.transaction() as db:
        row = _found(store.get(db, client, interview_id))
    response.headers["ETag"] = _etag(row)
    return row.shown()


@router.patch(
    "/v1/interviews/{interview_id}",
    operation_id="changeInterview",
    responses=problems(400, 401, 403, 404, 409, 412, 422, 428, 429),
    tags=["interviews"],
)
def change(
    request: Request,
    response: Response,
    client: Writer,
    interview_id: InterviewId,
    wish: Change,
    match: IfMatch = None,
) -> Interview:
    """Give an unfinished interview another end of term; ``If-Match`` must name the state that was seen."""
    if match is None:
        raise RefusalError(
            428, "if-match-missing", "If-Match is missing", "Send the ETag of the interview as you saw it."
        )
    store = _store(request)
    with store.transaction() as db:
        row = _open(_found(store.get(db, client, interview_id)))
        if match not in ("*", _etag(row)):
            raise RefusalError(412, "changed-meanwhile", "The interview has changed since it was read")
        row = store.alter(db, row, expires=milliseconds(wish.expires_at))
    response.headers["ETag"] = _etag(row)
    return row.shown()


@router.delete(
    "/v1/interviews/{interview_id}",
    operation_id="cancelInterview",
    responses=problems(401, 403, 404, 409, 429),
    tags=["interviews"],
)
def cancel(request: Request, client: Writer, interview_id: InterviewId) -> Interview:
    """Cancel an unfinished interview; cancelling it again changes nothing."""
    store = _store(request)
    with store.transaction() as db:
        row = _found(store.get(db, client, interview_id))
        if row.status is not State.CANCELLED:
            row = store.alter(db, _open(row), status=State.CANCELLED)
    return row.shown()


@router.get(
    "/v1/interviews/{interview_id}/result",
    operation_id="getResult",
    responses=problems(401, 403, 404, 409, 410, 429),
    tags=["results"],
)
def result(request: Request, client: Reader, interview_id: InterviewId) -> Result:
    """Return what came out. 409 with ``Retry-After`` while there is nothing yet, 410 when there never will be."""
    store = _store(request)
    with store.transaction() as db:
        row = _found(store.get(db, client, interview_id))
        now = store.now_ms()
    story = store.life.story(row.external_id, row.created, row.expires)
    if row.status in (State.COMPLETED, State.REVISED):
        return scored(store.life.seed, row.body, row.id, story, now)
    if row.status in ENDED:
        raise RefusalError(410, f"result-{row.status}", f"The interview is {row.status}: there is no result")
    wait = max(1, min(3600, (story[-1][0] - now) // 1000 + 1))
    raise RefusalError(
        409, "result-not-ready", "The result is not ready", "Ask again later.", headers={"Retry-After": str(wait)}
    )


def _found(row: Row | None) -> Row:
    if row is None:
        raise RefusalError(404, "interview-unknown", "There is no such interview")
    return row


def _open(row: Row) -> Row:
    if row.status in ENDED:
        raise RefusalError(409, "interview-ended", f"The interview is {row.status}")
    return row


def _etag(row: Row) -> str:
    return f'"{row.version}-{row.updated}"'


def _unquoted(key: str) -> str:
    """Return the key; the draft writes it as a structured string in quotes, most clients send it bare."""
    quoted = len(key) > 2 and key[0] == key[-1] == '"'
    return key[1:-1].replace('\\"', '"').replace("\\\\", "\\") if quoted else key
