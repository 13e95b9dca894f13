"""Frames own what they were made of, and let go of it."""

from __future__ import annotations

import gc

import numpy as np
import polars as pl

from adapters.cobol import arrow


def test_frames_without_rows_can_be_made_and_dropped_without_end() -> None:
    """polars lets go of an empty array at once, while the capsule that brought it still points to its structure."""
    gc.collect()
    held = len(arrow._held), len(arrow._rooted)
    for _ in range(300):
        none = np.zeros(0, dtype=np.int64)
        frame = arrow.frame({"a": arrow.Column(arrow.INT64, 0, (none,)), "b": arrow.Column(arrow.INT64, 0, (none,))})
        assert {"a": pl.Int64, "b": pl.Int64} == dict(frame.schema)
        del frame
    gc.collect()
    assert held >= (len(arrow._held), len(arrow._rooted))


def test_a_frame_keeps_its_numbers_when_their_array_is_gone() -> None:
    frames = [arrow.frame({"a": arrow.Column(arrow.INT64, 5, (np.arange(n, n + 5),))}) for n in range(200)]
    gc.collect()
    assert [list(range(n, n + 5)) for n in range(200)] == [frame["a"].to_list() for frame in frames]
