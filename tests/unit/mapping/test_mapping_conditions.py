"""What only copybooks have: names of level 88 in the place of a Boolean, and views (level 66)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from adapters.cobol.copybook import parse
from adapters.cobol.layout import describe
from hrbus.errors import ConfigError
from hrbus.spi import Layout
from tests.unit.mapping.conftest import Make
from tests.unit.mapping.samples import batch, trees

COPYBOOK = """
       01  APPL.
           05  NO                PIC 9(4).
               88  FIRST-HUNDRED VALUES 1 THRU 100.
               88  NO-NUMBER     VALUE SPACES.
           05  STATUS            PIC X(2).
               88  ACTIVE        VALUE 'A' 'AA'.
               88  NOTHING       VALUE SPACES.
               88  STARS         VALUE ALL '*'.
               88  ZEROED        VALUE ZEROS.
               88  MONTH         VALUES '01' THRU '12'.
               88  LETTERS       VALUES 'A' THRU 'IZ'.
               88  MIXED         VALUES 'A' THRU '9'.
               88  TOP           VALUE HIGH-VALUES.
           05  PAY               PIC S9(5)V99 COMP-3.
               88  WELL-PAID     VALUES 1000.005 THRU 99999.99.
               88  DEBT          VALUES -99999.99 THRU -0.01.
               88  ROUND-PAY     VALUE 10.5, 20.
           05  FLAG OCCURS 3     PIC X.
               88  FLAG-UP       VALUE 'Y'.
           05  JOB OCCURS 2.
               10  KIND          PIC X.
                   88  MAIN-JOB  VALUE 'M'.
           05  WHOLE.
               88  WHOLE-THING   VALUE 'AB'.
               10  PART          PIC X(2).
"""


@pytest.fixture
def layout() -> Layout:
    return describe(parse(COPYBOOK, "appl.cpy").record())


def asked(make: Make, layout: Layout, condition: str, *records: dict[str, object]) -> list[bool]:
    """Return for which records a condition holds."""
    document = f"""
Candidate:
  CandidateRecordInfo:
    $when:
      $sql: '{condition}'
    Id:
      IdValue: const(yes)
"""
    rest = "drop:\n" + "".join(f"  {name}: not needed\n" for name in ("NO", "STATUS", "PAY", "FLAG", "JOB", "PART"))
    made = make(document, rest, layout).into(batch(*records, layout=layout))
    return [bool(tree) for tree in trees(made)]


@pytest.mark.parametrize(
    ("condition", "column", "values", "expected"),
    [
        ("FIRST-HUNDRED", "NO", [0, 1, 100, 101, None], [False, True, True, False, False]),
        ("NO-NUMBER", "NO", [0, None], [False, True]),
        ("ACTIVE", "STATUS", ["A", "AA", "A ", "AB", "a", None], [True, True, True, False, False, False]),
        ("NOTHING", "STATUS", ["", "  ", None, "A"], [True, True, True, False]),
        ("STARS", "STATUS", ["**", "*"], [True, False]),
        ("ZEROED", "STATUS", ["00", "0"], [True, False]),
        ("MONTH", "STATUS", ["00", "01", "07", "12", "13", "0A", "1"], [False, True, True, True, False, False, True]),
        ("LETTERS", "STATUS", ["A", "IZ", "I}", "J", "", "A1"], [True, True, False, False, False, False]),
        ("WELL-PAID", "PAY", ["1000.00", "1000.01", "99999.99"], [False, True, True]),
        ("DEBT", "PAY", ["-0.01", "0.00", "0.01"], [True, False, False]),
        ("ROUND-PAY", "PAY", ["10.50", "20.00", "10.51"], [True, True, False]),
    ],
)
def test_a_condition_holds_for_its_values(
    make: Make, layout: Layout, condition: str, column: str, values: list[object], expected: list[bool]
) -> None:
    records = [{column: Decimal(str(value)) if column == "PAY" else value} for value in values]
    assert expected == asked(make, layout, f'"{condition}"', *records)


def test_conditions_are_part_of_formulas(make: Make, layout: Layout) -> None:
    records = [{"STATUS": "A", "NO": 5}, {"STATUS": "A", "NO": 500}, {"STATUS": "B", "NO": 5}]
    assert [False, True, False] == asked(make, layout, '"ACTIVE" AND NOT "FIRST-HUNDRED"', *records)


def test_a_condition_gives_a_boolean_and_is_a_case_of_a_formula(make: Make, layout: Layout) -> None:
    document = """
