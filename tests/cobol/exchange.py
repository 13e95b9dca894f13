"""COBOL programs that tell what a compiler stores: they turn numbers into the bytes of fields, and back.

One program knows many declarations. It reads questions of 120 bytes (a letter, the number of a declaration, a body)
and answers each with 115 bytes: W moves the number in the body to the field and answers with the field's bytes, R
takes the body as the field's bytes and answers with the number. Numbers travel as digits behind a sign of their own.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.cobol.copybook import Item, parse
from adapters.cobol.dialect import Language

BODY = 115
IBM = Language()
_QUESTION = 5 + BODY


@dataclass(frozen=True)
class Case:
    """A declaration such as ``PIC S9(5) COMP-3``, and the digits around the point that carry its numbers."""

    clause: str
    whole: int
    scale: int
    text: int = 0
    """The characters that carry its texts, where it holds no number."""
    real: bool = False
    """It is floating point."""
    computed: bool = False
    """Numbers go in and out by COMPUTE instead of MOVE."""
    language: Language = IBM

    @property
    def item(self) -> Item:
        """The field that the declaration makes."""
        return field(self.clause, self.language)

    def moved(self, source: str, target: str) -> str:
        """Return the statement that brings a value from one field to another."""
        if self.computed:
            return f"COMPUTE {target} = {source}"
        return f"MOVE FUNCTION TRIM({source} TRAILING) TO {target}" if self.text else f"MOVE {source} TO {target}"

    @property
    def carrier(self) -> str:
        """The clause of the field that carries its value."""
        if self.text:
            return f"PIC X({self.text})"
        digits = (f"9({self.whole})" if self.whole else "") + (f"V9({self.scale})" if self.scale else "")
        return f"PIC S{digits} SIGN LEADING SEPARATE"

    def carried(self, value: int | str) -> bytes:
        """Return a text, or a number of the smallest units, as it travels."""
        if isinstance(value, str):
            return value.encode("ascii")
        return f"{'-' if value < 0 else '+'}{abs(value):0{self.whole + self.scale}d}".encode("ascii")

    def value(self, body: bytes) -> int | str:
        """Return what has travelled; a text where it is no number."""
        text = body[: self.text or 1 + self.whole + self.scale].decode("ascii")
        return int(text) if text[1:].isdecimal() and not self.text else text


def case(clause: str, *, computed: bool = False, language: Language = IBM) -> Case:
    """Return the case of a declaration; what carries its numbers follows from its picture.

    They are counted in the units of its column: in ones where P moves the point to the right.
    """
    item = field(clause, language)
    picture = item.picture
    if picture is None:
        return Case(clause, 9, 9, real=item.usage.value in ("COMP-1", "COMP-2"), language=language)
    if not picture.digits:
        return Case(clause, 0, 0, text=item.size, language=language)
    scale = picture.scale
    return Case(clause, max(picture.digits - scale, 0), max(scale, 0), computed=computed, language=language)


def field(clause: str, language: Language = IBM) -> Item:
    """Return the field that a declaration makes."""
    return parse(f"01 R. 05 F {clause}.", "case.cpy", language=language).record().children[0]


def source(cases: Sequence[Case], special: str = "") -> str:
    """Return the program for some declarations, in free format."""
    fields = "\n".join(
        [f"01 N-{n} REDEFINES BODY {one.carrier}." for n, one in enumerate(cases, 1)]
        + [f"01 F-{n}. 05 V-{n} {one.clause}." for n, one in enumerate(cases, 1)]
    )
    turns = "\n".join(
        f"W-{n}. {one.moved(f'N-{n}', f'V-{n}')}. MOVE F-{n} TO BODY.\n"
        f"R-{n}. MOVE BODY TO F-{n}. MOVE ALL '?' TO BODY. {one.moved(f'V-{n}', f'N-{n}')}."
        for n, one in enumerate(cases, 1)
    )
    choice = "\n".join(
        f"WHEN {n} IF Q-WAY = 'W' PERFORM W-{n} ELSE PERFORM R-{n} END-IF" for n in range(1, len(cases) + 1)
    )
    return _PROGRAM.format(special=special, fields=fields, choice=choice, turns=turns, body=BODY)


_PROGRAM = """\
IDENTIFICATION DIVISION.
PROGRAM-ID. EXCHANGE.
ENVIRONMENT DIVISION.
CONFIGURATION SECTION.
{special}
INPUT-OUTPUT SECTION.
FILE-CONTROL.
    SELECT QUESTIONS ASSIGN TO "QUESTIONS" ORGANIZATION SEQUENTIAL.
    SELECT ANSWERS ASSIGN TO "ANSWERS" ORGANIZATION SEQUENTIAL.
