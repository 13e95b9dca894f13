"""Files that COBOL programs write are read, and files that are written are read by COBOL programs."""

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
from adapters.cobol.settings import CobolSettings, Header, Trailer
from hrbus.spi import Batch, Codec, Origin, Reject
from hrbus.testing import ManualClock, RecordingDelivery, a_context

Program = Callable[..., Path]

HEADER: dict[str, Any] = {"copybook": "copybooks/HEADREC.cpy"}
TRAILER: dict[str, Any] = {"copybook": "copybooks/TRAILREC.cpy", "count": "TRAIL-COUNT"}


def a_codec(root: Path, copybook: str, **settings: Any) -> Codec:
    settings = {"header": HEADER, "trailer": TRAILER, **settings}
    return COBOL.make(CobolSettings(copybook=f"copybooks/{copybook}", **settings), a_context(root))


def run(program: Path, **environment: str) -> str:
    done = subprocess.run(
        [program], env={**os.environ, **environment}, check=True, capture_output=True, encoding="latin-1"
    )
    return done.stdout


def the_extract(program: Path, folder: Path, count: int, bad: int = 0) -> bytes:
    path = folder / "extract.dat"
    run(program, DD_EXTRACT=str(path), APPL_COUNT=str(count), APPL_BAD=str(bad))
    return path.read_bytes()


def decoded(codec: Codec, data: bytes) -> tuple[pl.DataFrame, list[Reject]]:
    batches = list(codec.decode(io.BytesIO(data), Origin("extract.dat")))
    return pl.concat([batch.frame for batch in batches]), [r for batch in batches for r in batch.rejects]


def applicant(n: int) -> dict[str, Any]:
    """Return what WRITEAPP writes as its applicant number n."""
    text = f"{n:06d}"
    jobs = [
        {"JOB-EMPLOYER": f"Employer {j}", "JOB-TITLE": f"Title {text}", "JOB-FROM": 201000 + j, "JOB-TO": 0}
        for j in range(1, n % 6 + 1)
    ]
    skills = [{"SKILL-CODE": "CB", "SKILL-LEVEL": n % 10}, {"SKILL-CODE": "JV", "SKILL-LEVEL": 9}]
    agency = n % 4 == 0
    return {
        "APPL-REC-TYPE": "D",
        "APPL-NO": 10000 + n,
        "APPL-PERSON-NO": f"P{text}",
        "APPL-VAC-NO": f"VAC-{n % 5 + 1}",
        "APPL-STATUS": "A" if n % 7 else "W",
        "APPL-FAMILY-NAME": f"Family{text}",
        "APPL-GIVEN-NAME": f"Given {text}",
        "APPL-BIRTH-DATE": 19900215,
        "APPL-MARITAL": "S",
        "APPL-EMAIL": f"a{text}@example.test",
        "APPL-PHONE": f"+4930{text}",
        "APPL-STREET": "Main Street 1 & 2 <left>",
        "APPL-CITY": "Springfield",
        "APPL-POSTCODE": "10115",
        "APPL-COUNTRY": "DE",
        "APPL-LANG": "en",
        "APPL-APPLIED-ON": 20260115,
        "APPL-YEARS": Decimal(n % 199) / 10 - Decimal("9.5"),
        "APPL-PAY-EXPECTED": Decimal("1.11") * n - 5,
        "APPL-PAY-CURRENCY": "EUR",
        "APPL-BATCH-SEQ": -n,
        "APPL-CONSENT-NOTICE": "N2026-1",
        "APPL-CONSENT-ON": 20260114,
        "APPL-CONSENT-AI": "Y",
        "APPL-CONSENT-RECORDING": "Y",
        "APPL-CONSENT-ABROAD": "N",
        "APPL-SCHOOL": "Technical University",
        "APPL-DEGREE": "MSc",
        "APPL-DEGREE-YEAR": 2015,
        "APPL-CHANNEL": f"{400 + n:06d}" if agency else "WEB",
        "APPL-AGENCY-NO": 400 + n if agency else None,
        "APPL-SKILL": skills + [{"SKILL-CODE": "", "SKILL-LEVEL": 0}] * 2,
        "APPL-JOB-COUNT": n % 6,
        "APPL-JOB": jobs,
    }


def test_an_extract_that_a_cobol_program_wrote_is_read_field_by_field(
    root: Path, cobol_program: Program, tmp_path: Path
) -> None:
    data = the_extract(cobol_program("WRITEAPP"), tmp_path, 30)
    frame, rejects = decoded(a_codec(root, "APPLREC.cpy"), data)
    assert [] == rejects
    expected = [{"_record": n, "_offset": 770 * n, **applicant(n)} for n in range(1, 31)]
    assert expected == frame.to_dicts()


def test_the_extract_comes_back_byte_for_byte(root: Path, cobol_program: Program, tmp_path: Path) -> None:
    data = the_extract(cobol_program("WRITEAPP"), tmp_path, 25)
    edges = {"HEAD-FILE-ID": "APPLXTR", "HEAD-CREATED-ON": "20260131", "HEAD-SEQUENCE": "17"}
    for keep_raw in (True, False):
        codec = a_codec(root, "APPLREC.cpy", keep_raw=keep_raw, batch_records=7, header=HEADER | {"set": edges})
        out = io.BytesIO()
        written = list(codec.encode(codec.decode(io.BytesIO(data), Origin("extract.dat")), out))
        assert 25 == sum(map(len, written))
        assert data == out.getvalue()


