"""The kernels say what a plain reading of the bytes says, byte by byte and digit by digit, for every storage.

The plain readings below are slow and short. They are made from the rules, not from the kernels.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cobol import decode, encode, kernels
from adapters.cobol.copybook import parse
from adapters.cobol.plan import Options, Plan
from adapters.cobol.planning import compiled
from adapters.cobol.signs import Signs
from adapters.pages import find

Read = int | str | None
"""What a field holds; None where it is wrong."""


def plan_of(picture: str, page: str, *, binary_big: bool = True) -> Plan:
    """Return the plan of a record of one field, after a byte that makes it begin anywhere."""
    record = parse(f"01 R.\n 05 G PIC X.\n 05 F {picture}.\n", "r.cpy").record()
    found = find(page)
    return compiled(record, Options(found, ebcdic_sign=found.ebcdic, binary_big=binary_big))


def read_all(plan: Plan, fields: list[bytes]) -> list[Read]:
    """Return what the codec reads: the last field ends where the bytes end."""
    data = b"".join(plan.options.page.encode("1") + field for field in fields)
    found = decode.read(
        plan, np.frombuffer(data, dtype=np.uint8), np.arange(len(fields)) * (len(data) // len(fields))
    )
    wrong = {one.row for one in found.wrong}
    return [None if row in wrong else whole(value) for row, value in enumerate(found.frame["F"].to_list())]


def whole(value: str | Decimal | int) -> str | int:
    return int(value.scaleb(2)) if isinstance(value, Decimal) else value


def in_packed(field: bytes, digits: int, signed: bool, with_sign: bool) -> Read:
    halves = field.hex()
    number, sign = (halves[:-1], halves[-1]) if with_sign else (halves, "f")
    if not number.isdecimal() or sign.isdecimal() or int(number) >= 10**digits:
        return None
    if sign in "bd":
        return -int(number) if signed else None
    return int(number)


def in_zoned(field: bytes, mode: int, page: str) -> Read:
    tables = Signs.of(ebcdic_page=find(page).ebcdic, ebcdic_sign=find(page).ebcdic)
    blank = find(page).blank
    leading = mode in (kernels.LEADING, kernels.LEADING_SEPARATE)
    separate = mode in (kernels.LEADING_SEPARATE, kernels.TRAILING_SEPARATE)
    place = 0 if leading else len(field) - 1
    table = tables.separate if separate else tables.unsigned if mode == kernels.UNSIGNED else tables.signed
    sign = int(table[field[place]])
    if sign == kernels.NO_VALUE:
        return None
    digits: list[int] = []
    for at, byte in enumerate(field):
        if at == place:
            digits += [] if separate else [sign & 0x0F]
        elif (digit := int(tables.digits[byte])) != kernels.NO_VALUE:
            digits.append(digit)
        elif leading or digits or byte != blank:
            return None
    number = int("".join(map(str, digits)) or "0")
    return -number if sign & kernels.MINUS else number


def in_text(field: bytes, page: str) -> Read:
    """Trim bytes first: a blank of the page and a low-value, whatever other characters look like blanks."""
    try:
        return field.rstrip(bytes([find(page).blank, 0])).decode(page)
    except UnicodeDecodeError:
        return None


@dataclass(frozen=True)
class Signed:
    """A way to put a sign, as the copybook says it and as the kernels call it."""

    clause: str
    mode: int


SIGNS = st.sampled_from(
    [
        Signed("", kernels.TRAILING),
        Signed("SIGN LEADING", kernels.LEADING),
        Signed("SIGN TRAILING SEPARATE", kernels.TRAILING_SEPARATE),
        Signed("SIGN LEADING SEPARATE", kernels.LEADING_SEPARATE),
    ]
)
PAGES = st.sampled_from(["cp037", "ascii", "cp1140", "latin-1"])


def fields_of(width: int, likely: bytes) -> st.SearchStrategy[list[bytes]]:
    """Return fields of one width: mostly of bytes that are likely in them, some of any."""
    plain = st.lists(st.sampled_from(list(likely)), min_size=width, max_size=width).map(bytes)
    return st.lists(st.one_of(plain, plain, st.binary(min_size=width, max_size=width)), min_size=1, max_size=20)


@given(st.data(), st.integers(1, 18), st.booleans(), st.booleans(), st.booleans())
@settings(deadline=None)
def test_packed_fields_are_read_as_their_half_bytes_say(
    data: st.DataObject, digits: int, signed: bool, with_sign: bool, decimals: bool
) -> None:
    whole_part = f"9({digits - 2})V99" if decimals and digits > 2 else f"9({digits})"
    usage = "COMP-3" if with_sign else "COMP-6"
    plan = plan_of(f"PIC {'S' if signed and with_sign else ''}{whole_part} {usage}", "cp037")
    width = (digits + 2) // 2 if with_sign else (digits + 1) // 2
    ends = st.sampled_from([0x0C, 0x1D, 0x2F, 0x9B, 0x3A, 0x7E, 0x45, 0x90])
    plain = st.tuples(
        st.lists(st.sampled_from([0, 0x12, 0x99, 0x40, 0x05]), min_size=width - 1, max_size=width - 1), ends
    ).map(lambda parts: bytes([*parts[0], parts[1]]))
    fields = data.draw(st.lists(plain | st.binary(min_size=width, max_size=width), min_size=1, max_size=20))
    assert [in_packed(field, digits, signed, with_sign) for field in fields] == read_all(plan, fields)


@given(st.data(), st.integers(1, 18), st.none() | SIGNS, PAGES)
@settings(deadline=None)
def test_zoned_fields_are_read_as_their_digits_say(
    data: st.DataObject, digits: int, sign: Signed | None, page: str
) -> None:
    plan = plan_of(f"PIC {'S' if sign else ''}9({digits}) {sign.clause if sign else ''}", page)
    mode = sign.mode if sign else kernels.UNSIGNED
    likely = bytes([0xF0, 0xF1, 0xF7, 0xF9, 0xFA, 0xC5, 0xD4, 0x40, 0x4E, 0x60])
    if not find(page).ebcdic:
        likely = b"0179: p+-{"
    width = digits + (mode in (kernels.TRAILING_SEPARATE, kernels.LEADING_SEPARATE))
    fields = data.draw(fields_of(width, likely[:5]) | fields_of(width, likely))
    assert [in_zoned(field, mode, page) for field in fields] == read_all(plan, fields)


@given(st.data(), st.sampled_from([1, 4, 9, 18]), st.booleans(), st.booleans())
@settings(deadline=None)
def test_binary_fields_are_read_as_integers(data: st.DataObject, digits: int, signed: bool, big: bool) -> None:
    plan = plan_of(f"PIC {'S' if signed else ''}9({digits}) COMP", "cp037", binary_big=big)
    width = plan.size - 1
    fields = data.draw(fields_of(width, b"\x00\x01\x7f\x80\xff"))
    numbers = [int.from_bytes(field, "big" if big else "little", signed=signed) for field in fields]
    expected = [number if number < 1 << 63 else None for number in numbers]
    assert expected == read_all(plan, fields)


@given(st.data(), st.integers(1, 40), PAGES)
@settings(deadline=None)
def test_text_is_read_as_its_page_says(data: st.DataObject, width: int, page: str) -> None:
    blank = find(page).blank
    likely = "Az9é ".encode(page, errors="ignore") + bytes([blank, blank, 0])
    fields = data.draw(fields_of(width, likely))
    assert [in_text(field, page) for field in fields] == read_all(plan_of(f"PIC X({width})", page), fields)


@given(st.data(), st.integers(1, 40), PAGES, st.booleans())
@settings(deadline=None)
def test_text_is_written_as_its_page_says(data: st.DataObject, width: int, page: str, justified: bool) -> None:
    texts = data.draw(st.lists(st.text(st.sampled_from("ABz 09é€字"), max_size=width + 2), min_size=1, max_size=20))
    plan = plan_of(f"PIC X({width}){' JUSTIFIED' if justified else ''}", page)
    blank = " ".encode(page)
    expected: list[bytes | None] = []
    for text in texts:
        try:
            field = text.encode(page)
        except UnicodeEncodeError:
            expected.append(None)
            continue
        field = field if len(field) <= width else field[:width] + field[width:].rstrip(blank)
        side = field.rjust(width, blank) if justified else field.ljust(width, blank)
        expected.append(side if len(side) == width else None)
    assert expected == written(plan, pl.Series(texts))


def written(plan: Plan, values: pl.Series) -> list[bytes | None]:
    """Return the bytes of every field, None where it could not be written; what lies before it must stay."""
    made = encode.write(plan, pl.DataFrame({"G": ["1"] * len(values), "F": values}), plan.size)
    assert ["1".encode(plan.options.page.name)] * len(values) == [row[:1].tobytes() for row in made.records]
    wrong = {one.row for one in made.wrong}
    return [None if row in wrong else made.records[row, 1:].tobytes() for row in range(len(values))]


def out_zoned(value: int, digits: int, mode: int, page: str) -> bytes | None:
    signs = Signs.of(ebcdic_page=find(page).ebcdic, ebcdic_sign=find(page).ebcdic)
    text = str(abs(value)).zfill(digits)
    if len(text) > digits or (value < 0 and mode == kernels.UNSIGNED):
        return None
    made = bytearray(text.encode(page))
    over = signs.negative if value < 0 else signs.positive
    separate = bytes([signs.minus if value < 0 else signs.plus])
    if mode == kernels.TRAILING:
        made[-1] = over[int(text[-1])]
    elif mode == kernels.LEADING:
        made[0] = over[int(text[0])]
    return {kernels.TRAILING_SEPARATE: bytes(made) + separate, kernels.LEADING_SEPARATE: separate + bytes(made)}.get(
        mode, bytes(made)
    )


def out_packed(value: int, digits: int, signed: bool, with_sign: bool) -> bytes | None:
    text = str(abs(value))
    if len(text) > digits or (value < 0 and not signed):
        return None
    sign = ("d" if value < 0 else "c") if signed else "f"
    halves = text + sign if with_sign else text
    width = (digits + 2) // 2 if with_sign else (digits + 1) // 2
    return bytes.fromhex(halves.zfill(2 * width))


def numbers_of(digits: int) -> st.SearchStrategy[list[int]]:
    """Return numbers of which some have a digit too many."""
    most = min(10 ** (digits + 1), 1 << 63) - 1
    near = st.sampled_from([0, 1, -1, 10**digits - 1, 1 - 10**digits, 9_999 % 10**digits, 10 ** (digits - 1)])
    return st.lists(st.one_of(near, st.integers(-most - 1, most)), min_size=1, max_size=20)


@given(st.data(), st.integers(1, 18), st.none() | SIGNS, PAGES)
@settings(deadline=None)
def test_zoned_numbers_are_written_digit_by_digit(
    data: st.DataObject, digits: int, sign: Signed | None, page: str
) -> None:
    values = data.draw(numbers_of(digits))
    plan = plan_of(f"PIC {'S' if sign else ''}9({digits}) {sign.clause if sign else ''}", page)
    mode = sign.mode if sign else kernels.UNSIGNED
    expected = [out_zoned(value, digits, mode, page) for value in values]
    assert expected == written(plan, pl.Series(values, dtype=pl.Int64))


@given(st.data(), st.integers(3, 18), st.booleans(), st.booleans(), st.booleans())
@settings(deadline=None)
def test_packed_numbers_are_written_digit_by_digit(
    data: st.DataObject, digits: int, signed: bool, with_sign: bool, decimals: bool
) -> None:
    values = data.draw(numbers_of(digits))
    signed = signed and with_sign
    usage = "COMP-3" if with_sign else "COMP-6"
    body = f"9({digits - 2})V99" if decimals else f"9({digits})"
    series = pl.Series(values, dtype=pl.Int64)
    if decimals:
        series = pl.Series([Decimal(value).scaleb(-2) for value in values], dtype=pl.Decimal(38, 2))
    expected = [out_packed(value, digits, signed, with_sign) for value in values]
    assert expected == written(plan_of(f"PIC {'S' if signed else ''}{body} {usage}", "cp037"), series)


@given(st.data(), st.sampled_from([1, 4, 9, 17]), st.booleans(), st.booleans())
@settings(deadline=None)
def test_binary_numbers_are_written_as_integers(data: st.DataObject, digits: int, signed: bool, big: bool) -> None:
    values = data.draw(numbers_of(digits))
    plan = plan_of(f"PIC {'S' if signed else ''}9({digits}) COMP", "cp037", binary_big=big)
    expected = [
        value.to_bytes(plan.size - 1, "big" if big else "little", signed=signed)
        if abs(value) < 10**digits and (signed or value >= 0)
        else None
        for value in values
    ]
    assert expected == written(plan, pl.Series(values, dtype=pl.Int64))


@given(st.lists(st.text("AZ é", max_size=30), min_size=3, max_size=20), st.data())
@settings(deadline=None)
def test_a_slice_of_a_frame_is_written_as_the_frame_is(texts: list[str], data: st.DataObject) -> None:
    """Arrow says with an offset where a slice begins; a frame in several chunks has several arrays."""
    plan = plan_of("PIC X(30)", "cp037")
    start = data.draw(st.integers(1, len(texts) - 1))
    values = pl.Series(texts)
    assert written(plan, values)[start:] == written(plan, values[start:])
    assert written(plan, values) == written(plan, pl.concat([values[:start], values[start:]], rechunk=False))
