"""Conditions and choices in a formula. A part that is not chosen cannot fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import polars as pl
from sqlglot import expressions as exp

from hrbus.mapping.sql.core import Columns, Compile, Compiler, Typed, any_bad
from hrbus.spi import Type

_COMPARISONS: dict[type[exp.Expr], Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
}


def _compare(c: Compiler, node: exp.Binary) -> Typed:
    left, right = c.alike([node.this, node.expression])
    if "" in (left.literal, right.literal):
        c.fail("blank text is NULL, so nothing equals ''", "write IS NULL or IS NOT NULL")
    if None in (left.type, right.type) and not c.unknown:
        c.fail("nothing equals NULL", "write IS NULL or IS NOT NULL")
    compare = _COMPARISONS[type(node)]
    return Typed(
        Type.BOOLEAN, lambda columns: compare(left.value(columns), right.value(columns)), any_bad(left, right)
    )


def _between(c: Compiler, node: exp.Between) -> Typed:
    part, low, high = c.alike([node.this, node.args["low"], node.args["high"]])

    def value(columns: Columns) -> pl.Expr:
        middle = part.value(columns)
        return (middle >= low.value(columns)) & (middle <= high.value(columns))

    return Typed(Type.BOOLEAN, value, any_bad(part, low, high))


def _within(c: Compiler, node: exp.In) -> Typed:
    if not node.expressions or node.args.get("query"):
        c.fail("IN takes values written out", "IN ('A', 'B')")
    part, *values = c.alike([node.this, *node.expressions])
    return Typed(
        Type.BOOLEAN,
        lambda columns: pl.any_horizontal([part.value(columns) == v.value(columns) for v in values]),
        any_bad(part, *values),
    )


def _like(c: Compiler, node: exp.Like) -> Typed:
    part, pattern = c.text_of(node.this), c.compile(node.expression).literal
    if not isinstance(pattern, str):
        c.fail("LIKE takes a pattern written out", "LIKE 'A%'")
    signs = {"%": "(?s:.*)", "_": "(?s:.)"}
    regex = "^" + "".join(signs.get(sign, re.escape(sign)) for sign in pattern) + "$"
    return Typed(Type.BOOLEAN, lambda columns: part.value(columns).str.contains(regex), part.bad)


def _is_null(c: Compiler, node: exp.Is) -> Typed:
    if not isinstance(node.expression, exp.Null):
        c.fail("IS takes NULL or NOT NULL")
    part = c.compile(node.this)
    return Typed(Type.BOOLEAN, lambda columns: part.value(columns).is_null(), part.bad)


def _both(c: Compiler, node: exp.And | exp.Or) -> Typed:
    left, right = c.boolean_of(node.this), c.boolean_of(node.expression)
    either = isinstance(node, exp.Or)

    def value(columns: Columns) -> pl.Expr:
        first, second = left.value(columns), right.value(columns)
        return first | second if either else first & second

    return Typed(Type.BOOLEAN, value, any_bad(left, right))


def _negated(c: Compiler, node: exp.Not) -> Typed:
    part = c.boolean_of(node.this)
    return replace(part, value=lambda columns: ~part.value(columns))


def _case(c: Compiler, node: exp.Case) -> Typed:
    branches = node.args["ifs"]
    if node.this is not None:
        conditions = [c.compile(exp.EQ(this=node.this.copy(), expression=b.this.copy())) for b in branches]
    else:
        conditions = [c.boolean_of(branch.this) for branch in branches]
    default = node.args.get("default") or exp.Null()
    results = c.alike([*(branch.args["true"] for branch in branches), default])
    pairs = list(zip(conditions, results[:-1], strict=True))

    def choose(columns: Columns, take: Callable[[Typed], pl.Expr]) -> pl.Expr:
        chosen = take(results[-1])
        for condition, result in reversed(pairs):
            chosen = pl.when(condition.value(columns)).then(take(result)).otherwise(chosen)
        return chosen

    bad = None
    if any(part.bad for part in (*conditions, *results)):
        nothing = pl.lit(False)

        def bad(columns: Columns) -> pl.Expr:
            of_results = choose(columns, lambda part: part.bad(columns) if part.bad else nothing)
            of_conditions = any_bad(*conditions)
            return of_results | of_conditions(columns) if of_conditions else of_results

    typed = next((part for part in results if part.type), results[-1])
    return Typed(
        typed.type,
        lambda columns: choose(columns, lambda part: part.value(columns)),
        bad,
        typed.scale,
        typed.digits,
        max(part.size for part in results),
    )


def _coalesce(c: Compiler, node: exp.Coalesce) -> Typed:
    parts = c.alike([node.this, *node.expressions])
    typed = next((part for part in parts if part.type), parts[0])

    def bad(columns: Columns) -> pl.Expr:
        wanted, found = pl.lit(True), pl.lit(False)
        for part in parts:
            if part.bad:
                found = found | (wanted & part.bad(columns).fill_null(False))
            wanted = wanted & part.value(columns).is_null()
        return found

    return Typed(
        typed.type,
        lambda columns: pl.coalesce([part.value(columns) for part in parts]),
        bad if any(part.bad for part in parts) else None,
        typed.scale,
        typed.digits,
        max(part.size for part in parts),
    )


def _null_if(c: Compiler, node: exp.Nullif) -> Typed:
    part, nothing = c.alike([node.this, node.expression])

    def value(columns: Columns) -> pl.Expr:
        found = part.value(columns)
        return pl.when((found != nothing.value(columns)).fill_null(True)).then(found)

    return replace(part, value=value, bad=any_bad(part, nothing), literal=None)


CONDITIONS: dict[type[exp.Expr], Compile] = {
    **dict.fromkeys(_COMPARISONS, _compare),
    exp.Between: _between,
    exp.In: _within,
    exp.Like: _like,
    exp.Is: _is_null,
    exp.And: _both,
    exp.Or: _both,
    exp.Not: _negated,
    exp.Case: _case,
    exp.Coalesce: _coalesce,
    exp.Nullif: _null_if,
}
