"""The same questions that ``exchange`` puts to a compiler, put to the cobol codec."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

import polars as pl

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, Origin
from tests.cobol.exchange import Case

Values = list[list[int | str]]
_EXACT = Context(prec=80)


@dataclass(frozen=True)
class Own:
    """The codec for some declarations: one record that has a field for each of them."""

    codec: CobolCodec
    cases: tuple[Case, ...]

    @classmethod
    def of(cls, cases: Sequence[Case], **settings: Any) -> Own:
        """Return the codec; what the settings do not say is ASCII."""
        fields = "\n".join(f"05 F-{n} {one.clause}." for n, one in enumerate(cases, 1))
        record = parse(f"01 R.\n{fields}", "cases.cpy", language=cases[0].language).record()
        chosen = CobolSettings(copybook="cases.cpy", **{"encoding": "ascii"} | settings)
        return cls(CobolCodec(chosen, record), tuple(cases))

    def stored(self, numbers: Sequence[Sequence[int | str]]) -> list[list[bytes]]:
        """Return the bytes of the fields, for the values of every case in turn."""
        rows = max(map(len, numbers))
        columns = {
            f"F-{n}": self._series(one, [many[row % len(many)] for row in range(rows)])
            for n, (one, many) in enumerate(zip(self.cases, numbers, strict=True), 1)
        }
        out = io.BytesIO()
        (written,) = self.codec.encode([Batch(pl.DataFrame(columns))], out)
        self._accept(written)
        data = out.getvalue()
        return [
            [data[row * self.codec.plan.size + leaf.offset :][: leaf.width] for row in range(len(many))]
            for leaf, many in zip(self.codec.plan.stored, numbers, strict=True)
        ]

    def understood(self, stored: Sequence[Sequence[bytes]]) -> Values:
        """Return the values that the codec finds in the bytes of fields."""
        rows = max(map(len, stored))
        data = b"".join(many[row % len(many)] for row in range(rows) for many in stored)
        (batch,) = self.codec.decode(io.BytesIO(data), Origin("cases"))
        self._accept(batch)
        return [
            [self._value(one, value) for value in batch.frame[f"F-{n}"].head(len(many)).to_list()]
            for n, (one, many) in enumerate(zip(self.cases, stored, strict=True), 1)
        ]

    def _accept(self, batch: Batch) -> None:
        refused = [(self.cases[int(one.field[2:]) - 1].clause, one.reason) for one in batch.rejects]
        assert not refused, refused

    @staticmethod
    def _series(one: Case, values: Sequence[int | str]) -> pl.Series:
        if one.text:
            return pl.Series(values, dtype=pl.String)
        if one.real:
            return pl.Series([float(Decimal(f"{value}e-{one.scale}")) for value in values], dtype=pl.Float64)
        return pl.Series([Decimal(f"{value}e-{one.scale}") for value in values], dtype=pl.Decimal(38, one.scale))

    @staticmethod
    def _value(one: Case, value: Any) -> int | str:
        return str(value) if one.text else int(Decimal(value).scaleb(one.scale, _EXACT))


def differences(cases: Sequence[Case], asked: Sequence[Sequence[Any]], one: Any, other: Any) -> dict[str, list[Any]]:
    """Return what two answers disagree about: by declaration, what was asked and both answers."""
    found: dict[str, list[Any]] = {}
    for case, questions, left, right in zip(cases, asked, one, other, strict=True):
        for answers in zip(questions, left, right, strict=True):
            if answers[1] != answers[2]:
                found.setdefault(case.clause, []).append(answers)
    return found
