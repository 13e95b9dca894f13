"""What becomes of numeric fields that hold no number: blanks, low-values, and nonsense, each by its own policy."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.cobol.codec import CobolCodec, make
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import ConfigError, Context, NoMemory, Origin, SystemClock

Make = Callable[..., Any]

COPYBOOK = "01 R. 05 A PIC 9(3). 05 B PIC S9(3)V99 COMP-3. 05 C OCCURS 2 PIC 9."
BAD = "F0F17B" + "12A45C" + "F1" + "C0"  # A: 01#, B: a digit A, C: 1 and {
BLANK = "404040" + "000000" + "F1" + "F2"


def test_nonsense_is_a_reject_unless_settings_want_something_else(records: Make) -> None:
    frame, (reject,) = records(COPYBOOK, encoding="cp037").read(bytes.fromhex(BAD))
    assert 0 == len(frame)
    assert ("A", 0) == (reject.field, reject.offset)
    assert "PIC 9(3) at byte 1 of the record holds something that is no digit: X'F0F17B'" == reject.reason


@pytest.mark.parametrize(("policy", "value"), [("null", None), ("zero", 0)])
def test_null_or_zero_stands_for_what_is_no_number(records: Make, policy: str, value: int | None) -> None:
    made = records(COPYBOOK, encoding="cp037", invalid_numeric=policy)
    expected = {"A": value, "B": None if value is None else Decimal("0.00"), "C": [1, 0]}
    assert [expected] == made.values(bytes.fromhex(BAD))


def test_a_field_may_have_a_policy_of_its_own(records: Make) -> None:
    made = records(COPYBOOK, encoding="cp037", invalid={"a": "zero", "B": "null"})
    assert [{"A": 0, "B": None, "C": [1, 0]}] == made.values(bytes.fromhex(BAD))


def test_blanks_and_nonsense_are_two_questions(records: Make) -> None:
    made = records(COPYBOOK, encoding="cp037", invalid_numeric="null")
    _frame, rejects = made.read(bytes.fromhex(BLANK))
    assert ["PIC 9(3) at byte 1 of the record is blank: X'404040'"] == [reject.reason for reject in rejects]
    made = records(COPYBOOK, encoding="cp037", blank_numeric="zero")
    assert [{"A": 0, "B": Decimal("0.00"), "C": [1, 2]}] == made.values(bytes.fromhex(BLANK))
    assert 1 == len(made.read(bytes.fromhex(BAD))[1])


def test_a_policy_for_a_field_that_is_not_there_is_refused(records: Make) -> None:
    with pytest.raises(ConfigError, match="NO is no field of R"):
        records(COPYBOOK, invalid={"NO": "null"})


def test_a_count_that_is_no_number_is_always_a_reject(records: Make) -> None:
    made = records("01 R. 05 N PIC 9. 05 T OCCURS 0 TO 2 DEPENDING ON N PIC X.", invalid_numeric="zero")
    _frame, rejects = made.read(b"Xab")
    assert ["N"] == [reject.field for reject in rejects]


def test_how_many_values_were_replaced_is_told_once_a_file(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "R.cpy").write_text("       01 R. 05 A PIC 9. 05 B PIC 9.\n")
    told: list[str] = []
    settings = CobolSettings(
        copybook="R.cpy", encoding="ascii", invalid_numeric="null", invalid={"B": "zero"}, batch_records=1, threads=2
    )
    codec = make(settings, Context(tmp_path, SystemClock(), NoMemory(), told.append))
    batches = list(codec.decode(io.BytesIO(b"1XX1XX"), Origin("r.dat")))
    assert [[1], [None], [None]] == [batch.frame["A"].to_list() for batch in batches]
    assert ["r.dat: B: zero for 2 values that are no numbers", "r.dat: A: null for 2 values that are no numbers"] == (
        sorted(told, key=lambda line: "A:" in line)
    )


@pytest.mark.parametrize("form", ["ieee", "ieee-little"])
def test_what_is_no_finite_float_is_nonsense(records: Make, form: str) -> None:
    copybook, infinite = "01 R. 05 F COMP-1.", bytes.fromhex("7F800000")
    data = infinite if form == "ieee" else infinite[::-1]
    assert 1 == len(records(copybook, float=form).read(data)[1])
    assert [{"F": None}] == records(copybook, float=form, invalid_numeric="null").values(data)


FLOATS = {
    "ibm": ["00000000", "80000000", "40080000", "41100000", "00100000", "7FFFFFFF", "C1000001", "C276A000"],
    "ieee": ["00000001", "80000000", "7FC00000", "FF800000", "7F7FFFFF", "3F800000"],
}


@pytest.mark.parametrize("form", FLOATS)
def test_floats_that_nobody_changed_keep_their_bytes(form: str) -> None:
    """Unnormalised and negative zeros, denormals, infinities and none at all come back as they were."""
    record = parse("01 R. 05 F COMP-1. 05 T PIC X.", "r.cpy").record()
    asked = {"copybook": "r.cpy", "float": form, "keep_raw": True, "invalid_numeric": "null"}
    codec = CobolCodec(CobolSettings.model_validate(asked), record)
    data = b"".join(bytes.fromhex(value) + b"\xc1" for value in FLOATS[form])
    (batch,) = codec.decode(io.BytesIO(data), Origin("r"))
    assert () == batch.rejects
    changed = type(batch)(batch.frame.with_columns(T=batch.frame["T"].str.replace("A", "B")))
    out = io.BytesIO()
    assert [()] == [written.rejects for written in codec.encode([changed], out)]
    assert b"".join(bytes.fromhex(value) + b"\xc2" for value in FLOATS[form]) == out.getvalue()


def test_a_group_may_be_read_as_text_as_well(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "R.cpy").write_text(
        "       01 R.\n           05 N.\n              10 A PIC X(2).\n              10 B PIC 9(2).\n"
    )
    context = Context(tmp_path, SystemClock(), NoMemory())
    codec = make(CobolSettings(copybook="R.cpy", encoding="ascii", group_text=("n",)), context)
    (batch,) = codec.decode(io.BytesIO(b"XY12"), Origin("r"))
    assert [{"A": "XY", "B": 12, "N-TEXT": "XY12"}] == batch.frame.drop("_record", "_offset").to_dicts()
    out = io.BytesIO()
    list(codec.encode([batch], out))
    assert b"XY12" == out.getvalue()
    with pytest.raises(ConfigError, match="A is no group inside of a record"):
        make(CobolSettings(copybook="R.cpy", group_text=("A",)), context)
    with pytest.raises(ConfigError, match="R has no items of the name Z; one is expected"):
        make(CobolSettings(copybook="R.cpy", group_text=("Z",)), context)


def test_filler_gets_columns_where_it_is_asked_for(records: Make) -> None:
    copybook = "01 R. 05 A PIC X. 05 FILLER PIC X(2). 05 FILLER. 10 FILLER PIC 9. 10 B PIC X. 05 PIC X."
    data = b"a..7bz"
    assert [{"A": "a", "B": "b"}] == records(copybook).values(data)
    (row,) = records(copybook, filler=True).values(data)
    assert {"A": "a", "FILLER-1": "..", "FILLER-3": 7, "B": "b", "FILLER-4": "z"} == row
    assert b"a..7bz" == records(copybook, filler=True).again(data)
    assert b"a  0b " == records(copybook).again(data)


def test_a_view_without_a_rule_is_null_where_a_binary_number_is_greater_than_its_picture(records: Make) -> None:
    """Four digits of text are a number of some thousand millions, which nobody meant to be a PIC 9(8)."""
    copybook = "01 R. 05 T PIC X(4). 05 N REDEFINES T PIC 9(8) COMP. 05 M PIC 9(8) COMP."
    data = b"1234" + b"1234"
    assert [{"T": "1234", "N": None, "M": 0x31323334}] == records(copybook).values(data)
    assert [{"T": "1234", "N": 0x31323334, "M": 0x31323334}] == records(copybook, binary_full=True).values(data)


def test_digits_with_low_values_behind_them_are_a_number_too(records: Make) -> None:
    made = records("01 R. 05 N PIC 9(4).", left_digits=True)
    assert [12, 7, 1234] == [row["N"] for row in made.values(b"12\0\0 7\0 1234")]


@pytest.mark.parametrize(("short", "rejected"), [("reject", [2]), ("pad", [])])
def test_a_record_that_ends_early_is_a_reject_or_had_blanks(records: Make, short: str, rejected: list[int]) -> None:
    made = records("01 R. 05 A PIC X(2). 05 B PIC X(3).", frame="rdw", short=short)
    frame, rejects = made.read(b"\0\x09\0\0abcde\0\7\0\0fgh")
    assert rejected == [reject.record for reject in rejects]
    assert [("ab", "cde"), ("fg", "h")][: frame.height] == frame.rows()


@pytest.mark.parametrize("digits", [6, 20])
def test_digits_with_blanks_behind_them_are_a_number_only_where_asked(records: Make, digits: int) -> None:
    copybook = f"01 R. 05 U PIC 9({digits}). 05 S PIC S9({digits})."
    data = b"12".ljust(digits) + b"1r".ljust(digits)
    assert ["U"] == [reject.field for reject in records(copybook).read(data)[1]]
    made = records(copybook, left_digits=True)
    assert [{"U": 12, "S": -12}] == made.values(data)
    assert [{"U": 12, "S": 12}] == made.values(b"12".rjust(digits) + b"12".rjust(digits, b"0"))
    assert ["U"] == [reject.field for reject in made.read(b"1 2".ljust(digits) + b"1r".ljust(digits))[1]]
    assert 1 == len(made.read(b" " * 2 * digits)[1])
