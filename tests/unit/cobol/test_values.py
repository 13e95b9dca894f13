"""What single fields hold, read and written, and what is wrong with those that are bad."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from hrbus.spi import Batch

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("clause", "data", "value"),
    [
        ("PIC 9(4)", "f0f0f4f2", 42),
        ("PIC S9(4)", "f0f0f4c2", 42),
        ("PIC S9(4)", "f0f0f4d2", -42),
        ("PIC S9(4) SIGN LEADING", "d0f0f4f2", -42),
        ("PIC S9(4) SIGN TRAILING SEPARATE", "f0f0f4f260", -42),
        ("PIC S9(4) SIGN LEADING SEPARATE", "4ef0f0f4f2", 42),
        ("PIC S9(3)V99", "f0f1f2f3d4", Decimal("-12.34")),
        ("PIC 9(3)PP", "f0f1f2", 1200),
        ("PIC VPP99", "f1f2", Decimal("0.0012")),
        ("PIC S9(5) COMP-3", "12345d", -12345),
        ("PIC S9(5) COMP-3", "12345c", 12345),
        ("PIC 9(5) COMP-3", "12345f", 12345),
        ("PIC S9(3)V99 COMP-3", "12345d", Decimal("-123.45")),
        ("PIC S9(20)V9(11) COMP-3", "1234567890123456789012345678901d", Decimal("-12345678901234567890.12345678901")),
        ("PIC 9(5) COMP-6", "012345", 12345),
        ("PIC S9(4) COMP", "ffd6", -42),
        ("PIC 9(4) COMP", "270f", 9999),
        ("PIC S9(9) COMP-5", "ffffffd6", -42),
        ("PIC 9(18) COMP-5", "ffffffffffffffff", Decimal(2**64 - 1)),
        ("PIC S9(7)V99 COMP", "ffffffff", Decimal("-0.01")),
        ("PIC S9(20) COMP", "ffffffffffffffffd6", Decimal(-42)),
        ("PIC 9(20) COMP", "00ffffffffffffffff", Decimal(2**64 - 1)),
        ("PIC S9(38) COMP", "ffffffffffffffffffffffffffffffd6", Decimal(-42)),
        ("PIC S9(38) COMP", "4b3b4ca85a86c47a098a223fffffffff", Decimal(10**38 - 1)),
        ("PIC 9(18)P COMP", "0ccccccccccccccd", Decimal(0x0CCCCCCCCCCCCCCD * 10)),
        ("PIC S9(18)P(20) COMP", "f21f494c589c0001", Decimal(-(10**18 - 1) * 10**20)),
        ("PIC S9(38) COMP", "b4c4b357a5793b85f675ddc000000001", Decimal(1 - 10**38)),
        ("PIC S9(25)", "f0" * 22 + "f1f2d3", Decimal(-123)),
        ("PIC X(5)", "c1c2404040", "AB"),
        ("PIC X(3)", "4dbb5d", "(])"),
        ("PIC X(3)", "4a4363", "¢äÄ"),
        ("PIC X(3) JUST RIGHT", "4040c1", "A"),
        ("PIC N(3)", "4e2d65870020", "中文"),
        ("COMP-1", "c276a000", -118.625),
        ("COMP-2", "4110000000000000", 1.0),
        ("PIC Z,ZZ9.99-", "40404040f14bf2f060", Decimal("-1.20")),
        ("PIC $$,$$9.99CR", "4040405bf5f04bf0f0c3d9", Decimal("-50.00")),
        ("PIC **9", "5c5cf7", 7),
        ("PIC 99/99/9999", "f3f161f1f261f2f0f2f6", 31122026),
        ("PIC +++9", "404060f7", -7),
    ],
)
def test_a_field_is_read_and_written_as_ibm_stores_it(records: Make, clause: str, data: str, value: object) -> None:
    made = records(f"01 R. 05 F {clause}.", encoding="cp037")
    assert [{"F": value}] == made.values(bytes.fromhex(data))
    assert data == made.again(bytes.fromhex(data)).hex()


@pytest.mark.parametrize(
    ("clause", "data", "value"),
    [
        ("PIC S9(3)", b"04r", -42),
        ("PIC S9(3)", b"04K", -42),
        ("PIC S9(3)", b"04B", 42),
        ("PIC S9(3) SIGN LEADING", b"p42", -42),
        ("PIC S9(3) SIGN TRAILING SEPARATE", b"042-", -42),
    ],
)
def test_signs_on_ascii_are_read_in_either_manner(records: Make, clause: str, data: bytes, value: int) -> None:
    assert [{"F": value}] == records(f"01 R. 05 F {clause}.").values(data)


@pytest.mark.parametrize("clause", ["PIC 9(4)", "PIC S9(4)", "PIC S9(25)", "PIC S9(3) SIGN TRAILING SEPARATE"])
def test_blanks_before_the_digits_of_a_number_are_zeros(records: Make, clause: str) -> None:
    made = records(f"01 R. 05 F {clause}.")
    size = made.codec.plan.size
    sign = b"+" if "SEPARATE" in clause else b""
    assert [{"F": 12}] == made.values((b"12" + sign).rjust(size))
    assert [1, 2] == [reject.record for reject in made.read((b"1 2" + sign).rjust(size) + b" " * size)[1]]


def test_low_values_at_the_end_of_text_are_taken_off_like_blanks(records: Make) -> None:
    made = records("01 R. 05 F PIC X(4). 05 G PIC X(20).")
    assert [{"F": "a", "G": ""}] == made.values(b"a\0 \0" + bytes(20))
    assert [{"F": "\0b", "G": "c\0d"}] == made.values(b"\0b\0\0" + b"c\0d".ljust(20))


def test_signs_on_ascii_are_written_as_the_settings_say(records: Make) -> None:
    copybook = "01 R. 05 F PIC S9(3)."
    assert b"04r042" == records(copybook).write(F=[-42, 42])[0]
    assert b"04K04B" == records(copybook, sign="ebcdic").write(F=[-42, 42])[0]


def test_native_binaries_have_the_order_of_the_machine_that_wrote_them(records: Make) -> None:
    copybook = "01 R. 05 F PIC S9(9) COMP-5."
    assert [{"F": 1}] == records(copybook, encoding="cp037").values(b"\0\0\0\1")
    assert [{"F": 1}] == records(copybook, encoding="ascii").values(b"\1\0\0\0")
    assert [{"F": 1}] == records(copybook, encoding="ascii", native="big").values(b"\0\0\0\1")


def test_ieee_floats_are_read_in_either_byte_order(records: Make) -> None:
    copybook = "01 R. 05 F COMP-1. 05 G COMP-2."
    data = bytes.fromhex("c0490fdb" + "3ff8000000000000")
    (row,) = records(copybook, float="ieee").values(data)
    assert (-3.1415927410125732, 1.5) == (row["F"], row["G"])
    assert records(copybook, float="ieee-little").values(data[3::-1] + data[:3:-1]) == [row]


@pytest.mark.parametrize(
    ("clause", "data", "reason"),
    [
        ("PIC 9(3)", "f0c1f2", "PIC 9(3) at byte 1 of the record holds something that is no digit: X'F0C1F2'"),
        ("PIC 9(3)", "f0f1e7", "PIC 9(3) at byte 1 of the record holds something that is no digit: X'F0F1E7'"),
        ("PIC 9(3)", "f0f1d2", "PIC 9(3) at byte 1 of the record holds something that is no digit: X'F0F1D2'"),
        ("PIC 9(3)", "404040", "PIC 9(3) at byte 1 of the record is blank: X'404040'"),
        ("PIC S9(3) COMP-3", "0000", "PIC S9(3) COMP-3 at byte 1 of the record holds low-values: X'0000'"),
        (
            "PIC S9(3) COMP-3",
            "1a3c",
            "PIC S9(3) COMP-3 at byte 1 of the record holds something that is no digit: X'1A3C'",
        ),
        ("PIC S9(3) COMP-3", "1239", "PIC S9(3) COMP-3 at byte 1 of the record has no valid sign: X'1239'"),
        ("PIC S9(4) COMP-3", "12345c", "PIC S9(4) COMP-3 at byte 1 of the record holds more digits than its picture"),
        ("PIC S9(20) COMP-3", "f" * 22, "PIC S9(20) COMP-3 at byte 1 of the record holds something that is no digit"),
        ("PIC S9(38) COMP", "4b3b4ca85a86c47a098a224000000000", "PIC S9(38) COMP at byte 1 of the record holds more"),
        ("PIC S9(38) COMP", "b4c4b357a5793b85f675ddc000000000", "PIC S9(38) COMP at byte 1 of the record holds more"),
        ("PIC S9(18)P(20) COMP", "7f" * 8, "PIC S9(18)P(20) COMP at byte 1 of the record holds more digits"),
        ("PIC 9(38) COMP", "ff" * 16, "PIC 9(38) COMP at byte 1 of the record holds more digits than its picture"),
        ("PIC N", "d800", "PIC N at byte 1 of the record holds bytes that are no text in utf-16-be: X'D800'"),
        ("PIC ZZ9", "f140f2", "PIC ZZ9 at byte 1 of the record holds something that is no digit: X'F140F2'"),
    ],
)
def test_a_bad_field_says_what_it_holds_and_where(records: Make, clause: str, data: str, reason: str) -> None:
    frame, (reject,) = records(f"01 R. 05 F {clause}.", encoding="cp037").read(bytes.fromhex(data))
    assert 0 == frame.height
    assert ("F", bytes.fromhex(data)) == (reject.field, reject.raw)
    assert reason in reject.reason


def test_text_that_its_page_does_not_have_is_bad(records: Make) -> None:
    _, (reject,) = records("01 R. 05 A PIC X. 05 F PIC X(3).", encoding="ascii").read(b"Aa\xfcb")
    assert "PIC X(3) at byte 2 of the record holds bytes that are no text in ascii: X'FC' at byte 2 of the field" == (
        reject.reason
    )
    _, (reject,) = records("01 R. 05 F PIC X(3).", encoding="gb18030").read(b"ab\xd6")
    assert reject.reason.endswith("X'D6' at byte 3 of the field, where the field ends")


@pytest.mark.parametrize(("policy", "value"), [("null", None), ("zero", 0)])
def test_blank_numbers_mean_what_the_settings_say(records: Make, policy: str, value: object) -> None:
    copybook = "01 R. 05 F PIC 9(3). 05 G PIC S9(3) COMP-3."
    assert [{"F": value, "G": value}] == records(copybook, blank_numeric=policy).values(b"   \x00\x00")
    one = records(copybook, blanks={"F": policy})
    assert [{"F": value, "G": 1}] == one.values(b"   \x00\x1c")
    assert ["G"] == [reject.field for reject in one.read(b"     ")[1]]


def test_blank_when_zero_is_zero_both_ways(records: Make) -> None:
    made = records("01 R. 05 F PIC 9(3) BLANK WHEN ZERO.")
    assert [{"F": 0}, {"F": 7}] == made.values(b"   007")
    assert b"   007" == made.again(b"   007")


def test_a_full_binary_is_read_and_written_only_where_the_settings_say_so(records: Make) -> None:
    copybook = "01 R. 05 F PIC 9(4) COMP."
    assert [{"F": 65534}] == records(copybook).values(b"\xff\xfe")
    assert b"" == records(copybook).write(F=[65534])[0]
    assert b"\xff\xfe" == records(copybook, binary_full=True).write(F=[65534])[0]


def test_two_batches_can_be_decoded_at_once(records: Make) -> None:
    made = records("01 R. 05 F PIC 9(3).", batch_records=2, threads=2)
    assert list(range(25)) == [row["F"] for row in made.values(b"".join(b"%03d" % n for n in range(25)))]


@pytest.mark.parametrize(
    ("clause", "column", "reason"),
    [
        ("PIC 9(3)", pl.Series([1000]), "the number has more digits than PIC 9(3) can hold"),
        ("PIC 9(3)", pl.Series([-1]), "the number is negative, and PIC 9(3) has no sign"),
        ("PIC 9(3)", pl.Series([None], dtype=pl.Int64), "there is no value, and PIC 9(3) cannot be empty"),
        ("PIC 9(3)", pl.Series(["1x"]), "the value is no exact number, as PIC 9(3) needs"),
        ("PIC 9(3)", pl.Series([1.0]), "the value is no exact number, as PIC 9(3) needs"),
        ("PIC 9(3)V9", pl.Series([Decimal("1.05")]), "the number has more decimals than PIC 9(3)V9 can hold"),
        ("PIC 9(3)V9", pl.Series(["1.05"]), "the number has more decimals than PIC 9(3)V9 can hold"),
        ("PIC 9(3)PP", pl.Series([1234]), "the number has more decimals than PIC 9(3)PP can hold"),
        ("PIC S9(3) COMP-3", pl.Series([-1000]), "the number has more digits than PIC S9(3) COMP-3 can hold"),
        ("PIC 9(3) COMP-3", pl.Series([-1]), "the number is negative, and PIC 9(3) COMP-3 has no sign"),
        ("PIC S9(5) COMP-6", pl.Series([-1]), "the number is negative, and PIC S9(5) COMP-6 has no sign"),
        ("PIC S9(4) COMP", pl.Series([10000]), "the number has more digits than PIC S9(4) COMP can hold"),
        ("PIC S9(25)", pl.Series(["1" * 26]), "the number has more digits than PIC S9(25) can hold"),
        ("PIC S9(25) COMP-3", pl.Series(["1" * 26]), "the number has more digits than PIC S9(25) COMP-3 can hold"),
        ("PIC X(3)", pl.Series(["abcd"]), "the text is longer than the 3 bytes of PIC X(3)"),
        ("PIC X(3)", pl.Series(["ü"]), "ascii has no U+00FC"),
        ("PIC X(3)", pl.Series(["\U0001f600"]), "ascii has no U+1F600"),
        ("PIC ZZ9", pl.Series([1000]), "the number has more digits than PIC ZZ9 can hold"),
        ("PIC ZZ9", pl.Series([-1]), "the number is negative, and PIC ZZ9 has no sign"),
        ("PIC S9(25) COMP", pl.Series(["-" + "9" * 26]), "the number has more digits than PIC S9(25) COMP can hold"),
        ("PIC -ZZ9.9", pl.Series([Decimal("0.25")]), "the number has more decimals than PIC -ZZ9.9 can hold"),
        ("COMP-1", pl.Series([1e300]), "the number has more digits than COMP-1 can hold"),
        ("COMP-1", pl.Series([1e-300]), "the number has more decimals than COMP-1 can hold"),
        ("COMP-2", pl.Series([float("nan")]), "the value is no exact number, as COMP-2 needs"),
        ("COMP-2", pl.Series(["abc"]), "the value is no exact number, as COMP-2 needs"),
        ("COMP-2", pl.Series([None], dtype=pl.Float64), "there is no value, and COMP-2 cannot be empty"),
    ],
)
def test_what_does_not_fit_is_refused_and_not_cut(records: Make, clause: str, column: pl.Series, reason: str) -> None:
    data, (reject,) = records(f"01 R. 05 F {clause}.").write(F=column)
    assert b"" == data
    assert reason in reject.reason
    assert "F" == reject.field


def test_refused_records_keep_their_number_and_the_others_are_written(records: Make) -> None:
    made = records("01 R. 05 F PIC 9(2).")
    frame = pl.DataFrame({"_record": [4, 5, 6], "_offset": [8, 10, 12], "_id": [7, 8, 9], "F": [1, 100, 3]})
    out = io.BytesIO()
    (batch,) = made.codec.encode([Batch(frame)], out)
    assert b"0103" == out.getvalue()
    assert [7, 9] == batch.frame["_id"].to_list()
    assert [(5, 10, 8)] == [(reject.record, reject.offset, reject.id) for reject in batch.rejects]


def test_absent_columns_keep_their_value_clause(records: Make) -> None:
    copybook = (
        "01 R. 05 T PIC X VALUE 'D'. 05 A PIC X(2) VALUE ALL 'xy'. 05 N PIC 9(2). 05 P PIC S9(3) COMP-3 VALUE -5."
        " 05 Z PIC X(2) VALUE ZEROS. 05 L PIC X VALUE LOW-VALUES. 05 FILLER PIC X(2) VALUE X'4142'. 05 F PIC X."
    )
    assert b"Dxy00\x00\x5d00\x00ABq" == records(copybook).write(F=["q"])[0]


def test_a_value_clause_may_have_as_many_digits_as_its_picture(records: Make) -> None:
    copybook = "01 R. 05 N PIC 9(25)V9 VALUE 1234567890123456789012345.5. 05 C COMP-1 VALUE 1.5. 05 F PIC X."
    assert [{"N": Decimal("1234567890123456789012345.5"), "C": 1.5, "F": "x"}] == (
        (made := records(copybook)).values(made.write(F=["x"])[0])
    )


@pytest.mark.parametrize("number", ["12", "+12", "-12", "12.0", "12.50", "12.", "012.5"])
def test_numbers_may_come_as_text(records: Make, number: str) -> None:
    made = records("01 R. 05 F PIC S9(3)V9 COMP-3.")
    assert [{"F": Decimal(number)}] == made.values(made.write(F=[number])[0])


@pytest.mark.parametrize("number", ["", " 12", "1e3", "0x1", "1_000", "١٢", "1,5", "--1", "NaN", "9" * 60])
def test_text_that_is_no_number_is_refused(records: Make, number: str) -> None:
    assert 1 == len(records("01 R. 05 F PIC S9(3)V9 COMP-3.").write(F=[number])[1])


def test_chinese_text_is_written_in_bytes_and_never_cut_inside_a_character(records: Make) -> None:
    made = records("01 R. 05 F PIC X(4).", encoding="gb18030")
    assert "王   ".encode("gb18030")[:4] + "王明".encode("gb18030") == made.write(F=["王", "王明"])[0]
    _, (reject,) = made.write(F=["王明a"])
    assert "the text is longer than the 4 bytes of PIC X(4): it needs 5" == reject.reason
    assert "bytes" == made.codec.layout.columns()["F"].unit
