from __future__ import annotations

import polars as pl
from polars.testing import assert_series_equal

from hrbus.mapping.plan import Plan, Repeat, Value, bisect, regroup


def test_a_frame_that_fails_as_a_whole_is_halved_down_to_its_broken_rows() -> None:
    frame = pl.DataFrame({"n": range(100), "t": ["x" if n in (17, 42) else str(n) for n in range(100)]})
    good: list[int] = []
    broken: list[int] = []
    bisect(
        frame,
        lambda part: good.extend(part.select(pl.col("t").cast(pl.Int64)).to_series().to_list()),
        lambda part: broken.extend(part.get_column("n").to_list()),
    )
    assert [17, 42] == broken
    assert [n for n in range(100) if n not in (17, 42)] == good


def test_items_go_back_into_lists_of_the_same_lengths() -> None:
    lists = pl.Series([[1, 2], [], None, [3]])
    assert_series_equal(
        pl.Series([["a", "b"], [], None, ["c"]]), regroup(lists, pl.Series(["a", "b", "c"])), check_names=False
    )


def test_a_list_that_was_masked_does_not_show_what_it_hides() -> None:
    inner = Plan(result=pl.col("_item") * 10)
    plan = Plan(result=pl.col("made"))
    plan.add(Value("masked", ("n", "l"), lambda n, items: pl.when(n != 2).then(items)))
    plan.add(Repeat("made", "masked", inner))
    result, _, failures = plan.run(pl.DataFrame({"n": [1, 2, 3], "l": [[1], [2, 2], [3, 3, 3]]}))
    assert [] == failures
    assert [[10], [], [30, 30, 30]] == result.to_list()


def test_a_costly_value_is_reckoned_once_for_each_different_input() -> None:
    seen: list[int] = []

    def doubled(values: pl.Series) -> pl.Series:
        seen.append(len(values))
        return values * 2

    def slow(column: pl.Expr) -> pl.Expr:
        return column.map_batches(doubled, return_dtype=pl.Int64)

    plan = Plan(result=pl.col("v"))
    plan.add(Value("v", ("n",), slow, costly=True))
    numbers = [None if n % 10 == 0 else n % 5 for n in range(1000)]
    result, _, _ = plan.run(pl.DataFrame({"n": numbers}))
    assert [None if n is None else n * 2 for n in numbers] == result.to_list()
    assert [5] == seen


def test_a_shared_step_is_kept_once() -> None:
    plan = Plan()
    first = plan.add(Value("a | trim", ("a",), lambda a: a))
    assert first == plan.add(Value("a | trim", ("a",), lambda a: a))
    assert [["a | trim"]] == [[node.key for node in wave] for wave in plan.waves()]


def test_a_key_stands_for_its_parts_and_no_others() -> None:
    plan = Plan()
    keys = [plan.key("step", *parts) for parts in (("a", "b"), ("a, b",), ("a", "b"), ())]
    assert keys[0] == keys[2]
    assert 3 == len(set(keys))
