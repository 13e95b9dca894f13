"""Files of several record types that COBOL programs write are read as families, and families by COBOL programs."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from adapters.cobol import COBOL
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, Codec, Origin
from hrbus.testing import a_context

Program = Callable[..., Path]

SEGMENTS: dict[str, Any] = {
    "COMP-REC": {"field": "COMP-TYPE"},
    "DEPT-REC": {"field": "DEPT-TYPE", "below": "COMP-REC"},
    "PERS-REC": {"field": "PERS-TYPE", "below": "DEPT-REC"},
}


@pytest.fixture
def codec(root: Path) -> Codec:
    """Return the codec of the three level-01 records; their VALUE clauses tell them apart."""
    settings = CobolSettings(copybook="../tests/cobol/FAMREC.cpy", encoding="ascii", frame="lines", segments=SEGMENTS)
    return COBOL.make(settings, a_context(root))


def companies(count: int) -> list[dict[str, Any]]:
    """Return what WRITEFAM writes."""
    people = 0
    made = []
    for company in range(1, count + 1):
        departments = []
        for number in range(1, company % 3 + 1):
            persons = []
            for _ in range(number):
                people += 1
                pay = Decimal(100) - people * Decimal("1.25")
                name = f"Person {people:06}"
                persons.append({"PERS-TYPE": "P", "PERS-NO": people, "PERS-PAY": pay, "PERS-NAME": name})
            sites = ["ROME", ""][: number - 1]
            department = {"DEPT-TYPE": "D", "DEPT-NAME": "Dept", "DEPT-COUNT": number - 1, "DEPT-SITE": sites}
            departments.append({**department, "PERS-REC": persons})
        name = f"Company {company:04}"
        made.append({"COMP-TYPE": "C", "COMP-NO": company, "COMP-NAME": name, "DEPT-REC": departments})
    return made


def plain(value: Any) -> Any:
    """Return rows without hrbus's own columns."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if not name.startswith("_")}
    return [plain(one) for one in value] if isinstance(value, list) else value


def run(program: Path, **environment: str) -> list[str]:
    done = subprocess.run([program], env={**os.environ, **environment}, check=True, capture_output=True, text=True)
    return [line.rstrip() for line in done.stdout.splitlines()]


@pytest.mark.parametrize("count", [1, 200])
def test_what_a_cobol_program_writes_is_read_as_families(
    codec: Codec, cobol_program: Program, tmp_path: Path, count: int
) -> None:
    data = tmp_path / "family.dat"
    run(cobol_program("WRITEFAM", sign="ASCII"), DD_FAMILY=str(data), FAM_COUNT=str(count))
    batches = list(codec.decode(io.BytesIO(data.read_bytes()), Origin("family.dat")))
    assert [] == [reject for batch in batches for reject in batch.rejects]
    assert companies(count) == plain(pl.concat([batch.frame for batch in batches]).to_dicts())


def test_families_that_are_written_are_read_by_a_cobol_program(
    codec: Codec, cobol_program: Program, tmp_path: Path
) -> None:
    frame = pl.DataFrame(companies(5), schema_overrides={"COMP-NO": pl.Int64})
    out = io.BytesIO()
    (written,) = codec.encode([Batch(frame)], out)
    assert () == written.rejects
    (tmp_path / "family.dat").write_bytes(out.getvalue())
    expected = []
    for company in companies(5):
        expected.append(f"COMPANY {company['COMP-NO']:04} {company['COMP-NAME']}")
        for department in company["DEPT-REC"]:
            expected.append(f"DEPT {department['DEPT-NAME']:12} {department['DEPT-COUNT']}")
            expected += [
                f"PERSON {person['PERS-NO']:06} {person['PERS-PAY']:9.2f} {person['PERS-NAME']}"
                for person in department["PERS-REC"]
            ]
    assert expected == run(cobol_program("READFAM", sign="ASCII"), DD_FAMILY=str(tmp_path / "family.dat"))
