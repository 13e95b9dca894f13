"""Every converter says which values come back, and they do; one that loses something says what.

The registry is gone through: a converter without a declared domain, or without values here that try it, is a failure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pycountry
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrbus.mapping.attachments import converters
from hrbus.mapping.converters import Step, known
from hrbus.mapping.kinds import TEXT, Kind, from_text, to_text
from hrbus.mapping.leaf import pipes
from hrbus.mapping.reference import sampled
from hrbus.mapping.stores import Folder, Store
from hrbus.mapping.tables import Table
from hrbus.spi import Type

TABLES = {
    "t": Table({"A": "Active", "W": "Withdrawn", "P": "Pending", "X": "Active"}),
    "n": Table({"0": "1", "20": "25", "30": "50", "38": "84"}),
}
WORD = st.text(st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0xFF), min_size=1, max_size=8)
TEXTS = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
"""Text without blanks at its ends."""
WHOLE = Kind(Type.INTEGER, 12)
CENTS = Kind(Type.DECIMAL, 12, 2)
LOCAL = st.datetimes(datetime(1950, 1, 1), datetime(2037, 12, 31))


@dataclass(frozen=True)
class Try:
    """A call, the kind of field before it, and values of its declared domain."""

    call: str
    values: st.SearchStrategy[Any]
    kind: Kind = TEXT


def decimals(scale: int) -> st.SearchStrategy[Decimal]:
    return st.integers(-(10**9), 10**9).map(lambda n: Decimal(n).scaleb(-scale))


def codes(entries: Any, name: str) -> st.SearchStrategy[str]:
    return st.sampled_from([getattr(entry, name) for entry in entries if hasattr(entry, name)])


def shown_once(zone: str) -> st.SearchStrategy[datetime]:
    """Return local times that the clocks of a zone showed once, and not twice or never."""
    here = ZoneInfo(zone)

    def once(local: datetime) -> bool:
        first, second = (local.replace(tzinfo=here, fold=fold) for fold in (0, 1))
        back = first.astimezone(ZoneInfo("UTC")).astimezone(here).replace(tzinfo=None)
        return first.utcoffset() == second.utcoffset() and back == local

    return LOCAL.filter(once)


def written(form: str) -> Any:
    return lambda moment: moment.strftime(form)


def luhn(digits: str) -> str:
    total = 0
    for at, digit in enumerate(reversed(digits + "0")):
        doubled = int(digit) * (1 + at % 2)
        total += doubled - 9 * (doubled > 9)
    return digits + str(-total % 10)


def mod_97(digits: str) -> str:
    return f"{digits}{98 - int(digits + '00') % 97:02}"


def iban(account: str) -> str:
    number = "".join(str(int(sign, 36)) for sign in f"{account}DE00")
    return f"DE{98 - int(number) % 97:02}{account}"


def resident(case: tuple[int, date, int]) -> str:
    digits = f"{case[0]}{case[1]:%Y%m%d}{case[2]:03}"
    weights = [2 ** (17 - at) % 11 for at in range(17)]
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


DIGITS = st.text("0123456789", min_size=2, max_size=12)
MOBILE = st.integers(13_800_000_000, 13_999_999_999).map(str)
PEOPLE = st.tuples(st.integers(110_000, 659_999), st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 999))
TRIES: dict[str, list[Try]] = {
    "attachment": [
        Try("attachment(resumes, path)", st.just("cv.txt")),
        Try("attachment(resumes, base64)", st.just("cv.txt")),
        Try("attachment(resumes, text)", st.just("cv.txt")),
        Try("attachment(resumes, sha256)", st.just("cv.txt")),
        Try("attachment(resumes, media_type)", st.just("cv.txt")),
    ],
    "blank": [
        Try("blank(0)", st.integers(1, 999), WHOLE),
        Try("blank(N/A)", TEXTS),
        Try("blank(0, 9)", st.integers(1, 8), WHOLE),
    ],
    "boolean": [
        Try("boolean(Y, N)", st.sampled_from("YN")),
        Try("boolean(1, 0)", st.integers(0, 1), WHOLE),
        Try("boolean(true, false)", st.booleans(), Kind(Type.BOOLEAN)),
    ],
    "check": [
        Try("check(luhn)", DIGITS.map(luhn)),
        Try("check(mod97-10)", DIGITS.filter(lambda digits: digits[0] != "0").map(mod_97)),
        Try("check(mod11-2)", st.just("07940")),
    ],
    "country": [
        Try("country(alpha3, alpha2)", codes(pycountry.countries, "alpha_3")),
        Try("country(name, numeric)", codes(pycountry.countries, "name")),
    ],
    "currency": [Try("currency(alpha3, numeric)", codes(pycountry.currencies, "alpha_3"))],
    "cut": [Try("cut(40)", TEXTS.map(lambda text: text[:40].strip()))],
    "date": [
        Try("date(%Y%m%d)", st.dates().map(lambda day: f"{day.year:04}{day:%m%d}")),
        Try("date(%y%m%d, pivot=40)", st.dates(date(1940, 1, 1), date(2039, 12, 31)).map(written("%y%m%d"))),
        Try("date(%d.%m.%Y %H:%M, %Y-%m-%d)", LOCAL.map(written("%d.%m.%Y %H:%M"))),
    ],
    "datetime": [
        Try("datetime(%Y%m%d%H%M%S, Asia/Shanghai)", shown_once("Asia/Shanghai").map(written("%Y%m%d%H%M%S"))),
        Try("datetime(%Y%m%d%H%M%S, America/New_York)", shown_once("America/New_York").map(written("%Y%m%d%H%M%S"))),
        Try(
            "datetime(%Y-%m-%d-%H.%M.%S.%f, Europe/Berlin)",
            shown_once("Europe/Berlin").map(written("%Y-%m-%d-%H.%M.%S.%f")),
        ),
        Try("datetime(%Y%m%d, UTC)", LOCAL.map(written("%Y%m%d"))),
    ],
    "default": [Try("default(DE)", TEXTS)],
    "digits": [
        Try("digits(12)", st.integers(0, 10**12 - 1), Kind(Type.INTEGER, 12, signed=False)),
        Try("digits(3)", st.sampled_from(["007", "123"])),
    ],
    "embedded": [Try("embedded(resumes, text)", TEXTS), Try("embedded(resumes, base64)", st.just("SGVsbG8="))],
    "iban": [Try("iban", st.text("0123456789", min_size=18, max_size=18).map(iban))],
    "integer": [Try("integer", st.integers(-(10**9), 10**9).map(str))],
    "language": [
        Try(
            "language(alpha3, alpha2)",
            codes([each for each in pycountry.languages if hasattr(each, "alpha_2")], "alpha_3"),
        ),
    ],
    "lower": [Try("lower", TEXTS.map(str.lower))],
    "minor": [
        Try("minor(CNY)", st.integers(-(10**9), 10**9), WHOLE),
        Try("minor(KWD)", st.integers(0, 10**9), WHOLE),
    ],
    "money": [Try("money(CNY)", decimals(2), CENTS)],
    "name": [
        Try("name(family, given-family)", st.just("Vincent van Gogh")),
        Try("name(given, chinese)", st.just("欧阳娜娜")),
    ],
    "number": [Try("number", decimals(2), CENTS), Try("number(3)", decimals(2), CENTS)],
    "percentile": [Try("percentile(n)", st.integers(0, 100), WHOLE)],
    "phone": [Try("phone(CN, national)", MOBILE), Try("phone(CN)", MOBILE.map(lambda number: f"+86{number}"))],
    "resident_id": [Try("resident_id", PEOPLE.map(resident))],
    "scale": [
        Try("scale(0..9, 0..100)", st.integers(0, 9), WHOLE),
        Try("scale(0..100, 1..5)", st.integers(0, 10_000).map(lambda n: Decimal(n).scaleb(-2)), CENTS),
        Try("scale(A:E, 0..100)", st.sampled_from("ABCDE")),
        Try("scale(0..100, A:E)", st.sampled_from([0, 25, 50, 75, 100]), WHOLE),
        Try("scale(0..100, 0..5, 0)", st.integers(0, 100), WHOLE),
    ],
    "table": [Try("table(t)", st.sampled_from("AWP")), Try("table(t, Other)", st.sampled_from("AWP"))],
    "title": [
        Try(
            "title",
            st.lists(st.text("abcxyz", min_size=1, max_size=8), min_size=1, max_size=3).map(" ".join).map(str.title),
        )
    ],
    "trim": [Try("trim", TEXTS)],
    "upper": [Try("upper", TEXTS.map(str.upper))],
}


def test_every_converter_declares_its_domain_and_is_tried_on_it() -> None:
    assert sorted(known()) == sorted(TRIES)
    assert [] == [name for name, converter in known().items() if not converter.domain]
    assert [] == [call for name, tries in TRIES.items() for call in tries if pipes(call.call)[0].name != name]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return attachments that can be written and read."""
    found = tmp_path_factory.mktemp("resumes")
    (found / "cv.txt").write_text("Hello")
    return Store("resumes", "resumes", Folder(found, writes=True))


