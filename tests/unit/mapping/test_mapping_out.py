from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from hrbus.mapping import Mapping, Run
from hrbus.spi import ID, KEY, Field, Layout, Stage, Type
from hrbus.values import Documents
from tests.unit.mapping.samples import batch, canonical

Make = Callable[..., Mapping]

ROUND = """
Candidate:
  CandidateRecordInfo:
    Id:
      "@idOwner": const(ACME)
      IdValue: NO | digits(8)
    Status: STATUS | table(status)
  CandidateProfile:
    PersonalData:
      PersonName:
        FormattedName: join(" ", GIVEN, FAMILY)
        GivenName:
          $each: NICK
          $text: NICK
        FamilyName: FAMILY | trim | upper
        PreferredGivenName: GIVEN | trim
      ContactMethod:
        InternetEmailAddress: MAIL | lower
    EmploymentHistory:
      EmployerOrg:
        $each: JOB
        EmployerOrgName: EMPLOYER | trim
        PositionHistory:
          StartDate:
            YearMonth: FROM | date(%Y%m)
          EndDate:
            YearMonth: UNTIL | blank(0) | date(%Y%m)
  UserArea:
    Application:
      AppliedAt: BORN | date(%Y%m%d)
      ExperienceYears: PAY
    Consent:
      Recording: OPEN
"""
TABLES = "tables:\n  status: {A: Active, W: Inactive}\n"


def documents(made: Mapping, *payloads: dict[str, Any], root: str = "Candidate") -> Documents:
    """Return documents in canonical shape, as the flow hands them out."""
    column = made.vocabulary.read_payloads(pl.Series([json.dumps(p) for p in payloads]), root, made.paths[root])
    frame = pl.DataFrame({ID: range(1, len(payloads) + 1), KEY: ["k"] * len(payloads)})
    return Documents(frame.with_columns(column.alias(root)), (), root)


def test_what_went_in_comes_back(make: Make) -> None:
    made = make(ROUND, TABLES)
    rows = [
        {
            "NO": 4711,
            "STATUS": "W",
            "GIVEN": "Ada",
            "FAMILY": "LOVELACE",
            "NICK": ["A", "B"],
            "MAIL": "a@b.c",
            "JOB": [
                {"EMPLOYER": "ACME", "FROM": 202001, "UNTIL": 0},
                {"EMPLOYER": "B", "FROM": 201901, "UNTIL": 201912},
            ],
            "BORN": 20240229,
            "PAY": Decimal("3.50"),
            "OPEN": False,
        },
        {"NO": 1, "STATUS": "A", "PAY": Decimal("-1.00"), "OPEN": True},
    ]
    again = made.out(canonical(made.into(batch(*rows)), made))
    assert () == again.rejects
    found = again.frame.select(pl.exclude("_record", "_offset")).to_dicts()
    assert rows[0] == found[0]
    assert rows[1] == {name: value for name, value in found[1].items() if value not in (None, [], "")}


def test_columns_stand_in_the_order_of_the_layout_after_our_own(make: Make) -> None:
    text = "Candidate:\n  CandidateRecordInfo:\n    Status: MAIL\n    Id:\n      IdValue: NO | digits(8)\n"
    made = make(text)
    assert [ID, KEY, "NO", "MAIL"] == made.out(documents(made, {})).frame.columns


def test_a_rule_that_loses_nothing_is_taken_before_one_that_does(make: Make) -> None:
    text = """
Candidate:
  CandidateProfile:
    PersonalData:
      PersonName:
        GivenName: GIVEN | upper
        PreferredGivenName: GIVEN
"""
    made = make(text)
    name = {"GivenName": ["ADA"], "PreferredGivenName": "Ada"}
    found = made.out(documents(made, {"CandidateProfile": [{"PersonalData": {"PersonName": name}}]}))
    assert ["Ada"] == found.frame.get_column("GIVEN").to_list()


