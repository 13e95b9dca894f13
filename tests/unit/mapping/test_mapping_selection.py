"""Which items of a repeated field become elements, in which order, and how many."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrbus.errors import ConfigError
from hrbus.hrxml import Vocabulary
from hrbus.mapping import flows
from tests.unit.mapping.conftest import Make
from tests.unit.mapping.samples import batch, canonical, trees

JOBS = """
Candidate:
  CandidateProfile:
    EmploymentHistory:
      EmployerOrg:
        $each: JOB
{}
        EmployerOrgName: EMPLOYER | trim
        PositionHistory:
          Title: const(unknown)
          StartDate:
            YearMonth: FROM | date(%Y%m)
"""
THREE = [
    {"EMPLOYER": "Old", "FROM": 199001, "UNTIL": 199912},
    {"EMPLOYER": "New", "FROM": 202001, "UNTIL": None},
    {"EMPLOYER": "Mid", "FROM": 200001, "UNTIL": 201912},
]


def document(*keys: str) -> str:
    return JOBS.format("\n".join(f"        {key}" for key in keys))


def employers(tree: dict[str, Any]) -> list[str]:
    found = tree.get("CandidateProfile", {}).get("EmploymentHistory", {}).get("EmployerOrg", [])
    return [each["EmployerOrgName"] for each in found]


def chosen(make: Make, keys: tuple[str, ...], *records: list[dict[str, Any]]) -> list[list[str]]:
    documents = make(document(*keys)).into(batch(*({"JOB": jobs} for jobs in records)))
    assert () == documents.rejects
    return [employers(tree) for tree in trees(documents)]


def test_only_items_for_which_the_condition_holds_become_elements(make: Make) -> None:
    keys = ("$where:", '  $sql: ("UNTIL" IS NULL OR "FROM" >= 200001)')
    assert [["New", "Mid"], [], []] == chosen(make, keys, THREE, THREE[:1], [])


def test_a_field_as_condition_holds_where_it_is_not_blank(make: Make) -> None:
    assert [["Old", "Mid"]] == chosen(make, ("$where: UNTIL",), THREE)


def test_items_are_ordered_and_what_is_blank_stands_last_both_ways(make: Make) -> None:
    assert [["Old", "Mid", "New"]] == chosen(make, ("$order: UNTIL",), THREE)
    assert [["Mid", "Old", "New"]] == chosen(make, ("$order: UNTIL desc",), THREE)


def test_items_of_equal_rank_go_by_the_next_field_or_stay_as_they_came(make: Make) -> None:
    jobs = [{"EMPLOYER": name, "FROM": year} for name, year in (("B", 2), ("C", 1), ("A", 2), ("D", 1))]
    jobs = [{**job, "FROM": 200000 + int(str(job["FROM"]))} for job in jobs]
    assert [["B", "A", "C", "D"]] == chosen(make, ("$order: FROM desc",), jobs)
    assert [["A", "B", "C", "D"]] == chosen(make, ("$order: FROM DESC, EMPLOYER",), jobs)


def test_the_limit_counts_after_condition_and_order(make: Make) -> None:
    keys = ("$where:", '  $sql: ("FROM" < 202001)', "$order: FROM desc", "$limit: 1")
    assert [["Mid"], ["Old"], []] == chosen(make, keys, THREE, THREE[:1], [])


def test_each_record_has_its_own_limit_in_a_batch_of_many(make: Make) -> None:
    records = [THREE[: n % 4] for n in range(1000)]
    expected = [sorted(str(job["EMPLOYER"]) for job in jobs)[:2] for jobs in records]
    assert expected == chosen(make, ("$order: EMPLOYER", "$limit: 2"), *records)


def test_what_is_not_chosen_is_not_converted_and_rejects_nobody(make: Make) -> None:
    jobs = [{"EMPLOYER": "Bad", "FROM": 202013}, {"EMPLOYER": "Good", "FROM": 202012}]
    assert [["Good"]] == chosen(make, ("$where:", "  $sql: (\"EMPLOYER\" <> 'Bad')"), jobs)


def test_a_reject_names_the_item_by_its_place_in_the_record(make: Make) -> None:
    jobs = [{"EMPLOYER": "A", "FROM": 202001}, {"EMPLOYER": "B", "FROM": 202002}, {"EMPLOYER": "C", "FROM": 202013}]
    (reject,) = make(document("$order: FROM desc")).into(batch({"JOB": jobs})).rejects
    assert "JOB[3].FROM" == reject.field


def test_a_condition_that_cannot_be_reckoned_rejects_the_record(make: Make) -> None:
    made = make(document("$where:", '  $sql: (ROUND(100 / "FROM", 2) > 1)'))
    documents = made.into(batch({"JOB": [THREE[0], {"EMPLOYER": "X", "FROM": 0}]}, {"JOB": []}))
    assert [(1, "JOB[2].FROM")] == [(reject.record, reject.field) for reject in documents.rejects]


def test_the_same_group_can_be_taken_twice_with_different_conditions(make: Make) -> None:
    text = """
