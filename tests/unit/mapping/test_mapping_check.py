from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hrbus import hrxml, mapping
from hrbus.errors import ConfigError, Fault
from hrbus.mapping import Mapping
from hrbus.spi import Field, Layout, Type
from tests.unit.mapping.samples import LAYOUT

Make = Callable[..., Mapping]

SMALL = "Candidate:\n  CandidateRecordInfo:\n    Id:\n      IdValue: NO | digits(8)\n"
DROPS = "drop:\n" + "".join(
    f"  {name}: not needed\n"
    for name in ("FAMILY", "GIVEN", "STATUS", "BORN", "PAY", "MAIL", "OPEN", "NICK", "SKILL", "JOB")
)


def faults(make: Make, document: str, rest: str = "") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        make(document, rest)
    return [str(fault) for fault in caught.value.faults]


def said(found: tuple[Fault, ...]) -> list[str]:
    return [str(fault) for fault in found]


def test_every_fault_comes_at_once_in_the_order_of_the_file(make: Make) -> None:
    document = """
Candidate:
  CandidateRecordInf:
    Id: NO
  CandidateProfile:
    PersonalData:
      PersonName:
        GivenName: GIVN | trim
        FamilyName: FAMILY | trmi
      PersonId:
        IdValue: FAMILY | date(%q)
  Resume: {TextResume: MAIL}
  UserArea:
    Application:
      $eech: JOB
      AppliedAt: FAMILY |
"""
    expected = [
        "m.yaml:5:5: Candidate/CandidateRecordInf: Candidate has no CandidateRecordInf; "
        "did you mean CandidateRecordInfo or CandidateProfile?",
        "m.yaml:10:22: Candidate/CandidateProfile/PersonalData/PersonName/GivenName: APPL has no field GIVN; "
        "did you mean GIVEN?",
        "m.yaml:11:32: Candidate/CandidateProfile/PersonalData/PersonName/FamilyName: there is no converter trmi; "
        "did you mean trim?",
        "m.yaml:13:29: Candidate/CandidateProfile/PersonalData/PersonId/IdValue: date the form '%q' must be made of "
        "%Y %y %C %j %m %d %H %M %S %f and signs between them; write date(form [, document's form] [, pivot=NN])",
        "m.yaml:14:13: Candidate/Resume: braces and brackets are refused inside a document, because YAML cuts them "
        "at commas; write one key a line",
        "m.yaml:14:26: Candidate/Resume/TextResume: Candidate/Resume has no TextResume; "
        "did you mean ResumeId or NonXMLResume?",
        "m.yaml:17:9: Candidate/UserArea/Application: unknown key $eech; did you mean $each?",
        "m.yaml:18:28: Candidate/UserArea/Application/AppliedAt: a field or converter should stand here; "
        "write FIELD | converter, or const(text)",
    ]
    assert expected == faults(make, document)


@pytest.mark.parametrize(
    ("leaf", "fault"),
    [
        ("SKILL", "SKILL repeats; write $each: SKILL in the element that repeats"),
        ("CODE", "CODE stands in SKILL, which repeats; write $each: SKILL in the element that repeats"),
        ("const(a, b)", 'const() takes one text; a comma needs quotes: const("a, b")'),
        ('join(" ", GIVEN)', 'join() takes a separator and two or more fields; join(" ", A, B)'),
        ("trim(GIVEN)", "trim() cannot begin a leaf; write FIELD | converter"),
        ("PAY | trim", "trim takes text, and this is a number; write trim"),
        ("STATUS | table(colours)", "table there is no table colours; declared here: none; write table(name"),
    ],
)
def test_a_leaf_that_cannot_be_is_refused(make: Make, leaf: str, fault: str) -> None:
    (found,) = faults(make, f"Candidate:\n  CandidateRecordInfo:\n    Id:\n      IdValue: {leaf}\n")
    assert found.partition("IdValue: ")[2].startswith(fault)


def test_fields_outside_a_repetition_cannot_be_named_inside(make: Make) -> None:
    document = """
Candidate:
  CandidateProfile:
    EmploymentHistory:
      EmployerOrg:
        $each: JOB
        EmployerOrgName: FAMILY
"""
    (found,) = faults(make, document)
    assert found.endswith("FAMILY does not stand in JOB; inside $each only fields of JOB")


def test_a_formulas_fault_is_placed_inside_its_text(make: Make) -> None:
    document = (
        "Candidate:\n  CandidateRecordInfo:\n    Status:\n      $sql: CASE WHEN STATS = 'A' THEN 'Active' END\n"
    )
    (found,) = faults(make, document)
    assert found.startswith(
        "m.yaml:7:25: Candidate/CandidateRecordInfo/Status: APPL has no field STATS; did you mean"
    )


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ("Candidat:\n  A: NO\n", "HR-XML 2.5 has no document Candidat here; did you mean Candidate?"),
        ("Candidate:\n  CandidateProfile: NO\n", "CandidateProfile holds elements, not text; such as "),
        (
            "Candidate:\n  CandidateRecordInfo:\n    Status:\n      - const(Active)\n      - const(Inactive)\n",
            "Status may stand only once; remove the list",
        ),
        (
            "Candidate:\n  Resume:\n    $each: JOB\n    TextResume: EMPLOYER\n",
            "Resume may stand only once; put $each into the element that repeats",
        ),
        (
            "Candidate:\n  CandidateRecordInfo:\n    Status: const(Alive)\n",
            "Status cannot be Alive; it must be one of ",
        ),
    ],
)
def test_what_the_vocabulary_does_not_know_is_refused(make: Make, document: str, fault: str) -> None:
    assert any(fault in found for found in faults(make, document))


