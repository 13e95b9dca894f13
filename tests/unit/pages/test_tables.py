"""The tables say what Python, the package ``ebcdic`` and glibc's iconv say; where they differ, it is told here."""

from __future__ import annotations

import ctypes.util
import sys

import numpy as np
import pytest

from adapters.pages import Form, Page, find, make_tables
from adapters.pages.catalogue import DOUBLE, SINGLE
from adapters.pages.make_tables import Iconv
from adapters.pages.page import SHIFT_IN, SHIFT_OUT

KNOWN_DIFFERENCES = {
    "273": {0xBC},
    "278": {0x71, 0xE0},
    "285": {0xA1},
    "420": {0x45},
    "424": {0x78, 0x8F},
    "870": {0xB0},
    "871": {0x4A, 0xC0},
    "875": {0x6A, 0x74, 0xDC, 0xDD, 0xE1, 0xEC, 0xED, 0xFC, 0xFD},
    "1026": {0x9D, 0xBC},
    "1122": {0xBC},
}
"""Codes that glibc reads in another way than Python and IBM's tables (the overline of 273, the É of 278 …)."""
BACKSLASH_AND_TILDE = {**dict.fromkeys(DOUBLE, ""), "930": "\\~", "939": "\\~", "1371": "\\"}
"""Characters that glibc reads from one code and writes as another, which reads as ¥ or the overline."""
PYTHON_S_OWN = ("gbk", "gb18030", "big5", "big5hkscs", "shift_jis", "cp932", "euc_kr", "cp949", "johab")
ALL_OF_THEM = (*range(0xD800), *range(0xE000, 0x30000))


@pytest.fixture(scope="module")
def glibc() -> None:
    if not sys.platform.startswith("linux") or not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"):
        pytest.skip("iconv is that of glibc")


def read(page: Page) -> list[str | None]:
    return [chr(point) if point >= 0 else None for point in page.points.tolist()]


def of_iconv(name: str) -> list[str | None]:
    return [Iconv(f"IBM{name}").decode(bytes([code])) for code in range(256)]


@pytest.mark.parametrize("number", make_tables.PYTHON)
def test_pages_that_python_has_are_as_python_has_them(number: str) -> None:
    expected = [bytes([code]).decode(f"cp{number}", "ignore") or None for code in range(256)]
    assert expected == read(find(f"cp{number}"))


@pytest.mark.parametrize("number", [*make_tables.PACKAGE, "1140"])
def test_pages_of_the_package_ebcdic_are_as_it_has_them_but_for_the_new_line(number: str) -> None:
    codecs = pytest.importorskip(f"ebcdic.cp{number}")
    codec = codecs.getregentry()
    expected = [codec.decode(bytes([code]))[0] for code in range(256)]
    expected = [None if char in ("\ufffd", "\ufffe") else char for char in expected]
    expected[0x15], expected[0x25] = "\x85", "\n"
    assert expected == read(find(f"cp{number}"))


@pytest.mark.usefixtures("glibc")
@pytest.mark.parametrize("number", sorted(set(SINGLE) - {"290", "833", "836", "838", "1027"}))
def test_single_bytes_are_as_iconv_reads_them_but_for_known_differences(number: str) -> None:
    pairs = zip(of_iconv(number), read(find(number)), strict=True)
    assert KNOWN_DIFFERENCES.get(number, set()) == {
        code for code, (theirs, ours) in enumerate(pairs) if theirs != ours
    }


@pytest.mark.parametrize("number", SINGLE)
def test_a_single_byte_page_writes_what_it_reads(number: str) -> None:
    page = find(number)
    text = "".join(char for char in read(page) if char)
    assert text == page.decode(page.encode(text))


