"""Ranges: what a value may be at one place on its way, known before there is any value.

A range says no less than what can come: a finite set of texts, or the greatest length of a text, the characters that
it is made of, and, where it is a number, its bounds and decimals. None means: no bound is known.

    >>> amount = Range.number(Decimal("-99.9"), Decimal("99.9"), 1)
    >>> amount.longest, amount.shown
    (5, '-99.9')
    >>> Range.of_texts(["A", "BB"]).join(amount).longest
    5
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TypeVar

from hrbus.hrxml import Facets
from hrbus.mapping.kinds import FREE, MOST_DIGITS, Kind
from hrbus.spi import Field, Type

DIGITS = frozenset("0123456789")
NUMERIC = DIGITS | frozenset("-.")
MOST_TEXTS = 20_000
"""A set of more texts is told by its length and characters alone."""


@dataclass(frozen=True)
class Range:
    """What a value may be, told of its text; ``texts`` is the whole of it where that is known.

    ``least`` and ``greatest`` are bounds of a number with ``places`` decimals; they say nothing of other texts.
    """

    texts: frozenset[str] | None = None
    longest: int | None = None
    signs: frozenset[str] | None = None
    least: Decimal | None = None
    greatest: Decimal | None = None
    places: int | None = None

    @classmethod
    def of_texts(cls, texts: Iterable[str]) -> Range:
        """Return the range of some texts and no others."""
        found = frozenset(texts)
        longest = max(map(len, found), default=0)
        return cls(found if len(found) <= MOST_TEXTS else None, longest, frozenset("".join(found)))

    @classmethod
    def number(cls, least: Decimal | None, greatest: Decimal | None, places: int) -> Range:
        """Return the range of the numbers between two bounds, written with so many decimals."""
        if least is None or greatest is None:
            return cls(signs=NUMERIC, least=least, greatest=greatest, places=places)
        longest = max(len(_plain(bound, places)) for bound in (least, greatest))
        signs = DIGITS | frozenset("-" if least < 0 else "") | frozenset("." if places else "")
        return cls(None, longest, signs, least, greatest, places)

    @classmethod
    def of(cls, kind: Kind) -> Range:
        """Return all that a value of a kind may be."""
        if kind.type is Type.BOOLEAN:
            return cls.of_texts(["true", "false"])
        if not kind.number:
            return ANY
        places = kind.scale if kind.type is Type.DECIMAL else 0
        with localcontext(prec=2 * MOST_DIGITS):
            most = (Decimal(10) ** min(kind.digits, MOST_DIGITS) - 1).scaleb(-places)
        return cls.number(-most if kind.signed else Decimal(0), most, places)

    @classmethod
    def of_field(cls, field: Field) -> Range:
        """Return all that may be read from a field (from one occurrence, where it repeats)."""
        if field.type is Type.TEXT:
            return cls(longest=field.size, signs=field.script.reads if field.script else None)
        return cls.of(Kind.of(field))

    @classmethod
    def of_facets(cls, facets: Facets) -> Range:
        """Return all texts that a type of XML Schema allows, as far as its facets tell."""
        if facets.members:
            found = NOTHING
            for member in facets.members:
                found = found.join(cls.of_facets(member))
            return found
        if facets.enumeration:
            return cls.of_texts(facets.enumeration)
        if facets.base == "boolean":
            return cls.of_texts(["true", "false", "1", "0"])
        if facets.base == "decimal":
            return _of_decimal(facets)
        return cls(longest=facets.max_length if facets.base == "string" else None)

    # --- two ranges

    def join(self, other: Range) -> Range:
        """Return the range of what is in one of two."""
        if self.texts == frozenset():
            return other
        if other.texts == frozenset():
            return self
        if self.texts is not None and other.texts is not None:
            return Range.of_texts(self.texts | other.texts)
        return Range(
            None,
            None if self.longest is None or other.longest is None else max(self.longest, other.longest),
            None if self.signs is None or other.signs is None else self.signs | other.signs,
            None if self.least is None or other.least is None else min(self.least, other.least),
            None if self.greatest is None or other.greatest is None else max(self.greatest, other.greatest),
            None if self.places is None or other.places is None else max(self.places, other.places),
        )

    def meet(self, other: Range) -> Range:
        """Return a range of what is in both."""
        if self.texts is not None or other.texts is not None:
            texts = self.texts if self.texts is not None else other.texts or frozenset()
            return Range.of_texts(texts if self.texts is None or other.texts is None else texts & other.texts)
        return Range(
            None,
            _least(self.longest, other.longest),
            self.signs if other.signs is None else other.signs if self.signs is None else self.signs & other.signs,
            other.least
            if self.least is None
            else self.least
            if other.least is None
            else max(self.least, other.least),
            _least(self.greatest, other.greatest),
            _least(self.places, other.places),
        )

    # --- one range, changed

    def mapped(
        self, change: Callable[[str], str], growth: int = 1, signs: Callable[[str], str] | None = None
    ) -> Range:
        """Return the range after a change of texts that makes them at most ``growth`` times as long.

        ``signs`` gives the characters that may stand for one; without it they stay what they are.
        """
        if self.texts is not None:
            return Range.of_texts(map(change, self.texts))
        made = self.signs
        if signs is not None and made is not None:
            made = frozenset("".join(map(signs, made)))
        return Range(None, None if self.longest is None else self.longest * growth, made)

    def cut(self, most: int) -> Range:
        """Return the range of texts of which no more than ``most`` characters are kept."""
        if self.texts is not None:
            return Range.of_texts(text[:most] for text in self.texts)
        return Range(longest=_least(self.longest, most), signs=self.signs)

    def and_texts(self, *texts: str) -> Range:
        """Return the range with some more texts."""
        return self.join(Range.of_texts(texts))

    def scaled(self, places: int) -> Range:
        """Return the range of the numbers in this one, their points moved ``places`` to the right."""
        least, greatest = self._bounds()
        with localcontext(prec=2 * MOST_DIGITS):
            return Range(None, None, NUMERIC, least.scaleb(places), greatest.scaleb(places), FREE)

    def written(self, kind: Kind, scale: int) -> Range:
        """Return the range as numbers of ``scale`` decimals; texts that are none are refused on the way."""
        bound = Decimal(10) ** (MOST_DIGITS - FREE)
        least, greatest = self._bounds()
        least, greatest = max(least, -bound), min(greatest, bound)
        with localcontext(prec=2 * MOST_DIGITS):
            unit = Decimal(1).scaleb(-scale)
            found = Range.number(least.quantize(unit), greatest.quantize(unit), scale)
        return found.meet(Range.of(kind)) if kind.number else found

    def _bounds(self) -> tuple[Decimal, Decimal]:
        """Return the bounds of the numbers in the range."""
        with localcontext(prec=2 * MOST_DIGITS):
            if self.texts is not None:
                numbers = [Decimal(text) for text in self.texts if _NUMBER.fullmatch(text)]
                return min(numbers, default=Decimal(0)), max(numbers, default=Decimal(0))
            most = Decimal(10) ** (MOST_DIGITS if self.longest is None else min(self.longest, MOST_DIGITS))
            least = -most if self.signs is None or "-" in self.signs else Decimal(0)
        return self.least if self.least is not None else least, most if self.greatest is None else self.greatest

    @property
    def shown(self) -> str:
        """One of the longest values, for people; empty where nothing is known of it."""
        if self.texts:
            return max(sorted(self.texts), key=len)
        if self.least is None or self.greatest is None or self.places is None:
            return ""
        return max((_plain(bound, self.places) for bound in (self.greatest, self.least)), key=len)


_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?")
ANY = Range()
"""Nothing is known of the value."""
NOTHING = Range.of_texts(())
"""There is no value."""


def cased(given: Range, *changes: Callable[[str], str]) -> Range:
    """Return the range after a change of case: the first of ``changes``, of letters by any of them.

    One letter may become up to three; a sigma has two small forms.
    """

    def letters(sign: str) -> str:
        return "".join(change(sign) for change in changes) + ("ς" if sign == "Σ" else "")

    growth = 3 if given.signs is None else max((len(c(s)) for s in given.signs for c in changes), default=1)
    return given.mapped(changes[0], growth, letters)


N = TypeVar("N", int, Decimal)


def _least(one: N | None, other: N | None) -> N | None:
    return other if one is None else one if other is None else min(one, other)


def _plain(bound: Decimal, places: int) -> str:
    return f"{bound:.{places}f}"


def _of_decimal(facets: Facets) -> Range:
    least = None if facets.minimum is None else Decimal(facets.minimum)
    greatest = None if facets.maximum is None else Decimal(facets.maximum)
    if facets.total_digits is not None:
        most = Decimal(10) ** facets.total_digits
        least = -most if least is None else least
        greatest = most if greatest is None else greatest
    signs = NUMERIC | frozenset("+")
    return Range(None, None, signs, least, greatest, facets.fraction_digits)
