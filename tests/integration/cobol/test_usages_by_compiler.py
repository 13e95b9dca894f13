"""Fields of every usage hold the same bytes as a COBOL compiler puts into them, and the same values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from adapters.cobol.dialect import Dialect, Language
from tests.cobol.exchange import Case, Exchange, case, field
from tests.cobol.own import Own, Values, differences
from tests.cobol.pictures import numbers
from tests.conftest import need

DIGITS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 25, 31, 36, 37, 38)
SIGNS = ("", "SIGN LEADING", "SIGN TRAILING SEPARATE", "SIGN LEADING SEPARATE")
POINTS = ("9(3)V99", "V9(4)", "9(10)V9(8)", "9(20)V9(11)", "V9(38)", "9V9(18)", "9(19)V9")
SCALED = ("9(3)PP", "9P(5)", "VPP9(3)", "PPP99", "VP(4)9", "9(17)P", "VP9(17)")

ZONED = [
    *(f"PIC 9({n})" for n in DIGITS),
    *(f"PIC S9({n}) {sign}" for n in DIGITS for sign in SIGNS),
    *(f"PIC {s}{point}" for point in (*POINTS, *SCALED) for s in ("", "S")),
    *(f"PIC S{point} {sign}" for point in ("9(3)V99", "9(20)V9(11)") for sign in SIGNS),
]
BLANKED = [
    f"PIC {point} BLANK WHEN ZERO" for point in ("9", "9(3)", "9(18)", "9(25)", "ZZ9", "ZZ9.99", "9,999-", "$$9")
]
PACKED = [f"PIC {s}{point} COMP-3" for point in (*(f"9({n})" for n in DIGITS), *POINTS) for s in ("", "S")]
PACKED += [f"PIC {point} COMP-6" for point in (*(f"9({n})" for n in DIGITS), *POINTS)]
SCALED_PACKED = [f"PIC {s}{point} COMP-3" for point in ("9(3)PP", "VPP9(3)", "PPP99", "VP(4)9") for s in ("", "S")]
BINARY = [
    f"PIC {s}{point} {usage}"
    for usage in ("COMP", "COMP-4", "BINARY", "COMP-5")
    for point in (*(f"9({n})" for n in DIGITS if n <= 18), "9(3)V99", "V9(4)", "9(10)V9(8)", "9(3)PP", "VPP9(3)")
    for s in ("", "S")
    if not (usage == "COMP-5" and point in ("9(1)", "9(2)"))  # one byte by GnuCOBOL, two by IBM
]
BINARY += [f"PIC 9({n}) COMP-X" for n in DIGITS if n <= 18]
FULL = [
    f"PIC {point} {usage}"
    for point in ("9(4)", "S9(4)", "9(7)", "S9(9)", "9(3)V99", "S9(16)")
    for usage in ("COMP", "COMP-5")
]
FULL += ["PIC 9(16) COMP-5", "PIC S9(10)V9(6) COMP", "PIC 9(10)V9(6) COMP"]
FULL += [f"BINARY-{size} {s}SIGNED" for size in ("CHAR", "SHORT", "LONG", "DOUBLE") for s in ("", "UN")]
SMALL = [
    f"PIC {s}9({n}) {usage}"
    for n in DIGITS
    for usage in ("COMP", "BINARY", "COMP-5", "COMP-X")
    for s in ("", "S")
    if n <= 18 and (s == "" or usage != "COMP-X")
]
BYTES = [f"PIC X({n}) {usage}" for n in (1, 2, 3, 4, 5, 6, 7) for usage in ("COMP-X", "COMP-5")]
FLOAT = ["COMP-1", "COMP-2"]
TEXT = ["PIC X", "PIC X(7)", "PIC A(5)", "PIC X(5) JUSTIFIED", "PIC A(7) JUST RIGHT"]
INSERTED = ["PIC X(2)BX(2)", "PIC XX/XX0X", "PIC BX(3)B", "PIC ABA", "PIC 9A9", "PIC X0(3)X", "PIC 9(2)/X(2)"]


IEEE_LITTLE = {"float": "ieee-little"}


def values(cases: Sequence[Case]) -> Values:
    """Return numbers that fit every case."""
    pictures = [one.item.picture for one in cases]
    return [list(numbers(picture)) for picture in pictures if picture]


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Exchange]:
    def made(cases: list[Case], *options: str) -> Exchange:
        return Exchange.compiled(need("cobc", "gnucobol4"), tmp_path_factory.mktemp("usage"), cases, *options)

    return made


def agree(exchange: Exchange, asked: Values, **settings: Any) -> None:
    """Put the same values to the compiler and to the codec, in both directions."""
    cases, own = exchange.cases, Own.of(exchange.cases, **settings)
    theirs, ours = exchange.stored(asked), own.stored(asked)
    assert {} == differences(cases, asked, theirs, ours)
    assert {} == differences(cases, asked, asked, own.understood(theirs))
    assert {} == differences(cases, asked, asked, exchange.understood(ours))


@pytest.mark.parametrize("sign", ["ebcdic", "ascii"])
def test_zoned_numbers(compiler: Callable[..., Exchange], sign: str) -> None:
    exchange = compiler([case(clause) for clause in ZONED], "-std=ibm", f"-fsign={sign.upper()}")
    agree(exchange, values(exchange.cases), sign=sign)


def test_numbers_that_are_blank_when_zero(compiler: Callable[..., Exchange]) -> None:
    """A program that GnuCOBOL makes stops when it moves from such a field; what it moves in is compared."""
    exchange = compiler([case(clause) for clause in BLANKED], "-std=ibm")
    asked, own = values(exchange.cases), Own.of(exchange.cases)
    theirs = exchange.stored(asked)
    assert {} == differences(exchange.cases, asked, theirs, own.stored(asked))
    assert {} == differences(exchange.cases, asked, asked, own.understood(theirs))


def test_packed_numbers(compiler: Callable[..., Exchange]) -> None:
    exchange = compiler([case(clause) for clause in PACKED], "-std=ibm")
    agree(exchange, values(exchange.cases))


def test_packed_numbers_whose_point_lies_outside(compiler: Callable[..., Exchange]) -> None:
    """GnuCOBOL cannot store into such a field (what it moves in, it does not find), but it computes with one."""
    exchange = compiler([case(clause, computed=True) for clause in SCALED_PACKED], "-std=ibm")
    asked = values(exchange.cases)
    assert {} == differences(exchange.cases, asked, asked, exchange.understood(Own.of(exchange.cases).stored(asked)))


def test_binary_numbers(compiler: Callable[..., Exchange]) -> None:
    exchange = compiler([case(clause) for clause in BINARY], "-std=ibm")
    agree(exchange, values(exchange.cases))


def test_binary_numbers_beyond_their_picture(compiler: Callable[..., Exchange]) -> None:
    agree(*whole_range(compiler, FULL, Dialect.IBM, "-std=ibm", "-fno-binary-truncate"), binary_full=True)


DIALECTS = pytest.mark.parametrize(("dialect", "std"), [(Dialect.GNUCOBOL, "default"), (Dialect.MF, "mf")])


@DIALECTS
def test_binary_numbers_of_other_dialects(compiler: Callable[..., Exchange], dialect: Dialect, std: str) -> None:
    exchange = compiler([case(clause, language=Language(dialect)) for clause in SMALL], f"-std={std}")
    agree(exchange, values(exchange.cases))


@DIALECTS
def test_bytes_that_are_numbers(compiler: Callable[..., Exchange], dialect: Dialect, std: str) -> None:
    clauses = [clause for clause in BYTES if "COMP-5" not in clause]
    agree(*whole_range(compiler, clauses, dialect, f"-std={std}"))


@DIALECTS
def test_binary_numbers_with_the_low_byte_first(
    compiler: Callable[..., Exchange], dialect: Dialect, std: str
) -> None:
    """PIC X with COMP-5 follows the machine, but in GnuCOBOL only where everything does; its COMP-N never does."""
    options = (f"-std={std}", "-fbinary-byteorder=native")
    exchange = compiler([case(clause, language=Language(dialect)) for clause in SMALL], *options)
    agree(exchange, values(exchange.cases), binary="little")
    agree(*whole_range(compiler, BYTES, dialect, *options), binary="little")


def whole_range(
    compiler: Callable[..., Exchange], clauses: list[str], dialect: Dialect, *options: str
) -> tuple[Exchange, Values]:
    """Return a program for binary fields, and for each the ends of what its bytes hold."""
    items = {clause: field(clause, Language(dialect)) for clause in clauses}
    scales = {clause: item.picture.scale if item.picture else 0 for clause, item in items.items()}
    exchange = compiler([Case(one, 20, scales[one], language=Language(dialect)) for one in clauses], *options)
    bounds = [(8 * item.size, item.picture is None or item.picture.signed) for item in items.values()]
    asked: Values = [
        [0, (1 << bits - sign) - 1, -(1 << bits - 1) * sign, 12345 % (1 << bits - 1)] for bits, sign in bounds
    ]
    return exchange, asked


def test_floating_point(compiler: Callable[..., Exchange]) -> None:
    exchange = compiler([case(clause) for clause in FLOAT], "-std=ibm")
    halves = [0, 1, -1, 3, 1024, -4096, 999, -237_250, 100_000]
    asked: Values = [[n * 500_000_000 for n in halves], [n * 500_000_000 + n * 125 * 10**6 for n in halves]]
    agree(exchange, asked, **IEEE_LITTLE)


def test_texts(compiler: Callable[..., Exchange]) -> None:
    exchange = compiler([case(clause) for clause in TEXT], "-std=ibm")
    asked: Values = [
        [text[: one.text] for text in ("", "A", "AB", "ABCDEFG", "x y", "'\"")] for one in exchange.cases
    ]
    theirs, ours = exchange.stored(asked), Own.of(exchange.cases).stored(asked)
    assert {} == differences(exchange.cases, asked, theirs, ours)
    assert {} == differences(exchange.cases, asked, asked, Own.of(exchange.cases).understood(theirs))
    justified = [text for many in exchange.understood(ours) for text in many]
    assert [str(text).strip() for many in asked for text in many] == [str(text).strip() for text in justified]


def test_texts_with_insertions_are_read_as_they_stand(compiler: Callable[..., Exchange]) -> None:
    """An alphanumeric-edited field is its text, insertions and all: COBOL does not take them out again either."""
    exchange = compiler([case(clause) for clause in INSERTED], "-std=ibm")
    stored = exchange.stored([["", "AB", "ABCD", "A1B2C3"] for _ in exchange.cases])
    understood = exchange.understood(stored)
    shown = [[str(text).rstrip() for text in many] for many in understood]
    assert {} == differences(exchange.cases, shown, shown, Own.of(exchange.cases).understood(stored))
    assert stored == Own.of(exchange.cases).stored(shown)
