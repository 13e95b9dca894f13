"""A picture: it is refused, or what is written into a field of it is read again."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import numbers, units
from adapters.cobol.copybook import parse
from adapters.cobol.dialect import Language
from adapters.cobol.plan import Options
from adapters.cobol.planning import compiled
from adapters.pages import find
from hrbus.spi import HrbusError, Type

_LARGEST = 200
_FREE = Language(free=True)
_SIGNS = ("", "SIGN LEADING", "SIGN TRAILING SEPARATE", "COMP", "COMP-3", "COMP-5", "COMP-6", "COMP-X", "COMP-N")
_PAGES = (Options(find("ascii"), ebcdic_sign=False), Options(find("cp037")))


def run(data: bytes) -> None:
    """Take the first byte as a usage and page, the rest as a picture; write and read some numbers."""
    kind, picture = data[:1] or b"\0", data[1:].decode("ascii", errors="replace")
    options = _PAGES[kind[0] % len(_PAGES)]
    clause = f"PIC {picture} {_SIGNS[kind[0] // len(_PAGES) % len(_SIGNS)]}"
    with contextlib.suppress(HrbusError):
        plan = compiled(parse(f"01 R. 05 F {clause}.", "fuzz.cpy", language=_FREE).record(), options)
        (leaf,) = plan.stored
        if leaf.width > _LARGEST or leaf.type in (Type.TEXT, Type.FLOAT) or not leaf.digits:
            return
        most = 10 ** min(leaf.digits, 38 - len(str(leaf.factor)) + 1) - 1
        wanted = [n * leaf.factor for n in {0, 1, most, most // 3, -1, -most}]
        scaled = _texts(wanted, leaf.scale)
        out, status = np.zeros((len(wanted), leaf.width), dtype=np.uint8), np.zeros(len(wanted), dtype=np.uint8)
        base = np.arange(len(wanted), dtype=np.int64) * leaf.width
        units.write(leaf, options, scaled, np.ones(len(wanted), dtype=np.bool_), out.reshape(-1), base, status)
        found = numbers.read(leaf, options, out.reshape(-1), base)
        for row, number in enumerate(wanted):
            if not status[row]:
                assert found.status is None or not found.status[row], (clause, number, out[row].tobytes())
                assert number == _value(found.lanes[row]), (clause, number, out[row].tobytes())


def _texts(wanted: list[int], scale: int) -> pl.Series:
    made = []
    for number in wanted:
        digits = str(abs(number)).rjust(scale + 1, "0")
        whole, decimals = digits[: len(digits) - scale], digits[len(digits) - scale :]
        made.append(f"{'-' if number < 0 else ''}{whole}.{decimals}")
    return pl.Series(made)


def _value(lanes: npt.NDArray[Any]) -> int:
    low = int(lanes[0])
    return low if len(lanes) == 1 else (int(lanes[1]) << 64) | (low & (1 << 64) - 1)


def seeds() -> list[bytes]:
    """Return pictures of every kind, each with a usage."""
    pictures = """9 S9(5)V99 9(3)PP SVPP99 Z(4)9.99- $$,$$9.99CR **9.99+ ---9 +++,++9.99 ZZBZ/Z09 9(18) S9(38) X(3)BX
    A(2) +9.99E+99 N(3) G(2) ZZZ.ZZDB $Z,ZZ9 -9(31)V9 S9.9(4) $$$.$$ +,+,+ .99 ZZ."""
    return [bytes([n]) + one.encode() for n, one in enumerate(pictures.split() * 2)]
