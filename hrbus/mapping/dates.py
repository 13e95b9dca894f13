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
_TWO = "[0-9]{2}"
_PARTS = {"Y": _YEAR, "C": "[01]", "j": "[0-9]{3}", "f": "[0-9]{6}", **dict.fromkeys("ymdHMS", _TWO)}
_ORDER = "YCyjmdHMSf"
_YEARS = ("Y", "y", "Cy")
_DAYS = ("", "m", "md", "j")
_TIMES = ("", "HM", "HMS", "HMSf")
_FORMS = {"Y": "%Y", "Ym": "%Y-%m", "Ymd": "%Y-%m-%d"}
_TIME = "T%H:%M:%S"
_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
_MOMENT = rf"^{_YEAR}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(?:\.[0-9]{{1,9}})?{_ZONE}$"
_PIVOT = re.compile(r"pivot\s*=?\s*([0-9]{1,2})")
_SIGNS = "%Y %y %C %j %m %d %H %M %S %f"


@dataclass(frozen=True)
class Form:
    """How a date is written.

    ``parts`` are the letters of what it holds, the greatest first. Years of two digits (``y``) from ``pivot`` on are
    of the 1900s, those below of the 2000s; ``C`` is the century digit of IBM i: 0 is 19, 1 is 20.
    """

    format: str
    parts: str
    pivot: int | None = None

    @classmethod
    def read(cls, text: str, pivot: int | None = None) -> Form:
        """Return the form that a user wrote; ValueError with what is wrong."""
        parts = re.findall(r"%(.?)", text)
        if not parts or any(part not in _PARTS for part in parts):
            raise ValueError(f"the form {text!r} must be made of {_SIGNS} and signs between them")
        ordered = "".join(part for part in _ORDER if part in parts)
        if len(parts) != len(ordered) or not any(
            ordered == year + day + time
            for year in _YEARS
            for day in _DAYS
            for time in (_TIMES if len(day) == 2 or day == "j" else ("",))
        ):
            raise ValueError(f"the form {text!r} must hold a year, year and month, a date, or a date and time")
        if ordered.startswith("y") != (pivot is not None):
            hint = "needs pivot=NN: years from NN on are of the 1900s" if pivot is None else "needs no pivot"
            raise ValueError(f"the form {text!r} {hint}")
        return cls(text, ordered, pivot)

    @property
    def whole(self) -> str:
        """The parts with a year of four digits, and month and day for the day of the year."""
        return re.sub("^C?y", "Y", self.parts).replace("j", "md")

    @property
    def document(self) -> str:
        """The form of XML Schema that says the same."""
        day, hour, _ = self.whole.partition("H")
        return _FORMS[day] + (_TIME if hour else "") + (".%f" if "f" in self.parts else "")

    @property
    def pattern(self) -> str:
        """The pattern that a text of this form fits, with a group for each part."""
        pieces = re.split(r"(%[A-Za-z])", self.format)
        return (
            "^" + "".join(f"(?P<{p[1]}>{_PARTS[p[1]]})" if p.startswith("%") else re.escape(p) for p in pieces) + "$"
        )

    @property
    def width(self) -> int | None:
        """How many digits the form has, where it is nothing but digits."""
        if re.sub(r"%[A-Za-z]", "", self.format):
            return None
        return sum({"Y": 4, "j": 3, "C": 1, "f": 6}.get(part, 2) for part in self.parts)

    def parse(self, value: pl.Expr) -> pl.Expr:
        """Return the moment (Datetime) that a text stands for; null where it stands for none."""
        found = value.str.extract_groups(self.pattern).struct
        number = {part: found.field(part).cast(pl.Int32, strict=False) for part in self.parts}
        year = number["Y"] if "Y" in number else self._year(number)
        if "j" in number:
            day = pl.date(year, 1, 1) + pl.duration(days=number["j"] - 1)
            day = pl.when((day.dt.year() == year) & (number["j"] > 0)).then(day)
        else:
            text = pl.concat_str(
                year.cast(pl.String).str.zfill(4),
                *(found.field(part) if part in number else pl.lit("01") for part in "md"),
            )
            day = text.str.to_date("%Y%m%d", strict=False)
        if "H" not in number:
            return day.cast(pl.Datetime("us"))
        clock = [number.get(part, pl.lit(0, dtype=pl.Int32)) for part in "HMS"]
        right = (clock[0] < 24) & (clock[1] < 60) & (clock[2] < 60)
        micro = number.get("f", pl.lit(0, dtype=pl.Int32))
        span = pl.duration(hours=clock[0], minutes=clock[1], seconds=clock[2], microseconds=micro)
        moment = day.cast(pl.Datetime("us")) + span
        return pl.when(right).then(moment)

    def _year(self, number: Mapping[str, pl.Expr]) -> pl.Expr:
        """Return the year of four digits that two digits stand for."""
        if "C" in number:
            return 1900 + 100 * number["C"] + number["y"]
        return pl.when(number["y"] >= (self.pivot or 0)).then(1900 + number["y"]).otherwise(2000 + number["y"])

    def write(self, moment: pl.Expr) -> pl.Expr:
        """Return a moment in this form; null where it is of a year that the form cannot say."""
        if "Y" in self.parts:
            return moment.dt.to_string(_chrono(self.format))
        first = 1900 + (self.pivot or 0)
        last = 2099 if "C" in self.parts else first + 99
        there = pl.when(moment.dt.year().is_between(first, last)).then(moment)
        century = ((there.dt.year() - 1900) // 100).cast(pl.String)
        pieces = re.split("(%C)", self.format)
        parts = [century if piece == "%C" else there.dt.to_string(_chrono(piece)) for piece in pieces if piece]
        return pl.concat_str(parts)


def _chrono(form: str) -> str:
    """Return a form as polars writes it: six digits of a second's fraction are its ``%6f``."""
    return form.replace("%f", "%6f")


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


def _forms(arguments: tuple[str, ...]) -> tuple[Form, str | None]:
    """Return the field's form, and what is written for the document's; ``pivot=NN`` may stand after them."""
    pivot = None
    if arguments and (match := _PIVOT.fullmatch(arguments[-1])):
        arguments, pivot = arguments[:-1], int(match[1])
    want(arguments, 1, 2)
    return Form.read(arguments[0], pivot), arguments[1] if len(arguments) == 2 else None


def _date(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    form, said = _forms(arguments)
    _want(kind, form)
    xsd = Form.read(said or form.document)
    less = set(form.whole) - set(xsd.whole)

    def forward(value: pl.Expr) -> pl.Expr:
        return xsd.write(form.parse(_as_text(value, kind, form)))

    def backward(value: pl.Expr) -> pl.Expr:
        return from_text(form.write(xsd.parse(value)), kind)

    return Step(
        Half(forward, TEXT, True, f"is not a date of the form {form.format}", costly=True),
        Half(backward, kind, True, f"is not of the form {xsd.format}, or does not fit the field", costly=True),
        "what the document's form leaves out does not come back" if less else "",
    )


def _datetime(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    form, zone = _forms(arguments)
    _want(kind, form)
    if zone is None or zone not in zoneinfo.available_timezones():
        raise ValueError(f"there is no time zone {zone or ''!r}; write one like Asia/Shanghai, or UTC")
    if len(form.whole) < 3:
        raise ValueError("needs at least year, month and day")

    def forward(value: pl.Expr) -> pl.Expr:
        local = form.parse(_as_text(value, kind, form))
        here = local.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
        fraction = ".%6f" if "f" in form.parts else ""
        return here.dt.convert_time_zone("UTC").dt.to_string(f"%Y-%m-%dT%H:%M:%S{fraction}Z")

    def backward(value: pl.Expr) -> pl.Expr:
        meant = pl.when(value.str.contains(_MOMENT)).then(value)
        moment = meant.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
        return from_text(form.write(moment.dt.convert_time_zone(zone)), kind)

    return Step(
        Half(forward, TEXT, True, f"is not a moment of the form {form.format} in {zone}", costly=True),
        Half(backward, kind, True, "is not a dateTime with a time zone, or does not fit the field", costly=True),
        "" if "S" in form.parts else "the time of day does not come back",
    )


BUILT_IN = (
    Converter(
        "date",
        "A date in the field's own form (%Y %m %d %H %M %S %f and signs between them); in the document it has the "
        "form of XML Schema: a year, year and month, date, or date and time without a zone. A second form says "
        "otherwise for the document. %y is a year of two digits: those from the pivot on are of the 1900s, the "
        "others of the 2000s. %C%y is the year of IBM i, whose first digit is 0 for 19 and 1 for 20. %j is the day "
        "of the year, %f a second's fraction in six digits.",
        _date,
        "form [, document's form] [, pivot=NN]",
        (
            Example("date(%Y%m%d)", "20240229", "2024-02-29", Kind(Type.INTEGER, 8)),
            Example("date(%Y%m)", "202402", "2024-02", Kind(Type.INTEGER, 6)),
            Example("date(%d.%m.%Y)", "29.02.2024", "2024-02-29"),
            Example("date(%Y%m%d, %Y-%m-%dT00:00:00Z)", "20240229", "2024-02-29T00:00:00Z"),
            Example("date(%y%m%d, pivot=40)", "400229", "1940-02-29", Kind(Type.INTEGER, 6)),
            Example("date(%C%y%m%d)", "1240229", "2024-02-29", Kind(Type.INTEGER, 7)),
            Example("date(%y%j, pivot=40)", "24060", "2024-02-29", Kind(Type.INTEGER, 5)),
        ),
        domain="every day of the years 1 to 9999 that both forms can say; with %y the hundred years "
        "from the pivot on, with %C%y those from 1900 to 2099",
    ),
    Converter(
        "datetime",
        "A moment in the field's own form and time zone; in the document it is a dateTime in UTC. Backwards any "
        "zone is understood. A local time that a change of clocks made double or left out rejects the record.",
        _datetime,
        "form, zone [, pivot=NN]",
        (
            Example("datetime(%Y%m%d%H%M%S, Asia/Shanghai)", "20240229083000", "2024-02-29T00:30:00Z"),
            Example(
                "datetime(%Y-%m-%d-%H.%M.%S.%f, Europe/Berlin)",
                "2024-02-29-08.30.00.123456",
                "2024-02-29T07:30:00.123456Z",
            ),
            Example("datetime(%Y%m%d, UTC)", "20240229", "2024-02-29T00:00:00Z", Kind(Type.INTEGER, 8)),
        ),
        domain="every moment to the second, or to the microsecond where the form has %f, that the "
        "zone's clocks showed once",
    ),
)
