"""A column of documents on its way to text: HR-XML, canonical JSON, and the verdict on it.

    written = vocabulary.written(documents)
    written.xml(), written.payload()        # String columns
    written.proven                          # which are certainly valid, as Booleans
    written.judge(Validation())             # what is wrong with which

All of them must know which texts hold signs that are special in XML or JSON. That is looked at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from hrbus.hrxml.node import Node
from hrbus.hrxml.proof import Proof, prove
from hrbus.hrxml.render import render
from hrbus.hrxml.styles import Json, Xml
from hrbus.hrxml.validate import Failure, ProofError
from hrbus.values import Validation


@dataclass(frozen=True)
class Written:
    """Trees of one root in a Struct column.

    ``records`` are their record numbers; ``style`` is how their vocabulary writes XML, ``check`` how it judges texts.
    """

    root: Node
    trees: pl.Series
    records: pl.Series
    style: Xml
    check: Callable[[pl.Series], list[Failure]]

    def xml(self) -> pl.Series:
        """Return the HR-XML text of every document: a String column, without nulls, without an XML declaration.

        Characters that XML 1.0 cannot carry are left in the text, so ``judge`` refuses that document and says where.
        Raises ValueError or PathError where the column does not fit the vocabulary.
        """
        return render(self.root, self.trees, self.style, self._proof.special)

    def payload(self) -> pl.Series:
        """Return the canonical JSON payload of every document: a String column without nulls."""
        return render(self.root, self.trees, Json(), self._proof.special)

    @property
    def proven(self) -> pl.Series:
        """Which documents are certainly valid, as Booleans; no text is made for that."""
        return pl.Series(self._proof.good)

    def judge(self, validation: Validation) -> list[Failure]:
        """Return what is wrong with which documents, in the order of the rows, the first of each.

        ``validation`` says which of them become a text and are parsed. A sample goes by the records' own numbers.
        Raises ProofError where the parser refuses what the columns proved.
        """
        if not validation.proven:
            return self.check(self.xml())
        proven = self.proven
        asked = ~proven
        if validation.sample:
            asked = asked | (self.records % validation.sample == 0)
        rows = asked.arg_true()
        if not len(rows):
            return []
        found = self.check(render(self.root, self.trees.gather(rows), self.style, self._proof.special))
        failures = [Failure(int(rows[row]), reason, path) for row, reason, path in found]
        for row, reason, path in failures:
            if proven[row]:
                raise ProofError(self.records[row], reason, path)
        return failures

    @cached_property
    def _proof(self) -> Proof:
        return prove(self.root, self.trees)
