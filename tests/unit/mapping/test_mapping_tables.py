from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hrbus import yaml
from hrbus.errors import ConfigError
from hrbus.mapping.tables import Table, read

NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
GRADES = """CODE,MEANING,TENANT,VALID-FROM,VALID-TO
1,junior,,,
2,senior,,,2025-12-31
2,expert,,2026-01-01,
3,lead,ACME,,
3,manager,,,
4,"a, b",OTHER,,

"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "grades.csv").write_text(GRADES, encoding="utf-8-sig")
    return tmp_path


def table(folder: Path, text: str, now: datetime = NOW) -> Table:
    node = yaml.loads(f"t:\n{text}", "m.yaml")
    assert isinstance(node, yaml.Entries)
    return read(node.entries["t"], folder, now)


def chosen(*more: str) -> str:
    lines = ("$file: grades.csv", "$from: VALID-FROM", "$to: VALID-TO", *more)
    return "".join(f"  {line}\n" for line in lines)


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        table(folder, text)
    return [str(fault) for fault in caught.value.faults]


def test_the_first_two_columns_are_the_table_where_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "skills.csv").write_text("CODE,WORD,NOTE\nCB,COBOL,old\nPY,Python\n")
    assert {"CB": "COBOL", "PY": "Python"} == table(tmp_path, "  skills.csv").forward


def test_a_line_holds_from_its_first_day_to_its_last(folder: Path) -> None:
    where = "$where: {TENANT: NONE}"
    assert "expert" == table(folder, chosen(where)).forward["2"]
    assert "senior" == table(folder, chosen(where, "$on: 2025-12-31")).forward["2"]
    assert "expert" == table(folder, chosen(where, "$on: 2026-01-01")).forward["2"]


def test_a_line_of_the_tenant_goes_before_one_for_all_and_that_of_another_is_left_out(folder: Path) -> None:
    acme, other = (table(folder, chosen(f"$where: {{TENANT: {name}}}")).forward for name in ("ACME", "OTHER"))
    assert {"1": "junior", "2": "expert", "3": "lead"} == acme
    assert {"1": "junior", "2": "expert", "3": "manager", "4": "a, b"} == other


def test_today_is_that_of_the_zone(tmp_path: Path) -> None:
    (tmp_path / "days.csv").write_text("C,W,F,T\nA,old,,2026-11-25\nA,new,2026-11-26,\n")
    lines = "  $file: days.csv\n  $from: F\n  $to: T\n"
    found = [table(tmp_path, lines + f"  $on: {on}\n").forward["A"] for on in ("today", "today(Asia/Shanghai)")]
    assert ["old", "new"] == found


def test_columns_have_names(folder: Path) -> None:
    named = chosen("$where: {TENANT: NONE}", "$code: MEANING", "$word: CODE")
    assert "3" == table(folder, named).forward["manager"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (chosen("$on: tomorrow"), "m.yaml:5:8: tomorrow is no day; write today, today(Asia/Shanghai), or a day"),
        (chosen("$wrd: MEANING"), "m.yaml:5:3: unknown key $wrd; did you mean $word?"),
        (chosen("$word: MEANIN"), "m.yaml:5:10: grades.csv has no column MEANIN; did you mean MEANING?"),
        (chosen(), "grades.csv:6: the code 3 stands twice on 2026-11-25; give the lines bounds"),
        ("  $code: CODE\n", "m.yaml:2:3: the table has no $file; write $file: tables/NAME.csv"),
        ("  other.csv", "m.yaml:2:3: there is no table file other.csv"),
        ("  ../grades.csv", "m.yaml:2:3: the table ../grades.csv must be a file below mappings/"),
        (
            chosen("$where: TENANT"),
            "m.yaml:5:11: $where takes another kind of value; write COLUMN: value, one a line",
        ),
        ("  $file: grades.csv\n  $from: CODE\n", "grades.csv:2: 1 is no day; write days as 2026-11-01"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_with_its_place(folder: Path, text: str, expected: str) -> None:
    assert faults(folder, text)[0].startswith(expected)


def test_a_file_that_is_no_text_or_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gbk.csv").write_bytes("代码,词\n1,是\n".encode("gbk"))
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "open.csv").write_text('A,B\n1,"x\n')
    assert ["gbk.csv: the table's file is not UTF-8; save it as CSV UTF-8"] == faults(tmp_path, "  gbk.csv")
    assert "a line of titles" in faults(tmp_path, "  empty.csv")[0]
    assert faults(tmp_path, "  open.csv")[0].startswith("open.csv:2: the table's file is no CSV")
    (tmp_path / "none.csv").write_text("A,B\n")
    assert ["m.yaml:2:3: no line of none.csv is meant on 2026-11-25"] == faults(tmp_path, "  none.csv")
