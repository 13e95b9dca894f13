"""Text functions in a formula; empty text is NULL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import polars as pl
from sqlglot import expressions as exp

from hrbus.mapping.sql.core import Columns, Compile, Compiler, Typed, any_bad
from hrbus.spi import Type

MOST_TEXT = 1000


def _joined(c: Compiler, node: exp.DPipe) -> Typed:
    parts = [c.text_of(node.this), c.text_of(node.expression)]
    return _function(parts, lambda first, second: pl.concat_str(first, second))


def _concat(c: Compiler, node: exp.Concat) -> Typed:
    parts = [c.text_of(part) for part in node.expressions]
    return _function(parts, lambda *texts: pl.concat_str(*texts, ignore_nulls=True))


def _case_of(c: Compiler, node: exp.Upper | exp.Lower) -> Typed:
    upper = isinstance(node, exp.Upper)
    part = c.text_of(node.this)
    return _function([part], lambda t: t.str.to_uppercase() if upper else t.str.to_lowercase())


def _trim(c: Compiler, node: exp.Trim) -> Typed:
    part, position = c.text_of(node.this), str(node.args.get("position") or "BOTH").upper()
    signs = c.compile(node.expression).literal if node.expression else " "
    if not isinstance(signs, str) or not signs:
        c.fail("TRIM takes the characters written out", "TRIM(LEADING '0' FROM \"X\")")
    if position == "LEADING":
        return _function([part], lambda text: text.str.strip_chars_start(signs))
    if position == "TRAILING":
        return _function([part], lambda text: text.str.strip_chars_end(signs))
    return _function([part], lambda text: text.str.strip_chars(signs))


def _substring(c: Compiler, node: exp.Substring) -> Typed:
    part = c.text_of(node.this)
    start = c.whole(node.args.get("start"), 1, MOST_TEXT)
    length = c.whole(node.args["length"], 0, MOST_TEXT) if node.args.get("length") is not None else None
    return _function([part], lambda text: text.str.slice(start - 1, length), length)


def _edge(c: Compiler, node: exp.Left | exp.Right) -> Typed:
    part, size = c.text_of(node.this), c.whole(node.expression, 0, MOST_TEXT)
    left = isinstance(node, exp.Left)
    return _function([part], lambda text: text.str.head(size) if left else text.str.tail(size), size)


def _length(c: Compiler, node: exp.Length) -> Typed:
    part = c.text_of(node.this)
    return Typed(Type.DECIMAL, lambda columns: part.value(columns).str.len_chars().cast(pl.Int128), part.bad, 0, 10)


def _replaced(c: Compiler, node: exp.Replace) -> Typed:
    part, old = c.text_of(node.this), c.compile(node.expression).literal
    new = c.compile(node.args["replacement"]).literal if node.args.get("replacement") else ""
    if not isinstance(old, str) or not old or not isinstance(new, str):
        c.fail("REPLACE takes two texts written out", "REPLACE(\"X\", '-', '')")
    made = _function([part], lambda text: text.str.replace_all(old, new, literal=True))
    return replace(made, size=max(part.size, part.size // len(old) * len(new) + part.size % len(old)))


def _function(parts: Sequence[Typed], apply: Callable[..., pl.Expr], most: int | None = None) -> Typed:
    """Return a function of texts that gives text of no more than they have together, or ``most``; "" is NULL."""

    def value(columns: Columns) -> pl.Expr:
        result = apply(*(part.value(columns) for part in parts))
        return pl.when(result != "").then(result)

    size = sum(part.size for part in parts)
    return Typed(Type.TEXT, value, any_bad(*parts), size=size if most is None else min(size, most))


TEXTS: dict[type[exp.Expr], Compile] = {
    exp.DPipe: _joined,
    exp.Concat: _concat,
    exp.Upper: _case_of,
    exp.Lower: _case_of,
    exp.Trim: _trim,
    exp.Substring: _substring,
    exp.Left: _edge,
    exp.Right: _edge,
    exp.Length: _length,
    exp.Replace: _replaced,
}
