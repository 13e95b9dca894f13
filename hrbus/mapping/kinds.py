"""What a value is while a mapping converts it, and how it becomes text in a document and comes back.

A field's column holds text, an exact number or a Boolean; a document holds text in the lexical form of XML Schema.
Every way back is guarded by a pattern first: a cast alone takes ``" 1"`` for 1 and cuts ``1.005`` to ``1.00``.

    >>> Kind.of(Field("N", "N", Type.DECIMAL, digits=5, scale=2)).dtype
    Decimal(precision=5, scale=2)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl
from polars.datatypes import DataTypeClass

from hrbus.spi import Field, Layout, Type

MOST_DIGITS = 38
"""Polars keeps no more in a Decimal."""
FREE = 12
"""How many decimals a document's number may have where it is rounded anyway."""


@dataclass(frozen=True)
class Kind:
    """The type of a value on its way; ``blank`` says that text may be empty where absence is meant.

    ``size`` is how many characters the field has that text comes from, where it has a bound.
    """

    type: Type
    digits: int = 18
    scale: int = 0
    signed: bool = True
    blank: bool = False
    size: int | None = None

    @classmethod
    def of(cls, field: Field) -> Kind:
        """Return the kind of a field's values (of one occurrence, where it repeats)."""
        if field.type is Type.TEXT:
            return cls(Type.TEXT, blank=True, size=field.size)
        digits = field.digits or (MOST_DIGITS if field.type is Type.DECIMAL else 18)
        return cls(field.type, digits, field.scale, field.signed)

    @property
    def dtype(self) -> pl.DataType:
        """The polars type of a column of this kind, as the contract for codecs has it."""
        match self.type:
            case Type.INTEGER:
                return pl.Int64() if self.digits <= 18 else pl.Decimal(MOST_DIGITS, 0)
            case Type.DECIMAL:
                return pl.Decimal(min(self.digits, MOST_DIGITS), self.scale)
            case Type.BOOLEAN:
                return pl.Boolean()
            case Type.FLOAT:
                return pl.Float64()
            case _:
                return pl.String()

    @property
    def number(self) -> bool:
        """Whether the value is an exact number."""
        return self.type in (Type.INTEGER, Type.DECIMAL)

    @property
    def name(self) -> str:
        """The kind in words, for messages."""
        match self.type:
            case Type.TEXT:
                return "text"
            case Type.BOOLEAN:
                return "a Boolean"
            case Type.FLOAT:
                return "a floating number"
            case _:
                return "a number"

    def filled(self) -> Kind:
        """Return the kind without empty text."""
        return replace(self, blank=False)


TEXT = Kind(Type.TEXT)


def inner_type(dtype: pl.DataType) -> pl.DataType:
    """Return the type of a List's items; any other type is its own."""
    return instance(dtype.inner) if isinstance(dtype, pl.List) else dtype


def field_types(dtype: pl.DataType) -> dict[str, pl.DataType]:
    """Return the types of a Struct's fields by name; any other type has none."""
    return {part.name: instance(part.dtype) for part in dtype.fields} if isinstance(dtype, pl.Struct) else {}


def instance(dtype: pl.DataType | DataTypeClass) -> pl.DataType:
    """Return a type that polars may have given as a class."""
    return dtype if isinstance(dtype, pl.DataType) else dtype()


def column_dtype(field: Field) -> pl.DataType:
    """Return the polars type of a field's column: a List where it repeats, of Struct where it is a group."""
    inner: pl.DataType = Kind.of(field).dtype
    if field.children:
        inner = pl.Struct({name: column_dtype(f) for name, f in Layout("", field.children).columns().items()})
    return pl.List(inner) if field.many else inner


def number_pattern(scale: int, *, signed: bool = True) -> str:
    """Return the pattern of a number with no more than ``scale`` decimals that say something."""
    sign = "[+-]?" if signed else r"\+?"
    fraction = rf"(?:\.[0-9]{{0,{scale}}}0*)?" if scale else r"(?:\.0*)?"
    return f"^{sign}[0-9]+{fraction}$"


def to_text(value: pl.Expr, kind: Kind) -> pl.Expr:
    """Return the lexical form: a decimal shows all the decimals that its field has."""
    if kind.type is Type.TEXT:
        return value
    if kind.type is Type.BOOLEAN:
        return pl.when(value).then(pl.lit("true")).when(~value).then(pl.lit("false"))
    return value.cast(pl.String)


def from_text(value: pl.Expr, kind: Kind) -> pl.Expr:
    """Return the value that a text stands for; null where it stands for none, or for one that does not fit."""
    match kind.type:
        case Type.TEXT:
            return value
        case Type.BOOLEAN:
            return value.replace_strict(["true", "1", "false", "0"], [True, True, False, False], default=None)
        case Type.FLOAT:
            return value.cast(pl.Float64, strict=False)
        case _:
            return _number(value, kind)


def _number(value: pl.Expr, kind: Kind) -> pl.Expr:
    meant = pl.when(value.str.contains(number_pattern(kind.scale, signed=kind.signed))).then(value)
    if kind.type is Type.INTEGER and kind.digits <= 18:
        whole = meant.str.replace(r"\..*$", "").cast(pl.Int64, strict=False)
        return pl.when(whole.abs() < 10**kind.digits).then(whole)
    wide = meant.cast(pl.Decimal(MOST_DIGITS, kind.scale), strict=False)
    return wide.cast(pl.Decimal(min(kind.digits, MOST_DIGITS), kind.scale), strict=False).cast(kind.dtype)


def unscaled(value: pl.Expr, kind: Kind) -> pl.Expr:
    """Return an exact number as the Int128 of its last decimal: 1.05 with two decimals is 105."""
    if kind.type is Type.INTEGER and kind.digits <= 18:
        return value.cast(pl.Int128)
    return value.to_physical()


def half_even(numerator: pl.Expr, denominator: int | pl.Expr) -> pl.Expr:
    """Return the quotient of Int128, rounded half to even (IEEE 754 roundTiesToEven, as payrolls expect).

    ``denominator`` must be positive.
    """
    below = pl.lit(denominator, dtype=pl.Int128) if isinstance(denominator, int) else denominator
    floor = numerator // below
    twice = (numerator - floor * below) * 2
    up = (twice > below) | ((twice == below) & (floor % 2 == 1))
    return floor + up.cast(pl.Int128)


def fixed_text(value: pl.Expr, scale: int, *, short: bool = False) -> pl.Expr:
    """Return an ``unscaled`` Int128 as text with ``scale`` decimals; ``short`` leaves trailing zeros away."""
    size = value.abs()
    sign = pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    if not scale:
        return pl.concat_str(sign, size.cast(pl.String))
    unit = pl.lit(10**scale, dtype=pl.Int128)
    fraction = (size % unit).cast(pl.String).str.zfill(scale)
    text = pl.concat_str(sign, (size // unit).cast(pl.String), pl.lit("."), fraction)
    return text.str.replace(r"\.?0+$", "") if short else text


def digits_of(number: Decimal) -> tuple[int, int]:
    """Return a number as (unscaled, scale): 1.50 is (150, 2)."""
    sign, digits, exponent = number.as_tuple()
    places = max(0, -int(exponent))
    whole = int("".join(map(str, digits))) * 10 ** max(0, int(exponent))
    return (-whole if sign else whole), places
