"""Converters: what may stand after a ``|`` in a leaf, each a pair of ways, forward and backward.

A converter is a value. ``make`` gets its arguments, the kind of value that comes in and the mapping's tables, and
gives a ``Step``: two halves, each a function over a polars expression. Nothing here sees a single record.

    >>> step = known()["upper"].make((), Kind(Type.TEXT), {})
    >>> pl.select(step.forward.apply(pl.lit("ada"))).item()
    'ADA'

Third parties add theirs through the entry point group ``hrbus.converters``; each entry point names a ``Converter``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.metadata import EntryPoint, entry_points

import polars as pl

from hrbus.errors import ConfigError, Fault
from hrbus.mapping.kinds import TEXT, Kind, from_text, to_text
from hrbus.mapping.tables import Table
from hrbus.plugins import claims, load, owner
from hrbus.spi import Type

GROUP = "hrbus.converters"


@dataclass(frozen=True)
class Half:
    """One way of a step. ``apply`` keeps null; where ``fails``, null out of a value means: cannot be converted.

    ``gives`` is the kind that comes out; ``reason`` completes *the value …* for the reject, without the value.
    ``costly`` says that it pays to convert each different value once; then null must give null.
    """

    apply: Callable[[pl.Expr], pl.Expr]
    gives: Kind
    fails: bool = False
    reason: str = "cannot be converted"
    costly: bool = False


@dataclass(frozen=True)
class Step:
    """A converter with its arguments, for one kind of value.

    ``backward`` takes what ``forward`` gives, and gives the kind that forward took; None where there is no way
    back. ``lossy`` says in words what does not come back (empty: all does). ``blank`` says that forward may be
    handed empty text; otherwise that is null before. ``weight`` is how many bytes one value may hold in memory, where
    that is much.
    """

    forward: Half
    backward: Half | None
    lossy: str = ""
    blank: bool = False
    weight: int = 0


@dataclass(frozen=True)
class Example:
    """One value through a converter: a call, the field's value and the document's text, for tests and docs."""

    call: str
    field: str
    document: str
    kind: Kind = TEXT


@dataclass(frozen=True)
class Converter:
    """What a leaf calls by ``name``. ``arguments`` shows them as a user writes them; ``summary`` is one sentence.

    ``domain`` says which values come back as they were: there the two ways are inverse to each other.
    ``make`` raises ValueError, with a sentence, where arguments or kind do not fit.
    """

    name: str
    summary: str
    make: Callable[[tuple[str, ...], Kind, Mapping[str, Table]], Step]
    arguments: str = ""
    examples: tuple[Example, ...] = ()
    domain: str = ""


def want(arguments: tuple[str, ...], least: int, most: int | None = None) -> None:
    """Refuse a wrong number of arguments."""
    most = least if most is None else most
    if not least <= len(arguments) <= most:
        number = str(least) if least == most else f"{least} to {most}"
        raise ValueError(f"takes {number} argument{'s' * (number != '1')}, not {len(arguments)}")


def want_text(kind: Kind) -> None:
    """Refuse anything but text."""
    if kind.type is not Type.TEXT:
        raise ValueError(f"takes text, and this is {kind.name}")


def whole(text: str, least: int, most: int) -> int:
    """Return an argument that must be a whole number between two bounds."""
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ValueError(f"{text!r} is not a whole number from {least} to {most}")
    return int(text)


def literal(text: str, kind: Kind) -> pl.Expr:
    """Return an argument as a value of ``kind``; ValueError where it is none."""
    if kind.type is Type.TEXT:
        return pl.lit(text)
    value = pl.select(from_text(pl.lit(text), kind).alias("value")).item()
    if value is None:
        raise ValueError(f"{text!r} is not a value of this field")
    return pl.lit(value, dtype=kind.dtype)


def decimal(text: str) -> Decimal:
    """Return an argument that must be a number; plain digits only, no exponent."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or "e" in text.lower() or "_" in text:
        raise ValueError(f"{text!r} is not a number")
    return number


# --- text -----------------------------------------------------------------------------------------------------------


def _same(kind: Kind) -> Half:
    return Half(lambda value: value, kind)


