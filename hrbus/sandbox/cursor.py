"""Where a page of a list ended, as an opaque text.

>>> opened(closed(5, "a"))
(5, 'a')
"""

from __future__ import annotations

import base64
import binascii
import json

from hrbus.sandbox.problems import RefusalError


def closed(updated: int, interview_id: str) -> str:
    """Return the cursor that stands behind the interview with this last change and id."""
    return base64.urlsafe_b64encode(json.dumps([updated, interview_id]).encode()).decode().rstrip("=")


def opened(cursor: str) -> tuple[int, str]:
    """Return what ``closed`` was given; refuse anything else."""
    try:
        updated, interview_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if type(updated) is not int or type(interview_id) is not str or abs(updated) >= 2**63:
            raise ValueError(cursor)
    except (binascii.Error, UnicodeError, ValueError, TypeError, RecursionError):
        raise RefusalError(400, "cursor-invalid", "The cursor was not given by this service") from None
    return updated, interview_id
