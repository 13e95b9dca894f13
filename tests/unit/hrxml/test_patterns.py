"""Patterns of XML Schema, run by column: what they mean, what is refused, which of them every judge takes alike."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hrbus.hrxml.blocks import BLOCKS
from hrbus.hrxml.pattern import PatternError, translate


def takes(pattern: str, *texts: str) -> list[bool]:
    """Return which texts a translated pattern takes."""
    return pl.Series(texts, dtype=pl.String).str.contains(translate(pattern).regex).to_list()


def judged(pattern: str, texts: list[str]) -> list[bool]:
    """Return which texts libxml2 takes."""
    builder = etree.Element("{http://www.w3.org/2001/XMLSchema}schema")
    element = etree.SubElement(builder, "{*}element".replace("*", "http://www.w3.org/2001/XMLSchema"), name="e")
    kind = etree.SubElement(element, "{http://www.w3.org/2001/XMLSchema}simpleType")
    base = etree.SubElement(kind, "{http://www.w3.org/2001/XMLSchema}restriction", base="xs:string")
    etree.SubElement(base, "{http://www.w3.org/2001/XMLSchema}pattern", value=pattern)
    schema = etree.XMLSchema(
        etree.fromstring(etree.tostring(builder).replace(b"ns0:", b"xs:").replace(b":ns0", b":xs"))
    )
    found = []
    for text in texts:
        document = etree.Element("e")
        document.text = text
        found.append(bool(schema.validate(document)))
    return found


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"\d", ["5", "\uff15", "\u0665"], ["a", "", "55", "\u00b2"]),
        (r"\s", [" ", "\t", "\n", "\r"], ["\u00a0", "\u2003", "\x0b", "\u0085"]),
        (r"\S", ["\u00a0", "a", "\u0085"], [" ", "\n"]),
        (r"\w+", ["a1\u738b", "+", "$"], ["a b", ".", "-", "_"]),
        (r"\i\c*", ["a-1", "_", ":x", "\u738b.\u5c0f"], ["1a", "-", "", "a b"]),
        (".", ["a", " ", "\u2028", "\u0085"], ["\n", "\r", ""]),
        ("a.b", ["axb"], ["a\nb", "xaxb", "axbx"]),
        ("^a$", ["^a$"], ["a"]),
        ("[^a]", ["^", "\n", "b"], ["a", ""]),
        ("[a^]", ["a", "^"], ["b"]),
        ("[a-]", ["a", "-"], ["b"]),
        ("[-a]", ["a", "-"], ["b"]),
        (r"[+\-]", ["+", "-"], [","]),
        ("[a-z-[aeiou]]", ["b", "z"], ["a", "e", "-"]),
        (r"[\w-[\d]]", ["a", "+"], ["1"]),
        ("[^a-c-[x]]", ["d", "-"], ["a", "x"]),
        (r"\p{Lu}\p{Ll}*", ["Ab", "\u00c4\u00e4"], ["ab", "A1"]),
        (r"\P{Lu}", ["a", "1"], ["A"]),
        (r"\p{IsGreek}", ["\u03b1"], ["a"]),
        (r"\P{IsBasicLatin}+", ["\u738b\u00e9"], ["a\u738b"]),
        (r"[\p{IsHiragana}\p{IsKatakana}]+", ["\u3042\u30a2"], ["\u6f22"]),
        ("a{2}|b{1,2}|c{3,}", ["aa", "b", "bb", "cccc"], ["a", "bbb", "cc"]),
        ("(ab|c)*d?", ["", "abcd", "cc"], ["abdab", "dd"]),
        (r"\.\\\?\*\+\(\)\{\}\[\]\|\-\^", [r".\?*+(){}[]|-^"], ["."]),
        ("&&~~##", ["&&~~##"], ["&"]),
        ("[&&~~]", ["&", "~"], ["x"]),
        ("a#b c", ["a#b c"], ["a", "ab c"]),
        ("", [""], ["a"]),
        ("(|a)b", ["b", "ab"], ["a"]),
    ],
)
def test_a_pattern_means_what_xml_schema_says(pattern: str, good: list[str], bad: list[str]) -> None:
    assert [True] * len(good) == takes(pattern, *good)
    assert [False] * len(bad) == takes(pattern, *bad)


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "a**",
            "a+?",
            "*a",
            "(a",
            "a)",
            "[a",
            "[]",
            "a]",
            "a{2",
            "{2}",
            "a{3,2}",
            r"\q",
            r"\p{Xx}",
            r"\p{IsNowhere}",
        ),
        *(r"\pL", "[z-a]", "[a[b]]", "[a--b]", "\\", r"a\$", "[a-z-[b]c]"),
    ],
)
def test_what_is_no_pattern_is_refused_with_its_place(pattern: str) -> None:
    with pytest.raises(PatternError, match="the pattern"):
        translate(pattern)


def test_a_pattern_that_would_grow_beyond_measure_is_refused() -> None:
    with pytest.raises(PatternError, match="cannot be run by column"):
        translate(r"((\w{1000}){1000}){1000}")


@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        (r"[^@\s]+@[^@\s]+", True),
        (r"[A-Za-z][A-Za-z0-9+.\-]*:\S+", True),
        (r"x:\S.*", True),
        ("[0-9]{4}-[0-9]{2}", True),
        ("(a|b)*c", True),
        ("(ab|cd)?e", True),
        ("[^0-9]+[^x]", False),
        (".*a", False),
        ("(a|ab)c", False),
        ("a{1,2}a", False),
        ("(a?b?){2}", False),
        (r"\P{Lu}*-", False),
        ("[a-z-[b]]", False),
        ("[\U0001f600]", False),
    ],
)
def test_a_pattern_is_plain_where_each_character_leaves_no_choice(pattern: str, plain: bool) -> None:
    assert plain is translate(pattern).plain


def test_what_depends_on_the_version_of_unicode_says_so() -> None:
    assert [True, True, True, False] == [
        translate(p).aging for p in (r"\d", r"\p{L}", r"[\w]", r"\s\S[a-z]\p{IsGreek}")
    ]


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_begins_and_ends_where_the_judge_has_it(name: str) -> None:
    edges = {code for first, last in BLOCKS[name] for code in (first - 1, first, last, last + 1)}
    texts = [chr(code) for code in sorted(edges) if _carried(code)]
    assert judged(rf"\p{{Is{name}}}", texts) == takes(rf"\p{{Is{name}}}", *texts)


def _carried(code: int) -> bool:
    return code >= 0x20 and not 0xD800 <= code < 0xE000 and code not in (0xFFFE, 0xFFFF) and code < 0x110000


CHARACTERS = "abcxyzABC0189 -_.:@/\t\n\u00e9\u738b\uff19\u05d0\u00b2"
SINGLE = st.sampled_from([f"\\{c}" if c in ".-" else c for c in CHARACTERS])
ESCAPES = st.sampled_from([r"\d", r"\D", r"\s", r"\S", r"\w", r"\i", r"\c", r"\p{L}", r"\p{Nd}", r"\p{IsBasicLatin}"])
MEMBERS = st.lists(st.one_of(SINGLE, ESCAPES, st.sampled_from(["a-z", "0-9", "A-C"])), min_size=1, max_size=3)
CLASSES = st.builds("[{}{}]".format, st.sampled_from(["", "^"]), MEMBERS.map("".join))
QUANTITIES = st.sampled_from(["", "", "?", "*", "+", "{2}", "{1,2}", "{1,}"])
PATTERNS = st.recursive(
    st.builds("{}{}".format, st.one_of(SINGLE, ESCAPES, CLASSES, st.just(".")), QUANTITIES),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.builds("({}|{}){}".format, inner, inner, QUANTITIES),
    ),
    max_leaves=6,
)


@given(pattern=PATTERNS, texts=st.lists(st.text(CHARACTERS, max_size=6), min_size=1, max_size=30))
def test_what_a_plain_pattern_takes_the_judge_takes_too(pattern: str, texts: list[str]) -> None:
    found = translate(pattern)
    if not found.plain:
        return
    known = [text for text in texts if text.isascii() or not found.aging]
    refused = zip(known, takes(pattern, *known), judged(pattern, known), strict=True)
    assert [] == [text for text, ours, theirs in refused if ours and not theirs]
