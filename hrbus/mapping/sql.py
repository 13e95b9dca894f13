"""What may stand in a ``$sql``, and what each part becomes: the allow-list, as one compiler for each kind of node.

A ``Typed`` is a part that knows its type. Numbers are Int128 of their last decimal with a bound on their digits; a
part that would need more than 38 is refused, so a formula that compiles cannot overflow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NoReturn, TypeAlias

import polars as pl
from sqlglot import expressions as exp

from hrbus.mapping.kinds import MOST_DIGITS, Kind, digits_of, fixed_text, half_even, number_pattern, unscaled
from hrbus.spi import Field, Type

Columns: TypeAlias = Sequence[pl.Expr]
MOST_SCALE = 12
MOST_TEXT = 1000


class FormulaError(Exception):
    """A part that is refused: why, where (offset in the text), and what to write instead."""

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        self.message = message
        self.offset = offset
        self.hint = hint
        super().__init__(message)


@dataclass(frozen=True)
class Typed:
    """A compiled part. ``type`` is TEXT, DECIMAL or BOOLEAN, or None for a bare NULL."""

    type: Type | None
    value: Callable[[Columns], pl.Expr]
    bad: Callable[[Columns], pl.Expr] | None = None
    scale: int = 0
    digits: int = 0
    literal: Decimal | str | None = None


def _any(parts: Sequence[Typed]) -> Callable[[Columns], pl.Expr] | None:
    bads = [part.bad for part in parts if part.bad]
    if not bads:
        return None
    return lambda columns: pl.any_horizontal([bad(columns).fill_null(False) for bad in bads])


def _rescaled(part: Typed, scale: int) -> Callable[[Columns], pl.Expr]:
    if part.type is None or part.scale == scale:
        return part.value
    factor = 10 ** (scale - part.scale)
    return lambda columns: part.value(columns) * pl.lit(factor, dtype=pl.Int128)


class Compiler:
    """Compiles a tree. ``fields`` are the inputs found so far; ``unknown`` says that one was not found."""

    def __init__(self, text: str, find: Callable[[str, int], Field | None]) -> None:
        self.text = text
        self.find = find
        self.fields: list[Field] = []
        self.unknown = False
        self.offset = 0

    def compile(self, node: exp.Expression) -> Typed:
        """Return ``node`` compiled; FormulaError where it is not on the list or its types do not fit."""
        before, self.offset = self.offset, self._start(node)
        compiler = _COMPILERS.get(type(node))
        if compiler is None:
            name = node.sql_name() if isinstance(node, exp.Func) else node.key.upper()
            self.fail(f"{name} is not allowed in a formula", _HINTS.get(type(node), "see the list in the reference"))
        typed = compiler(self, node)
        if typed.type is Type.DECIMAL and (typed.digits > MOST_DIGITS or typed.scale > MOST_SCALE):
            what = f"{typed.digits} digits, {typed.scale} of them decimals"
            hint = f"ROUND a part of it first; {MOST_DIGITS} digits and {MOST_SCALE} decimals are the most"
            self.fail(f"the result may need {what}", hint)
        self.offset = before
        return typed

    def _start(self, node: exp.Expression) -> int:
        starts = [found.meta["start"] for found in node.walk() if "start" in found.meta]
        return min(starts, default=self.offset)

    def fail(self, message: str, hint: str = "") -> NoReturn:
        """Refuse what is being compiled."""
        raise FormulaError(message, self.offset, hint)

    def text_of(self, node: exp.Expression) -> Typed:
        """Return a part that must be text."""
        return self._typed(node, Type.TEXT, "text", "CAST(… AS VARCHAR) makes text of a number")

    def number_of(self, node: exp.Expression) -> Typed:
        """Return a part that must be a number."""
        return self._typed(node, Type.DECIMAL, "a number", "CAST(… AS DECIMAL(9, 2)) reads a number out of text")

    def boolean_of(self, node: exp.Expression) -> Typed:
        """Return a part that must be a condition."""
        return self._typed(node, Type.BOOLEAN, "a condition", "compare it with something")

    def _typed(self, node: exp.Expression, wanted: Type, name: str, hint: str) -> Typed:
        typed = self.compile(node)
        if typed.type is None:
            dtype = {Type.TEXT: pl.String(), Type.DECIMAL: pl.Int128(), Type.BOOLEAN: pl.Boolean()}[wanted]
            return replace(typed, type=wanted, value=lambda columns: pl.lit(None, dtype=dtype), digits=1)
        if typed.type is not wanted and not self.unknown:
            self.fail(f"{name} should stand here", hint)
        return typed

    def alike(self, nodes: Sequence[exp.Expression]) -> list[Typed]:
        """Return parts that must be of one type; numbers get the same number of decimals."""
        parts = [self.compile(node) for node in nodes]
        types = {part.type for part in parts} - {None}
        if len(types) > 1 and not self.unknown:
            self.fail("text, numbers and conditions cannot be mixed here", "CAST one of them")
        if types != {Type.DECIMAL}:
            return parts
        scale = max(part.scale for part in parts)
        whole = max(part.digits - part.scale for part in parts)
        made = [replace(p, type=Type.DECIMAL, value=_rescaled(p, scale), scale=scale) for p in parts]
        return [replace(part, digits=whole + scale) for part in made]

    def whole(self, node: exp.Expression | None, least: int, most: int) -> int:
        """Return a literal whole number between two bounds."""
        typed = self.compile(node) if node is not None else None
        number = typed.literal if typed else None
        if not isinstance(number, Decimal) or number != int(number) or not least <= number <= most:
            self.fail(f"a whole number from {least} to {most} should stand here, written out")
        return int(number)

    # --- leaves ---

    def column(self, node: exp.Column) -> Typed:
        identifier = node.this
        if not isinstance(identifier, exp.Identifier) or node.args.get("table"):
            self.fail("only a field may stand here", 'a name with signs needs double quotes: "APPL-NO"')
        found = self.find(identifier.name, self.offset)
        if found is None:
            self.unknown = True
            return Typed(None, lambda columns: pl.lit(None))
        if found.type is Type.GROUP or found.type is Type.FLOAT:
            self.fail(f"{found.name} is neither text nor an exact number")
        number = next((n for n, field in enumerate(self.fields) if field == found), len(self.fields))
        if number == len(self.fields):
            self.fields.append(found)
        kind = Kind.of(found)
        if kind.type is Type.TEXT:
            return Typed(Type.TEXT, lambda columns: columns[number])
        if kind.type is Type.BOOLEAN:
            return Typed(Type.BOOLEAN, lambda columns: columns[number])
        return Typed(Type.DECIMAL, lambda columns: unscaled(columns[number], kind), None, kind.scale, kind.digits)

    def constant(self, node: exp.Literal) -> Typed:
        text = str(node.this)
        if node.is_string:
            return Typed(Type.TEXT, lambda columns: pl.lit(text), literal=text)
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
            self.fail(f"the number {text} must be written with digits and a point")
        number = Decimal(text)
        size, scale = digits_of(number)
        digits = max(len(str(size)), scale + 1)
        return Typed(Type.DECIMAL, lambda columns: pl.lit(size, dtype=pl.Int128), None, scale, digits, literal=number)

    def null(self, node: exp.Null) -> Typed:
        return Typed(None, lambda columns: pl.lit(None))

    def truth(self, node: exp.Boolean) -> Typed:
        return Typed(Type.BOOLEAN, lambda columns: pl.lit(bool(node.this)))

    def paren(self, node: exp.Paren) -> Typed:
        return self.compile(node.this)

    # --- numbers ---

    def negative(self, node: exp.Neg) -> Typed:
        part = self.number_of(node.this)
        literal = -part.literal if isinstance(part.literal, Decimal) else None
        return replace(part, value=lambda columns: -part.value(columns), literal=literal)

    def sum(self, node: exp.Add | exp.Sub) -> Typed:
        self.number_of(node.this), self.number_of(node.expression)
        left, right = self.alike([node.this, node.expression])
        minus = isinstance(node, exp.Sub)

        def value(columns: Columns) -> pl.Expr:
            first, second = left.value(columns), right.value(columns)
            return first - second if minus else first + second

        return Typed(Type.DECIMAL, value, _any([left, right]), left.scale, left.digits + 1)

    def product(self, node: exp.Mul) -> Typed:
        left, right = self.number_of(node.this), self.number_of(node.expression)
        return Typed(
            Type.DECIMAL,
            lambda columns: left.value(columns) * right.value(columns),
            _any([left, right]),
            left.scale + right.scale,
            left.digits + right.digits,
        )

    def quotient(self, node: exp.Div) -> Typed:
        self.fail("a division must say how it is rounded", 'ROUND("A" / "B", 2)')

    def round(self, node: exp.Round) -> Typed:
        decimals = node.args.get("decimals")
        scale = self.whole(decimals, 0, MOST_SCALE) if decimals is not None else 0
        return self.rounded(node.this, scale)

    def rounded(self, node: exp.Expression, scale: int) -> Typed:
        """Return a number or quotient with ``scale`` decimals, rounded half to even."""
        inner = node.unnest()
        if isinstance(inner, exp.Div):
            return self.divided(inner, scale)
        part = self.number_of(node)
        if scale >= part.scale:
            return replace(part, value=_rescaled(part, scale), scale=scale, digits=part.digits + scale - part.scale)
        factor = 10 ** (part.scale - scale)
        return replace(
            part,
            value=lambda columns: half_even(part.value(columns), factor),
            scale=scale,
            digits=part.digits - part.scale + scale + 1,
            literal=None,
        )

    def divided(self, node: exp.Div, scale: int) -> Typed:
        top, below = self.number_of(node.this), self.number_of(node.expression)
        shift = scale + below.scale - top.scale
        up, down = 10 ** max(0, shift), 10 ** max(0, -shift)
        needed = max(top.digits + max(0, shift), below.digits + max(0, -shift)) + 1
        if needed > MOST_DIGITS:
            self.fail(f"the division may need {needed} digits", "ROUND its parts first")

        def value(columns: Columns) -> pl.Expr:
            divisor = below.value(columns) * pl.lit(down, dtype=pl.Int128)
            sign = pl.when(divisor < 0).then(pl.lit(-1, dtype=pl.Int128)).otherwise(pl.lit(1, dtype=pl.Int128))
            safe = pl.when(divisor != 0).then(divisor.abs())
            return half_even(top.value(columns) * sign * pl.lit(up, dtype=pl.Int128), safe)

        def zero(columns: Columns) -> pl.Expr:
            return (below.value(columns) == 0) & top.value(columns).is_not_null()

        bad = _any([top, below, Typed(None, value, zero)])
        return Typed(Type.DECIMAL, value, bad, scale, top.digits - top.scale + below.scale + scale + 1)

    def absolute(self, node: exp.Abs) -> Typed:
        part = self.number_of(node.this)
        return replace(part, value=lambda columns: part.value(columns).abs(), literal=None)

    def cast(self, node: exp.Cast) -> Typed:
        to = node.to
        sizes = [int(p.name) for p in to.expressions if p.name.isdigit()]
        if to.this in (exp.DataType.Type.VARCHAR, exp.DataType.Type.TEXT, exp.DataType.Type.CHAR) and not sizes:
            return self.as_text(node.this)
        if to.this in (exp.DataType.Type.INT, exp.DataType.Type.BIGINT):
            return self.as_number(node.this, 18, 0)
        if to.this is exp.DataType.Type.DECIMAL and len(sizes) == 2 and sizes[1] <= min(sizes[0], MOST_SCALE):
            return self.as_number(node.this, min(sizes[0], MOST_DIGITS), sizes[1])
        self.fail(f"CAST to {to.sql()} is not allowed", "DECIMAL(9, 2), INTEGER or VARCHAR")

    def as_text(self, node: exp.Expression) -> Typed:
        part = self.compile(node)
        if part.type is Type.DECIMAL:
            return Typed(Type.TEXT, lambda columns: fixed_text(part.value(columns), part.scale), part.bad)
        if part.type is Type.BOOLEAN:
            self.fail("a condition cannot become text", "CASE WHEN … THEN 'yes' ELSE 'no' END")
        return self.text_of(node)

    def as_number(self, node: exp.Expression, digits: int, scale: int) -> Typed:
        if isinstance(node.unnest(), exp.Div):
            made = self.rounded(node, scale)
        else:
            part = self.compile(node)
            made = self.rounded(node, scale) if part.type is not Type.TEXT else self.read_number(part, scale)
        bound = 10**digits

        def large(columns: Columns) -> pl.Expr:
            return made.value(columns).abs() >= pl.lit(bound, dtype=pl.Int128)

        if made.digits <= digits:
            return made
        return replace(made, bad=_any([made, Typed(None, made.value, large)]), digits=digits)

    def read_number(self, part: Typed, scale: int) -> Typed:
        pattern = number_pattern(scale)

        def value(columns: Columns) -> pl.Expr:
            text = part.value(columns).str.strip_chars()
            meant = pl.when(text.str.contains(pattern)).then(text)
            return meant.cast(pl.Decimal(MOST_DIGITS, scale), strict=False).to_physical()

        def wrong(columns: Columns) -> pl.Expr:
            return part.value(columns).is_not_null() & value(columns).is_null()

        return Typed(Type.DECIMAL, value, _any([part, Typed(None, value, wrong)]), scale, MOST_DIGITS)

    # --- text ---

    def joined(self, node: exp.DPipe) -> Typed:
        parts = [self.text_of(node.this), self.text_of(node.expression)]
        return self._function(parts, lambda first, second: pl.concat_str(first, second))

    def concat(self, node: exp.Concat) -> Typed:
        parts = [self.text_of(part) for part in node.expressions]
        return self._function(parts, lambda *texts: pl.concat_str(*texts, ignore_nulls=True))

    def case_of(self, node: exp.Upper | exp.Lower) -> Typed:
        upper = isinstance(node, exp.Upper)
        part = self.text_of(node.this)
        return self._function([part], lambda t: t.str.to_uppercase() if upper else t.str.to_lowercase())

    def trim(self, node: exp.Trim) -> Typed:
        part, position = self.text_of(node.this), str(node.args.get("position") or "BOTH").upper()
        signs = self.compile(node.expression).literal if node.expression else " "
        if not isinstance(signs, str) or not signs:
            self.fail("TRIM takes the characters written out", "TRIM(LEADING '0' FROM \"X\")")
        if position == "LEADING":
            return self._function([part], lambda text: text.str.strip_chars_start(signs))
        if position == "TRAILING":
            return self._function([part], lambda text: text.str.strip_chars_end(signs))
        return self._function([part], lambda text: text.str.strip_chars(signs))

    def substring(self, node: exp.Substring) -> Typed:
        part = self.text_of(node.this)
        start = self.whole(node.args.get("start"), 1, MOST_TEXT)
        length = self.whole(node.args["length"], 0, MOST_TEXT) if node.args.get("length") is not None else None
        return self._function([part], lambda text: text.str.slice(start - 1, length))

    def edge(self, node: exp.Left | exp.Right) -> Typed:
        part, size = self.text_of(node.this), self.whole(node.expression, 0, MOST_TEXT)
        left = isinstance(node, exp.Left)
        return self._function([part], lambda text: text.str.head(size) if left else text.str.tail(size))

    def length(self, node: exp.Length) -> Typed:
        part = self.text_of(node.this)
        return Typed(
            Type.DECIMAL, lambda columns: part.value(columns).str.len_chars().cast(pl.Int128), part.bad, 0, 10
        )

    def replaced(self, node: exp.Replace) -> Typed:
        part, old = self.text_of(node.this), self.compile(node.expression).literal
        new = self.compile(node.args["replacement"]).literal if node.args.get("replacement") else ""
        if not isinstance(old, str) or not old or not isinstance(new, str):
            self.fail("REPLACE takes two texts written out", "REPLACE(\"X\", '-', '')")
        return self._function([part], lambda text: text.str.replace_all(old, new, literal=True))

    def _function(self, parts: Sequence[Typed], apply: Callable[..., pl.Expr]) -> Typed:
        """Return a function of texts that gives text; empty text is NULL."""

        def value(columns: Columns) -> pl.Expr:
            result = apply(*(part.value(columns) for part in parts))
            return pl.when(result != "").then(result)

        return Typed(Type.TEXT, value, _any(parts))

    # --- conditions ---

    def compare(self, node: exp.Binary) -> Typed:
        left, right = self.alike([node.this, node.expression])
        if "" in (left.literal, right.literal):
            self.fail("blank text is NULL, so nothing equals ''", "write IS NULL or IS NOT NULL")
        if None in (left.type, right.type) and not self.unknown:
            self.fail("nothing equals NULL", "write IS NULL or IS NOT NULL")
        compare = _COMPARISONS[type(node)]
        return Typed(
            Type.BOOLEAN, lambda columns: compare(left.value(columns), right.value(columns)), _any([left, right])
        )

    def between(self, node: exp.Between) -> Typed:
        part, low, high = self.alike([node.this, node.args["low"], node.args["high"]])

        def value(columns: Columns) -> pl.Expr:
            middle = part.value(columns)
            return (middle >= low.value(columns)) & (middle <= high.value(columns))

        return Typed(Type.BOOLEAN, value, _any([part, low, high]))

    def within(self, node: exp.In) -> Typed:
        if not node.expressions or node.args.get("query"):
            self.fail("IN takes values written out", "IN ('A', 'B')")
        part, *values = self.alike([node.this, *node.expressions])
        return Typed(
            Type.BOOLEAN,
            lambda columns: pl.any_horizontal([part.value(columns) == v.value(columns) for v in values]),
            _any([part, *values]),
        )

    def like(self, node: exp.Like) -> Typed:
        part, pattern = self.text_of(node.this), self.compile(node.expression).literal
        if not isinstance(pattern, str):
            self.fail("LIKE takes a pattern written out", "LIKE 'A%'")
        signs = {"%": "(?s:.*)", "_": "(?s:.)"}
        regex = "^" + "".join(signs.get(sign, re.escape(sign)) for sign in pattern) + "$"
        return Typed(Type.BOOLEAN, lambda columns: part.value(columns).str.contains(regex), part.bad)

    def is_null(self, node: exp.Is) -> Typed:
        if not isinstance(node.expression, exp.Null):
            self.fail("IS takes NULL or NOT NULL")
        part = self.compile(node.this)
        return Typed(Type.BOOLEAN, lambda columns: part.value(columns).is_null(), part.bad)

    def both(self, node: exp.And | exp.Or) -> Typed:
        left, right = self.boolean_of(node.this), self.boolean_of(node.expression)
        either = isinstance(node, exp.Or)

        def value(columns: Columns) -> pl.Expr:
            first, second = left.value(columns), right.value(columns)
            return first | second if either else first & second

        return Typed(Type.BOOLEAN, value, _any([left, right]))

    def negated(self, node: exp.Not) -> Typed:
        part = self.boolean_of(node.this)
        return replace(part, value=lambda columns: ~part.value(columns))

    # --- choices: a part that is not chosen cannot fail ---

    def case(self, node: exp.Case) -> Typed:
        branches = node.args["ifs"]
        if node.this is not None:
            conditions = [self.compile(exp.EQ(this=node.this.copy(), expression=b.this.copy())) for b in branches]
        else:
            conditions = [self.boolean_of(branch.this) for branch in branches]
        default = node.args.get("default") or exp.Null()
        results = self.alike([*(branch.args["true"] for branch in branches), default])
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
                of_conditions = _any(conditions)
                return of_results | of_conditions(columns) if of_conditions else of_results

        typed = next((part for part in results if part.type), results[-1])
        return Typed(typed.type, lambda c: choose(c, lambda part: part.value(c)), bad, typed.scale, typed.digits)

    def coalesce(self, node: exp.Coalesce) -> Typed:
        parts = self.alike([node.this, *node.expressions])
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
        )

    def null_if(self, node: exp.Nullif) -> Typed:
        part, nothing = self.alike([node.this, node.expression])

        def value(columns: Columns) -> pl.Expr:
            found = part.value(columns)
            return pl.when((found != nothing.value(columns)).fill_null(True)).then(found)

        return replace(part, value=value, bad=_any([part, nothing]), literal=None)


_COMPARISONS: dict[type[exp.Expression], Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
}
_COMPILERS: dict[type[exp.Expression], Callable[..., Typed]] = {
    exp.Column: Compiler.column,
    exp.Literal: Compiler.constant,
    exp.Null: Compiler.null,
    exp.Boolean: Compiler.truth,
    exp.Paren: Compiler.paren,
    exp.Neg: Compiler.negative,
    exp.Add: Compiler.sum,
    exp.Sub: Compiler.sum,
    exp.Mul: Compiler.product,
    exp.Div: Compiler.quotient,
    exp.Round: Compiler.round,
    exp.Abs: Compiler.absolute,
    exp.Cast: Compiler.cast,
    exp.DPipe: Compiler.joined,
    exp.Concat: Compiler.concat,
    exp.Upper: Compiler.case_of,
    exp.Lower: Compiler.case_of,
    exp.Trim: Compiler.trim,
    exp.Substring: Compiler.substring,
    exp.Left: Compiler.edge,
    exp.Right: Compiler.edge,
    exp.Length: Compiler.length,
    exp.Replace: Compiler.replaced,
    **dict.fromkeys(_COMPARISONS, Compiler.compare),
    exp.Between: Compiler.between,
    exp.In: Compiler.within,
    exp.Like: Compiler.like,
    exp.Is: Compiler.is_null,
    exp.And: Compiler.both,
    exp.Or: Compiler.both,
    exp.Not: Compiler.negated,
    exp.Case: Compiler.case,
    exp.Coalesce: Compiler.coalesce,
    exp.Nullif: Compiler.null_if,
}
_HINTS: dict[type[exp.Expression], str] = {
    exp.IntDiv: 'ROUND("A" / "B", 0)',
    exp.Mod: "it is not exact for negative numbers",
    exp.Select: "a formula is one expression over fields",
}