DATA DIVISION.
FILE SECTION.
FD QUESTIONS.
01 QUESTION. 05 Q-WAY PIC X. 05 Q-CASE PIC 9(4). 05 Q-BODY PIC X({body}).
FD ANSWERS.
01 ANSWER PIC X({body}).
WORKING-STORAGE SECTION.
01 DONE PIC X VALUE 'N'.
01 BODY PIC X({body}).
{fields}
PROCEDURE DIVISION.
MAIN-LINE.
    OPEN INPUT QUESTIONS OUTPUT ANSWERS
    PERFORM ONE-QUESTION UNTIL DONE = 'Y'
    CLOSE QUESTIONS ANSWERS
    STOP RUN.
ONE-QUESTION.
    READ QUESTIONS AT END MOVE 'Y' TO DONE
    NOT AT END
        MOVE Q-BODY TO BODY
        EVALUATE Q-CASE
        {choice}
        END-EVALUATE
        WRITE ANSWER FROM BODY
    END-READ.
{turns}
"""


@dataclass(frozen=True)
class Exchange:
    """A compiled program, and the declarations that it knows."""

    program: Path
    cases: tuple[Case, ...]

    @classmethod
    def compiled(
        cls, compiler: str, folder: Path, cases: Sequence[Case], *options: str, special: str = ""
    ) -> Exchange:
        """Compile the program for some declarations into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        text, program = folder / "EXCHANGE.cob", folder / "EXCHANGE"
        text.write_text(source(cases, special), encoding="ascii")
        command = [compiler, "-x", "-free", "-O0", *options, "-o", str(program), str(text)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
        assert 0 == done.returncode, done.stderr
        return cls(program, tuple(cases))

    def stored(self, numbers: Sequence[Sequence[int | str]]) -> list[list[bytes]]:
        """Return the bytes of the fields, for the values of every case in turn."""
        asked = [("W", one, one.carried(v)) for one, many in zip(self.cases, numbers, strict=True) for v in many]
        answers = iter(self._answers(asked))
        sizes = [one.item.size for one in self.cases]
        return [[next(answers)[:size] for _ in many] for size, many in zip(sizes, numbers, strict=True)]

    def understood(self, stored: Sequence[Sequence[bytes]]) -> list[list[int | str]]:
        """Return the values that the program finds in the bytes of fields."""
        asked = [("R", one, data) for one, many in zip(self.cases, stored, strict=True) for data in many]
        answers = iter(self._answers(asked))
        return [[one.value(next(answers)) for _ in many] for one, many in zip(self.cases, stored, strict=True)]

    def _answers(self, asked: Sequence[tuple[str, Case, bytes]]) -> list[bytes]:
        numbers = {one: n for n, one in enumerate(self.cases, 1)}
        questions, answers = self.program.with_name("questions"), self.program.with_name("answers")
        with questions.open("wb") as stream:
            for way, one, body in asked:
                stream.write(f"{way}{numbers[one]:04d}".encode("ascii") + body.ljust(BODY))
        names = {"DD_QUESTIONS": str(questions), "DD_ANSWERS": str(answers)}
        subprocess.run([self.program], env={**os.environ, **names}, check=True, capture_output=True)
        data = answers.read_bytes()
        assert len(asked) * BODY == len(data)
        return [data[at : at + BODY] for at in range(0, len(data), BODY)]
