from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from hrbus.mapping import Mapping
from hrbus.spi import OFFSET, RAW, RECORD, Batch, Field, Layout, Stage, Type
from tests.unit.mapping.samples import batch, pruned, trees

Make = Callable[..., Mapping]

PERSON = """
Candidate:
  CandidateProfile:
    PersonalData:
      PersonName:
        FormattedName: join(" ", GIVEN, FAMILY)
        GivenName: GIVEN | trim
        FamilyName: FAMILY | trim
"""
JOBS = """
Candidate:
  CandidateProfile:
    EmploymentHistory:
      EmployerOrg:
        $each: JOB
        EmployerOrgName: EMPLOYER | trim
        PositionHistory:
          Title: const(unknown)
          StartDate:
            YearMonth: FROM | date(%Y%m)
          EndDate:
            $when: UNTIL
            YearMonth: UNTIL | date(%Y%m)
"""
SKILLS = """
Candidate:
  Resume:
    StructuredXMLResume:
      Qualifications:
        Competency:
          $each: SKILL
          $when: CODE
          "@name": CODE
          CompetencyEvidence:
            NumericValue:
              "@minValue": const(0)
              $text: LEVEL | scale(0..9, 0..100)
"""


def test_a_blank_field_is_absent_and_so_is_what_holds_only_blank_ones(make: Make) -> None:
    found = trees(make(PERSON).into(batch({"GIVEN": " Ada "}, {"FAMILY": "Curie"}, {})))
    expected = [
        {"FormattedName": "Ada", "GivenName": "Ada"},
        {"FormattedName": "Curie", "FamilyName": "Curie"},
    ]
    assert expected == [tree["CandidateProfile"]["PersonalData"]["PersonName"] for tree in found[:2]]
    assert {} == found[2]


def test_own_columns_travel_untouched(make: Make) -> None:
    records = batch({"GIVEN": "Ada"}, {"GIVEN": "Bo"})
    frame = records.frame.with_columns(pl.Series(RAW, [b"1", b"2"]))
    made = make(PERSON).into(Batch(frame)).frame
    assert_frame_equal(frame.select(RECORD, OFFSET, RAW), made.select(RECORD, OFFSET, RAW))
    assert [RECORD, OFFSET, RAW, "Candidate"] == made.columns


def test_a_constant_stands_wherever_its_element_does_and_nowhere_else(make: Make) -> None:
    text = """
Candidate:
  CandidateRecordInfo:
    Id:
      "@idOwner": const(ACME)
      IdValue: NO | digits(8)
    Status: const(Active)
"""
    found = trees(make(text).into(batch({"NO": 7}, {})))
    expected = {"Id": {"@idOwner": "ACME", "IdValue": "00000007"}, "Status": "Active"}
    assert [{"CandidateRecordInfo": expected}, {}] == found


def test_an_element_of_constants_stands_where_its_parent_does(make: Make) -> None:
    text = """
Candidate:
  CandidateRecordInfo:
    Id:
      IdValue: const(none)
    Status: STATUS
"""
    found = trees(make(text).into(batch({"STATUS": "Active"}, {})))
    assert [{"CandidateRecordInfo": {"Id": {"IdValue": "none"}, "Status": "Active"}}, {}] == found


def test_an_element_of_constants_can_have_a_condition_of_its_own(make: Make) -> None:
    text = """
Candidate:
  CandidateRecordInfo:
    $when:
      $sql: '"NO" > 5'
    Id:
      IdValue: const(big)
"""
    found = trees(make(text).into(batch({"NO": 5}, {"NO": 6}, {})))
    assert [{}, {"CandidateRecordInfo": {"Id": {"IdValue": "big"}}}, {}] == found


def test_what_a_condition_leaves_out_cannot_fail(make: Make) -> None:
    text = """
Candidate:
  CandidateRecordInfo:
    Id:
      IdValue: NO | digits(8)
  UserArea:
    Application:
      $when: STATUS
      AppliedAt: BORN | date(%Y%m%d)
"""
    made = make(text).into(batch({"NO": 1, "BORN": 99}, {"NO": 2, "BORN": 99, "STATUS": "A"}))
    assert [1] == made.frame.get_column(RECORD).to_list()
    assert [(2, 80, Stage.MAP, "BORN")] == [(r.record, r.offset, r.stage, r.field) for r in made.rejects]


def test_items_become_elements_and_their_blank_parts_are_absent(make: Make) -> None:
    jobs = [{"EMPLOYER": "ACME", "FROM": 202001, "UNTIL": None}, {"EMPLOYER": "B", "FROM": 201901, "UNTIL": 201912}]
    found = trees(make(JOBS).into(batch({"JOB": jobs}, {"JOB": []}, {"JOB": jobs[1:]})))
    first = {
        "EmployerOrgName": "ACME",
        "PositionHistory": {"Title": "unknown", "StartDate": {"YearMonth": "2020-01"}},
    }
    second = {
        "EmployerOrgName": "B",
        "PositionHistory": {
            "Title": "unknown",
            "StartDate": {"YearMonth": "2019-01"},
            "EndDate": {"YearMonth": "2019-12"},
        },
    }
    expected = [[first, second], None, [second]]
    assert expected == [
        tree.get("CandidateProfile", {}).get("EmploymentHistory", {}).get("EmployerOrg") for tree in found
    ]


