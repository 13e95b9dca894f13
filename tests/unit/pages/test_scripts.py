"""How much room text takes in a field is known before there is any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.pages import find
from adapters.pages.replacement import agreed
from adapters.pages.script import LINE_ENDS, PageScript, PythonScript

PAGES = (
    "ascii",
    "cp037",
    "cp1047",
    "latin-1",
    "cp930",
    "cp935",
    "cp1388",
    "cp1399",
    "gbk",
    "gb18030",
    "big5",
    "utf-8",
)
SIGNS = "A1 -éßñ王伟喆镕か゚ｱ한€😀𠀀"


@pytest.mark.parametrize("name", PAGES)
@settings(max_examples=60, deadline=None)
@given(text=st.text(SIGNS, max_size=12))
def test_no_text_takes_more_room_than_is_said_of_its_length(name: str, text: str) -> None:
    script = PageScript(find(name))
    has = script.writes
    kept = "".join(sign for sign in text if has is None or sign in has)
    assert script.room(kept) <= script.most(len(kept), frozenset(kept)) <= script.most(len(kept), None)


@pytest.mark.parametrize("name", PAGES)
@settings(max_examples=60, deadline=None)
@given(text=st.text(SIGNS, max_size=12))
def test_what_a_page_is_said_to_write_it_writes_and_reads_back(name: str, text: str) -> None:
    page, script = find(name), PageScript(find(name))
    kept = "".join(sign for sign in text if script.writes is None or sign in script.writes)
    read = page.decode(page.encode(kept))
    assert kept == read
    assert script.reads is None or script.reads.issuperset(read)


def test_the_most_is_reached_where_single_and_double_bytes_take_turns() -> None:
    script = PageScript(find("cp935"))
    signs = frozenset("A王")
    assert [script.room(text) for text in ("王", "王A王", "王A王王")] == [script.most(n, signs) for n in (1, 3, 4)]


def test_digits_take_one_byte_in_a_page_of_four() -> None:
    script = PageScript(find("gb18030"))
    assert (8, 32, 16) == (
        script.most(8, frozenset("0123456789")),
        script.most(8, None),
        script.most(8, frozenset("王1")),
    )


def test_pages_that_have_every_character_say_so() -> None:
    assert [None, None, True] == [
        PageScript(find("utf-8")).writes,
        PageScript(find("gb18030")).writes,
        "é" in (PageScript(find("cp037")).writes or ""),
    ]


def test_an_agreed_replacement_counts_with_all_its_characters() -> None:
    script = PageScript(agreed(find("cp037"), {"€": "EUR", "王": "Wang"}))
    assert {"€", "王"} <= (script.writes or frozenset())
    assert script.room("€王") == 7 <= script.most(2, frozenset("€王")) == 8


def test_a_pair_of_bytes_is_one_unit_of_a_national_field() -> None:
    page = find("cp935").pairs
    assert page is not None
    assert (2, 2) == (PageScript(page, 2).room("王伟"), PageScript(page, 2).most(2, frozenset("王伟")))


def test_lines_hold_no_line_end() -> None:
    for script in (PageScript(find("cp037"), without=LINE_ENDS), PythonScript("utf-8", without=LINE_ENDS)):
        assert script.writes is not None
        assert not script.writes & LINE_ENDS


@pytest.mark.parametrize("name", ["utf-8", "gbk", "latin-1", "euc_jp"])
@settings(max_examples=60, deadline=None)
@given(text=st.text(SIGNS, max_size=12))
def test_encodings_of_python_measure_the_same_way(name: str, text: str) -> None:
    for script in (PythonScript(name), PythonScript(name, characters=True)):
        kept = "".join(sign for sign in text if script.writes is None or sign in script.writes)
        assert script.room(kept) <= script.most(len(kept), frozenset(kept))