def test_one_bad_packed_field_costs_one_record(root: Path, cobol_program: Program, tmp_path: Path) -> None:
    data = the_extract(cobol_program("WRITEAPP"), tmp_path, 12, bad=5)
    frame, rejects = decoded(a_codec(root, "APPLREC.cpy"), data)
    assert [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12] == frame["_record"].to_list()
    (reject,) = rejects
    assert (5, 5 * 770, "APPL-PAY-EXPECTED") == (reject.record, reject.offset, reject.field)
    assert data[5 * 770 : 6 * 770] == reject.raw
    assert "PIC S9(7)V99 COMP-3 at byte 264 of the record holds something that is no digit: X'FFFFFFFFFF'" == (
        reject.reason
    )


def test_an_extract_without_applicants_has_no_records(root: Path, cobol_program: Program, tmp_path: Path) -> None:
    data = the_extract(cobol_program("WRITEAPP"), tmp_path, 0)
    codec = a_codec(root, "APPLREC.cpy")
    assert 2 * 770 == len(data)
    assert 0 == sum(len(batch) for batch in codec.decode(io.BytesIO(data), Origin("extract.dat")))


def test_chinese_names_in_gb18030_are_read(root: Path, cobol_program: Program, tmp_path: Path) -> None:
    path = tmp_path / "gbk.dat"
    run(cobol_program("WRITEGBK", sign="ASCII"), DD_EXTRACT=str(path))
    codec = a_codec(root, "APPLREC.cpy", encoding="gb18030", keep_raw=True)
    frame, rejects = decoded(codec, path.read_bytes())
    assert [] == rejects
    expected = [("王", "小明"), ("欧阳", "镕"), ("刘", "\U00020000\x80")]
    assert expected == frame.select("APPL-FAMILY-NAME", "APPL-GIVEN-NAME").rows()
    assert [Decimal("1.0"), Decimal("-0.5"), Decimal("-2.0")] == frame["APPL-YEARS"].to_list()
    assert [Decimal("-0.01"), Decimal("-0.02"), Decimal("-0.03")] == frame["APPL-PAY-EXPECTED"].to_list()
    assert [-1, 0, 1] == frame["APPL-BATCH-SEQ"].to_list()
    out = io.BytesIO()
    list(codec.encode([Batch(frame)], out))
    assert path.read_bytes()[770:-770] == out.getvalue()[770:-770]


@pytest.mark.parametrize(("encoding", "code"), [("cp037", "EBCDIC"), ("ascii", "ASCII")])
def test_results_that_are_written_are_understood_by_a_cobol_program(
    root: Path, cobol_program: Program, tmp_path: Path, encoding: str, code: str
) -> None:
    sets = {"HEAD-FILE-ID": "RESULTS", "HEAD-CREATED-ON": "run(date)", "HEAD-SEQUENCE": "run(sequence)"}
    settings = CobolSettings(
        copybook="copybooks/RESULTRC.cpy",
        encoding=encoding,
        sign="ebcdic",
        time_zone="Asia/Shanghai",
        header=Header(**HEADER, set=sets),
        trailer=Trailer(**TRAILER),
    )
    codec = COBOL.make(settings, a_context(root, clock=ManualClock()))
    frame = pl.DataFrame(
        {
            "RES-APPL-NO": [4711, 4712],
            "RES-ORDER-ID": ["order-1", "order-2"],
            "RES-STATUS": ["C", "R"],
            "RES-SCORED-ON": [20260105, 20260106],
            "RES-SCORE": pl.Series([Decimal("87.5"), Decimal("-0.25")], dtype=pl.Decimal(6, 2)),
            "RES-BAND": ["good", ""],
            "RES-ADVICE": ["A", "H"],
            "RES-COMMENT": ["clear & <calm>", None],
            "RES-DIM": [
                [{"DIM-CODE": "java", "DIM-SCORE": Decimal("-4.20")}, {"DIM-CODE": "sql", "DIM-SCORE": Decimal(3)}],
                [],
            ],
        }
    )
    path = tmp_path / "results.dat"
    with path.open("wb") as stream:
        list(codec.encode([Batch(frame)], stream, RecordingDelivery(sequence=7)))
    shown = run(cobol_program("READRES"), DD_RESULTS=str(path), RES_CODE=code)
    lines = [tuple(line.rstrip().split("=", 1)) for line in shown.splitlines()]
    expected = [
        ("HEAD-FILE-ID", "RESULTS"),
        ("HEAD-CREATED-ON", "20260105"),
        ("HEAD-SEQUENCE", "000007"),
        ("RES-APPL-NO", "00004711"),
        ("RES-ORDER-ID", "order-1"),
        ("RES-STATUS", "C"),
        ("COMPLETED", "YES"),
        ("RES-SCORED-ON", "20260105"),
        ("RES-SCORE", "+087.50"),
        ("RES-BAND", "good"),
        ("RES-ADVICE", "A"),
        ("RES-COMMENT", "clear & <calm>"),
        ("RES-DIM-COUNT", "02"),
        ("DIM-CODE", "java"),
        ("DIM-SCORE", "-004.20"),
        ("DIM-CODE", "sql"),
        ("DIM-SCORE", "+003.00"),
        ("RES-APPL-NO", "00004712"),
        ("RES-ORDER-ID", "order-2"),
        ("RES-STATUS", "R"),
        ("RES-SCORED-ON", "20260106"),
        ("RES-SCORE", "-000.25"),
        ("RES-BAND", ""),
        ("RES-ADVICE", "H"),
        ("RES-COMMENT", ""),
        ("RES-DIM-COUNT", "00"),
        ("TRAIL-COUNT", "000000002"),
        ("COUNTED", "000000002"),
    ]
    assert expected == lines
