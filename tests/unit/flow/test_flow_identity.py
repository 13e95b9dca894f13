"""Business keys, digests, send keys, and where a document names its partner."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrbus.flow.identity import identified, send_keys
from hrbus.flow.references import column_of
from hrbus.ledger.compare import BUSINESS_KEY, DIGEST


def digest(**columns: Any) -> bytes:
    """Return the digest of one record with these columns."""
    frame = pl.DataFrame({name: pl.Series([value]) for name, value in columns.items()})
    return bytes(identified(frame, ["no"])[DIGEST][0])


PLAIN: dict[str, Any] = {
    "no": "1",
    "pay": Decimal("10.50"),
    "jobs": [{"title": "Tester", "from": 202001}, {"title": None, "from": 202101}],
}


def test_the_digest_is_the_same_in_every_process_and_release() -> None:
    # A constant: if this test must be changed, everyone is new to every ledger that there is.
    assert "bf0145ff942afeb969cad4ade5abcfcd" == digest(**PLAIN).hex()


def test_the_order_of_columns_and_blank_or_absent_ones_do_not_matter() -> None:
    turned = dict(reversed(PLAIN.items()))
    assert digest(**PLAIN) == digest(**turned) == digest(**PLAIN, note="", more=None)


def test_own_columns_and_ignored_ones_do_not_matter() -> None:
    frame = pl.DataFrame({"_offset": [0, 99], "no": ["1", "1"], "stamp": ["a", "b"]})
    first, second = identified(frame, ["no"], ["stamp"])[DIGEST]
    assert first == second


@pytest.mark.parametrize(
    "change",
    [
        {"pay": Decimal("10.51")},
        {"jobs": PLAIN["jobs"][::-1]},
        {"jobs": PLAIN["jobs"][:1]},
        {"jobs": [PLAIN["jobs"][0], {"title": "x", "from": 202101}]},
        {"no": "1 "},
        {"skills": ["a", "b"]},
        {"pays": "1"},
    ],
)
def test_every_other_change_matters(change: dict[str, Any]) -> None:
    assert digest(**PLAIN) != digest(**{**PLAIN, **change})


def test_bytes_that_are_handed_on_count_unless_fields_are_ignored() -> None:
    """Without that, what no field names could change and never be sent."""
    one, other = (pl.DataFrame({"_raw": [raw], "no": ["1"], "sent": ["x"]}) for raw in (b"A", b"B"))

    def same(**options: Any) -> bool:
        made = [identified(frame, ["no"], **options)[DIGEST][0] for frame in (one, other)]
        return bool(made[0] == made[1])

    assert same()
    assert not same(raw=True)
    assert same(raw=True, ignore=["sent"])


def test_a_list_of_texts_is_not_taken_for_one_text_that_looks_like_it() -> None:
    assert digest(no="1", skills=["a", "b"]) != digest(no="1", skills=["a]["]) != digest(no="1", skills=["a][b"])


@given(st.lists(st.text(max_size=4), min_size=2, max_size=2), st.lists(st.text(max_size=4), min_size=2, max_size=2))
def test_two_records_with_the_same_digest_say_the_same(one: list[str], other: list[str]) -> None:
    first, second = (digest(no="1", a=values[0], b=values[1]) for values in (one, other))
    assert (first == second) == (one == other)


def test_a_key_is_trimmed_and_null_where_a_part_is_blank() -> None:
    frame = pl.DataFrame({"no": [" 1 ", " ", None, "4"], "year": [2026, 2026, 2026, None]})
    assert ["1\x1f2026", None, None, None] == identified(frame, ["no", "year"])[BUSINESS_KEY].to_list()


def test_a_send_key_depends_on_operation_key_and_revision_and_shows_none_of_them() -> None:
    keys = [
        *send_keys("order", pl.Series(["ada", "ada"]), pl.Series([1, 2])),
        *send_keys("cancel", pl.Series(["ada"]), pl.Series([1])),
    ]
    assert 3 == len(set(keys))
    assert all(len(key) == 40 and "ada" not in key for key in keys)
    assert keys[0] == send_keys("order", pl.Series(["ada"]), pl.Series([1]))[0]


DOCUMENTS = pl.Series(
    "Candidate",
    [
        {"Posting": [{"Id": {"@owner": "x", "$text": " V1 "}, "Name": "a"}, {"Id": None, "Name": "b"}]},
        {"Posting": []},
        {"Posting": [{"Id": {"@owner": "x", "$text": " "}, "Name": None}]},
    ],
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Candidate/Posting/Id", ["V1", None, None]),
        ("Posting/Id", ["V1", None, None]),
        ("Posting/Id/$text", ["V1", None, None]),
        ("Posting/Name", ["a", None, None]),
        ("Posting/Elsewhere", [None, None, None]),
    ],
)
def test_a_partner_is_named_by_the_text_at_a_path(path: str, expected: list[str | None]) -> None:
    frame = DOCUMENTS.to_frame()
    assert expected == frame.with_columns(column_of(path, "Candidate", DOCUMENTS.dtype).alias("x"))["x"].to_list()


def test_own_columns_of_what_is_in_a_list_do_not_matter_either() -> None:
    jobs = [{"_record": 7, "_offset": 700, **job} for job in PLAIN["jobs"]]
    assert digest(**PLAIN) == digest(**{**PLAIN, "jobs": jobs})
