"""Frames own what they were made of, and let go of it."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from adapters.cobol import arrow
from hrbus.spi import BatchError

Ints = npt.NDArray[np.int64]


def frame_of(numbers: Ints) -> pl.DataFrame:
    return arrow.frame({name: arrow.Column(arrow.INT64, len(numbers), (numbers,)) for name in "ab"})


def refused() -> NoReturn:
    raise BatchError("no trailer")


@pytest.mark.parametrize("count", [0, 5])
def test_a_frame_that_is_dropped_lets_go_of_its_numbers_at_once(count: int) -> None:
    numbers = np.arange(count)
    seen = weakref.ref(numbers)
    frame = frame_of(numbers)
    del numbers, frame
    assert seen() is None


def test_frames_without_rows_can_be_made_and_dropped_without_end() -> None:
    """polars lets go of an empty array at once, while the capsule that brought it still points to its structure."""
    for _ in range(300):
        frame = frame_of(np.zeros(0, dtype=np.int64))
        assert {"a": pl.Int64, "b": pl.Int64} == dict(frame.schema)
        del frame


def test_a_frame_keeps_its_numbers_when_their_array_is_gone() -> None:
    frames = [frame_of(np.arange(n, n + 5)) for n in range(200)]
    gc.collect()
    assert [list(range(n, n + 5)) for n in range(200)] == [frame["a"].to_list() for frame in frames]


def test_an_error_that_passes_while_a_frame_is_dropped_stays_what_it_is() -> None:
    """The frame is let go of between the error and whoever catches it."""
    numbers = np.arange(5)
    seen = weakref.ref(numbers)
    for _ in range(100):
        with pytest.raises(BatchError, match="no trailer"):
            print(frame_of(numbers), refused())
    del numbers
    gc.collect()
    assert seen() is None


def test_a_capsule_that_nobody_takes_lets_go_too() -> None:
    numbers = np.arange(5)
    seen = weakref.ref(numbers)
    shown = arrow._Capsules(arrow.Column(arrow.INT64, 5, (numbers,))).__arrow_c_array__()
    del numbers
    assert seen() is not None
    with pytest.raises(BatchError, match="no trailer"):
        print(shown, [arrow._Capsules(arrow.Column(arrow.INT64, 0)).__arrow_c_array__()], refused())
    del shown
    assert seen() is None


def test_frames_may_be_dropped_by_any_thread() -> None:
    seen: list[weakref.ref[Ints]] = []

    def work() -> None:
        for _ in range(200):
            numbers = np.arange(1000)
            seen.append(weakref.ref(numbers))
            assert numbers[::2].tolist() == frame_of(numbers).filter(pl.col("a") % 2 == 0)["a"].to_list()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [None] * 800 == [one() for one in seen]
