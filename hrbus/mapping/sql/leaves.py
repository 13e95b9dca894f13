"""What a formula is made of: fields, texts and numbers written out, NULL."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl
from sqlglot import expressions as exp

from hrbus.mapping.kinds import Kind, digits_of, unscaled
from hrbus.mapping.sql.core import Compile, Compiler, Typed
from hrbus.mapping.sql.named import Named, meets
from hrbus.spi import Field, Type

PLAIN_SIZE = 1000
"""How many characters a field is taken to have where its layout does not say."""


def _column(c: Compiler, node: exp.Column) -> Typed:
    identifier = node.this
    if not isinstance(identifier, exp.Identifier) or node.args.get("table"):
        c.fail("only a field may stand here", 'a name with signs needs double quotes: "APPL-NO"')
    found = c.find(identifier.name, c.offset)
    if found is None:
        c.unknown = True
        return Typed(None, lambda columns: pl.lit(None))
    if isinstance(found, Named):
        return meets(_field(c, found.field), found)
    return _field(c, found)


def _field(c: Compiler, found: Field) -> Typed:
    if found.type is Type.GROUP or found.type is Type.FLOAT:
        c.fail(f"{found.name} is neither text nor an exact number")
    number = next((n for n, field in enumerate(c.fields) if field == found), len(c.fields))
    if number == len(c.fields):
        c.fields.append(found)
    kind = Kind.of(found)
    if kind.type is Type.TEXT:
        return Typed(
            Type.TEXT, lambda columns: columns[number], size=PLAIN_SIZE if found.size is None else found.size
        )
    if kind.type is Type.BOOLEAN:
        return Typed(Type.BOOLEAN, lambda columns: columns[number])
    return Typed(Type.DECIMAL, lambda columns: unscaled(columns[number], kind), None, kind.scale, kind.digits)


def _constant(c: Compiler, node: exp.Literal) -> Typed:
    text = str(node.this)
    if node.is_string:
        return Typed(Type.TEXT, lambda columns: pl.lit(text), size=len(text), literal=text)
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        c.fail(f"the number {text} must be written with digits and a point")
    number = Decimal(text)
    size, scale = digits_of(number)
    digits = max(len(str(size)), scale + 1)
    return Typed(Type.DECIMAL, lambda columns: pl.lit(size, dtype=pl.Int128), None, scale, digits, literal=number)


def _null(c: Compiler, node: exp.Null) -> Typed:
    return Typed(None, lambda columns: pl.lit(None))


def _truth(c: Compiler, node: exp.Boolean) -> Typed:
    return Typed(Type.BOOLEAN, lambda columns: pl.lit(bool(node.this)))


def _paren(c: Compiler, node: exp.Paren) -> Typed:
    return c.compile(node.this)


LEAVES: dict[type[exp.Expr], Compile] = {
    exp.Column: _column,
    exp.Literal: _constant,
    exp.Null: _null,
    exp.Boolean: _truth,
    exp.Paren: _paren,
}
