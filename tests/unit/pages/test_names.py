"""A page is found by whatever name a mainframe, Java, Python or a colleague gives it."""

from __future__ import annotations

import pytest

from adapters.pages import find
from adapters.pages.catalogue import DOUBLE, SINGLE
from hrbus.spi import ConfigError


@pytest.mark.parametrize(
    "name",
    [
        "cp1047",
        "CP1047",
        "ibm1047",
        "IBM-1047",
        "ibm_1047",
        "x-IBM1047",
        "1047",
        "ccsid 1047",
        "cp01047",
        "cp1047_extended",
    ],
)
def test_a_page_is_known_by_all_its_names(name: str) -> None:
    assert "cp1047" == find(name).name


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("37", "cp037"),
        ("IBM01140", "cp1140"),
        ("ebcdic-cp-us", "cp037"),
        ("cp500ms", "cp500"),
        ("1148ms", "cp1148"),
        ("5026", "cp930"),
        ("IBM-935", "cp935"),
        ("936", "gbk"),
        ("1208", "utf-8"),
        ("5488", "gb18030"),
        ("Big5-HKSCS", "big5hkscs"),
        ("SJIS", "shift_jis"),
        ("windows-1252", "cp1252"),
    ],
)
def test_other_names_lead_to_the_same_page(name: str, page: str) -> None:
    assert page == find(name).name


@pytest.mark.parametrize("number", [*SINGLE, *DOUBLE])
def test_every_page_of_the_catalogue_is_there_and_is_ebcdic(number: str) -> None:
    page = find(number)
    assert (f"cp{number}", True, 0x40) == (page.name, page.ebcdic, page.blank)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cp9999", "unknown encoding cp9999"),
        ("gb1803", "did you mean gb18030"),
        ("utf-16", "no single-byte letters"),
        ("euc_jp", "three bytes"),
        ("iso2022_jp", "unknown encoding iso2022_jp"),
        ("hex", "unknown encoding hex"),
        ("", "unknown encoding"),
    ],
)
def test_a_name_that_is_no_page_of_records_is_refused(name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        find(name)
