"""What a record holds before anything is written into it: VALUE clauses, otherwise blanks and zeros.

>>> from adapters.cobol.copybook import parse
>>> from adapters.pages import find
>>> from adapters.cobol.plan import Options
    >>> from adapters.cobol.planning import compiled
>>> plan = compiled(parse("01 A. 05 B PIC X VALUE 'T'. 05 C PIC 99.", "a.cpy").record(), Options(find("ascii")))
>>> record(plan).tobytes()
b'T00'
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from adapters.cobol import strings, units
from adapters.cobol.copybook import Item
from adapters.cobol.declaration import Literal
from adapters.cobol.plan import Leaf, Plan, Storage
from adapters.pages import Page
from adapters.pages.replacement import named
from hrbus.spi import ConfigError, Fault, Type

Bytes = npt.NDArray[np.uint8]

_FILLING = {"SPACE": " ", "ZERO": "0", "QUOTE": '"'}
_BYTES = {"LOW-VALUE": b"\x00", "HIGH-VALUE": b"\xff"}


@cache
def record(plan: Plan) -> Bytes:
    """Return the bytes of a fresh record, every table at its greatest length."""
    return _filled(plan, plan.record)[: plan.size]


@cache
def element(plan: Plan, item: Item) -> Bytes:
    """Return the bytes of a fresh element of a table."""
    return _filled(plan, item)


def _filled(plan: Plan, item: Item) -> Bytes:
    leaves = {leaf.item: leaf for leaf in plan.stored}
    out = np.full(item.size, plan.options.page.blank, dtype=np.uint8)
    _one(plan, leaves, item, 0, out)
    out.flags.writeable = False
    return out


def _one(plan: Plan, leaves: dict[Item, Leaf], item: Item, at: int, out: Bytes) -> None:
    """Fill one occurrence of an item that begins at ``at``."""
    literal = item.entry.value
    if item.is_group and literal is not None:
        out[at : at + item.size] = _text(item, plan.options.page, literal, item.size)
    elif item.is_group:
        end = 0
        for child in item.children:
            if child in plan.left_out:  # where it is longer than the reading that is there, the rest is nobody's
                end = max(end, child.offset + child.size * child.most)
            elif not child.redefines or child.redefines in plan.left_out:
                out[at + end : at + child.offset] = 0  # slack bytes
                end = max(end, child.offset + child.size * child.most)
                for number in range(child.most):
                    _one(plan, leaves, child, at + child.offset + number * child.size, out)
        out[at + end : at + item.size] = 0
    elif item.size:
        _leaf(plan, leaves[item], at, out)


def _leaf(plan: Plan, leaf: Leaf, at: int, out: Bytes) -> None:
    literal = leaf.item.entry.value
    if literal is not None and (literal.kind in ("hex", "LOW-VALUE", "HIGH-VALUE") or leaf.storage is Storage.TEXT):
        out[at : at + leaf.width] = _text(leaf.item, leaf.page, literal, leaf.width)
        return
    if leaf.storage is Storage.TEXT:
        return
    base, status = np.array([at - leaf.offset], dtype=np.int64), np.zeros(1, dtype=np.uint8)
    wanted = np.ones(1, dtype=np.bool_)
    if leaf.type is Type.FLOAT:
        number = pl.Series([float(_number(literal))])
        units.write(leaf, plan.options, number, wanted, out, base, status)
    elif leaf.type is Type.TEXT:
        text = "" if literal is None or literal.kind == "SPACE" else literal.text
        strings.write(leaf, pl.Series([text]), wanted, out, base, status)
    elif (
        literal is not None and literal.kind in ("SPACE", "text") and leaf.storage in (Storage.ZONED, Storage.EDITED)
    ):
        out[at : at + leaf.width] = _text(leaf.item, leaf.page, literal, leaf.width)
    else:
        units.write(leaf, plan.options, pl.Series([_number(literal)]), wanted, out, base, status)
    if status.any():
        raise _unfit(leaf.item, f"does not fit {leaf.item.describe()}")


def _unfit(item: Item, why: str) -> ConfigError:
    return ConfigError(Fault(f"the VALUE of {item.name or 'FILLER'} {why}", item.place))


def _number(literal: Literal | None) -> str:
    return literal.text if literal is not None and literal.kind == "number" else "0"


def _text(item: Item, page: Page, literal: Literal, width: int) -> Bytes:
    if literal.kind in _FILLING:
        data = page.encode(_FILLING[literal.kind]) * width
    elif literal.kind in _BYTES:
        data = _BYTES[literal.kind] * width
    elif literal.kind == "hex":
        data = bytes.fromhex(literal.text)
    elif missing := page.missing(literal.text):
        message = f"the VALUE of {item.name or 'FILLER'} has {named(missing[0])}, which {page.name} does not have"
        raise ConfigError(Fault(message, item.place))
    else:
        data = page.encode(literal.text)
    if literal.all and page.several and literal.kind == "text":
        data = _repeated(page, literal.text, width)
    elif literal.all and data:
        data = data * (width // len(data) + 1)
    elif page.several and len(data) > width:
        message = f"the VALUE of {item.name or 'FILLER'} needs {len(data)} bytes in {page.name}, and has {width}"
        raise ConfigError(Fault(message, item.place))
    return np.frombuffer(data[:width].ljust(width, bytes([page.blank])), dtype=np.uint8)


def _repeated(page: Page, text: str, width: int) -> bytes:
    """Return ``text`` as often as it fits whole: a character of several bytes is not cut."""
    made = page.encode("")
    for times in range(1, width + 1):
        more = page.encode(text * times)
        if not text or len(more) > width:
            break
        made = more
    return made
