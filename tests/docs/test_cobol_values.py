"""The page of COBOL values says what is so."""

from __future__ import annotations

import io
import re
from pathlib import Path

import polars as pl
import pytest

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, Origin
from tests.conftest import ROOT, need
from tests.docs.documents import Reader

PAGE = ROOT / "docs/reference/cobol-values.md"
ROW = re.compile(r"^\| `(S?9[^`]*)`(?: in `(\w+)`)?(?:, `sign=(\w+)`)? \| ([^|]*) \| ([^|]*) \|", re.MULTILINE)


def test_every_example_does_what_it_says(root: Path, tmp_path: Path) -> None:
    need("bash", "bash")
    with Reader(tmp_path / "reader") as reader:
        reader.follow(root / "docs/reference/cobol-values.md")


@pytest.mark.parametrize("row", ROW.findall(PAGE.read_text("utf-8")), ids=lambda row: "-".join(row[:3]))
def test_the_table_of_signs_has_the_bytes_that_are_written(row: tuple[str, str, str, str, str]) -> None:
    picture, page, sign, *told = row
    asked = {"copybook": "a.cpy", "encoding": page or "cp037"} | ({"sign": sign} if sign else {})
    record = parse(f"01 A. 05 N PIC {picture}.", "a.cpy").record()
    codec = CobolCodec(CobolSettings.model_validate(asked), record)
    for value, cell in zip((12, -12), told, strict=True):
        out = io.BytesIO()
        (written,) = codec.encode([Batch(pl.DataFrame({"N": [value]}))], out)
        if not cell.startswith("`"):
            assert 1 == len(written.rejects)
            continue
        assert cell.strip("`").lower() == out.getvalue().hex(" ")
        (batch,) = codec.decode(io.BytesIO(out.getvalue()), Origin("a"))
        assert [value] == batch.frame["N"].to_list()


def test_the_table_of_signs_is_all_there() -> None:
    assert 11 == len(ROW.findall(PAGE.read_text("utf-8")))
