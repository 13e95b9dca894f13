"""Arithmetic in a formula: exact, its digits counted, every division rounded as it says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NoReturn

import polars as pl
from sqlglot import expressions as exp

from hrbus.mapping.kinds import MOST_DIGITS, fixed_text, half_even, number_pattern
from hrbus.mapping.sql.core import MOST_SCALE, Columns, Compile, Compiler, Typed, any_bad, rescaled
from hrbus.spi import Type


def _negative(c: Compiler, node: exp.Neg) -> Typed:
    part = c.number_of(node.this)
    literal = -part.literal if isinstance(part.literal, Decimal) else None
    return replace(part, value=lambda columns: pl.lit(0, dtype=pl.Int128) - part.value(columns), literal=literal)


def _sum(c: Compiler, node: exp.Add | exp.Sub) -> Typed:
    left, right = c.alike([node.this, node.expression])
    if not {left.type, right.type} <= {Type.DECIMAL, None} and not c.unknown:
        c.fail("numbers should stand on both sides", "|| joins texts")
    minus = isinstance(node, exp.Sub)

    def value(columns: Columns) -> pl.Expr:
        first, second = left.value(columns), right.value(columns)
        return first - second if minus else first + second

    return Typed(Type.DECIMAL, value, any_bad(left, right), left.scale, left.digits + 1)


def _product(c: Compiler, node: exp.Mul) -> Typed:
    left, right = c.number_of(node.this), c.number_of(node.expression)
    return Typed(
        Type.DECIMAL,
        lambda columns: left.value(columns) * right.value(columns),
        any_bad(left, right),
        left.scale + right.scale,
        left.digits + right.digits,
    )


def _quotient(c: Compiler, node: exp.Div) -> NoReturn:
    c.fail("a division must say how it is rounded", 'ROUND("A" / "B", 2)')


def _round(c: Compiler, node: exp.Round) -> Typed:
    decimals = node.args.get("decimals")
    scale = c.whole(decimals, 0, MOST_SCALE) if decimals is not None else 0
    return _rounded(c, node.this, scale)


def _rounded(c: Compiler, node: exp.Expr, scale: int) -> Typed:
    """Return a number or quotient with ``scale`` decimals, rounded half to even."""
    inner = node.unnest()
    if isinstance(inner, exp.Div):
        return _divided(c, inner, scale)
    part = c.number_of(node)
    if scale >= part.scale:
        return replace(part, value=rescaled(part, scale), scale=scale, digits=part.digits + scale - part.scale)
    factor = 10 ** (part.scale - scale)
    return replace(
        part,
        value=lambda columns: half_even(part.value(columns), factor),
        scale=scale,
        digits=part.digits - part.scale + scale + 1,
        literal=None,
    )


def _divided(c: Compiler, node: exp.Div, scale: int) -> Typed:
    top, below = c.number_of(node.this), c.number_of(node.expression)
    shift = scale + below.scale - top.scale
    up, down = 10 ** max(0, shift), 10 ** max(0, -shift)
    needed = max(top.digits + max(0, shift), below.digits + max(0, -shift)) + 1
    if needed > MOST_DIGITS:
        c.fail(f"the division may need {needed} digits", "ROUND its parts first")

    def value(columns: Columns) -> pl.Expr:
        divisor = below.value(columns) * pl.lit(down, dtype=pl.Int128)
        sign = pl.when(divisor < 0).then(pl.lit(-1, dtype=pl.Int128)).otherwise(pl.lit(1, dtype=pl.Int128))
        safe = pl.when(divisor != 0).then(divisor.abs())
        return half_even(top.value(columns) * sign * pl.lit(up, dtype=pl.Int128), safe)

    def zero(columns: Columns) -> pl.Expr:
        return (below.value(columns) == 0) & top.value(columns).is_not_null()

    bad = any_bad(top, below, Typed(None, value, zero))
    return Typed(Type.DECIMAL, value, bad, scale, top.digits - top.scale + below.scale + scale + 1)


def _absolute(c: Compiler, node: exp.Abs) -> Typed:
    part = c.number_of(node.this)
    return replace(part, value=lambda columns: part.value(columns).abs(), literal=None)


def _cast(c: Compiler, node: exp.Cast) -> Typed:
    to = node.to
    sizes = [int(p.name) for p in to.expressions if p.name.isdigit()]
    if to.this in (exp.DataType.Type.VARCHAR, exp.DataType.Type.TEXT, exp.DataType.Type.CHAR) and not sizes:
        return _as_text(c, node.this)
    if to.this in (exp.DataType.Type.INT, exp.DataType.Type.BIGINT):
        return _as_number(c, node.this, 18, 0)
    if to.this is exp.DataType.Type.DECIMAL and len(sizes) == 2 and sizes[1] <= min(sizes[0], MOST_SCALE):
        return _as_number(c, node.this, min(sizes[0], MOST_DIGITS), sizes[1])
    return c.fail(f"CAST to {to.sql()} is not allowed", "DECIMAL(9, 2), INTEGER or VARCHAR")


def _as_text(c: Compiler, node: exp.Expr) -> Typed:
    part = c.compile(node)
    if part.type is Type.DECIMAL:
        size = max(part.digits, part.scale + 1) + 2  # a sign and a point
        return Typed(Type.TEXT, lambda columns: fixed_text(part.value(columns), part.scale), part.bad, size=size)
    if part.type is Type.BOOLEAN:
        c.fail("a condition cannot become text", "CASE WHEN … THEN 'yes' ELSE 'no' END")
    return c.text_of(node)


def _as_number(c: Compiler, node: exp.Expr, digits: int, scale: int) -> Typed:
    if isinstance(node.unnest(), exp.Div):
        made = _rounded(c, node, scale)
    else:
        part = c.compile(node)
        made = _rounded(c, node, scale) if part.type is not Type.TEXT else _read_number(c, part, scale)
    bound = 10**digits

    def large(columns: Columns) -> pl.Expr:
        return made.value(columns).abs() >= pl.lit(bound, dtype=pl.Int128)

    if made.digits <= digits:
        return made
    return replace(made, bad=any_bad(made, Typed(None, made.value, large)), digits=digits)


def _read_number(c: Compiler, part: Typed, scale: int) -> Typed:
    pattern = number_pattern(scale)

    def value(columns: Columns) -> pl.Expr:
        text = part.value(columns).str.strip_chars()
        meant = pl.when(text.str.contains(pattern)).then(text)
        return meant.cast(pl.Decimal(MOST_DIGITS, scale), strict=False).to_physical()

    def wrong(columns: Columns) -> pl.Expr:
        return part.value(columns).is_not_null() & value(columns).is_null()

    return Typed(Type.DECIMAL, value, any_bad(part, Typed(None, value, wrong)), scale, MOST_DIGITS)


NUMBERS: dict[type[exp.Expr], Compile] = {
    exp.Neg: _negative,
    exp.Add: _sum,
    exp.Sub: _sum,
    exp.Mul: _product,
    exp.Div: _quotient,
    exp.Round: _round,
    exp.Abs: _absolute,
    exp.Cast: _cast,
}
