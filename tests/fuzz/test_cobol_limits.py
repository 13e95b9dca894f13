"""What asks for more than there is gets an error that says so, in little time and little memory."""

from __future__ import annotations

import contextlib
import random
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.cobol.copybook import parse, read
from hrbus.spi import ConfigError, HrbusError
from tests.fuzz.targets import target

MOST_SECONDS = 20.0
MOST_BYTES = 400 << 20


def within_bounds(work: Callable[[], object]) -> None:
    """Do something that must not take long, nor much memory."""
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work()
    assert time.process_time() - began < MOST_SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10 < MOST_BYTES


NESTED = " ".join(f"{level:02d} G{level} OCCURS 9999 TIMES." for level in range(2, 10))


@pytest.mark.parametrize(
    "text",
    [
        "01 A. 05 B PIC X(999999999).",
        "01 A. 05 B PIC X(99999999999999999999).",
        "01 A. 05 B PIC X OCCURS 999999999999 TIMES.",
        "01 A. 05 B PIC 9(999).",
        "01 A. 05 B PIC X(16000000) OCCURS 99999 TIMES.",
        f"01 A. {NESTED} 49 X PIC X.",
        "01 A. 05 N PIC 9. 05 B OCCURS 0 TO 99999999999999999999 DEPENDING ON N PIC X(9).",
        "01 A. 05 B PIC " + "X(9999999)" * 3 + ".",
        "99999999999999999999 A PIC X.",
    ],
)
def test_a_record_that_no_memory_holds_is_refused(text: str) -> None:
    def work() -> None:
        with pytest.raises(ConfigError):
            parse(text, "huge.cpy")

    within_bounds(work)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "01 A. 05 B PIC " + "(" * 10_000,
        "01 A. 05 B PIC X VALUE " + "ALL " * 10_000,
        "01 A. " + "05 B PIC X. " * 4_000 + "05 C REDEFINES B PIC X.",
        "01 A. " + " ".join(f"05 B{n} PIC X." for n in range(4_000)),
        "01 A. 05 B PIC X. " + "88 C VALUE " + "'x' " * 10_000 + ".",
        "01 A. 05 B PIC X. " + "05 FILLER REDEFINES B PIC X. " * 1_000,
        "01 A PIC X. " * 1_000,
        "'" * 99_999,
        "==" * 10_000,
        "\x00" * 100_000,
        "01 A. 05 \U0001f600 PIC X.",
        "\N{ZERO WIDTH SPACE}01 A.\N{RIGHT-TO-LEFT OVERRIDE} 05 B PIC X.",
    ],
    ids=lambda text: text[:24].encode("ascii", "replace").decode().replace("\x00", "0"),
)
def test_long_and_odd_texts_are_done_with_soon(text: str) -> None:
    def work() -> None:
        with contextlib.suppress(HrbusError):
            parse(text, "long.cpy").record()

    within_bounds(work)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_members_that_copy_each_other_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "ONE.cpy", "01 A. COPY TWO.")
    written(tmp_path, "TWO.cpy", "05 B PIC X. COPY ONE.")
    within_bounds(lambda: refused(tmp_path / "ONE.cpy"))


def test_members_that_double_each_other_are_refused(tmp_path: Path) -> None:
    for n in range(12):
        written(tmp_path, f"M{n}.cpy", f"05 B{n} PIC X. COPY M{n + 1}. COPY M{n + 1}. COPY M{n + 1}. COPY M{n + 1}.")
    written(tmp_path, "M12.cpy", "05 C PIC X.")
    within_bounds(lambda: refused(written(tmp_path, "ALL.cpy", "01 A. COPY M0.")))


def test_a_replacement_that_grows_with_every_member_is_refused(tmp_path: Path) -> None:
    grow = "COPY M{0} REPLACING ==W== BY ==W W W W W W W W W W==."
    for n in range(12):
        written(tmp_path, f"M{n}.cpy", f"05 B{n} PIC X. " + grow.format(n + 1))
    written(tmp_path, "M12.cpy", "05 C PIC X VALUE W.")
    within_bounds(lambda: refused(written(tmp_path, "ALL.cpy", "01 A. " + grow.format(0))))


def refused(path: Path) -> None:
    with pytest.raises(ConfigError):
        read(path).record()


def test_real_copybooks_with_their_words_mixed_up_raise_nothing_but_our_errors(root: Path) -> None:
    chance, chosen = random.Random("words"), target("copybook")
    texts = [path.read_text(encoding="utf-8") for path in sorted((root / "mappings" / "copybooks").glob("*.cpy"))]
    texts += [path.read_text(encoding="utf-8") for path in sorted((root / "tests" / "cobol").glob("*.cpy"))]
    words = [word for text in texts for word in text.split()]
    assert 100 < len(words)
    for _ in range(150):
        lines = chance.choice(texts).splitlines()
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(lines))
            parts = lines[at].split(" ")
            parts[chance.randrange(len(parts))] = chance.choice(words)
            lines[at] = " ".join(parts)
            lines[chance.randrange(len(lines))] = chance.choice(lines)
        chosen.run("\n".join(lines).encode())
