"""Sizes and places of generated records are those that the compiler gives them, in every dialect.

The dialect ``ibm`` is held against ``cobc -std=ibm`` where that follows IBM: it gives COMP-5 of one or two digits one
byte, addresses the machine's eight, and puts slack bytes inside groups (docs/reference/cobol-copybook.md). SYNC in
tables is held against it in single cases only: where an element must be filled up at its end, where tables stand in
tables and where a field in SYNC is redefined, cobc 4.0-early-dev moves fields that come after the SYNC field.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.cobol.copybook import Item, parse
from adapters.cobol.dialect import Dialect, Language
from tests.conftest import need

STANDARDS = {Dialect.IBM: "ibm", Dialect.GNUCOBOL: "default", Dialect.MF: "mf"}
DIGITS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
SYNCHRONISED = ("COMP", "COMP-5", "COMP-1", "COMP-2", "COMP-3", "DISPLAY", "COMP-X", "COMP-N", "COMP-6")
UNPICTURED = ("COMP-1", "COMP-2", "INDEX", "BINARY-CHAR", "BINARY-SHORT", "BINARY-LONG", "BINARY-DOUBLE UNSIGNED")
ADDRESSES = ("POINTER", "PROGRAM-POINTER", "PROCEDURE-POINTER")
TEXTS = ("X(3)", "A(2)", "XBX(2)/X", "N(2)", "ZZ,ZZ9.99-", "$$,$$9.99CR", "-(5)9", "**9B99", "S9(3)PP")


@dataclass
class Generator:
    """Writes the entries of one record; every name is its own."""

    chance: random.Random
    dialect: Dialect
    lines: list[str] = field(default_factory=list)
    names: list[tuple[str, int]] = field(default_factory=list)

    def entry(self, level: int, clauses: str, tables: int) -> str:
        name = f"F{len(self.names)}"
        self.names.append((name, tables))
        text = f"       {level:02} {name} {clauses}.".replace(" .", ".")
        self.lines.append(text.replace("OCCURS", "\n           OCCURS"))
        return name

    def group(self, level: int, tables: int) -> None:
        if self.dialect is Dialect.IBM:
            self.entry(level, "PIC X", tables)
        for _ in range(self.chance.randint(2, 5)):
            times = self.chance.randint(2, 4) if tables < 3 and self.chance.random() < 0.2 else 0
            occurs = f"OCCURS {times} TIMES" if times else ""
            inside = tables + bool(times)
            if level < 20 and self.chance.random() < 0.3:
                self.entry(level, occurs, inside)
                self.group(level + 5, inside)
            else:
                clause = self.clause(synchronised=not inside or self.dialect is Dialect.MF)
                name = self.entry(level, f"{clause} {occurs}", inside)
                if not times and "SYNC" not in clause and self.chance.random() < 0.15:
                    self.entry(level, f"REDEFINES {name} PIC X", tables)

    def clause(self, *, synchronised: bool) -> str:
        sync = " SYNC" if synchronised and self.chance.random() < 0.5 else ""
        if self.chance.random() < 0.3:
            return f"PIC {self.chance.choice(TEXTS)}"
        if self.chance.random() < 0.3:
            mainframe = self.dialect is Dialect.IBM
            usage = self.chance.choice(UNPICTURED if mainframe else (*UNPICTURED, *ADDRESSES))
            return usage + (sync if usage in (*SYNCHRONISED, "POINTER", "INDEX") else "")
        usage = self.chance.choice([each for each in SYNCHRONISED if each not in UNPICTURED])
        digits = self.chance.choice(DIGITS)
        if usage == "COMP-5" and self.dialect is Dialect.IBM:
            digits = max(digits, 3)
        signed = usage not in ("COMP-6", "COMP-X", "COMP-N") and self.chance.random() < 0.5
        sign = " SIGN LEADING SEPARATE" if signed and usage == "DISPLAY" and self.chance.random() < 0.5 else ""
        return f"PIC {'S' if signed else ''}9({digits}) {usage}{sign}" + sync


def compiled(made: Generator, folder: Path) -> list[tuple[str, int, int]]:
    """Return name, offset and length of every field as a compiled program tells them."""
    lines = ["       IDENTIFICATION DIVISION.", "       PROGRAM-ID. PLACES.", "       DATA DIVISION."]
    lines += ["       WORKING-STORAGE SECTION.", "       01 RECORD-0.", *made.lines]
    lines += ["       01 AT-IT USAGE POINTER.", "       01 AT-N REDEFINES AT-IT PIC S9(18) COMP-5."]
    lines += ["       01 BASE-IT USAGE POINTER.", "       01 BASE-N REDEFINES BASE-IT PIC S9(18) COMP-5."]
    lines += ["       PROCEDURE DIVISION.", "           SET BASE-IT TO ADDRESS OF RECORD-0."]
    for name, tables in made.names:
        first = f"{name}({', '.join('1' * tables)})" if tables else name
        lines += [f"           SET AT-IT TO ADDRESS OF {first}.", "           SUBTRACT BASE-N FROM AT-N."]
        lines += [f"           DISPLAY AT-N ' ' LENGTH OF {first}."]
    source = folder / "places.cob"
    source.write_text("\n".join([*lines, "           STOP RUN.", ""]))
    program = folder / "places"
    command = ["cobc", "-x", f"-std={STANDARDS[made.dialect]}", "-o", str(program), str(source)]
    subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    told = subprocess.run([str(program)], check=True, capture_output=True, encoding="utf-8").stdout.splitlines()
    pairs = [tuple(int(word) for word in line.split()) for line in told]
    return [(name, at, length) for (name, _), (at, length) in zip(made.names, pairs, strict=True)]


TABLES = (
    "05 A1 PIC X. 05 B1 COMP-1 SYNC OCCURS 2 TIMES. 05 C1 PIC X.",
    "05 A1 PIC X. 05 B1 OCCURS 3 TIMES. 10 C1 PIC XX. 10 D1 PIC S9(9) COMP SYNC. 10 E1 PIC X. 05 F1 PIC X.",
)


def written(text: str, dialect: Dialect) -> Generator:
    """Return the entries of a text, as if they were generated."""
    made = Generator(random.Random(0), dialect)
    tables: dict[int, int] = {}
    for sentence in text.rstrip(".").split(". "):
        level, _, *clauses = sentence.split()
        around = max((count for above, count in tables.items() if above < int(level)), default=0)
        tables = {above: count for above, count in tables.items() if above < int(level)}
        tables[int(level)] = around + ("OCCURS" in clauses)
        made.entry(int(level), " ".join(clauses), tables[int(level)])
    return made


def ours(item: Item) -> Iterator[tuple[str, int, int]]:
    for each in item.walk():
        if each is not item:
            yield each.name, each.start(), each.size


def check(made: Generator, folder: Path) -> None:
    need("cobc", "gnucobol4")
    text = "\n".join(["       01 RECORD-0.", *made.lines])
    record = parse(text, "places.cpy", language=Language(made.dialect)).record()
    assert compiled(made, folder) == list(ours(record))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dialect", Dialect)
def test_every_field_lies_where_the_compiler_puts_it(tmp_path: Path, dialect: Dialect, seed: int) -> None:
    made = Generator(random.Random(seed), dialect)
    for _ in range(8):
        made.group(5, 0)
    check(made, tmp_path)


@pytest.mark.parametrize("text", TABLES)
@pytest.mark.parametrize("dialect", Dialect)
def test_the_elements_of_a_table_are_filled_up_as_the_compiler_does(
    tmp_path: Path, dialect: Dialect, text: str
) -> None:
    check(written(text, dialect), tmp_path)


@pytest.mark.parametrize(
    ("clauses", "length"),
    [("PIC $ZZZZ9999", 9), ("PIC 9(5)V99", 7), ("PIC VPPP999", 3), ("PIC 999PPP", 3), ("PIC X(3) COMP-X", 3)],
)
def test_a_field_has_the_bytes_that_the_compiler_gives_it(tmp_path: Path, clauses: str, length: int) -> None:
    made = written(f"05 A1 {clauses}.", Dialect.GNUCOBOL)
    check(made, tmp_path)
    assert length == parse(f"01 R. 05 A1 {clauses}.", "a.cpy").record().size