Candidate:
  CandidateRecordInfo:
    $when: FIRST-HUNDRED
    Id:
      IdValue: ACTIVE
    Status:
      $sql: CASE WHEN "ACTIVE" THEN 'Active' ELSE 'Inactive' END
"""
    made = make(document, "", layout).into(
        batch({"STATUS": "A", "NO": 5}, {"STATUS": "B", "NO": 5}, {"STATUS": "A", "NO": 500}, layout=layout)
    )
    expected = [{"Id": {"IdValue": "true"}, "Status": "Active"}, {"Id": {"IdValue": "false"}, "Status": "Inactive"}]
    assert [*({"CandidateRecordInfo": each} for each in expected), {}] == trees(made)


def test_a_condition_of_a_repeated_field_holds_for_each_of_its_values(make: Make, layout: Layout) -> None:
    document = """
Candidate:
  Resume:
    StructuredXMLResume:
      Qualifications:
        Competency:
          $each: JOB
          $when: MAIN-JOB
          "@name": KIND
"""
    (tree,) = trees(make(document, "", layout).into(batch({"JOB": [{"KIND": "M"}, {"KIND": "S"}]}, layout=layout)))
    found = tree["Resume"]["StructuredXMLResume"]["Qualifications"]["Competency"]
    assert [{"@name": "M"}] == found


@pytest.mark.parametrize(
    ("leaf", "message"),
    [
        ("ACTIV", "APPL has no field ACTIV; did you mean ACTIVE?"),
        ("MIXED", "MIXED: what lies in A THRU 9 depends on the code page; compare STATUS itself"),
        ("TOP", "TOP: what HIGH-VALUES is depends on the code page"),
        ("FLAG-UP", "FLAG repeats; write $each: FLAG, and FLAG-UP in it"),
        ("WHOLE-THING", "WHOLE-THING: a group has no value of its own"),
        ('join(" ", ACTIVE, NO)', "ACTIVE is a condition-name, no field; it asks STATUS"),
    ],
)
def test_what_cannot_be_asked_is_told_with_a_way_out(make: Make, layout: Layout, leaf: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(f"Candidate:\n  CandidateRecordInfo:\n    Id:\n      IdValue: {leaf}", "", layout)
    assert message in str(caught.value.faults[0])


def test_a_condition_is_not_read_backwards(make: Make, layout: Layout) -> None:
    document = "Candidate:\n  CandidateRecordInfo:\n    Id:\n      IdValue: ACTIVE"
    faults = make(document, "", layout).check("out")
    assert "STATUS: cannot be written: a condition-name has no way back" in "\n".join(map(str, faults))


VIEWED = """
       01  PERSON.
           05  FAMILY     PIC X(5).
           05  GIVEN      PIC X(3).
       66  WHOLE-NAME     RENAMES FAMILY THRU GIVEN.
"""
WHOLE = """
Candidate:
  CandidateProfile:
    PersonalData:
      PersonName:
        FormattedName: WHOLE-NAME
        FamilyName: FAMILY
"""


def test_a_view_is_read_where_a_rule_names_it_and_needs_no_rule(make: Make) -> None:
    layout = describe(parse(VIEWED, "person.cpy").record())
    example = """
examples:
  - record: {FAMILY: Curie, WHOLE-NAME: CurieEve}
    document: {Candidate/CandidateProfile/PersonalData/PersonName/FormattedName: CurieEve}
drop:
  GIVEN: not needed
"""
    made = make(WHOLE, example, layout)
    assert () == made.check("into")
    assert () == made.check_examples("into")


def test_what_a_view_names_must_still_be_mapped_or_dropped(make: Make) -> None:
    layout = describe(parse(VIEWED, "person.cpy").record())
    faults = make(WHOLE, "", layout).check("into")
    assert [("GIVEN", "is not mapped")] == [(fault.path, fault.message) for fault in faults]
    backwards = "\n".join(str(fault) for fault in make(WHOLE, "", layout).check("out"))
    assert "GIVEN: is not fed by any rule" in backwards
    assert "WHOLE-NAME" not in backwards