def test_words_of_a_table_are_held_against_the_vocabulary(make: Make) -> None:
    document = "Candidate:\n  CandidateRecordInfo:\n    Status: STATUS | table(s)\n"
    (found,) = faults(make, document, "tables:\n  s: {A: Active, X: Exalted}\n")
    assert "Status cannot be Exalted; it must be one of" in found


def test_every_field_is_mapped_or_dropped_with_a_reason(make: Make) -> None:
    assert () == make(SMALL, DROPS).check("into")
    without = make(SMALL, DROPS.replace("  PAY: not needed\n", "")).check("into")
    assert ["m.yaml:2:9: PAY: is not mapped; map it, or write drop: PAY: why it is not needed"] == said(without)


def test_a_group_is_handled_field_by_field(make: Make) -> None:
    without = make(SMALL, DROPS.replace("  JOB: not needed\n", "  JOB.FROM: no\n  UNTIL: no\n")).check("into")
    assert ["JOB.EMPLOYER"] == [fault.path for fault in without]


def test_dropped_and_mapped_is_a_contradiction(make: Make) -> None:
    (found,) = make(SMALL, DROPS + "  NO: not needed\n").check("into")
    assert "m.yaml:19:3: drop.NO: is mapped as well; remove one of the two" == str(found)


def test_an_unknown_or_unreasoned_drop_is_refused(make: Make) -> None:
    found = faults(make, SMALL, "drop:\n  FAMILLY: not needed\n  GIVEN:\n")
    assert [
        "m.yaml:9:3: drop.FAMILLY: APPL has no field FAMILLY; did you mean FAMILY?",
        "m.yaml:10:9: drop.GIVEN: must be text; say why it is not needed",
    ] == found


def test_required_children_must_be_fed_going_forward_only(make: Make) -> None:
    document = 'Candidate:\n  CandidateProfile:\n    PersonalData:\n      PersonId:\n        "@idOwner": FAMILY\n'
    made = make(document, DROPS)
    paths = [f.path for f in made.check("into") if "is required here" in f.message]
    assert ["Candidate/CandidateProfile/PersonalData/PersonId"] == paths
    assert not [f for f in made.check("out") if "is required here" in f.message]


def test_going_backward_every_field_must_be_fed_filled_or_dropped(make: Make) -> None:
    rest = (
        DROPS.replace("  PAY: not needed\n", "").replace("  STATUS: not needed\n", "") + "fill:\n  STATUS: const(A)\n"
    )
    found = make(SMALL, rest).check("out")
    assert ["m.yaml:2:9: PAY: is not fed by any rule; map it, fill it, or write drop: with a reason"] == said(found)


def test_a_rule_that_cannot_go_backward_is_named(make: Make) -> None:
    document = SMALL + "    Status:\n      $sql: CASE STATUS WHEN 'A' THEN 'Active' END\n"
    rest = DROPS.replace("  STATUS: not needed\n", "")
    assert () == make(document, rest).check("into")
    (found,) = make(document, rest).check("out")
    assert "cannot be written: a $sql has no way back" in str(found)


def test_a_loss_on_the_way_back_is_a_warning(make: Make) -> None:
    document = SMALL.replace("NO | digits(8)", "MAIL | lower")
    rest = DROPS.replace("  MAIL: not needed\n", "  NO: not needed\n")
    (found,) = make(document, rest).check("out")
    assert found.warning
    assert "MAIL: upper case does not come back" in str(found)


def test_a_loss_that_the_mapping_itself_asks_for_is_no_warning(make: Make) -> None:
    document = SMALL.replace("NO | digits(8)", "MAIL | cut(10)")
    rest = DROPS.replace("  MAIL: not needed\n", "  NO: not needed\n")
    assert () == make(document, rest).check("out")


def test_a_fill_that_cannot_be_is_refused(make: Make) -> None:
    rest = "fill:\n  NO: const(x)\n  SKILL: const(1)\n  GONE: const(1)\n  PAY: MAIL\n  BORN: run(weather)\n"
    expected = [
        "m.yaml:9:7: fill.NO: 'x' is not a value of NO; write const(text), run(date) or run(sequence)",
        "m.yaml:10:3: fill.SKILL: only a field that stands once in a record can be filled",
        "m.yaml:11:3: fill.GONE: APPL has no field GONE",
        "m.yaml:12:8: fill.PAY: is not something that a field can be filled with; "
        "write const(text), run(date) or run(sequence)",
        "m.yaml:13:9: fill.BORN: is not something that a field can be filled with; "
        "write const(text), run(date) or run(sequence)",
    ]
    assert expected == faults(make, SMALL, rest)


