"""The compiler of formulas: it walks sqlglot's tree and lets through what has a function of ours, and nothing else.

A ``Typed`` is a part that knows its type. Numbers are Int128 of their last decimal with a bound on their digits; a
part that would need more than 38 is refused, so a formula that compiles cannot overflow. Texts have a bound on their
size likewise: four REPLACEs inside each other could make forty million characters out of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import polars as pl
from sqlglot import expressions as exp

from hrbus.mapping.kinds import MOST_DIGITS
from hrbus.spi import Field, Type

if TYPE_CHECKING:
    from hrbus.mapping.sql.named import Named

Columns: TypeAlias = Sequence[pl.Expr]
MOST_SCALE = 12
"""The most decimals that a part of a formula may have."""
MOST_CHARACTERS = 100_000
"""The most characters that a text in a formula may grow to."""

_HINTS: dict[type[exp.Expr], str] = {
    exp.IntDiv: 'ROUND("A" / "B", 0)',
    exp.Mod: "it is not exact for negative numbers",
    exp.Select: "a formula is one expression over fields",
}


class FormulaError(Exception):
    """A part that is refused: why, where (offset in the text), and what to write instead."""

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        self.message = message
        self.offset = offset
        self.hint = hint
        super().__init__(message)


@dataclass(frozen=True)
class Typed:
    """A compiled part. ``type`` is TEXT, DECIMAL or BOOLEAN, or None for a bare NULL.

    ``digits`` and ``scale`` bound a number. ``size`` is the most characters that a text has, where no field has more
    than its layout says, or than ``leaves.PLAIN_SIZE`` where that says nothing; how upper and lower case change the
    length (at most threefold, and once) is left out of account.
    """

    type: Type | None
    value: Callable[[Columns], pl.Expr]
    bad: Callable[[Columns], pl.Expr] | None = None
    scale: int = 0
    digits: int = 0
    size: int = 0
    literal: Decimal | str | None = None


Find: TypeAlias = Callable[[str, int], "Field | Named | None"]
"""What finds a name at its offset in the text: a field, or a condition-name."""
Compile: TypeAlias = Callable[["Compiler", Any], Typed]
"""What compiles one kind of node."""


def any_bad(*parts: Typed) -> Callable[[Columns], pl.Expr] | None:
    """Return what tells where any of the parts cannot be reckoned, or None where all can."""
    bads = [part.bad for part in parts if part.bad]
    if not bads:
        return None
    return lambda columns: pl.any_horizontal([bad(columns).fill_null(False) for bad in bads])


def rescaled(part: Typed, scale: int) -> Callable[[Columns], pl.Expr]:
    """Return a number with more decimals."""
    if part.type is None or part.scale == scale:
        return part.value
    factor = 10 ** (scale - part.scale)
    return lambda columns: part.value(columns) * pl.lit(factor, dtype=pl.Int128)


class Compiler:
    """Compiles a tree by a table of functions; ``find`` gets the name of a field or condition and its offset.

    ``fields`` are the inputs found so far; ``unknown`` says that one was not found.
    """

    def __init__(self, table: Mapping[type[exp.Expr], Compile], find: Find) -> None:
        self.table = table
        self.find = find
        self.fields: list[Field] = []
        self.unknown = False
        self.offset = 0

    def compile(self, node: exp.Expr) -> Typed:
        """Return ``node`` compiled; FormulaError where it is not on the list or its types do not fit."""
        before, self.offset = self.offset, self._start(node)
        compiler = self.table.get(type(node))
        if compiler is None:
            name = node.sql_name() if isinstance(node, exp.Func) else node.key.upper()
            self.fail(f"{name} is not allowed in a formula", _HINTS.get(type(node), "see the list in the reference"))
        typed = compiler(self, node)
        if typed.type is Type.DECIMAL and (typed.digits > MOST_DIGITS or typed.scale > MOST_SCALE):
            what = f"{typed.digits} digits, {typed.scale} of them decimals"
            hint = f"ROUND a part of it first; {MOST_DIGITS} digits and {MOST_SCALE} decimals are the most"
            self.fail(f"the result may need {what}", hint)
        if typed.size > MOST_CHARACTERS:
            hint = f'LEFT("FIELD", 100) inside it says how long a field is; {MOST_CHARACTERS} characters are the most'
            self.fail(f"the result may grow to {typed.size} characters", hint)
        self.offset = before
        return typed

    def _start(self, node: exp.Expr) -> int:
        starts = [found.meta["start"] for found in node.walk() if "start" in found.meta]
        return min(starts, default=self.offset)

    def fail(self, message: str, hint: str = "") -> NoReturn:
        """Refuse what is being compiled."""
        raise FormulaError(message, self.offset, hint)

    def text_of(self, node: exp.Expr) -> Typed:
        """Return a part that must be text."""
        return self._typed(node, Type.TEXT, "text", "CAST(… AS VARCHAR) makes text of a number")

    def number_of(self, node: exp.Expr) -> Typed:
        """Return a part that must be a number."""
        return self._typed(node, Type.DECIMAL, "a number", "CAST(… AS DECIMAL(9, 2)) reads a number out of text")

    def boolean_of(self, node: exp.Expr) -> Typed:
        """Return a part that must be a condition."""
        return self._typed(node, Type.BOOLEAN, "a condition", "compare it with something")

    def _typed(self, node: exp.Expr, wanted: Type, name: str, hint: str) -> Typed:
        typed = self.compile(node)
        if typed.type is None:
            dtype = {Type.TEXT: pl.String(), Type.DECIMAL: pl.Int128(), Type.BOOLEAN: pl.Boolean()}[wanted]
            return replace(typed, type=wanted, value=lambda columns: pl.lit(None, dtype=dtype), digits=1)
        if typed.type is not wanted and not self.unknown:
            self.offset = self._start(node)
            self.fail(f"{name} should stand here", hint)
        return typed

    def alike(self, nodes: Sequence[exp.Expr]) -> list[Typed]:
        """Return parts that must be of one type; numbers get the same number of decimals."""
        parts = [self.compile(node) for node in nodes]
        types = {part.type for part in parts} - {None}
        if len(types) > 1 and not self.unknown:
            self.fail("text, numbers and conditions cannot be mixed here", "CAST one of them")
        if types != {Type.DECIMAL}:
            return parts
        scale = max(part.scale for part in parts)
        whole = max(part.digits - part.scale for part in parts)
        made = [replace(p, type=Type.DECIMAL, value=rescaled(p, scale), scale=scale) for p in parts]
        return [replace(part, digits=whole + scale) for part in made]

    def whole(self, node: exp.Expr | None, least: int, most: int) -> int:
        """Return a literal whole number between two bounds."""
        typed = self.compile(node) if node is not None else None
        number = typed.literal if typed else None
        if not isinstance(number, Decimal) or number != int(number) or not least <= number <= most:
            self.fail(f"a whole number from {least} to {most} should stand here, written out")
        return int(number)
