"""Edited fields hold the same bytes as a COBOL compiler puts into them, and the same numbers.

The compiler is GnuCOBOL. Where its own MOVE does not bring a number back that it has edited, or where it leaves what
the Language Reference says, the picture is named below with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from adapters.cobol.dialect import Language
from tests.cobol.exchange import Case, Exchange, case
from tests.cobol.own import Own, Values, differences
from tests.cobol.pictures import edited, numbers
from tests.conftest import need

SIGN_LOST = r"[-+][B0]?\$.*|\$[$,B0]*[-+]"
"""A sign before a currency symbol, or behind nothing but floating ones: 1 in -$9 becomes -$1, in $$- $$1."""
INSERTION_STAYS = r".*[Z*$+-][Z*$+,-]*[0/].*[9Z*$+-].*"
"""0 and / inside suppressed zeros: IBM counts them to the zeros, GnuCOBOL writes them."""
NOT_MOVED_BACK = r".*0.*|.*DB|.*V.*|.*\."
"""De-editing in GnuCOBOL takes inserted zeros for digits, overlooks V and DB, and stops at a point in the end."""


@dataclass(frozen=True)
class Edited:
    """The compiler and the codec, with numbers for every picture and the compiler's bytes for them."""

    compiler: Exchange
    own: Own
    values: Values
    bytes: list[list[bytes]]

    @property
    def cases(self) -> tuple[Case, ...]:
        """The declarations."""
        return self.own.cases

    def chosen(self, *but: str) -> list[int]:
        """Return which cases match none of some expressions."""
        return [n for n, one in enumerate(self.cases) if not any(re.fullmatch(e, one.clause[4:]) for e in but)]


@pytest.fixture(scope="module")
def exchanged(tmp_path_factory: pytest.TempPathFactory) -> Edited:
    cases = [case(f"PIC {picture}") for picture in edited()]
    compiler = Exchange.compiled(need("cobc", "gnucobol4"), tmp_path_factory.mktemp("edited"), cases, "-std=ibm")
    pictures = [one.item.picture for one in cases]
    values: Values = [list(numbers(picture)) for picture in pictures if picture]
    return Edited(compiler, Own.of(cases), values, compiler.stored(values))


@pytest.mark.parametrize(
    ("dialect", "but", "least"), [("ibm", (SIGN_LOST, INSERTION_STAYS), 700), ("gnucobol", (SIGN_LOST,), 850)]
)
def test_edited_fields_are_written_as_the_compiler_writes_them(
    exchanged: Edited, dialect: str, but: tuple[str, ...], least: int
) -> None:
    cases = exchanged.chosen(*but)
    assert least < len(cases)
    own = Own.of(exchanged.cases, dialect=dialect).stored(exchanged.values)
    found = differences(exchanged.cases, exchanged.values, exchanged.bytes, own)
    assert {} == {clause: found[clause] for clause in (exchanged.cases[n].clause for n in cases) if clause in found}


def test_edited_fields_that_the_compiler_wrote_are_read_as_the_numbers_that_they_were(exchanged: Edited) -> None:
    cases = exchanged.chosen(SIGN_LOST)
    own = Own.of([exchanged.cases[n] for n in cases])
    values, stored = [exchanged.values[n] for n in cases], [exchanged.bytes[n] for n in cases]
    assert {} == differences(own.cases, values, values, own.understood(stored))


def test_edited_fields_that_are_written_are_understood_by_the_compiler(exchanged: Edited) -> None:
    understood = exchanged.compiler.understood(exchanged.own.stored(exchanged.values))
    found = differences(exchanged.cases, exchanged.values, exchanged.values, understood)
    cases = exchanged.chosen(NOT_MOVED_BACK)
    assert 400 < len(cases)
    assert {} == {clause: found[clause] for clause in (exchanged.cases[n].clause for n in cases) if clause in found}


@pytest.mark.parametrize(
    ("special", "language"),
    [
        ("DECIMAL-POINT IS COMMA.", Language(comma=True)),
        ("CURRENCY SIGN IS 'F'.", Language(currency="F")),
        ("CURRENCY SIGN IS 'F' DECIMAL-POINT IS COMMA.", Language(comma=True, currency="F")),
    ],
)
def test_another_point_and_currency_sign(
    tmp_path_factory: pytest.TempPathFactory, special: str, language: Language
) -> None:
    swapped = str.maketrans((".,$" if language.comma else "$"), (",." if language.comma else "") + language.currency)
    pictures = [one.translate(swapped) for one in edited() if not re.fullmatch(f"{SIGN_LOST}|{INSERTION_STAYS}", one)]
    cases = [case(f"PIC {one}", language=language) for one in pictures[::9] if one.strip(",.") == one]
    assert 70 < len(cases)
    folder = tmp_path_factory.mktemp("special")
    compiler = Exchange.compiled(
        need("cobc", "gnucobol4"), folder, cases, "-std=ibm", special=f"SPECIAL-NAMES. {special}"
    )
    values: Values = [list(numbers(one.item.picture)) for one in cases if one.item.picture]
    theirs, own = compiler.stored(values), Own.of(cases)
    assert {} == differences(cases, values, theirs, own.stored(values))
    assert {} == differences(cases, values, values, own.understood(theirs))
