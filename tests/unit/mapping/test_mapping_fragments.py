from __future__ import annotations

from pathlib import Path

import pytest

from hrbus.errors import ConfigError
from tests.unit.mapping.conftest import Make
from tests.unit.mapping.samples import batch, trees

NAME = 'GivenName: "{{GIVEN}} | trim"\nFamilyName: "{{FAMILY}} | trim | {{ MORE }}"\n'
DOCUMENT = """
Candidate:
  CandidateProfile:
    PersonalData:
      PersonName:
        $include: fragments/name.yaml
        $with:
          GIVEN: GIVEN
          FAMILY: FAMILY
          MORE: upper
"""


@pytest.fixture
def fragments(tmp_path: Path) -> Path:
    folder = tmp_path / "fragments"
    folder.mkdir()
    (folder / "name.yaml").write_text(NAME)
    return folder


def faults(make: Make, document: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        make(document)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.usefixtures("fragments")
def test_a_fragment_stands_in_its_place_with_what_it_is_given(make: Make) -> None:
    document = make(DOCUMENT).into(batch({"GIVEN": "Ada ", "FAMILY": "Lovelace"}))
    name = {"GivenName": "Ada", "FamilyName": "LOVELACE"}
    assert [{"CandidateProfile": {"PersonalData": {"PersonName": name}}}] == trees(document)


@pytest.mark.usefixtures("fragments")
def test_keys_of_ones_own_may_stand_beside_a_fragment(make: Make) -> None:
    document = make(DOCUMENT + "        PreferredGivenName: GIVEN").into(batch({"GIVEN": "Ada"}))
    (tree,) = trees(document)
    assert "Ada" == tree["CandidateProfile"]["PersonalData"]["PersonName"]["PreferredGivenName"]


def test_fragments_may_include_fragments_and_several_may_stand_together(make: Make, fragments: Path) -> None:
    (fragments / "given.yaml").write_text('GivenName: "{{FIELD}}"\n')
    (fragments / "family.yaml").write_text("FamilyName: FAMILY\n")
    both = ("PersonName:", "  $include:", "    - fragments/given.yaml", "    - fragments/family.yaml")
    (fragments / "both.yaml").write_text("\n".join([*both, '  $with: {FIELD: "{{G}}"}\n']))
    text = """
Candidate:
  CandidateProfile:
    PersonalData:
      $include: fragments/both.yaml
      $with:
        G: GIVEN
"""
    (tree,) = trees(make(text).into(batch({"GIVEN": "Ada", "FAMILY": "L"})))
    assert {"GivenName": "Ada", "FamilyName": "L"} == tree["CandidateProfile"]["PersonalData"]["PersonName"]


def test_the_version_changes_with_the_fragment(make: Make, fragments: Path) -> None:
    before = make(DOCUMENT).version
    assert before == make(DOCUMENT).version
    (fragments / "name.yaml").write_text(NAME.replace("trim", "title"))
    assert before != make(DOCUMENT).version


def test_a_fault_in_a_fragment_is_told_in_its_file(make: Make, fragments: Path) -> None:
    (fragments / "name.yaml").write_text(NAME.replace("GivenName", "GivnName"))
    (fault,) = faults(make, DOCUMENT)
    assert fault.startswith("fragments/name.yaml:1:11: Candidate/CandidateProfile/PersonalData/PersonName/GivnName")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("fragments/name.yaml", "fragments/nam.yaml", "there is no fragment fragments/nam.yaml; did you mean"),
        ("fragments/name.yaml", "../name.yaml", "../name.yaml must be a file below mappings/"),
        ("GIVEN: GIVEN", "GIVN: GIVEN", "nothing is given for {{GIVEN}}; did you mean GIVN?"),
        ("MORE: upper", "MORE: upper\n          LESS: x", "$with.LESS: no fragment here has {{LESS}}"),
        ("MORE: upper", "MORE: upper\n        GivenName: GIVEN", "GivenName: GivenName stands twice; it stands at"),
        ("fragments/name.yaml", "fragments/self.yaml", "fragments/self.yaml includes itself"),
        ("fragments/name.yaml", "fragments/list.yaml", "fragments/list.yaml:1:1: a fragment must hold keys"),
    ],
)
def test_what_is_wrong_with_an_include_is_told(
    make: Make, fragments: Path, before: str, after: str, expected: str
) -> None:
    (fragments / "self.yaml").write_text("$include: fragments/self.yaml\n")
    (fragments / "list.yaml").write_text("- one\n")
    assert before in DOCUMENT
    assert any(expected in fault for fault in faults(make, DOCUMENT.replace(before, after)))
