"""Converters of dates and times: a field's own form beside that of XML Schema (date, gYearMonth, gYear, dateTime).

Each value is held against a pattern first: a parser alone takes `` 2024022`` for the second of February.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from hrbus.mapping.converters import Converter, Example, Half, Step, want
from hrbus.mapping.kinds import TEXT, Kind, from_text
from hrbus.mapping.tables import Table
from hrbus.spi import Type

_YEAR = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"  # XML Schema 1.0 knows no year 0
_PARTS = {"Y": _YEAR, "m": "[0-9]{2}", "d": "[0-9]{2}", "H": "[0-9]{2}", "M": "[0-9]{2}", "S": "[0-9]{2}"}
_FORMS = {
    "Y": "%Y",
    "Ym": "%Y-%m",
    "Ymd": "%Y-%m-%d",
    "YmdHMS": "%Y-%m-%dT%H:%M:%S",
    "YmdHM": "%Y-%m-%dT%H:%M:%S",
}
_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
_MOMENT = rf"^{_YEAR}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(?:\.[0-9]{{1,9}})?{_ZONE}$"


@dataclass(frozen=True)
class Form:
    """How a date is written. ``rest`` is what must be added to the text so that it is a whole date."""

    format: str
    parts: str

    @classmethod
    def read(cls, text: str) -> Form:
        """Return the form that a user wrote; ValueError with what is wrong."""
        parts = re.findall(r"%(.?)", text)
        unknown = [part for part in parts if part not in _PARTS]
        if unknown or not parts:
            raise ValueError(f"the form {text!r} must be made of %Y %m %d %H %M %S and signs between them")
        ordered = "".join(part for part in "YmdHMS" if part in parts)
        if ordered not in _FORMS or len(parts) != len(ordered):
            raise ValueError(f"the form {text!r} must hold a year, year and month, a date, or a date and time")
        return cls(text, ordered)

    @property
    def pattern(self) -> str:
        """The pattern that a text of this form fits."""
        pieces = re.split(r"(%[YmdHMS])", self.format)
        return "^" + "".join(_PARTS[p[1]] if p.startswith("%") else re.escape(p) for p in pieces) + "$"

    @property
    def width(self) -> int | None:
        """How many digits the form has, where it is nothing but digits."""
        return None if re.sub(r"%[YmdHMS]", "", self.format) else 2 * len(self.parts) + 2

    def parse(self, value: pl.Expr) -> pl.Expr:
        """Return the moment (Datetime) that a text stands for; null where it stands for none."""
        meant: pl.Expr = pl.when(value.str.contains(self.pattern)).then(value)
        rest = {"Y": ("%m%d", "0101"), "Ym": ("%d", "01")}.get(self.parts, ("", ""))
        if rest[0]:
            meant = pl.concat_str(meant, pl.lit(f"|{rest[1]}"))
        form = f"{self.format}|{rest[0]}" if rest[0] else self.format
        if "H" in self.parts:
            return meant.str.to_datetime(form, time_unit="ms", strict=False)
        return meant.str.to_date(form, strict=False).cast(pl.Datetime("ms"))


def _as_text(value: pl.Expr, kind: Kind, form: Form) -> pl.Expr:
    """Return a field's value as the digits of its form; a number gets its leading zeros back."""
    if kind.type is Type.TEXT:
        return value
    return value.cast(pl.String).str.zfill(form.width or 0)


def _want(kind: Kind, form: Form) -> None:
    if kind.type is Type.INTEGER and form.width is None:
        raise ValueError(f"the field is a number, so its form cannot hold other signs: {form.format!r}")
    if kind.type not in (Type.INTEGER, Type.TEXT):
        raise ValueError(f"takes digits or text, and this is {kind.name}")


def _date(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 1, 2)
    form = Form.read(arguments[0])
    _want(kind, form)
    xsd = Form.read(arguments[1] if len(arguments) == 2 else _FORMS[form.parts])
    less = set(form.parts) - set(xsd.parts)

    def forward(value: pl.Expr) -> pl.Expr:
        return form.parse(_as_text(value, kind, form)).dt.to_string(xsd.format)

    def backward(value: pl.Expr) -> pl.Expr:
        moment = xsd.parse(value)
        return from_text(moment.dt.to_string(form.format), kind)

    return Step(
        Half(forward, TEXT, True, f"is not a date of the form {form.format}", costly=True),
        Half(backward, kind, True, f"is not of the form {xsd.format}, or does not fit the field", costly=True),
        "what the document's form leaves out does not come back" if less else "",
    )


def _datetime(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 2)
    form, zone = Form.read(arguments[0]), arguments[1]
    _want(kind, form)
    if zone not in zoneinfo.available_timezones():
        raise ValueError(f"there is no time zone {zone!r}; write one like Asia/Shanghai, or UTC")
    if len(form.parts) < 3:
        raise ValueError("needs at least year, month and day")

    def forward(value: pl.Expr) -> pl.Expr:
        local = form.parse(_as_text(value, kind, form))
        here = local.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
        return here.dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%dT%H:%M:%SZ")

    def backward(value: pl.Expr) -> pl.Expr:
        meant = pl.when(value.str.contains(_MOMENT)).then(value)
        moment = meant.str.to_datetime("%+", time_unit="ms", time_zone="UTC", strict=False)
        return from_text(moment.dt.convert_time_zone(zone).dt.to_string(form.format), kind)

    return Step(
        Half(forward, TEXT, True, f"is not a moment of the form {form.format} in {zone}", costly=True),
        Half(backward, kind, True, "is not a dateTime with a time zone, or does not fit the field", costly=True),
        "" if "S" in form.parts else "the time of day does not come back",
    )


BUILT_IN = (
    Converter(
        "date",
        "A date in the field's own form (%Y %m %d %H %M %S and signs between them); in the document it has the form "
        "of XML Schema: a year, year and month, date, or date and time without a zone. A second form says otherwise "
        "for the document.",
        _date,
        "form [, document's form]",
        (
            Example("date(%Y%m%d)", "20240229", "2024-02-29", Kind(Type.INTEGER, 8)),
            Example("date(%Y%m)", "202402", "2024-02", Kind(Type.INTEGER, 6)),
            Example("date(%d.%m.%Y)", "29.02.2024", "2024-02-29"),
            Example("date(%Y%m%d, %Y-%m-%dT00:00:00Z)", "20240229", "2024-02-29T00:00:00Z"),
        ),
    ),
    Converter(
        "datetime",
        "A moment in the field's own form and time zone; in the document it is a dateTime in UTC. Backwards any "
        "zone is understood. A local time that a change of clocks made double or left out rejects the record.",
        _datetime,
        "form, zone",
        (
            Example("datetime(%Y%m%d%H%M%S, Asia/Shanghai)", "20240229083000", "2024-02-29T00:30:00Z"),
            Example("datetime(%Y%m%d, UTC)", "20240229", "2024-02-29T00:00:00Z", Kind(Type.INTEGER, 8)),
        ),
    ),
)