def test_constants_select_the_item_that_is_meant(make: Make) -> None:
    text = """
Candidate:
  CandidateRecordInfo:
    Id:
      "@idOwner": const(ACME)
      IdValue: NO | digits(8)
"""
    made = make(text)
    other, ours = ({"@idOwner": o, "IdValue": [{"$text": v}]} for o, v in (("X", "1"), ("ACME", "00000007")))
    frames = [
        made.out(documents(made, {"CandidateRecordInfo": {"Id": ids}})).frame for ids in ([other, ours], [other])
    ]
    assert [[7], [None]] == [frame.get_column("NO").to_list() for frame in frames]


def test_without_constants_the_first_item_is_taken(make: Make) -> None:
    made = make("Candidate:\n  CandidateRecordInfo:\n    Id:\n      IdValue: MAIL\n")
    ids = [{"IdValue": [{"$text": "a"}, {"$text": "b"}]}, {"IdValue": [{"$text": "c"}]}]
    assert ["a"] == made.out(documents(made, {"CandidateRecordInfo": {"Id": ids}})).frame.get_column("MAIL").to_list()


def test_elements_written_out_as_a_list_are_read_by_number_or_constants(make: Make) -> None:
    text = """
Candidate:
  CandidateRecordInfo:
    Id:
      - IdValue: MAIL
      - "@idOwner": const(ACME)
        IdValue: NO | digits(8)
"""
    made = make(text)
    ids = [{"IdValue": [{"$text": "a"}]}, {"IdValue": []}, {"@idOwner": "ACME", "IdValue": [{"$text": "7"}]}]
    row = made.out(documents(made, {"CandidateRecordInfo": {"Id": ids}})).frame.row(0, named=True)
    assert ("a", 7) == (row["MAIL"], row["NO"])


def test_a_join_comes_apart_where_it_says_how(make: Make) -> None:
    text = """
Candidate:
  CandidateProfile:
    PersonalData:
      PersonName:
        FormattedName: join(" ", GIVEN, FAMILY) | split({})
"""
    names = ["Ada Lovelace", "Ada King Lovelace", "Ada", ""]
    payloads = [{"CandidateProfile": [{"PersonalData": {"PersonName": {"FormattedName": n}}}]} for n in names]
    found = {}
    for way in ("first", "last"):
        made = make(text.format(way))
        found[way] = made.out(documents(made, *payloads)).frame.select("GIVEN", "FAMILY").rows()
    assert [("Ada", "Lovelace"), ("Ada", "King Lovelace"), ("Ada", None), (None, None)] == found["first"]
    assert [("Ada", "Lovelace"), ("Ada King", "Lovelace"), (None, "Ada"), (None, None)] == found["last"]


def test_a_value_that_does_not_fit_is_a_reject_with_the_ledgers_number(make: Make) -> None:
    made = make("Candidate:\n  UserArea:\n    Application:\n      ExperienceYears: PAY\n")
    values = ["1.5", "1.005", "x", "99999999", "1.50000"]
    found = made.out(documents(made, *({"UserArea": {"Application": {"ExperienceYears": v}}} for v in values)))
    assert [1, 5] == found.frame.get_column(ID).to_list()
    assert [Decimal("1.50"), Decimal("1.50")] == found.frame.get_column("PAY").to_list()
    reason = (
        "the value of Candidate/UserArea/Application/ExperienceYears is not a number of 9 digits, 2 of them decimals"
    )
    assert [(n, "PAY", Stage.MAP, reason) for n in (2, 3, 4)] == [
        (r.id, r.field, r.stage, r.reason) for r in found.rejects
    ]


def test_an_unknown_word_names_the_table_and_the_path(make: Make) -> None:
    made = make("Candidate:\n  CandidateRecordInfo:\n    Status: STATUS | table(status)\n", TABLES)
    (reject,) = made.out(documents(made, {"CandidateRecordInfo": {"Status": "Gone"}})).rejects
    expected = "the value of Candidate/CandidateRecordInfo/Status is not a word of the table status"
    assert f"table(status) backwards: {expected}" == reject.reason
    assert "Gone" not in repr(reject)