def step(tried: Try, store: Store) -> Step:
    (call,) = pipes(tried.call)
    every = {**sampled(), **{each.name: each for each in converters({"resumes": store})}}
    return every[call.name].make(call.arguments or (), tried.kind, TABLES)


def forward(made: Step, values: list[Any], kind: Kind) -> list[str | None]:
    frame = pl.DataFrame({"v": values}, schema={"v": kind.dtype})
    text = to_text(made.forward.apply(pl.col("v")), made.forward.gives)
    return frame.select(text.alias("t")).to_series().to_list()


def backward(made: Step, texts: list[str | None], kind: Kind) -> list[Any]:
    assert made.backward
    frame = pl.DataFrame({"t": texts}, schema={"t": pl.String})
    value = made.backward.apply(from_text(pl.col("t"), made.forward.gives))
    return frame.select(value.cast(kind.dtype).alias("v")).to_series().to_list()


@pytest.mark.parametrize("tried", [each for tries in TRIES.values() for each in tries], ids=lambda each: each.call)
def test_the_two_ways_are_inverse_on_the_domain(tried: Try, folder: Store) -> None:
    """What has no way back says so; what changes on the way there and back says what is lost, and is stable then."""
    made = step(tried, folder)

    @settings(max_examples=40, deadline=None)
    @given(st.lists(tried.values, min_size=1, max_size=20))
    def holds(values: list[Any]) -> None:
        texts = forward(made, values, tried.kind)
        assert None not in texts
        if made.backward is None:
            assert made.lossy
            return
        again = backward(made, texts, tried.kind)
        if again != values:
            assert made.lossy
        assert texts == forward(made, again, tried.kind)

    holds()