def _text(
    name: str, summary: str, apply: Callable[[pl.Expr], pl.Expr], lossy: str, example: Example, *, domain: str
) -> Converter:
    def make(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
        want(arguments, 0)
        want_text(kind)
        return Step(Half(apply, kind), _same(kind), lossy, blank=True)

    return Converter(name, summary, make, "", (example,), domain)


def _cut(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 1)
    want_text(kind)
    most = whole(arguments[0], 1, 1_000_000)
    half = Half(lambda value: value.str.slice(0, most), kind)
    return Step(half, half, f"what stands after {most} characters is left out", blank=True)


def _blank(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    if not arguments:
        raise ValueError("takes one or more values that mean: nothing")
    values = [literal(argument, kind) for argument in arguments]

    def forward(value: pl.Expr) -> pl.Expr:
        return pl.when(pl.all_horizontal(value != nothing for nothing in values)).then(value)

    back = Half(lambda value: value.fill_null(values[0]), kind)
    return Step(Half(forward, kind.filled()), back, "" if len(values) == 1 else f"{arguments[0]} is written for each")


def _default(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 1)
    given = literal(arguments[0], kind)
    filled = Half(lambda value: value.fill_null(given), kind.filled())
    return Step(filled, _same(kind), f"a field left blank comes back as {arguments[0]}")


def _table(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 1, 2)
    name = arguments[0]
    if name not in tables:
        raise ValueError(f"there is no table {name}; declared here: {', '.join(sorted(tables)) or 'none'}")
    table = tables[name]
    other = arguments[1] if len(arguments) == 2 else None
    codes, words = list(table.forward), list(table.forward.values())
    back_words, back_codes = list(table.backward), list(table.backward.values())

    def forward(value: pl.Expr) -> pl.Expr:
        text = to_text(value, kind)
        found = text.replace_strict(codes, words, default=None, return_dtype=pl.String)
        return found if other is None else pl.when(text.is_not_null()).then(found.fill_null(pl.lit(other)))

    def backward(value: pl.Expr) -> pl.Expr:
        return from_text(value.replace_strict(back_words, back_codes, default=None, return_dtype=pl.String), kind)

    lossy = f"{', '.join(table.doubles)} come back as another code" if table.doubles else ""
    if other is not None:
        lossy = f"codes that are not in the table become {other}"
    return Step(
        Half(forward, TEXT, other is None, f"is not a code of the table {name}"),
        Half(backward, kind, True, f"is not a word of the table {name}"),
        lossy,
    )


def _boolean(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 2)
    yes, no = (literal(argument, kind) for argument in arguments)
    if arguments[0] == arguments[1]:
        raise ValueError("needs two different values")

    def forward(value: pl.Expr) -> pl.Expr:
        return pl.when(value == yes).then(pl.lit(True)).when(value == no).then(pl.lit(False))

    def backward(value: pl.Expr) -> pl.Expr:
        return pl.when(value).then(yes).when(~value).then(no)

    reason = f"is neither {arguments[0]} nor {arguments[1]}"
    return Step(Half(forward, Kind(Type.BOOLEAN), True, reason), Half(backward, kind))


BUILT_IN = (
    _text(
        "trim",
        "Leaves blanks at both ends of a text away; they do not come back, and nobody misses them.",
        lambda value: value.str.strip_chars(),
        "",
        Example("trim", "  Ada ", "Ada"),
        domain="text without blanks at its ends",
    ),
    _text(
        "upper",
        "Makes a text upper case.",
        lambda value: value.str.to_uppercase(),
        "lower case does not come back",
        Example("upper", "de", "DE"),
        domain="text without small letters",
    ),
    _text(
        "lower",
        "Makes a text lower case.",
        lambda value: value.str.to_lowercase(),
        "upper case does not come back",
        Example("lower", "ADA@EXAMPLE.ORG", "ada@example.org"),
        domain="text without capital letters",
    ),
    _text(
        "title",
        "Makes the first letter of each word upper case and the rest lower case.",
        lambda value: value.str.to_titlecase(),
        "the case does not come back",
        Example("title", "ADA LOVELACE", "Ada Lovelace"),
        domain="text whose words begin with a capital letter and go on in small ones",
    ),
    Converter(
        "cut",
        "Keeps the first n characters, in both directions: a loss that is declared.",
        _cut,
        "n",
        (Example("cut(5)", "Hello", "Hello"),),
        domain="text of at most n characters",
    ),
    Converter(
        "blank",
        "Takes each of the values for *nothing*; backwards writes the first of them where there is nothing.",
        _blank,
        "value, …",
        (
            Example("blank(0)", "7", "7", Kind(Type.INTEGER, 6)),
            Example("blank(0)", "0", "", Kind(Type.INTEGER, 6)),
            Example("blank(N/A)", "N/A", ""),
        ),
        domain="all values, where one is named; of several that are named, the first stands for all",
    ),
    Converter(
        "default",
        "Gives a value where the field is blank.",
        _default,
        "value",
        (Example("default(DE)", "FR", "FR"), Example("default(DE)", "DE", "DE")),
        domain="all values; where the field was blank, the default comes back",
    ),
    Converter(
        "table",
        "Looks a code up in a table of `tables:`; a code that is not there rejects the record, unless a second "
        "argument gives what to write instead.",
        _table,
        "name [, otherwise]",
        (Example("table(colours)", "R", "red"), Example("table(colours)", "3", "green", Kind(Type.INTEGER, 1))),
        domain="every code whose word no earlier code has",
    ),
    Converter(
        "boolean",
        "Reads two values as true and false; any other rejects the record.",
        _boolean,
        "true value, false value",
        (Example("boolean(Y, N)", "Y", "true"), Example("boolean(1, 0)", "0", "false", Kind(Type.INTEGER, 1))),
        domain="the two values",
    ),
)


@cache
def known() -> Mapping[str, Converter]:
    """Return every converter by name, built in or of an installed package; ConfigError where one is not good."""
    return gathered(entry_points(group=GROUP))


def gathered(points: Iterable[EntryPoint]) -> Mapping[str, Converter]:
    """Return the built-in converters and those that entry points name; ConfigError where one is not good."""
    from hrbus.mapping import (  # they use these types
        attachments,
        codes,
        dates,
        identifiers,
        money,
        names,
        numbers,
        phones,
        scales,
    )

    modules = (numbers, scales, money, dates, names, phones, identifiers, codes, attachments)
    built_in = (*BUILT_IN, *(converter for module in modules for converter in module.BUILT_IN))
    found = {converter.name: converter for converter in built_in}
    faults: list[Fault] = []
    for (_, name), claimed in claims(points).items():
        try:
            converter = load("converter", name, claimed, Converter)
        except ConfigError as error:
            faults += error.faults
            continue
        if name in found:
            message = f"the converter {name} of the package {owner(claimed[0])} has the name of a built-in one"
            faults.append(Fault(message, hint="repair or remove that package"))
        found.setdefault(name, converter)
    if faults:
        raise ConfigError(faults)
    return found
