"""What a file is, guessed from its bytes: files that the codec wrote, and such files damaged."""

from __future__ import annotations

import io
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from adapters.cobol import COBOL
from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, Context, Diagnosis, NoMemory, Origin, SystemClock

BOOK = """
       01 STAFF.
          05 NO     PIC 9(6).
          05 NAME   PIC X(20).
          05 PAY    PIC S9(7)V99 COMP-3.
          05 DAYS   PIC S9(4).
          05 UNITS  PIC S9(8) COMP.
          05 N      PIC 9.
          05 CODE   PIC X(2) OCCURS 0 TO 4 TIMES DEPENDING ON N.
"""
FLOATS = """
       01 R.
          05 NAME   PIC X(8).
          05 RATE   COMP-1.
          05 TOTAL  COMP-2.
"""
LENGTHS = """
       01 R.
          05 SIZE-OF PIC 9(4).
          05 N      PIC 9.
          05 CODE   PIC X(3) OCCURS 1 TO 6 TIMES DEPENDING ON N.
"""
NAMES = ("SMITH, ANNA", "MILLER", "O'NEILL, MARY", "BAKER", "LEE")
CHINESE = ("王小明", "李娜", "张伟", "刘洋", "陈静")
TRADITIONAL = ("陳淑芬", "林志明", "黃麗華", "張家豪", "劉國強")
JAPANESE = ("すずき", "タナカ", "山田太郎", "佐藤花子", "高橋")
KOREAN = ("김철수", "이영희", "박민수", "최지우", "정하나")

WORDS: list[dict[str, Any]] = [
    {"frame": "rdw"}, {"frame": "rdw", "rdw_counts_itself": False},
    {"frame": "rdw", "rdw": "little"}, {"frame": "rdw", "rdw": "little", "rdw_counts_itself": False},
    {"frame": "bdw", "block_size": 300},
    {"frame": "bdw", "block_size": 300, "rdw": "little", "bdw": "little", "bdw_counts_itself": False},
    {"frame": "mf"}, {"frame": "gnucobol", "varseq_format": 1}, {"frame": "gnucobol", "varseq_format": 2},
    {"frame": "gnucobol", "varseq_format": 3}, {"frame": "fixed"}, {"frame": "variable"},
]  # fmt: skip


def written(book: str, columns: dict[str, Any], **settings: Any) -> bytes:
    """Return the file of some records."""
    made = CobolSettings(copybook="/test.cpy", **settings)
    out = io.BytesIO()
    batches = CobolCodec(made, parse(book, "test.cpy").record()).encode([Batch(pl.DataFrame(columns))], out)
    assert [] == [reject for batch in batches for reject in batch.rejects]
    return out.getvalue()


def staff(names: tuple[str, ...] = NAMES, count: int = 60, **settings: Any) -> bytes:
    numbers = range(count)
    return written(
        BOOK,
        {
            "NO": [1000 + n for n in numbers],
            "NAME": [names[n % len(names)] for n in numbers],
            "PAY": [Decimal(n * 1234 - 9000) / 100 for n in numbers],
            "DAYS": [n - 20 for n in numbers],
            "UNITS": [n * 7 for n in numbers],
            "N": [n % 5 for n in numbers],
            "CODE": [["AB"] * (n % 5) for n in numbers],
        },
        **settings,
    )


def diagnosed(folder: Path, data: bytes, book: str = BOOK, **settings: Any) -> Diagnosis:
    copybook, file = folder / "test.cpy", folder / "test.dat"
    copybook.write_text(book)
    file.write_bytes(data)
    context = Context(Path("/"), SystemClock(), NoMemory())
    assert COBOL.diagnose is not None
    return COBOL.diagnose(CobolSettings(copybook=str(copybook), **settings), context, file)


def rows(data: bytes, book: str, settings: dict[str, Any]) -> list[dict[str, Any]]:
    codec = CobolCodec(CobolSettings(copybook="test.cpy", **settings), parse(book, "test.cpy").record())
    return [
        row
        for batch in codec.decode(io.BytesIO(data), Origin("test.dat"))
        for row in batch.frame.drop("_record", "_offset").to_dicts()
    ]


