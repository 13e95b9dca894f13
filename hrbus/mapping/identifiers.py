"""Converters that hold an identifier against its check digits; what does not fit rejects the record.

    ID-CARD | resident_id        the identity card of the People's Republic of China, 18 places (GB 11643-1999)
    BADGE   | check(luhn)        and other schemes

Check characters: ISO/IEC 7064 (MOD 11-2, MOD 97-10), ISO/IEC 7812-1 annex B (Luhn), ISO 13616 (IBAN).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from hrbus.mapping.converters import Converter, Example, Half, Step, want, want_text
from hrbus.mapping.kinds import TEXT, Kind
from hrbus.mapping.tables import Table

_RESIDENT = r"^[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]$"
_IBAN = r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"
_SPACES = r"[ \-]"


def _digit(value: pl.Expr, place: int) -> pl.Expr:
    """Return the digit at a place (from 0, or from the end below 0); X counts 10."""
    sign = value.str.slice(place, 1)
    return pl.when(sign == "X").then(pl.lit(10, dtype=pl.Int32)).otherwise(sign.cast(pl.Int32, strict=False))


def _mod_11_2(value: pl.Expr, length: int) -> pl.Expr:
    """Say whether the last of ``length`` places is right by MOD 11-2: the weights are powers of two, modulo 11."""
    total = pl.sum_horizontal([_digit(value, at) * (2 ** (length - 1 - at) % 11) for at in range(length)])
    return total % 11 == 1


def _resident(value: pl.Expr) -> pl.Expr:
    born = value.str.slice(6, 8)
    there = born.str.to_date("%Y%m%d", strict=False).is_not_null()
    return value.str.contains(_RESIDENT) & there & _mod_11_2(value, 18)


def _resident_id(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 0)
    want_text(kind)

    def apply(value: pl.Expr) -> pl.Expr:
        text = value.str.strip_chars().str.to_uppercase()
        return pl.when(_resident(text)).then(text)

    half = Half(apply, TEXT, True, "is no resident identity number of 18 places with a right check digit")
    return Step(half, Half(apply, kind, True, half.reason), "")


_MOST = 40
"""The longest identifier that is checked."""


def _luhn(value: pl.Expr) -> pl.Expr:
    places = value.str.len_bytes()
    total = pl.lit(0, dtype=pl.Int32)
    for back in range(1, _MOST + 1):
        digit = pl.when(places >= back).then(value.str.slice(-back, 1).cast(pl.Int32, strict=False)).otherwise(0)
        if back % 2 == 0:
            digit = digit * 2
            digit = digit - 9 * (digit > 9).cast(pl.Int32)
        total = total + digit
    return value.str.contains(rf"^[0-9]{{2,{_MOST}}}$") & (total % 10 == 0)


def _any_mod_11_2(value: pl.Expr) -> pl.Expr:
    places = value.str.len_bytes()
    total = pl.lit(0, dtype=pl.Int32)
    for back in range(1, _MOST + 1):
        digit = pl.when(places >= back).then(_digit(value, -back)).otherwise(0)
        total = total + digit * (2 ** (back - 1) % 11)
    return value.str.contains(rf"^[0-9]{{1,{_MOST - 1}}}[0-9X]$") & (total % 11 == 1)


def _remainder_97(digits: pl.Expr, longest: int) -> pl.Expr:
    """Return the number that ``digits`` write, modulo 97, seven of them at a time."""
    rest = pl.lit(0, dtype=pl.Int64)
    for at in range(0, longest, 7):
        part = digits.str.slice(at, 7)
        value = part.cast(pl.Int64, strict=False).fill_null(0)
        rest = (rest * pl.lit(10, dtype=pl.Int64).pow(part.str.len_bytes().cast(pl.Int64)) + value) % 97
    return rest


def _mod_97_10(value: pl.Expr) -> pl.Expr:
    return value.str.contains(rf"^[0-9]{{3,{_MOST}}}$") & (_remainder_97(value, _MOST) == 1)


SCHEMES: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "luhn": _luhn,
    "mod11-2": _any_mod_11_2,
    "mod97-10": _mod_97_10,
}


def _check(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 1)
    want_text(kind)
    scheme = SCHEMES.get(arguments[0])
    if scheme is None:
        raise ValueError(f"knows {', '.join(SCHEMES)}, not {arguments[0]!r}")

    def apply(value: pl.Expr) -> pl.Expr:
        text = value.str.strip_chars()
        return pl.when(scheme(text)).then(text)

    reason = f"is no number with a right check digit ({arguments[0]})"
    return Step(Half(apply, TEXT, True, reason), Half(apply, kind, True, reason))


_LETTERS = [chr(code) for code in range(ord("A"), ord("Z") + 1)]


def _iban(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 0)
    want_text(kind)

    def apply(value: pl.Expr) -> pl.Expr:
        text = value.str.replace_all(_SPACES, "").str.to_uppercase()
        turned = text.str.slice(4) + text.str.slice(0, 4)
        digits = turned.str.replace_many(_LETTERS, [str(10 + number) for number in range(len(_LETTERS))])
        return pl.when(text.str.contains(_IBAN) & (_remainder_97(digits, 70) == 1)).then(text)

    half = Half(apply, TEXT, True, "is no IBAN with right check digits")
    return Step(half, Half(apply, kind, True, half.reason), "blanks between the places do not come back")


BUILT_IN = (
    Converter(
        "resident_id",
        "A resident identity number of the People's Republic of China: 18 places, a date of birth that exists, and "
        "the right check digit (ISO 7064 MOD 11-2); a small x becomes X. Anything else rejects the record.",
        _resident_id,
        "",
        (Example("resident_id", "11010519491231002X", "11010519491231002X"),),
        domain="every number, the check digit X as a capital letter",
    ),
    Converter(
        "check",
        "A number with the right check digit by a scheme: luhn, mod11-2, mod97-10. Another rejects the record.",
        _check,
        "scheme",
        (
            Example("check(luhn)", "79927398713", "79927398713"),
            Example("check(mod11-2)", "07940", "07940"),
            Example("check(mod97-10)", "79444", "79444"),
        ),
        domain="every number with the right check digit",
    ),
    Converter(
        "iban",
        "An international bank account number with right check digits, without blanks.",
        _iban,
        "",
        (Example("iban", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),),
        domain="every number without blanks and with capital letters",
    ),
)
