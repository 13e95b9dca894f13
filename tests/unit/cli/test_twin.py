"""Twins have the shapes of a file and none of its people."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import read
from adapters.cobol.settings import CobolSettings
from hrbus.demo.people import applicants
from hrbus.senses import Sense, by_content, by_name
from hrbus.spi import RECORD, Batch, Field, Layout, Type
from hrbus.twin import Learner, of_layout, twins
from hrbus.twin.shapes import COMMON, pattern_of

PEOPLE = Layout(
    "PEOPLE",
    (
        Field("PERS-NO", "PERS-NO", Type.INTEGER, digits=6, signed=False),
        Field("FAMILY-NAME", "FAMILY-NAME", Type.TEXT, size=12, unit="bytes"),
        Field("STATUS", "STATUS", Type.TEXT, size=1),
        Field("BADGE", "BADGE", Type.TEXT, size=8),
        Field("PAY", "PAY", Type.DECIMAL, digits=9, scale=2),
        Field("SINCE", "SINCE", Type.INTEGER, digits=6),
        Field("TAG", "TAG", Type.TEXT, many=True, size=3, at_most=4),
    ),
)


def people(count: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "PERS-NO": range(100_001, 100_001 + count),
            "FAMILY-NAME": ["欧阳" if n % 2 else "王" for n in range(count)],
            "STATUS": ["A" if n % 3 else "W" for n in range(count)],
            "BADGE": [f"XQ-{n:04}" for n in range(count)],
            "PAY": pl.Series([f"{n * 37 % 9000}.50" for n in range(count)]).cast(pl.Decimal(9, 2)),
            "SINCE": [201_001 + n % 12 for n in range(count)],
            "TAG": [["A"] * (n % 3) for n in range(count)],
        }
    )


def learnt(frame: pl.DataFrame) -> pl.DataFrame:
    learner = Learner(PEOPLE)
    for part in frame.iter_slices(50):
        learner.take(part)
    return pl.concat(twins(PEOPLE, learner.shapes(), 300, seed=7))


def test_a_twin_keeps_shapes_and_codes_but_no_value_that_is_somebodys() -> None:
    true = people(200)
    made = learnt(true)
    assert {"A", "W"} == set(made["STATUS"])
    assert set(true["BADGE"]).isdisjoint(made["BADGE"])
    assert {"AA-9999"} == {pattern_of(badge) for badge in made["BADGE"]}
    assert 300 == made["PERS-NO"].n_unique()
    assert {0, 1, 2} == set(made["TAG"].list.len())
    assert all(1 <= since % 100 <= 12 for since in made["SINCE"])
    assert made["FAMILY-NAME"].str.contains(r"^\p{Han}+$").all()
    assert list(range(1, 301)) == made[RECORD].to_list()


def test_a_value_of_few_records_is_never_shown() -> None:
    frame = people(200).with_columns(pl.Series("STATUS", ["Z"] * (COMMON - 1) + ["A"] * (201 - COMMON)))
    assert {"A"} == set(learnt(frame)["STATUS"])


def test_the_same_seed_makes_the_same_records() -> None:
    shapes = of_layout(PEOPLE)
    one, same, other = (pl.concat(twins(PEOPLE, shapes, 20, seed=seed)) for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


@pytest.mark.parametrize(("encoding", "learn"), [("cp037", True), ("cp037", False), ("gb18030", True)])
def test_twins_of_the_sample_copybook_can_be_written(root: Path, encoding: str, learn: bool) -> None:
    record = read(root / "mappings/copybooks/APPLREC.cpy").record()
    codec = CobolCodec(CobolSettings(copybook="APPLREC.cpy", encoding=encoding), record)
    learner = Learner(codec.layout)
    learner.take(applicants(60))
    shapes = learner.shapes() if learn else of_layout(codec.layout)
    written = list(codec.encode((Batch(made) for made in twins(codec.layout, shapes, 150)), io.BytesIO()))
    assert (150, 0) == (sum(len(batch) for batch in written), sum(len(batch.rejects) for batch in written))


def test_the_command_learns_from_a_file_and_writes_another(
    root: Path, tmp_path: Path, hrbus: Callable[..., Any]
) -> None:
    copybook = root / "mappings/copybooks/VACREC.cpy"
    one, two = tmp_path / "one.dat", tmp_path / "two.dat"
    assert 0 == hrbus("twin", copybook, "--count", 40, "--output", one).code
    assert 0 == hrbus("twin", one, "--copybook", copybook, "--count", 5, "--output", two).code
    lines = hrbus("decode", two, "--copybook", copybook).out.splitlines()
    assert 5 == len(lines)
    assert {"VAC-NO", "VAC-TITLE"} <= set(json.loads(lines[0]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("APPL-FAMILY-NAME", Sense.FAMILY),
        ("firstName", Sense.GIVEN),
        ("CAND_NAME", Sense.FULL),
        ("APPL-MARITAL", Sense.MARITAL),
        ("E-MAIL-ADDR", Sense.EMAIL),
        ("JOB-TITLE", Sense.TITLE),
        ("DEGREE-YEAR", Sense.DEGREE),
        ("姓名", Sense.FULL),
        ("手机", Sense.PHONE),
        ("FILLER", None),
    ],
)
def test_names_say_what_a_field_holds(name: str, expected: Sense | None) -> None:
    assert expected is by_name(name)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["ada@example.com", "li@example.org"], Sense.EMAIL),
        (["20240229", "19991231"], Sense.DATE),
        (["2024-02-29 08:00:00", "2024-03-01 09:30:00"], Sense.MOMENT),
        (["202402", "199912"], Sense.MONTH),
        (["+44 7700 900123", "(0)20 7946 0000"], Sense.PHONE),
        (["11010519491231002X", "110105194912310038"], Sense.RESIDENT),
        (["12", "34"], None),
        ([""], None),
    ],
)
def test_content_says_what_a_field_holds(values: list[str], expected: Sense | None) -> None:
    assert expected is by_content(values)
