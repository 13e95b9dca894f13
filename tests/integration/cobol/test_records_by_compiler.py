"""Records go from a COBOL program to the codec and back: SYNC, OCCURS, REDEFINES and VALUE are as it has them."""

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

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import read
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, Origin
from tests.integration.cobol.test_usages_by_compiler import IEEE_LITTLE


def codec(root: Path, copybook: str, **settings: Any) -> CobolCodec:
    record = read(root / "tests" / "cobol" / copybook).record()
    chosen = {"copybook": copybook, "encoding": "latin-1", **IEEE_LITTLE, **settings}
    if copybook == "EVERYREC.cpy":
        chosen["select"] = {"EV-NAME": {"field": "EV-KIND", "is": ["N", "M"]}}
    return CobolCodec(CobolSettings.model_validate(chosen), record)


def run(program: Path, mode: str, file: Path) -> str:
    settings = {"RECORDS_MODE": mode, "DD_RECORDS": str(file)}
    done = subprocess.run([program], env={**os.environ, **settings}, check=True, capture_output=True)
    return done.stdout.decode("latin-1")


def decoded(made: CobolCodec, data: bytes) -> pl.DataFrame:
    batches = list(made.decode(io.BytesIO(data), Origin("records")))
    assert [] == [(reject.field, reject.reason) for batch in batches for reject in batch.rejects]
    return pl.concat([batch.frame for batch in batches])


def encoded(made: CobolCodec, frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    batches = list(made.encode([Batch(frame)], out))
    assert [] == [(reject.field, reject.reason) for batch in batches for reject in batch.rejects]
    return out.getvalue()


@pytest.fixture
def every(cobol_program: Callable[..., Path], tmp_path: Path) -> tuple[Path, bytes]:
    """Return the program and the file that it wrote."""
    program, file = cobol_program("EVERY", sign="ASCII"), tmp_path / "every.dat"
    run(program, "WRITE", file)
    return program, file.read_bytes()


def value(n: int) -> dict[str, Any]:
    """Return what EVERY writes as its record number n."""
    named = n % 3 == 0
    day = 1012026 + n * 1000000
    return {
        "EV-NO": n,
        "EV-KIND": "N" if named else "A",
        "EV-HALF": 500 - n * 100,
        "EV-MARK": "*+*",
        "EV-WORD": n * 1000003,
        "EV-LONG": n * -98765432109,
        "EV-CELL": [{"EV-CODE": "k", "EV-COUNT": n * i, "EV-RATE": Decimal("9.99") - n * i} for i in range(1, 4)],
        "EV-AMOUNT": None if named else Decimal("1.11") * n - 5,
        "EV-CURRENCY": None if named else "SEK",
        "EV-NAME": "a name" if named else None,
        "EV-LEFT": 10 - n,
        "EV-APART": Decimal(n) / 2 - 4,
        "EV-SHOWN": n * Decimal("321.5") - 1000,
        "EV-DATE": day,
        "EV-RIGHT": f"{n:05d}"[2:],
        "EV-SPACE": "",
        "EV-LOW": "",
        "EV-HIGH": "ÿÿ",
        "EV-QUOTE": '""',
        "EV-ZERO": "00",
        "EV-NATIVE": n * -77777,
        "EV-PLAIN": n * 4321,
        "EV-BIG": n * Decimal("-1234567890123456.000001"),
        "EV-FLOAT": n / 8,
        "EV-LINES": n % 6,
        "EV-LINE": [{"EV-TEXT": "xyz", "EV-UNITS": i * 10 - n} for i in range(1, n % 6 + 1)],
    }


def test_every_field_of_a_record_lies_where_the_compiler_puts_it(root: Path, every: tuple[Path, bytes]) -> None:
    made = codec(root, "EVERYREC.cpy")
    frame = decoded(made, every[1]).drop("_record", "_offset")
    assert [value(n) for n in range(1, 21)] == frame.tail(20).to_dicts()


def test_a_record_of_nothing_but_value_clauses_is_the_one_that_the_compiler_makes(
    root: Path, every: tuple[Path, bytes]
) -> None:
    made = codec(root, "EVERYREC.cpy")
    assert every[1][: made.plan.size] == encoded(made, pl.DataFrame({"EV-LINES": [2]}))


@pytest.mark.parametrize("how", [{"keep_raw": True}, {"trim": False}])
def test_the_records_come_back_byte_for_byte(root: Path, every: tuple[Path, bytes], how: dict[str, Any]) -> None:
    made = codec(root, "EVERYREC.cpy", **how)
    assert every[1] == encoded(made, decoded(made, every[1]))


def test_the_compiler_shows_the_same_of_what_was_written_anew(
    root: Path, every: tuple[Path, bytes], tmp_path: Path
) -> None:
    program, data = every
    made = codec(root, "EVERYREC.cpy")
    again, other = tmp_path / "again.dat", tmp_path / "other.dat"
    again.write_bytes(encoded(made, decoded(made, data)))
    assert 21 < len(run(program, "READ", tmp_path / "every.dat").splitlines())
    assert run(program, "READ", tmp_path / "every.dat") == run(program, "READ", again)
    other.write_bytes(encoded(made, decoded(made, data).with_columns(pl.col("EV-NO") + 1)))
    assert run(program, "READ", again) != run(program, "READ", other)


def test_lines_that_a_program_wrote_come_back_and_are_read_by_it(
    root: Path, cobol_program: Callable[..., Path], tmp_path: Path
) -> None:
    program, file, again = (
        cobol_program("LINES", "-fodoslide", sign="ASCII"),
        tmp_path / "lines.txt",
        tmp_path / "again.txt",
    )
    run(program, "WRITE", file)
    made = codec(root, "LINEREC.cpy", frame="lines")
    frame = decoded(made, file.read_bytes())
    assert [f"name {n:05d}"[: n % 11].rstrip() for n in range(1, 31)] == frame["LN-NAME"].to_list()
    assert [n * Decimal("-10.25") + 100 for n in range(1, 31)] == frame["LN-AMOUNT"].to_list()
    assert frame["LN-AMOUNT"].to_list() == frame["LN-SHOWN"].to_list()
    assert [n % 4 or None for n in range(1, 31)] == [len(row) or None for row in frame["LN-PART"].to_list()]
    again.write_bytes(encoded(made, frame.drop("_record", "_offset")))
    ends = [line.rstrip() for line in again.read_bytes().splitlines()]
    assert file.read_bytes().splitlines() == ends  # the runtime takes the blanks at the end away
    assert 30 < len(run(program, "READ", file).splitlines())
    assert run(program, "READ", file) == run(program, "READ", again)
