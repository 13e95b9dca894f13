r"""What is certainly a value of a type: its facets, asked of a whole column at once.

    >>> certain(Facets("date", "date", "date"), pl.Series(["2024-02-29", "2023-02-29", " 2024-02-28 "])).tolist()
    [True, False, False]

The answer is *certain* or *not certain*, never *wrong*: a text that is not certain (the third above is valid, with
its blanks) is left to a parser. So a test here may be narrower than XML Schema and must never be wider than a judge:
no blanks around values, no years before 1000, no more digits than every judge can hold, no pattern that leaves a
choice.

Source: XML Schema part 2, second edition: section 3 for the built-in types, 4.3 for the facets. Where libxml2 is
narrower than that, so is this; ``tests/fuzz`` compares the two over made-up texts of every type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache, reduce
from operator import and_

import numpy as np
import numpy.typing as npt
import polars as pl

from hrbus.hrxml.node import Facets
from hrbus.hrxml.pattern import PatternError, translate

Test = Callable[[pl.Expr], pl.Expr]
Rows = npt.NDArray[np.bool_]

LONGEST = 1_000_000
"""How many bytes a certain text may have: parsers refuse texts that are some ten times as long."""

_ILLEGAL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"
"""What is no character of XML 1.0 (section 2.2) among those that a column can hold."""

_YEAR, _MONTH, _DAY = "[1-9][0-9]{3}", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_MONTH_DAY = f"(?:(?:0[13578]|1[02])-{_DAY}|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
_LEAP_DAY = "(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29"
_DATE = f"(?:{_YEAR}-{_MONTH_DAY}|{_LEAP_DAY})"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
_ZONE = "(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])?"
_DIGIT = "[A-Za-z0-9+/]"
_INTEGERS = (
    *("integer", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
    *("long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
)

_LEXICAL: dict[str, str] = {
    "boolean": "true|false|1|0",
    "decimal": r"[+-]?[0-9]{1,16}(?:\.[0-9]{1,6})?",
    **dict.fromkeys(_INTEGERS, "[+-]?[0-9]{1,18}"),
    **dict.fromkeys(("double", "float"), r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?(?:[eE][+-]?[0-9]{1,2})?|-?INF|NaN"),
    "date": _DATE + _ZONE,
    "dateTime": f"{_DATE}T{_TIME}{_ZONE}",
    "time": _TIME + _ZONE,
    "gYear": _YEAR + _ZONE,
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}",
    "gMonthDay": f"--{_MONTH_DAY}{_ZONE}",
    "gMonth": f"--{_MONTH}{_ZONE}",
    "gDay": f"---{_DAY}{_ZONE}",
    "duration": "-?P(?:[0-9]{1,4}[YMD]|[0-9]{1,4}Y[0-9]{1,4}M|T[0-9]{1,4}[HMS]|T[0-9]{1,4}H[0-9]{1,4}M)",
    "language": "[a-zA-Z]{2,3}(?:-[a-zA-Z]{4})?(?:-[a-zA-Z]{2})?",
    "NMTOKEN": "[A-Za-z0-9._:-]+",
    "Name": "[A-Za-z_][A-Za-z0-9._:-]*",
    "NCName": "[A-Za-z_][A-Za-z0-9._-]*",
    "anyURI": r"[a-z][a-z0-9]*:(?://[A-Za-z0-9.-]+)?(?:/[A-Za-z0-9._~-]+)*/?(?:\?[A-Za-z0-9._~=&-]*)?",
    "hexBinary": "(?:[0-9A-Fa-f]{2})+",
    "base64Binary": f"(?:{_DIGIT}{{4}})*(?:{_DIGIT}{{4}}|{_DIGIT}{{2}}[AEIMQUYcgkosw048]=|{_DIGIT}[AQgw]==)",
}
"""A part of the lexical space of each built-in type that every judge takes, with all characters being ASCII."""

_BLANKS = {"string": "", "normalizedString": r"[\t\n\r]", "token": r"[\t\n\r]|^\x20|\x20$|\x20\x20"}
"""What must not stand in a text for it to be what it is after its white space was treated."""

_COUNTED = frozenset({*_BLANKS, "language", "NMTOKEN", "Name", "NCName"})
"""The types whose length is that of their text."""


@cache
def doubt(facets: Facets) -> str:
    """Return why no text at all is certain to be of a type; empty where some are."""
    if facets.members:
        doubts = [doubt(member) for member in facets.members]
        return facets.beyond or (doubts[0] if all(doubts) else "")
    return facets.beyond or next(_doubts(facets), "")


def _doubts(facets: Facets) -> Iterator[str]:
    if facets.builtin not in _LEXICAL and facets.builtin not in _BLANKS:
        yield f"the type {facets.builtin} depends on the rest of the document"
    if (facets.min_length or facets.max_length is not None) and facets.builtin not in _COUNTED:
        yield f"the length of {facets.builtin} is not that of its text"
    bounds = [Decimal(bound) for bound in (facets.minimum, facets.maximum) if bound and facets.base == "decimal"]
    if (facets.minimum or facets.maximum) and facets.base != "decimal":
        yield f"it is a {facets.base} with bounds"
    if any(bound != round(bound, 6) or abs(bound) >= 10**30 for bound in bounds):
        yield "its bounds have too many digits"
    for pattern in facets.patterns:
        try:
            if not translate(pattern).plain:
                yield f"the pattern {pattern} leaves a choice, which judges take differently"
        except PatternError as error:
            yield str(error)


def certain(facets: Facets, texts: pl.Series, *, plain: bool = False) -> Rows:
    """Return which of ``texts`` are certainly of a type; a null is. None is where there is a ``doubt``.

    ``plain`` says that no text holds a character which XML cannot carry.
    """
    if plain and facets == ANY and _longest(texts) <= LONGEST:
        return np.ones(len(texts), bool)
    different = _different(texts)
    good = _certain(facets, different, plain)
    if different is texts:
        return good.to_numpy()
    bad = different.filter(~good)
    if not len(bad):
        return np.ones(len(texts), bool)
    return ~texts.is_in(bad.implode()).fill_null(value=False).to_numpy()


ANY = Facets("string", "string", "string")
"""The type of any text."""


@cache
def harmless(facets: Facets) -> bool:
    """Say whether a certain text of this type holds no sign that XML or JSON would escape."""
    if facets.members:
        return all(harmless(member) for member in facets.members)
    if facets.enumeration:
        return not any(is_special(word) for word in facets.enumeration)
    return facets.builtin in _LEXICAL and facets.builtin != "anyURI"


def is_special(text: str) -> bool:
    """Say whether a text holds a sign that XML or JSON escape somewhere, or that XML cannot carry."""
    data = text.encode()
    if not data:
        return False
    if any(sign in data for sign in _SIGNS) or np.frombuffer(data, np.uint8).min() < ord(" "):
        return True
    return _LAST in data and any(sign in data for sign in ("\ufffe".encode(), "\uffff".encode()))


_SIGNS = (b'"', b"&", b"<", b">", b"\\")
_LAST = b"\xef"
"""How the last characters of the basic plane begin, in UTF-8."""


def _longest(texts: pl.Series) -> int:
    longest = texts.str.len_bytes().max()
    return longest if isinstance(longest, int) else 0


def _different(texts: pl.Series) -> pl.Series:
    """Return each text once where that is cheaper (dates, codes, states)."""
    if len(texts) < _FEW or texts.head(_FEW).n_unique() * 2 > _FEW:
        return texts
    different = texts.unique()
    return different if len(different) * 4 <= len(texts) else texts


_FEW = 256
"""Among so many texts it is looked at whether they are few different ones."""


def _certain(facets: Facets, texts: pl.Series, plain: bool) -> pl.Series:
    if doubt(facets):
        return texts.is_null()
    if facets.members:
        good = texts.is_null()
        for member in facets.members:
            if not good.all():
                good = good | _certain(member, texts, plain)
        return good
    tests = _type_tests(facets, plain)
    if not tests:
        return pl.repeat(value=True, n=len(texts), eager=True)
    text = pl.col("text")
    whole = reduce(and_, (test(text) for test in tests)).fill_null(pl.lit(value=True))
    return texts.alias("text").to_frame().select(whole).to_series()


@cache
def _type_tests(facets: Facets, plain: bool) -> tuple[Test, ...]:
    return tuple(_tests(facets, plain))


def _tests(facets: Facets, plain: bool) -> Iterator[Test]:
    if facets.enumeration:
        yield lambda text: text.is_in(facets.enumeration)
    elif facets.builtin in _LEXICAL:
        yield _matching(_LEXICAL[facets.builtin])
    else:
        yield lambda text: text.str.len_bytes() <= LONGEST
        if not plain:
            yield lambda text: ~text.str.contains(_ILLEGAL)
    if _BLANKS.get(facets.builtin):
        yield lambda text: ~text.str.contains(_BLANKS[facets.builtin])
    for pattern in facets.patterns:
        yield from _pattern(pattern)
    if facets.min_length:
        yield lambda text: text.str.len_chars() >= facets.min_length
    if facets.max_length is not None:
        yield lambda text: text.str.len_chars() <= facets.max_length
    yield from _number(facets)


def _matching(regex: str) -> Test:
    whole = f"^(?:{regex})$"
    return lambda text: text.str.contains(whole)


def _pattern(pattern: str) -> Iterator[Test]:
    found = translate(pattern)
    yield lambda text: text.str.contains(found.regex)
    if found.aging:  # another version of Unicode has other letters, but never of these
        yield _matching(r"[\x00-\x7F]*")


def _number(facets: Facets) -> Iterator[Test]:
    if facets.total_digits is not None:  # a sign and a point count as well: narrower, and much cheaper
        yield lambda text: text.str.len_bytes() <= facets.total_digits
    if facets.fraction_digits is not None:
        too_many = rf"\.[0-9]{{{facets.fraction_digits + 1}}}"
        yield lambda text: ~text.str.contains(too_many)
    if facets.base == "decimal" and facets.minimum:
        least = _exact(facets.minimum)
        yield lambda text: _value(text) > least if facets.minimum_open else _value(text) >= least
    if facets.base == "decimal" and facets.maximum:
        most = _exact(facets.maximum)
        yield lambda text: _value(text) < most if facets.maximum_open else _value(text) <= most


def _value(text: pl.Expr) -> pl.Expr:
    return text.cast(pl.Decimal(38, 6), strict=False)


def _exact(bound: str) -> pl.Expr:
    return pl.lit(Decimal(bound), dtype=pl.Decimal(38, 6))