def test_a_field_is_filled_with_a_constant_or_a_fact_of_the_run(make: Make) -> None:
    rest = (
        "fill:\n  STATUS: const(D)\n  BORN: run(date)\n  NO: run(sequence)\n  MAIL: run(moment)\n  PAY: const(1.5)\n"
    )
    made = make("Candidate:\n  CandidateRecordInfo:\n    Id:\n      IdValue: GIVEN\n", rest)
    run = Run(datetime(2026, 11, 22, 1, 2, 3, tzinfo=ZoneInfo("Asia/Shanghai")), 7)
    row = made.out(documents(made, {}), run).frame.row(0, named=True)
    expected = {"STATUS": "D", "BORN": 20261122, "NO": 7, "MAIL": "2026-11-22T01:02:03+08:00", "PAY": Decimal("1.50")}
    assert expected == {name: row[name] for name in expected}
    with pytest.raises(ValueError, match="no run was given"):
        made.out(documents(made, {}))


def test_two_roots_feed_one_record(make: Make) -> None:
    text = """
Candidate:
  CandidateRecordInfo:
    Id:
      IdValue: NO | digits(8)
PositionOpening:
  PositionProfile:
    PositionDetail:
      PositionTitle: FAMILY
"""
    made = make(text, "join:\n  PositionOpening: Candidate/CandidateRecordInfo/Id/IdValue\n")
    assert ("Candidate", "PositionOpening") == made.roots
    both = documents(made, {"CandidateRecordInfo": {"Id": [{"IdValue": [{"$text": "7"}]}]}})
    payload = json.dumps({"PositionProfile": [{"PositionDetail": {"PositionTitle": "Clerk"}}]})
    second = made.vocabulary.read_payloads(pl.Series([payload]), "PositionOpening", made.paths["PositionOpening"])
    found = made.out(Documents(both.frame.with_columns(second.alias("PositionOpening")), (), "Candidate"))
    assert [(7, "Clerk")] == found.frame.select("NO", "FAMILY").rows()


def test_no_documents_make_an_empty_batch_with_its_columns(make: Make) -> None:
    made = make(ROUND, TABLES)
    full = made.out(canonical(made.into(batch({"NO": 1})), made))
    empty = made.out(canonical(made.into(batch({"NO": 1})), made).without(pl.Series([True]), ()))
    assert (0, full.frame.schema) == (len(empty), empty.frame.schema)


def test_a_layout_of_json_gets_its_arrays(make: Make) -> None:
    requirement = (Field("code", "code", Type.TEXT), Field("weight", "weight", Type.DECIMAL, digits=5, scale=2))
    layout = Layout(
        "order",
        (
            Field("job", "job", Type.GROUP, children=(Field("title", "job.title", Type.TEXT),)),
            Field("needs", "job.needs", Type.GROUP, many=True, children=requirement),
        ),
    )
    text = """
PositionOpening:
  PositionProfile:
    PositionDetail:
      PositionTitle: job.title
      Competency:
        $each: job.needs
        "@name": code
        CompetencyWeight:
          NumericValue: weight
"""
    made = make(text, layout=layout)
    needs = [{"@name": "CB", "CompetencyWeight": [{"NumericValue": {"$text": "40"}}]}, {"@name": "PY"}]
    detail = {"PositionTitle": "Clerk", "Competency": needs}
    payload = {"PositionProfile": [{"PositionDetail": detail}]}
    found = made.out(documents(made, payload, root="PositionOpening")).frame.to_dicts()
    expected = [{"code": "CB", "weight": Decimal("40.00")}, {"code": "PY", "weight": None}]
    assert [{"_id": 1, "_key": "k", "job.title": "Clerk", "job.needs": expected}] == found