def same(data: bytes, found: Diagnosis, right: dict[str, Any], book: str = BOOK) -> None:
    """Hold that the first guess reads the same records as the settings with which the file was written."""
    assert found.fits
    assert rows(data, book, right) == rows(data, book, dict(found.guesses[0].settings))


@pytest.mark.parametrize("encoding", ["cp037", "ascii"])
@pytest.mark.parametrize("frame", WORDS, ids=str)
def test_the_first_guess_reads_what_was_written(frame: dict[str, Any], encoding: str, tmp_path: Path) -> None:
    right = {**frame, "encoding": encoding}
    data = staff(**right)
    same(data, diagnosed(tmp_path, data), right)


@pytest.mark.parametrize("end", ["lf", "crlf", "nl"])
def test_lines_are_found_by_their_ends(end: str, tmp_path: Path) -> None:
    book = "01 R. 05 NO PIC 9(6). 05 NAME PIC X(20)."
    right = {"frame": "lines", "encoding": "cp037" if end == "nl" else "ascii", "line_end": end}
    data = written(book, {"NO": list(range(40)), "NAME": [NAMES[n % 5] for n in range(40)]}, **right)
    found = diagnosed(tmp_path, data, "       " + book)
    same(data, found, right, book)
    assert "lines" == found.guesses[0].settings["frame"]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp935", CHINESE), ("cp937", TRADITIONAL), ("cp939", JAPANESE), ("cp933", KOREAN), ("utf-8", CHINESE),
        ("gb18030", CHINESE), ("big5", TRADITIONAL), ("shift_jis", JAPANESE), ("euc_kr", KOREAN),
    ],
)  # fmt: skip
def test_the_page_is_the_one_whose_language_makes_sense(
    encoding: str, names: tuple[str, ...], tmp_path: Path
) -> None:
    data = staff(names, encoding=encoding)
    found = diagnosed(tmp_path, data)
    same(data, found, {"encoding": encoding})
    assert encoding == found.guesses[0].settings["encoding"]


def test_what_935_lacks_makes_it_1388(tmp_path: Path) -> None:
    data = staff(("朱镕基", *CHINESE[1:]), encoding="cp1388")
    found = diagnosed(tmp_path, data)
    same(data, found, {"encoding": "cp1388"})


def test_an_ebcdic_sign_in_an_ascii_file_is_found(tmp_path: Path) -> None:
    data = staff(encoding="ascii", sign="ebcdic")
    found = diagnosed(tmp_path, data)
    assert "ebcdic" == found.guesses[0].settings["sign"]
    same(data, found, {"encoding": "ascii", "sign": "ebcdic"})


def test_binaries_with_the_low_byte_first_are_found(tmp_path: Path) -> None:
    data = staff(encoding="ascii", binary="little")
    found = diagnosed(tmp_path, data)
    assert "little" == found.guesses[0].settings["binary"]


@pytest.mark.parametrize("form", ["ibm", "ieee", "ieee-little"])
def test_floats_are_read_so_that_their_values_make_sense(form: str, tmp_path: Path) -> None:
    numbers = [float(n) * 12.5 + 0.25 for n in range(1, 60)]
    data = written(FLOATS, {"NAME": ["RATE"] * 59, "RATE": numbers, "TOTAL": numbers}, encoding="cp037", float=form)
    same(data, diagnosed(tmp_path, data, FLOATS), {"encoding": "cp037", "float": form}, FLOATS)


def test_a_field_that_holds_the_length_is_found(tmp_path: Path) -> None:
    counts = [1 + n % 6 for n in range(50)]
    columns = {"SIZE-OF": [5 + 3 * n for n in counts], "N": counts, "CODE": [["ABC"] * n for n in counts]}
    right = {"frame": "length-field=SIZE-OF", "encoding": "cp037"}
    data = written(LENGTHS, columns, **right)
    same(data, diagnosed(tmp_path, data, LENGTHS), right, LENGTHS)


