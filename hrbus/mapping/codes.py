"""Converters of the codes of ISO: countries (3166-1), languages (639), currencies (4217), by way of pycountry.

    COUNTRY | country(numeric, alpha2)       156 becomes CN
    LANG    | language(alpha3, alpha2)       zho becomes zh; chi is its bibliographic code

A code that the standard does not have rejects the record. Case counts: put ``upper`` or ``lower`` before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import polars as pl

from hrbus.mapping.converters import Converter, Example, Half, Step, want
from hrbus.mapping.kinds import TEXT, Kind, from_text, to_text
from hrbus.mapping.tables import Table
from hrbus.spi import Type

_COUNTRY = {"alpha2": "alpha_2", "alpha3": "alpha_3", "numeric": "numeric", "name": "name"}
_LANGUAGE = {"alpha2": "alpha_2", "alpha3": "alpha_3", "bibliographic": "bibliographic", "name": "name"}
_CURRENCY = {"alpha3": "alpha_3", "numeric": "numeric", "name": "name"}
_WIDTH = 3
"""The digits of a numeric code."""


@cache
def _entries(what: str) -> tuple[Any, ...]:
    import pycountry

    lists: dict[str, Iterable[Any]] = {
        "country": pycountry.countries,
        "language": pycountry.languages,
        "currency": pycountry.currencies,
    }
    return tuple(lists[what])


@cache
def _pairs(what: str, given: str, wanted: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes of one sort and those of another, for what has both; a bibliographic code falls back."""
    found: dict[str, str] = {}
    for entry in _entries(what):
        one, other = (
            getattr(entry, name, None) or (getattr(entry, "alpha_3", None) if name == "bibliographic" else None)
            for name in (given, wanted)
        )
        if one and other:
            found.setdefault(one, other)
    return tuple(found), tuple(found.values())


def _make(
    what: str, sorts: Mapping[str, str]
) -> Callable[[tuple[str, ...], Kind, Mapping[str, Table]], Step]:  # fmt: skip
    def make(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
        want(arguments, 2)
        for argument in arguments:
            if argument not in sorts:
                raise ValueError(f"knows {', '.join(sorts)}, not {argument!r}")
        given, wanted = (sorts[argument] for argument in arguments)
        if given == wanted:
            raise ValueError("needs two different sorts of codes")
        number = kind.type is Type.INTEGER
        if not (kind.type is Type.TEXT or (number and given == "numeric")):
            raise ValueError(f"takes text, and this is {kind.name}")

        def forward(value: pl.Expr) -> pl.Expr:
            text = to_text(value, kind)
            text = text.str.zfill(_WIDTH) if number else text.str.strip_chars()
            return text.replace_strict(*_lists(what, given, wanted), default=None, return_dtype=pl.String)

        def backward(value: pl.Expr) -> pl.Expr:
            back = value.replace_strict(*_lists(what, wanted, given), default=None, return_dtype=pl.String)
            return from_text(back, kind)

        return Step(
            Half(forward, TEXT, True, f"is no {arguments[0]} code of a {what}", costly=True),
            Half(backward, kind, True, f"is no {arguments[1]} code of a {what}", costly=True),
            "a name that two share comes back as the first" if "name" in arguments and what == "language" else "",
        )

    return make


def _lists(what: str, given: str, wanted: str) -> tuple[list[str], list[str]]:
    codes, words = _pairs(what, given, wanted)
    return list(codes), list(words)


BUILT_IN = (
    Converter(
        "country",
        "A country's code or English name of ISO 3166-1 as another of its codes: alpha2, alpha3, numeric, name.",
        _make("country", _COUNTRY),
        "from, to",
        (
            Example("country(alpha3, alpha2)", "CHN", "CN"),
            Example("country(numeric, alpha2)", "156", "CN", Kind(Type.INTEGER, 3)),
        ),
        domain="every code of the standard; English names come back in its spelling",
    ),
    Converter(
        "language",
        "A language's code of ISO 639 as another: alpha2, alpha3 (terminologic), bibliographic, name.",
        _make("language", _LANGUAGE),
        "from, to",
        (Example("language(alpha3, alpha2)", "zho", "zh"), Example("language(bibliographic, alpha2)", "chi", "zh")),
        domain="every code of the standard; English names come back in its spelling",
    ),
    Converter(
        "currency",
        "A currency's code of ISO 4217 as another: alpha3, numeric, name.",
        _make("currency", _CURRENCY),
        "from, to",
        (Example("currency(numeric, alpha3)", "156", "CNY"),),
        domain="every code of the standard; English names come back in its spelling",
    ),
)