@pytest.mark.usefixtures("glibc")
@pytest.mark.parametrize("number", DOUBLE)
def test_every_code_of_a_double_byte_page_reads_as_iconv_reads_it(number: str) -> None:
    page, iconv = find(number), Iconv(f"IBM{number}")
    alone = of_iconv(number)
    alone[SHIFT_OUT] = alone[SHIFT_IN] = None
    assert alone == read(page)
    for first in set(range(256)) - {SHIFT_OUT, SHIFT_IN}:
        for second in set(range(256)) - {SHIFT_OUT, SHIFT_IN}:
            data = bytes([SHIFT_OUT, first, second, SHIFT_IN])
            point = int(page.double[first << 8 | second])
            ours = None if point == -1 else chr(point) if point >= 0 else page.decode(data)
            assert iconv.decode(data) == ours, data.hex()


@pytest.mark.usefixtures("glibc")
@pytest.mark.parametrize("number", DOUBLE)
def test_every_character_is_written_as_iconv_writes_it_where_it_comes_back_as_itself(number: str) -> None:
    page, iconv = find(number), Iconv(f"IBM{number}")
    expected = {}
    for point in ALL_OF_THEM:
        data = iconv.encode(chr(point))
        if data is not None and iconv.decode(data) == chr(point):
            expected[point] = data
    held = np.flatnonzero(page.codes >= 0).tolist()
    ours = {point: page.encode(chr(point)) for point in held}
    assert expected == {point: data for point, data in ours.items() if chr(point) not in BACKSLASH_AND_TILDE[number]}
    assert BACKSLASH_AND_TILDE[number] == page.decode(page.encode(BACKSLASH_AND_TILDE[number]))


@pytest.mark.usefixtures("glibc")
@pytest.mark.parametrize("number", ["1390", "1399"])
def test_characters_of_two_code_points_are_written_as_iconv_writes_them(number: str) -> None:
    page, iconv = find(number), Iconv(f"IBM{number}")
    assert 25 == len(page.couples)
    for first, second, _ in page.couples.tolist():
        text = f"{chr(first)}{chr(second)}{chr(first)}"
        assert iconv.encode(text) == page.encode(text)
        assert text == page.decode(page.encode(text))


@pytest.mark.parametrize("name", ["1390", "1399", "big5hkscs", "shift_jis_2004", "shift_jisx0213"])
def test_the_second_of_two_code_points_is_a_mark_as_the_kernel_takes_for_granted(name: str) -> None:
    seconds = set(find(name).couples[:, 1].tolist())
    assert seconds
    assert {second for second in seconds if second >= 0x400} <= {0x309A}


@pytest.mark.usefixtures("glibc")
def test_iconv_writes_look_alikes_and_substitutes_where_we_refuse() -> None:
    assert b"\x0eQ\xf1\x0f" == Iconv("IBM1390").encode("栅")
    assert "柵" == Iconv("IBM1390").decode(b"\x0eQ\xf1\x0f")
    assert not find("1390").holds("栅")
    assert "¥" == Iconv("IBM930").decode(Iconv("IBM930").encode("\\") or b"")
    assert b"\x3f" == Iconv("IBM935").written("©")
    assert not find("935").holds("©")


@pytest.mark.usefixtures("glibc")
def test_the_file_of_tables_is_what_the_script_makes() -> None:
    pytest.importorskip("ebcdic")
    with np.load(make_tables.FILE) as file:
        made = make_tables.tables()
        assert sorted(made) == sorted(file.files)
        assert [] == [name for name in made if not np.array_equal(made[name], file[name])]


@pytest.mark.parametrize("name", PYTHON_S_OWN)
def test_python_s_own_pages_read_and_write_as_python_does(name: str) -> None:
    page = find(name)
    assert page.form is Form.LEAD
    for point in ALL_OF_THEM[:0x20000]:
        char = chr(point)
        data = char.encode(name, "ignore")
        if data and len(data) <= 4 and data.decode(name, "ignore") == char:
            assert data == page.encode(char), char
            assert char == page.decode(data), char
        else:
            assert not page.holds(char), char
