"""What a service calls things, as data: the words that differ from vendor to vendor.

The adapter's code knows the course of things (list, fetch, order, tell what became of it); this value knows the
names. There is one for the reference service; a profile is to make others.

    REFERENCE.more          # "next_cursor": the key of a page that leads to the next one
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operations:
    """The words of one service."""

    probe: str = "/interview-templates"
    """A path that can be read at any time and changes nothing."""
    items: str = "items"
    """Key of the list in a page, a bulk order and its answer."""
    more: str = "next_cursor"
    """Key of a page that holds the cursor of the next one."""
    cursor: str = "cursor"
    """Parameter that asks for the page behind a cursor."""
    since: str = "updated_since"
    """Parameter that asks for changes from a moment on, inclusive."""
    status: str = "status"
    """Parameter, and key of an interview, that says where it stands."""
    limit: str = "limit"
    """Parameter that bounds a page."""
    id: str = "id"
    """Key of an interview that holds the service's own id."""
    external_id: str = "external_id"
    """Key of an interview that holds our id."""
    changed: str = "updated_at"
    """Key of an interview that says when it changed last; the list is in its order."""
    result: str = "{path}/{id}/result"
    """Path of a result."""
    not_ready: tuple[int, ...] = (409,)
    """Answers for a result that will come later."""
    gone: tuple[int, ...] = (404, 410)
    """Answers for a result that will never come."""
    key_header: str = "Idempotency-Key"
    """Header of a single order that holds its key."""
    key: str = "idempotency_key"
    """Key of an item of a bulk order that holds its key, and of the item's answer."""
    order: str = "order"
    """Key of an item of a bulk order that holds the order."""
    item_status: str = "status"
    """Key of an item's answer that holds what the single call would have answered, as an HTTP status."""
    interview: str = "interview"
    """Key of an item's answer that holds the interview."""
    problem: str = "problem"
    """Key of an item's answer that holds what was wrong."""
    in_flight: tuple[int, ...] = (409,)
    """Answers to an order that is being taken by an earlier call."""
    answer: tuple[str, ...] = ("id", "external_id", "status", "interview_url", "created_at")
    """Keys of an interview that are kept as the answer to its order; none of them is about the person."""


REFERENCE = Operations()
"""The reference service (``hrbus.sandbox``)."""