def test_items_that_are_blank_or_not_wanted_are_left_out(make: Make) -> None:
    skills = [{"CODE": "CB", "LEVEL": 9}, {"CODE": "", "LEVEL": 9}, {"CODE": "PY", "LEVEL": 0}]
    made = make(SKILLS).into(batch({"SKILL": skills}, {"SKILL": skills[1:2]}))
    competency = [
        {"@name": "CB", "CompetencyEvidence": {"NumericValue": {"@minValue": "0", "$text": "100"}}},
        {"@name": "PY", "CompetencyEvidence": {"NumericValue": {"@minValue": "0", "$text": "0"}}},
    ]
    expected = {"Resume": {"StructuredXMLResume": {"Qualifications": {"Competency": competency}}}}
    assert [expected, {}] == trees(made)


def test_a_failing_item_rejects_its_record_and_is_named_by_its_number(make: Make) -> None:
    good = {"EMPLOYER": "A", "FROM": 202001}
    bad = {"EMPLOYER": "A", "FROM": 202013}
    made = make(JOBS).into(batch({"JOB": [good]}, {"JOB": [good, bad, bad]}, {"JOB": []}, {"JOB": [bad]}))
    assert [1, 3] == made.frame.get_column(RECORD).to_list()
    assert [(2, "JOB[2].FROM"), (4, "JOB[1].FROM")] == [(r.record, r.field) for r in made.rejects]


def test_one_bad_record_in_ten_thousand_is_one_reject(make: Make) -> None:
    text = PERSON + "  UserArea:\n    Application:\n      AppliedAt: BORN | date(%Y%m%d)\n"
    rows = [{"GIVEN": "Ada", "BORN": 20200101}] * 10_000
    rows[4711] = {"GIVEN": "Ada", "BORN": 20200230}
    made = make(text).into(batch(*rows))
    assert len(made) == 9_999
    (reject,) = made.rejects
    assert (4712, "BORN") == (reject.record, reject.field)
    assert reject.reason == "date(%Y%m%d): the value is not a date of the form %Y%m%d"
    assert "20200230" not in repr(reject)


def test_a_list_of_plain_values_repeats_an_element_of_text(make: Make) -> None:
    text = """
Candidate:
  CandidateProfile:
    PersonalData:
      PersonName:
        GivenName:
          $each: NICK
          $text: NICK | trim
"""
    found = trees(make(text).into(batch({"NICK": ["Ada", " ", "Bo "]}, {})))
    assert [{"CandidateProfile": {"PersonalData": {"PersonName": {"GivenName": ["Ada", "Bo"]}}}}, {}] == found


def test_elements_written_out_as_a_list_stand_beside_each_other(make: Make) -> None:
    text = """
Candidate:
  CandidateRecordInfo:
    Id:
      - "@idOwner": const(ACME)
        IdValue: NO | digits(8)
      - IdValue: MAIL
"""
    found = trees(make(text).into(batch({"NO": 7, "MAIL": "x"}, {"MAIL": "y"}, {})))
    ids = [tree.get("CandidateRecordInfo", {}).get("Id") for tree in found]
    assert [[{"@idOwner": "ACME", "IdValue": "00000007"}, {"IdValue": "x"}], [{"IdValue": "y"}], None] == ids


def test_a_number_is_written_as_its_field_has_it(make: Make) -> None:
    text = "Candidate:\n  UserArea:\n    Application:\n      ExperienceYears: PAY\n"
    found = make(text).into(batch({"PAY": Decimal("-3.50")}))
    assert [{"UserArea": {"Application": {"ExperienceYears": "-3.50"}}}] == trees(found)


def test_a_formula_speaks_of_the_items_own_fields(make: Make) -> None:
    text = """
Candidate:
  Resume:
    StructuredXMLResume:
      Qualifications:
        Competency:
          $each: SKILL
          "@name": CODE
          CompetencyWeight:
            NumericValue:
              $sql: '"LEVEL" * 10'
"""
    found = trees(make(text).into(batch({"SKILL": [{"CODE": "CB", "LEVEL": 9}]})))
    (item,) = found[0]["Resume"]["StructuredXMLResume"]["Qualifications"]["Competency"]
    assert {"NumericValue": "90"} == item["CompetencyWeight"]


def test_an_empty_batch_becomes_empty_documents_of_the_same_type(make: Make) -> None:
    made = make(JOBS)
    full = made.into(batch({"JOB": [{"EMPLOYER": "A", "FROM": 202001}]}))
    empty = made.into(Batch(batch({}).frame.clear()))
    assert (0, full.frame.schema) == (len(empty), empty.frame.schema)


