"""Variable files that GnuCOBOL programs write are read, and those that are written are read by such programs."""

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
from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import read
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, Context, NoMemory, Origin, SystemClock

Program = Callable[..., Path]

ROWS: list[dict[str, Any]] = [
    {
        "VAR-NO": n,
        "VAR-PAY": Decimal("1.25") * n - 5,
        "VAR-COUNT": n % 10,
        "VAR-SKILL": [f"S{s}-" for s in range(1, n % 10 + 1)],
    }
    for n in range(1, 13)
]
"""What WRITEVAR writes."""
SHOWN = [
    f"{row['VAR-NO']:04d}|{row['VAR-PAY']:>9.2f}|{row['VAR-COUNT']:02d}|{10 + 3 * row['VAR-COUNT']:04d}|"
    f"{row['VAR-COUNT']:02d}{''.join(row['VAR-SKILL'])}"
    for row in ROWS
]
"""What READVAR shows of that, from byte 9 of the record on."""
FORMATS: list[tuple[str, dict[str, Any]]] = [
    ("0", {"frame": "gnucobol"}),
    ("1", {"frame": "gnucobol", "varseq_format": 1}),
    ("2", {"frame": "gnucobol", "varseq_format": 2}),
    ("3", {"frame": "gnucobol", "varseq_format": 3}),
    ("mf", {"frame": "mf"}),
]


def a_codec(root: Path, **settings: Any) -> CobolCodec:
    made = CobolSettings(copybook="VARREC.cpy", encoding="ascii", **settings)
    return CobolCodec(made, read(root / "tests" / "cobol" / "VARREC.cpy").record())


def run(program: Path, file: Path, form: str) -> str:
    environment = {**os.environ, "DD_VARFILE": str(file), "COB_VARSEQ_FORMAT": form}
    return subprocess.run([program], env=environment, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(("form", "settings"), FORMATS)
def test_what_a_program_writes_is_read_and_comes_back_the_same(
    form: str, settings: dict[str, Any], root: Path, cobol_program: Program, tmp_path: Path
) -> None:
    file = tmp_path / "var.dat"
    run(cobol_program("WRITEVAR", sign="ASCII"), file, form)
    for size in (1, 5, 100):
        codec = a_codec(root, keep_raw=True, batch_records=size, **settings)
        batches = list(codec.decode(io.BytesIO(file.read_bytes()), Origin("var.dat")))
        frames = [batch.frame.select(*codec.layout.columns()) for batch in batches]
        assert ROWS == [row for frame in frames for row in frame.to_dicts()]
        out = io.BytesIO()
        list(codec.encode(batches, out))
        assert file.read_bytes() == out.getvalue()


@pytest.mark.parametrize(("form", "settings"), FORMATS)
def test_what_is_written_a_program_reads(
    form: str, settings: dict[str, Any], root: Path, cobol_program: Program, tmp_path: Path
) -> None:
    file = tmp_path / "var.dat"
    with file.open("wb") as stream:
        list(a_codec(root, **settings).encode([Batch(pl.DataFrame(ROWS))], stream))
    assert SHOWN == run(cobol_program("READVAR", sign="ASCII"), file, form).splitlines()


@pytest.mark.parametrize(("form", "settings"), FORMATS)
def test_a_new_file_has_the_bytes_that_a_program_writes(
    form: str, settings: dict[str, Any], root: Path, cobol_program: Program, tmp_path: Path
) -> None:
    file = tmp_path / "var.dat"
    run(cobol_program("WRITEVAR", sign="ASCII"), file, form)
    out = io.BytesIO()
    list(a_codec(root, **settings).encode([Batch(pl.DataFrame(ROWS))], out))
    wanted, made = bytearray(file.read_bytes()), bytearray(out.getvalue())
    if form == "mf":
        wanted[8:36] = made[8:36] = bytes(28)  # when the file was made
    assert wanted == made


@pytest.mark.parametrize(("form", "settings"), FORMATS)
def test_what_a_program_writes_is_guessed(
    form: str, settings: dict[str, Any], root: Path, cobol_program: Program, tmp_path: Path
) -> None:
    file = tmp_path / "var.dat"
    run(cobol_program("WRITEVAR", sign="ASCII"), file, form)
    copybook = root / "tests" / "cobol" / "VARREC.cpy"
    assert COBOL.diagnose is not None
    found = COBOL.diagnose(
        CobolSettings(copybook=str(copybook)), Context(Path("/"), SystemClock(), NoMemory()), file
    ).guesses[0]
    assert settings == {name: value for name, value in found.settings.items() if name in ("frame", "varseq_format")}
    assert (12, "ascii") == (found.good, found.settings["encoding"])