@pytest.mark.parametrize(("header", "trailer"), [(10, 0), (0, 12), (10, 12), (120, 0), (48, 0)])
def test_bytes_before_and_behind_the_records_are_found(header: int, trailer: int, tmp_path: Path) -> None:
    data = b"\xff" * header + staff(encoding="cp037") + b"\xff" * trailer
    found = diagnosed(tmp_path, data)
    told = found.guesses[0].settings
    assert (header, trailer) == (told.get("header", 0), told.get("trailer", 0))


def test_longer_records_than_the_layout_are_found(tmp_path: Path) -> None:
    book = "01 R. 05 NO PIC 9(6). 05 NAME PIC X(20). 05 PAY PIC 9(5) COMP-3."
    record = len(written(book, {"NO": [1], "NAME": ["A"], "PAY": [1]}, encoding="cp037"))
    columns = {"NO": list(range(60)), "NAME": [NAMES[n % 5] for n in range(60)], "PAY": list(range(60))}
    plain = written(book, columns, encoding="cp037")
    data = b"".join(plain[at : at + record] + b"\x40" * 11 for at in range(0, len(plain), record))
    found = diagnosed(tmp_path, data, "       " + book)
    assert record + 11 == found.guesses[0].settings["record_length"]


def test_a_remainder_is_explained(tmp_path: Path) -> None:
    found = diagnosed(tmp_path, staff(encoding="ascii") + b"\x1a")
    assert 1 == found.guesses[0].settings["trailer"]
    assert (
        f"the file has 1 byte more than 60 records of {len(staff(count=1))} bytes: header=1 or trailer=1, or both"
        " together?",
        "the last byte of the file is the end mark X'1A' of a PC: it may belong to no record",
    ) == found.notes


def test_a_file_that_is_cut_is_still_known(tmp_path: Path) -> None:
    found = diagnosed(tmp_path, staff(frame="rdw", encoding="cp037")[:-5])
    assert "rdw" == found.guesses[0].settings["frame"]
    assert "the file is cut" in found.notes[0]


def test_a_wrong_copybook_is_told_with_the_field_that_fails_first_and_one_byte(tmp_path: Path) -> None:
    wrong = "       01 W. 05 A PIC 9(12). 05 B PIC S9(9) COMP-3. 05 C PIC 9(30)."
    found = diagnosed(tmp_path, staff(encoding="cp037"), wrong)
    assert not found.fits
    assert found.notes[0] == "nothing fits well: see whether the copybook is that of the file"
    assert "the first field that fails is A (PIC 9(12)" in found.notes[1]


def test_a_field_that_fails_in_few_records_is_told(tmp_path: Path) -> None:
    data = bytearray(staff(encoding="cp037"))
    data[:6] = b"\xc1" * 6
    failures = diagnosed(tmp_path, bytes(data), frame="fixed").guesses[-1].failures
    assert [("NO", 1, "X'C1'")] == [(each.field, each.count, each.byte) for each in failures]


def test_what_is_given_is_not_guessed(tmp_path: Path) -> None:
    found = diagnosed(tmp_path, staff(encoding="cp500"), encoding="cp500", frame="fixed")
    assert {} == found.guesses[0].settings


def test_an_empty_file_has_no_guesses(tmp_path: Path) -> None:
    assert ((), ("the file is empty",)) == (diagnosed(tmp_path, b"").guesses, diagnosed(tmp_path, b"").notes)


def test_of_a_large_file_a_part_is_read(tmp_path: Path) -> None:
    data = staff(encoding="cp037")
    copybook, file = tmp_path / "test.cpy", tmp_path / "test.dat"
    copybook.write_text(BOOK)
    file.write_bytes(data * 800)
    with file.open("r+b") as stream:
        stream.truncate(len(data) * 500_000)
    context = Context(Path("/"), SystemClock(), NoMemory())
    assert COBOL.diagnose is not None
    COBOL.diagnose(CobolSettings(copybook=str(copybook)), context, file)  # kernels are loaded
    began = time.monotonic()
    found = COBOL.diagnose(CobolSettings(copybook=str(copybook)), context, file)
    assert time.monotonic() - began < 5
    assert (len(data) * 500_000, 1 << 20, True) == (found.size, found.looked, found.fits)
