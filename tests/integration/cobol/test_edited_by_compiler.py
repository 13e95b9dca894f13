"""Edited fields hold the same bytes as a COBOL compiler puts into them, and the same numbers.

The compiler is GnuCOBOL. Where its own MOVE does not bring a number back that it has edited, or where it leaves what
the Language Reference says, the picture is named below with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.cobol.exchange import Case, Exchange, case
from tests.cobol.own import Own, Values, differences
from tests.cobol.pictures import edited, numbers
from tests.conftest import need

SIGN_LOST = r"[-+][B0]?\$.*|\$[$,B0]*[-+]"
"""A sign before a currency symbol, or behind nothing but floating ones: 1 in -$9 becomes -$1, in $$- $$1."""
INSERTION_STAYS = r".*[Z*$+-][Z*$+,-]*[0/].*[9Z*$+-].*"
"""0 and / inside suppressed zeros: EDIT of the mainframe puts the fill there, GnuCOBOL writes them."""
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


def test_edited_fields_are_written_as_the_compiler_writes_them(exchanged: Edited) -> None:
    cases = exchanged.chosen(SIGN_LOST, INSERTION_STAYS)
    assert 700 < len(cases)
    own = exchanged.own.stored(exchanged.values)
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
