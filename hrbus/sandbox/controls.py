"""The sandbox's own paths: its clock, its faults, its counts. A real service has nothing like them.

    POST /v1/_sandbox/clock   {"seconds": 1800}     every interview is half an hour older

They ask for no token, as they open nothing but the sandbox itself, which listens on loopback.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import Field

from hrbus.sandbox.faults import Fault, Faults
from hrbus.sandbox.models import Incoming, Moment, Outgoing, text_of
from hrbus.sandbox.store import Store

router = APIRouter(prefix="/v1/_sandbox", tags=["sandbox"])


class Advance(Incoming):
    """How far to move the clock."""

    seconds: float = Field(ge=0, le=10 * 366 * 86_400)


class Time(Outgoing):
    """What the service's clock says."""

    now: Moment


class Armed(Outgoing):
    """What will go wrong."""

    faults: list[Fault]


class Counts(Outgoing):
    """What the service has."""

    orders: int
    """Interviews that were ordered."""
    duplicates: int
    """Orders beyond the first for the same ``external_id``."""
    ordered_twice: dict[str, int]
    """The first hundred business keys that were ordered more than once, with how often."""
    by_status: dict[str, int]


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _faults(request: Request) -> Faults:
    faults: Faults = request.app.state.faults
    return faults


@router.get("/clock", operation_id="sandboxGetClock")
def clock(request: Request) -> Time:
    """Tell the service's time."""
    return Time(now=text_of(_store(request).now_ms()))


@router.post("/clock", operation_id="sandboxAdvanceClock")
def advance(request: Request, wish: Advance) -> Time:
    """Move the service's clock forward."""
    _store(request).advance(wish.seconds)
    return clock(request)


@router.get("/faults", operation_id="sandboxListFaults")
def armed(request: Request) -> Armed:
    """List what is armed."""
    return Armed(faults=_faults(request).armed())


@router.post("/faults", operation_id="sandboxArmFault", status_code=201)
def arm(request: Request, fault: Fault) -> Armed:
    """Arm a fault."""
    _faults(request).arm(fault)
    return armed(request)


@router.delete("/faults", operation_id="sandboxClearFaults")
def clear(request: Request) -> Armed:
    """Disarm everything."""
    _faults(request).clear()
    return armed(request)


@router.get("/counts", operation_id="sandboxCount")
def counts(request: Request) -> Counts:
    """Count orders and duplicates."""
    return Counts(**_store(request).counts())


@router.post("/reset", operation_id="sandboxReset")
def reset(request: Request) -> Counts:
    """Forget every order, key, token and fault, and set the clock right."""
    _store(request).reset()
    _faults(request).clear()
    return counts(request)
