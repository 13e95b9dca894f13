"""Text fields in every kind of code page: shifts, double bytes, filling, what is cut and what does not fit.

GnuCOBOL knows no shift-out and shift-in, so the bytes are those that glibc's iconv makes of the same text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.pages import find
from hrbus.spi import ConfigError, HrbusError

from .conftest import Records

Make = Callable[..., Records]
NAME = "01 R. 05 F PIC X(10)."


@pytest.mark.parametrize(
    ("encoding", "text", "data"),
    [
        ("cp935", "张三A", "0e5b6554fc0fc140"),
        ("cp1388", "镕A", "0ec1a80fc14040"),
        ("cp937", "張三", "0e574f4c550f4040"),
        ("cp939", "山田", "0e456545630f4040"),
        ("cp930", "ｱ山", "810e45650f404040"),
        ("cp933", "김", "0e8bb10f40404040"),
        ("gb18030", "𠮷A", "9534b23541202020"),
        ("gbk", "张三A", "d5c5c8fd41202020"),
        ("big5", "張三A", "b169a454412020"),
        ("cp932", "ｱ山", "b18e5220202020"),
        ("euc_kr", "김A", "b1e841202020"),
        ("utf-8", "张A", "e5bca041202020"),
    ],
)
def test_names_stand_in_the_bytes_of_their_page(records: Make, encoding: str, text: str, data: str) -> None:
    made = records(f"01 R. 05 F PIC X({len(data) // 2}).", encoding=encoding)
    assert [{"F": text}] == made.values(bytes.fromhex(data))
    assert bytes.fromhex(data) == made.write(F=[text])[0]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("0e0f0e0f404040404040", ""),  # empty pairs of shifts
        ("0e5b650f0e54fc0f4040", "张三"),  # one run behind the other
        ("0e5b650f400e54fc0f40", "张 三"),
        ("0e5b65404040400f4040", "张"),  # filled with double-byte blanks inside the shifts
        ("0e40400f404040400040", ""),
        ("0e5b65404054fc0f4040", "张\u3000三"),  # a double-byte blank between two characters is text
        ("c1c2c3c4c5c6c7c8c9d1", "ABCDEFGHIJ"),
        ("0e5b655b655b655b650f", "张张张张"),  # it fills the field
    ],
)
def test_shifts_and_blanks_of_all_kinds_are_read_and_come_back_as_they_were(
    records: Make, data: str, text: str
) -> None:
    made = records(NAME, encoding="cp935", keep_raw=True)
    assert [text] == made.read(bytes.fromhex(data))[0]["F"].to_list()
    assert bytes.fromhex(data) == made.again(bytes.fromhex(data))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("0e5b6554fc4040404040", "a shift-out (X'0E') without a shift-in (X'0F') before the field ends"),
        (
            "40400e5b6554fc5b6554",
            "half of a double-byte character: X'54' at byte 10 of the field, where the",
        ),
        (
            "c10f4040404040404040",
            "a shift-in (X'0F') without a shift-out (X'0E') before it: X'0F' at byte 2",
        ),
        ("0e5b65540f4040404040", "half of a double-byte character: X'54' at byte 4 of the field"),
        ("0e5b65fefd0f40404040", "bytes that are no text in cp935: X'FEFD' at byte 4 of the field"),
        ("0e0e5b650f4040404040", "bytes that are no text in cp935: X'0E5B' at byte 2 of the field"),
        (
            "c1c2c3c4c5c6c7c8c90e",
            "a shift-out (X'0E') without a shift-in (X'0F') before the field ends: X'0E'",
        ),
        ("41404040404040404040", "bytes that are no text in cp935: X'41' at byte 1 of the field"),
    ],
)
def test_a_cut_or_unshifted_field_is_found_and_told_in_words(records: Make, data: str, reason: str) -> None:
    frame, (reject,) = records("01 R. 05 F PIC X(10).", encoding="cp935").read(bytes.fromhex(data))
    assert (0, "F") == (len(frame), reject.field)
    assert f"PIC X(10) at byte 1 of the record holds {reason}" in reject.reason


def test_a_wrong_field_costs_its_record_and_no_other(records: Make) -> None:
    good, bad = find("cp935").padded("张三", 10), bytes.fromhex("0e5b6554fc4040404040")
    frame, rejects = records(NAME, encoding="cp935").read(good + bad + good)
    assert (["张三", "张三"], [2]) == (frame["F"].to_list(), [reject.record for reject in rejects])


@pytest.mark.parametrize("char", ["镕", "喆", "堃"])
def test_a_character_that_935_lacks_is_named_and_never_replaced(records: Make, char: str) -> None:
    made = records("01 R. 05 NO PIC 9. 05 F PIC X(10).", encoding="cp935")
    data, (reject,) = made.write(NO=[1, 2], F=["张三", f"朱{char}基"])
    assert b"\xf1" + find("cp935").padded("张三", 10) == data
    reason = f"the text has a character that PIC X(10) cannot hold: cp935 has no U+{ord(char):04X}"
    assert ("F", reason) == (reject.field, reject.reason)
    assert char not in reject.reason


def test_agreed_replacements_are_written_where_the_page_lacks_a_character(records: Make) -> None:
    made = records(NAME, encoding="cp935", replace={"镕": "熔", "U+5586": "吉吉"})
    assert find("cp935").padded("朱熔基", 10) == made.write(F=["朱镕基"])[0]
    assert find("cp935").padded("吉吉", 10) == made.write(F=["喆"])[0]
    _, (reject,) = made.write(F=["堃"])
    assert "cp935 has no U+5803" in reject.reason
    _, (reject,) = made.write(F=["喆喆喆"])
    assert "longer than the 10 bytes of PIC X(10): it needs 14" in reject.reason


@pytest.mark.parametrize(
    ("replace", "message"),
    [
        ({"镕": "喆"}, "cp935 has no U\\+5586 either"),
        ({"王": "黄"}, "cp935 has U\\+738B itself"),
        ({"镕镕": "熔"}, "镕镕 is no single character"),
        ({"镕": ""}, "nothing stands for the character"),
    ],
)
def test_a_replacement_that_makes_no_sense_is_refused_at_once(
    records: Make, replace: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        records(NAME, encoding="cp935", replace=replace)


@pytest.mark.parametrize(
    ("encoding", "text", "width", "needs"),
    [
        ("cp935", "张三李", 7, 8),
        ("cp935", "A张", 4, 5),
        ("cp935", "张A张", 10, 9),
        ("cp935", "张三", 6, 6),
        ("gbk", "张三", 3, 4),
        ("gb18030", "𠮷", 3, 4),
        ("utf-8", "张", 2, 3),
    ],
)
def test_shifts_count_and_no_character_is_cut(
    records: Make, encoding: str, text: str, width: int, needs: int
) -> None:
    made = records(f"01 R. 05 F PIC X({width}).", encoding=encoding)
    data, rejects = made.write(F=[f"{text}   "])  # blanks behind the text need no place
    if needs <= width:
        assert find(encoding).padded(text, width) == data
        return
    reason = f"the text is longer than the {width} bytes of PIC X({width}): it needs {needs}"
    assert (b"", [reason]) == (data, [reject.reason for reject in rejects])


def test_justified_text_is_filled_at_its_left(records: Make) -> None:
    made = records("01 R. 05 F PIC X(8) JUSTIFIED RIGHT.", encoding="cp935")
    data = bytes.fromhex("4040") + find("cp935").encode("张三")
    assert data == made.write(F=["张三"])[0]
    assert [{"F": "张三"}] == made.values(data)
    assert [{"F": "张三"}] == made.values(bytes.fromhex("0e40405b6554fc0f"))


def test_nothing_is_trimmed_where_that_is_wanted(records: Make) -> None:
    made = records("01 R. 05 F PIC X(8).", encoding="cp935", trim=False)
    assert [{"F": "张\u3000  "}] == made.values(bytes.fromhex("0e5b6540400f4040"))


@pytest.mark.parametrize(
    ("clause", "settings", "data", "text"),
    [
        ("PIC G(3) DISPLAY-1", {"encoding": "cp935"}, "5b6554fc4040", "张三"),
        ("PIC N(3) DISPLAY-1", {"encoding": "cp935"}, "5b6554fc4040", "张三"),
        ("PIC N(3)", {"encoding": "cp935"}, "5f204e090020", "张三"),
        ("PIC N(3)", {"encoding": "cp935", "national": "utf-16-le"}, "205f094e2000", "张三"),
        ("PIC N(3)", {"encoding": "cp935", "national": "page"}, "5b6554fc4040", "张三"),
        ("PIC G(3)", {"encoding": "gbk"}, "d5c5c8fda1a1", "张三"),
        ("PIC N(4)", {"encoding": "cp037"}, "d842dfb700200020", "𠮷"),
        ("PIC N(3) JUSTIFIED", {"encoding": "cp935"}, "00205f204e09", "张三"),
        ("PIC G(3) JUSTIFIED", {"encoding": "cp935"}, "40405b6554fc", "张三"),
    ],
)
def test_national_and_double_byte_fields(
    records: Make, clause: str, settings: dict[str, Any], data: str, text: str
) -> None:
    made = records(f"01 R. 05 F {clause}.", **settings)
    assert [{"F": text}] == made.values(bytes.fromhex(data))
    assert bytes.fromhex(data) == made.write(F=[text])[0]


def test_a_double_byte_field_holds_double_bytes_only(records: Make) -> None:
    _, (reject,) = records("01 R. 05 F PIC G(3).", encoding="cp935").write(F=["张A"])
    assert "PIC G(3) cannot hold: cp935 (double bytes) has no U+0041" in reject.reason


def test_national_text_of_the_page_needs_a_page_with_double_bytes(records: Make) -> None:
    with pytest.raises(ConfigError, match="cp037 has no double bytes for PIC N"):
        records(NAME, encoding="cp037", national="page")


def test_values_conditions_and_views_work_in_double_bytes(records: Make) -> None:
    copybook = """
    01 R.
       05 KIND PIC X(6) VALUE '员工'.
          88 STAFF VALUE '员工'.
       05 STARS PIC X(8) VALUE ALL '星'.
       05 A PIC X(4).
       05 B REDEFINES A PIC 9(4).
    """
    made = records(copybook, encoding="cp935", select={"B": {"field": "KIND", "is": ["外部"]}})
    page = find("cp935")
    written = page.encode("员工") + page.encode("星星星") + page.encode("AB  ")
    assert written == made.write(A=["AB"])[0]
    frame, rejects = made.read(written + page.encode("外部") + page.encode("星星星") + page.encode("0042"))
    assert [] == rejects
    assert [("AB", None), (None, 42)] == frame.select("A", "B").rows()


@pytest.mark.parametrize("value", ["VALUE '镕'", "VALUE '张三李四'"])
def test_a_value_that_the_field_cannot_hold_is_a_fault_of_the_copybook(records: Make, value: str) -> None:
    with pytest.raises(ConfigError, match=r"the VALUE of F (has U\+9555|needs 10 bytes in cp935, and has 6)"):
        records(f"01 R. 05 F PIC X(6) {value}. 05 N PIC X.", encoding="cp935").write(N=["A"])


def test_a_view_is_not_chosen_by_a_character_that_the_page_lacks(records: Make) -> None:
    copybook = "01 R. 05 K PIC X(4). 05 A PIC X. 05 B REDEFINES A PIC 9."
    with pytest.raises(HrbusError, match="K never holds U\\+9555"):
        records(copybook, encoding="cp935", select={"B": {"field": "K", "is": ["镕"]}})
