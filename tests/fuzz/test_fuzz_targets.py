"""The targets of the fuzzer come back from their seeds, and from thousands of bytes that were made out of them."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.fuzz.targets import NAMES, Target, target

TURNS = 250 * int(os.environ.get("HRBUS_FUZZ", "12"))
"""How many mutations each target is given; more of them on a long night."""

FOUND = {
    "copybook": [
        b"01 A. 05 B PIC X(4) VALUE '\xfdabc'.",
        b"01 A. 05 G OCCURS 3 TIMES. 10 H OCCURS 5. 15 , PIC S9(18) COMP-5.",
    ],
    "picture": [b"\x0bS9(38)", b"\x1aS9(5)V99", b",++--9.9", b"/+,+,+", b"/9(3)"],
    "framing": [b"\x02\xf0\xc4\xc4\xc4\xc4\n\xf1\x81\x82\x83\xc4\xc4\xc4\xc4\r\n"],
}
"""Bytes that atheris has found, and that are mended."""


def mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    """Return a seed with some bytes changed, left out, doubled, or taken from another seed."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(data) + 1)
        length = chance.choice((1, 1, 2, 4, 9))
        other = chance.choice(seeds)
        begin = chance.randrange(len(other) + 1)
        data[at : at + chance.choice((0, length))] = chance.choice(
            (b"", bytes(chance.randrange(256) for _ in range(length)), other[begin : begin + length], data[:length])
        )
    return bytes(data)


def tried(chosen: Target, data: bytes) -> None:
    try:
        chosen.run(data)
    except Exception as error:
        raise AssertionError(f"{data!r} raised {type(error).__name__}") from error


@pytest.mark.parametrize("name", NAMES)
def test_a_target_comes_back_from_whatever_it_is_given(name: str) -> None:
    chosen, chance = target(name), random.Random(name)
    seeds = chosen.seeds()
    for data in (b"", *seeds, *FOUND.get(name, [])):
        tried(chosen, data)
    for _ in range(TURNS):
        tried(chosen, mutated(chance, seeds))


def test_every_target_is_named(root: Path) -> None:
    assert {path.stem for path in (root / "tests" / "fuzz" / "targets").glob("[a-z]*.py")} == set(NAMES)
