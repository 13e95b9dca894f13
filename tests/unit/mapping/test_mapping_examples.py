from __future__ import annotations

from collections.abc import Callable

import pytest

from hrbus.errors import ConfigError
from hrbus.mapping import Mapping

Make = Callable[..., Mapping]

DOCUMENT = """
Candidate:
  CandidateRecordInfo:
    Id:
      "@idOwner": const(ACME)
      IdValue: NO | digits(8)
  CandidateProfile:
    PersonalData:
      PersonName:
        GivenName: GIVEN | upper
    EmploymentHistory:
      EmployerOrg:
        $each: JOB
        EmployerOrgName: EMPLOYER
"""
GOOD = """
examples:
  - record:
      NO: "00004711"
      GIVEN: Ada
      JOB:
        - EMPLOYER: ACME
        - EMPLOYER: B
    document:
      Candidate/CandidateRecordInfo/Id/IdValue: "00004711"
      Candidate/CandidateRecordInfo/Id[1]/@idOwner: ACME
      Candidate/CandidateRecordInfo/Id[2]/IdValue: ""
      Candidate/CandidateProfile/PersonalData/PersonName/GivenName: ADA
      Candidate/CandidateProfile/EmploymentHistory/EmployerOrg/EmployerOrgName: ACME
      Candidate/CandidateProfile/EmploymentHistory/EmployerOrg[2]/EmployerOrgName: B
"""


def example(make: Make, rest: str, direction: str = "into") -> list[str]:
    return [str(fault) for fault in make(DOCUMENT, rest).check_examples(direction)]


def test_an_example_that_is_true_has_no_faults(make: Make) -> None:
    assert [] == example(make, GOOD)


def test_what_comes_out_otherwise_is_told_with_both_values(make: Make) -> None:
    wrong = GOOD.replace("GivenName: ADA", "GivenName: Ada").replace("EmployerOrgName: B", 'EmployerOrgName: ""')
    expected = [
        "examples: Candidate/CandidateProfile/PersonalData/PersonName/GivenName is 'ADA', not 'Ada'",
        "examples: Candidate/CandidateProfile/EmploymentHistory/EmployerOrg[2]/EmployerOrgName is 'B', not absent",
    ]
    assert expected == [fault.partition(" ")[2] for fault in example(make, wrong)]


def test_a_record_that_is_rejected_says_why(make: Make) -> None:
    rest = "examples:\n  - record:\n      STATUS: X\n    document:\n      Candidate/CandidateRecordInfo/Status: Y\n"
    document = DOCUMENT + "  UserArea:\n    Application:\n      Channel: STATUS | boolean(Y, N)\n"
    (fault,) = make(document, rest).check_examples()
    assert fault.message == "the record is rejected: STATUS: boolean(Y, N): the value is neither Y nor N"


def test_a_field_that_does_not_come_back_is_told(make: Make) -> None:
    document = DOCUMENT + "  UserArea:\n    Application:\n      $when: STATUS\n      Channel: MAIL\n"
    rest = "examples:\n  - record:\n      MAIL: x\n    document:\n      Candidate/Resume/TextResume: ''\n"
    (fault,) = make(document, rest).check_examples()
    assert fault.message == "MAIL comes back as absent, not 'x'"


def test_backward_an_example_begins_with_its_document(make: Make) -> None:
    assert [] == example(make, GOOD.replace("GIVEN: Ada", "GIVEN: ADA"), "out")
    assert ["GIVEN is 'ADA', not 'Ada'"] == [f.rpartition("examples: ")[2] for f in example(make, GOOD, "out")]


@pytest.mark.parametrize(
    ("rest", "fault"),
    [
        ("examples: [x]\n", "examples: an example needs record:; write record: and document: below the dash"),
        ("examples: x\n", "examples: must be a list"),
        ("examples:\n  - record:\n      GIVN: x\n    document:\n      Candidate/A: x\n", "APPL has no field GIVN"),
        ("examples:\n  - record:\n      NO: x\n    document:\n      Candidate/A: x\n", "'x' is not a value of NO"),
        (
            "examples:\n  - record:\n      JOB: x\n    document:\n      Candidate/A: x\n",
            "JOB repeats, so it is a list",
        ),
    ],
)
def test_an_example_that_cannot_be_used_is_refused(make: Make, rest: str, fault: str) -> None:
    try:
        found = example(make, rest)
    except ConfigError as error:  # the form of an example is checked while loading
        found = [str(error)]
    assert any(fault in line for line in found)


def test_a_path_that_is_not_there_is_refused_backward(make: Make) -> None:
    rest = "examples:\n  - record:\n      NO: '1'\n    document:\n      Candidate/CandidateRecordInfo/Idd: x\n"
    (fault,) = example(make, rest, "out")
    assert "Candidate/CandidateRecordInfo has no Idd; did you mean Id?" in fault
