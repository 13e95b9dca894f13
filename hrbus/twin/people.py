"""One invented person after the other: names, addresses and numbers that fit together within a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hrbus.senses import Sense
from hrbus.twin import words

_FIRST_BIRTH = date(1960, 1, 1)
_DAYS = 16_000
_WEIGHTS = [2 ** (17 - at) % 11 for at in range(17)]


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist."""

    number: int
    family: str
    given: str
    chinese: bool
    born: date
    chance: Random

    @classmethod
    def invented(cls, number: int, chance: Random, *, chinese: bool) -> Person:
        """Return the person number ``number``."""
        families, givens = (
            (words.CHINESE_FAMILY, words.CHINESE_GIVEN) if chinese else (words.LATIN_FAMILY, words.LATIN_GIVEN)
        )
        born = _FIRST_BIRTH + timedelta(days=chance.randrange(_DAYS))
        return cls(number, chance.choice(families), chance.choice(givens), chinese, born, chance)

    def says(self, sense: Sense, size: int) -> str | None:
        """Return what the person has for a sense, within ``size`` characters; None where it has nothing."""
        match sense:
            case Sense.FAMILY:
                return self.family
            case Sense.GIVEN:
                return self.given
            case Sense.FULL:
                return self.family + self.given if self.chinese else f"{self.given} {self.family}"
            case Sense.EMAIL:
                return f"person{self.number}@example.com"
            case Sense.PHONE:
                return self._phone(size)
            case Sense.RESIDENT:
                return self._resident()
            case Sense.PERSON:
                return f"P{self.number:0{max(1, min(size, 10) - 1)}}"
        return self._place(sense)

    def _phone(self, size: int) -> str:
        if self.chinese or size < 13:
            return f"10{self.chance.randrange(10**9):09}"[:size]
        return f"+44 7700 900{self.chance.randrange(1000):03}"[:size]

    def _resident(self) -> str:
        digits = f"999999{self.born:%Y%m%d}{self.chance.randrange(1000):03}"
        return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]

    def _place(self, sense: Sense) -> str | None:
        lists = {
            Sense.CITY: (words.CITIES, words.CHINESE_CITIES),
            Sense.STREET: (words.STREETS, words.CHINESE_STREETS),
            Sense.EMPLOYER: (words.FIRMS, words.CHINESE_FIRMS),
            Sense.TITLE: (words.TITLES, words.CHINESE_TITLES),
            Sense.SCHOOL: (words.SCHOOLS, words.CHINESE_SCHOOLS),
        }
        if sense not in lists:
            return None
        found = self.chance.choice(lists[sense][self.chinese])
        return f"{found} {self.chance.randrange(1, 99)}" if sense is Sense.STREET else found