def test_a_column_that_the_codec_did_not_give_counts_as_blank(make: Make) -> None:
    records = Batch(batch({"GIVEN": "Ada"}).frame.drop("FAMILY"))
    name = trees(make(PERSON).into(records))[0]["CandidateProfile"]["PersonalData"]["PersonName"]
    assert {"FormattedName": "Ada", "GivenName": "Ada"} == name


def test_rejects_of_the_stage_before_are_kept(make: Make) -> None:
    before = batch({"GIVEN": "Ada"}, {"GIVEN": "Bo"})
    failed = make("Candidate:\n  UserArea:\n    Application:\n      AppliedAt: BORN | date(%Y)\n").into(
        batch({"BORN": 0})
    )
    made = make(PERSON).into(Batch(before.frame, failed.rejects))
    assert failed.rejects == made.rejects


def test_lists_of_a_slice_keep_their_own_items(make: Make) -> None:
    rows = [{"JOB": [{"EMPLOYER": f"E{n}", "FROM": 202001}] * (n % 3)} for n in range(12)]
    whole = make(JOBS).into(batch(*rows))
    parts = [make(JOBS).into(Batch(batch(*rows).frame[start : start + 5])) for start in (0, 5, 10)]
    again = pl.concat([part.frame for part in parts])
    assert_frame_equal(whole.frame, again)
    assert pruned(whole.frame.to_dicts()) == pruned(again.to_dicts())


def test_a_repetition_can_stand_among_elements_written_out(make: Make) -> None:
    text = """
Candidate:
  Resume:
    StructuredXMLResume:
      Qualifications:
        Competency:
          - $when: STATUS
            "@name": const(first)
          - $each: SKILL
            "@name": CODE
            CompetencyEvidence:
              NumericValue: LEVEL
          - "@name": MAIL
"""
    skills = [{"CODE": "CB", "LEVEL": 9}, {"CODE": "", "LEVEL": None}, {"CODE": "PY", "LEVEL": 0}]
    rows: list[dict[str, Any]] = [
        {"STATUS": "A", "SKILL": skills, "MAIL": "last"},
        {"MAIL": "only"},
        {},
        {"SKILL": skills[:1]},
    ]
    found = [
        [
            (item["@name"], item.get("CompetencyEvidence", {}).get("NumericValue"))
            for item in tree.get("Resume", {})
            .get("StructuredXMLResume", {})
            .get("Qualifications", {})
            .get("Competency", [])
        ]
        for tree in trees(make(text).into(batch(*rows)))
    ]
    both = [("CB", "9"), ("PY", "0")]
    assert [[("first", None), *both, ("last", None)], [("only", None)], [], both[:1]] == found


def test_one_argument_with_a_comma_is_another_than_two_arguments(make: Make) -> None:
    made = make("""
Candidate:
  CandidateProfile:
    PersonalData:
      PersonName:
        GivenName: FAMILY | blank(N, X)
        FamilyName: FAMILY | blank("N, X")
""")
    assert [named(FamilyName="X"), named(GivenName="N, X")] == trees(
        made.into(batch({"FAMILY": "X"}, {"FAMILY": "N, X"}))
    )


def test_a_field_may_be_called_as_a_step_is_written(make: Make) -> None:
    layout = Layout("odd", (Field("A", "A", Type.TEXT), Field("A | upper", "A | upper", Type.TEXT)))
    made = make(
        """
Candidate:
  CandidateProfile:
    PersonalData:
      PersonName:
        GivenName: A | upper
        FamilyName: '"A | upper"'
""",
        layout=layout,
    )
    frame = pl.DataFrame({RECORD: [1], OFFSET: [0], "A": ["ada"], "A | upper": ["Lovelace"]})
    assert [named(GivenName="ADA", FamilyName="Lovelace")] == trees(made.into(Batch(frame)))


def test_joins_of_fields_with_commas_in_their_names_are_told_apart(make: Make) -> None:
    names = ("A", "B, C", "A, B", "C")
    layout = Layout("odd", tuple(Field(name, name, Type.TEXT) for name in names))
    made = make(
        """
Candidate:
  CandidateProfile:
    PersonalData:
      PersonName:
        GivenName: join("-", A, "B, C")
        FamilyName: join("-", "A, B", C)
""",
        layout=layout,
    )
    frame = pl.DataFrame({RECORD: [1], OFFSET: [0], **{name: [str(number)] for number, name in enumerate(names)}})
    assert [named(GivenName="0-1", FamilyName="2-3")] == trees(made.into(Batch(frame)))


def named(**parts: str) -> dict[str, Any]:
    """Return the document of a person with such a name."""
    return {"CandidateProfile": {"PersonalData": {"PersonName": parts}}}
