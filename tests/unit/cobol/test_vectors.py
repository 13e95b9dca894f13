"""Bytes and numbers that manuals print side by side; what is not printed there is not here."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

Make = Callable[..., Any]


# IBM Enterprise COBOL for z/OS 6.3, Programming Guide, "Examples: numeric data and internal representation", table 1.
@pytest.mark.parametrize(
    ("clause", "value", "data"),
    [
        ("PIC S9999 DISPLAY", 1234, "f1f2f3c4"),
        ("PIC S9999 DISPLAY", -1234, "f1f2f3d4"),
        ("PIC 9999 DISPLAY", 1234, "f1f2f3f4"),
        ("PIC S9999 DISPLAY SIGN LEADING", 1234, "c1f2f3f4"),
        ("PIC S9999 DISPLAY SIGN LEADING", -1234, "d1f2f3f4"),
        ("PIC S9999 DISPLAY SIGN LEADING SEPARATE", 1234, "4ef1f2f3f4"),
        ("PIC S9999 DISPLAY SIGN LEADING SEPARATE", -1234, "60f1f2f3f4"),
        ("PIC S9999 DISPLAY SIGN TRAILING SEPARATE", 1234, "f1f2f3f44e"),
        ("PIC S9999 DISPLAY SIGN TRAILING SEPARATE", -1234, "f1f2f3f460"),
        *((f"PIC S9999 {usage}", 1234, "04d2") for usage in ("BINARY", "COMP", "COMP-4")),
        *((f"PIC S9999 {usage}", -1234, "fb2e") for usage in ("BINARY", "COMP", "COMP-4")),
        *((f"PIC 9999 {usage}", 1234, "04d2") for usage in ("BINARY", "COMP", "COMP-4")),
        ("PIC S9999 COMP-5", 12345, "3039"),
        ("PIC S9999 COMP-5", -12345, "cfc7"),
        ("PIC 9999 COMP-5", 60000, "ea60"),
        *((f"PIC S9999 {usage}", 1234, "01234c") for usage in ("PACKED-DECIMAL", "COMP-3")),
        *((f"PIC S9999 {usage}", -1234, "01234d") for usage in ("PACKED-DECIMAL", "COMP-3")),
        *((f"PIC 9999 {usage}", 1234, "01234f") for usage in ("PACKED-DECIMAL", "COMP-3")),
        ("COMP-1", 1234.0, "434d2000"),
        ("COMP-1", -1234.0, "c34d2000"),
        ("COMP-2", 1234.0, "434d200000000000"),
        ("COMP-2", -1234.0, "c34d200000000000"),
        ("PIC +9(2).9(2)E+99 DISPLAY", "+12.34E+02", "4ef1f24bf3f4c54ef0f2"),
        ("PIC +9(2).9(2)E+99 DISPLAY", "-12.34E+02", "60f1f24bf3f4c54ef0f2"),
    ],
)
def test_numbers_stand_as_on_z_os(records: Make, clause: str, value: object, data: str) -> None:
    made = records(f"01 R. 05 F {clause}.", encoding="cp037")
    assert [{"F": value}] == made.values(bytes.fromhex(data))
    assert (bytes.fromhex(data), []) == made.write(F=[value])


# IBM COBOL for Linux on x86 1.2, Programming Guide, the same examples with CHAR(NATIVE) and FLOAT(NATIVE).
@pytest.mark.parametrize(
    ("clause", "value", "data"),
    [
        ("PIC S9999 DISPLAY", 1234, "31323334"),
        ("PIC S9999 DISPLAY", -1234, "31323374"),
        ("PIC S9999 DISPLAY SIGN LEADING", -1234, "71323334"),
        ("PIC S9999 DISPLAY SIGN LEADING SEPARATE", -1234, "2d31323334"),
        ("PIC S9999 DISPLAY SIGN TRAILING SEPARATE", 1234, "313233342b"),
        ("PIC S9999 COMP", 1234, "d204"),
        ("PIC S9999 COMP", -1234, "2efb"),
        ("PIC S9999 COMP-5", -12345, "c7cf"),
        ("PIC 9999 COMP-5", 60000, "60ea"),
        ("PIC S9999 COMP-3", -1234, "01234d"),
        ("COMP-1", 1234.0, "00409a44"),
        ("COMP-2", -1234.0, "00000000004893c0"),
        ("PIC +9(2).9(2)E+99 DISPLAY", "+12.34E+02", "2b31322e3334452b3032"),
    ],
)
def test_numbers_stand_as_on_a_small_machine(records: Make, clause: str, value: object, data: str) -> None:
    made = records(f"01 R. 05 F {clause}.", encoding="ascii", binary="little", float="ieee-little")
    assert [{"F": value}] == made.values(bytes.fromhex(data))
    assert (bytes.fromhex(data), []) == made.write(F=[value])


# IBM Enterprise COBOL for z/OS 4.1, Language Reference, "PICTURE clause editing": the tables of its sections. Digits
# that its MOVE cuts off are left out of the value.
@pytest.mark.parametrize(
    ("picture", "value", "text"),
    [
        ("999.99", "1.23", "001.23"),
        ("999.99", "12.34", "012.34"),
        ("999.99", "123.45", "123.45"),
        ("$$$$.99", "0.12", "$.12"),
        ("$$$9.99", "0.12", "$0.12"),
        ("$,$$$,999.99", "1234.56", "$1,234.56"),
        ("+,+++,999.99", "-123456.78", "-123,456.78"),
        ("$$,$$$,$$$.99CR", "-1234567", "$1,234,567.00CR"),
        ("++,+++,+++.+++", "0", ""),
        ("****.**", "0", "****.**"),
        ("ZZZZ.ZZ", "0", ""),
        ("ZZZZ.99", "0", ".00"),
        ("****.99", "0", "****.00"),
        ("ZZ99.99", "0", "00.00"),
        ("Z,ZZZ.ZZ+", "123.45", "123.45+"),
        ("*,***.**+", "-123.45", "**123.45-"),
        ("**,***,***.**+", "12345678.9", "12,345,678.90+"),
        ("$Z,ZZZ,ZZZ.ZZCR", "12345.67", "$   12,345.67  "),
        ("$B*,***,***.**BBDB", "-12345.67", "$ ***12,345.67  DB"),
    ],
)
@pytest.mark.parametrize("page", ["cp037", "ascii"])
def test_numbers_are_edited_as_the_manual_prints_them(
    records: Make, picture: str, value: str, text: str, page: str
) -> None:
    made = records(f"01 R. 05 F PIC {picture}.", encoding=page)
    width = made.codec.plan.size
    shown = text if len(text) == width else text.rjust(width)
    assert (shown.encode(page), []) == made.write(F=[value])
    assert [{"F": Decimal(value)}] == made.values(shown.encode(page))
