"""The contract for codecs, kept by the codecs of the formats beside COBOL."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from adapters.dbf import DBF
from adapters.delimited import DELIMITED
from adapters.fixed import FIXED
from adapters.wrapped import WRAPPED
from adapters.xlsx import XLSX
from adapters.xml import XML
from hrbus.spi import Codec, CodecKind
from hrbus.testing import a_context
from hrbus.testing.contracts import CodecContract, DamageContract

LAYOUT = """\
layout: sample
fields:
  no: integer(9) width 9
  name: text(40) width 40
  pay: decimal(9.2) width 12
  job:
    active: boolean width 5
"""
COUNT = 10_049


def _codec(folder: Path, kind: CodecKind, **settings: Any) -> Codec:
    (folder / "mappings").mkdir()
    (folder / "mappings" / "l.yaml").write_text(LAYOUT)
    return kind.make(kind.settings.model_validate({"layout": "l.yaml", **settings}), a_context(folder))


def _table(rows: Iterable[str]) -> bytes:
    """Return a dbf file made by hand, after the description of the format."""
    records = [row.encode("gb18030") for row in rows]
    columns = [(b"NO", b"N", 10, 0), (b"NAME", b"C", 40, 0), (b"PAY", b"N", 11, 2), (b"JOB_ACTIVE", b"L", 1, 0)]
    described = b"".join(struct.pack("<11sc4xBB14x", *column) for column in columns)
    size = 32 + len(described) + 1
    head = struct.pack("<4BIHH20x", 3, 126, 1, 5, len(records), size, 63)
    return head + described + b"\r" + b"".join(records) + b"\x1a"


class TestDelimited(CodecContract):
    @pytest.fixture
    def codec(self, tmp_path: Path) -> Codec:
        return _codec(tmp_path, DELIMITED)

    @pytest.fixture
    def sample(self) -> bytes:
        rows = (f'{n},"Ada, ""测试""\n {n}",{"" if n % 3 else f"-{n}.5"},true\n' for n in range(1, COUNT))
        return ("no,name,pay,job.active\n" + "".join(rows)).encode()


class TestDelimitedInGb18030(CodecContract):
    @pytest.fixture
    def codec(self, tmp_path: Path) -> Codec:
        return _codec(tmp_path, DELIMITED, encoding="gb18030", delimiter=";", decimal="comma", header="none")

    @pytest.fixture
    def sample(self) -> bytes:
        return "".join(f"{n};镕喆堃 {n};{n},5;false\r\n" for n in range(1, COUNT)).encode("gb18030")


class TestWrapped(CodecContract):
    @pytest.fixture
    def codec(self, tmp_path: Path) -> Codec:
        inner = {"type": "delimited", "layout": "l.yaml"}
        (tmp_path / "mappings").mkdir()
        (tmp_path / "mappings" / "l.yaml").write_text(LAYOUT)
        settings = WRAPPED.settings.model_validate({"layers": ["zip", "gzip"], "codec": inner})
        return WRAPPED.make(settings, a_context(tmp_path))

    @pytest.fixture
    def sample(self) -> bytes:
        rows = "".join(f"{n},Ada,{n}.5,true\r\n" for n in range(1, COUNT))
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("staff.csv.gz", gzip.compress(f"no,name,pay,job.active\r\n{rows}".encode()))
        return stream.getvalue()


class TestXlsx(CodecContract):
    @pytest.fixture
    def codec(self, tmp_path: Path) -> Codec:
        return _codec(tmp_path, XLSX)

    @pytest.fixture
    def sample(self) -> bytes:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        sheet.append(["no", "name", "pay", "job.active"])
        for n in range(1, COUNT):
            sheet.append([n, "镕 Ada", n + 0.5 if n % 3 else None, n % 2 == 0])
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()


class TestDbf(CodecContract):
    @pytest.fixture
    def codec(self, tmp_path: Path) -> Codec:
        return _codec(tmp_path, DBF, encoding="gb18030")

    @pytest.fixture
    def sample(self) -> bytes:
        return _table(
            f" {n:>10}{'镕喆堃':<37}{f'-{n}.5' if n % 3 else '':>11}{'TF?'[n % 3]}" for n in range(1, COUNT)
        )


class TestDamagedDbf(DamageContract):
    @pytest.fixture
    def codec(self, tmp_path: Path) -> Codec:
        return _codec(tmp_path, DBF, encoding="gb18030")

    @pytest.fixture
    def damaged(self) -> tuple[bytes, set[int], int]:
        rows = [f" {n:>10}{'Ada':<40}{n:>11}T" for n in range(1, 9)]
        rows[1] = f" {'x2':>10}{'Ada':<40}{'2':>11}T"
        rows[4] = f" {'5':>10}{'Ada':<40}{'1.005':>11}T"
        rows[7] = f" {'8':>10}{'Ada':<40}{'8':>11}Q"
        return _table(rows), {2, 5, 8}, 8

    @pytest.fixture
    def broken(self) -> bytes:
        return _table([f" {1:>10}{'Ada':<40}{1:>11}T"])[:-2]


class XmlCodecs:
    @pytest.fixture
    def codec(self, tmp_path: Path) -> Codec:
        return _codec(tmp_path, XML, record="Export/Employee")


def _export(*records: str) -> bytes:
    return f"<?xml version='1.0'?>\n<Export>{''.join(records)}</Export>".encode()


class TestXml(XmlCodecs, CodecContract):
    @pytest.fixture
    def sample(self) -> bytes:
        return _export(
            *(
                f"<Employee><no>{n}</no>{f'<name>{n} 镕 &lt;</name>' if n % 3 else '<name/>'}<pay>-{n}.5</pay>"
                f"{'<job><active>true</active></job>' if n % 2 else ''}</Employee>\n"
                for n in range(1, COUNT)
            )
        )


class TestDamagedXml(XmlCodecs, DamageContract):
    @pytest.fixture
    def damaged(self) -> tuple[bytes, set[int], int]:
        rows = [f"<Employee><no>{n}</no></Employee>\n" for n in range(1, 9)]
        rows[1], rows[4] = "<Employee><no/><no/></Employee>", "<Employee><no>x</no></Employee>"
        return _export(*rows), {2, 5}, 8

    @pytest.fixture
    def broken(self) -> bytes:
        return _export("<Employee><no>1</no></Employee>")[:-2]


class TestFixedLines(CodecContract):
    @pytest.fixture
    def codec(self, tmp_path: Path) -> Codec:
        return _codec(tmp_path, FIXED, encoding="gb18030")

    @pytest.fixture
    def sample(self) -> bytes:
        rows = (
            f"{n:>9}{'镕喆堃':<37}{f'-{n}.5' if n % 3 else '':>12}{'true' if n % 2 else ''}" for n in range(1, COUNT)
        )
        return "\r\n".join(rows).encode("gb18030") + b"\r\n"


class TestFixedPieces(CodecContract):
    @pytest.fixture
    def codec(self, tmp_path: Path) -> Codec:
        return _codec(tmp_path, FIXED, encoding="cp037", frame="fixed", numbers="blanks")

    @pytest.fixture
    def sample(self) -> bytes:
        return "".join(f"{n:>9}{'Ada':<40}{n:>12}false" for n in range(1, COUNT)).encode("cp037")


class TestDamagedFixed(DamageContract):
    @pytest.fixture
    def codec(self, tmp_path: Path) -> Codec:
        return _codec(tmp_path, FIXED, encoding="cp037", frame="fixed")

    @pytest.fixture
    def damaged(self) -> tuple[bytes, set[int], int]:
        rows = [f"{n:>9}{'Ada':<40}{n:>12}false" for n in range(1, 9)]
        rows[1], rows[4], rows[7] = (
            f"{'x2':<66}",
            f"{5:>9}{'Ada':<40}{'1,5':>12}false",
            f"{8:>9}{'Ada':<40}{8:>12}maybe",
        )
        return "".join(rows).encode("cp037"), {2, 5, 8}, 8

    @pytest.fixture
    def broken(self) -> bytes:
        return f"{1:>9}{'Ada':<40}{1:>12}false".encode("cp037")[:-1]


class TestDamagedDelimited(DamageContract):
    @pytest.fixture
    def codec(self, tmp_path: Path) -> Codec:
        return _codec(tmp_path, DELIMITED)

    @pytest.fixture
    def damaged(self) -> tuple[bytes, set[int], int]:
        rows = [f"{n},Ada,1.5,true\n".encode() for n in range(1, 9)]
        rows[1], rows[4], rows[7] = b'2,"Ada,1.5,true\n', b"5,\xff,1,true\n", b"8,Ada\n"
        return b"no,name,pay,job.active\n" + b"".join(rows), {2, 5, 8}, 8

    @pytest.fixture
    def broken(self) -> bytes:
        return b"no,name,pay,job.active\n1,Ada,1,true\n2,Ad"
