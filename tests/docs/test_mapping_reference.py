"""The pages about mappings say what is so."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from adapters.cobol.copybook import parse
from adapters.cobol.layout import describe
from hrbus import hrxml, mapping, yaml
from hrbus.clock import SystemClock
from hrbus.errors import Fault
from hrbus.mapping.converters import known
from hrbus.mapping.fragments import INCLUDE, WITH
from hrbus.mapping.reference import page
from hrbus.mapping.rules import ENGINE, KEYS
from hrbus.mapping.sql.formula import TABLE
from hrbus.mapping.stores import read as read_stores
from hrbus.mapping.tables import read
from hrbus.spi import Batch, Field, Layout, Type

SKILL = (Field("CODE", "CODE", Type.TEXT), Field("LEVEL", "LEVEL", Type.INTEGER, digits=1, signed=False))
STAFF = Layout(
    "STAFF",
    (
        Field("STAFF-NO", "STAFF-NO", Type.INTEGER, digits=8, signed=False),
        *(Field(name, name, Type.TEXT) for name in ("STAFF-ST", "GIVEN", "FAMILY", "EMAIL", "MARITAL")),
        Field("SKILL", "SKILL", Type.GROUP, many=True, children=SKILL),
    ),
)


def test_the_page_of_converters_is_made_from_them(root: Path) -> None:
    written = (root / "docs/reference/converters.md").read_text("utf-8")
    assert page() == written, "run: python -m hrbus.mapping.reference > docs/reference/converters.md"
    assert all(f"\n## `{name}" in written for name in known())


def test_the_mapping_on_the_page_has_no_faults(root: Path, tmp_path: Path) -> None:
    text = (root / "docs/reference/mapping.md").read_text("utf-8")
    shown, *_ = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    file = tmp_path / "shown.yaml"
    file.write_text(shown, "utf-8")
    vocabulary = hrxml.load("2.5", root / "hrxml_schemas")
    made = mapping.load(file, layout_of=lambda name: STAFF, vocabulary=vocabulary, tables=tmp_path)
    assert () == made.check("into")
    assert () == made.check_examples("into")


def test_the_tables_on_the_page_can_be_read(root: Path, tmp_path: Path) -> None:
    text = (root / "docs/reference/mapping.md").read_text("utf-8")
    _, shown, *_ = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/skills.yaml").write_text("CB: COBOL\n")
    (tmp_path / "tables/colours.csv").write_text("CODE,COLOUR\nR,red\n")
    lines = "CODE,MEANING,TENANT,VALID-FROM,VALID-TO\n1,one,,,\n1,ours,ACME,,\n2,past,,,2020-01-01\n"
    (tmp_path / "tables/grades.csv").write_text(lines)
    whole = yaml.loads(shown, "mapping.md")
    assert isinstance(whole, yaml.Entries)
    node = whole.entries["tables"]
    assert isinstance(node, yaml.Entries)
    now = SystemClock().now()
    found = {name: dict(read(each, tmp_path, now).forward) for name, each in node.entries.items()}
    expected = {"status": {"A": "Active", "W": "Withdrawn"}, "skills": {"CB": "COBOL"}, "colours": {"R": "red"}}
    assert expected | {"grades": {"1": "ours"}} == found


def test_the_other_file_on_the_page_is_read_as_it_says(root: Path, tmp_path: Path) -> None:
    text = (root / "docs/reference/mapping.md").read_text("utf-8")
    shown = [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "\nreferences:" in block]
    file = tmp_path / "shown.yaml"
    file.write_text(shown[0], "utf-8")
    position = Layout(
        "POSITION",
        (
            Field("POS-STAFF-NO", "POS-STAFF-NO", Type.INTEGER, digits=8, signed=False),
            Field("POS-FROM", "POS-FROM", Type.INTEGER, digits=6, signed=False),
            *(Field(name, name, Type.TEXT) for name in ("POS-EMPLOYER", "POS-STATE")),
        ),
    )
    layouts = {"copybooks/STAFF.cpy": STAFF, "copybooks/POSITION.cpy": position}
    vocabulary = hrxml.load("2.5", root / "hrxml_schemas")
    made = mapping.load(file, layout_of=layouts.__getitem__, vocabulary=vocabulary, tables=tmp_path)
    held = [
        {"POS-STAFF-NO": 7, "POS-FROM": 200000 + n, "POS-EMPLOYER": f"E{n}", "POS-STATE": "O" if n == 5 else "C"}
        for n in range(1, 6)
    ]
    frame = pl.DataFrame({"_record": [1], "_offset": [0], "STAFF-NO": [7], "POSITIONS": [held]})
    (tree,) = made.into(Batch(frame)).frame["Candidate"].to_list()
    employers = tree["CandidateProfile"]["EmploymentHistory"]["EmployerOrg"]
    assert ["E4", "E3", "E2"] == [each["EmployerOrgName"] for each in employers]
    assert any("nothing writes it" in str(fault) for fault in made.check("out"))


def test_the_attachments_on_the_page_can_be_declared(root: Path, tmp_path: Path) -> None:
    text = (root / "docs/reference/mapping.md").read_text("utf-8")
    (shown,) = [
        block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if block.startswith("attachments")
    ]
    node = yaml.loads(shown, "mapping.md")
    assert isinstance(node, yaml.Entries)
    declared = node.entries["attachments"]
    assert isinstance(declared, yaml.Entries)
    faults: list[Fault] = []
    store = read_stores(declared.entries, tmp_path, faults)["resumes"]
    assert [] == faults
    assert ("files/resumes", 2_000_000, False, ".pdf") == (store.folder, store.most, store.absent, store.suffix)


def test_every_key_and_every_part_of_a_formula_is_told(root: Path) -> None:
    text = (root / "docs/reference/mapping.md").read_text("utf-8")
    assert [] == [key for key in (*KEYS, *ENGINE, INCLUDE, WITH) if f"`{key}" not in text]
    signs = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">=", "DPIPE": r"\|\|"}
    signs |= {"ADD": "+", "SUB": "-", "MUL": "*", "DIV": "/", "IS": "IS NULL"}
    names = {node.__name__.upper() for node in TABLE} - {"COLUMN", "LITERAL", "NULL", "BOOLEAN", "PAREN", "NEG"}
    assert [] == sorted(name for name in names if signs.get(name, name) not in text)


def test_the_conditions_on_the_page_hold_where_it_says(root: Path, tmp_path: Path) -> None:
    text = (root / "docs/reference/mapping.md").read_text("utf-8")
    (copybook,) = re.findall(r"```cobol\n(.*?)```", text, re.DOTALL)
    (formula,) = re.findall(r"^\| a formula \| `(.*?)` \|", text, re.MULTILINE)
    layout = describe(parse(copybook, "staff.cpy").record())
    file = tmp_path / "shown.yaml"
    head = "mapping: m\nlayout: staff.cpy\ndocument:\n  Candidate:\n    CandidateRecordInfo:\n"
    file.write_text(
        f"{head}      $when: IS-OPEN\n      Id:\n        IdValue: IS-OPEN\n      Status:\n        $sql: {formula}\n",
        "utf-8",
    )
    vocabulary = hrxml.load("2.5", root / "hrxml_schemas")
    made = mapping.load(file, layout_of=lambda name: layout, vocabulary=vocabulary, tables=tmp_path)
    frame = pl.DataFrame({"_record": [1, 2, 3], "_offset": [0, 4, 8], "STATE": ["O", "P", "C"], "AGE": [17, 18, 17]})
    trees = made.into(Batch(frame)).frame["Candidate"].struct.field("CandidateRecordInfo").to_list()
    assert ["young", None, None] == [tree and tree["Status"] for tree in trees]
    assert ["true", "true", None] == [tree and tree["Id"] and tree["Id"]["IdValue"] for tree in trees]
