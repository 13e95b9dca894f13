"""Reads and writes COMP-1 and COMP-2: IBM hexadecimal floating point and IEEE 754.

    >>> values, wrong = read(np.frombuffer(bytes.fromhex("c276a000"), dtype="u1").reshape(1, 4), "ibm")
    >>> values.tolist(), wrong
    ([-118.625], None)

IBM hexadecimal floating point: a sign bit, seven bits of exponent to the base 16 with an excess of 64, and a fraction
of 24 or 56 bits (z/Architecture Principles of Operation, *Hexadecimal-floating-point instructions*).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from adapters.cobol import kernels

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def read(field: Bytes, form: str) -> tuple[Floats, Bytes | None]:
    """Return the numbers in the rows of ``field`` (n × 4 or n × 8), and codes where one is infinite or none."""
    width = field.shape[1]
    if form == "ibm":
        return _from_hexadecimal(field), None
    order = "<" if form == "ieee-little" else ">"
    values = np.ascontiguousarray(field).view(f"{order}f{width}")[:, 0].astype(np.float64)
    wrong = ~np.isfinite(values)
    if not wrong.any():
        return values, None
    return np.where(wrong, 0.0, values), np.where(wrong, kernels.BAD_DIGIT, kernels.OK).astype(np.uint8)


def write(values: Floats, width: int, form: str) -> tuple[Bytes, Bytes]:
    """Return the nearest numbers as bytes, and codes where one is too great, too small, or none at all."""
    if form == "ibm":
        made, great, small = _to_hexadecimal(values, width)
    else:
        with np.errstate(over="ignore", under="ignore"):
            near = values.astype(f"{'<' if form == 'ieee-little' else '>'}f{width}")
        made, great = near.view(np.uint8).reshape(len(values), width), np.isinf(near)
        small = (near == 0) & (values != 0)
    codes = np.select(
        [np.isnan(values), great, small], [kernels.NO_NUMBER, kernels.TOO_BIG, kernels.TOO_FINE], kernels.OK
    )
    return made, codes.astype(np.uint8)


def _from_hexadecimal(field: Bytes) -> Floats:
    width = field.shape[1]
    words = np.zeros(len(field), dtype=np.uint64)
    for column in range(width):
        words = (words << np.uint64(8)) | field[:, column]
    bits = 8 * width - 8
    fraction = (words & np.uint64((1 << bits) - 1)).astype(np.float64)
    exponent = ((words >> np.uint64(bits)) & np.uint64(0x7F)).astype(np.int32)
    values = np.ldexp(fraction, 4 * (exponent - 64) - bits)
    signed: Floats = np.where(words >> np.uint64(8 * width - 1), -values, values)
    return signed


def _to_hexadecimal(values: Floats, width: int) -> tuple[Bytes, Bools, Bools]:
    """Write the nearest fraction that is normalised: its first hexadecimal digit is not zero.

    The second and third result say where a number is too great for any exponent, or too small.
    """
    bits = 8 * width - 8
    finite = np.where(np.isfinite(values), values, 0.0)
    mantissa, power = np.frexp(np.abs(finite))
    exponent = -(-power // 4)
    fraction = np.rint(np.ldexp(mantissa, power - 4 * exponent + bits)).astype(np.uint64)
    over = fraction >> np.uint64(bits) != 0
    fraction = np.where(over, fraction >> np.uint64(4), fraction)
    exponent = np.where(fraction == 0, -64, exponent + over) + 64
    great, small = (exponent > 127) | np.isinf(values), exponent < 0
    head = (np.signbit(finite).astype(np.uint64) << np.uint64(7)) | np.clip(exponent, 0, 127).astype(np.uint64)
    words = (head << np.uint64(bits)) | fraction
    shifts = np.arange(width - 1, -1, -1, dtype=np.uint64) * np.uint64(8)
    return ((words[:, None] >> shifts) & np.uint64(0xFF)).astype(np.uint8), great, small
