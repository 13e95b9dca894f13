"""The converter of telephone numbers: as people write them in a field, as E.164 in a document.

    PHONE | phone(CN)                  138 0013 8000 becomes +8613800138000
    PHONE | phone(CN, national)        and comes back as 13800138000

Numbering plans are those of ``phonenumbers``. A number that no plan has rejects its record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from hrbus.mapping.converters import Converter, Example, Half, Step, want, want_text
from hrbus.mapping.kinds import TEXT, Kind
from hrbus.mapping.tables import Table

if TYPE_CHECKING:
    import phonenumbers

WAYS_BACK = ("e164", "national", "international")


def _read(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    """Return the number that a text stands for; None where no numbering plan has it."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _written(number: phonenumbers.PhoneNumber, form: str, region: str) -> str:
    import phonenumbers

    forms = phonenumbers.PhoneNumberFormat
    if form == "national" and phonenumbers.region_code_for_number(number) == region:
        return phonenumbers.national_significant_number(number)
    if form == "international":
        return phonenumbers.format_number(number, forms.INTERNATIONAL)
    return phonenumbers.format_number(number, forms.E164)


def _each(function: Callable[[str], str | None]) -> Callable[[pl.Expr], pl.Expr]:
    """Return a function of columns that asks for each different text once."""

    def batch(values: pl.Series) -> pl.Series:
        known = {text: function(text) for text in values.unique().drop_nulls()}
        return pl.Series([None if text is None else known[text] for text in values], dtype=pl.String)

    return lambda value: value.map_batches(batch, return_dtype=pl.String, is_elementwise=True)


def _phone(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    import phonenumbers

    want(arguments, 1, 2)
    want_text(kind)
    region, form = arguments[0], arguments[1] if len(arguments) == 2 else "e164"
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{region!r} is no country of the numbering plans; write one like CN")
    if form not in WAYS_BACK:
        raise ValueError(f"comes back as {', '.join(WAYS_BACK)}, not {form!r}")

    def forward(text: str) -> str | None:
        number = _read(text, region)
        return None if number is None else _written(number, "e164", region)

    def backward(text: str) -> str | None:
        number = _read(text, region)
        return None if number is None else _written(number, form, region)

    return Step(
        Half(_each(forward), TEXT, True, f"is no telephone number of {region}, nor one that begins with +"),
        Half(_each(backward), kind, True, "is no telephone number"),
        "the way in which the number was written does not come back",
    )


BUILT_IN = (
    Converter(
        "phone",
        "A telephone number as E.164; a number without + is one of the given country. It comes back as e164, "
        "national (digits only; numbers of other countries stay e164) or international. A number that no numbering "
        "plan has rejects the record.",
        _phone,
        "country [, way back]",
        (
            Example("phone(CN)", "138 0013 8000", "+8613800138000"),
            Example("phone(CN, national)", "13800138000", "+8613800138000"),
            Example("phone(DE)", "+41 44 668 18 00", "+41446681800"),
        ),
        domain="every number that is written as the way back writes it",
    ),
)