LOSSY = {
    "attachment(resumes, base64)",
    "attachment(resumes, text)",
    "date(%d.%m.%Y %H:%M, %Y-%m-%d)",
    "scale(0..100, 0..5, 0)",
}
"""What does not come back even on its domain; a digest, a part of a name and the like have no way back at all."""


def test_only_what_is_known_to_lose_something_does_on_its_domain(folder: Store) -> None:
    every = [(each, step(each, folder)) for tries in TRIES.values() for each in tries]
    assert {tried.call for tried, made in every if made.backward and loses(tried, made)} == LOSSY


def loses(tried: Try, made: Step) -> bool:
    """Say whether any of many values of its domain does not come back."""
    lost = []

    @settings(max_examples=15, deadline=None, database=None)
    @given(st.lists(tried.values, min_size=8, max_size=20))
    def look(values: list[Any]) -> None:
        lost.append(values != backward(made, forward(made, values, tried.kind), tried.kind))

    look()
    return any(lost)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Shanghai"]), LOCAL)
def test_a_local_time_that_clocks_showed_twice_or_never_is_null(zone: str, local: datetime) -> None:
    here = ZoneInfo(zone)
    first, second = (local.replace(tzinfo=here, fold=fold) for fold in (0, 1))
    tried = Try(f"datetime(%Y%m%d%H%M%S, {zone})", st.just(""))
    store = Store("resumes", "resumes", Folder(__file__))  # type: ignore[arg-type]  # nothing is read
    (found,) = forward(step(tried, store), [f"{local:%Y%m%d%H%M%S}"], TEXT)
    if first.utcoffset() == second.utcoffset():
        assert found == f"{first.astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}"
    else:
        assert found is None
