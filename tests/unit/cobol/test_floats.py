"""Hexadecimal floating point is exact: the nearest number, judged by fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.cobol import floats, kernels

FORMATS = st.sampled_from([4, 8])


def as_fraction(data: bytes) -> Fraction:
    """Return what the bytes say: sign, exponent to the base 16 with an excess of 64, fraction below one."""
    bits = 8 * len(data) - 8
    word = int.from_bytes(data, "big")
    fraction = Fraction(word & ((1 << bits) - 1), 1 << bits)
    value = fraction * Fraction(16) ** ((word >> bits & 0x7F) - 64)
    return -value if word >> bits + 7 else value


def read(data: bytes) -> float:
    values, wrong = floats.read(np.frombuffer(data, dtype=np.uint8).reshape(1, -1), "ibm")
    assert wrong is None
    return float(values[0])


def write(value: float, width: int, form: str = "ibm") -> tuple[bytes, int]:
    made, codes = floats.write(np.array([value]), width, form)
    return made.tobytes(), int(codes[0])


# z/Architecture Principles of Operation, Appendix A, Hexadecimal-Floating-Point Instructions: examples of numbers.
@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("41100000", 1.0),
        ("40800000", 0.5),
        ("3f400000", 1 / 64),
        ("00000000", 0.0),
        ("80000000", -0.0),
        ("c1f00000", -15.0),
        ("00100000", 2.0**-260),
        ("7fffffff", (1 - 2.0**-24) * 2.0**252),
        ("c276a000", -118.625),
        ("434d2000", 1234.0),
        ("c34d200000000000", -1234.0),
    ],
)
def test_numbers_of_the_manual_are_read_and_written(data: str, value: float) -> None:
    assert value.hex() == read(bytes.fromhex(data)).hex()
    assert (bytes.fromhex(data), kernels.OK) == write(value, len(data) // 2)


@pytest.mark.parametrize(
    ("data", "value", "normal"),
    [
        ("42010000", 1.0, "41100000"),
        ("46000001", 1.0, "41100000"),
        ("7f000000", 0.0, "00000000"),
        ("4e00000000000001", 1.0, "4110000000000000"),
        ("00000001", 2.0**-280, None),
        ("40000000000000ff", 255 * 2.0**-56, "34ff000000000000"),
    ],
)
def test_fractions_that_are_not_normalised_are_read(data: str, value: float, normal: str | None) -> None:
    assert value == read(bytes.fromhex(data))
    made, code = write(value, len(data) // 2)
    assert (normal, kernels.OK) == (made.hex(), code) if normal else code == kernels.TOO_FINE


@given(st.binary(min_size=4, max_size=4) | st.binary(min_size=8, max_size=8))
def test_every_number_is_read_as_the_nearest_double(data: bytes) -> None:
    exact = as_fraction(data)
    assert float(exact) == read(data)
    assert bool(data[0] & 0x80) == (math.copysign(1, read(data)) < 0)


@given(st.floats(allow_nan=False, allow_infinity=False), FORMATS)
@example(float.fromhex("0x1.ffffffp0"), 4)
@example(float.fromhex("0x1.ffffffp3"), 4)
@example(float.fromhex("0x1.fffffffffffffp3"), 8)
@example(float.fromhex("0x1.0000001p0"), 4)
@example((1 - 2.0**-25) * 2.0**252, 4)
@example(2.0**-260, 4)
@example(2.0**-261, 8)
@example(5e-324, 8)
def test_every_double_is_written_as_the_nearest_number(value: float, width: int) -> None:
    data, code = write(value, width)
    bits, exact = 8 * width - 8, Fraction(value)
    if code == kernels.TOO_BIG:
        assert abs(exact) >= (1 - Fraction(1, 2 << bits)) * Fraction(16) ** 63
    elif code == kernels.TOO_FINE:
        assert 0 < abs(exact) < Fraction(16) ** -65
    else:
        assert kernels.OK == code
        found = as_fraction(data)
        assert (found == 0) or data[1] >> 4
        step = Fraction(16) ** ((data[0] & 0x7F) - 64) / (1 << bits)
        assert abs(found - exact) * 2 <= step
        if abs(found - exact) * 2 == step:
            assert data[-1] % 2 == 0
        assert math.copysign(1, value) < 0 if data[0] & 0x80 else math.copysign(1, value) > 0


@given(st.binary(min_size=4, max_size=4))
def test_every_normalised_short_number_comes_back(data: bytes) -> None:
    if data[1] >> 4 or (not any(data[1:]) and data[0] & 0x7F == 0):
        assert (data, kernels.OK) == write(read(data), 4)


@given(st.floats(), FORMATS, st.sampled_from(["ieee", "ieee-little"]))
def test_ieee_numbers_are_written_where_they_stay_numbers(value: float, width: int, form: str) -> None:
    data, code = write(value, width, form)
    back, _ = floats.read(np.frombuffer(data, dtype=np.uint8).reshape(1, -1), form)
    if math.isnan(value):
        assert kernels.NO_NUMBER == code
    elif math.isinf(value) or (abs(Fraction(value)) >= (2 - Fraction(1, 1 << 24)) * 2**127 and width == 4):
        assert kernels.TOO_BIG == code
    elif width == 4 and 0 < abs(Fraction(value)) <= Fraction(1, 1 << 150):
        assert kernels.TOO_FINE == code
    else:
        assert kernels.OK == code
        assert (value if width == 8 else float(np.float32(value))) == back[0]