Candidate:
  CandidateProfile:
    EmploymentHistory:
      EmployerOrg:
        - $each: JOB
          $where: UNTIL
          $order: FROM desc
          $limit: 1
          EmployerOrgName: EMPLOYER
        - $each: JOB
          $where:
            $sql: ("UNTIL" IS NULL)
          EmployerOrgName: EMPLOYER
"""
    (tree,) = trees(make(text).into(batch({"JOB": THREE})))
    assert ["Mid", "New"] == employers(tree)


def test_what_a_when_above_leaves_out_is_not_converted(make: Make) -> None:
    text = """
Candidate:
  CandidateProfile:
    EmploymentHistory:
      $when: STATUS
      EmployerOrg:
        $each: JOB
        EmployerOrgName: EMPLOYER
        PositionHistory:
          StartDate:
            YearMonth: FROM | date(%Y%m)
"""
    documents = make(text).into(batch({"JOB": [{"EMPLOYER": "A", "FROM": 202013}]}))
    assert ((), [{}]) == (documents.rejects, trees(documents))


def test_going_out_the_items_come_back_in_the_order_of_the_document(make: Make) -> None:
    made = make(document("$order: FROM", "$limit: 2"))
    back = made.out(canonical(made.into(batch({"JOB": THREE})), made)).frame
    assert [["Old", "Mid"]] == [[job["EMPLOYER"] for job in jobs] for jobs in back["JOB"].to_list()]


def test_going_out_is_told_what_a_choice_loses(make: Make) -> None:
    made = make(document("$limit: 2"), "drop:\n  NO: no need\n")
    told = [str(fault) for fault in made.check("out") if fault.warning]
    assert any("JOB: items that $limit leaves out do not come back" in line for line in told)
    assert not any("JOB:" in str(fault) for fault in make(document()).check("out") if fault.warning)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (("$limit: 0",), "must be a whole number from 1 to 10000"),
        (("$limit: two",), "must be a whole number from 1 to 10000"),
        (("$order: FRM desc",), "JOB has no field FRM; did you mean FROM?"),
        (("$order: FROM down",), "a comma, asc or desc should stand here; write FIELD desc, FIELD"),
        (("$order: FROM,",), "a field should stand here; write FIELD desc, FIELD"),
        (("$where:", '  $sql: ("FRM" > 1)'), "JOB has no field FRM; did you mean FROM?"),
        (("$where:", '  $sql: ("FROM" + 1)'), "$where needs a condition, and this gives text"),
        (("$when: EMPLOYER", "$limt: 1"), "unknown key $limt; did you mean $limit?"),
    ],
)
def test_a_choice_that_cannot_be_made_is_named_with_its_place(make: Make, keys: tuple[str, ...], told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(document(*keys))
    (fault,) = caught.value.faults
    assert told in str(fault)
    assert fault.place
    assert fault.place.line >= 9


def test_a_choice_needs_something_that_repeats(make: Make) -> None:
    with pytest.raises(ConfigError, match=r"m.yaml:7:5: .*\$limit needs an \$each"):
        make("Candidate:\n  CandidateRecordInfo:\n  $limit: 1\n".replace("Info:\n", "Info:\n    Status: STATUS\n"))


def test_data_are_followed_through_condition_and_order(make: Make) -> None:
    made = make(document("$where: UNTIL", "$order: FROM desc"))
    reached = {".".join(flow.way) for flow in flows.into(made.trees["Candidate"]) if flow.path.endswith("OrgName")}
    assert {"JOB.EMPLOYER", "JOB.UNTIL", "JOB.FROM"} == reached


JOB = st.fixed_dictionaries({"EMPLOYER": st.sampled_from("ABC"), "FROM": st.integers(200001, 200012)})


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(JOB, max_size=6), min_size=1, max_size=8), st.integers(1, 4), st.booleans())
def test_choosing_by_column_is_choosing_record_by_record(
    vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory, records: Any, limit: int, down: bool
) -> None:
    from hrbus import mapping
    from tests.unit.mapping.samples import LAYOUT

    keys = ("$where:", "  $sql: (\"EMPLOYER\" <> 'B')", f"$order: FROM{' desc' * down}", f"$limit: {limit}")
    body = "\n".join(f"  {line}" for line in document(*keys).strip("\n").split("\n"))
    file = tmp_path_factory.mktemp("m") / "m.yaml"
    file.write_text(f"mapping: test\nlayout: appl\ndocument:\n{body}\n", "utf-8")
    made = mapping.load(file, layout_of=lambda name: LAYOUT, vocabulary=vocabulary, tables=file.parent)
    found = [employers(tree) for tree in trees(made.into(batch(*({"JOB": jobs} for jobs in records))))]
    expected = []
    for jobs in records:
        good = [job for job in jobs if job["EMPLOYER"] != "B"]
        good.sort(key=lambda job: -job["FROM"] if down else job["FROM"])
        expected.append([job["EMPLOYER"] for job in good[:limit]])
    assert expected == found
