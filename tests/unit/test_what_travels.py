"""What the values that travel through a route say of themselves."""

from __future__ import annotations

import polars as pl
import pytest

from hrbus.values import RECORD, Batch, Documents, Reject, Stage

FRAME = pl.DataFrame({RECORD: [1, 2], "Candidate": ["Lovelace", "Curie"]})
REJECT = Reject(3, 160, Stage.DECODE, "is no number", "BORN", b"Turing")


@pytest.mark.parametrize(
    ("travels", "said"),
    [
        (Batch(FRAME, (REJECT,)), "Batch(rows=2, rejects=1)"),
        (Documents(FRAME, (REJECT,), "Candidate"), "Documents(rows=2, rejects=1)"),
    ],
)
def test_what_travels_says_how_much_it_is_and_not_what(travels: Batch, said: str) -> None:
    assert said == repr(travels)
    assert said == str(travels)


def test_a_reject_does_not_show_its_bytes() -> None:
    assert "Turing" not in repr(REJECT)