def test_a_second_root_must_say_how_it_is_joined(make: Make) -> None:
    document = SMALL + "PositionOpening:\n  PositionProfile:\n    PositionDetail:\n      PositionTitle: FAMILY\n"
    (missing,) = faults(make, document)
    assert "PositionOpening: a second root must say how it is joined" in missing
    (wrong,) = faults(make, document, "join:\n  PositionOpening: Candidate/CandidateRecordInfo/Idd\n")
    assert "join.PositionOpening: Candidate/CandidateRecordInfo has no Idd; did you mean Id?" in wrong


def test_a_layouts_own_faults_are_told(vocabulary: hrxml.Vocabulary, tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_text("mapping: x\nlayout: gone.cpy\ndocument:\n  Candidate:\n    Resume:\n      TextResume: A\n")

    def broken(name: str) -> mapping.Layout:  # type: ignore[name-defined]
        raise ConfigError(f"there is no layout {name}")

    with pytest.raises(ConfigError, match=r"m\.yaml:2:9: there is no layout gone\.cpy"):
        mapping.load(file, layout_of=broken, vocabulary=vocabulary, tables=tmp_path, name="m.yaml")


def test_the_version_follows_the_content_and_its_tables_not_the_comments(make: Make, tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("A: Active\n")
    rest = "tables:\n  s: t.yaml\n"
    first, second = make(SMALL, rest), make(SMALL, rest + "# a comment\n")
    (tmp_path / "t.yaml").write_text("A: Inactive\n")
    third, fourth = make(SMALL, rest), make(SMALL.replace("8", "9"), rest)
    assert first.version == second.version
    assert 3 == len({made.version for made in (first, third, fourth)})


def test_a_table_must_be_codes_and_words_below_the_mappings(make: Make) -> None:
    rest = "tables:\n  a: gone.yaml\n  b: ../out.yaml\n  c: [x]\n  d: {}\n  e:\n    A: {x: y}\n"
    expected = [
        "m.yaml:9:6: there is no table file gone.yaml",
        "m.yaml:10:6: the table ../out.yaml must be a file below mappings/",
        "m.yaml:11:6: a table is codes and words; write CODE: word, one a line",
        "m.yaml:12:6: the table is empty; write CODE: word, one a line",
        "m.yaml:14:8: a word must be text",
    ]
    assert expected == faults(make, SMALL, rest)


def test_paths_are_what_going_backward_reads(make: Make) -> None:
    assert {"Candidate": ["CandidateRecordInfo/Id/IdValue"]} == make(SMALL).paths
    assert LAYOUT is make(SMALL).layout


def test_what_is_required_and_holds_elements_is_told_with_these(make: Make) -> None:
    text = """
Candidate:
  CandidateProfile:
    EmploymentHistory:
      EmployerOrg:
        $each: JOB
        EmployerOrgName: EMPLOYER
        {}
"""
    history = (
        "PositionHistory:\n          OrgName:\n            OrganizationName: EMPLOYER\n          Description: MORE"
    )
    start = "StartDate is required here; write StartDate: and below it one of AnyDate, YearMonth, Year, StringDate"
    for below, told in (
        ("", "PositionHistory is required here; write PositionHistory: and below it OrgName, Description, StartDate"),
        (history.replace("MORE", "EMPLOYER"), start),
    ):
        made = make(text.format(below).rstrip() + "\n")
        assert [True] == [told in str(fault) for fault in made.check("into") if "required" in str(fault)]


def test_a_group_that_does_not_repeat_is_dropped_with_all_its_fields(make: Make) -> None:
    inner = Field("INNER", "INNER", Type.GROUP, children=(Field("B", "B", Type.TEXT),))
    meta = Field("META", "META", Type.GROUP, children=(Field("C", "C", Type.TEXT),))
    held = Field("HELD", "HELD", Type.GROUP, many=True, children=(meta, Field("D", "D", Type.TEXT)))
    outer = Field("OUTER", "OUTER", Type.GROUP, children=(inner, held))
    layout = Layout("L", (Field("NO", "NO", Type.TEXT), outer))
    text = "Candidate:\n  CandidateRecordInfo:\n    Id:\n      IdValue: NO\n    Status: const(Active)\n"
    left = {fault.path for fault in make(text, "drop:\n  INNER: no\n  META: no\n", layout).check("into")}
    assert {"HELD.D"} == left
    assert () == make(text, "drop:\n  OUTER: no\n", layout).check("into")
    (both,) = make(text.replace("NO\n", "B\n"), "drop:\n  NO: no\n  OUTER: no\n", layout).check("into")
    assert str(both).endswith(":3: drop.B: is mapped as well; remove one of the two")
