"""What a record is at every step is what the plan itself has made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hrbus.mapping import Mapping
from hrbus.mapping.trace import way_back
from tests.unit.mapping.samples import batch

Make = Callable[..., Mapping]

PERSON = """
Candidate:
  CandidateRecordInfo:
    Id:
      "@idOwner": const(ACME)
      IdValue: NO | digits(8)
  CandidateProfile:
    PersonalData:
      PersonName:
        FormattedName: join(" ", GIVEN, FAMILY)
        GivenName: GIVEN | trim | upper
  UserArea:
    Application:
      $when: STATUS
      AppliedAt: BORN | date(%Y%m%d)
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
          EndDate:
            $when: UNTIL
            YearMonth: UNTIL | date(%Y%m)
"""
NAME = "Candidate/CandidateProfile/PersonalData/PersonName"
JOB = "Candidate/CandidateProfile/EmploymentHistory/EmployerOrg"


def shown(mapping: Mapping, record: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (
            line.path.rpartition("/")[2],
            line.fields,
            [(step.call, step.value, step.failed) for step in line.steps],
            line.value,
            line.left_out,
        )
        for line in mapping.steps(batch(record))
    ]


def test_each_converter_shows_what_it_made_of_the_value_before_it(make: Make) -> None:
    found = shown(make(PERSON), {"NO": 4711, "GIVEN": " Ada ", "FAMILY": "Byron", "STATUS": "A", "BORN": 18151210})
    both = (("GIVEN", " Ada "), ("FAMILY", "Byron"))
    expected = [
        ("IdValue", (("NO", 4711),), [("digits(8)", "00004711", "")], "00004711", False),
        ("FormattedName", both, [('join(" ", GIVEN, FAMILY)', "Ada Byron", "")], "Ada Byron", False),
        ("GivenName", both[:1], [("trim", "Ada", ""), ("upper", "ADA", "")], "ADA", False),
        ("$when", (("STATUS", "A"),), [], True, False),
        ("AppliedAt", (("BORN", 18151210),), [("date(%Y%m%d)", "1815-12-10", "")], "1815-12-10", False),
    ]
    assert expected == found


def test_a_converter_that_fails_says_why_and_the_reject_names_the_same_field(make: Make) -> None:
    mapping, record = make(PERSON), {"GIVEN": "Ada", "STATUS": "A", "BORN": 18151399}
    (line,) = [line for line in mapping.steps(batch(record)) if any(step.failed for step in line.steps)]
    (reject,) = mapping.into(batch(record)).rejects
    assert reject.field == line.fields[0][0]
    assert reject.reason == f"{line.steps[0].call}: {line.steps[0].failed}"


def test_what_a_condition_leaves_out_is_said_to_be_left_out_and_cannot_fail(make: Make) -> None:
    *_, condition, line = make(PERSON).steps(batch({"STATUS": "", "BORN": 18151399}))
    assert (True, False) == (condition.is_condition, condition.value)
    assert (True, None, "") == (line.left_out, line.value, line.steps[0].failed)


def test_every_item_of_a_repetition_has_lines_of_its_own(make: Make) -> None:
    jobs = [{"EMPLOYER": "A ", "FROM": 1, "UNTIL": 202001}, {"EMPLOYER": "B", "FROM": 1, "UNTIL": None}]
    found = [(line.path, line.fields, line.value, line.left_out) for line in make(JOBS).steps(batch({"JOB": jobs}))]
    expected = [
        (f"{JOB}/EmployerOrgName", (("JOB[1].EMPLOYER", "A "),), "A", False),
        (f"{JOB}/PositionHistory/EndDate/$when", (("JOB[1].UNTIL", 202001),), True, False),
        (f"{JOB}/PositionHistory/EndDate/YearMonth", (("JOB[1].UNTIL", 202001),), "2020-01", False),
        (f"{JOB}/EmployerOrgName", (("JOB[2].EMPLOYER", "B"),), "B", False),
        (f"{JOB}/PositionHistory/EndDate/$when", (("JOB[2].UNTIL", None),), False, False),
        (f"{JOB}/PositionHistory/EndDate/YearMonth", (("JOB[2].UNTIL", None),), None, True),
    ]
    assert expected == found


def test_a_repetition_below_a_condition_is_left_out_with_all_its_items(make: Make) -> None:
    document = JOBS.replace("EmploymentHistory:\n", "EmploymentHistory:\n      $when: STATUS\n")
    lines = make(document).steps(batch({"STATUS": "", "JOB": [{"EMPLOYER": "A", "FROM": 1, "UNTIL": None}]}))
    assert [False, True, True, True] == [line.left_out for line in lines]


def test_an_item_without_fields_of_its_own_is_named_by_its_number(make: Make) -> None:
    document = f"{JOBS.partition('EmploymentHistory')[0]}PersonalData:\n      PersonName:\n"
    document += "        GivenName:\n          $each: NICK\n          $text: NICK | trim\n"
    names = [line.fields for line in make(document).steps(batch({"NICK": ["Al", "Bo"]}))]
    assert [(("NICK[1]", "Al"),), (("NICK[2]", "Bo"),)] == names


def test_a_formula_shows_its_fields_and_its_value(make: Make) -> None:
    document = PERSON.replace("NO | digits(8)", "\n        $sql: NO * 2\n        $then: digits(8)")
    line = make(document).steps(batch({"NO": 4}))[0]
    assert ((("NO", 4),), ["$sql", "digits(8)"]) == (line.fields, [step.call for step in line.steps])
    assert "00000008" == line.value


def test_the_way_back_shows_which_fields_come_back_and_what_is_lost(make: Make) -> None:
    mapping = make(PERSON)
    records = batch({"NO": 4711, "GIVEN": "Ada ", "FAMILY": "Byron", "STATUS": "A", "BORN": 18151210})
    found = {each.column: each for each in way_back(mapping, records.frame, mapping.into(records))}
    assert {"NO": True, "GIVEN": False, "BORN": True} == {name: each.same for name, each in found.items()}
    assert ("Ada", "ADA", "lower case does not come back") == (
        found["GIVEN"].was,
        found["GIVEN"].now,
        found["GIVEN"].why,
    )
