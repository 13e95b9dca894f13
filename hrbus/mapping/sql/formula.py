"""``$sql``: one scalar SQL expression, in a language that integrators know, compiled by us to polars.

sqlglot reads the text; every node of its tree must be on a list of ours (``TABLE``), and only our own expressions are
ever run. Numbers are exact: whole numbers of their last decimal in 128 bits, whose digits are counted
while compiling, so that nothing can overflow. A division must say how it is rounded: ``ROUND("A" / "B", 2)``, half
to even.

    CASE WHEN "APPL-ST" = 'A' THEN 'Active' ELSE 'Inactive' END

Blank text is NULL, as it is absent in a document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
import sqlglot
from sqlglot import expressions as exp

from hrbus.errors import ConfigError, Fault, Place
from hrbus.mapping.kinds import TEXT, Kind, fixed_text
from hrbus.mapping.sql.conditions import CONDITIONS
from hrbus.mapping.sql.core import Compiler, Find, FormulaError, Typed
from hrbus.mapping.sql.leaves import LEAVES
from hrbus.mapping.sql.named import Named
from hrbus.mapping.sql.numbers import NUMBERS
from hrbus.mapping.sql.texts import TEXTS
from hrbus.spi import Field, Type

MOST_SIGNS = 10_000
"""How long a formula may be."""
TABLE = {**LEAVES, **NUMBERS, **TEXTS, **CONDITIONS}
"""The allow-list: what compiles each kind of node."""


@dataclass(frozen=True)
class Formula:
    """A compiled expression. ``fields`` are its inputs in order; ``kind`` is text or Boolean.

    ``value`` gives the result from one expression per field; ``bad`` a Boolean (null is false) that is true where it
    cannot be reckoned, and is None where it always can.
    """

    fields: tuple[Field, ...]
    kind: Kind
    typed: Typed

    def value(self, *columns: pl.Expr) -> pl.Expr:
        """Return the result; numbers as text with the decimals that the expression has."""
        result = self.typed.value(columns)
        if self.typed.type is Type.DECIMAL:
            return fixed_text(result, self.typed.scale)
        return result

    @property
    def bad(self) -> Callable[..., pl.Expr] | None:
        """What tells, from one expression per field, where the expression cannot be reckoned."""
        bad = self.typed.bad
        return (lambda *columns: bad(columns)) if bad else None


def compile_formula(text: str, find: Find) -> Formula | None:
    """Return the compiled formula; None where ``find`` did not know a name (and said so).

    ``find`` gets the name of a field or condition and its offset in ``text``. ConfigError with faults whose column
    counts from 1 within ``text`` as one line.
    """
    tree = _tree(text)
    compiler = Compiler(TABLE, find)
    try:
        typed = compiler.compile(tree)
    except FormulaError as error:
        raise _fault(error.message, error.offset, error.hint) from None
    except RecursionError:
        raise _fault("the formula nests too deep", 0) from None
    if compiler.unknown:
        return None
    kind = Kind(Type.BOOLEAN) if typed.type is Type.BOOLEAN else TEXT
    return Formula(tuple(compiler.fields), kind, typed)


def condition_formula(named: Named) -> Formula:
    """Return the formula that is nothing but a condition-name."""
    compiler = Compiler(TABLE, lambda name, offset: named)
    typed = compiler.compile(exp.Column(this=exp.Identifier(this=named.condition.name)))
    return Formula(tuple(compiler.fields), Kind(Type.BOOLEAN), typed)


def _tree(text: str) -> exp.Expr:
    if len(text) > MOST_SIGNS:
        raise _fault(f"a formula may have {MOST_SIGNS} characters", 0)
    try:
        trees = sqlglot.parse(text)
    except sqlglot.errors.TokenError as error:
        raise _fault("the formula cannot be read: is a quote closed?", 0) from error
    except sqlglot.errors.ParseError as error:
        detail = error.errors[0] if error.errors else {}
        raise _fault(f"is not SQL: {detail.get('description', 'unknown')}", _offset(text, detail)) from error
    except RecursionError as error:
        raise _fault("the formula nests too deep", 0) from error
    if len(trees) != 1 or trees[0] is None:
        raise _fault("must be one expression", 0, "no semicolons")
    return trees[0]


def _offset(text: str, detail: dict[str, object]) -> int:
    line, column = detail.get("line"), detail.get("col")
    if not isinstance(line, int) or not isinstance(column, int):
        return 0
    before = sum(len(part) + 1 for part in text.split("\n")[: line - 1])
    highlight = detail.get("highlight")
    return max(0, before + column - (len(highlight) if isinstance(highlight, str) else 0))


def _fault(message: str, offset: int, hint: str = "") -> ConfigError:
    return ConfigError(Fault(message, Place("$sql", 1, offset + 1), hint=hint))
